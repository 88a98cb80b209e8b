"""Which place an address is, for a tax.

Source: https://docs.stripe.com/tax/customer-locations (what addresses must hold, and which of a
customer's is taken)
"""

import re
from collections.abc import Iterable

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.catalogue.tax.jurisdictions import (
    CANADA,
    STATES,
    UNTAXED_STATES,
    Place,
)
from mirra_mcp.wire.model import Doc

ZIP = re.compile(r"(\d{3})\d{2}(-?\d{4})?")
ZIPS = (
    "005 NY 006 PR 010 MA 028 RI 030 NH 039 ME 050 VT 055 MA 056 VT 060 CT 070 NJ 100 NY 150 PA"
    " 197 DE 200 DC 206 MD 220 VA 247 WV 270 NC 290 SC 300 GA 320 FL 342 FL 350 AL 370 TN 386 MS"
    " 398 GA 400 KY 430 OH 460 IN 480 MI 500 IA 530 WI 550 MN 570 SD 580 ND 590 MT 600 IL 630 MO"
    " 660 KS 680 NE 700 LA 716 AR 730 OK 733 TX 734 OK 750 TX 800 CO 820 WY 832 ID 840 UT 850 AZ"
    " 870 NM 885 TX 889 NV 900 CA 967 HI 969 GU 970 OR 980 WA 995 AK"
)
"""From which three digits on ZIP codes are in which state."""
FIRST = dict(zip(*(iter(ZIPS.split()),) * 2, strict=True))
BY_LETTER = (
    "A NL B NS C PE E NB G QC H QC J QC K ON L ON M ON N ON P ON R MB S SK T AB V BC X NT Y YT"
)
PROVINCES = dict(zip(*(iter(BY_LETTER.split()),) * 2, strict=True))
NETS = {
    "192.0.2.": Place("US", "CA", "ip_address"),
    "198.51.100.": Place("DE", None, "ip_address"),
    "203.0.113.": Place("AU", None, "ip_address"),
}
"""Where the addresses are that RFC 5737 keeps for examples: the mirror looks no other up."""

NOWHERE = (
    "The customer's location isn't recognized. Set a valid customer address in order to"
    " automatically calculate tax."
)


def unrecognized(param: str | None = None) -> VendorError:
    """Source: https://docs.stripe.com/error-codes#customer-tax-location-invalid"""
    return errors.invalid(NOWHERE, param, "customer_tax_location_invalid")


def place_of(address: Doc | None, source: str) -> Place | None:
    """Return the place that an address is precise enough for.

    The US wants a ZIP code, Canada a province or a postal code, the rest of the world a country.
    """
    country = str((address or {}).get("country") or "").upper()
    if address is None or not re.fullmatch("[A-Z]{2}", country):
        return None
    state = str(address.get("state") or "").upper().removeprefix(f"{country}-")
    postal = str(address.get("postal_code") or "").strip().upper()
    if country == "US":
        found = ZIP.fullmatch(postal)
        if found is None:
            return None
        known = state in STATES or state in UNTAXED_STATES
        return Place(country, state if known else _state_of(found[1]), source)
    if country == "CA":
        province = state if state in CANADA else PROVINCES.get(postal[:1])
        return Place(country, province, source) if province else None
    return Place(country, None, source)


def _state_of(digits: str) -> str | None:
    below = [state for first, state in FIRST.items() if first <= digits]
    return below[-1] if below else None


def first_of(addresses: Iterable[tuple[Doc | None, str]], ip: str | None) -> Place | None:
    """Return the place of the first address that says anything, else of the IP address.

    One that says too little is not passed over: the place is unknown then.
    """
    for address, source in addresses:
        if address and any(address.values()):
            return place_of(address, source)
    return next((place for net, place in NETS.items() if (ip or "").startswith(net)), None)
