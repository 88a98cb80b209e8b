"""Templates.

Source: https://resend.com/docs/api-reference/templates/create-template
"""

from typing import Any

import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal

HTML = "<p>{{{PRODUCT}}} for {{{PRICE}}}</p>"
VARIABLES: Any = [
    {"key": "PRODUCT", "type": "string"},
    {"key": "PRICE", "type": "number", "fallback_value": 25},
]
NOT_FOUND = refusal(404, "not_found", "Template not found")


def order(**fields: Any) -> str:
    """Make a template of an order's confirmation."""
    given: Any = {"name": "Order", "html": HTML, "variables": VARIABLES, **fields}
    return resend.Templates.create(given)["id"]


def send(account: Account, id: str, **variables: Any) -> tuple[int, Any]:
    """Send an email with a template."""
    template = {"id": id, "variables": variables}
    body = {"from": "a@acme.com", "to": "b@example.com", "subject": "S", "template": template}
    return account.call("POST", "/emails", body)


def test_a_template_has_every_documented_field(account: Account) -> None:
    made = resend.Templates.create(
        {
            "name": "Order",
            "alias": "order-confirmation",
            "from": "Acme <shop@acme.com>",
            "subject": "Thanks for {{{PRODUCT}}}",
            "reply_to": "help@acme.com",
            "html": HTML,
            "text": "{{{PRODUCT}}}",
            "variables": VARIABLES,
        }
    )
    id = made["id"]
    assert plain(made) == {"object": "template", "id": id}
    found = plain(resend.Templates.get(id))
    dates = {"created_at": NOW, "updated_at": NOW}
    ids = [each.pop("id") for each in found["variables"]]
    assert len(set(ids)) == 2
    assert len(found.pop("current_version_id")) == 36
    assert found == {
        "object": "template",
        "id": id,
        "alias": "order-confirmation",
        "name": "Order",
        **dates,
        "status": "draft",
        "published_at": None,
        "from": "Acme <shop@acme.com>",
        "subject": "Thanks for {{{PRODUCT}}}",
        "reply_to": ["help@acme.com"],
        "html": HTML,
        "text": "{{{PRODUCT}}}",
        "variables": [
            {"key": "PRODUCT", "type": "string", "fallback_value": None, **dates},
            {"key": "PRICE", "type": "number", "fallback_value": 25, **dates},
        ],
        "has_unpublished_versions": True,
    }
    assert plain(resend.Templates.list()) == {
        "object": "list",
        "has_more": False,
        "data": [
            {
                "id": id,
                "name": "Order",
                "status": "draft",
                "published_at": None,
                **dates,
                "alias": "order-confirmation",
            }
        ],
    }


def test_an_alias_stands_for_the_id(account: Account) -> None:
    """Source: https://github.com/resend/resend-rust/blob/main/src/templates.rs"""
    id = order(alias="order")
    assert resend.Templates.get("order")["id"] == id
    assert resend.Templates.update({"id": "order", "alias": "purchase"})["id"] == id
    assert account.call("GET", "/templates/order") == (404, NOT_FOUND)
    assert resend.Templates.publish("purchase")["id"] == id
    copy = resend.Templates.duplicate("purchase")["id"]
    assert copy != id
    assert resend.Templates.get(copy)["alias"] is None
    assert resend.Templates.remove("purchase")["id"] == id
    assert plain(resend.Templates.remove(copy)) == {
        "object": "template",
        "id": copy,
        "deleted": True,
    }
    assert account.call("DELETE", f"/templates/{copy}") == (404, NOT_FOUND)


def test_two_templates_can_not_share_an_alias(account: Account) -> None:
    order(alias="order")
    other = order()
    assert account.call("PATCH", f"/templates/{other}", {"alias": "order"})[0] == 422


def test_an_unknown_template_is_not_found(account: Account) -> None:
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/publish"),
        ("POST", "/duplicate"),
    ):
        assert account.call(method, f"/templates/nothing{path}", {}) == (404, NOT_FOUND)


def test_a_variable_in_use_must_be_defined(account: Account) -> None:
    """Source: https://github.com/resend/resend-node/blob/canary/src/templates/templates.spec.ts"""
    body = {"name": "Welcome", "html": "<p>{{{user_name}}} {{{user_email}}}</p>"}
    body["variables"] = [{"key": "user_name", "type": "string"}]  # type: ignore[assignment]
    message = "Variable 'user_email' is used in the template but not defined in the variables list"
    assert account.call("POST", "/templates", body) == (
        422,
        refusal(422, "validation_error", message),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": None},
        {"html": None},
        {"variables": [{"key": "FIRST_NAME", "type": "string"}]},
        {"variables": [{"key": "has space", "type": "string"}]},
        {"variables": [{"key": "A", "type": "date"}]},
        {"variables": [{"key": "A", "type": "number", "fallback_value": "five"}]},
        {"variables": [{"key": "A", "type": "string", "fallback_value": "x" * 2001}]},
        {"variables": [{"key": f"A{n}", "type": "string"} for n in range(51)]},
    ],
)
def test_what_makes_no_template_is_refused(account: Account, wrong: dict[str, Any]) -> None:
    """Source: https://resend.com/docs/dashboard/templates/template-variables"""
    assert account.call("POST", "/templates", {"name": "N", "html": "<p>Hi</p>"} | wrong)[0] == 422
    assert account.state("templates") == []


def test_reserved_names_may_be_used_without_being_defined(account: Account) -> None:
    order(html=HTML + "{{{FIRST_NAME|you}}} {{{contact.city}}} {{{RESEND_UNSUBSCRIBE_URL}}}")


def test_a_draft_can_not_be_sent_and_a_published_version_stays(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/templates/version-history"""
    account.verify_domain()
    id = order()
    status, answer = send(account, id, PRODUCT="Mug")
    assert (status, answer["name"]) == (422, "validation_error")
    resend.Templates.publish(id)
    version = resend.Templates.get(id)
    assert (version["status"], version["has_unpublished_versions"]) == ("published", False)  # type: ignore[typeddict-item]  # newer than the SDK
    resend.Templates.update({"id": id, "html": "<b>{{{PRODUCT}}}</b>"})
    found: Any = resend.Templates.get(id)
    assert (found["status"], found["has_unpublished_versions"]) == ("published", True)
    assert found["current_version_id"] != version["current_version_id"]  # type: ignore[typeddict-item]  # newer than the SDK
    assert send(account, id, PRODUCT="Mug")[0] == 200
    resend.Templates.publish(id)
    assert send(account, id, PRODUCT="Cup", PRICE=4.5)[0] == 200
    bodies = [each["html"] for each in account.state("emails")]
    assert bodies == ["<b>Cup</b>", "<p>Mug for 25</p>"]


def test_variables_must_be_given_and_fit_when_sending(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/send-email"""
    account.verify_domain()
    id = order()
    resend.Templates.publish(id)
    for variables in ({}, {"PRODUCT": 5}, {"PRODUCT": "Mug", "PRICE": "cheap"}):
        status, answer = send(account, id, **variables)
        assert (status, answer["name"]) == (422, "validation_error")
    assert send(account, "nothing")[0] == 404
    assert account.state("emails") == []
