"""What the world does to a Stripe account, told in the verbs of its resources."""

from types import ModuleType

MODULES: tuple[ModuleType, ...] = ()
