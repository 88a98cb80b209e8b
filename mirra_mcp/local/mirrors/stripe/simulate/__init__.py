"""What the world does to a Stripe account, told in the verbs of its resources."""

from types import ModuleType

from mirra_mcp.local.mirrors.stripe.simulate import (
    account,
    billing,
    checkout,
    connect,
    disputes,
    identity,
    payments,
    portal,
    radar,
    usage,
)

MODULES: tuple[ModuleType, ...] = (
    account,
    billing,
    checkout,
    connect,
    disputes,
    identity,
    payments,
    portal,
    radar,
    usage,
)
