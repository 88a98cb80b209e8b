"""Toolset `sessions`: what mirrors hold or held, what is different, and answers to SQL."""

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from mirra_mcp.server.answers import filled, fit, joined, present
from mirra_mcp.server.caller import Caller, pick
from mirra_mcp.server.errors import Refusal, listed
from mirra_mcp.server.portable import TEXT, TEXTS
from mirra_mcp.wire.admin import State
from mirra_mcp.wire.model import Doc, Wire
from mirra_mcp.wire.sessions import Session
from mirra_mcp.wire.states import Difference, Differences, Moment

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient

NEWEST = 3
"""Documents of each entity in an overview."""
OVERVIEW = 5_000
"""Bytes of documents in an overview; a mirror with many entities shows fewer of each."""
BRIEF = 6
"""Fields of a document in an overview."""


class MirrorState(Wire):
    """One mirror's documents, newest first."""

    mirror: str
    at: datetime
    counts: dict[str, int] = {}
    documents: dict[str, list[Doc]]


class StateAnswer(Wire):
    """What the mirrors hold; what is different; what a query found."""

    session_id: str
    mirrors: list[MirrorState] = []
    since: Moment | None = None
    until: Moment | None = None
    counts: dict[str, dict[str, int]] = {}
    """How many documents of each entity were created, changed, deleted."""
    changes: list[Difference] = []
    columns: list[str] = []
    rows: list[list[Any]] = []
    next_cursor: str | None = None
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
    at: Annotated[str | int | None, TEXT] = None,
    since: Annotated[str | int | None, TEXT] = None,
    against: str | None = None,
    sql: str | None = None,
) -> StateAnswer:
    """Show an overview of each mirror, a page of documents, differences, or rows of a query."""
    found = await caller.session(session)
    at, since = _moment(at), _moment(since)
    chosen = [pick(found, mirror)] if mirror is not None or entity is not None else found.mirrors
    given = {
        "entity": entity, "id": id, "where": where or None, "fields": fields or None,
        "cursor": cursor, "mirror": mirror, "since": since, "against": against,
    }  # fmt: skip
    if sql is not None:
        _leave_out(given, "sql", ())
        return await _queried(await caller.mirra(), found, sql, at, limit)
    if since is not None or against is not None:
        _leave_out(given, "since", ("since", "against", "mirror", "entity", "cursor"))
        other = await caller.session(against) if against is not None else None
        found_changes = (
            await (await caller.mirra())
            .states(found.session_id)
            .changes(
                since=since,
                until=at,
                against=None if other is None else other.session_id,
                mirror=mirror,
                entity=entity,
                limit=limit,
                cursor=cursor,
            )
        )
        return _compared(found, found_changes)
    if entity is None and (id is not None or where or fields or cursor is not None):
        raise Refusal(
            "mirra.request.invalid",
            "`id`, `where`, `fields` and `cursor` need an `entity`.",
            'Say whose, as with "entity": "emails". Without any, each entity is counted.',
        )
    mirra = await caller.mirra()
    shown = limit if entity else NEWEST
    states = [
        await mirra.mirror(info.url).state(
            entity=entity, id=id, where=_texts(where), limit=shown, cursor=cursor, at=at
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


def _moment(said: str | int | None) -> str | None:
    """Return an entry's number or a snapshot's id; of a mirror's own handle what comes last."""
    return None if said is None else str(said).rpartition("=")[2]


def _leave_out(given: dict[str, Any], what: str, allowed: tuple[str, ...]) -> None:
    """Refuse arguments that would have no effect beside another one.

    Raises:
        Refusal: there is one.
    """
    for name, value in given.items():
        if value is not None and name not in allowed:
            raise Refusal(
                "mirra.request.invalid",
                f"`{name}` has no effect beside `{what}`.",
                f"Leave it out; {listed(f'`{each}`' for each in (*allowed, 'at', 'limit'))} do.",
            )


async def _queried(
    mirra: "MirraClient", found: Session, sql: str, at: str | None, limit: int
) -> StateAnswer:
    result = await mirra.states(found.session_id).query(sql, at=at, limit=limit)
    fitted = fit(result.rows)
    return StateAnswer(
        session_id=found.session_id,
        columns=result.columns,
        rows=fitted.items,
        note=joined(
            fitted.note("Name the columns that you need."),
            f"There are more than {len(result.rows)} rows: raise `limit`, or narrow the query."
            if result.is_cut
            else None,
        ),
    )


def _compared(found: Session, told: Differences) -> StateAnswer:
    shown = [each.to_json() for each in told.changes]
    for each in shown:
        if "before" not in each and "after" in each:
            each["after"] = filled(each["after"])
        elif "after" not in each and "before" in each:
            each["before"] = filled(each["before"])
    fitted = fit(shown)
    return StateAnswer(
        session_id=found.session_id,
        since=told.since,
        until=told.until,
        counts=told.counts,
        changes=[Difference.model_validate(each) for each in fitted.items],
        next_cursor=None if fitted.missing else told.next_cursor,
        note=joined(
            fitted.note("Choose with `mirror`, `entity` and `limit`."),
            None if told.counts else "Nothing is different.",
        ),
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


def _texts(where: dict[str, str | int | bool]) -> dict[str, str]:
    """Return the values as JSON has them: `true`, not `True`."""
    return {
        name: each if isinstance(each, str) else json.dumps(each) for name, each in where.items()
    }
