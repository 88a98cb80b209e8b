"""What happened in an attempt, a line a step: for people who read a run's record."""

from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.scenarios.steps import told
from mirra_mcp.local.scenarios.world import Mark, at_of
from mirra_mcp.wire.events import Event
from mirra_mcp.wire.runs import Happening

MOST = 200
"""Steps that a record keeps, the first."""


def timeline(session: Session, mark: Mark) -> tuple[list[Happening], int]:
    """Return the first steps since an attempt began, and how many there are more."""
    events = session.log.page(mark.entry, MOST).events
    more = session.log.last - mark.entry - len(events)
    return [_step(each) for each in events], max(0, more)


def _step(event: Event) -> Happening:
    text, failed = told(event.type, event.data)
    return Happening(
        entry=event.id,
        at=at_of(event.data),
        type=event.type,
        mirror=event.data.get("mirror"),
        text=text,
        failed=failed,
    )
