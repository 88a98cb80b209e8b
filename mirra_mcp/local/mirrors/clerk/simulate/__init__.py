"""What the world can do to a Clerk instance, a module for each area."""

from types import ModuleType

from mirra_mcp.local.mirrors.clerk.simulate import (
    access,
    billing,
    dashboard,
    enterprise,
    machines,
    oauth,
    organizations,
    sessions,
    signing,
    users,
)

MODULES: tuple[ModuleType, ...] = (
    signing,
    sessions,
    users,
    dashboard,
    access,
    organizations,
    enterprise,
    oauth,
    machines,
    billing,
)
