"""What Twilio decides about bundles of papers.

Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.trusthub.bundles import REVIEWED
from mirra_mcp.wire.model import Doc


@story("trust_bundle.reviewed", fires=(REVIEWED,))
def reviewed(
    twilio: Peers,
    sid: Annotated[str, Field(description="The customer profile's or trust product's SID.")],
    status: Literal["twilio-approved", "twilio-rejected"] = "twilio-approved",
    reason: Annotated[str, Field(description="Why it is rejected.")] = "Rejected",
) -> Doc:
    """Twilio approves or rejects a customer profile or a trust product."""
    for noun in (twilio.customer_profiles, twilio.trust_products):
        doc = noun.peek(sid)
        if doc is not None:
            twilio.cancel_timers(f"{noun.plural}.review", id=sid)
            return noun.view(noun.decide(doc, approves=status.endswith("approved"), reason=reason))
    raise SimulateError(f"There is no bundle {sid}.", "Make one with TrustHub's API first.")
