"""Who may sign up. Source: https://clerk.com/docs/guides/secure/restricting-access"""

import pytest

from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account, error


def tried(account: Account, email: str) -> str:
    """Begin to sign up, and return the code of the refusal, or nothing."""
    form = {"email_address": email, "password": "correct horse battery"}
    status, body = Browser(account).call("POST", "/client/sign_ups", **form)
    return "" if status == 200 else error(body)[0]


def test_the_allowlist_lets_its_own_sign_up_once_it_is_enabled(account: Account) -> None:
    sdk = account.sdk.allowlist_identifiers
    listed = sdk.create(request={"identifier": "Bob@example.com", "notify": True})
    assert listed is not None
    assert (listed.identifier, listed.identifier_type) == ("bob@example.com", "email_address")
    assert listed.invitation_id == account.state("invitations")[0]["id"]
    sdk.create(request={"identifier": "*@acme.com"})
    assert tried(account, "eve@example.com") == ""
    account.call("PATCH", "/v1/instance/restrictions", {"allowlist": True})
    form = {"email_address": "eve@example.com", "password": "correct horse battery"}
    status, body = Browser(account).call("POST", "/client/sign_ups", **form)
    told = "eve@example.com is not allowed to access this application."
    assert (status, error(body)) == (
        403,
        ("not_allowed_access", told, {"identifiers": ["eve@example.com"]}),
    )
    assert [tried(account, each) for each in ("BOB@example.com", "x@acme.com")] == ["", ""]
    assert tried(account, "x@mail.acme.com") == "not_allowed_access"
    assert [each.identifier for each in sdk.list()] == ["*@acme.com", "bob@example.com"]
    sdk.delete(identifier_id=str(listed.id))
    assert tried(account, "bob@example.com") == "not_allowed_access"


@pytest.mark.parametrize(
    ("blocked", "email", "code"),
    [
        ("John.Doe@clerk.dev", "john.doe@clerk.dev", "not_allowed_access"),
        ("john.doe@clerk.dev", "john.doe+any@clerk.dev", "not_allowed_access"),
        ("john@clerk.dev", "john-any@clerk.dev", ""),
        ("john@yahoo.co.uk", "john-any@yahoo.co.uk", "not_allowed_access"),
        ("john@gmail.com", "j.ohn@gmail.com", ""),
        ("*@clerk.dev", "any@clerk.dev", "not_allowed_access"),
        ("*@clerk.dev", "any@sub.clerk.dev", ""),
        ("*@*.clerk.dev", "any@deep.sub.clerk.dev", "not_allowed_access"),
        ("*@*.clerk.dev", "any@clerk.dev", ""),
        ("john*@clerk.dev", "johnsmith@clerk.dev", ""),
    ],
)
def test_the_blocklist_keeps_addresses_subaddresses_and_domains_out(
    account: Account, blocked: str, email: str, code: str
) -> None:
    account.sdk.blocklist_identifiers.create(request={"identifier": blocked})
    account.sdk.instance_settings.update_restrictions(request={"blocklist": True})
    assert tried(account, email) == code


def test_what_is_on_both_lists_is_allowed(account: Account) -> None:
    for each in ("a@example.com", "*@example.com"):
        account.sdk.allowlist_identifiers.create(request={"identifier": each})
    for each in ("a@example.com", "b@example.com"):
        account.sdk.blocklist_identifiers.create(request={"identifier": each})
    account.sdk.instance_settings.update_restrictions(
        request={"allowlist": True, "blocklist": True}
    )
    found = [tried(account, f"{each}@example.com") for each in "abc"]
    assert found == ["", "not_allowed_access", ""]
    listed = account.sdk.blocklist_identifiers.list()
    assert listed is not None
    gone = next(each for each in listed.data if each.identifier == "b@example.com")
    account.sdk.blocklist_identifiers.delete(identifier_id=str(gone.id))
    assert tried(account, "b@example.com") == ""


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "allowlist_identifiers", {"identifier": "a@example.com"}, 400, "duplicate_record"),
        ("POST", "allowlist_identifiers", {"identifier": "?"}, 422, "form_param_value_invalid"),
        ("POST", "blocklist_identifiers", {"identifier": "*@"}, 422, "form_param_value_invalid"),
        ("POST", "blocklist_identifiers", {}, 422, "form_param_missing"),
        ("DELETE", "allowlist_identifiers/alid_none", None, 404, "resource_not_found"),
        ("DELETE", "blocklist_identifiers/blid_none", None, 404, "resource_not_found"),
        (
            "PATCH",
            "instance/restrictions",
            {"allowlist": True, "block_email_subaddresses": True},
            501,
            "not_implemented",
        ),
    ],
)
def test_what_cannot_be_listed_is_refused(
    account: Account, method: str, path: str, body: object, status: int, code: str
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    account.sdk.allowlist_identifiers.create(request={"identifier": "a@example.com"})
    found, told = account.call(method, f"/v1/{path}", body)
    assert (found, error(told)[0]) == (status, code)
    assert len(account.state("allowlist_identifiers")) == 1
    assert tried(account, "other@example.com") == ""


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        ("restricted", "sign_up_mode_restricted"),
        ("waitlist", "sign_up_restricted_waitlist"),
        ("public", ""),
    ],
)
def test_without_an_invitation_nobody_signs_up_where_they_are_restricted(
    account: Account, mode: str, code: str
) -> None:
    """Source: https://clerk.com/docs/guides/secure/restricting-access (Access mode)"""
    account.simulate("instance.access_mode_changed", mode=mode)
    assert tried(account, "a@example.com") == code
    status, told = account.call("PATCH", "/v1/instance/restrictions", {"allowlist": True})
    assert (status, error(told)[0] if code else "") == (
        (422, "sign_up_mode_restricted_invalid_value") if code else (200, "")
    )
    account.sdk.invitations.create(request={"email_address": "a@example.com"})
    if code:
        account.simulate("invitation.accepted")
        assert len(account.state("users")) == 1
