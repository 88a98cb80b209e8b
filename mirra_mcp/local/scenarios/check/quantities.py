"""How many: `exactly 1`, `at least two`, `no`, `between 2 and 4`, `at most once`."""

from collections.abc import Iterator
from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot

WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
TENS = {"thirty": 30, "forty": 40, "fifty": 50, "hundred": 100, "thousand": 1000, "dozen": 12}
ENDLESS = 1 << 60


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number of things, from `low` to `high`."""

    low: int
    high: int = ENDLESS

    def holds(self, count: int) -> bool:
        """Tell whether `count` is so many."""
        return self.low <= count <= self.high

    @property
    def sign(self) -> str:
        """The quantity as a comparison: `= 1`, `>= 2`."""
        if self.low == self.high:
            return f"= {self.low}"
        if self.high == ENDLESS:
            return f">= {self.low}"
        return f"<= {self.high}" if self.low == 0 else f"in {self.low}..{self.high}"

    def __str__(self) -> str:
        """Write it in words: `exactly 1`."""
        if self.low == self.high:
            return f"exactly {self.low}" if self.low else "none"
        if self.high == ENDLESS:
            return f"at least {self.low}"
        return f"at most {self.high}" if self.low == 0 else f"between {self.low} and {self.high}"


SOME, NONE, ONE = Quantity(1), Quantity(0, 0), Quantity(1, 1)


@slot("count")
def _count(reader: Reader, at: int) -> Iterator[tuple[int, int]]:
    """Read a whole number in digits or words."""
    token = reader.token(at)
    if token is None:
        return
    if token.kind == "number" and isinstance(token.value, int) and token.value >= 0:
        yield token.value, at + 1
    elif token.low in WORDS:
        yield WORDS.index(token.low), at + 1
    elif token.low in TENS:
        yield TENS[token.low], at + 1
    elif token.low in ("a", "one") and reader.low(at + 1) in TENS:
        yield TENS[reader.low(at + 1)], at + 2
    elif token.kind == "code" and token.text.isdecimal() and len(token.text) < 10:
        yield int(token.text), at + 1


def _range(reader: Reader, at: int) -> Iterator[tuple[Quantity, int]]:
    token = reader.token(at)
    if token is not None and token.kind == "word":
        low, dash, high = token.text.replace("\u2013", "-").partition("-")
        if dash and low.isdecimal() and high.isdecimal() and len(low) < 10 and len(high) < 10:
            if int(low) > int(high):
                return
            yield Quantity(int(low), int(high)), at + 1


def _exactly(n: int) -> Quantity:
    return Quantity(n, n)


def _least(n: int) -> Quantity:
    return Quantity(n)


def _below(n: int) -> Quantity | None:
    return Quantity(0, n - 1) if n else None


shaped(
    "plain_quantity",
    {
        "exactly/precisely/just/only {n:count} | {n:count}": _exactly,
        "a total of {n:count} | no more and no less than {n:count}": _exactly,
        "(exactly|only|just) a single | a single | just/only a/an/one | exactly a/an": ONE,
        "at least/minimum {n:count} | a minimum of {n:count}"
        " | no/not less/fewer than {n:count}": _least,
        "{n:count} or more": _least,
        "at most/maximum {n:count} | no/not more than {n:count} | up to {n:count}"
        " | a maximum of {n:count} | {n:count} or less/fewer": lambda n: Quantity(0, n),
        "more than {n:count} | over {n:count}": lambda n: Quantity(n + 1),
        "fewer/less than {n:count} | under {n:count}": _below,
        "[anywhere] between {low:count} and {high:count} | [from] {low:count} to {high:count}": (
            lambda low, high: Quantity(low, high) if low <= high else None
        ),
        "no | zero | not any | not a single | none of the/these | neither": NONE,
        "a/an/some | at least a/an": SOME,
        "several | multiple": Quantity(2),
    },
)  # fmt: skip


@slot("quantity")
def _quantity(reader: Reader, at: int) -> Iterator[tuple[Quantity, int]]:
    yield from _range(reader, at)
    yield from reader.slot("plain_quantity", at)


shaped(
    "times",
    {
        "once | one time": Quantity(1, 1),
        "exactly/precisely/only/just once | exactly/only one time": Quantity(1, 1),
        "twice | exactly/only twice": Quantity(2, 2),
        "at least once": SOME,
        "at least twice | more than once | multiple times": Quantity(2),
        "at most once | no/not more than once | up to once": Quantity(0, 1),
        "at most twice | no/not more than twice": Quantity(0, 2),
        "{quantity} time/times": lambda quantity: quantity,
    },
)  # fmt: skip
