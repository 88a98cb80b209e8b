"""What kind of line a number is, and whose network it is on. Ours: the same number, the same line.

The kind is what the numbering plan says. The plan of North America doesn't tell mobiles from
landlines: there every ordinary number is a mobile. Carriers are real ones, picked by the number.

Source: https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence
"""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, get_args

from mirra_mcp.local.mirrors.twilio.api.phones import LANDLINE

LineType = Literal[
    "mobile",
    "landline",
    "tollFree",
    "fixedVoip",
    "nonFixedVoip",
    "personal",
    "premium",
    "voicemail",
    "sharedCost",
    "uan",
    "pager",
    "unknown",
]
LINE_TYPES: frozenset[str] = frozenset(get_args(LineType))

BY_PLAN: tuple[LineType, ...] = (
    "landline",
    "mobile",
    "mobile",
    "tollFree",
    "premium",
    "sharedCost",
    "nonFixedVoip",
    "personal",
    "pager",
    "uan",
    "voicemail",
)
"""By the number of `phonenumbers.PhoneNumberType`."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who runs a line."""

    name: str
    mcc: str | None
    mnc: str | None
    """Its codes; none of what isn't a mobile network."""


CARRIERS: dict[str, tuple[Carrier, ...]] = {
    "US": (
        Carrier("T-Mobile USA, Inc.", "310", "260"),
        Carrier("Verizon Wireless", "311", "480"),
        Carrier("AT&T Wireless", "310", "410"),
    ),
    "CA": (
        Carrier("Rogers Communications Canada Inc.", "302", "720"),
        Carrier("Bell Mobility", "302", "610"),
        Carrier("Telus Mobility", "302", "220"),
    ),
    "GB": (
        Carrier("Vodafone UK", "234", "15"),
        Carrier("EE Limited", "234", "30"),
        Carrier("O2 (UK) Limited", "234", "10"),
        Carrier("Hutchison 3G UK Ltd", "234", "20"),
    ),
    "DE": (
        Carrier("Telekom Deutschland GmbH", "262", "01"),
        Carrier("Vodafone GmbH", "262", "02"),
        Carrier("Telefonica Germany GmbH & Co. OHG", "262", "03"),
    ),
    "FR": (
        Carrier("Orange France", "208", "01"),
        Carrier("SFR", "208", "10"),
        Carrier("Bouygues Telecom", "208", "20"),
    ),
    "ES": (Carrier("Movistar", "214", "07"), Carrier("Vodafone Spain", "214", "01")),
    "IT": (Carrier("TIM", "222", "01"), Carrier("Vodafone Italy", "222", "10")),
    "NL": (Carrier("KPN Mobile", "204", "08"), Carrier("Vodafone NL", "204", "04")),
    "IE": (Carrier("Vodafone Ireland", "272", "01"), Carrier("Three Ireland", "272", "05")),
    "BR": (
        Carrier("Vivo", "724", "06"),
        Carrier("Claro", "724", "05"),
        Carrier("TIM", "724", "02"),
    ),
    "CO": (Carrier("Colombia Movil (Tigo)", "732", "103"), Carrier("Claro", "732", "101")),
    "MX": (Carrier("Telcel", "334", "020"), Carrier("AT&T Mexico", "334", "050")),
    "IN": (Carrier("Reliance Jio", "405", "857"), Carrier("Bharti Airtel", "404", "10")),
    "AU": (Carrier("Telstra", "505", "01"), Carrier("Optus", "505", "02")),
    "JP": (Carrier("NTT DOCOMO", "440", "10"), Carrier("SoftBank", "440", "20")),
}
OTHER = Carrier("Mobile network", "901", "01")
"""Of countries that the table doesn't have: a network code that belongs to no country."""
FIXED = {"US": "Bandwidth.com", "GB": "BT", "DE": "Deutsche Telekom AG", "FR": "Orange"}


def draw(text: str, choices: int) -> int:
    """Return a number below `choices` that always comes with this text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) % choices


@lru_cache(maxsize=4096)
def line_type(e164: str) -> LineType:
    """Return what the numbering plan says of a number."""
    import phonenumbers

    if e164 == LANDLINE:
        return "landline"
    number = phonenumbers.parse(e164, None)
    if number.country_code == 1 and not phonenumbers.is_valid_number(number):
        return "mobile"  # the fictional 555 numbers, with which tests are written
    kind = int(phonenumbers.number_type(number))
    return BY_PLAN[kind] if 0 <= kind < len(BY_PLAN) else "unknown"


@lru_cache(maxsize=4096)
def country_of(e164: str) -> str | None:
    """Return the country of a number, in two letters."""
    import phonenumbers

    number = phonenumbers.parse(e164, None)
    by_code = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return phonenumbers.region_code_for_number(number) or by_code


def network(e164: str, ported_to: str | None, kind: str) -> Carrier:
    """Return who runs a line of this kind, `ported_to` if it has moved there."""
    country = country_of(e164) or ""
    if kind != "mobile":
        return Carrier(ported_to or FIXED.get(country, "Fixed network"), None, None)
    choices = CARRIERS.get(country, (OTHER,))
    picked = choices[draw(e164, len(choices))]
    if ported_to is None:
        return picked
    return next(
        (each for each in choices if each.name == ported_to), Carrier(ported_to, picked.mcc, None)
    )
