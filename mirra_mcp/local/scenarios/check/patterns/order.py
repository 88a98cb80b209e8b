"""Order and time: one thing before or after another, or within some seconds of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.counting import Count
from mirra_mcp.local.scenarios.check.documents import Selection
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, Moment, grade
from mirra_mcp.local.scenarios.check.patterns.happenings import Became
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.patterns.requests import CountRequests
from mirra_mcp.local.scenarios.check.patterns.statuses import Went
from mirra_mcp.local.scenarios.check.patterns.webhooks import CountWebhooks
from mirra_mcp.local.scenarios.check.quantities import ONE, SOME
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot
from mirra_mcp.local.scenarios.check.tokens import Token
from mirra_mcp.local.scenarios.world import World

UNITS = {
    "ms": 0.001, "millisecond": 0.001, "milliseconds": 0.001, "s": 1, "sec": 1, "secs": 1,
    "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hour": 3600, "hours": 3600, "day": 86400, "days": 86400,
}  # fmt: skip


Counted = Count | CountWebhooks | CountRequests


@dataclass(frozen=True)
class Before(Clause):
    """Something happened ahead of something else."""

    first: Clause
    then: Clause
    is_after: bool = False

    @property
    def plain(self) -> str:
        """The order."""
        word = "after" if self.is_after else "before"
        return f"{self.first.plain}; the first of it {word} the first of: {self.then.plain}"

    @property
    def subject(self) -> object:
        """What happened first."""
        return self.first.subject

    def grade(self, world: World) -> Grade:
        """Compare the first moments."""
        own = self.first.grade(world)
        if not own.passed:
            return own
        left, right = _first(self.first, world), _first(self.then, world)
        if left is None or right is None:
            missing = self.first if left is None else self.then
            return grade(False, f"it never happened: {missing.plain}", own.evidence)
        holds = left.entry > right.entry if self.is_after else left.entry < right.entry
        told = "after" if left.entry > right.entry else "before"
        shown = [f"{each.what} at {each.at.isoformat()}" for each in (left, right)]
        return grade(holds, f"{left.what} came {told} {right.what}", shown)

    def moments(self, world: World) -> list[Moment] | None:
        """When the first happened."""
        return self.first.moments(world)


@dataclass(frozen=True)
class NoneBefore(Clause):
    """Nothing of a kind happened ahead of something else."""

    selection: Selection
    then: Clause

    @property
    def plain(self) -> str:
        """The claim."""
        return f"none of {self.selection.plain} before the first of: {self.then.plain}"

    @property
    def subjects(self) -> tuple[object, ...]:
        """What it must follow."""
        return self.then.subjects

    def grade(self, world: World) -> Grade:
        """Compare the moment of each."""
        docs = self.selection.find(world)
        right = _first(self.then, world)
        early = [each for each in docs if right is None or each.entry < right.entry]
        if not early:
            return grade(True, f"none of {len(docs)} came before", docs)
        told = f"it never happened: {self.then.plain}" if right is None else "too early"
        return grade(False, f"{told}; {', '.join(each.described for each in early[:3])}", docs)


def _first(clause: Clause, world: World) -> Moment | None:
    return min(clause.moments(world) or [], key=lambda each: each.entry, default=None)


@dataclass(frozen=True)
class Within(Clause):
    """Something happened at most so long after something else, or after it began."""

    claim: Clause
    seconds: float
    since: Clause | None = None
    is_least: bool = False
    """Whether it must have taken so long, or longer."""

    @property
    def plain(self) -> str:
        """The claim and its time."""
        since = "its creation in this attempt, or else the attempt's beginning"
        if self.since is not None:
            since = f"the first of: {self.since.plain}"
        bound = "at least" if self.is_least else "at most"
        return f"{self.claim.plain}; {bound} {self.seconds:g} s after {since}"

    @property
    def subject(self) -> object:
        """What happened."""
        return self.claim.subject

    def grade(self, world: World) -> Grade:
        """Measure by the session's clock."""
        own = self.claim.grade(world)
        if not own.passed and not isinstance(self.claim, Counted):
            return own
        start = _first(self.since, world) if self.since is not None else None
        if self.since is not None and start is None:
            return grade(False, f"it never happened: {self.since.plain}", own.evidence)
        moments = self.claim.moments(world) or []
        if not moments:
            return grade(False, f"it never happened: {self.claim.plain}", own.evidence)
        took = [
            (each.at - (start.at if start else each.since or world.mark.at)).total_seconds()
            for each in moments
        ]
        shown = [f"{each.what}: {time:.2f} s" for each, time in zip(moments, took, strict=True)]
        early = sum(self._fits(time) for time in took)
        bound = "after" if self.is_least else "within"
        told = f"{early} of {len(took)} happened {bound} {self.seconds:g} s: {', '.join(shown[:3])}"
        holds = early == len(took)
        if isinstance(self.claim, Counted):
            holds = self.claim.quantity.holds(early)
            told += "" if holds else f"; expected {self.claim.quantity}"
        return grade(holds, told, shown)

    def _fits(self, time: float) -> bool:
        return time >= self.seconds if self.is_least else 0 <= time <= self.seconds

    def moments(self, world: World) -> list[Moment] | None:
        """When it happened."""
        return self.claim.moments(world)


