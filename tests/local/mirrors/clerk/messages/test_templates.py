"""Templates of emails and texts through the SDK.

Source: https://clerk.com/docs/guides/customizing-clerk/email-sms-templates
"""

from typing import Any

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account, error

pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED")
CODE = {"template_type": "email", "slug": "verification_code"}
PATH = "/v1/templates/email/verification_code"


def any_of(account: Account) -> Any:
    """Return the SDK without its types: it takes texts for its enums."""
    return account.sdk


def sent(account: Account, email: str) -> Doc:
    """Sign up somebody, and return the webhook of the code's email."""
    Browser(account).sign_up(email)
    found: Doc = account.told("email.created")[-1][1]
    return found


def test_what_is_sent_follows_the_template_until_it_is_reverted(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Update a template)"""
    sdk = any_of(account)
    listed = sdk.email_sms_templates.list(template_type="sms")
    assert [each.slug for each in listed] == ["verification_code", "reset_password_code"]
    before = sdk.email_sms_templates.get(**CODE)
    assert (before.resource_type, before.required_variables) == ("system", ["otp_code"])
    assert sent(account, "ann@example.com")["body_plain"].startswith("Enter the following")
    changed = sdk.email_and_sms_templates.upsert(
        **CODE,
        name="Code",
        subject="Hello from {{ app.name }}",
        body="<b>{{otp_code}}</b> & {{unknown}}welcome",
        from_email_name="hi",
    )
    assert (changed.resource_type, changed.can_revert) == ("user", True)
    told = sent(account, "bob@example.com")
    code = told["data"]["otp_code"]
    assert (told["subject"], told["body"], told["from_email_name"]) == (
        "Hello from Mirra",
        f"<b>{code}</b> & welcome",
        "hi",
    )
    assert told["delivered_by_clerk"] is True
    toggled = sdk.email_sms_templates.toggle_template_delivery(**CODE, delivered_by_clerk=False)
    assert toggled.delivered_by_clerk is False
    assert sent(account, "carl@example.com")["delivered_by_clerk"] is False
    reverted = sdk.email_sms_templates.revert(**CODE)
    assert (reverted.resource_type, reverted.body) == ("system", before.body)
    assert sent(account, "dave@example.com")["body_plain"].startswith("Enter the following")
    assert account.state("templates") == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/v1/templates/fax", None, 400, "template_type_unsupported"),
        ("GET", "/v1/templates/email/nothing", None, 404, "resource_not_found"),
        ("PUT", PATH, {"body": "no code"}, 422, "required_variable_missing"),
        ("PUT", PATH, {"body": "{{otp_code}} {{"}, 422, "invalid_template_body"),
        ("PUT", PATH, {"text": "{{otp_code}}"}, 422, "form_param_unknown"),
    ],
)
def test_a_template_that_cannot_be_is_refused(
    account: Account, method: str, path: str, body: Doc | None, status: int, code: str
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json, templates.go)"""
    found, told = account.call(method, path, body)
    assert (found, error(told)[0]) == (status, code)
    assert account.state("templates") == []


def test_a_preview_changes_nothing(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Preview changes to a template)"""
    given = {"subject": "{{otp_code}}!", "body": "<i>{{otp_code}}</i>"}
    status, told = account.call("POST", f"{PATH}/preview", given)
    assert (status, told["subject"], told["body"]) == (200, "123456!", "<i>123456</i>")
    assert account.state("templates") == []
