"""What people do who are sent to an instance by other apps: they let them in.

Source: https://clerk.com/docs/guides/configure/auth-strategies/oauth/how-clerk-implements-oauth
"""

from typing import Annotated
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, ValidationError

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.machines.oauth.params import Authorize
from mirra_mcp.local.mirrors.clerk.simulate.refusals import refusals_told
from mirra_mcp.local.mirrors.clerk.simulate.users import UserId, user_of
from mirra_mcp.wire.model import Doc


@story("oauth_application.authorized", aliases=("oauth.authorized",), fires=("session.created",))
def authorized(
    clerk: Peers,
    url: Annotated[
        str, Field(description="Where the app sends people: `/oauth/authorize` with its query.")
    ],
    user_id: UserId = None,
) -> Doc:
    """Somebody follows an app's link to `/oauth/authorize`, signs in and lets it in.

    `{"redirect_url"}`: where the browser is sent back to, with the code.
    """
    try:
        asked = Authorize.model_validate(dict(parse_qsl(urlsplit(url).query)))
    except ValidationError as wrong:
        param = str(wrong.errors()[0]["loc"][0])
        raise SimulateError(
            f"The url can't be followed: its '{param}' is missing or wrong.",
            "It is what the app makes: authorize_url with response_type, client_id, ...",
        ) from None
    user = user_of(clerk, user_id)
    with refusals_told():
        running = (each for each in clerk.sessions.find(user_id=user["id"], status="active"))
        session = next(running, None) or clerk.sessions.begin(user, clerk.clients.open())
        return {"redirect_url": clerk.oauth_grants.consented(asked, session)}
