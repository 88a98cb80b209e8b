"""What the world does to a Stripe account, told in the verbs of its resources."""

from types import ModuleType

from mirra_mcp.local.mirrors.stripe.simulate import (
    accounts,
    billing,
    checkout,
    money,
    payments,
    portal,
)

MODULES: tuple[ModuleType, ...] = (accounts, billing, checkout, money, payments, portal)
