"""What becomes of users: somebody bans them in the dashboard, or they are locked out.

Source: https://clerk.com/docs/guides/secure/user-lockout
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.wire.model import Doc

UserId = Annotated[
    str | None, Field(description="The user's id or email address; the only one, if left out.")
]


@story("user.locked", aliases=("user.locked_out",), fires=("user.updated",))
def user_locked(clerk: Peers, user_id: UserId = None) -> Doc:
    """Somebody tries wrong passwords until the account is locked for an hour."""
    return clerk.users.view(clerk.users.lock_out(user_of(clerk, user_id)))


def user_of(clerk: Peers, id: str | None) -> Doc:
    """Return the user that a story is about, by id or email address."""
    if id is not None and "@" in id and (known := clerk.email_addresses.owner(id)):
        id = known["id"]
    return the_one(clerk.users, id, "userId")
