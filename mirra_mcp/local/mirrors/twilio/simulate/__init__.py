"""What the world can do to a Twilio account, a module for each area."""

from types import ModuleType

from mirra_mcp.local.mirrors.twilio.simulate import (
    accounts,
    content,
    conversations,
    links,
    lookup,
    messaging,
    numbers,
    push,
    trusthub,
    verify,
    voice,
    whatsapp,
)

MODULES: tuple[ModuleType, ...] = (
    messaging,
    links,
    numbers,
    verify,
    push,
    lookup,
    accounts,
    trusthub,
    voice,
    conversations,
    content,
    whatsapp,
)
