"""Events on their way to a webhook, read from the session's own deliveries.

Source: https://resend.com/docs/api-reference/webhooks/list-events
"""

from datetime import UTC, datetime

import orjson

from mirra_mcp.local.kit.webhooks import Parcel
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.pages import paged
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.wire.model import Doc

MOST_KEPT = 10_000
STATUSES = {"delivered": "success", "failed": "failed", "canceled": "failed"}


def listed(resend: Peers, webhook: Doc, params: Paging) -> Doc:
    """Return one page of a webhook's events."""
    rows = [_brief(parcel) for parcel in _parcels(resend, webhook)]
    return paged(rows, params, "Webhook event")


def retrieved(resend: Peers, webhook: Doc, id: str) -> Doc:
    """Return one event of a webhook."""
    parcel = _parcel(resend, webhook, id)
    due = None if parcel.next is None else stamp(datetime.fromtimestamp(parcel.next, UTC))
    return {
        "object": "webhook_event",
        **_brief(parcel),
        "next_attempt_at": due,
        "payload": orjson.loads(parcel.payload),
    }


def replayed(resend: Peers, webhook: Doc, id: str) -> Doc:
    """Put an event into the queue once more."""
    parcel = _parcel(resend, webhook, id)
    if resend.session is not None:
        resend.session.deliveries.again(parcel.id)
        resend.unit.webhooks.append((parcel.type, parcel.seq))
    return {"object": "webhook_event", "id": parcel.message}


def attempts(resend: Peers, webhook: Doc, id: str, params: Paging) -> Doc:
    """Return one page of the tries at an event."""
    parcel = _parcel(resend, webhook, id)
    rows = [
        {
            "id": f"atmpt_{parcel.message.removeprefix('msg_')[:24]}{number:03}",
            "http_status_code": tried.get("responseStatus", 0),
            "response": tried.get("error", ""),
            "sent_at": stamp(datetime.fromisoformat(tried["at"])),
        }
        for number, tried in enumerate(orjson.loads(parcel.attempts), 1)
    ]
    return paged(rows[::-1], params, "Webhook event attempt")


def _brief(parcel: Parcel) -> Doc:
    status = STATUSES.get(parcel.status)
    if status is None:
        status = "pending" if parcel.attempts == b"[]" else "attempting"
    created = stamp(datetime.fromisoformat(parcel.created))
    return {"id": parcel.message, "type": parcel.type, "created_at": created, "status": status}


def _parcel(resend: Peers, webhook: Doc, id: str) -> Parcel:
    for parcel in _parcels(resend, webhook):
        if parcel.message == id:
            return parcel
    raise errors.not_found("Webhook event")


def _parcels(resend: Peers, webhook: Doc) -> list[Parcel]:
    """Find what went to a webhook: to its address, signed with one of its secrets first."""
    if resend.session is None:
        return []
    found = resend.session.deliveries.to(resend.vendor, webhook["endpoint"], MOST_KEPT)
    own = {webhook["signing_secret"], webhook["_old_secret"]}
    return [parcel for parcel in found if parcel.secret.split()[0] in own]
