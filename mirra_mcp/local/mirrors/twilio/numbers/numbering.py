"""What a country's numbers are like, and which are for sale: the same search, the same numbers.

Source: https://www.twilio.com/docs/phone-numbers/api/availablephonenumber-resource
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from typing import Literal

from mirra_mcp.local.mirrors.twilio.api import phones

NumberType = Literal["local", "mobile", "toll_free"]

COUNTRIES: dict[str, tuple[str, tuple[NumberType, ...]]] = {
    "US": ("United States", ("local", "toll_free")),
    "CA": ("Canada", ("local", "toll_free")),
    "GB": ("United Kingdom", ("local", "mobile", "toll_free")),
    "AU": ("Australia", ("local", "mobile", "toll_free")),
    "AT": ("Austria", ("local", "mobile", "toll_free")),
    "BE": ("Belgium", ("local", "mobile", "toll_free")),
    "BR": ("Brazil", ("local", "mobile", "toll_free")),
    "CZ": ("Czech Republic", ("local", "mobile", "toll_free")),
    "DE": ("Germany", ("local", "mobile", "toll_free")),
    "DK": ("Denmark", ("mobile", "toll_free")),
    "ES": ("Spain", ("local", "mobile", "toll_free")),
    "FI": ("Finland", ("local", "mobile", "toll_free")),
    "FR": ("France", ("local", "mobile", "toll_free")),
    "HK": ("Hong Kong", ("local", "mobile", "toll_free")),
    "IE": ("Ireland", ("local", "mobile", "toll_free")),
    "IL": ("Israel", ("local", "mobile", "toll_free")),
    "IT": ("Italy", ("local", "mobile", "toll_free")),
    "JP": ("Japan", ("local", "mobile", "toll_free")),
    "MX": ("Mexico", ("local", "toll_free")),
    "NL": ("Netherlands", ("local", "mobile", "toll_free")),
    "NO": ("Norway", ("local", "mobile", "toll_free")),
    "NZ": ("New Zealand", ("local", "toll_free")),
    "PL": ("Poland", ("local", "mobile", "toll_free")),
    "PT": ("Portugal", ("local", "mobile", "toll_free")),
    "SE": ("Sweden", ("local", "mobile", "toll_free")),
    "CH": ("Switzerland", ("local", "mobile", "toll_free")),
    "ZA": ("South Africa", ("local", "mobile", "toll_free")),
}
"""By code the name, and which types of numbers are for sale."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an area code is."""

    region: str
    locality: str
    rate_center: str
    lata: str
    latitude: str
    longitude: str
    postal_code: str


PLACES: dict[str, Place] = {
    "415": Place("CA", "San Francisco", "SNFC CNTRL", "722", "37.774900", "-122.419400", "94102"),
    "212": Place("NY", "New York", "NWYRCYZN01", "132", "40.712800", "-74.006000", "10007"),
    "206": Place("WA", "Seattle", "SEATTLE", "674", "47.606200", "-122.332100", "98104"),
    "312": Place("IL", "Chicago", "CHICAGO", "358", "41.878100", "-87.629800", "60602"),
    "512": Place("TX", "Austin", "AUSTIN", "558", "30.267200", "-97.743100", "78701"),
    "305": Place("FL", "Miami", "MIAMI", "460", "25.761700", "-80.191800", "33128"),
    "617": Place("MA", "Boston", "BOSTON", "128", "42.360100", "-71.058900", "02108"),
    "303": Place("CO", "Denver", "DENVER", "656", "39.739200", "-104.990300", "80202"),
    "213": Place("CA", "Los Angeles", "LSAN DA 01", "730", "34.052200", "-118.243700", "90012"),
    "602": Place("AZ", "Phoenix", "PHOENIX", "666", "33.448400", "-112.074000", "85003"),
    "503": Place("OR", "Portland", "PORTLAND", "672", "45.515200", "-122.678400", "97204"),
    "404": Place("GA", "Atlanta", "ATLANTA", "438", "33.749000", "-84.388000", "30303"),
    "808": Place("HI", "Hilo", "HILO", "834", "19.720000", "-155.090000", "96720"),
}
CANADIAN: dict[str, Place] = {
    "416": Place("ON", "Toronto", "TORONTO", "888", "43.653200", "-79.383200", "M5H 2N2"),
    "604": Place("BC", "Vancouver", "VANCOUVER", "888", "49.282700", "-123.120700", "V5Z 1M9"),
    "514": Place("QC", "Montreal", "MONTREAL", "888", "45.501700", "-73.567300", "H2Y 1C6"),
}
FREE = ("833", "844", "855", "866", "877", "888")
KEYS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999", strict=True))
EMPTY_AREA, FULL_AREA = "533", "500"
"""Area codes for tests: one without numbers, one whose number is `VALID`.

Source: https://www.twilio.com/docs/iam/test-credentials#test-purchase-numbers
"""


