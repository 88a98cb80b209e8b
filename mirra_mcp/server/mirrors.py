"""Toolset `sessions`: look into a mirror, call it, make the world act, see what it delivered."""

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.keys import header_of
from mirra_mcp.server import faults
from mirra_mcp.server.answers import filled, fit, joined, present, size
from mirra_mcp.server.caller import Caller, pick
from mirra_mcp.server.errors import Refusal
from mirra_mcp.server.portable import JSON_OBJECT, TEXTS
from mirra_mcp.wire.admin import Change, Simulated, State, WebhookRef
from mirra_mcp.wire.model import Doc, Wire

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient

NEWEST = 3
"""Documents of each entity in an overview."""
OVERVIEW = 5_000
"""Bytes of documents in an overview; a mirror with many entities shows fewer of each."""
WHOLE = 4_000
"""Bytes of an answer that are shown with their empty fields."""
BRIEF = 6
"""Fields of a document in an overview."""
CAUSED = 100
"""Changes of one call that are looked at."""
REFS = 25
"""Webhooks of one call that are named."""
_UNSEEN = {"date", "server", "content-length", "connection", "x-mirra-events", "x-mirra-version"}


class MirrorState(Wire):
    """One mirror's documents, newest first."""

    mirror: str
    at: datetime
    counts: dict[str, int] = {}
    documents: dict[str, list[Doc]]


class StateAnswer(Wire):
    """What the mirrors hold."""

    session_id: str
    mirrors: list[MirrorState]
    next_cursor: str | None = None
    note: str | None = None


class Caused(Wire):
    """What a call set off."""

    changes: list[Change] = []
    webhooks: list[WebhookRef] = []
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
    note: str | None = None


async def mirra_session_state(
    caller: Caller,
    session: str | None = None,
    mirror: str | None = None,
    entity: str | None = None,
    id: str | None = None,
    where: Annotated[dict[str, str | int | bool], TEXTS] = {},  # noqa: B006 -- the schema's default
    fields: list[str] = [],  # noqa: B006 -- the schema's default
    limit: Annotated[int, Field(ge=1, le=100)] = 10,
    cursor: str | None = None,
) -> StateAnswer:
    """Show an overview of each mirror, or a page of one entity's documents."""
    found = await caller.session(session)
    if entity is not None:
        chosen = [pick(found, mirror)]
    else:
        chosen = [pick(found, mirror)] if mirror is not None else found.mirrors
        if id is not None or where or fields or cursor is not None:
            raise Refusal(
                "mirra.request.invalid",
                "`id`, `where`, `fields` and `cursor` need an `entity`.",
                'Say whose, as with "entity": "emails". Without any, each entity is counted.',
            )
    mirra = await caller.mirra()
    shown = limit if entity else NEWEST
    states = [
        await mirra.mirror(info.url).state(
            entity=entity, id=id, where=_texts(where), limit=shown, cursor=cursor
        )
        for info in chosen
    ]
    if entity:
        rows = [
            (number, plural, _shown(doc, fields, whole=id is not None))
            for number, plural, doc in _rows(states, shown)
        ]
        fitted = fit([doc for _, _, doc in rows])
    else:
        for shown in (NEWEST, 1):
            rows = [(number, plural, _brief(doc)) for number, plural, doc in _rows(states, shown)]
            fitted = fit([doc for _, _, doc in rows], limit=OVERVIEW, widest=120)
            if not fitted.missing:
                break
    documents: list[dict[str, list[Doc]]] = [{} for _ in states]
    for (number, plural, _), doc in zip(rows, fitted.items, strict=False):
        documents[number].setdefault(plural, []).append(doc)
    return StateAnswer(
        session_id=found.session_id,
        mirrors=[
            MirrorState(
                mirror=state.mirror,
                at=state.at,
                counts=present(state.counts or _counted(state.state)),
                documents=documents[number],
            )
            for number, state in enumerate(states)
        ],
        next_cursor=states[0].next_cursor if entity and not fitted.missing else None,
        note=fitted.note("Choose with `fields`, `where` and `limit`; `id` shows one in full.")
        if entity
        else f"The beginning of the newest {shown} of each; what isn't counted is empty."
        " Name an `entity` for more, and `id` for one in full.",
    )


def _rows(states: list[State], newest: int) -> list[tuple[int, str, Doc]]:
    return [
        (number, plural, doc)
        for number, state in enumerate(states)
        for plural, docs in state.state.items()
        for doc in docs[:newest]
    ]


def _counted(state: dict[str, list[Doc]]) -> dict[str, int]:
    return {plural: len(docs) for plural, docs in state.items()}


def _shown(doc: Doc, fields: list[str], *, whole: bool) -> Doc:
    """Return a document as a page shows it: the fields asked for, or all that say something."""
    if fields:
        return {path: _at(doc, path) for path in ("id", *fields)}
    return doc if whole else filled(doc)


def _at(value: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(value, list) and part.isdecimal():
            value = value[int(part)] if int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _brief(doc: Doc) -> Doc:
    """Return the id of a document and the first few of its plain fields that say something."""
    plain = {
        name: each
        for name, each in doc.items()
        if name not in ("id", "object", "status") and each and isinstance(each, str | int | float)
    }
    told = {name: doc[name] for name in ("id", "status") if doc.get(name) is not None}
    return told | dict(list(plain.items())[: BRIEF - len(told)])


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
        webhooks=done.webhooks[:REFS],
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
    return Caused(
        changes=[Change.model_validate(each.data) for each in log.events if each.id <= last],
        webhooks=[
            WebhookRef(type=each.type, id=each.delivery_id)
            for each in reversed(sent.webhooks)
            if each.after_event <= last
        ],
        last_event=last,
        note=f"It caused more than is shown: mirra_events_read with after={first - 1} has it all."
        if is_cut
        else None,
    )


def _texts(where: dict[str, str | int | bool]) -> dict[str, str]:
    """Return the values as JSON has them: `true`, not `True`."""
    return {
        name: each if isinstance(each, str) else json.dumps(each) for name, each in where.items()
    }
