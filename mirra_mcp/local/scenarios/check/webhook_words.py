"""How criteria call webhooks, their payloads, and what becomes of them."""

from collections.abc import Iterator

from mirra_mcp.local.scenarios.check.conditions import Condition
from mirra_mcp.local.scenarios.check.filters import ByName
from mirra_mcp.local.scenarios.check.phrases import FieldName, Things
from mirra_mcp.local.scenarios.check.shapes import Reader, shaped, slot
from mirra_mcp.local.scenarios.check.webhooks import ByMention, ByPayload, PayloadFilter, Webhooks


@slot("event_type")
def _event_type(reader: Reader, at: int) -> Iterator[tuple[str, int]]:
    """Read a webhook's type, one that a mirror sends."""
    token = reader.token(at)
    if token is None or token.kind not in ("code", "quote", "word"):
        return
    type = token.text.strip()
    known = reader.vocabulary.events
    if type in known or (type.endswith(".*") and any(e.startswith(type[:-1]) for e in known)):
        yield type, at + 1


@slot("event_types")
def _event_types(reader: Reader, at: int) -> Iterator[tuple[tuple[str, ...], int]]:
    for type, end in reader.slot("event_type", at):
        yield (type,), end
        for after, _ in reader.match(", and [then] | and [then] | , [then] | then", end):
            for rest, last in reader.slot("event_types", after):
                yield (type, *rest), last


def _by_payload(name: FieldName, condition: Condition) -> ByPayload | None:
    path = name.code or "_".join(name.words)
    return (
        None
        if condition.needs_status and not path.endswith("status")
        else ByPayload(path, condition)
    )


def _by_thing(thing: Things) -> ByMention | None:
    named = [each.name for each in thing.selection.filters if isinstance(each, ByName)]
    return ByMention(named[0]) if len(named) == len(thing.selection.filters) == 1 else None


shaped(
    "payload_filter",
    {
        "for/about/on/of/regarding [the] [email/customer/subscription/payment/refund]"
        " {name:literal}"
        " | mentioning {name:literal}": ByMention,
        "for/about/on/of [the/a/an] {thing}": _by_thing,
        "to {name:literal}": ByMention,
        "with/whose/where [a/the/its] [payload] {name:field}"
        " {condition:own_condition}": _by_payload,
    },
)  # fmt: skip


@slot("payload_filters")
def _payload_filters(reader: Reader, at: int) -> Iterator[tuple[tuple[PayloadFilter, ...], int]]:
    for test, end in reader.slot("payload_filter", at):
        for after, _ in reader.match("[and|,]", end):
            for rest, last in reader.slot("payload_filters", after):
                yield (test, *rest), last
    yield (), at


shaped(
    "webhook_noun",
    {
        "[{vendor}] (webhook/webhooks/callback/callbacks/notification/notifications/event/events"
        "/delivery/deliveries|webhook/vendor event/events/delivery/deliveries/call/calls"
        "|status callback/callbacks)": lambda vendor="": vendor,
    },
)  # fmt: skip


def _kind(type: str = "", noun: str = "", filters: tuple[PayloadFilter, ...] = ()) -> Webhooks:
    return Webhooks((type,) if type else (), noun, filters)


shaped(
    "webhooks",
    {
        "{type:event_type} {noun:webhook_noun} {filters:payload_filters}": _kind,
        "{noun:webhook_noun} [of type|for|named|called] [the] {type:event_type} [event/events]"
        " {filters:payload_filters}": _kind,
        "{noun:webhook_noun} {filters:payload_filters}": _kind,
    },
)
shaped(
    "webhooks_or_type",
    {"{webhooks}": lambda webhooks: webhooks, "{type:event_type}": _kind},
)
shaped(
    "handler",
    {
        "[the/our/my/your] [app/application/service/webhook/server] [webhook]"
        " handler/endpoint/receiver"
        "/app/application/server/service/code/listener/consumer": True,
    },
)


@slot("ok")
def _ok(reader: Reader, at: int) -> Iterator[tuple[bool, int]]:
    token = reader.token(at)
    if token is not None and token.text.lower() in ("2xx", "200", "success"):
        yield True, at + 1


shaped(
    "fate",
    {
        "dispatched/fired/emitted/triggered/sent/told [out] [to {handler}]": "told",
        "received/accepted/acknowledged/delivered"
        " [successfully] [by/to/at {handler}]"
        " | (answered/acknowledged/responded [to]|met) [by {handler}] with [a/an] [status/http]"
        " [code/status] {ok} [status/response/answer]"
        " | successfully (received|accepted|delivered) [by/to {handler}]": (
            "accepted"
        ),
        "rejected/refused/failed [by {handler}] | not accepted": "refused",
        "retried/redelivered/resent | tried/sent/delivered again": "retried",
    },
)  # fmt: skip
shaped("as_accepted", {"[]": "accepted"})
shaped("as_told", {"[]": "told"})
