"""Make it happen: the world's events, the clock, snapshots and forks, and what goes wrong."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.states import StatesClient
from mirra_mcp.local.page.moves import forms
from mirra_mcp.local.page.rendering import show
from mirra_mcp.local.page.timeline.chronicles import chronicle
from mirra_mcp.local.page.visits import Visit, done, visit
from mirra_mcp.local.page.words import moment, plural
from mirra_mcp.wire.admin import Metadata
from mirra_mcp.wire.faults import AddFault, Fault
from mirra_mcp.wire.sessions import ClockMoved, ForkSession

SPANS = ("1 hour", "1 day", "1 week", "1 month", "1 year")
SHOWN = 50
"""Timers that a preview lists."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A snapshot, as the log tells of it."""

    id: str
    at: str
    entry: int


async def index(request: Request) -> Response:
    """`GET /s/{session}/moves`."""
    return await _page(await visit(request))


async def simulate(request: Request) -> Response:
    """`POST /s/{session}/moves/simulate`: let something happen to an account."""
    seeing, form = await visit(request), await request.form()
    vendor, name = _text(form, "mirror"), _text(form, "event")
    back = f"{seeing.base}/moves#{vendor}-{name}"
    about = await seeing.mirror(vendor).metadata()
    event = next((each for each in about.simulate_events if each.event == name), None)
    if event is None:
        return done(request, back, f"The {vendor} mirror knows no '{name[:60]}'.", failed=True)
    try:
        given = forms.params_of(event, form)
        happened = await seeing.mirror(vendor).simulate(name, **given)
    except (forms.Unusable, MirraError) as error:
        return done(request, back, str(error), failed=True)
    changes, webhooks = len(happened.changes), len(happened.webhooks)
    told = f"{name} happened: {plural(changes, 'change')}, {plural(webhooks, 'webhook')}."
    threads = (await chronicle(seeing)).threads.newest()
    act = next(
        (each for each in threads if (each.kind, each.title) == ("act", happened.event)), None
    )
    return done(request, f"{seeing.base}/timeline/{act.id}" if act else back, told)


async def clock(request: Request) -> Response:
    """`POST /s/{session}/moves/clock`: move the time on, or see what would happen then."""
    seeing, form = await visit(request), await request.form()
    assert seeing.session is not None
    back = f"{seeing.base}/moves#clock"
    try:
        span, to = _when(form)
        if form.get("preview"):
            return await _page(seeing, preview=await _preview(seeing, span, to), span=span)
        moved = await seeing.mirra.move_clock(seeing.session.session_id, advance=span, to=to)
    except (MirraError, ValueError) as error:
        return done(request, back, str(error), failed=True)
    told = f"It is {moment(moved.at)} now: {plural(moved.fired_count, 'timer')} fired,"
    tries = "try" if moved.delivery_count == 1 else "tries"
    return done(request, back, f"{told} {moved.delivery_count} {tries} at webhooks.")


async def snapshot(request: Request) -> Response:
    """`POST /s/{session}/moves/snapshot`: keep the state of all mirrors."""
    seeing, form = await visit(request), await request.form()
    states, back = _states(seeing), f"{seeing.base}/moves#states"
    try:
        kept = await states.snapshot(_text(form, "name") or None)
    except MirraError as error:
        return done(request, back, str(error), failed=True)
    return done(request, back, f"Kept as {kept.name or kept.snapshot_id}.")


async def restore(request: Request) -> Response:
    """`POST /s/{session}/moves/restore`: bring a snapshot back."""
    seeing, form = await visit(request), await request.form()
    back, wanted = f"{seeing.base}/moves#states", _text(form, "snapshot")
    try:
        restored = await _states(seeing).restore(wanted)
    except MirraError as error:
        return done(request, back, str(error), failed=True)
    return done(request, back, f"{wanted} is back: it is {moment(restored.at)} again.")


async def reset(request: Request) -> Response:
    """`POST /s/{session}/moves/reset`: put the mirrors back to fixtures."""
    seeing, form = await visit(request), await request.form()
    back = f"{seeing.base}/moves#states"
    seeds = {name: text for name in seeing.vendors if (text := _text(form, f"seed.{name}"))}
    try:
        await _states(seeing).reset(seeds)
    except MirraError as error:
        return done(request, back, str(error), failed=True)
    return done(request, back, "All mirrors are back at their fixtures.")


