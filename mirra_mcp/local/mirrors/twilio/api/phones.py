"""Phone numbers: read with Google's library, and Twilio's magic ones for tests.

Source: https://www.twilio.com/docs/iam/test-credentials
    https://www.twilio.com/docs/glossary/what-e164
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

Kind = Literal["mobile", "local", "toll_free", "voip", "other"]

UNAVAILABLE = "+15005550000"
"""Can't be bought, and isn't a sender (21422, 21606)."""
INVALID = "+15005550001"
"""Not a phone number, wherever it stands (21421, 21212, 21211)."""
UNROUTABLE = "+15005550002"
FOREIGN = "+15005550003"
"""The account has no permission to send there (21408)."""
UNSUBSCRIBED = "+15005550004"
"""Has asked to get no messages (21610)."""
VALID = "+15005550006"
"""Passes all checks, as a sender, and when it is bought."""
FULL = "+15005550008"
"""A sender with a full queue (21611)."""
LANDLINE = "+15005550009"
"""Can't receive SMS (21614)."""
MAGIC = frozenset((UNAVAILABLE, INVALID, UNROUTABLE, FOREIGN, UNSUBSCRIBED, VALID, FULL, LANDLINE))


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can exist."""

    e164: str
    country: str
    """Two letters, as in `US`."""
    kind: Kind
    national: str
    """As people in the country write it: `(201) 555-0123`."""
    is_valid: bool
    """Whether it is in a range that is given out; else it only has a possible length."""


FREE = frozenset(("800", "833", "844", "855", "866", "877", "888"))
SPECIAL = frozenset(("500", "521", "522", "533", "544", "566", "577", "588", "700", "900"))
"""Area codes of North America whose numbers are neither free nor ordinary."""


@lru_cache(maxsize=16384)
def parse(text: str) -> Phone | None:
    """Read a number in E.164, or written for humans with a leading `+`; None if it can't be one.

    Numbers of a possible length pass though nobody was given their range, as all of the fictional
    `555-01xx` do: those are what tests are written with.
    """
    import phonenumbers

    text = text.strip()
    if not text.startswith("+"):
        return None
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_possible_number(number):
        return None
    style = phonenumbers.PhoneNumberFormat.NATIONAL
    national = phonenumbers.format_number(number, style)
    if number.country_code == 1:
        if e164[2] in "01" and e164 not in MAGIC:
            return None
        country, kind = _area(e164[2:5])
        is_valid = phonenumbers.is_valid_number_for_region(number, country)
        return Phone(e164, country, kind, national, is_valid)
    found = phonenumbers.region_code_for_number(number)
    if found is not None and phonenumbers.is_valid_number_for_region(number, found):
        return Phone(e164, found, _kind(number), national, is_valid=True)
    country = found or phonenumbers.region_code_for_country_code(number.country_code or 0)
    return Phone(e164, country, "other", national, is_valid=False)


@lru_cache
def _area(code: str) -> tuple[str, Kind]:
    """Return the country of a North American area code, and what its numbers are."""
    import phonenumbers

    number = phonenumbers.parse(f"+1{code}2345678", None)
    country = phonenumbers.region_code_for_number(number) or "US"
    return country, "toll_free" if code in FREE else "other" if code in SPECIAL else "mobile"


def _kind(number: "PhoneNumber") -> Kind:
    from phonenumbers import PhoneNumberType as Type
    from phonenumbers import number_type

    kinds: dict[int, Kind] = {
        Type.MOBILE: "mobile",
        Type.FIXED_LINE_OR_MOBILE: "mobile",
        Type.FIXED_LINE: "local",
        Type.TOLL_FREE: "toll_free",
        Type.VOIP: "voip",
    }
    return kinds.get(number_type(number), "other")
