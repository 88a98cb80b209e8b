"""The endpoints that every mirror has under `/_mirra/`: reset, simulate, snapshots, state.

Source: https://docs.mirra.run/reference/api
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from mirra_mcp.local.kit.errors import Refusal, VendorError, nearest, one_of
from mirra_mcp.local.kit.metadata import describe
from mirra_mcp.local.kit.mirror import Changed, Mirror
from mirra_mcp.local.kit.moments import moment
from mirra_mcp.local.kit.reading import invalid, parse, read, whole
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.restoring import check_name, counts, fixture_named
from mirra_mcp.local.kit.restoring import restore as bring_back
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.stories import find_story
from mirra_mcp.local.kit.webhooks import WIRED
from mirra_mcp.wire.admin import (
    Change,
    ForgeWebhooks,
    Forging,
    ResetDone,
    ResetState,
    Restored,
    RestoreSnapshot,
    RetryWebhook,
    Simulated,
    Snapshot,
    State,
    TakeSnapshot,
    WebhookRef,
)
from mirra_mcp.wire.model import Doc, Wire

Verb = Callable[[Session, Mirror, Call], Awaitable[Wire]]

PAGE, MOST = 100, 1000


async def answer(session: Session, mirror: Mirror, call: Call) -> Answer:
    """Answer a call below `/_mirra/`.

    Raises:
        Refusal: it can't be done; nothing has changed.
    """
    verbs = VERBS.get(call.path)
    if verbs is None:
        raise Refusal(
            404,
            "mirra.request.not_found",
            f"A mirror has no {call.path}.{nearest(call.path, VERBS)}",
            f"It has {', '.join(VERBS)}.",
        )
    verb = verbs.get(call.method)
    if verb is None:
        allowed = ", ".join(verbs)
        raise Refusal(
            405,
            "mirra.request.method_not_allowed",
            f"{call.path} doesn't take {call.method}.",
            f"Use {allowed}.",
        )
    async with session.lock:
        if session.mirrors.get(mirror.vendor) is not mirror:
            raise Refusal(404, "mirra.session.ended", "The session of this mirror has ended.")
        session.open()
        call.now = session.clock.now()
        session.agenda.fire_due(call.now)
        found = await verb(session, mirror, call)
        return Answer(200, found.model_dump_json(by_alias=True, exclude_none=True).encode())


async def reset(session: Session, mirror: Mirror, call: Call) -> ResetDone:
    """Go back to a fixture: the given one, or the one that the session began with."""
    seed = read(ResetState, call.body).seed
    fixture = fixture_named(mirror, seed) if seed else session.seeds[mirror.vendor]
    await asyncio.to_thread(session.reset, {mirror.vendor: fixture})
    session.faults.remove(mirror=mirror.vendor)
    return ResetDone(mirror=mirror.vendor, seed=fixture, counts=counts(mirror))


async def simulate(session: Session, mirror: Mirror, call: Call) -> Simulated:
    """Let something happen to the account, with all that follows from it."""
    given = parse(call.body)
    event = given.pop("event", None)
    if not isinstance(event, str):
        raise Refusal(
            400,
            "mirra.request.invalid",
            "'event' is missing: the name of what should happen.",
            f"The {mirror.vendor} mirror knows {one_of(mirror.stories)}.",
        )
    story = find_story(mirror.stories, event)
    if story is None:
        raise Refusal(
            400,
            "mirra.simulate.unknown_event",
            f"The {mirror.vendor} mirror can't simulate '{event}'.{nearest(event, mirror.stories)}",
            f"It knows {one_of(mirror.stories)}.",
        )
    try:
        with session.unit(mirror, call.now) as unit:
            result = story.run(mirror, given)
            session.acts += 1
            told: Doc = {"event": story.event, "params": given}
            if session.log.last >= session.first_entry():
                told["since"] = session.first_entry()
            session.log.append(
                "session.lifecycle",
                mirror.vendor,
                {"action": "simulate", "mirror": mirror.vendor} | told,
            )
    except VendorError as error:
        raise Refusal(
            400,
            "mirra.simulate.invalid",
            f"'{event}' can't happen now: {error.body.get('message') or error.body}",
            "Look at the state, or name another document.",
        ) from None
    return Simulated(
        event=story.event,
        changes=[_change(each) for each in unit.changes],
        webhooks=[
            WebhookRef(type=type, id=session.deliveries.id_of(seq)) for type, seq in unit.webhooks
        ],
        result=result,
    )


def _change(change: Changed) -> Change:
    before, after = change.differences()
    return Change(entity=change.noun.entity, entity_id=change.id, before=before, after=after)


async def snapshot(session: Session, mirror: Mirror, call: Call) -> Snapshot:
    """Keep the mirror's state."""
    name = read(TakeSnapshot, call.body).name
    check_name(session, name, [mirror.vendor])
    id = session.snapshot(name, [mirror.vendor])
    return Snapshot(snapshot_id=id, name=name)


async def restore(session: Session, mirror: Mirror, call: Call) -> Restored:
    """Bring back a snapshot, by id or name."""
    wanted = read(RestoreSnapshot, call.body).snapshot_id
    [done] = await bring_back(session, {mirror.vendor: wanted})
    return done


