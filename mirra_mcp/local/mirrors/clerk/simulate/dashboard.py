"""What somebody does in the dashboard: sets up a webhook endpoint, closes sign-ups.

Source: https://clerk.com/docs/guides/development/webhooks/overview
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError, nearest
from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.wire.model import Doc


@story("webhook_endpoint.created", fires=())
def webhook_endpoint_created(
    clerk: Peers,
    url: Annotated[str, Field(description="Where events go from now on.", pattern="^https?://")],
    events: Annotated[
        list[str] | None, Field(description="Which: `user.created`; all, if left out.")
    ] = None,
) -> Doc:
    """Somebody adds a webhook endpoint; it signs with `CLERK_WEBHOOK_SIGNING_SECRET`."""
    for event in events or ():
        if event not in clerk.webhook_events:
            told = f"There is no event '{event[:80]}'.{nearest(event, clerk.webhook_events)}"
            raise SimulateError(told, "docs/clerk.md lists them.")
    return clerk.webhook_endpoints.view(clerk.webhook_endpoints.subscribe(url, events))


@story("instance.access_mode_changed", fires=())
def access_mode_changed(
    clerk: Peers,
    mode: Annotated[
        Literal["public", "restricted", "waitlist"],
        Field(description="`restricted`: only the invited sign up; `waitlist`: who waited, too."),
    ],
) -> None:
    """Somebody opens sign-ups to everybody, or to the invited alone."""
    clerk.instance.set(sign_up_mode=mode)
