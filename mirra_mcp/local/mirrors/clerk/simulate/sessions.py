"""What becomes of sessions: people sign in and out.

Source: https://clerk.com/docs/guides/development/webhooks/overview
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.simulate.users import UserId, user_of
from mirra_mcp.wire.model import Doc


@story("session.created", aliases=("user.signed_in",))
def session_created(clerk: Peers, user_id: UserId = None) -> Doc:
    """A user signs in at a new browser."""
    user = user_of(clerk, user_id)
    return clerk.sessions.view(clerk.sessions.begin(user, clerk.clients.open()))


@story("session.ended", aliases=("user.signed_out",))
def session_ended(
    clerk: Peers,
    session_id: Annotated[
        str | None, Field(description="The session; the only active one, if left out.")
    ] = None,
) -> Doc:
    """A user signs out."""
    session = the_one(clerk.sessions, session_id, "sessionId", status="active")
    return clerk.sessions.view(clerk.sessions.stop(session, "ended"))
