"""Machines and their tokens. Source: https://clerk.com/docs/guides/development/machine-auth/m2m-tokens"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from clerk_backend_api import Clerk
from clerk_backend_api.models import ClerkBaseError, ClerkErrors

from tests.local.mirrors.clerk.client import NOON, Account, refusal, said

NOT_FOUND = (404, "resource_not_found", "M2M token not found")


@contextmanager
def refused_as(*expected: object) -> Iterator[None]:
    """Expect a refusal: status, code, and maybe the long message."""
    with pytest.raises(ClerkBaseError) as refused:
        yield
    assert said(refused.value)[: len(expected)] == expected


def sdk_of(account: Account, machine: Any) -> Clerk:
    """Return the SDK with a machine's own secret key."""
    return Clerk(
        bearer_auth=machine.secret_key,
        server_url=f"{account.env['CLERK_API_URL']}/v1",
        client=account.wire,
    )


def two(account: Account) -> tuple[Any, Any]:
    """Make two machines: the first may call the second."""
    callee = account.sdk.machines.create(request={"name": "Callee"})
    caller = account.sdk.machines.create(
        request={"name": "Caller", "scoped_machines": [callee.id], "default_token_ttl": 600}
    )
    return caller, callee


def test_a_machine_has_a_name_a_key_and_scopes(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Machines)"""
    machines = account.sdk.machines
    caller, callee = two(account)
    assert (caller.id[:4], caller.created_at, callee.default_token_ttl) == ("mch_", NOON, 3600)
    assert [each.id for each in caller.scoped_machines] == [callee.id]
    assert caller.secret_key not in str(account.state("machines"))
    assert machines.get_secret_key(machine_id=caller.id).secret == caller.secret_key
    found = machines.list(query="call", order_by="name")
    assert ([each.name for each in found.data], found.total_count) == (["Callee", "Caller"], 2)
    assert [each.id for each in machines.list(query=callee.id).data] == [callee.id]
    renamed = machines.update(machine_id=callee.id, name="Other", default_token_ttl=60)
    assert (renamed.name, renamed.default_token_ttl) == ("Other", 60)
    back = machines.create_scope(machine_id=callee.id, to_machine_id=caller.id)
    assert (back.from_machine_id, back.to_machine_id) == (callee.id, caller.id)
    with refused_as(409):
        machines.create_scope(machine_id=callee.id, to_machine_id=caller.id)
    assert machines.delete_scope(machine_id=callee.id, other_machine_id=caller.id).DELETED
    assert machines.get(machine_id=callee.id).scoped_machines == []
    with refused_as(404):
        machines.delete_scope(machine_id=callee.id, other_machine_id=caller.id)
    assert machines.delete(machine_id=callee.id).DELETED
    assert machines.get(machine_id=caller.id).scoped_machines == []
    with pytest.raises(ClerkErrors) as refused:
        machines.get(machine_id=callee.id)
    long = f"No machine was found with id {callee.id}"
    assert refusal(refused.value) == (404, "machine_not_found", long, {})


def test_a_rotated_secret_key_is_good_for_a_while_yet(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Rotate a machine's secret key)"""
    caller, _ = two(account)
    old = sdk_of(account, caller)
    account.sdk.machines.rotate_secret_key(machine_id=caller.id, previous_token_ttl=60)
    assert old.m2m.create_token().subject == caller.id
    account.advance("1 minute")
    with refused_as(401, "clerk_key_invalid"):
        old.m2m.create_token()
    fresh = account.sdk.machines.get_secret_key(machine_id=caller.id)
    caller.secret_key = fresh.secret
    assert sdk_of(account, caller).m2m.create_token().subject == caller.id
    with refused_as(422, "form_param_value_too_large"):
        account.sdk.machines.rotate_secret_key(machine_id=caller.id, previous_token_ttl=28_801)


