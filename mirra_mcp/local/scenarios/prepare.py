"""The ground that every attempt of a run begins on: fixtures, a seed of one's own, Setup text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from mirra_mcp.local.kit.entry import Entry
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.store import Frozen
from mirra_mcp.local.scenarios.model import ScenarioDoc
from mirra_mcp.local.scenarios.seeds import SeedError, read_seed
from mirra_mcp.local.scenarios.setup import apply
from mirra_mcp.local.scenarios.threads import whole
from mirra_mcp.settings import Settings
from mirra_mcp.wire.faults import AddFault
from mirra_mcp.wire.model import Doc


@dataclass
class Ground:
    """The state that mirrors are reset to, and what of the Setup text is in it."""

    fixtures: Mapping[str, str]
    states: Mapping[str, Frozen] = field(default_factory=dict)
    """Where there is more than the fixture: the whole state."""
    applied: list[str] = field(default_factory=list)
    not_applied: list[str] = field(default_factory=list)
    faults: tuple[str, ...] = ()

    def arm(self, session: Session) -> None:
        """Let the world fail by the scenario's rules, counted from now on."""
        session.faults.remove()
        for rule in self.faults:
            session.faults.add(session.mirrors, AddFault(rule=rule))

    async def lay(self, session: Session) -> None:
        """Reset all mirrors to it. The session must be locked."""
        await whole(partial(session.reset, self.fixtures, self.states))
        self.arm(session)


async def prepare(
    entry: Entry,
    scenario: ScenarioDoc,
    seed_data: Doc | None,
    settings: Settings,
    *,
    is_fresh: bool,
) -> Ground:
    """Seed a session for a run: its fixtures first, then the seed, then the Setup on top.

    A session that isn't fresh is reset; a mirror without a fixture of its own in the scenario
    goes back to the one that the session began with.

    Raises:
        Refusal: the seed doesn't fit, or the session has ended.
    """
    session = entry.session
    ground = Ground({**session.seeds, **fixtures_of(scenario)}, faults=scenario.config.faults)
    async with session.lock:
        if not entry.is_live:
            raise Refusal(
                409,
                "mirra.session.ended",
                f"The session '{session.id}' is over.",
                "Start a new session, or leave 'sessionId' out.",
            )
        session.open()
        if not is_fresh:
            await ground.lay(session)
        if seed_data is not None:
            try:
                read_seed(seed_data, session.mirrors).plant(session)
            except SeedError as error:
                raise Refusal(
                    400,
                    "mirra.scenario.seed_invalid",
                    f"The seed doesn't fit: {'; '.join(error.mistakes[:20])}",
                    'Give {"<mirror>": {"<entity plural>": [create-parameters or documents]}}.',
                ) from None
    if scenario.setup:
        model = scenario.config.judge_model
        report = await apply(scenario.setup, session, settings.judge, model)
        ground.applied, ground.not_applied = report.applied, report.not_applied
        ground.faults = (*ground.faults, *report.faults)
    if seed_data or ground.applied:
        async with session.lock:
            ground.states = session.freeze()
    ground.arm(session)
    return ground


def fixtures_of(scenario: ScenarioDoc) -> Mapping[str, str]:
    """Return the named fixtures that count: a file of one's own beats them."""
    return {} if scenario.config.fixture_file else scenario.config.fixtures
