"""Email addresses as Resend reads them: `email@example.com` or `Name <email@example.com>`.

Source: https://resend.com/docs/api-reference/emails/send-email
"""

import re
from functools import lru_cache
from typing import NamedTuple

from mirra_mcp.local.mirrors.resend.api import errors

EMAIL = re.compile(
    r"[^\s<>@,;:\"\\()\[\]]+@(?:[^\s<>@.,;:\"\\()\[\]/]+\.)+[^\s<>@.,;:\"\\()\[\]/]{2,}"
)
NAMED = re.compile(r"\s*(?:\"(?:[^\"\\]|\\.)*\"|[^<>\",]*?)\s*<\s*([^<>]+?)\s*>\s*")
"""A name, in quotes if it has commas or quotes, and the address. Source: RFC 5322, 3.4."""
CONTROL = re.compile(r"[\x00-\x1f\x7f]")

TEST_DOMAIN = "resend.dev"
FATES = {
    "delivered": "delivered",
    "bounced": "bounced",
    "complained": "complained",
    "suppressed": "suppressed",
}
"""What happens to an email to a test address, by the part before `@` and before any `+label`.

Source: https://resend.com/docs/dashboard/emails/send-test-emails
"""


class Address(NamedTuple):
    """An address that could be read."""

    email: str
    """Without the name, in lower case."""
    domain: str


def folded(email: str) -> str:
    """Return an address as it is compared: case doesn't count."""
    return email.strip().lower()


def must_be_one_line(field: str, *texts: str | None) -> None:
    """Check what becomes a header.

    Raises:
        VendorError: it has a line break.
    """
    for text in texts:
        for character in "\n\r":
            if text and character in text:
                raise errors.not_allowed(character, field)


@lru_cache(maxsize=4096)
def parse(text: str) -> Address | None:
    """Read an address, or return None if it isn't one."""
    if CONTROL.search(text):
        return None
    named = NAMED.fullmatch(text) if "<" in text else None
    email = named[1] if named else text.strip()
    if not EMAIL.fullmatch(email):
        return None
    email = email.lower()
    return Address(email, email.rpartition("@")[2])


def fate_of(address: Address) -> str:
    """Say what becomes of an email to this address: `delivered`, unless it is a test address."""
    if address.domain != TEST_DOMAIN:
        return "delivered"
    return FATES.get(address.email.partition("@")[0].partition("+")[0], "delivered")


def is_test(address: Address) -> bool:
    """Say whether this is one of Resend's test addresses."""
    local = address.email.partition("@")[0].partition("+")[0]
    return address.domain == TEST_DOMAIN and local in FATES


def read(field: str, texts: list[str]) -> list[Address]:
    """Read the addresses of one field.

    Raises:
        VendorError: one of them isn't an address.
    """
    found = []
    for text in texts:
        address = parse(text)
        if address is None:
            raise errors.invalid_address(field)
        found.append(address)
    return found
