"""Values as criteria write them, and how a document's own values compare with them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from mirra_mcp.local.scenarios.check.shapes import Reader, slot
from mirra_mcp.local.scenarios.check.tokens import Token
from mirra_mcp.wire.model import Doc

WHOLE_UNITS = frozenset(
    [
        "bif",
        "clp",
        "djf",
        "gnf",
        "jpy",
        "kmf",
        "krw",
        "mga",
        "pyg",
        "rwf",
        "ugx",
        "vnd",
        "vuv",
        "xaf",
        "xof",
        "xpf",
    ]
)
"""Currencies without cents. Source: https://docs.stripe.com/currencies#zero-decimal"""
CURRENCIES = WHOLE_UNITS | frozenset(
    [
        "usd",
        "eur",
        "gbp",
        "cad",
        "aud",
        "nzd",
        "chf",
        "sek",
        "nok",
        "dkk",
        "pln",
        "czk",
        "huf",
        "ron",
        "bgn",
        "inr",
        "sgd",
        "hkd",
        "cny",
        "mxn",
        "brl",
        "zar",
        "ils",
        "aed",
        "try",
        "thb",
        "twd",
        "php",
        "idr",
        "myr",
    ]
)
NAMES = {
    "dollar": "usd",
    "dollars": "usd",
    "euro": "eur",
    "euros": "eur",
    "pounds": "gbp",
    "yen": "jpy",
}
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}
FIXED: dict[str, Any] = {"true": True, "false": False, "null": None}
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")
BRACKETED = re.compile(r"<([^<>]*@[^<>]*)>\s*$")
CHANNEL = re.compile(r"[a-z]+:\+\d")
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Money:
    """A sum in a currency's main unit."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        """Write it as `45.00 USD`."""
        return f"{self.amount:.2f} {self.currency.upper()}"

    def minor(self, currency: str) -> Decimal:
        """Return it in a currency's smallest unit."""
        return self.amount if currency in WHOLE_UNITS else self.amount * 100


@dataclass(frozen=True, slots=True)
class Value:
    """A value in a criterion."""

    it: Any
    is_status: bool = False
    """Whether it is a plain word that only a status field may be compared with."""

    def __str__(self) -> str:
        """Write it so that text can be told from numbers."""
        if isinstance(self.it, str):
            return f'"{self.it}"'
        if self.it is None or isinstance(self.it, bool):
            return {None: "null", True: "true", False: "false"}[self.it]
        return str(self.it)


@slot("value")
def read_value(reader: Reader, at: int) -> Iterator[tuple[Value, int]]:
    """Read one value: quoted, in backticks, a number, a sum, an id, an address, a status."""
    token = reader.token(at)
    if token is None:
        return
    if token.kind in ("money", "number"):
        yield from _sum(reader, token, at)
    elif token.is_literal:
        yield Value(token.text), at + 1
    elif token.low in FIXED:
        yield Value(FIXED[token.low]), at + 1
    elif token.kind == "word":
        if token.low in CURRENCIES:
            yield Value(token.low), at + 1
            yield from _after_currency(reader, token, at)
        yield from _status(reader, at)


def _sum(reader: Reader, token: Token, at: int) -> Iterator[tuple[Value, int]]:
    if token.kind == "money":
        amount, currency = token.value
        if reader.low(at + 1) in CURRENCIES:
            yield Value(Money(Decimal(amount), reader.low(at + 1))), at + 2
        else:
            yield Value(Money(Decimal(amount), currency)), at + 1
        return
    for end, _ in reader.match("{open} [in] cents/pence {close} | [in] cents/pence", at + 1):
        yield Value(token.value), end
    for end, _ in reader.match("[in] the smallest [currency] unit", at + 1):
        yield Value(token.value), end
    word = reader.low(at + 1)
    currency = NAMES.get(word, word)
    if currency in CURRENCIES:
        yield Value(Money(Decimal(token.value), currency)), at + 2
        return
    if token.low in FIXED:
        return
    yield Value(token.value), at + 1


def _after_currency(reader: Reader, token: Token, at: int) -> Iterator[tuple[Value, int]]:
    number = reader.token(at + 1)
    if number is not None and number.kind == "number":
        yield Value(Money(Decimal(number.value), token.low)), at + 2


def _status(reader: Reader, at: int) -> Iterator[tuple[Value, int]]:
    for length in (3, 2, 1):
        words = [reader.low(each) for each in range(at, at + length)]
        status = status_named("_".join(words), reader.vocabulary.statuses)
        if status is not None and all(words):
            yield Value(status, is_status=True), at + length


def status_named(word: str, statuses: frozenset[str]) -> str | None:
    """Return the status that a word means, however it is spelt."""
    for spelling in (word, word.replace("-", "_"), word.replace("cancelled", "canceled")):
        if spelling in statuses:
            return spelling
    other = word.replace("canceled", "cancelled")
    return other if other in statuses else None


def address_of(text: str) -> str:
    """Return the bare address of `Acme <hello@acme.com>`, in lower case; never a display name."""
    if "@" not in text:
        return text
    bracketed = BRACKETED.search(text)
    return (bracketed.group(1) if bracketed else text).strip().lower()


def number_dialled(text: str) -> str:
    """Return a telephone number without the channel ahead of it: `whatsapp:+1555...`."""
    return text.partition(":")[2] if CHANNEL.match(text) else text


