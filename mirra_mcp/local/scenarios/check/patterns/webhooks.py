"""Webhooks: dispatched, received by the handler, how often, in which order, tried again."""

from dataclasses import dataclass, replace

from mirra_mcp.local.scenarios.check.grades import Clause, Grade, Moment, found, grade
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.quantities import NONE, SOME, Quantity
from mirra_mcp.local.scenarios.check.shapes import Reader
from mirra_mcp.local.scenarios.check.takings import EachSoOften, TakenTimes
from mirra_mcp.local.scenarios.check.webhooks import (
    SPOKEN,
    Fate,
    PayloadFilter,
    Webhooks,
    had,
)
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import Dispatch, World


@dataclass(frozen=True)
class CountWebhooks(Clause):
    """So many webhooks had a fate."""

    webhooks: Webhooks
    quantity: Quantity

    @property
    def plain(self) -> str:
        """The comparison."""
        return f"count of {self.webhooks.plain} {self.quantity.sign}"

    @property
    def subject(self) -> Webhooks:
        """What is counted."""
        return self.webhooks

    def grade(self, world: World) -> Grade:
        """Count events, each once however many endpoints it goes to."""
        ones = self.webhooks.find(world)
        most = len(ones)
        if self.webhooks.fate == "refused":  # what was taken at a later try failed at first
            most = len(self.webhooks.of("stumbled").find(world))
        holds = len(ones) >= self.quantity.low and most <= self.quantity.high
        told = found(len(ones), "webhook", "webhooks", (f"{each.type} {each.id}" for each in ones))
        if most > len(ones):
            told += f"; {most - len(ones)} taken at a later try"
        if not holds:
            told += f"; expected {self.quantity} {self.webhooks.plain}"
        return grade(holds, told, ones or self.webhooks.all(world))

    def moments(self, world: World) -> list[Moment] | None:
        """When they had their fate."""
        return self.webhooks.moments(world)


@dataclass(frozen=True)
class EachWebhook(Clause):
    """Every webhook had, or none but these had, a fate."""

    webhooks: Webhooks
    fate: Fate
    tries: Quantity | None = None

    @property
    def plain(self) -> str:
        """The claim."""
        tries = f" with {self.tries} attempts" if self.tries else ""
        return f"every one of {self.webhooks.name} {SPOKEN[self.fate]}{tries}"

    @property
    def subject(self) -> Webhooks:
        """What is spoken of."""
        return self.webhooks

    def grade(self, world: World) -> Grade:
        """Look at each delivery. What no endpoint subscribed to was never sent."""
        told = self.webhooks.all(world)
        every = [each for each in told if each.url is not None]
        if not every:
            return grade(False, f"no endpoint got any of {self.webhooks.name}", told)
        odd = [each for each in every if not self._fits(each)]
        shown = f"{len(every) - len(odd)} of {len(every)} {self.webhooks.name} {SPOKEN[self.fate]}"
        return grade(not odd, shown, odd or every)

    def _fits(self, each: Dispatch) -> bool:
        tried_so_often = self.tries is None or self.tries.holds(len(each.attempts))
        return tried_so_often and had(each, self.fate)


@dataclass(frozen=True)
class InOrder(Clause):
    """Webhooks came one after the other."""

    kinds: tuple[Webhooks, ...]

    @property
    def plain(self) -> str:
        """The order."""
        types = ", then ".join(" or ".join(each.types) for each in self.kinds)
        return f"webhooks {SPOKEN[self.kinds[0].fate]} in the order {types}"

    @property
    def subject(self) -> Webhooks:
        """All of them."""
        return replace(self.kinds[0], types=tuple(t for each in self.kinds for t in each.types))

    def grade(self, world: World) -> Grade:
        """Look for the first of each kind after the first of the one ahead of it."""
        last = -1.0
        seen: list[str] = []
        for kind in self.kinds:
            moments = sorted(kind.moments(world), key=lambda each: each.entry)
            if not moments:
                return grade(False, f"found no {kind.plain}", seen)
            seen.append(f"{moments[0].what} at entry {moments[0].entry}")
            following = [each for each in moments if each.entry > last or last < 0]
            if not following:
                return grade(
                    False, f"{moments[0].what} did not come after the one ahead of it", seen
                )
            last = following[0].entry
        return grade(True, "they came in that order", seen)


