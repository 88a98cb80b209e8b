"""Events that start automations.

Source: https://resend.com/docs/api-reference/events/create-event
"""

from typing import Any

import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal


def test_an_event_is_defined_read_by_id_or_name_changed_and_deleted(account: Account) -> None:
    made = resend.Events.create({"name": "user.created", "schema": {"plan": "string"}})
    id = made["id"]
    assert plain(made) == {"object": "event", "id": id}
    full = {
        "object": "event",
        "id": id,
        "name": "user.created",
        "schema": {"plan": "string"},
        "created_at": NOW,
        "updated_at": None,
    }
    assert plain(resend.Events.get(id)) == full
    assert plain(resend.Events.get("user.created")) == full
    account.advance("1 hour")
    updated = resend.Events.update({"identifier": "user.created", "schema": None})
    assert plain(updated) == {"object": "event", "id": id}
    listed = {key: value for key, value in full.items() if key != "object"}
    listed |= {"schema": None, "updated_at": "2026-05-04 13:00:00+00"}
    assert plain(resend.Events.list()) == {"object": "list", "has_more": False, "data": [listed]}
    assert plain(resend.Events.remove(id)) == {"object": "event", "id": id, "deleted": True}
    assert account.call("GET", "/events/user.created") == (
        404,
        refusal(404, "not_found", "Event not found"),
    )


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "missing_required_field"),
        ({"name": "resend:opened"}, "validation_error"),
        ({"name": "known"}, "validation_error"),
        ({"name": "x", "schema": {"plan": "list"}}, "validation_error"),
        ({"name": "x", "schema": {"plan": {"type": "string"}}}, "validation_error"),
    ],
)
def test_a_wrong_reserved_or_known_event_is_refused(
    account: Account, body: dict[str, Any], name: str
) -> None:
    resend.Events.create({"name": "known"})
    status, answer = account.call("POST", "/events", body)
    assert (status, answer["name"]) == (422, name)


def test_an_update_needs_a_schema(account: Account) -> None:
    id = resend.Events.create({"name": "user.created"})["id"]
    assert account.call("PATCH", f"/events/{id}", {}) == (
        422,
        refusal(422, "missing_required_field", "Missing `schema` field."),
    )


def test_sending_an_event_is_accepted_for_a_contact_or_an_address(account: Account) -> None:
    contact = resend.Contacts.create({"email": "ada@example.com"})["id"]
    sent = resend.Events.send({"event": "user.created", "contact_id": contact})
    assert plain(sent) == {"object": "event", "event": "user.created"}
    body = {"event": "user.created", "email": "new@example.com"}
    assert account.call("POST", "/events/send", body)[0] == 202
    assert len(account.state("contacts")) == 1, "a contact is made only when an automation runs"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"email": "ada@example.com"}, 422),
        ({"event": "x"}, 422),
        ({"event": "x", "email": "ada@example.com", "contact_id": "y"}, 422),
        ({"event": "resend:x", "email": "ada@example.com"}, 422),
        ({"event": "x", "email": "ada"}, 422),
        ({"event": "x", "contact_id": "00000000-0000-0000-0000-000000000000"}, 404),
    ],
)
def test_an_event_names_exactly_one_contact(
    account: Account, body: dict[str, Any], status: int
) -> None:
    assert account.call("POST", "/events/send", body)[0] == status


def test_a_payload_must_fit_the_schema(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/custom-events"""
    schema: Any = {"plan": "string", "amount": "number", "trial": "boolean", "at": "date"}
    resend.Events.create({"name": "paid", "schema": schema})
    fitting = {"plan": 5, "amount": "12.5", "trial": "true", "at": "2026-05-04", "more": []}
    body: dict[str, Any] = {"event": "paid", "email": "ada@example.com"}
    assert account.call("POST", "/events/send", body | {"payload": fitting})[0] == 202
    unfit: Any = ({"plan": []}, {"amount": "much"}, {"trial": "maybe"}, {"at": "soon"})
    for wrong in unfit:
        status, answer = account.call("POST", "/events/send", body | {"payload": wrong})
        assert (status, answer["name"]) == (422, "validation_error")