async def state(session: Session, mirror: Mirror, call: Call) -> State:
    """Dump the documents, newest first: all of them, or a page of one entity; now or `at` then."""
    query, at = call.query, session.clock.now()
    if "at" in query:
        then = await moment(session, query["at"], [mirror.vendor])
        mirror, at = then.mirror(mirror.vendor), then.at
    found = State(
        mirror=mirror.vendor,
        version=mirror.version,
        at=at,
        state={},
        counts=counts(mirror),
    )
    if "entity" not in query:
        most = whole(query["limit"], PAGE, MOST) if "limit" in query else None
        for plural, noun in mirror.kept.items():
            docs = noun.find(limit=most) if found.counts[plural] else []
            found.state[plural] = [noun.shown(doc) for doc in docs]
        return found
    noun = noun_named(mirror, query["entity"])
    if "id" in query:
        doc = noun.peek(query["id"])
        found.state[noun.plural] = [] if doc is None else [noun.shown(doc)]
        return found
    limit = whole(query.get("limit"), PAGE, MOST)
    where = dict(pair_of(value) for name, value in call.query_all if name == "where")
    try:
        docs, found.next_cursor = search(noun, where, limit, query.get("cursor"))
    except LookupError:
        raise invalid(f"'cursor' names no {noun.entity}.", "Leave it out to begin anew.") from None
    found.state[noun.plural] = [noun.shown(doc) for doc in docs]
    return found


async def metadata(session: Session, mirror: Mirror, call: Call) -> Wire:
    """Tell what this mirror is and covers."""
    return describe(type(mirror))


async def retry(session: Session, mirror: Mirror, call: Call) -> Wire:
    """Send a webhook once more."""
    wanted = read(RetryWebhook, call.body)
    id = wanted.delivery_id
    parcel = session.deliveries.find(id)
    is_ours = parcel is not None and parcel.mirror == mirror.vendor
    if parcel is None or not is_ours or parcel.url is None or parcel.method in WIRED:
        raise Refusal(
            404,
            "mirra.webhook.not_found",
            f"The {mirror.vendor} mirror sent no webhook '{id}'.",
            "GET /v1/sessions/{id}/webhooks lists them; those with an http URL can be sent again.",
        )
    with session.transaction():
        session.deliveries.again(id)
    if wanted.forge:
        session.forged_next.add(id)
    session.on_work(session)
    return session.deliveries.find(id).to_wire()  # type: ignore[union-attr]  # it was there


async def forge(session: Session, mirror: Mirror, call: Call) -> Forging:
    """Let the session's accepted webhooks be sent again as forgeries, or no more.

    A run that checks signatures forges all the same.
    """
    session.forges_on_request = read(ForgeWebhooks, call.body).on
    session.forged.clear()
    return Forging(forging=session.forging)


async def webhooks(session: Session, mirror: Mirror, call: Call) -> Wire:
    """List the newest webhooks of this mirror."""
    limit = whole(call.query.get("limit"), 20, 100)
    return session.deliveries.page({"mirror": mirror.vendor}, limit, None)


VERBS: dict[str, dict[str, Verb]] = {
    "/_mirra/state": {"GET": state},
    "/_mirra/state/reset": {"POST": reset},
    "/_mirra/state/snapshot": {"POST": snapshot},
    "/_mirra/state/restore": {"POST": restore},
    "/_mirra/simulate": {"POST": simulate},
    "/_mirra/metadata": {"GET": metadata},
    "/_mirra/webhooks": {"GET": webhooks},
    "/_mirra/webhooks/retry": {"POST": retry},
    "/_mirra/webhooks/forge": {"POST": forge},
}


def pair_of(text: str) -> tuple[str, str]:
    """Split `field:value`.

    Raises:
        Refusal: there is no colon.
    """
    name, colon, value = text.partition(":")
    if not colon or not name:
        raise invalid(f"'where' must look like field:value, not '{text}'.")
    return name, value


def search(
    noun: Resource, where: dict[str, str], limit: int, cursor: str | None
) -> tuple[list[Doc], str | None]:
    """Return up to `limit` documents that match, and where to go on if there may be more.

    It looks at `MOST` documents at a stretch, however few of them match.

    Raises:
        LookupError: the cursor names no document.
    """
    indexed: dict[str, Any] = {name: each for name, each in where.items() if name in noun.indexes}
    docs: list[Doc] = []
    step = max(limit, PAGE) if where else limit
    for _ in range(0, MOST, step):
        page = noun.page(limit=step, after=cursor, **indexed)
        docs += [doc for doc in page.docs if matches(doc, where)]
        if len(docs) > limit:
            return docs[:limit], docs[limit - 1]["id"]
        if not page.has_more:
            return docs, None
        cursor = page.docs[-1]["id"]
        if not where:
            break
    return docs, cursor


def matches(doc: Doc, where: dict[str, str]) -> bool:
    """Tell whether a document's fields are, or contain, the wanted texts."""
    for name, wanted in where.items():
        value: Any = doc
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        each = value if isinstance(value, list) else [value]
        if wanted not in [
            one if isinstance(one, str) else orjson.dumps(one).decode() for one in each
        ]:
            return False
    return True


def noun_named(mirror: Mirror, name: str) -> Resource:
    """Return the noun that an entity's singular or plural means.

    Raises:
        Refusal: there is none.
    """
    for noun in mirror.kept.values():
        if name in (noun.plural, noun.entity):
            return noun
    raise invalid(
        f"The {mirror.vendor} mirror keeps no '{name}'.{nearest(name, mirror.kept)}",
        f"It keeps {one_of(mirror.kept)}.",
    )