def equal(actual: Any, wanted: Any, doc: Doc) -> bool:
    """Tell whether a document's value is what a criterion says."""
    if isinstance(actual, list):
        return len(actual) == 1 and equal(actual[0], wanted, doc)
    if isinstance(wanted, Money):
        return _is_sum(actual, wanted, doc)
    if isinstance(wanted, bool) or wanted is None:
        return actual is wanted or (isinstance(wanted, bool) and actual == str(wanted).lower())
    if isinstance(actual, bool) or actual is None:
        return str(wanted).lower() == {None: "null", True: "true", False: "false"}[actual]
    if isinstance(actual, dict):
        is_pair = isinstance(wanted, str) and "=" in wanted and contains(actual, wanted, doc)
        return is_pair or (isinstance(wanted, str) and actual.get("id") == wanted)
    if isinstance(wanted, int | Decimal) or isinstance(actual, int | float):
        left, right = number_of(actual), number_of(wanted)
        return left is not None and left == right
    return _same_text(str(actual), str(wanted))


def _same_text(actual: str, wanted: str) -> bool:
    if actual == wanted:
        return True
    if ADDRESS.fullmatch(wanted):
        return address_of(actual) == wanted.lower()
    return wanted[:1] == "+" and number_dialled(actual) == wanted


def _is_sum(actual: Any, wanted: Money, doc: Doc) -> bool:
    currency = str(doc.get("currency") or wanted.currency).lower()
    if currency != wanted.currency:
        return False
    number = number_of(actual)
    return number is not None and number == amount_for(actual, wanted, doc)


def amount_for(actual: Any, wanted: Any, doc: Doc) -> Decimal | None:
    """Return what a number must be compared with: a sum in the document's own unit."""
    if not isinstance(wanted, Money):
        return number_of(wanted)
    if isinstance(actual, str):  # a decimal in the main unit
        return wanted.amount
    return wanted.minor(str(doc.get("currency") or wanted.currency).lower())


def number_of(value: Any) -> Decimal | None:
    """Return a value as a number, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def contains(
    actual: Any, wanted: Any, doc: Doc, *, as_words: bool = False, loosely: bool = False
) -> bool:
    """Tell whether a text, a list or an object has something in it.

    `as_words` it must stand alone, not in the middle of another word or number; `loosely` its case
    doesn't matter. An object contains its keys, and pairs as `plan=pro`.
    """
    if isinstance(actual, str):
        return _stands_in(actual, _written(wanted), as_words=as_words, loosely=loosely)
    if isinstance(actual, list):
        return any(equal(each, wanted, doc) or _has(each, wanted, doc) for each in actual)
    if isinstance(actual, dict):
        name, pair, value = str(wanted).partition("=")
        if set(actual) == {"name", "value"}:  # a tag, a header
            return actual["name"] == name and (not pair or equal(actual["value"], value, doc))
        if pair:
            return name in actual and equal(actual[name], value, doc)
        return wanted in actual
    return equal(actual, wanted, doc)


def _has(element: Any, wanted: Any, doc: Doc) -> bool:
    """Tell whether an element of a list has something: an attachment's name, a tag."""
    if not isinstance(element, dict):
        return isinstance(element, list) and contains(element, wanted, doc)
    if contains(element, wanted, doc):
        return True
    values = [each for each in element.values() if not isinstance(each, dict)]
    return set(element) != {"name", "value"} and any(equal(it, wanted, doc) for it in values)


def _stands_in(text: str, wanted: str, *, as_words: bool, loosely: bool) -> bool:
    if ADDRESS.fullmatch(wanted) or loosely:
        text, wanted = text.lower(), wanted.lower()
    if not as_words or loosely:
        return wanted in text
    left = r"(?<![\w.,]|[$€£¥])" if wanted[:1].isdigit() else r"(?<!\w)"
    right = r"(?!\w|[.,]\d)" if wanted[-1:].isdigit() else r"(?!\w)"
    return re.search(left + re.escape(wanted) + right, text) is not None


def _written(wanted: Any) -> str:
    """Write a value as texts write it."""
    if isinstance(wanted, Money):
        return f"{SIGNS.get(wanted.currency, '')}{wanted.amount:,.2f}"
    return str(wanted)


def leaves(value: Any, depth: int = 0) -> Iterator[Any]:
    """List all that is inside a value, however deep."""
    if isinstance(value, dict | list) and depth < DEEPEST:
        for each in value.values() if isinstance(value, dict) else value:
            yield from leaves(each, depth + 1)
    else:
        yield value


def at_path(doc: Any, path: str) -> Any:
    """Return what is at `a.b[0].c`; of a list on the way the values of all its elements."""
    if isinstance(doc, dict) and path in doc:
        return doc[path]
    value = doc
    for step in re.findall(r"[^.\[\]]+", path):
        value = _step(value, step)
        if value is None:
            return None
    return value


def _step(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        if step in value:
            return value[step]
        return _step(value["data"], step) if isinstance(value.get("data"), list) else None
    if isinstance(value, list):
        if step.isdecimal():
            index = int(step[:6])
            return value[index] if index < len(value) else None
        inner = [_step(each, step) for each in value]
        return [each for each in inner if each is not None] or None
    return None