async def fork(request: Request) -> Response:
    """`POST /s/{session}/moves/fork`: another future of the same past, in a session of its own."""
    seeing, form = await visit(request), await request.form()
    name, at = _text(form, "name") or None, _text(form, "at")
    wanted = ForkSession(name=name, at=int(at) if at.isdecimal() else at or None)
    try:
        made = await _states(seeing).fork(wanted)
    except MirraError as error:
        return done(request, f"{seeing.base}/moves#states", str(error), failed=True)
    return done(request, f"/s/{made.session_id}/moves", "This is the fork: a future of its own.")


async def fault(request: Request) -> Response:
    """`POST /s/{session}/moves/faults`: add a rule, or remove one or all."""
    seeing, form = await visit(request), await request.form()
    assert seeing.session is not None
    id, back = seeing.session.session_id, f"{seeing.base}/moves#faults"
    try:
        if form.get("remove"):
            wanted = _text(form, "remove")
            gone = await seeing.mirra.remove_faults(id, None if wanted == "all" else wanted)
            return done(request, back, f"{plural(len(gone.removed), 'rule')} removed.")
        added = await seeing.mirra.add_fault(id, AddFault(rule=_text(form, "rule")[:500]))
    except MirraError as error:
        return done(request, back, str(error), failed=True)
    return done(request, back, f"From now on: {added.rule}")


async def _page(
    seeing: Visit, *, preview: ClockMoved | None = None, span: str | None = None
) -> Response:
    session = seeing.session
    assert session is not None
    if session.status != "ready":
        return RedirectResponse(f"{seeing.base}/timeline", 303)
    about: dict[str, Metadata] = {
        name: await seeing.mirror(name).metadata() for name in seeing.vendors
    }
    rules: list[Fault] = []
    try:
        rules = (await seeing.mirra.faults(session.session_id)).faults
    except MirraError as error:
        if error.code != "mirra.not_offered":
            raise
    return show(
        seeing,
        "moves/index.html",
        "moves",
        acts={
            name: [forms.act(each) for each in each.simulate_events] for name, each in about.items()
        },
        fixtures={name: each.fixtures for name, each in about.items()},
        snapshots=await _snapshots(seeing),
        rules=rules,
        spans=SPANS,
        preview=preview,
        span=span,
        shown=SHOWN,
    )


async def _preview(seeing: Visit, span: str | None, to: datetime | None) -> ClockMoved:
    """Let the time pass in a fork that nobody hears of, and end it."""
    made = await _states(seeing).fork(ForkSession(timeout_seconds=60))
    try:
        return await seeing.mirra.move_clock(made.session_id, advance=span, to=to)
    finally:
        await seeing.mirra.end_session(made.session_id)


async def _snapshots(seeing: Visit) -> list[Kept]:
    """Return the snapshots that the log tells of, the newest first."""
    told = await chronicle(seeing)
    events = await told.entries(1, told.threads.last, ["session.lifecycle"])
    found = {
        str(each.data.get("snapshotId")): Kept(
            str(each.data.get("snapshotId")), str(each.data.get("at", "")), each.id
        )
        for each in events
        if each.data.get("action") == "snapshot"
    }
    return list(found.values())[::-1]


def _states(seeing: Visit) -> StatesClient:
    assert seeing.session is not None
    return seeing.mirra.states(seeing.session.session_id)


def _when(form: FormData) -> tuple[str | None, datetime | None]:
    """Return how far, or until when, the time is to pass.

    Raises:
        ValueError: the form says neither.
    """
    if to := _text(form, "to"):
        at = datetime.fromisoformat(to)
        return None, at if at.tzinfo else at.replace(tzinfo=UTC)
    span = _text(form, "advance") or _text(form, "other")
    if not span:
        raise ValueError("Say how far the clock is to move, such as '3 days'.")
    return span, None


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, "")).strip()


_PATH = "/s/{session}/moves"
routes = [
    Route(_PATH, index),
    Route(f"{_PATH}/simulate", simulate, methods=["POST"]),
    Route(f"{_PATH}/clock", clock, methods=["POST"]),
    Route(f"{_PATH}/snapshot", snapshot, methods=["POST"]),
    Route(f"{_PATH}/restore", restore, methods=["POST"]),
    Route(f"{_PATH}/reset", reset, methods=["POST"]),
    Route(f"{_PATH}/fork", fork, methods=["POST"]),
    Route(f"{_PATH}/faults", fault, methods=["POST"]),
]
