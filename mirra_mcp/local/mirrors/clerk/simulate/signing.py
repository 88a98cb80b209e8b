"""How people come in: they sign up, and type a code in.

Source: https://clerk.com/docs/reference/frontend-api (Sign Ups, Sign Ins)
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError, VendorError
from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.simulate.users import UserId, user_of
from mirra_mcp.wire.model import Doc


@story(
    "user.created",
    aliases=("user.signed_up",),
    fires=("email.created", "user.created", "session.created"),
)
def user_created(
    clerk: Peers,
    email: Annotated[str, Field(description="The email address that is signed up with.")],
    first_name: str | None = None,
    last_name: str | None = None,
    password: str = "correct-horse-battery-staple",
) -> Doc:
    """Somebody signs up: an address and a password, and then the code that was mailed."""
    try:
        attempt = clerk.sign_ups.walk_through(
            {
                "email_address": email,
                "first_name": first_name,
                "last_name": last_name,
                "password": password,
            }
        )
    except VendorError as refused:
        said = refused.body["errors"][0]["long_message"]
        raise SimulateError(f"Clerk refused the sign-up: {said}") from None
    return clerk.users.view(clerk.users.get(attempt["created_user_id"]))


@story("sign_in.failed", fires=("user.updated",))
def sign_in_failed(
    clerk: Peers,
    user_id: UserId = None,
    times: Annotated[int, Field(ge=1, le=100, description="How often.")] = 1,
) -> Doc:
    """Somebody tries a wrong password; the tenth in a row locks the user for an hour."""
    user = user_of(clerk, user_id)
    for _ in range(times):
        if user["locked"]:
            break
        user = clerk.users.failed_attempt(user)
    return clerk.users.view(user)
