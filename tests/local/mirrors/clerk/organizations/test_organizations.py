"""Organizations and who is in them, through the official SDK.

Source: https://clerk.com/docs/reference/backend-api (Organizations)
"""

from typing import Any

import pytest
from clerk_backend_api.models import ClerkErrors, CreateOrganizationRequestBody

from tests.local.mirrors.clerk.client import NOON, Account, error, refusal

pytestmark = pytest.mark.filterwarnings("ignore:.*DEPRECATED:DeprecationWarning")


def made(account: Account, name: str = "Acme", **fields: Any) -> Any:
    """Make an organization."""
    return account.sdk.organizations.create(
        request=CreateOrganizationRequestBody(name=name, **fields)
    )


def test_an_organization_is_made_found_changed_and_deleted(account: Account) -> None:
    user, organizations = account.user(), account.sdk.organizations
    acme = made(account, created_by=user.id, slug="acme-inc")
    assert (acme.id[:4], acme.slug, acme.max_allowed_memberships) == ("org_", "acme-inc", 5)
    assert made(account, "Big Co.").slug == "big-co"
    assert organizations.get(organization_id="acme-inc") == acme
    shown = organizations.get(organization_id=acme.id, include_members_count=True)
    assert shown.members_count == 1
    assert [each.name for each in organizations.list().data] == ["Big Co.", "Acme"]
    assert [each.name for each in organizations.list(query="ACM").data] == ["Acme"]
    assert [each.name for each in organizations.list(order_by="+name").data] == ["Acme", "Big Co."]
    assert [each.name for each in organizations.list(user_id=[user.id]).data] == ["Acme"]
    assert [each.name for each in organizations.list(user_id=[f"-{user.id}"]).data] == ["Big Co."]
    changed = organizations.update(organization_id=acme.id, name="Acme 2")
    assert (changed.name, changed.slug) == ("Acme 2", "acme-inc")
    organizations.merge_metadata(organization_id=acme.id, public_metadata={"a": {"b": 1, "c": 2}})
    merged = organizations.merge_metadata(
        organization_id=acme.id, public_metadata={"a": {"b": None}}
    )
    assert merged.public_metadata == {"a": {"c": 2}}
    logo = {"file_name": "a.png", "content": b"logo", "content_type": "image/png"}
    assert organizations.upload_logo(organization_id=acme.id, file=logo).has_image is True  # type: ignore[arg-type]
    assert organizations.delete_logo(organization_id=acme.id).has_image is False
    gone = organizations.delete(organization_id=acme.id)
    assert (gone.deleted, gone.slug) == (True, "acme-inc")
    with pytest.raises(ClerkErrors) as refused:
        organizations.get(organization_id=acme.id)
    assert refusal(refused.value)[:2] == (404, "resource_not_found")
    told = [kind for kind, _ in account.told("organization.created", "organization.deleted")]
    assert told == ["organization.created", "organization.created", "organization.deleted"]
    assert account.state("organization_memberships") == []


