"""Users: created, found, changed, deleted. Source: https://clerk.com/docs/reference/backend-api"""

from hashlib import sha256

import pytest
from clerk_backend_api.models import ClerkErrors

from tests.local.mirrors.clerk.client import NOON, Account, error, refusal

pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")
"""The SDK says so of a filter that nobody sets."""


def test_a_user_is_made_read_changed_and_deleted(account: Account) -> None:
    users = account.sdk.users
    made = users.create(
        email_address=["Alice@Example.com"],
        password="correct horse battery",
        first_name="Alice",
        external_id="crm-1",
    )
    assert made.id.startswith("user_")
    assert len(made.id) == 32
    assert (made.first_name, made.external_id, made.created_at) == ("Alice", "crm-1", NOON)
    (address,) = made.email_addresses
    assert (address.email_address, made.primary_email_address_id) == (
        "alice@example.com",
        address.id,
    )
    assert address.verification is not None
    assert address.verification.status == "verified"
    assert users.get(user_id=made.id) == made
    account.advance("1 minute")
    changed = users.update(user_id=made.id, last_name="Liddell")
    assert (changed.first_name, changed.last_name) == ("Alice", "Liddell")
    assert changed.updated_at == NOON + 60_000
    gone = users.delete(user_id=made.id)
    assert (gone.id, gone.deleted) == (made.id, True)
    with pytest.raises(ClerkErrors) as refused:
        users.get(user_id=made.id)
    assert refusal(refused.value) == (
        404,
        "resource_not_found",
        f"No user was found with id {made.id}",
        {},
    )
    assert [kind for kind, _ in account.told()] == ["user.created", "user.updated", "user.deleted"]
    assert account.told("user.deleted")[0][1] == {
        "object": "user",
        "id": made.id,
        "deleted": True,
        "external_id": "crm-1",
    }


