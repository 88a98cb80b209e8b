"""Invitations to the application. Source: https://clerk.com/docs/guides/users/inviting"""

from typing import Any

import pytest
from clerk_backend_api.models import ListInvitationsQueryParamStatus as Status
from clerk_backend_api.models import RequestBody as Each

from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account, error

NEW = "new@example.com"
MONTH = 30 * 86_400_000


def form_of(invitation: Any) -> dict[str, str]:
    """What the invited sign up with."""
    ticket = str(invitation.url).partition("ticket=")[2]
    return {"strategy": "ticket", "ticket": ticket, "password": "correct horse battery"}


def test_the_invited_sign_up_with_a_verified_address_and_the_metadata(account: Account) -> None:
    invitation = account.sdk.invitations.create(
        request={"email_address": "New@example.com", "public_metadata": {"plan": "pro"}}
    )
    assert invitation is not None
    assert (invitation.email_address, invitation.status) == (NEW, "pending")
    assert invitation.expires_at == invitation.created_at + MONTH
    ((_, email),) = account.told("email.created")
    assert (email["slug"], email["to_email_address"]) == ("invitation", NEW)
    assert email["data"]["action_url"] == invitation.url
    spoilt = form_of(invitation) | {"ticket": "x" + form_of(invitation)["ticket"]}
    status, body = Browser(account).call("POST", "/client/sign_ups", **spoilt)
    assert (status, error(body)[0]) == (400, "ticket_invalid_code")
    done = Browser(account).post("/client/sign_ups", **form_of(invitation))
    assert done["status"] == "complete"
    user = account.sdk.users.get(user_id=done["created_user_id"])
    (address,) = user.email_addresses
    assert address.verification is not None
    assert (address.email_address, address.verification.status) == (NEW, "verified")
    assert user.public_metadata == {"plan": "pro"}
    assert account.sdk.invitations.list(status=Status.ACCEPTED)[0].id == invitation.id
    status, body = Browser(account).call("POST", "/client/sign_ups", **form_of(invitation))
    assert (status, error(body)[0]) == (400, "invitation_already_accepted")
    account.advance("31 days")
    assert account.state("invitations")[0]["status"] == "accepted"


def test_a_link_that_was_revoked_or_is_a_month_old_leads_nowhere(account: Account) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    sdk = account.sdk.invitations
    revoked = sdk.create(request={"email_address": NEW})
    assert revoked is not None
    gone = sdk.revoke(invitation_id=revoked.id)
    assert gone.status == "revoked"
    late = sdk.create(request={"email_address": "late@example.com", "expires_in_days": 2})
    account.advance("2 days")
    for invitation, code in ((revoked, "revoked_invitation"), (late, "ticket_expired_code")):
        status, body = Browser(account).call("POST", "/client/sign_ups", **form_of(invitation))
        assert (status, error(body)[0]) == (400, code)
    assert account.state("users") == []
    listed = sdk.list()
    assert [(each.email_address, each.status) for each in listed] == [
        ("late@example.com", "expired")
    ]
    assert [each.id for each in sdk.list(status=Status.REVOKED)] == [revoked.id]
    path = f"/v1/invitations/{revoked.id}/revoke"
    status, body = account.call("POST", path, {})
    assert (status, error(body)[0]) == (400, "invitation_already_revoked")
    status, body = account.call("POST", "/v1/invitations/inv_none/revoke", {})
    assert (status, error(body)[:2]) == (
        404,
        ("resource_not_found", "No invitation was found with id inv_none."),
    )


def test_ten_are_invited_at_once_all_or_none(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Create multiple invitations)"""
    account.user("alice@example.com")
    sdk, path = account.sdk.invitations, "/v1/invitations/bulk"
    for emails, code in (
        (["b@example.com", "alice@example.com"], "form_identifier_exists"),
        (["b@example.com", "B@example.com"], "duplicate_record"),
        (["b@example.com", "nobody"], "form_param_format_invalid"),
        ([f"{number}@example.com" for number in range(11)], "form_param_array_size_exceeded"),
    ):
        _, body = account.call("POST", path, [{"email_address": each} for each in emails])
        assert error(body)[0] == code
    forced = [{"email_address": "alice@example.com", "ignore_existing": True}]
    assert error(account.call("POST", path, forced)[1])[0] == "form_identifier_exists"
    assert account.state("invitations") == []
    made = sdk.bulk_create(
        request=[
            Each(email_address="b@example.com", notify=False),
            Each(email_address="a@example.com", expires_in_days=7),
        ]
    )
    assert [each.email_address for each in made] == ["b@example.com", "a@example.com"]
    told = [data["to_email_address"] for _, data in account.told("email.created")]
    assert told == ["a@example.com"]
    orders = (("email_address", "ab"), ("-email_address", "ba"), ("expires_at", "ab"))
    for order, wanted in (*orders, ("-created_at", "ab")):
        assert "".join(each.email_address[0] for each in sdk.list(order_by=order)) == wanted
    assert [each.email_address for each in sdk.list(query="B@")] == ["b@example.com"]
    _, page = account.call("GET", "/v1/invitations?paginated=true&limit=1&offset=1")
    assert (page["total_count"], len(page["data"])) == (2, 1)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"email_address": "nobody"}, 422, "form_param_format_invalid"),
        ({"email_address": "alice@example.com"}, 422, "form_identifier_exists"),
        ({"email_address": "Invited@example.com"}, 400, "duplicate_record"),
        ({"expires_in_days": 366}, 422, "form_param_value_too_large"),
        ({"template_slug": "welcome"}, 422, "form_param_value_invalid"),
        ({"public_metadata": {"x": "y" * 9000}}, 422, "form_param_exceeds_allowed_size"),
        ({"ignore_existing": True, "email_address": "alice@example.com"}, 200, ""),
        ({"ignore_existing": True, "email_address": "invited@example.com"}, 200, ""),
    ],
)
def test_who_cannot_be_invited_is_refused_unless_existing_ones_are_ignored(
    account: Account, fields: Any, status: int, code: str
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    account.user("alice@example.com")
    account.sdk.invitations.create(request={"email_address": "invited@example.com"})
    found, told = account.call("POST", "/v1/invitations", {"email_address": NEW} | fields)
    assert (found, error(told)[0] if code else "") == (status, code)
    assert len(account.state("invitations")) == (2 if status == 200 else 1)


def test_a_person_accepts_an_invitation(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/users/inviting"""
    refused = account.http.post("/_mirra/simulate", json={"event": "invitation.accepted"})
    assert refused.is_client_error
    account.sdk.invitations.create(request={"email_address": NEW, "notify": False})
    account.simulate("invitation.accepted")
    (user,) = account.state("users")
    assert user["email_addresses"][0]["email_address"] == NEW
    assert [name for name, _ in account.told()] == ["user.created", "session.created"]
