"""Requests: how often an endpoint was called, how it answered, with which headers."""

from dataclasses import dataclass, replace

from mirra_mcp.local.scenarios.check.conditions import PRESENT, Condition
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, Moment, found, grade
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.quantities import NONE, ONE, SOME, Quantity
from mirra_mcp.local.scenarios.check.request_words import joined
from mirra_mcp.local.scenarios.check.requests import Requests, Statuses
from mirra_mcp.local.scenarios.check.shapes import Reader
from mirra_mcp.local.scenarios.check.words import Be
from mirra_mcp.local.scenarios.world import World

ANY = Requests()


@dataclass(frozen=True)
class CountRequests(Clause):
    """So many calls."""

    requests: Requests
    quantity: Quantity

    @property
    def plain(self) -> str:
        """The comparison."""
        return f"count of {self.requests.plain} {self.quantity.sign}"

    @property
    def subject(self) -> Requests | None:
        """What is counted; what must not be made isn't spoken of."""
        return self.requests if self.quantity.high else None

    def grade(self, world: World) -> Grade:
        """Count."""
        calls = self.requests.find(world)
        told = found(len(calls), "request", "requests", calls)
        holds = self.quantity.holds(len(calls))
        if not holds:
            told += f"; expected {self.quantity}"
        return grade(holds, told, calls or world.requests)

    def moments(self, world: World) -> list[Moment] | None:
        """When they were made."""
        return self.requests.moments(world)


@dataclass(frozen=True)
class EachRequest(Clause):
    """Every call, and there must be one, is as others are."""

    requests: Requests
    like: Requests

    @property
    def plain(self) -> str:
        """The claim."""
        return f"each of {self.requests.plain}: {self.like.plain.removeprefix('requests ')}"

    @property
    def subject(self) -> Requests:
        """What is spoken of."""
        return self.requests

    def grade(self, world: World) -> Grade:
        """Look at each."""
        calls = self.requests.find(world)
        if not calls:
            return grade(False, f"found no {self.requests.plain}", world.requests)
        odd = [each for each in calls if not self.like.fits(each)]
        like = self.like.plain.removeprefix("requests ")
        told = f"{len(calls) - len(odd)} of {len(calls)} {self.requests.plain}: {like}"
        return grade(not odd, told, odd or calls)

    def moments(self, world: World) -> list[Moment] | None:
        """When they were made."""
        return self.requests.moments(world)


@dataclass(frozen=True)
class KeysShared(Clause):
    """Calls used the same idempotency key, or each its own."""

    requests: Requests
    same: bool

    @property
    def plain(self) -> str:
        """The claim."""
        how = "the same idempotency key" if self.same else "an idempotency key of its own"
        return f"each of {self.requests.plain} carries {how}"

    @property
    def subject(self) -> Requests:
        """What is spoken of."""
        return self.requests

    def grade(self, world: World) -> Grade:
        """Compare the keys."""
        calls = self.requests.find(world)
        keys = [each.key for each in calls]
        shown = [f"{each} key {each.key}" for each in calls]
        if not calls:
            return grade(False, f"found no {self.requests.plain}")
        if None in keys:
            return grade(False, f"{keys.count(None)} of {len(keys)} requests carry no key", shown)
        wanted = 1 if self.same else len(keys)
        holds = len(set(keys)) == wanted
        return grade(holds, f"{len(keys)} requests carry {len(set(keys))} different keys", shown)


def _count(
    reader: Reader, requests: Requests = ANY, quantity: Quantity = SOME, be: Be | None = None,
    times: Quantity | None = None, answered: Statuses | None = None, vendor: str = "",
    endpoint: Requests | None = None,
) -> CountRequests | None:  # fmt: skip
    if endpoint is not None:
        both = joined(requests, endpoint)
        if both is None:
            return None
        requests = both
    if times is not None:
        if quantity not in (SOME, ONE):
            return None
        quantity = times
    if be is not None and be.is_not:
        if quantity != SOME or times is not None:
            return None
        quantity = NONE
    if answered is not None:
        requests = replace(requests, statuses=answered)
    if vendor:
        requests = replace(requests, vendor=vendor)
    return CountRequests(requests, quantity)


def _never(reader: Reader, requests: Requests) -> CountRequests:
    return CountRequests(requests, NONE)


def _each(
    reader: Reader, requests: Requests = ANY, be: Be | None = None,
    answered: Statuses | None = None, kept: tuple[str, Condition] | None = None,
) -> EachRequest | None:  # fmt: skip
    if be is not None and be.is_not:
        return None
    like = Requests(statuses=answered, headers=(kept,) if kept else ())
    return EachRequest(requests, like)


def _used(reader: Reader, header: str, requests: Requests) -> EachRequest:
    return EachRequest(requests, Requests(headers=((header, PRESENT),)))


def _answered(reader: Reader, endpoint: Requests, answered: Statuses) -> CountRequests:
    return CountRequests(replace(endpoint, statuses=answered), SOME)


def _header_is(
    reader: Reader, header: str, condition: Condition, requests: Requests | None = None
) -> EachRequest:
    if requests is None:
        carries = Requests(headers=((header, PRESENT),))
        requests = Requests("POST") if condition.op == "empty" else carries
    return EachRequest(requests, Requests(headers=((header, condition),)))


