"""What the allowlist and the blocklist have in common: addresses, numbers, wallets, whole domains.

Source: https://clerk.com/docs/guides/secure/restricting-access (Allowlist, Blocklist)
"""

import re

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc

Values = list[str]
WALLET = re.compile(r"0x[0-9a-f]{40}")
DOMAIN = re.compile(r"\*@(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
"""Every address of a domain, `*@acme.com`, or of its subdomains, `*@*.acme.com`."""


class ListedIdentifiers(ClerkResource):
    """A list of identifiers, each on it once, in lower case."""

    title = "identifier"
    names = ("identifier",)
    indexes = ("identifier",)

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of an identifier, with the instance's id."""
        return super().view(doc) | {"instance_id": self.mirror.identity.id}

    def add(self, identifier: str) -> Doc:
        """Lay out one more; it isn't saved yet.

        Raises:
            VendorError: it can't be one, or is on the list.
        """
        value, kind = self._read(identifier)
        if self.first(identifier=value) is not None:
            raise errors.refusal(
                400,
                "duplicate_record",
                f"duplicate {self.entity.replace('_', ' ')}",
                f"the identifier {value} already exists",
            )
        return self.new(identifier=value, identifier_type=kind)

    def matching(self, value: str) -> set[str]:
        """Return which of the list's identifiers mean somebody's."""
        return {each for each in self.meant(value) if self.first(identifier=each) is not None}

    def meant(self, value: str) -> Values:
        """Return everything that a list may have to mean somebody's identifier."""
        _, _, domain = value.rpartition("@")
        if "@" not in value:
            return [value]
        labels = domain.split(".")
        above = [".".join(labels[at:]) for at in range(1, len(labels))]
        return [value, f"*@{domain}", *(f"*@*.{each}" for each in above)]

    def _read(self, text: str) -> tuple[str, str]:
        """Return an identifier as it is kept, and of which type it is."""
        value = text.strip().lower()
        if DOMAIN.fullmatch(value):
            return value, "email_address"
        if WALLET.fullmatch(value):
            return value, "web3_wallet"
        try:
            if "@" in value:
                return self.mirror.email_addresses.normal(value), "email_address"
            return self.mirror.phone_numbers.normal(value), "phone_number"
        except VendorError:
            raise errors.invalid("identifier") from None
