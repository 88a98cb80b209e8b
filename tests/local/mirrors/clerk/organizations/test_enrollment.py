"""Verified domains bring their people in.

Source: https://clerk.com/docs/guides/organizations/add-members/verified-domains
"""

from typing import Any

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account

MODES = ["automatic_invitation", "automatic_suggestion"]


def domain(account: Account, mode: str, **fields: Any) -> Doc:
    """Give a new organization the domain acme.com; return the path of it, and its id."""
    settings = {"domains_enabled": True, "domains_enrollment_modes": MODES}
    account.call("PATCH", "/v1/instance/organization_settings", settings)
    organization = account.sdk.organizations.create(request={"name": "Acme"})
    path = f"/v1/organizations/{organization.id}"
    given = {"name": "acme.com", "enrollment_mode": mode} | fields
    status, made = account.call("POST", f"{path}/domains", given)
    assert status == 200, made
    return {"path": path, "id": organization.id}


def pending(account: Account, where: Doc) -> list[str]:
    """Return who is invited to an organization."""
    _, told = account.call("GET", f"{where['path']}/invitations/pending")
    return [each["email_address"] for each in told["data"]]


def shown(account: Account, where: Doc) -> Doc:
    """Return its domain."""
    _, told = account.call("GET", f"{where['path']}/domains")
    found: Doc = told["data"][0]
    return found


def test_who_signs_up_with_a_verified_domain_is_invited(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/organizations/add-members/verified-domains"""
    before = account.user("old@acme.com")
    where = domain(account, "automatic_invitation")
    Browser(account).sign_up("ann@acme.com")
    account.user("bob@other.com")
    assert pending(account, where) == ["ann@acme.com"]
    assert shown(account, where)["total_pending_invitations"] == 1
    assert account.told()[-1][0] == "user.created"
    assert "organizationInvitation.created" in [name for name, _ in account.told()]
    given = {"user_id": before.id, "email_address": "more@acme.com", "verified": False}
    _, made = account.call("POST", "/v1/email_addresses", given)
    assert len(pending(account, where)) == 1
    account.call("PATCH", f"/v1/email_addresses/{made['id']}", {"verified": True})
    assert sorted(pending(account, where)) == ["ann@acme.com", "more@acme.com"]
    for invitation in account.state("organization_invitations"):
        account.simulate("organizationInvitation.accepted", invitationId=invitation["id"])
    assert shown(account, where)["total_pending_invitations"] == 0
    _, members = account.call("GET", f"{where['path']}/memberships")
    assert {each["role"] for each in members["data"]} == {"org:member"}


def test_a_suggestion_becomes_a_membership_when_an_admin_approves(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/organizations/add-members/verified-domains"""
    where = domain(account, "automatic_suggestion")
    user = account.user("ann@acme.com")
    account.user("bob@acme.org")
    assert (pending(account, where), shown(account, where)["total_pending_suggestions"]) == ([], 1)
    account.simulate("organizationSuggestion.accepted")
    assert account.told()[-1][0] == "organizationMembership.created"
    _, members = account.call("GET", f"{where['path']}/memberships")
    assert [each["public_user_data"]["user_id"] for each in members["data"]] == [user.id]
    assert shown(account, where)["total_pending_suggestions"] == 0


def test_nobody_is_enrolled_by_a_domain_that_does_not_enroll(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/organizations/add-members/verified-domains"""
    where = domain(account, "automatic_invitation", verified=False)
    account.user("ann@acme.com")
    assert pending(account, where) == []
    id = shown(account, where)["id"]
    path = f"{where['path']}/domains/{id}"
    account.call("PATCH", path, {"verified": True, "enrollment_mode": "manual_invitation"})
    account.user("bob@acme.com")
    assert (pending(account, where), account.state("organization_suggestions")) == ([], [])
    account.call("PATCH", path, {"enrollment_mode": "automatic_invitation"})
    account.call("PATCH", where["path"], {"max_allowed_memberships": 1})
    account.user("carl@acme.com")
    account.user("dave@acme.com")
    assert pending(account, where) == ["carl@acme.com"]
