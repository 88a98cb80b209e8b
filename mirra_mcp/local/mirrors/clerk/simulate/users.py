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


@story("user.banned", fires=("session.revoked", "user.updated"))
def user_banned(clerk: Peers, user_id: UserId = None) -> Doc:
    """Somebody bans a user in the dashboard: its sessions are revoked."""
    return clerk.users.view(clerk.users.shut_out(user_of(clerk, user_id)))


@story("user.updated")
def user_updated(
    clerk: Peers,
    user_id: UserId = None,
    first_name: str | None = None,
    last_name: str | None = None,
) -> Doc:
    """A user changes its name on the profile page."""
    user = user_of(clerk, user_id)
    given = {"first_name": first_name, "last_name": last_name}
    fields = {name: value for name, value in given.items() if value is not None}
    return clerk.users.view(clerk.users.change(user, **fields))


@story("user.deleted")
def user_deleted(clerk: Peers, user_id: UserId = None) -> Doc:
    """A user deletes its account on the profile page."""
    user = user_of(clerk, user_id)
    return clerk.users.delete(user["id"])


@story("user.connected", fires=("user.updated",))
def user_connected(
    clerk: Peers,
    user_id: UserId = None,
    provider: Annotated[str, Field(description="Whose: `oauth_google`.")] = "oauth_google",
) -> Doc:
    """A user connects an account of another provider, say Google."""
    user = user_of(clerk, user_id)
    return clerk.users.view(clerk.users.connect(user, provider))


@story("user.passkey_added", fires=("user.updated",))
def passkey_added(
    clerk: Peers,
    user_id: UserId = None,
    name: Annotated[str, Field(description="What the passkey is called.")] = "Chrome on Mac",
) -> Doc:
    """A user registers a passkey on the profile page."""
    return clerk.users.view(clerk.users.add_passkey(user_of(clerk, user_id), name))


@story("instance.rate_limited", fires=())
def instance_rate_limited(clerk: Peers, enforced: bool = True) -> None:
    """From now on the 101st call in ten seconds gets 429 `too_many_requests`."""
    clerk.set_setting("rate_limited", enforced)


def user_of(clerk: Peers, id: str | None) -> Doc:
    """Return the user that a story is about, by id or email address."""
    if id is not None and "@" in id and (known := clerk.email_addresses.owner(id)):
        id = known["id"]
    return the_one(clerk.users, id, "userId")
