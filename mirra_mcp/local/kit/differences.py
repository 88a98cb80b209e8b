"""What is different between two moments: of one session, or of a session and its fork."""

from collections.abc import Iterator

import orjson

from mirra_mcp.local.kit.mirror import Changed
from mirra_mcp.local.kit.moments import Moment
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.store import Frozen
from mirra_mcp.local.kit.tables import Documents
from mirra_mcp.wire.states import Difference, Differences

NOTHING = Documents(None)


def differences(
    since: Moment, until: Moment, *, entity: str | None, limit: int, skip: int
) -> Differences:
    """Return the documents that are not the same, `skip` of them passed over.

    Those that only tell what became of others are counted, and listed where the `entity` is theirs.
    It takes a while where there is much: call it beside the loop.
    """
    found: list[Difference] = []
    counts: dict[str, dict[str, int]] = {}
    total = 0
    for noun, kind, table, changed in _changed(since, until, entity):
        for before, after in changed:
            change = Changed(noun.mirror.vendor, noun, "", before, after)
            old, new = change.differences()
            if before is not None and after is not None and not old and not new:
                continue
            verb = "created" if before is None else "deleted" if after is None else "changed"
            count = counts.setdefault(table, {})
            count[verb] = count.get(verb, 0) + 1
            if noun.is_record and entity is None:
                continue
            total += 1
            if skip < total <= skip + limit:
                id = orjson.loads(after or before or b"{}")["id"]
                account = kind.partition("@")[2] or None
                found.append(
                    Difference(
                        mirror=noun.mirror.vendor,
                        entity=noun.entity,
                        entity_id=id,
                        account=account,
                        before=old,
                        after=new,
                    )
                )
    more = str(skip + limit) if total > skip + limit else None
    return Differences(
        since=since.show(), until=until.show(), changes=found, counts=counts, next_cursor=more
    )


Pair = tuple[bytes | None, bytes | None]


def _changed(
    since: Moment, until: Moment, entity: str | None
) -> Iterator[tuple[Resource, str, str, Iterator[Pair]]]:
    """Yield the tables that differ: noun, kind, name, and the documents before and after."""
    for vendor, new in until.states.items():
        old, mirror = since.states[vendor], until.session.mirrors[vendor]
        for plural, noun in mirror.kept.items():
            if entity not in (None, plural, noun.entity):
                continue
            for kind in kinds_of(plural, old, new):
                left, right = (each.tables.get(kind, NOTHING) for each in (old, new))
                if left is not right and isinstance(left, Documents):
                    assert isinstance(right, Documents)
                    yield noun, kind, f"{vendor}.{plural}", _pairs(left, right)


def kinds_of(plural: str, *states: Frozen) -> list[str]:
    """List under which names documents of a noun are kept: by itself, and each account's."""
    own = {kind for state in states for kind in state.tables if kind.startswith(f"{plural}@")}
    return [plural, *sorted(own)]


def _pairs(old: Documents, new: Documents) -> Iterator[Pair]:
    """Yield the documents that aren't the same, in order of creation; those that are gone first."""
    gone = sorted(seq for id, seq in old.by_id.items() if id not in new.by_id)
    for seq in gone:
        yield old.bodies[seq], None
    ids = {seq: id for id, seq in new.by_id.items()}
    for seq in new.order:
        was = old.by_id.get(ids[seq])
        before, after = None if was is None else old.bodies[was], new.bodies[seq]
        if before is not after and before != after:
            yield before, after
