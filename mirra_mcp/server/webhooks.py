"""Toolset `sessions`: what a mirror delivered and how it was taken; deliver again, or forge."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import anyio
from pydantic import Field

from mirra_mcp.client.refused import why
from mirra_mcp.server.answers import fit, joined, seen_at
from mirra_mcp.server.caller import Caller, pick
from mirra_mcp.server.errors import Refusal
from mirra_mcp.server.portable import TEXT
from mirra_mcp.wire.admin import WebhookRef
from mirra_mcp.wire.events import Attempt, Delivery
from mirra_mcp.wire.model import Doc, Wire
from mirra_mcp.wire.sessions import Session

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient

WAIT = 20.0
"""Seconds that a delivery which is asked for may take."""
SETTLING = 3.0
"""Seconds that a call waits for the receivers of what it set off."""
CHANGING = {"mirra_session_webhooks": "send"}
"""The argument without which a tool changes nothing."""
SHOWN_TRIES = 5
"""The newest attempts of a delivery that a list shows."""
UNHEARD = "'unsubscribed': no endpoint was registered for it with the vendor's webhook API."


class Row(Wire):
    """A delivery in brief; one alone is shown with what went over the wire."""

    delivery_id: str
    mirror: str
    type: str
    status: str
    url: str | None = None
    created_at: datetime
    tries: list[str] = []
    """A line each: when, what the receiver answered, how long it took."""
    why: str | None = None
    """Why it was refused, as far as it can be known, and what to look at."""
    headers: dict[str, str] | None = None
    payload: Doc | None = None


class Sent(WebhookRef):
    """A webhook that a call set off, with what became of it meanwhile."""

    answered: str | None = None
    """What its receiver answered, in how long; nothing if nobody subscribed to it."""
    why: str | None = None
    """Why it was refused, as far as it can be known, and what to look at."""


class WebhookAnswer(Wire):
    """Deliveries, newest first."""

    session_id: str
    verdicts: list[str] | None = None
    """How the receiver took each forged copy: it should have refused them all."""
    webhooks: list[Row]
    next_cursor: str | None = None
    note: str | None = None


async def mirra_session_webhooks(
    caller: Caller,
    session: str | None = None,
    mirror: str | None = None,
    type: str | None = None,
    since: Annotated[int | datetime | None, TEXT] = None,
    limit: Annotated[int, Field(ge=1, le=100)] = 10,
    cursor: str | None = None,
    delivery: str | None = None,
    send: Literal["again", "forged"] | None = None,
) -> WebhookAnswer:
    """Show the webhooks that were set off and each attempt, or deliver one again."""
    found = await caller.session(session)
    if mirror is not None:
        pick(found, mirror)
    mirra = await caller.mirra()
    if delivery is not None or send is not None:
        return await _one(mirra, found, delivery, send)
    page = await mirra.webhooks(
        found.session_id,
        mirror=mirror,
        type=type,
        after_event=since if isinstance(since, int) else None,
        limit=limit,
        cursor=cursor,
    )
    webhooks, next_cursor = page.webhooks, page.next_cursor
    if isinstance(since, datetime):
        moment = since if since.tzinfo else since.replace(tzinfo=UTC)
        webhooks = [each for each in webhooks if each.created_at > moment]
        next_cursor = next_cursor if len(webhooks) == len(page.webhooks) else None
    rows = [_row(each, whole=len(webhooks) == 1) for each in webhooks]
    fitted = fit([row.to_json() for row in rows])
    unheard = any(each.status == "unsubscribed" for each in webhooks)
    return WebhookAnswer(
        session_id=found.session_id,
        webhooks=[Row.model_validate(each) for each in fitted.items],
        next_cursor=next_cursor if not fitted.missing else None,
        note=joined(
            fitted.note("Use `type`, `since` or a smaller `limit`."),
            UNHEARD if unheard else None,
            "`delivery` shows one with its payload and headers." if len(webhooks) > 1 else None,
        ),
    )


async def _one(
    mirra: "MirraClient", session: Session, id: str | None, send: str | None
) -> WebhookAnswer:
    if id is None:
        raise Refusal(
            "mirra.request.invalid",
            "`send` needs a `delivery`.",
            'Say which, as with {"delivery": "dlv_...", "send": "again"}.',
        )
    known = await _find(mirra, session, id)
    verdicts = None
    if send is not None:
        verdicts = await _sent(mirra, session, known, forge=send == "forged")
        known = await _find(mirra, session, id)
    fitted = fit([_row(known, whole=True).to_json()])
    is_taken = known.status == "delivered"
    return WebhookAnswer(
        session_id=session.session_id,
        webhooks=[Row.model_validate(each) for each in fitted.items],
        verdicts=verdicts,
        note=joined(
            fitted.note("mirra://sessions/{id}/webhooks has it whole."),
            UNHEARD if known.status == "unsubscribed" else None,
            "`send` delivers it again, to see that its effect happens once, or forges copies."
            if send is None and known.url
            else None,
            "No copy was forged: the real one was refused." if verdicts == [] else None,
            None if is_taken else seen_at(session, f"/timeline?q={known.delivery_id}"),
            "Look what the app made of it: the same event came before."
            if is_taken and send
            else None,
        ),
    )


async def _find(mirra: "MirraClient", session: Session, id: str) -> Delivery:
    page = await mirra.webhooks(session.session_id, delivery=id)
    for each in page.webhooks:
        if each.delivery_id == id:
            return each
    raise Refusal(
        "mirra.webhook.not_found",
        f"{session.session_id} has no delivery '{id[:60]}'.",
        "mirra_session_webhooks without `delivery` lists them.",
    )


async def _sent(
    mirra: "MirraClient", session: Session, known: Delivery, *, forge: bool
) -> list[str] | None:
    """Deliver it once more and wait for what its receiver answers; return how forgeries fared.

    Raises:
        Refusal: the receiver took too long.
    """
    info = pick(session, known.mirror)
    await mirra.mirror(info.url).retry_webhook(known.delivery_id, forge=forge)
    after, has_come = known.after_event, False
    with anyio.move_on_after(WAIT):
        while True:
            page = await mirra.events_page(
                session.session_id,
                after=after,
                limit=1000,
                types=["webhook.dispatched", "webhook.verification"],
                mirror=known.mirror,
                wait=5.0,
            )
            after = page.next_after
            verdicts = []
            for data in (each.data for each in page.events):
                if data.get("deliveryId") != known.delivery_id:
                    continue
                if "forgery" in data and has_come:
                    verdicts.append(_verdict(data))
                elif data.get("attempt", 0) > len(known.attempts):
                    has_come = True
                    if not forge:
                        return None
                    if not 200 <= (data.get("responseStatus") or 0) < 300:
                        return []
            if verdicts:
                return verdicts
    raise Refusal(
        "mirra.webhook.timeout",
        f"{known.url} didn't answer within {WAIT:.0f} s.",
        "Make the handler answer first and work afterwards; then try again.",
    )


def _verdict(data: Doc) -> str:
    said = data.get("responseStatus") or data.get("error")
    if data["forgery"] == "none":
        return f"real: {said}"
    right = "refused, as it should be" if data["rejected"] else "NOT refused"
    return f"{data['forgery']}: {said}, {right}"


def _row(each: Delivery, *, whole: bool) -> Row:
    tries = each.attempts if whole else each.attempts[-SHOWN_TRIES:]
    return Row(
        delivery_id=each.delivery_id,
        mirror=each.mirror,
        type=each.type,
        status=each.status,
        url=each.url,
        created_at=each.created_at,
        tries=[*_left_out(len(each.attempts) - len(tries)), *(line(one) for one in tries)],
        why=why(each) if each.status in ("pending", "failed") else None,
        headers=each.headers if whole else None,
        payload=each.payload if whole else None,
    )


def _left_out(number: int) -> list[str]:
    return [f"… (+{number} earlier)"] if number > 0 else []


async def settled(
    mirra: "MirraClient", session: str, mirror: str, refs: list[WebhookRef]
) -> list[Sent]:
    """Return what became of webhooks that were just set off; wait a moment for their receivers."""
    ends, after, known = anyio.current_time() + SETTLING, -1, dict[str, Delivery]()
    while refs:
        page = await mirra.webhooks(session, mirror=mirror, limit=100)
        known = {each.delivery_id: each for each in page.webhooks}
        left = [known[ref.id] for ref in refs if ref.id in known and _is_on_its_way(known[ref.id])]
        seconds = ends - anyio.current_time()
        if not left or seconds <= 0:
            break
        log = await mirra.events_page(
            session,
            after=max(after, min(each.after_event for each in left)),
            limit=1000,
            types=["webhook.dispatched"],
            mirror=mirror,
            wait=seconds,
        )
        after = log.next_after
    return [_outcome(ref, known.get(ref.id)) for ref in refs]


def _is_on_its_way(each: Delivery) -> bool:
    is_due = each.next_attempt_at is None or each.next_attempt_at <= each.created_at
    return each.status == "pending" and not each.attempts and is_due


def _outcome(ref: WebhookRef, known: Delivery | None) -> Sent:
    if known is None or known.url is None:
        return Sent(type=ref.type, id=ref.id)
    if not known.attempts:
        return Sent(type=ref.type, id=ref.id, answered="not yet")
    is_refused = known.status in ("pending", "failed")
    return Sent(
        type=ref.type,
        id=ref.id,
        answered=_answer(known.attempts[-1]),
        why=why(known) if is_refused else None,
    )


def line(attempt: Attempt) -> str:
    """Return an attempt as a line: when, what was answered, in how long."""
    return f"{attempt.at:%Y-%m-%dT%H:%M:%SZ} {_answer(attempt)}"


def _answer(attempt: Attempt) -> str:
    took = "" if attempt.duration_ms is None else f" in {attempt.duration_ms:.0f} ms"
    said = f": {' '.join(attempt.response_body.split())}" if attempt.response_body else ""
    return attempt.error or f"{attempt.response_status}{took}{said}"
