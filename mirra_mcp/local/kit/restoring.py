"""Finding what can be brought back: fixtures by their names, snapshots by id or name."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from mirra_mcp.local.kit.errors import Refusal, nearest, one_of
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.store import Frozen
from mirra_mcp.wire.admin import Restored


async def kept(session: Session, vendor: str, wanted: str) -> tuple[str, Frozen]:
    """Return the id and the state of a mirror's snapshot; it may be of a session that is over.

    Raises:
        Refusal: there is none.
    """
    own = {id: each for id, each in session.snapshots.items() if vendor in each.states}
    id = next((id for id, each in own.items() if wanted in (id, each.name)), wanted)
    found: Frozen | None
    if id in own:
        found = await asyncio.to_thread(session.snapshot_state, id, vendor)
    else:
        found = await asyncio.to_thread(session.archived, vendor, id)
    if found is None:
        listed = one_of(own) if own else "none yet"
        raise Refusal(
            404,
            "mirra.snapshot.not_found",
            f"The {vendor} mirror has no snapshot '{wanted}'.{nearest(wanted, own)}",
            f"Its snapshots: {listed}.",
        )
    return id, found


async def restore(session: Session, wanted: Mapping[str, str]) -> list[Restored]:
    """Bring back snapshots of mirrors, all or none.

    Raises:
        Refusal: one of them is not there; nothing was changed.
    """
    found = {vendor: await kept(session, vendor, id) for vendor, id in wanted.items()}
    states = {vendor: state for vendor, (_, state) in found.items()}
    session.restore(states, {vendor: id for vendor, (id, _) in found.items()})
    now = session.clock.now().timestamp()
    return [
        Restored(
            mirror=vendor,
            snapshot_id=id,
            counts=counts(session.mirrors[vendor]),
            behind=behind(now - state.at),
        )
        for vendor, (id, state) in found.items()
    ]


def check_name(session: Session, name: str | None, vendors: list[str]) -> None:
    """Let a snapshot's name be taken.

    Raises:
        Refusal: one of the mirrors has such a snapshot.
    """
    for vendor in vendors:
        taken = {each.name for each in session.snapshots.values() if vendor in each.states}
        if name and name in taken:
            raise Refusal(
                409,
                "mirra.snapshot.already_exists",
                f"There is a snapshot named '{name}' of the {vendor} mirror already.",
                "Choose another name.",
            )


def behind(seconds: float) -> str | None:
    """Tell by how much the dates of a restored state lie in the past, if that can be seen."""
    return str(timedelta(seconds=round(seconds))) if seconds >= 1 else None


def counts(mirror: Mirror) -> dict[str, int]:
    """Count a mirror's documents by plural entity."""
    found = mirror.store.counts()
    return {plural: found.get(plural, 0) for plural in mirror.kept}


def fixture_named(mirror: Mirror, seed: str) -> str:
    """Return the fixture that `fixture` or `mirror:fixture` means.

    Raises:
        Refusal: this mirror has no such fixture.
    """
    vendor, colon, fixture = seed.rpartition(":")
    if colon and vendor != mirror.vendor:
        raise Refusal(
            400,
            "mirra.fixture.not_found",
            f"The seed '{seed}' is for the {vendor} mirror; this is {mirror.vendor}.",
            f"Use one of {one_of(mirror.fixtures)}.",
        )
    return check_fixture(type(mirror), fixture)


def check_fixture(kind: type[Mirror], fixture: str) -> str:
    """Return the fixture's name if the vendor has it.

    Raises:
        Refusal: it doesn't.
    """
    if fixture not in kind.fixtures:
        raise Refusal(
            400,
            "mirra.fixture.not_found",
            f"The {kind.vendor} mirror has no fixture '{fixture}'."
            + nearest(fixture, kind.fixtures),
            f"Use one of {one_of(kind.fixtures)}.",
        )
    return fixture
