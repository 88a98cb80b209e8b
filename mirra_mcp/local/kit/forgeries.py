"""Forgeries: copies of a delivered webhook that a handler which verifies signatures refuses.

A mirror can't look into a handler. What it can see is whether the handler also accepts what the
vendor never sent. So, while a session's `forging` is on, each webhook that was accepted is sent
again in forged copies; they aren't deliveries, and the mirror never learns how they were answered.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import orjson

from mirra_mcp.local.kit.webhooks import Letter, Outcome, Parcel

if TYPE_CHECKING:
    from mirra_mcp.local.kit.mirror import Mirror
    from mirra_mcp.local.kit.session import Session

Forgery = Literal["none", "bad_signature", "stale_timestamp", "tampered_body"]

MOST = 5
"""How many webhooks of one type to one endpoint are forged after one switching on."""
AGE = timedelta(hours=1)
"""How old a stale timestamp is; the vendors' libraries accept five minutes."""
MARK = "forged"
"""The parameter that tampering adds to a payload."""


def wanted(session: "Session", parcel: Parcel) -> bool:
    """Tell whether this webhook, just accepted, should be forged; and count it."""
    if parcel.id in session.forged_next:
        return True
    if not session.forging:
        return False
    key = (parcel.mirror, parcel.url or "", parcel.type)
    session.forged[key] += 1
    return session.forged[key] <= MOST


def forgeries(mirror: "Mirror", parcel: Parcel, at: datetime) -> Iterator[tuple[Forgery, Letter]]:
    """Make the copies that this vendor's signature can be told from: at most one of each kind."""
    real = mirror.letter(parcel, at)
    signature = mirror.signature_of(real.headers)
    other = mirror.letter(replace(parcel, secret=another(parcel.secret)), at)
    if mirror.signature_of(other.headers) != signature:
        yield "bad_signature", other
    stale = mirror.letter(parcel, at - AGE)
    if mirror.signature_of(stale.headers) != signature:
        yield "stale_timestamp", stale
    payload = orjson.loads(parcel.payload)
    tampered = mirror.letter(replace(parcel, payload=orjson.dumps(payload | {MARK: "yes"})), at)
    if (tampered.url, tampered.content) != (real.url, real.content):
        yield "tampered_body", replace(tampered, headers=real.headers)


def another(secret: str) -> str:
    """Return a secret of the same form that isn't the same."""
    head, mark, tail = secret.rpartition("_")
    changed = tail.swapcase()
    return head + mark + (changed if changed != tail else f"{tail}0")


def note(session: "Session", parcel: Parcel, url: str, forgery: Forgery, done: Outcome) -> None:
    """Write to the log how a webhook, real or forged, was taken."""
    data: dict[str, Any] = {"mirror": parcel.mirror, "deliveryId": parcel.id, "type": parcel.type}
    data |= {"url": url, "forgery": forgery}
    data |= {"responseStatus": done.status} if done.error is None else {"error": done.error}
    data["rejected"] = done.status is not None and not done.is_accepted
    session.log.append("webhook.verification", parcel.mirror, data)
