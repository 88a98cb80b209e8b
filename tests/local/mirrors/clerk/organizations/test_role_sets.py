"""Role sets through the SDK.

Source: https://clerk.com/docs/guides/organizations/control-access/role-sets
"""

from typing import Any

import pytest
from clerk_backend_api.models import ClerkBaseError

from tests.local.mirrors.clerk.client import Account, error, said


def sdk(account: Account) -> Any:
    """Return the SDK, whose answers may be unset by its types."""
    return account.sdk


def keys(found: Any) -> list[str]:
    """Return the keys of the roles of a set."""
    return [each.key for each in found.roles]


def roles(account: Account, organization_id: str) -> list[str]:
    """Return the roles of the members of an organization, the oldest first."""
    found = sdk(account).organization_memberships.list(
        organization_id=organization_id, order_by="created_at"
    )
    return [each.role for each in found.data]


def staffed(account: Account, **fields: Any) -> tuple[Any, Any]:
    """Make an organization with an admin, and another user."""
    boss = account.user()
    made = sdk(account).organizations.create(
        request={"name": "Acme", "created_by": boss.id, **fields}
    )
    return made, account.user("bob@example.com")


def test_an_organization_has_the_roles_of_its_set(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Create a role set)"""
    sets = sdk(account).role_sets
    (primary,) = sets.list().data
    assert (primary.key, primary.type.value) == ("role_set:default", "initial")
    assert sorted(keys(primary)) == ["org:admin", "org:member"]
    assert (primary.creator_role.key, primary.default_role.key) == ("org:admin", "org:member")
    sdk(account).organization_roles.create(
        name="Viewer", key="org:viewer", include_in_initial_role_set=False
    )
    assert sorted(keys(sets.get(role_set_key_or_id=primary.id))) == ["org:admin", "org:member"]
    made = sets.create(
        name="Basic team",
        roles=["org:admin", "org:viewer"],
        default_role_key="org:viewer",
        creator_role_key="org:admin",
    )
    assert (made.key, keys(made)) == ("role_set:basic_team", ["org:admin", "org:viewer"])
    organization, bob = staffed(account, role_set_key=made.key)
    with pytest.raises(ClerkBaseError) as refused:
        sdk(account).organization_memberships.create(
            organization_id=organization.id, user_id=bob.id, role="org:member"
        )
    assert said(refused.value) == (404, "resource_not_found", "Organization role not found")
    sdk(account).organization_memberships.create(
        organization_id=organization.id, user_id=bob.id, role="org:viewer"
    )
    found = sets.get(role_set_key_or_id=made.key)
    assert [(each.key, each.members_count) for each in found.roles] == [
        ("org:admin", 1),
        ("org:viewer", 1),
    ]
    sets.update(role_set_key_or_id=made.key, type_="initial", key="role_set:team")
    assert [(each.key, each.type.value) for each in sets.list(order_by="key").data] == [
        ("role_set:default", "custom"),
        ("role_set:team", "initial"),
    ]
    later = sdk(account).organizations.create(request={"name": "Globex"})
    assert later.role_set_key == "role_set:team"
    assert sdk(account).organizations.get(organization_id=organization.id).role_set_key == (
        "role_set:team"
    )


def test_who_has_a_role_that_is_replaced_gets_the_other(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Replace a role in a role set)"""
    sets = sdk(account).role_sets
    for name in ("Viewer", "Editor"):
        sdk(account).organization_roles.create(
            name=name, key=f"org:{name.lower()}", include_in_initial_role_set=False
        )
    added = sets.add_roles(
        role_set_key_or_id="role_set:default",
        role_keys=["org:viewer"],
        default_role_key="org:viewer",
    )
    assert added.default_role.key == "org:viewer"
    organization, bob = staffed(account)
    sdk(account).organization_memberships.create(
        organization_id=organization.id, user_id=bob.id, role="org:viewer"
    )
    with pytest.raises(ClerkBaseError) as refused:
        sets.replace_role(
            role_set_key_or_id=added.id, role_key="org:viewer", to_role_key="org:editor"
        )
    assert said(refused.value)[:2] == (422, "organization_role_set_reassignment_mappings_invalid")
    left = sets.replace_role(
        role_set_key_or_id=added.id, role_key="org:viewer", to_role_key="org:member"
    )
    assert (sorted(keys(left)), left.default_role.key) == (
        ["org:admin", "org:member"],
        "org:member",
    )
    assert roles(account, organization.id) == ["org:admin", "org:member"]
    other = sets.create(
        name="Other",
        roles=["org:admin", "org:editor"],
        default_role_key="org:editor",
        creator_role_key="org:admin",
    )
    path = f"/v1/organizations/{organization.id}"
    status, told = account.call("PATCH", path, {"role_set_key": other.key})
    assert (status, error(told)[0]) == (422, "organization_role_set_reassignment_mappings_missing")
    with pytest.raises(ClerkBaseError) as refused:
        sets.replace(role_set_key_or_id=added.id, dest_role_set_key=other.key)
    assert said(refused.value) == (
        422,
        "organization_role_set_reassignment_mappings_missing",
        "The following roles are missing from the reassignment mappings: org:member",
    )
    gone = sets.replace(
        role_set_key_or_id=added.id,
        dest_role_set_key=other.key,
        reassignment_mappings={"org:member": "org:editor"},
    )
    assert gone.id == added.id
    assert roles(account, organization.id) == ["org:admin", "org:editor"]
    (only,) = sets.list().data
    assert (only.key, only.type.value) == (other.key, "initial")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key": "default"}, "form_param_value_invalid"),
        ({"key": "role_set:default"}, "form_identifier_exists"),
        ({"default_role_key": "org:nobody"}, "form_param_value_invalid"),
        ({"creator_role_key": "org:member"}, "organization_missing_creator_role_permissions"),
        ({"roles": []}, "form_param_value_invalid"),
        ({"roles": ["org:nobody"]}, "resource_not_found"),
    ],
)
def test_a_role_set_that_cannot_be_is_refused(
    account: Account, change: dict[str, Any], code: str
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    given = {"name": "Team", "roles": ["org:admin", "org:member"],
             "default_role_key": "org:member", "creator_role_key": "org:admin"}  # fmt: skip
    status, told = account.call("POST", "/v1/role_sets", given | change)
    assert status >= 400
    assert error(told)[0] == code
    assert len(account.state("role_sets")) == 1
