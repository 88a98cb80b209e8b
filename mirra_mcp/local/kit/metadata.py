"""What a mirror is and covers, read off its code."""

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.wire import admin as wire

_read: dict[type[Mirror], wire.Metadata] = {}


def describe(kind: type[Mirror]) -> wire.Metadata:
    """Return the metadata of a vendor's mirror, read once: the stories' schemas take a while."""
    if kind not in _read:
        _read[kind] = _describe(kind)
    return _read[kind]


def _describe(kind: type[Mirror]) -> wire.Metadata:
    return wire.Metadata(
        name=kind.vendor,
        version=kind.version,
        vendor_api_version=kind.api_version,
        encoding=kind.encoding,
        endpoints=[wire.Endpoint(method=each.method, path=each.path) for each in kind.routes()],
        webhook_events=list(kind.webhook_events),
        simulate_events=[each.describe() for each in kind.stories.values()],
        fixtures=[
            wire.Fixture(name=name, description=each.description)
            for name, each in kind.fixtures.items()
        ],
        entities=[
            wire.Entity(
                name=noun.entity,
                plural=noun.plural,
                statuses={old: sorted(new) for old, new in noun.moves.items()},
            )
            for noun in kind.resources
            if noun.keeps
        ],
        gaps=kind.gaps_told() + list(kind.limits),
        fault_errors=list(kind.fault_errors),
        declines=list(kind.declines),
    )
