"""Errors: entries of the trace by level, and refusals by what they say."""

import re
from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.quantities import NONE, SOME, Quantity
from mirra_mcp.local.scenarios.check.requests import Requests
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped
from mirra_mcp.local.scenarios.check.values import leaves
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import Level, World
from mirra_mcp.wire.events import Event

STATUS = re.compile(r"\d(\d\d|xx)s?")
REFUSED = Requests(statuses=(400, 599))
WORST: dict[Level, int] = {"info": 0, "warning": 1, "error": 2}


@dataclass(frozen=True)
class CountErrors(Clause):
    """So many entries of the log at a level or worse."""

    level: Level
    quantity: Quantity
    source: str = ""
    """`webhook.dispatched` or `traffic.request_completed`, if only these."""
    vendor: str = ""

    @property
    def plain(self) -> str:
        """The comparison."""
        kinds = {"webhook.dispatched": "webhook ", "traffic.request_completed": "request "}
        where = f" of {self.vendor}" if self.vendor else ""
        what = f"{kinds.get(self.source, '')}entries in the trace"
        if self.source == "webhook.dispatched":
            return f"count of attempts at webhooks{where} not answered 2xx {self.quantity.sign}"
        return f"count of {what}{where} with level >= {self.level} {self.quantity.sign}"

    def grade(self, world: World) -> Grade:
        """Count the entries of the trace."""
        types = (
            [self.source] if self.source else ["traffic.request_completed", "webhook.dispatched"]
        )
        wrong = [
            each
            for type in types
            for each in world.of_type(type)
            if WORST[world.level(each)] >= WORST[self.level]
            and self.vendor in ("", each.data["mirror"])
        ]
        shown = [_told(each) for each in wrong]
        count = len(wrong)
        noun = self.level if not self.source else "failure"
        told = f"found {count or 'no'} {noun}{'' if count == 1 else 's'}"
        holds = self.quantity.holds(count)
        if shown:
            told += ": " + "; ".join(shown[:3])
        if not holds:
            told += f"; expected {self.quantity}"
        return grade(holds, told, shown)


def _told(event: Event) -> str:
    data = event.data
    if event.type == "webhook.dispatched":
        answer = data.get("responseStatus") or data.get("error")
        return f"webhook {data['type']} to {data['url']}: {answer}"
    message = next(
        (each for each in leaves(data.get("error")) if isinstance(each, str) and " " in each), ""
    )
    return f"{data['method']} {data['path']} -> {data['status']}" + (
        f" ({message[:120]})" if message else ""
    )


@dataclass(frozen=True)
class ErrorSays(Clause):
    """So many calls were refused with some text in the answer."""

    text: str
    quantity: Quantity
    requests: Requests = REFUSED

    @property
    def plain(self) -> str:
        """The comparison."""
        return f'count of {self.requests.plain} whose error says "{self.text}" {self.quantity.sign}'

    @property
    def subject(self) -> Requests:
        """The refused calls."""
        return self.requests

    def grade(self, world: World) -> Grade:
        """Look into the errors."""
        refused = self.requests.find(world)
        said = [
            each
            for each in refused
            if any(isinstance(leaf, str) and self.text in leaf for leaf in leaves(each.error))
            or self.text == str(each.status)
        ]
        holds = self.quantity.holds(len(said))
        told = f"found {len(said)} of {len(refused)} refused requests whose error says that"
        return grade(holds, told, (f"{each}: {each.error}" for each in said or refused))


def _count(
    reader: Reader, level: tuple[Level, str], quantity: Quantity, be: Be | None = None,
    vendor: str = "",
) -> CountErrors | None:  # fmt: skip
    name, source = level
    if be is not None and be.is_not:
        if quantity != SOME:
            return None
        quantity = NONE
    return CountErrors(name, quantity, source, vendor)


def _some(reader: Reader, level: tuple[Level, str], be: Be, vendor: str = "") -> CountErrors | None:
    return _count(reader, level, SOME, be, vendor) if be.is_not else None


def _says(
    reader: Reader, quantity: Quantity, literal: str, be: Be | None = None
) -> ErrorSays | None:
    if (be is not None and be.is_not) or STATUS.fullmatch(literal.lower()):
        return None  # `5xx errors` are requests that were answered so
    return ErrorSays(literal, quantity)


shaped(
    "level",
    {
        "[mirror/trace] error/errors | failure/failures | exception/exceptions": ("error", ""),
        "warning/warnings": ("warning", ""),
        "warning/warnings or/and error/errors | error/errors or/and warning/warnings": (
            "warning",
            "",
        ),
        "webhook/delivery error/errors/failure/failures": ("warning", "webhook.dispatched"),
        "webhook delivery error/errors/failure/failures": ("warning", "webhook.dispatched"),
        "api/http/request error/errors/failure/failures": ("error", "traffic.request_completed"),
    },
)
shaped(
    "logged",
    {
        "logged/recorded/reported/raised/returned/thrown/seen/produced/found [in the"
        " log/logs/trace]"
        " | occurred/occur/happened/happen/appear/appeared [in the log/logs/trace]"
        " | in the log/logs/trace | present": True,
    },
)

PATTERNS = (
    Pattern(
        "error.count",
        (
            "{quantity} {level} {be} {logged} [{when}]",
            "{quantity} {level} {logged} [{when}]",
            "{quantity} {level} [{when}]",
            "{quantity} {vendor} {level} [{be}] {logged}",
            "{quantity} {level} [{be}] {logged} (by|in|from) [the] {vendor} [mirror]",
            "{quantity} {level} (by|in|from) [the] {vendor} [mirror/api]",
            "there is/are/was/were {quantity} {level} [{logged}] [{when}]",
            "[the] (log|logs|trace) has/have/contains/contain {quantity} {level}",
            "{quantity} {level} of level error [or above] [{be}] {logged}",
        ),
        _count,
        (
            "No errors were logged",
            "No errors logged",
            "No errors or warnings were logged",
            "There were no webhook delivery failures",
            "At most 1 error was logged",
        ),
    ),
    Pattern(
        "error.none",
        ("{level} {be} {logged} [{when}]",),
        _some,
        ("Errors were not logged",),
    ),
    Pattern(
        "error.says",
        (
            "{quantity} error/errors (with code|with [the] message|with"
            " type|named|saying|mentioning) {literal}"
            " [{be}] [{logged}]",
            "{quantity} {literal} error/errors {be} {logged}",
            "there is/was/were {quantity} {literal} error/errors",
        ),
        _says,
        (
            "Exactly 1 `validation_error` error was returned",
            "An error with code `resource_missing` was returned",
        ),
    ),
)  # fmt: skip
