"""Invitations to organizations. Source: https://clerk.com/docs/guides/organizations/overview"""

from typing import Any

import pytest
from clerk_backend_api.models import CreateOrganizationInvitationBulkRequestBody as Invitation

from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account, error


def invited(account: Account, organization_id: str, email: str = "new@example.com") -> Any:
    """Invite somebody."""
    return account.sdk.organization_invitations.create(
        organization_id=organization_id,
        email_address=email,
        role="org:member",
        public_metadata={"team": "red"},
    )


@pytest.fixture
def acme(account: Account) -> str:
    """An organization that alice made."""
    made = account.sdk.organizations.create(
        request={"name": "Acme", "created_by": account.user().id}
    )
    return str(made.id)


def test_the_invited_sign_up_by_the_ticket_in_the_email(account: Account, acme: str) -> None:
    invitation = invited(account, acme)
    assert (invitation.status, invitation.role_name) == ("pending", "Member")
    ((_, email),) = account.told("email.created")
    assert (email["slug"], email["to_email_address"]) == (
        "organization_invitation",
        "new@example.com",
    )
    browser = Browser(account)
    ticket = email["data"]["action_url"].partition("ticket=")[2]
    status, body = browser.call(
        "POST", "/client/sign_ups", strategy="ticket", ticket="x" + ticket, password="correct horse"
    )
    assert (status, error(body)[0]) == (400, "ticket_invalid_code")
    form = {"strategy": "ticket", "ticket": ticket, "password": "correct horse battery"}
    done = browser.post("/client/sign_ups", **form)
    assert done["status"] == "complete"
    _, members = account.call("GET", f"/v1/organizations/{acme}/memberships")
    newest = members["data"][0]
    assert (newest["role"], newest["public_metadata"]) == ("org:member", {"team": "red"})
    session = account.sdk.sessions.get(session_id=done["created_session_id"])
    assert session.last_active_organization_id == acme
    accepted = account.told("organizationInvitation.accepted")[0][1]
    assert (accepted["status"], accepted["user_id"]) == ("accepted", done["created_user_id"])
    status, body = Browser(account).call("POST", "/client/sign_ups", **form)
    assert (status, error(body)[0]) == (400, "organization_invitation_already_accepted")


def test_invitations_are_listed_revoked_and_expire(account: Account, acme: str) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Organization Invitations)"""
    invitations = account.sdk.organization_invitations
    first = invited(account, acme)
    path = f"/v1/organizations/{acme}/invitations"
    again = {"email_address": "new@example.com", "role": "org:member"}
    status, told = account.call("POST", path, again)
    assert (status, error(told)[0]) == (400, "organization_invitation_not_unique")
    bulk = invitations.bulk_create(
        organization_id=acme,
        request_body=[
            Invitation(email_address="a@example.com", role="org:admin"),
            Invitation(email_address="b@example.com", role="org:admin"),
        ],
    )
    assert [each.email_address for each in bulk.data] == ["a@example.com", "b@example.com"]
    assert account.call("GET", f"{path}/pending")[1]["total_count"] == 3
    gone = invitations.revoke(organization_id=acme, invitation_id=first.id)
    assert gone.status == "revoked"
    status, told = account.call("POST", f"{path}/{first.id}/revoke", {})
    assert (status, error(told)[0]) == (404, "organization_invitation_not_pending")
    status, told = account.call("GET", f"{path}/orginv_none")
    assert (status, error(told)[0]) == (404, "organization_invitation_not_found")
    listed = invitations.list(organization_id=acme, order_by="+email_address")
    assert [each.email_address[0] for each in listed.data] == ["a", "b", "n"]
    assert invitations.get_all(query="a@").total_count == 1
    account.advance("30 days")
    assert invitations.get(organization_id=acme, invitation_id=bulk.data[0].id).status == "expired"
    told_kinds = [kind for kind, _ in account.told() if kind.startswith("organizationInvitation")]
    assert told_kinds == ["organizationInvitation.created"] * 3 + ["organizationInvitation.revoked"]


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"email_address": "nobody"}, 422, "form_param_format_invalid"),
        ({"role": "org:king"}, 404, "resource_not_found"),
        ({"email_address": "alice@example.com"}, 400, "already_a_member_in_organization"),
        ({"inviter_user_id": "user_none"}, 403, "not_a_member_in_organization"),
        ({"expires_in_days": 366}, 422, "form_param_value_too_large"),
        ({"role": None}, 422, "form_param_value_invalid"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused(
    account: Account, acme: str, fields: Any, status: int, code: str
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    body = {"email_address": "new@example.com", "role": "org:member"} | fields
    found, told = account.call("POST", f"/v1/organizations/{acme}/invitations", body)
    assert (found, error(told)[0]) == (status, code)
    assert account.state("organization_invitations") == []


def test_who_has_an_account_joins_with_it(account: Account, acme: str) -> None:
    """Source: https://clerk.com/docs/guides/organizations/add-members/invitations"""
    bob = account.user("bob@example.com")
    invitation = invited(account, acme, "bob@example.com")
    browser = Browser(account)
    ticket = str(invitation.url).partition("ticket=")[2]
    form = {"strategy": "ticket", "ticket": ticket}
    _, body = browser.call("POST", "/client/sign_ups", **form)
    assert error(body)[0] == "organization_invitation_identification_already_exists"
    done = browser.post("/client/sign_ins", **form)
    session = account.sdk.sessions.get(session_id=done["created_session_id"])
    assert (session.user_id, session.last_active_organization_id) == (bob.id, acme)


def test_people_accept_and_admins_remove(account: Account, acme: str) -> None:
    """Source: https://clerk.com/docs/guides/development/webhooks/overview"""
    invited(account, acme)
    shown = account.simulate("organizationInvitation.accepted")
    assert len(account.state("organization_memberships")) == 2
    assert account.state("organization_invitations")[0]["status"] == "accepted", shown
    newest = account.state("organization_memberships")[0]
    account.simulate("organizationMembership.deleted", membershipId=newest["id"])
    (left,) = account.state("organization_memberships")
    refused = account.http.post(
        "/_mirra/simulate", json={"event": "organizationMembership.deleted"}
    )
    assert "at least one organization member" in refused.json()["error"]["message"]
    assert left["role"] == "org:admin"
    account.simulate("organization.created", name="Beta", userId="new@example.com")
    assert account.state("organizations")[0]["slug"] == "beta"
