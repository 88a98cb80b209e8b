"""API keys through the SDK. Source: https://clerk.com/docs/guides/development/machine-auth/api-keys"""

import pytest
from clerk_backend_api.models import ClerkBaseError

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.clerk.client import NOON, Account, said

NOT_FOUND = (404, "resource_not_found", "API key not found")


def verified(account: Account, secret: str) -> tuple[int, str, str]:
    """Return what is told of a secret that opens nothing."""
    with pytest.raises(ClerkBaseError) as refused:
        account.sdk.api_keys.verify_api_key(secret=secret)
    return said(refused.value)


def test_an_api_key_lives_from_its_making_to_its_deletion(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (API Keys)"""
    user, keys = account.user(), account.sdk.api_keys
    made = keys.create_api_key(
        name="Builds", subject=user.id, scopes=["read"], claims={"team": 7}, created_by=user.id
    )
    assert (made.id[:3], made.secret[:3], made.type) == ("ak_", "ak_", "api_key")
    assert (made.expiration, made.last_used_at, made.created_at) == (None, None, NOON)
    assert made.secret not in str(account.state("api_keys"))
    assert keys.get_api_key_secret(api_key_id=made.id).secret == made.secret
    account.advance("1 minute")
    used = keys.verify_api_key(secret=made.secret)
    assert (used.id, used.subject, used.scopes, used.claims) == (
        made.id,
        user.id,
        ["read"],
        {"team": 7},
    )
    assert used.last_used_at == NOON + 60_000
    changed = keys.update_api_key(
        api_key_id=made.id, scopes=["read", "write"], description="of the builds"
    )
    assert (changed.scopes, changed.description, changed.claims) == (
        ["read", "write"],
        "of the builds",
        {"team": 7},
    )
    assert keys.get_api_key(api_key_id=made.id).scopes == ["read", "write"]
    revoked = keys.revoke_api_key(api_key_id=made.id, revocation_reason="leaked")
    assert (revoked.revoked, revoked.revocation_reason) == (True, "leaked")
    assert verified(account, made.secret) == NOT_FOUND
    assert keys.delete_api_key(api_key_id=made.id).DELETED
    with pytest.raises(ClerkBaseError) as refused:
        keys.get_api_key(api_key_id=made.id)
    assert said(refused.value) == NOT_FOUND


def test_an_api_key_expires_on_the_sessions_clock(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend/api-keys/verify"""
    user, keys = account.user(), account.sdk.api_keys
    short = keys.create_api_key(name="short", subject=user.id, seconds_until_expiration=60)
    longer = keys.create_api_key(name="longer", subject=user.id, seconds_until_expiration=60)
    assert short.expiration == NOON + 60_000
    assert (
        keys.update_api_key(api_key_id=longer.id, seconds_until_expiration=None).expiration is None
    )
    account.advance("59 seconds")
    assert not keys.verify_api_key(secret=short.secret).expired
    account.advance("1 second")
    assert verified(account, short.secret) == NOT_FOUND
    assert keys.get_api_key(api_key_id=short.id).expired
    assert not keys.verify_api_key(secret=longer.secret).expired


def test_api_keys_are_listed_by_subject_and_name(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend/api-keys/list"""
    user, other, keys = account.user(), account.user("bob@example.com"), account.sdk.api_keys
    names = ("One key", "two", "three")
    made = [keys.create_api_key(name=name, subject=user.id) for name in names]
    keys.create_api_key(name="elsewhere", subject=other.id)
    keys.revoke_api_key(api_key_id=made[2].id)

    def listed(**query: object) -> tuple[list[str], float]:
        found = keys.get_api_keys(subject=user.id, **query)  # type: ignore[arg-type]  # any of it
        return [each.name for each in found.data], found.total_count

    assert listed() == (["two", "One key"], 2)
    assert listed(include_invalid="true") == (["three", "two", "One key"], 3)
    assert listed(limit=1, offset=1) == (["One key"], 2)
    assert listed(query="one") == (["One key"], 1)


@pytest.mark.parametrize(
    ("method", "path", "body", "named"),
    [
        ("POST", "/v1/api_keys", {"name": "key", "subject": "somebody"}, "subject"),
        ("POST", "/v1/api_keys", {"name": "key"}, "subject"),
        ("POST", "/v1/api_keys", {"name": "ab", "subject": f"user_{'1' * 27}"}, "name"),
        ("POST", "/v1/api_keys/verify", {"secret": 7}, "secret"),
        ("GET", "/v1/api_keys", None, "subject"),
        ("GET", f"/v1/api_keys?limit=101&subject=user_{'1' * 27}", None, "limit"),
        ("GET", "/v1/api_keys/key_1", None, "url_parameter.apiKeyID"),
        ("PATCH", "/api_keys/{id}", {"nam": "x"}, "nam"),
        ("PATCH", "/api_keys/{id}", {"scopes": None}, "scopes"),
    ],
)
def test_what_api_keys_cannot_take_is_a_bad_request(
    account: Account, method: str, path: str, body: Doc | None, named: str
) -> None:
    """Source: https://github.com/clerk/openapi-specs (API Keys, `400 Bad Request`)"""
    made = account.sdk.api_keys.create_api_key(name="key", subject=account.user().id)
    status, told = account.call(method, path.format(id=made.id), body)
    first = told["errors"][0]
    assert (status, first["code"], first["message"]) == (400, "bad_request", "Bad Request")
    assert first["long_message"].startswith(f"Invalid '{named}': ")