def test_metadata_is_merged_deeply_or_replaced(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/users/extending"""
    user = account.user(public_metadata={"plan": {"name": "pro", "seats": 3}, "beta": True})
    merged = account.sdk.users.update_metadata(
        user_id=user.id, public_metadata={"plan": {"seats": 5}, "beta": None}
    )
    assert merged.public_metadata == {"plan": {"name": "pro", "seats": 5}}
    status, told = account.call(
        "PUT", f"/v1/users/{user.id}/metadata", {"public_metadata": {"plan": "free"}}
    )
    assert (status, told["public_metadata"], told["private_metadata"]) == (
        200,
        {"plan": "free"},
        {},
    )
    status, told = account.call(
        "PATCH", f"/v1/users/{user.id}/metadata", {"public_metadata": {"long": "x" * 9000}}
    )
    assert (status, error(told)[0]) == (422, "form_param_exceeds_allowed_size")


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"email_address": ["nobody"]}, "form_param_format_invalid", "email_address"),
        ({"phone_number": ["12"]}, "form_param_format_invalid", "phone_number"),
        ({"email_address": ["taken@example.com"]}, "form_identifier_exists", "email_address"),
        ({"username": "taken"}, "form_identifier_exists", "username"),
        ({"username": "me"}, "form_username_invalid_length", "username"),
        ({"username": "1234"}, "form_username_needs_non_number_char", "username"),
        ({"username": "not so"}, "form_username_invalid_character", "username"),
        ({"password": "short"}, "form_password_length_too_short", "password"),
        ({"password": "password123"}, "form_password_pwned", "password"),
        ({"created_at": "yesterday"}, "form_param_invalid_time", "created_at"),
        ({"totp_secret": "!"}, "invalid_totp_secret_code", None),
        ({"password": None}, "form_data_missing", None),
        ({"email_address": []}, "form_data_missing", None),
        (
            {"email_address_identification_status": ["verified"] * 2},
            "form_param_array_length_mismatch",
            "email_address_identification_status",
        ),
    ],
)
def test_a_user_that_cannot_be_is_refused_and_nothing_is_made(
    account: Account, fields: dict[str, object], code: str, param: str | None
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    account.user("taken@example.com", username="taken")
    body = {"email_address": ["new@example.com"], "password": "correct horse battery"} | fields
    status, told = account.call("POST", "/v1/users", body)
    found, _, meta = error(told)
    assert (status, found, meta.get("param_name")) == (422, code, param)
    assert account.sdk.users.count().total_count == 1


def test_users_are_found_by_what_they_are_known_by(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (List all users)"""
    names = ("Carol", "Alice", "Bob")
    ids = {}
    for name in names:
        ids[name] = account.user(
            f"{name.lower()}@example.com", first_name=name, username=f"{name.lower()}_1"
        ).id
        account.advance("1 hour")
    account.sdk.users.ban(user_id=ids["Bob"])
    users = account.sdk.users

    def found(**query: object) -> list[str]:
        return [str(each.first_name) for each in users.list(request=query)]  # type: ignore[arg-type]

    assert found() == ["Bob", "Alice", "Carol"]
    assert found(limit=1, offset=1) == ["Alice"]
    assert found(offset=5) == []
    assert found(order_by="first_name") == ["Alice", "Bob", "Carol"]
    assert found(order_by="-username") == ["Carol", "Bob", "Alice"]
    assert found(email_address=["ALICE@example.com", "no@example.com"]) == ["Alice"]
    assert found(user_id=[ids["Bob"]]) == ["Bob"]
    assert found(user_id=[f"-{ids['Bob']}"]) == ["Alice", "Carol"]
    assert found(username=["alice_1"]) == ["Alice"]
    assert found(query="caro") == ["Carol"]
    assert found(name_query="B") == ["Bob"]
    assert found(banned=True) == ["Bob"]
    assert found(created_at_after=NOON + 3_600_000) == ["Bob", "Alice"]
    assert found(created_at_before=NOON + 3_600_000) == ["Carol"]
    _, rest = account.call("GET", f"/v1/users?starting_after={ids['Bob']}&limit=1")
    assert [each["first_name"] for each in rest] == ["Alice"]
    status, told = account.call("GET", f"/v1/users?starting_after={ids['Bob']}&offset=1")
    assert (status, error(told)[0]) == (422, "form_conditional_param_disallowed")
    assert users.count(request={"banned": False}).total_count == 2


def test_a_banned_users_sessions_are_revoked_and_a_locked_users_go_on(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Ban a user, Lock a user)"""
    users, sessions = account.sdk.users, account.sdk.sessions
    user = account.user()
    session = sessions.create(request={"user_id": user.id})
    assert users.lock(user_id=user.id).locked is True
    assert sessions.get(session_id=session.id).status == "active"
    assert users.unlock(user_id=user.id).locked is False
    assert users.ban(user_id=user.id).banned is True
    assert sessions.get(session_id=session.id).status == "revoked"
    assert users.unban(user_id=user.id).banned is False


def test_passwords_and_codes_are_verified(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Verify the password of a user)"""
    users = account.sdk.users
    user = account.user(totp_secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", backup_codes=["a-code"])
    assert (user.totp_enabled, user.two_factor_enabled) == (True, True)
    right = users.verify_password(user_id=user.id, password="correct horse battery")
    assert right is not None
    assert right.verified is True
    path = f"/v1/users/{user.id}"
    status, told = account.call("POST", f"{path}/verify_password", {"password": "wrong"})
    assert (status, error(told)[0]) == (422, "incorrect_password")
    used = users.verify_totp(user_id=user.id, code="a-code")
    assert used is not None
    assert used.code_type == "backup_code"
    status, told = account.call("POST", f"{path}/verify_totp", {"code": "a-code"})
    assert (status, error(told)[0]) == (422, "totp_incorrect_code")
    users.disable_mfa(user_id=user.id)
    status, told = account.call("POST", f"{path}/verify_totp", {"code": "123456"})
    assert (status, error(told)[0]) == (400, "totp_disabled")
    assert users.get(user_id=user.id).mfa_disabled_at == NOON


def test_a_digest_lets_the_same_password_in(account: Account) -> None:
    """Source: https://github.com/clerk/openapi-specs (PasswordHasher)"""
    digest = sha256(b"password").hexdigest()
    body = {"email_address": ["a@example.com"], "password_hasher": "sha256"}
    status, told = account.call("POST", "/v1/users", body | {"password_digest": digest[1:]})
    assert (status, error(told)[0]) == (422, "form_password_digest_invalid_code")
    status, told = account.call("POST", "/v1/users", body | {"password_digest": digest})
    assert (status, told["password_enabled"]) == (200, True)
    assert account.call(
        "POST", f"/v1/users/{told['id']}/verify_password", {"password": "password"}
    ) == (200, {"verified": True})


def test_an_identifier_is_added_verified_by_code_and_made_the_primary_one(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Email Addresses)"""
    user, addresses = account.user(), account.sdk.email_addresses
    added = addresses.create(request={"user_id": user.id, "email_address": "new@example.com"})
    assert added is not None
    assert added.verification is None
    path = f"/v1/email_addresses/{added.id}"
    status, told = account.call("PATCH", path, {"primary": True})
    assert (status, error(told)[0]) == (422, "form_verification_needed")
    _, started = account.call("POST", f"{path}/prepare_verification")
    code = account.state("sent_codes")[0]["code"]
    given = {"verification_id": started["id"], "code": "nothing"}
    assert account.call("POST", f"{path}/attempt_verification", given)[1]["status"] == "unverified"
    given["code"] = code
    assert account.call("POST", f"{path}/attempt_verification", given)[1]["status"] == "verified"
    status, told = account.call("POST", f"{path}/attempt_verification", given)
    assert (status, error(told)[0]) == (400, "verification_already_verified")
    assert account.call("PATCH", path, {"primary": True})[0] == 200
    assert account.sdk.users.get(user_id=user.id).primary_email_address_id == added.id
    assert account.call("DELETE", path)[1]["deleted"] is True
    left = account.sdk.users.get(user_id=user.id)
    assert [each.email_address for each in left.email_addresses] == ["alice@example.com"]
    assert left.primary_email_address_id == left.email_addresses[0].id


def test_a_phone_number_can_be_a_second_factor_once_it_is_verified(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Phone Numbers)"""
    user, numbers = account.user(), account.sdk.phone_numbers
    body = {
        "user_id": user.id,
        "phone_number": "+1 415 555 0177",
        "reserved_for_second_factor": True,
    }
    status, told = account.call("POST", "/v1/phone_numbers", body)
    assert (status, error(told)[0]) == (422, "form_verification_needed")
    added = numbers.create(request={**body, "verified": True})  # type: ignore[arg-type]
    assert added is not None
    assert (added.phone_number, added.default_second_factor) == ("+14155550177", True)
    assert account.sdk.users.get(user_id=user.id).primary_phone_number_id == added.id
    account.call("POST", f"/v1/phone_numbers/{added.id}/prepare_verification")
    assert account.told("sms.created") == []
    account.sdk.users.disable_mfa(user_id=user.id)
    found = numbers.get(phone_number_id=str(added.id))
    assert found is not None
    assert found.reserved_for_second_factor is False
