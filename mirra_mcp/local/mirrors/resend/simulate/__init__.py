"""What the world can do to a Resend account, a module for each area."""

from types import ModuleType

from mirra_mcp.local.mirrors.resend.simulate import account, audience, receiving, sending

MODULES: tuple[ModuleType, ...] = (sending, receiving, account, audience)
