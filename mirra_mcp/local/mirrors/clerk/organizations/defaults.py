"""The roles and permissions that every instance begins with.

Source: https://clerk.com/docs/guides/organizations/control-access/roles-and-permissions
"""

ADMIN, MEMBER = "org:admin", "org:member"
SYSTEM = (
    ("Manage organization", "org:sys_profile:manage"),
    ("Delete organization", "org:sys_profile:delete"),
    ("Read members", "org:sys_memberships:read"),
    ("Manage members", "org:sys_memberships:manage"),
    ("Read domains", "org:sys_domains:read"),
    ("Manage domains", "org:sys_domains:manage"),
    ("Read billing", "org:sys_billing:read"),
    ("Manage billing", "org:sys_billing:manage"),
    ("Manage self-serve SSO", "org:sys_entconns:manage"),
)
"""The system permissions: name and key."""
ROLES = (
    ("Admin", ADMIN, tuple(key for _, key in SYSTEM)),
    ("Member", MEMBER, ("org:sys_memberships:read", "org:sys_billing:read")),
)
"""The roles: name, key and the keys of their permissions."""
ELEVATED = frozenset({"org:sys_memberships:manage", "org:sys_memberships:read",
                      "org:sys_profile:delete"})  # fmt: skip
"""What a creator's role must have, and at least one member of an organization."""
MANAGE_MEMBERS = "org:sys_memberships:manage"
SETTINGS = {
    "enabled": True,
    "max_allowed_memberships": 5,
    "max_allowed_roles": 10,
    "max_role_sets_allowed": 10,
    "max_allowed_domains": 10,
    "max_allowed_permissions": 50,
    "creator_role": ADMIN,
    "admin_delete_enabled": True,
    "domains_enabled": False,
    "slug_disabled": False,
    "domains_enrollment_modes": [],
    "domains_default_role": MEMBER,
    "initial_role_set_key": "role_set:default",
}
"""What an instance is set to before anybody changes it.

Source: https://clerk.com/docs/guides/organizations/configure (5 members) and
https://github.com/clerk/openapi-specs (OrganizationSettings)
"""
MOST_CREATED = 100
"""How many organizations one user may create.

Source: https://clerk.com/docs/guides/organizations/configure (up to 100 Organizations by default)
"""