def test_a_token_of_one_machine_is_verified_by_another(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/development/machine-auth/m2m-tokens"""
    caller, callee = two(account)
    mine, theirs = sdk_of(account, caller), sdk_of(account, callee)
    made = mine.m2m.create_token(claims={"job": "nightly"})
    assert (made.id[:3], made.token[:3], made.scopes) == ("mt_", "mt_", [callee.id])
    assert made.expiration == NOON + 600_000
    account.sdk.machines.delete_scope(machine_id=caller.id, other_machine_id=callee.id)
    seen = theirs.m2m.verify_token(token=made.token)
    assert (seen.subject, seen.claims, seen.last_used_at) == (caller.id, {"job": "nightly"}, NOON)
    assert account.sdk.m2m.verify_token(token=made.token).id == made.id
    with refused_as(*NOT_FOUND):
        mine.m2m.verify_token(token=made.token)
    with refused_as(401, "clerk_key_invalid"):
        account.sdk.m2m.create_token()
    with refused_as(401, "clerk_key_invalid"):
        mine.machines.list()
    with refused_as(*NOT_FOUND):
        theirs.m2m.revoke_token(m2m_token_id=made.id)
    revoked = mine.m2m.revoke_token(m2m_token_id=made.id, revocation_reason="done")
    assert (revoked.revoked, revoked.revocation_reason) == (True, "done")
    with refused_as(*NOT_FOUND):
        theirs.m2m.verify_token(token=made.token)
    short = mine.m2m.create_token(seconds_until_expiration=60)
    account.advance("1 minute")
    with refused_as(*NOT_FOUND):
        account.sdk.m2m.verify_token(token=short.token)

    kept = mine.m2m.create_token()
    found = mine.m2m.list_tokens(subject=caller.id)
    assert ([each.id for each in found.m2m_tokens], found.total_count) == ([kept.id], 1)
    everything = account.sdk.m2m.list_tokens(subject=caller.id, revoked=True, expired=True)
    assert [each.id for each in everything.m2m_tokens] == [kept.id, short.id, made.id]
    with refused_as(403, "authorization_invalid"):
        theirs.m2m.list_tokens(subject=caller.id)
    account.sdk.machines.delete(machine_id=caller.id)
    with refused_as(*NOT_FOUND):
        account.sdk.m2m.verify_token(token=kept.token)


def test_a_token_that_is_good_for_long_enough_is_given_again(account: Account) -> None:
    """Source: https://github.com/clerk/openapi-specs (createM2MToken)"""
    caller, _ = two(account)
    m2m = sdk_of(account, caller).m2m
    first = m2m.create_token(min_remaining_ttl_seconds=300)
    account.advance("5 minutes")
    assert m2m.create_token(min_remaining_ttl_seconds=300).token == first.token
    assert m2m.create_token(min_remaining_ttl_seconds=300, claims={"a": 1}).token != first.token
    account.advance("1 second")
    assert m2m.create_token(min_remaining_ttl_seconds=300).token != first.token
    with refused_as(400, "bad_request"):
        m2m.create_token(min_remaining_ttl_seconds=600)


def test_a_token_may_be_a_jwt_that_nothing_keeps(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/development/machine-auth/token-formats"""
    caller, callee = two(account)
    m2m = sdk_of(account, caller).m2m
    made = m2m.create_token(token_format="jwt", claims={"job": "nightly"})  # type: ignore[arg-type]  # its value
    claims = account.claims(made.token)
    assert (claims["sub"], claims["jti"], claims["job"]) == (caller.id, made.id, "nightly")
    assert (claims["exp"] * 1_000, made.scopes) == (NOON + 600_000, [callee.id])
    assert m2m.list_tokens(subject=caller.id).m2m_tokens == []
    with refused_as(400, "machine_token_reserved_claim", "You can't use the reserved claim: 'sub'"):
        m2m.create_token(token_format="jwt", claims={"sub": "me"})  # type: ignore[arg-type]  # its value


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "form_param_missing", "name"),
        ({"name": ""}, "form_param_min_length_exceeded", "name"),
        ({"name": "x" * 256}, "form_param_max_length_exceeded", "name"),
        ({"name": "x", "default_token_ttl": 0}, "form_param_value_invalid", "default_token_ttl"),
        (
            {"name": "x", "scoped_machines": ["mch_1"] * 151},
            "form_param_array_size_exceeded",
            "scoped_machines",
        ),
    ],
)
def test_a_machine_that_cannot_be_is_refused(
    account: Account, body: dict[str, object], code: str, param: str
) -> None:
    """Source: https://github.com/clerk/openapi-specs (CreateMachine)"""
    status, told = account.call("POST", "/v1/machines", body)
    first = told["errors"][0]
    assert (status, first["code"], first["meta"]["param_name"]) == (422, code, param)
