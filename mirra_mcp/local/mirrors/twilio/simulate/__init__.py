"""The modules that tell what the world does to an account, a line each."""

from types import ModuleType

MODULES: tuple[ModuleType, ...] = ()
