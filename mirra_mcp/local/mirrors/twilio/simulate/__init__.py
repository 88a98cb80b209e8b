"""The modules that tell what the world does to an account, a line each."""

from types import ModuleType

from mirra_mcp.local.mirrors.twilio.simulate import account, carriers, messages, numbers, verify

MODULES: tuple[ModuleType, ...] = (messages, numbers, verify, carriers, account)