def _count(
    reader: Reader, quantity: Quantity, webhooks: Webhooks, fate: Fate, be: Be | None = None,
    times: Quantity | None = None, filters: tuple[PayloadFilter, ...] = (), vendor: str = "",
) -> CountWebhooks | TakenTimes | None:  # fmt: skip
    if vendor:
        webhooks = replace(webhooks, vendor=vendor)
    if times is not None:
        if quantity != SOME:
            return None
        if not (webhooks.types or webhooks.filters):
            return TakenTimes(webhooks, times) if fate == "accepted" and be else None
        quantity = times
    if be is not None and be.is_not:
        if quantity != SOME or times is not None:
            return None
        quantity = NONE
    webhooks = replace(webhooks, filters=(*webhooks.filters, *filters))
    return CountWebhooks(webhooks.of(fate), quantity)


def _the(
    reader: Reader, webhooks: Webhooks, fate: Fate, be: Be | None = None,
    times: Quantity | None = None, filters: tuple[PayloadFilter, ...] = (), vendor: str = "",
) -> CountWebhooks | TakenTimes | None:  # fmt: skip
    return _count(reader, SOME, webhooks, fate, be, times, filters, vendor)


def _retried(reader: Reader, webhooks: Webhooks, times: Quantity, be: Be) -> Clause:
    more = Quantity(times.low + 1, min(times.high + 1, 1 << 60))
    return EachWebhook(webhooks, "told", more)


def _each(reader: Reader, webhooks: Webhooks, fate: Fate, be: Be | None = None) -> Clause | None:
    if (be is not None and be.is_not) or fate == "told":
        return None
    return EachWebhook(webhooks, fate)


def _each_so_often(
    reader: Reader, webhooks: Webhooks, be: Be, times: Quantity | None = None,
    more: Quantity | None = None,
) -> EachSoOften | None:  # fmt: skip
    if be.is_not:
        return None
    if more is not None:
        return EachSoOften(webhooks, Quantity(0, more.low - 1)) if more.low > 1 else None
    return EachSoOften(webhooks, times) if times is not None else None


def _not_received(reader: Reader, webhooks: Webhooks) -> CountWebhooks:
    return CountWebhooks(webhooks.of("accepted"), NONE)


def _first_try(reader: Reader, webhooks: Webhooks, be: Be) -> Clause:
    return EachWebhook(webhooks, "accepted", Quantity(1, 1))


def _order(
    reader: Reader, types: tuple[str, ...], fate: Fate, be: Be, noun: str = ""
) -> InOrder | None:
    if len(types) < 2 or be.is_not:
        return None
    return InOrder(tuple(Webhooks((type,), noun, (), fate) for type in types))


def _several(
    reader: Reader, types: tuple[str, ...], fate: Fate, be: Be, noun: str = ""
) -> Clause | None:
    if len(types) < 2 or be.is_not:
        return None
    return AllOf(tuple(CountWebhooks(Webhooks((t,), noun, (), fate), SOME) for t in types))


def _it(reader: Reader, fate: Fate, be: Be | None = None) -> CountWebhooks | None:
    before = reader.antecedent
    if not isinstance(before, Webhooks) or (be is not None and be.is_not):
        return None
    return CountWebhooks(before.of(fate), SOME)


@dataclass(frozen=True)
class AllOf(Clause):
    """Several claims at once."""

    clauses: tuple[CountWebhooks, ...]

    @property
    def plain(self) -> str:
        """All of them."""
        return "; and ".join(each.plain for each in self.clauses)

    @property
    def subject(self) -> Webhooks:
        """All webhooks that are spoken of."""
        first = self.clauses[0].webhooks
        return replace(first, types=tuple(t for each in self.clauses for t in each.webhooks.types))

    def grade(self, world: World) -> Grade:
        """Grade each; the first that fails tells why."""
        grades = [each.grade(world) for each in self.clauses]
        failed = [each for each in grades if not each.passed]
        return (failed or grades)[0]


