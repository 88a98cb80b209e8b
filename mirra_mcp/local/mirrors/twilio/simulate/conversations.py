"""What chat users do in conversations, whose SDK speaks to Twilio without the REST API.

Source: https://www.twilio.com/docs/conversations/conversations-webhooks
"""

from typing import Annotated

from pydantic import AliasChoices, Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.twilio.accounts import access_tokens
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.conversations.messages.resource import LONGEST
from mirra_mcp.wire.model import Doc


@story(
    "conversation.message_sent",
    aliases=("chat.message_sent",),
    fires=("conversations.onMessageAdd", "conversations.onMessageAdded"),
)
def message_sent(
    twilio: Peers,
    identity: Annotated[str, Field(description="The chat user who writes.")] = "",
    body: Annotated[str, Field(description="What is written.")] = "",
    conversation_id: Annotated[
        str | None,
        Field(
            alias="conversationId",
            validation_alias=AliasChoices("conversationId", "conversationSid", "sid"),
            description="The conversation's SID; the only one that is open, if left out.",
        ),
    ] = None,
    access_token: Annotated[
        str | None, Field(description="What the user shows, made with the SDK's `AccessToken`.")
    ] = None,
) -> Doc:
    """A chat user writes in the browser or the app; a pre-event webhook is asked first."""
    conversation = the_one(twilio.conversations, conversation_id, "conversationId", state="active")
    if access_token:
        claims = access_tokens.check(twilio, access_token)
        identity, service = claims.identity, claims.grant("chat").get("service_sid")
        if service != conversation["chat_service_sid"]:
            raise SimulateError(
                f"The token is for the service {service}, the conversation of another one.",
                f"Grant {conversation['chat_service_sid']}.",
            )
    if conversation["state"] == "closed":
        raise SimulateError(f"The conversation {conversation['sid']} is closed.", "Open another.")
    where: Doc = {"conversation_sid": conversation["sid"]}
    if not twilio.conversation_participants.count(identity=identity, **where):
        found = twilio.conversation_participants.find(limit=9, **where)
        known = ", ".join(each["identity"] for each in found if each["identity"])
        hint = f"Chat users there: {known}." if known else "Add a participant with an identity."
        raise SimulateError(f"'{identity}' doesn't take part in {conversation['sid']}.", hint)
    if not 1 <= len(body) <= LONGEST:
        raise SimulateError("Nothing can be sent.", f"Give a 'body' of 1 to {LONGEST} characters.")
    doc = twilio.conversation_messages.say(conversation, identity, body, "SDK")
    if doc is None:
        return {"waits": True, "reason": "The pre-event webhook decides what becomes of it."}
    return twilio.conversation_messages.view(doc)
