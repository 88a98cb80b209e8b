"""Faults of a session: `POST|GET|DELETE /v1/sessions/{id}/faults` (extension)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.wire.model import Body, Wire

CallEffect = Literal[
    "error", "latency", "disconnect_before", "disconnect_after", "cut_answer", "slow_answer"
]
WebhookEffect = Literal["lost", "late", "twice", "out_of_order", "bad_signature"]
Effect = Literal[CallEffect, WebhookEffect]


class AddFault(Body):
    """`POST /v1/sessions/{id}/faults`: a rule, as a sentence or as fields.

    The sentence is `[mirror] METHOD /path [field=value...]: effect[, how often]` or
    `[mirror] webhook type: effect[, how often]`. How often: `once` (unless said), `twice`,
    `3 times`, `always`, and before it `skip 2`.
    """

    rule: str | None = Field(default=None, max_length=500)
    mirror: str | None = None
    """May be left out when the session has one mirror."""
    call: str | None = None
    """Which calls: `POST /v1/charges`, placeholders as `{id}`; none: every call of the mirror."""
    webhook: str | None = None
    """Which webhooks, by type; `*` stands for anything."""
    match: dict[str, Any] = Field(default={}, max_length=20)
    """Fields of the request, nested ones with dots, and what they must be."""
    effect: Effect | None = None
    error: str | None = None
    """Of `error`: a name from the vendor's own catalogue, such as `rate_limit`."""
    seconds: float | None = Field(default=None, ge=0, le=30)
    """Of `latency` and `slow_answer`: real seconds that it takes. One, unless said."""
    delay: str | None = None
    """Of `late`: how much later, in the session's time: `10m`."""
    skip: int = Field(default=0, ge=0, le=1_000_000)
    """Matches that go by untouched before the first."""
    times: Annotated[int, Field(ge=1, le=1_000_000)] | Literal["always"] = 1
    """How often it strikes."""
    probability: float | None = Field(default=None, gt=0, le=1)
    """Strike only so often; takes a `seed`, so that it can be repeated."""
    seed: int | None = None


class Fault(Wire):
    """A rule, and what has become of it."""

    fault_id: str
    rule: str
    """The same as a sentence."""
    mirror: str
    call: str | None = None
    webhook: str | None = None
    match: dict[str, Any] = {}
    effect: Effect
    error: str | None = None
    seconds: float | None = None
    delay: str | None = None
    skip: int = 0
    times: int | Literal["always"] = 1
    probability: float | None = None
    seed: int | None = None
    matched: int = 0
    """Calls or webhooks that it was about so far."""
    struck: int = 0
    """How often it did something."""


class FaultList(Wire):
    """The rules of a session, in the order in which they are tried."""

    faults: list[Fault]


class FaultsRemoved(Wire):
    """What a `DELETE` took away."""

    removed: list[str]
