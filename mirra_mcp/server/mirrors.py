"""Toolset `sessions`: call a mirror, and make the world act."""

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.keys import header_of
from mirra_mcp.server import faults
from mirra_mcp.server.answers import filled, fit, joined, size
from mirra_mcp.server.caller import Caller, pick
from mirra_mcp.server.errors import Refusal
from mirra_mcp.server.portable import JSON_OBJECT
from mirra_mcp.server.webhooks import Sent, settled
from mirra_mcp.wire.admin import Change, Simulated, WebhookRef
from mirra_mcp.wire.model import Doc, Wire

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient

WHOLE = 4_000
"""Bytes of an answer that are shown with their empty fields."""
CAUSED = 100
"""Changes of one call that are looked at."""
REFS = 25
"""Webhooks of one call that are named."""
_UNSEEN = {"date", "server", "content-length", "connection", "x-mirra-events", "x-mirra-version"}


class Caused(Wire):
    """What a call set off."""

    changes: list[Change] = []
    webhooks: list[Sent] = []
    last_event: int | None = None
    note: str | None = None


class RequestAnswer(Caused):
    """A mirror's answer to a request, and what the request set off."""

    status: int
    headers: dict[str, str]
    body: Any = None
    duration_ms: float


class SimulateAnswer(Simulated):
    """What the simulated event did."""

    session_id: str
    mirror: str
    webhooks: list[Sent] = []  # type: ignore[assignment]  # narrower, and never assigned
    note: str | None = None


def _told(change: Change, body: Any = None) -> Doc:
    """Return a change as answers show it: of a new document what says something, and once."""
    shown = change.to_json()
    if change.before is None and change.after is not None:
        is_body = isinstance(body, dict) and body.get("id") == change.entity_id
        shown["after"] = {"…": "as in `body`"} if is_body else filled(change.after)
    return shown


async def mirra_session_request(
    caller: Caller,
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"],
    path: str,
    body: Annotated[dict[str, Any] | list[Any] | str | None, JSON_OBJECT] = None,
    text: str | None = None,
    headers: dict[str, str] = {},  # noqa: B006 -- the schema's default
    mirror: str | None = None,
    session: str | None = None,
) -> RequestAnswer:
    """Send one request to a mirror as the app under test would."""
    if not re.fullmatch(r"/(?!/)[^\s\\]*", path):
        raise Refusal(
            "mirra.request.invalid",
            "`path` must be a path of the mirror, beginning with one slash.",
            'Give path and query only, as with "path": "/emails?limit=5".',
        )
    found, info, client = await caller.mirror(session, mirror)
    if body is not None and text is not None:
        raise Refusal(
            "mirra.request.invalid",
            "`body` and `text` exclude each other.",
            "An object is a `body`; whatever else goes out as it is, is `text`.",
        )
    if "authorization" not in {name.lower() for name in headers}:
        headers = header_of(info) | headers
    mirra = await caller.mirra()
    try:
        answer = await client.request(
            method,
            path,
            body=body if text is None else text,
            headers={name: value for name, value in headers.items() if value},
            encoding=await caller.running.access.encoding(info, client),
        )
    except MirraError as error:
        raise await faults.blamed(mirra, found.session_id, error) from error
    caused = await _caused(mirra, found.session_id, info.vendor, method, answer.events)
    body = filled(answer.body) if size(answer.body) > WHOLE else answer.body
    fitted = fit([body, *(_told(each, body) for each in caused.changes)])
    where = await _elsewhere(mirra, found.session_id, answer.status, answer.events)
    return RequestAnswer(
        status=answer.status,
        headers={name: value for name, value in answer.headers.items() if name not in _UNSEEN},
        body=fitted.items[0],
        duration_ms=answer.duration_ms,
        changes=[Change.model_validate(change) for change in fitted.items[1:]],
        webhooks=caused.webhooks,
        last_event=caused.last_event,
        note=joined(
            faults.touched(answer.headers),
            where,
            "`body` is shown without its empty fields." if body != answer.body else None,
            fitted.note("Ask for less, as with a limit in the query."),
            caused.note,
        ),
    )


