"""Impersonation by actor tokens. Source: https://clerk.com/docs/guides/users/impersonation"""

from typing import Any

import pytest
from clerk_backend_api.models import ClerkErrors

from tests.local.mirrors.clerk.browser import Browser
from tests.local.mirrors.clerk.client import Account, error, refusal

ACTOR = {"sub": "user_ofTheSupport", "reason": "ticket 12"}


def given(account: Account, user_id: str, **fields: int) -> Any:
    """Give out a ticket to sign in as a user."""
    request: Any = {"user_id": user_id, "actor": ACTOR, **fields}
    return account.sdk.actor_tokens.create(request=request)


def shown(account: Account, ticket: object, path: str = "/client/sign_ins") -> tuple[int, str]:
    """Show a ticket at a new browser: the status and the error's code."""
    status, body = Browser(account).call("POST", path, strategy="ticket", ticket=str(ticket))
    return status, error(body)[0]


def test_an_actor_signs_in_as_a_user_once_for_half_an_hour(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Create actor token)"""
    user = account.user()
    made = given(account, user.id)
    assert (made.status, made.id[:4], made.user_id) == ("pending", "act_", user.id)
    assert str(made.token) in str(made.url)
    assert str(made.token) not in str(account.state("actor_tokens"))
    assert shown(account, made.token, "/client/sign_ups") == (
        400,
        "actor_token_not_in_sign_in_code",
    )
    browser = Browser(account)
    done = browser.post("/client/sign_ins", strategy="ticket", ticket=str(made.token))
    session_id = done["created_session_id"]
    _, token = browser.call("POST", f"/client/sessions/{session_id}/tokens")
    claims = account.claims(token["jwt"])
    assert (claims["sub"], claims["act"]) == (user.id, ACTOR)
    assert shown(account, made.token) == (400, "actor_token_already_used_code")
    with pytest.raises(ClerkErrors) as refused:
        account.sdk.actor_tokens.revoke(actor_token_id=made.id)
    assert refusal(refused.value)[1:3] == (
        "actor_token_cannot_be_revoked_code",
        "Actor token cannot be revoked because its status is accepted. Only pending tokens can be "
        "revoked.",
    )
    account.advance("29 minutes")
    assert account.sdk.sessions.get(session_id=session_id).status == "active"
    account.advance("1 minute")
    assert account.sdk.sessions.get(session_id=session_id).status == "expired"


def test_a_ticket_of_an_actor_is_refused_when_revoked_late_or_without_its_user(
    account: Account,
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    user = account.user()
    revoked, long = given(account, user.id), given(account, user.id)
    late = given(account, user.id, expires_in_seconds=60)
    assert account.sdk.actor_tokens.revoke(actor_token_id=revoked.id).status == "revoked"
    assert shown(account, revoked.token) == (400, "actor_token_revoked_code")
    account.advance("1 minute")
    assert shown(account, late.token) == (400, "ticket_expired_code")
    account.sdk.users.delete(user_id=user.id)
    assert shown(account, long.token) == (404, "actor_token_subject_not_found")


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"actor": {}}, "form_param_missing", "actor.sub"),
        ({"actor": {"sub": 7}}, "form_param_value_invalid", "actor.sub"),
        ({"actor": "me"}, "form_param_value_invalid", "actor"),
        ({"user_id": "user_none"}, "form_resource_not_found", "user_id"),
        ({"expires_in_seconds": 0}, "form_param_value_invalid", "expires_in_seconds"),
    ],
)
def test_an_actor_token_names_a_user_and_an_actor(
    account: Account, fields: dict[str, object], code: str, param: str
) -> None:
    """Source: https://github.com/clerk/openapi-specs (CreateActorToken)"""
    body = {"user_id": account.user().id, "actor": ACTOR} | fields
    status, told = account.call("POST", "/v1/actor_tokens", body)
    found, _, meta = error(told)
    assert (status, found, meta) == (422, code, {"param_name": param})
