"""The accounts that bank transfers go to: one of each customer, in each currency that has them.

Source: https://docs.stripe.com/payments/customer-balance/funding-instructions
"""

import zlib
from collections.abc import Callable

from mirra_mcp.wire.model import Doc

KINDS = {"usd": "us", "eur": "eu", "gbp": "gb", "jpy": "jp", "mxn": "mx"}
COUNTRIES = {"usd": "US", "eur": "IE", "gbp": "GB", "jpy": "JP", "mxn": "MX"}
ADDRESS: Doc = {
    "city": "South San Francisco",
    "country": "US",
    "line1": "354 Oyster Point Blvd",
    "line2": None,
    "postal_code": "94080",
    "state": "CA",
}
"""Where test banks and their account holders are."""


def addresses(currency: str, country: str, owner: str) -> list[Doc]:
    """Return where a transfer in a currency can be sent; the numbers follow from the owner."""
    digits = f"{zlib.crc32(f'{owner} {currency}'.encode()):010}"
    return FORMS[KINDS[currency]](digits, country)


def _held(**fields: object) -> Doc:
    return {
        "account_holder_address": dict(ADDRESS),
        "account_holder_name": "Test shop",
        "bank_address": dict(ADDRESS),
        **fields,
    }


def _us(digits: str, country: str) -> list[Doc]:
    own: Doc = {"account_number": f"1{digits}", "account_type": "checking"}
    own |= {"bank_name": "US Test Bank"}
    return [
        {
            "aba": _held(**own, routing_number="999999999"),
            "supported_networks": ["ach", "domestic_wire_us"],
            "type": "aba",
        },
        {
            "supported_networks": ["swift"],
            "swift": _held(**own, swift_code="TESTUS99XXX"),
            "type": "swift",
        },
    ]


def _eu(digits: str, country: str) -> list[Doc]:
    iban = f"{country}00TEST{digits}"
    return [
        {
            "iban": _held(bic="TESTDE99XXX", country=country, iban=iban),
            "supported_networks": ["sepa"],
            "type": "iban",
        }
    ]


def _gb(digits: str, country: str) -> list[Doc]:
    return [
        {
            "sort_code": _held(account_number=digits[-8:], sort_code="200000"),
            "supported_networks": ["bacs", "fps"],
            "type": "sort_code",
        }
    ]


def _jp(digits: str, country: str) -> list[Doc]:
    own: Doc = {"account_number": digits[-7:], "account_type": "futsu", "bank_code": "9999"}
    own |= {"bank_name": "JP Test Bank", "branch_code": "999", "branch_name": "Test branch"}
    return [{"supported_networks": ["zengin"], "type": "zengin", "zengin": _held(**own)}]


def _mx(digits: str, country: str) -> list[Doc]:
    own: Doc = {"bank_code": "999", "bank_name": "MX Test Bank", "clabe": f"99999999{digits}"}
    return [{"spei": _held(**own), "supported_networks": ["spei"], "type": "spei"}]


FORMS: dict[str, Callable[[str, str], list[Doc]]] = {
    "us": _us, "eu": _eu, "gb": _gb, "jp": _jp, "mx": _mx,
}  # fmt: skip
