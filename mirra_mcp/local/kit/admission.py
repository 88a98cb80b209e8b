"""What a session may be: checked as a whole before anything is begun."""

from collections.abc import Mapping

from mirra_mcp.local.kit.errors import Refusal, nearest
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.reading import invalid
from mirra_mcp.local.kit.restoring import check_fixture
from mirra_mcp.wire.sessions import CreateSession

MOST_TIMEOUT = 86_400
"""Seconds that an ephemeral session can live."""

Kinds = Mapping[str, type[Mirror]]


def kind_of(vendor: str, kinds: Kinds) -> type[Mirror]:
    """Return a vendor's mirror class.

    Raises:
        Refusal: it isn't in the catalog, in the documented words.
    """
    if vendor not in kinds:
        raise Refusal(
            400,
            "mirra.session.mirror_not_in_catalog",
            f"Unknown mirror '{vendor[:60]}'. Not in the current catalog.{nearest(vendor, kinds)}",
            "See https://mirra.run/docs/mirrors/overview for supported mirrors.",
        )
    return kinds[vendor]


def fixtures_of(wanted: CreateSession, kinds: Kinds) -> dict[str, str]:
    """Return the fixture that each wanted mirror begins with.

    Raises:
        Refusal: a mirror or fixture is unknown, or a seed or URL is for a mirror not wanted.
    """
    fixtures = {}
    for vendor in dict.fromkeys(wanted.mirrors):
        kind = kind_of(vendor, kinds)
        fixtures[vendor] = check_fixture(
            kind, wanted.seeds.get(vendor, "empty").removeprefix(f"{vendor}:")
        )
    for vendor in wanted.seeds:
        if vendor not in fixtures:
            kind_of(vendor, kinds)
            raise invalid(
                f"'seeds' names '{vendor}', which is not among 'mirrors'.",
                f"Add '{vendor}' to 'mirrors', or drop its seed.",
            )
    for vendor in wanted.webhooks or ():
        if vendor not in fixtures:
            kind_of(vendor, kinds)
            raise invalid(
                f"'webhooks' names '{vendor}', which is not among 'mirrors'.",
                f"Add '{vendor}' to 'mirrors', or drop its URL.",
            )
    return fixtures


def check_room(wanted: CreateSession, live: Mapping[str, str], most: int) -> None:
    """Let the session in; `live` maps the names of the live sessions to their ids.

    Raises:
        Refusal: its name is missing or taken, it would live too long, or there is no room.
    """
    if wanted.persistent and not wanted.name:
        raise Refusal(
            400,
            "mirra.session.name_required",
            "A persistent session needs a name.",
            "Add 'name', or leave out 'persistent'.",
        )
    if wanted.name and wanted.name in live:
        raise Refusal(
            409,
            "mirra.session.name_in_use",
            f"The session '{live[wanted.name]}' has the name '{wanted.name}' already.",
            "Use that session, end it, or choose another name.",
        )
    if wanted.timeout_seconds and wanted.timeout_seconds > MOST_TIMEOUT:
        raise invalid(
            f"'timeoutSeconds' is {wanted.timeout_seconds}; the most is {MOST_TIMEOUT}, a day.",
            "Ask for less, or for a persistent session.",
        )
    if len(live) >= most:
        raise Refusal(
            409,
            "mirra.session.limit_reached",
            f"{len(live)} sessions are live, which is the limit of this Mirra.",
            "End one with DELETE /v1/sessions/{id}, or raise MIRRA_MAX_SESSIONS.",
        )
