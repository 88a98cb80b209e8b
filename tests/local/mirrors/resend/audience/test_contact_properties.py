"""Contact properties.

Source: https://resend.com/docs/api-reference/contact-properties/create-contact-property
"""

import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal


def test_a_property_is_created_read_updated_and_deleted(account: Account) -> None:
    made = resend.ContactProperties.create(
        {"key": "company_name", "type": "string", "fallback_value": "Acme"}
    )
    id = made["id"]
    assert plain(made) == {"object": "contact_property", "id": id}
    full = {
        "object": "contact_property",
        "id": id,
        "key": "company_name",
        "type": "string",
        "fallback_value": "Acme",
        "created_at": NOW,
    }
    assert plain(resend.ContactProperties.get(id)) == full
    updated = resend.ContactProperties.update({"id": id, "fallback_value": "Example"})
    assert plain(updated) == {"object": "contact_property", "id": id}
    listed = {key: value for key, value in full.items() if key != "object"}
    assert plain(resend.ContactProperties.list()) == {
        "object": "list",
        "has_more": False,
        "data": [listed | {"fallback_value": "Example"}],
    }
    assert plain(resend.ContactProperties.remove(id)) == {
        "object": "contact_property",
        "id": id,
        "deleted": True,
    }
    assert account.call("GET", f"/contact-properties/{id}") == (
        404,
        refusal(404, "not_found", "Contact property not found"),
    )


def test_deleting_a_property_removes_it_from_contacts(account: Account) -> None:
    """Source: https://github.com/resend/resend-cli (contact-properties delete)"""
    id = resend.ContactProperties.create({"key": "plan", "type": "string"})["id"]
    resend.Contacts.create({"email": "ada@example.com", "properties": {"plan": "pro"}})
    resend.ContactProperties.remove(id)
    assert resend.Contacts.get(email="ada@example.com")["properties"] == {}


@pytest.mark.parametrize(
    "body",
    [
        {"key": "has space", "type": "string"},
        {"key": "x" * 51, "type": "string"},
        {"key": "plan", "type": "boolean"},
        {"key": "FIRST_NAME", "type": "string"},
        {"key": "age", "type": "number", "fallback_value": "old"},
        {"key": "known", "type": "string"},
    ],
)
def test_a_wrong_or_taken_key_type_or_fallback_is_refused(
    account: Account, body: dict[str, str]
) -> None:
    resend.ContactProperties.create({"key": "known", "type": "string"})
    status, answer = account.call("POST", "/contact-properties", body)
    assert (status, answer["name"]) == (422, "validation_error")


def test_a_property_needs_key_and_type(account: Account) -> None:
    missing = "missing_required_field"
    assert account.call("POST", "/contact-properties", {"type": "string"}) == (
        422,
        refusal(422, missing, "Missing `key` field."),
    )
    assert account.call("POST", "/contact-properties", {"key": "plan"}) == (
        422,
        refusal(422, missing, "Missing `type` field."),
    )


def test_a_fallback_keeps_the_type_and_can_be_removed(account: Account) -> None:
    id = resend.ContactProperties.create({"key": "age", "type": "number", "fallback_value": 5})[
        "id"
    ]
    assert account.call("PATCH", f"/contact-properties/{id}", {"fallback_value": "x"})[0] == 422
    resend.ContactProperties.update({"id": id, "fallback_value": None})
    assert resend.ContactProperties.get(id)["fallback_value"] is None