def test_members_join_change_roles_and_leave(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Organization Memberships)"""
    alice, bob = account.user(first_name="Alice"), account.user("bob@example.com", first_name="Bob")
    acme, members = made(account, created_by=alice.id), account.sdk.organization_memberships
    joined = members.create(organization_id=acme.id, user_id=bob.id, role="org:member")
    assert (joined.role, joined.role_name) == ("org:member", "Member")
    assert joined.permissions == ["org:sys_memberships:read", "org:sys_billing:read"]
    assert joined.public_user_data is not None
    assert joined.public_user_data.identifier == "bob@example.com"

    def found(**query: Any) -> list[str]:
        listed = members.list(organization_id=acme.id, **query).data
        return [str(each.public_user_data.first_name) for each in listed]  # type: ignore[union-attr]

    assert found() == ["Bob", "Alice"]
    assert found(order_by="+first_name") == ["Alice", "Bob"]
    assert found(role=["org:admin"]) == ["Alice"]
    assert found(email_address=["bob@example.com"]) == ["Bob"]
    assert found(query="ali") == ["Alice"]
    own = account.sdk.users.get_organization_memberships(user_id=bob.id)
    assert [each.organization.id for each in own.data] == [acme.id]
    assert account.call("GET", "/v1/organization_memberships")[1]["total_count"] == 2
    path = f"/v1/organizations/{acme.id}/memberships/{alice.id}"
    status, told = account.call("PATCH", path, {"role": "org:member"})
    assert (status, error(told)[0]) == (400, "organization_minimum_permissions_needed")
    status, told = account.call("DELETE", path)
    assert (status, error(told)[0]) == (400, "organization_minimum_permissions_needed")
    assert members.update(organization_id=acme.id, user_id=bob.id, role="org:admin").role_name == (
        "Admin"
    )
    noted = members.update_metadata(
        organization_id=acme.id, user_id=bob.id, public_metadata={"desk": 4}
    )
    assert noted.public_metadata == {"desk": 4}
    members.delete(organization_id=acme.id, user_id=alice.id)
    assert found() == ["Bob"]
    account.sdk.users.delete(user_id=bob.id)
    assert found() == []
    kinds = [kind for kind, _ in account.told() if kind.startswith("organizationMembership")]
    assert [kind.partition(".")[2] for kind in kinds] == [
        "created",
        "created",
        "updated",
        "updated",
        "deleted",
    ]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "<b>Acme</b>"}, 422, "form_param_value_invalid"),
        ({"name": "A", "slug": "Not so"}, 422, "form_param_value_invalid"),
        ({"name": "A", "slug": "acme"}, 422, "form_identifier_exists"),
        ({"name": "A", "created_by": "user_none"}, 400, "organization_creator_not_found"),
        ({"slug": "a"}, 422, "form_param_missing"),
        ({"name": "A", "max_allowed_memberships": -1}, 422, "form_param_value_invalid"),
        ({"name": "A", "public_metadata": {"a": "x" * 9000}}, 422, None),
    ],
)
def test_an_organization_that_cannot_be_is_refused(
    account: Account, body: Any, status: int, code: str | None
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    made(account, slug="acme")
    found, told = account.call("POST", "/v1/organizations", body)
    assert (found, error(told)[0]) == (status, code or "form_param_exceeds_allowed_size")
    assert len(account.state("organizations")) == 1


def test_members_and_pending_invitations_are_counted_against_the_limit(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/organizations/configure"""
    users = [account.user(f"{name}@example.com").id for name in ("a", "b")]
    acme = made(account, created_by=users[0], max_allowed_memberships=2)
    invitations = account.sdk.organization_invitations
    invited = invitations.create(
        organization_id=acme.id, email_address="c@example.com", role="org:member"
    )
    body = {"user_id": users[1], "role": "org:member"}
    path = f"/v1/organizations/{acme.id}/memberships"
    status, told = account.call("POST", path, body)
    assert (status, error(told)[:2]) == (
        403,
        (
            "organization_membership_quota_exceeded",
            "You have reached your limit of 2 organization memberships, including outstanding "
            "invitations.",
        ),
    )
    invitations.revoke(organization_id=acme.id, invitation_id=invited.id)
    assert account.call("POST", path, body)[0] == 200
    status, told = account.call("POST", path, body)
    assert (status, error(told)[0]) == (400, "already_a_member_in_organization")