def _same(reader: Reader, requests: Requests | None = None) -> KeysShared:
    return KeysShared(requests or Requests("POST"), same=True)


def _unique(reader: Reader, requests: Requests | None = None) -> KeysShared:
    return KeysShared(requests or Requests("POST"), same=False)


PATTERNS = (
    Pattern(
        "request.count",
        (
            "{quantity} {requests} {be} {called} [to/against {endpoint}]",
            "{quantity} {requests} {be} {called} to/against [the] {vendor} [api/mirror]",
            "{quantity} {requests} {be} {called} {times}",
            "{quantity} {requests:bare_statuses} {be} {called}",
            "{quantity} {requests} {be} {answered}",
            "{quantity} {requests} {answered:returned}",
            "there is/are/was/were {quantity} {requests}",
            "{quantity} {requests}",
            "[the] {vendor} [api/mirror] {be} {called} [{times}]",
            "[the] {requests:endpoint} {be} {called} [{times}]",
            "[the] {requests:endpoint} {be} {called} {quantity} time/times",
            "{actor} makes/made/sends/sent/issues/issued {quantity} {requests}",
            "{actor} calls/called/hits/hit/invokes/invoked/requests/requested [the]"
            " {requests:endpoint} [{times}]",
            "{actor} [should/must] call/hit [the] {requests:endpoint} [{times}]",
        ),
        _count,
        (
            "Exactly 1 request to `POST /emails` was made",
            "`POST /v1/refunds` was called exactly once",
            "The app calls POST /emails no more than 2 times",
            "No request was answered with 422",
            "No requests failed",
            "DELETE /v1/customers/cus_1 was never called",
            "At least one request was rate limited",
            "A POST to /v1/refunds was made exactly once",
            "`POST /customers` was called at most once",
            "A 402 is returned",
        ),
    ),
    Pattern(
        "request.never",
        (
            "{actor} (never calls/called/hits/hit|does/did not call/hit|should/must not call/hit"
            "|should/must never call/hit) [the] {requests:endpoint}",
            "{actor} (never makes/made/sends/sent|does/did not make/send) [a/an/any] {requests}",
        ),
        _never,
        ("The app never calls `DELETE /emails/{id}`",),
    ),
    Pattern(
        "request.each",
        (
            "each/every/all [the] {requests}"
            " (carries|carry|carried|includes|include|included|has|have|had"
            "|uses|use|used|sends|send|sent|contains|contain|sets|set) {kept:own_header}",
            "[the] {requests}"
            " (carries|carry|carried|includes|include|included|has|have|had|uses|use|used"
            "|sends|send|sent|contains|contain|sets|set) {kept:own_header}",
            "each/every/all [the] {requests} {be} {answered}",
            "each/every/all [the] {requests} {answered:returned}",
            "each/every/all [the] [api/http] response/responses {be} [a/an] {answered:statuses}",
            "[the] {requests:endpoint}"
            " (carries|carried|includes|included|has|had|uses|used|was called with"
            "|is called with|was sent with|was made with) {kept:own_header}",
        ),
        _each,
        (
            "Every POST request carries an idempotency key",
            "Requests to `POST /v1/refunds` include an `Idempotency-Key` header",
            "All requests succeeded",
            "Every request was answered with 2xx",
            "Every request had a 2xx response",
        ),
    ),
    Pattern(
        "request.each_used",
        (
            "[an/a] {header} {was} used/sent/set/included/supplied/provided/passed/present"
            " on/with/for/in each/every/all [the/of] [the] {requests}",
        ),
        _used,
        ("Idempotency keys were used on all POST requests",),
    ),
    Pattern(
        "request.answered",
        (
            "[the] {endpoint} {answered:returned}",
            "the request/call to [the] {endpoint} {answered:returned}",
        ),
        _answered,
        ("`POST /emails` returned 422", "POST /emails answered with a 200 status"),
    ),
    Pattern(
        "request.header",
        (
            "[the] {header} [header] {condition}",
            "[the] {header} [header] of/on/in [the/every/each/all] {requests} {condition}",
        ),
        _header_is,
        ("The `Stripe-Version` header is `2024-06-20`", "The Idempotency-Key header is present"),
    ),
    Pattern(
        "request.same_key",
        (
            "[each/every/all/both/the] [{requests}]"
            " (use|used|uses|share|shared|carry|carried|have|had|reuse|reused)"
            " the same idempotency key",
            "the same idempotency key {was} used/reused (for|on|in|by|with)"
            " [each/every/all/both/the] [{requests}]",
        ),
        _same,
        ("All POST requests use the same idempotency key",),
    ),
    Pattern(
        "request.own_key",
        (
            "each/every/all [{requests}] (uses|used|use|has|had|have|carries|carried|carry)"
            " a/its (unique|different|own|distinct) idempotency key",
            "[the] idempotency keys are/were unique/distinct/different",
        ),
        _unique,
        ("Each POST request has a unique idempotency key",),
    ),
)  # fmt: skip