@slot("seconds")
def _seconds(reader: Reader, at: int) -> Iterator[tuple[float, int]]:
    token = reader.token(at)
    if token is None:
        return
    word = reader.low(at)
    if token.kind == "number" and reader.low(at + 1) in UNITS:
        yield float(token.value) * UNITS[reader.low(at + 1)], at + 2
    elif word and word[0].isdecimal():
        digits = word.rstrip("abcdefghijklmnopqrstuvwxyz")
        if digits.isdecimal() and len(digits) < 9 and word[len(digits) :] in UNITS:
            yield int(digits) * UNITS[word[len(digits) :]], at + 1
    for count, end in reader.slot("count", at):
        if reader.low(end) in UNITS:
            yield count * UNITS[reader.low(end)], end + 1
    if word in ("a", "one", "an") and reader.low(at + 1) in UNITS:
        yield UNITS[reader.low(at + 1)], at + 2


shaped(
    "limit",
    {
        "within/in [less than|under|at most] {seconds}"
        " | no/not later than {seconds}": lambda seconds: seconds
    },
)

Tokens = tuple[Token, ...]


def _claims(reader: Reader, tokens: Tokens) -> Iterator[Clause]:
    """List the claims of a part that are a matter of time."""
    for clause in reader.context.claims(tokens, reader.antecedent):
        if isinstance(clause, Became | Before | Went) or (
            isinstance(clause, Counted) and clause.quantity.low
        ):
            yield clause


def _other(reader: Reader, tokens: Tokens, like: Clause | None = None) -> Clause | None:
    """Read what something is compared with: a claim, or only a thing, a webhook, a call."""
    fate = like.webhooks.fate if isinstance(like, CountWebhooks) else "told"
    found = next(_claims(reader, tokens), None)
    if found is not None:
        return found
    part = Reader(tokens, reader.context, reader.antecedent)
    for bound in part.whole(
        "{thing:the_thing} | a/an/any {thing:scoped} | {thing:the_thing} being {verb:participle}"
        " | any {thing:scoped} {was} {verb:participle}"
    ):
        done = bound["thing"].selection.done(bound.get("verb", "created"))
        if done is not None:
            return Count(done, SOME)
    for bound in part.whole("[the/a/an/any] {webhooks:webhooks_or_type}"):
        return CountWebhooks(bound["webhooks"].of(fate), SOME)
    for bound in part.whole("[the/a/any] {requests:endpoint} | [the/a/any] {requests}"):
        return CountRequests(bound["requests"], SOME)
    return None


class Joined(Pattern):
    """A pattern of two claims with a word of time between them."""

    def read(self, reader: Reader) -> Iterator[Clause]:
        """List the claims that a whole text makes by this pattern."""
        for at in range(1, len(reader.tokens)):
            for end, bound in reader.match(self.shapes[0], at):
                head, tail = reader.tokens[:at], reader.tokens[end:]
                made = self.build(reader, head, tail, **bound)
                if made is not None:
                    yield made


def _ordered(is_after: bool) -> Callable[..., Clause | None]:
    def build(reader: Reader, head: Tokens, tail: Tokens) -> Clause | None:
        if not tail:
            return None
        if is_after and (at := _only(head)) is not None:
            head = (*head[:at], *head[at + 1 :])
        first = next(_claims(reader, head), None)
        if first is None and not is_after:
            return _none_before(reader, head, tail)
        if isinstance(first, Counted) and first.quantity not in (SOME, ONE):
            return None  # are all of them meant, or one?
        then = _other(reader, tail, first) if first is not None else None
        return Before(first, then, is_after) if first is not None and then is not None else None

    return build


def _only(head: Tokens) -> int | None:
    """Return where `only` stands ahead of a participle: `was only sent`."""
    places = [at for at, each in enumerate(head) if at and each.low == "only"]
    return places[-1] if places and places[-1] == len(head) - 2 else None


def _none_before(reader: Reader, head: Tokens, tail: Tokens) -> NoneBefore | None:
    for clause in reader.context.claims(head, reader.antecedent):
        if isinstance(clause, Count) and not clause.quantity.high and clause.selection.deeds:
            then = _other(reader, tail)
            return NoneBefore(clause.selection, then) if then is not None else None
    return None


def _after_least(reader: Reader, head: Tokens, tail: Tokens, seconds: float) -> Clause | None:
    claim = next(_claims(reader, head), None)
    since = _other(reader, tail) if claim is not None and tail else None
    if claim is None or since is None:
        return None
    return Within(claim, seconds, since, is_least=True)


def _within_of(reader: Reader, head: Tokens, tail: Tokens, limit: float) -> Clause | None:
    claim = next(_claims(reader, head), None)
    since = _other(reader, tail) if claim is not None and tail else None
    return Within(claim, limit, since) if claim is not None and since is not None else None


def _within(reader: Reader, head: Tokens, tail: Tokens, limit: float) -> Clause | None:
    claim = next(_claims(reader, head), None)
    return Within(claim, limit) if claim is not None and not tail else None


PATTERNS = (
    Joined(
        "time.least_after",
        (
            "(at least|more than|no sooner than|not earlier than|no earlier than|not sooner than)"
            " {seconds} after [the]",
        ),
        _after_least,
        ("The email was sent at least 5 minutes after the customer was created",),
    ),
    Joined(
        "time.within_of",
        ("{limit} (of|after|from|following) [the] [time]",),
        _within_of,
        ("A `refund.created` webhook was received within 5 seconds of the refund",),
    ),
    Joined(
        "time.within",
        ("{limit}",),
        _within,
        ("The email was delivered within 5 seconds", "Exactly 1 email was sent within 2s"),
    ),
    Joined(
        "order.before",
        ("before | ahead of | prior to | earlier than",),
        _ordered(False),
        (
            "The customer was created before the subscription was created",
            "POST /v1/customers was called before POST /v1/subscriptions",
            "The `email.sent` webhook was dispatched before `email.delivered`",
        ),
    ),
    Joined(
        "order.after",
        ("[only] after | later than",),
        _ordered(True),
        ("The subscription was created after the customer",),
    ),
)