PATTERNS = (
    Pattern(
        "webhook.retried_times",
        ("[the/each/every] {webhooks} {be} retried/redelivered {times}",),
        _retried,
        ("The `email.sent` webhook was retried exactly once",),
    ),
    Pattern(
        "webhook.count",
        (
            "{quantity} {webhooks} {be} {fate} {filters:payload_filters} [{when}]",
            "{quantity} {webhooks} {be} {fate} {times} [by/to {handler}]",
            "{quantity} {webhooks} {be} {fate} (by|in|from|through) [the] {vendor} [mirror]",
            "{quantity} {webhooks} {fate} {filters:payload_filters}",
            "{handler} receives/received/accepts/accepted {quantity} {webhooks}{fate:as_accepted}",
            "{actor} receives/received/accepts/accepted {quantity} {webhooks}{fate:as_accepted}",
            "{vendor} dispatches/dispatched/sends/sent/fires/fired/emits/emitted {quantity}"
            " {webhooks}"
            "{fate:as_told}",
            "there is/are/was/were {quantity} {webhooks} {fate}",
        ),
        _count,
        (
            "At least 1 `email.sent` webhook was received by the handler",
            "Exactly 2 webhooks were dispatched",
            "No `email.bounced` webhook was sent",
            "The handler received exactly one `charge.refunded` webhook",
            "An `invoice.paid` event was dispatched at most once",
        ),
    ),
    Pattern(
        "webhook.the",
        (
            "[the] {webhooks:webhooks_or_type} {be} {fate} {filters:payload_filters}",
            "[the] {webhooks:webhooks_or_type} {be} {fate} {times} [by/to {handler}]",
            "[the] {webhooks:webhooks_or_type} {fate} {times}",
            "[the] {webhooks:webhooks_or_type} {be} {fate} (by|in|from|through) [the] {vendor}"
            " [mirror]",
            "{handler}"
            " receives/received/accepts/accepted/acknowledges"
            "/acknowledged [the] {webhooks}{fate:as_accepted}",
        ),
        _the,
        (
            "The `email.delivered` webhook was received",
            "`charge.refunded` was dispatched exactly once",
            "The webhook for `invoice.payment_failed` was delivered to the handler",
        ),
    ),
    Pattern(
        "webhook.each",
        (
            "each/every/all [the] {webhooks} {be} {fate}",
            "all of the {webhooks} {be} {fate}",
            "{handler} receives/received/accepts/accepted/acknowledged"
            " each/every/all [the] {webhooks}{fate:as_accepted}",
        ),
        _each,
        ("Every webhook was received by the handler", "All `email.sent` webhooks were accepted"),
    ),
    Pattern(
        "webhook.each_so_often",
        (
            "each/every/all [the] {webhooks} {be} received/accepted/delivered {times}"
            " [by {handler}]",
            "no {webhooks} {be} received/accepted/delivered {more:times} [by {handler}]",
        ),
        _each_so_often,
        (
            "Every webhook was received at most once",
            "No `email.sent` webhook was received more than once",
        ),
    ),
    Pattern(
        "webhook.not_received",
        (
            "{handler} (do/does/did|should/must) not receive/accept [any/a/an] {webhooks}",
            "{handler} never receives/received/accepts/accepted [any/a/an] {webhooks}",
        ),
        _not_received,
        ("The handler did not receive any `email.bounced` webhooks",),
    ),
    Pattern(
        "webhook.first_try",
        (
            "each/every/all/the [the] {webhooks} {be} received/accepted/delivered/acknowledged"
            " [by {handler}] (on|at) the first attempt/try",
        ),
        _first_try,
        ("Every webhook was accepted on the first attempt",),
    ),
    Pattern(
        "webhook.order",
        (
            "[the] [{noun:webhook_noun}] {types:event_types} [{noun:webhook_noun}] {be} {fate}"
            " in [that/this/the/exactly] [this/that/given/same] order",
            "[the] {noun:webhook_noun} {be} {fate} in [the] order [:] {types:event_types}",
            "[the] {noun:webhook_noun} {be} {fate} in [the] [following] order [:]"
            " {types:event_types}",
        ),
        _order,
        (
            "`email.sent` and `email.delivered` webhooks were received in that order",
            "Webhooks were dispatched in the order `invoice.created`, `invoice.finalized`,"
            " `invoice.paid`",
        ),
    ),
    Pattern(
        "webhook.several",
        ("[the/both/a/an] {types:event_types} [{noun:webhook_noun}] {be} [both/all] {fate}",),
        _several,
        ("Both `email.sent` and `email.delivered` webhooks were received",),
    ),
    Pattern(
        "webhook.it",
        ("[it/they] [{be}] {fate}",),
        _it,
        ("An `email.sent` webhook was dispatched and it was received by the handler",),
    ),
)  # fmt: skip