def place_of(e164: str) -> Place | None:
    """Return where a North American number is, as far as we know."""
    area = e164[2:5] if e164.startswith("+1") else ""
    return PLACES.get(area) or CANADIAN.get(area)


def capabilities(phone: phones.Phone) -> dict[str, bool]:
    """Say what a number can do: those of North America everything, other landlines only talk."""
    is_american = phone.e164.startswith("+1")
    texts = is_american or phone.kind == "mobile"
    return {"voice": True, "sms": texts, "mms": is_american, "fax": False}


def type_of(phone: phones.Phone) -> NumberType:
    """Say as what a number is sold. North America's plan doesn't tell mobiles from landlines."""
    if phone.kind == "toll_free":
        return "toll_free"
    is_mobile = phone.kind == "mobile" and not phone.e164.startswith("+1")
    return "mobile" if is_mobile else "local"


def digits(text: str) -> str:
    """Turn a search pattern into digits and `*`: letters are those on a phone's keys."""
    keyed = (KEYS.get(each, each) for each in text.upper())
    return "".join(each for each in keyed if each.isdecimal() or each == "*")


def for_sale(country: str, kind: NumberType, areas: list[str], pattern: str) -> Iterator[str]:
    """Make up numbers of a country that fit a pattern, without end; some come twice."""
    for turn in count():
        area = areas[turn % len(areas)] if areas else ""
        head, length = _template(country, kind, area)
        seed = blake2b(f"{country} {kind} {area} {turn}".encode(), digest_size=8).digest()
        tail = f"{int.from_bytes(seed):020d}"[-length:]
        yield head + tail if not pattern else _overlaid(head, tail, pattern, turn)


def _template(country: str, kind: NumberType, area: str) -> tuple[str, int]:
    """Return how numbers begin, and how many digits follow."""
    if area:
        return f"+1{area}", 7
    import phonenumbers
    from phonenumbers import PhoneNumberType as Type

    types = {"local": Type.FIXED_LINE, "mobile": Type.MOBILE, "toll_free": Type.TOLL_FREE}
    number = phonenumbers.example_number_for_type(country, types[kind])
    if number is None:
        return "+", 1
    style = phonenumbers.PhoneNumberFormat.E164
    text = phonenumbers.format_number(number, style)
    return text[:-5], 5


def _overlaid(head: str, tail: str, pattern: str, turn: int) -> str:
    """Write a pattern over a number, at the end or somewhere else that moves with each turn."""
    number = head + tail
    pattern = pattern[-(len(number) - 1) :]
    room = len(number) - 1 - len(pattern)
    start = 1 + (room if turn % 2 == 0 else turn // 2 % (room + 1))
    over = "".join(
        old if new == "*" else new
        for old, new in zip(number[start : start + len(pattern)], pattern, strict=True)
    )
    return number[:start] + over + number[start + len(pattern) :]


def fits(e164: str, pattern: str) -> bool:
    """Say whether a pattern is somewhere in a number; `*` stands for any digit."""
    number = e164[1:]
    return any(
        all(wanted in ("*", given) for wanted, given in zip(pattern, number[start:], strict=False))
        for start in range(len(number) - len(pattern) + 1)
    )
