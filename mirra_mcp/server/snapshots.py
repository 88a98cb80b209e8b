"""Handles of snapshots, and Mirras that keep and restore mirror by mirror only."""

from collections.abc import Awaitable
from typing import TYPE_CHECKING, TypeVar

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server.caller import pick
from mirra_mcp.server.errors import Refusal, listed, nearest
from mirra_mcp.wire.admin import Restored
from mirra_mcp.wire.sessions import Session

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient

T = TypeVar("T")


async def restore_each(
    mirra: "MirraClient", found: Session, parts: dict[str, str]
) -> list[Restored]:
    """Restore mirror by mirror, where they can't be restored at once."""
    done: list[Restored] = []
    for info, snapshot_id in [(pick(found, vendor), id) for vendor, id in parts.items()]:
        try:
            done.append(await mirra.mirror(info.url).restore(snapshot_id))
        except MirraError as error:
            if not done:
                raise
            raise Refusal(
                error.code,
                f"{info.vendor} was not restored: {error.message}",
                f"Restored before it: {listed(each.mirror for each in done)}.",
            ) from error
    return done


async def if_offered(work: Awaitable[T]) -> T | None:
    """Return what comes, or None if this Mirra has no such endpoint."""
    try:
        return await work
    except MirraError as error:
        if error.code != "mirra.not_offered":
            raise
        return None


def handle_of(snapshot_ids: dict[str, str]) -> str:
    """Write the snapshots of several mirrors as one handle."""
    return ",".join(f"{vendor}={snapshot_id}" for vendor, snapshot_id in snapshot_ids.items())


def parts_of(handle: str, session: Session) -> dict[str, str]:
    """Return the snapshot id of each vendor; a bare id is the session's only mirror's."""
    vendors = [info.vendor for info in session.mirrors]
    parts: dict[str, str] = {}
    for part in handle.split(","):
        vendor, equals, snapshot_id = part.strip().partition("=")
        if not equals and len(vendors) == 1:
            vendor, snapshot_id = vendors[0], vendor
        if not snapshot_id or vendor not in vendors or vendor in parts:
            raise Refusal(
                "mirra.snapshot.invalid_handle",
                f"'{part}' names no mirror of {session.session_id}.{nearest(vendor, vendors)}",
                "Pass the handle as mirra_session_snapshot gave it, such as "
                f"{','.join(f'{each}=snap_...' for each in vendors)}.",
            )
        parts[vendor] = snapshot_id
    return parts
