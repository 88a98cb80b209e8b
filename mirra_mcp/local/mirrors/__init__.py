"""The catalog: one line a vendor, whose code is loaded when it is first asked for."""

from collections.abc import Iterator, Mapping
from importlib import import_module

from mirra_mcp.local.kit.mirror import Mirror

VENDORS = {
    "clerk": "Clerk",
    "resend": "Resend",
    "stripe": "Stripe",
    "twilio": "Twilio",
}
"""Per vendor the class in its `mirror` module."""


class Catalog(Mapping[str, type[Mirror]]):
    """The mirror classes by vendor."""

    def __getitem__(self, vendor: str) -> type[Mirror]:
        """Return a vendor's class; any thread may ask."""
        name = VENDORS[vendor]
        found: type[Mirror] = getattr(import_module(f"{__name__}.{vendor}.mirror"), name)
        return found

    def __iter__(self) -> Iterator[str]:
        """Name the vendors."""
        return iter(VENDORS)

    def __len__(self) -> int:
        """Count the vendors."""
        return len(VENDORS)


MIRRORS: Mapping[str, type[Mirror]] = Catalog()
