"""What WhatsApp says of content templates.

Source: https://www.twilio.com/docs/whatsapp/tutorial/message-template-approvals-statuses
"""

from typing import Annotated, Literal

from pydantic import AliasChoices, Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.wire.model import Doc


@story("whatsapp.template_reviewed", aliases=("content.approved", "content.rejected"), fires=())
def template_reviewed(
    twilio: Peers,
    content_sid: Annotated[
        str | None,
        Field(
            alias="contentSid",
            validation_alias=AliasChoices("contentSid", "sid"),
            description="The template; the only one that was submitted, if left out.",
        ),
    ] = None,
    status: Literal["pending", "approved", "rejected", "paused", "disabled"] = "rejected",
    reason: Annotated[str, Field(description="Why it was rejected, in WhatsApp's words.")] = "",
) -> Doc:
    """WhatsApp decides about a template, at first or later."""
    noun = twilio.content_approvals
    if content_sid is None:
        doc = the_one(noun, None, "contentSid")
    else:
        found = noun.first(content_sid=content_sid)
        if found is None:
            raise SimulateError(
                f"'{content_sid}' was never submitted.",
                "POST /v1/Content/{sid}/ApprovalRequests/whatsapp first.",
            )
        doc = found
    return noun.shown(noun.decide(doc, status, reason))