async def mirra_session_simulate(
    caller: Caller,
    event: str,
    params: dict[str, Any] = {},  # noqa: B006 -- the schema's default
    mirror: str | None = None,
    session: str | None = None,
) -> SimulateAnswer:
    """Let the world do something to the account, or let calls and webhooks fail."""
    if event in faults.EVENTS:
        return await _faulty(caller, event, params, mirror, session)
    found, info, client = await caller.mirror(session, mirror)
    if "event" in params:
        raise Refusal(
            "mirra.request.invalid",
            "`params` can't contain 'event': that is an argument of its own.",
            'As with {"event": "email.bounced", "params": {"emailId": "..."}}.',
        )
    done = await client.simulate(event, **params)
    fitted = fit([done.result, *(_told(change) for change in done.changes)])
    return SimulateAnswer(
        session_id=found.session_id,
        mirror=info.vendor,
        event=done.event,
        changes=[Change.model_validate(change) for change in fitted.items[1:]],
        webhooks=await settled(
            await caller.mirra(), found.session_id, info.vendor, done.webhooks[:REFS]
        ),
        result=fitted.items[0],
        note=joined(
            fitted.note("mirra_session_state shows each document."),
            f"{len(done.webhooks)} webhooks were set off; mirra_session_webhooks shows them."
            if len(done.webhooks) > REFS
            else None,
        ),
    )


async def _faulty(
    caller: Caller, event: str, params: dict[str, Any], mirror: str | None, session: str | None
) -> SimulateAnswer:
    found = await caller.session(session)
    if mirror is not None:
        pick(found, mirror)
    result = await faults.change(await caller.mirra(), found.session_id, event, params, mirror)
    whose = mirror or str(result.get("mirror") or ", ".join(each.vendor for each in found.mirrors))
    return SimulateAnswer(session_id=found.session_id, mirror=whose, event=event, result=result)


async def _elsewhere(
    mirra: "MirraClient", session_id: str, status: int, events: tuple[int, int] | None
) -> str | None:
    """Return which other session has what this one refused to know, if one has."""
    if events is None or not 400 <= status < 500:
        return None
    log = await mirra.events_page(session_id, after=events[1] - 1, limit=1)
    found = log.events[0].data.get("elsewhere") if log.events else None
    if not isinstance(found, dict):
        return None
    return (
        f"'{found['id']}' is in another session: {found['session']} ({found['sessionId']})."
        " Was it made at another session's URL?"
    )


async def _caused(
    mirra: "MirraClient",
    session_id: str,
    vendor: str,
    method: str,
    events: tuple[int, int] | None,
) -> Caused:
    """Return what the log has about one call: the entries that it wrote, and its webhooks."""
    if events is None:
        return Caused()
    first, last = events
    if method == "GET" and first == last:
        return Caused(last_event=last)  # the one entry is the request itself
    log = await mirra.events_page(
        session_id, after=first - 1, limit=CAUSED, types=["state.changed"], mirror=vendor
    )
    sent = await mirra.webhooks(session_id, mirror=vendor, after_event=first - 1, limit=REFS)
    is_cut = sent.next_cursor or (len(log.events) == CAUSED and log.events[-1].id < last)
    refs = [
        WebhookRef(type=each.type, id=each.delivery_id)
        for each in reversed(sent.webhooks)
        if each.after_event <= last
    ]
    return Caused(
        changes=[Change.model_validate(each.data) for each in log.events if each.id <= last],
        webhooks=await settled(mirra, session_id, vendor, refs),
        last_event=last,
        note=f"It caused more than is shown: mirra_events_read with after={first - 1} has it all."
        if is_cut
        else None,
    )
