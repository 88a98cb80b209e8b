"""What the world does to a Stripe account, told in the verbs of its resources."""

from types import ModuleType

from mirra_mcp.local.mirrors.stripe.simulate import (
    billing,
    checkout,
    connect,
    money,
    payments,
    portal,
)

MODULES: tuple[ModuleType, ...] = (billing, checkout, connect, money, payments, portal)
