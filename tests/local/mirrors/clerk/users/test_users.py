"""Users: created, found, changed, deleted. Source: https://clerk.com/docs/reference/backend-api"""

import pytest
from clerk_backend_api.models import ClerkErrors

from tests.local.mirrors.clerk.client import NOON, Account, refusal


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