def test_roles_and_permissions_are_made_and_used(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/organizations/control-access/roles-and-permissions"""
    roles, permissions = account.sdk.organization_roles, account.sdk.organization_permissions
    assert {each.key for each in roles.list().data} == {"org:admin", "org:member"}
    write = permissions.create(name="Write", key="org:docs:write", description="Writes")
    read = permissions.create(name="Read", key="org:docs:read", description="Reads")
    editor = roles.create(name="Editor", key="org:editor", permissions=[write.id])
    assert [each.key for each in editor.permissions] == ["org:docs:write"]
    assert (write.type, account.told("permission.created")[0][1]["type"]) == ("custom", "custom")
    roles.assign_permission(organization_role_id=editor.id, permission_id=read.id)
    path = f"/v1/organization_roles/{editor.id}"
    status, told = account.call("POST", f"{path}/permissions/{read.id}")
    assert (status, error(told)[0]) == (409, "organization_role_permission_association_exists")
    user = account.user()
    acme = made(account, created_by=user.id)
    other = account.user("b@example.com")
    members = account.sdk.organization_memberships
    joined = members.create(organization_id=acme.id, user_id=other.id, role="org:editor")
    assert joined.permissions == ["org:docs:write", "org:docs:read"]
    status, told = account.call("DELETE", path)
    assert (status, error(told)[0]) == (422, "organization_role_assigned_members")
    renamed = roles.update(organization_role_id=editor.id, key="org:writer")
    assert renamed.key == "org:writer"
    assert account.state("organization_memberships")[0]["role"] == "org:writer"
    roles.remove_permission(organization_role_id=editor.id, permission_id=read.id)
    members.delete(organization_id=acme.id, user_id=other.id)
    assert roles.delete(organization_role_id=editor.id).deleted is True
    system = next(each for each in permissions.list(limit=20).data if each.type == "system")
    status, told = account.call("DELETE", f"/v1/organization_permissions/{system.id}")
    assert (status, error(told)[0]) == (403, "organization_system_permission_not_modifiable")
    admin = roles.list(query="org:admin").data[0]
    status, told = account.call("DELETE", f"/v1/organization_roles/{admin.id}")
    assert (status, error(told)[0]) == (422, "organization_role_default_creator_role")
    status, told = account.call("POST", "/v1/organization_roles", {"name": "Bad", "key": "editor"})
    assert (status, error(told)[0]) == (422, "form_param_value_invalid")
    assert permissions.delete(permission_id=write.id).deleted is True


def test_a_token_tells_the_active_organization(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/sessions/session-tokens#decode-o-fpm-manually"""
    user, stranger = account.user(), account.user("eve@example.com")
    permissions = account.sdk.organization_permissions
    keys = ("org:dashboard:read", "org:dashboard:manage", "org:teams:read")
    ids = [permissions.create(name=key, key=key, description="").id for key in keys]
    roles = account.sdk.organization_roles
    roles.create(name="Lead", key="org:lead", permissions=ids)
    acme = made(account, slug="acme")
    account.sdk.organization_memberships.create(
        organization_id=acme.id, user_id=user.id, role="org:lead"
    )
    session = account.sdk.sessions.create(request={"user_id": user.id})
    assert session.last_active_organization_id == acme.id
    claims = account.claims(str(account.sdk.sessions.create_token(session_id=session.id).jwt))
    assert claims["o"] == {
        "fpm": "3,2",
        "id": acme.id,
        "per": "manage,read",
        "rol": "lead",
        "slg": "acme",
    }
    assert claims["fea"] == "o:dashboard,o:teams"
    status, told = account.call(
        "POST", "/v1/sessions", {"user_id": stranger.id, "active_organization_id": acme.id}
    )
    assert (status, error(told)[0]) == (404, "organization_not_found_or_unauthorized")
    account.sdk.organization_memberships.delete(organization_id=acme.id, user_id=user.id)
    claims = account.claims(str(account.sdk.sessions.create_token(session_id=session.id).jwt))
    assert "o" not in claims


def test_settings_of_the_instance_rule_its_organizations(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Update instance organization
    settings)"""
    settings = account.sdk.instance_settings
    assert settings.get_organization_settings().max_allowed_memberships == 5
    path = "/v1/instance/organization_settings"
    account.call("PATCH", path, {"max_allowed_memberships": 7, "slug_disabled": True})
    assert made(account).max_allowed_memberships == 7
    status, told = account.call("POST", "/v1/organizations", {"name": "B", "slug": "b"})
    assert (status, error(told)[0]) == (403, "organization_slugs_disabled")
    account.call("PATCH", path, {"enabled": False})
    status, told = account.call("GET", "/v1/organizations")
    assert (status, error(told)[0]) == (403, "organization_not_enabled_in_instance")


def test_domains_are_verified_and_belong_to_one_organization(account: Account) -> None:
    """Source: https://clerk.com/docs/reference/backend-api (Organization Domains)"""
    acme, other, domains = made(account), made(account, "Other"), account.sdk.organization_domains
    path = f"/v1/organizations/{acme.id}/domains"
    status, told = account.call("POST", path, {"name": "acme.com"})
    assert (status, error(told)[0]) == (403, "organization_domains_not_enabled")
    account.call(
        "PATCH",
        "/v1/instance/organization_settings",
        {"domains_enabled": True, "domains_enrollment_modes": ["automatic_invitation"]},
    )
    domain = domains.create(
        organization_id=acme.id, name="ACME.com", enrollment_mode="automatic_invitation"
    )
    assert (domain.name, domain.created_at) == ("acme.com", NOON)
    refusals = {
        "acme.com": "organization_domain_already_exists_same_organization",
        "gmail.com": "organization_domain_common",
        "nothing": "form_param_value_invalid",
    }
    for name, code in refusals.items():
        status, told = account.call("POST", path, {"name": name})
        assert (status, error(told)[0]) == (422, code)
    status, told = account.call(
        "POST", f"/v1/organizations/{other.id}/domains", {"name": "acme.com"}
    )
    assert error(told)[0] == "organization_domain_already_exists"
    proven = domains.verify_ownership(organization_id=acme.id, domain_id=domain.id)
    assert proven.ownership_verification is not None
    assert proven.ownership_verification.strategy == "manual_override"
    domains.update(organization_id=acme.id, domain_id=domain.id, verified=False)
    _, listed = account.call("GET", f"{path}?verified=false")
    assert [each["id"] for each in listed["data"]] == [domain.id]
    assert account.call("GET", f"{path}?enrollment_mode=-automatic_invitation")[1]["data"] == []
    assert domains.list_all(query="acm").total_count == 1
    assert domains.delete(organization_id=acme.id, domain_id=domain.id).deleted is True
    kinds = [kind for kind, _ in account.told() if kind.startswith("organizationDomain")]
    assert [kind.partition(".")[2] for kind in kinds] == [
        "created",
        "updated",
        "updated",
        "deleted",
    ]
