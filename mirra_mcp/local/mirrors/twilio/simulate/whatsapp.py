"""What people do on WhatsApp, and what WhatsApp says of senders.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request#whatsapp-specific-parameters
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.params import is_url
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import (
    SANDBOX,
    bare,
    channel_of,
    is_chat,
)
from mirra_mcp.local.mirrors.twilio.messaging.channels.channel_senders import STATUSES
from mirra_mcp.local.mirrors.twilio.messaging.handlers import Handler, handler_of
from mirra_mcp.local.mirrors.twilio.simulate.messaging import (
    MOST_TEXT,
    File,
    MessageId,
    ended,
    on_its_way,
)
from mirra_mcp.wire.model import Doc

From = Annotated[
    str, Field(alias="from", description="Who writes: +15558675310, or whatsapp:+15558675310.")
]
To = Annotated[
    str | None,
    Field(description="Your sender, or the sandbox whatsapp:+14155238886; the only one, if left"
          " out."),
]  # fmt: skip
Name = Annotated[str, Field(description="The name in the sender's profile.")]


@story(
    "whatsapp.message_received",
    aliases=("whatsapp.received",),
    fires=("message.received",),
)
def message_received(
    twilio: Peers,
    sender: From = "",
    to: To = None,
    body: Annotated[str, Field(description="The text.")] = "",
    media: Annotated[
        list[str | File] | None,
        Field(description="A file: its address, or {url, contentType, content}."),
    ] = None,
    profile_name: Name = "",
    latitude: Annotated[float | None, Field(description="Of a place that is shared.")] = None,
    longitude: float | None = None,
    address: str = "",
    label: str = "",
    forwarded: bool = False,
) -> Doc:
    """Somebody writes to one of your WhatsApp senders; for 24 hours you may answer freely."""
    files = [each if isinstance(each, File) else File(url=each) for each in media or []]
    more: dict[str, str] = {"ProfileName": profile_name}
    if latitude is not None and longitude is not None:
        more |= {"Latitude": str(latitude), "Longitude": str(longitude), "MessageType": "location"}
        more |= {"Address": address, "Label": label}
    elif not body and not files:
        raise SimulateError("The message is empty.", "Give a 'body', 'media' or a place.")
    if forwarded:
        more["Forwarded"] = "true"
    return write(twilio, sender, to, body, files, more)


@story("whatsapp.button_tapped", aliases=("whatsapp.list_chosen",), fires=("message.received",))
def button_tapped(
    twilio: Peers,
    button: Annotated[str, Field(description="The id or the title of what is tapped.")],
    sender: From = "",
    profile_name: Name = "",
) -> Doc:
    """Somebody taps a quick reply of the last template that shows one, or chooses of its list."""
    known = []
    for doc, buttons, choices in twilio.content_sends.tappable(_address(sender)):
        message = twilio.messages.peek(doc["message_sid"])
        if message is None or message["status"] not in ("sent", "delivered", "read"):
            continue
        for each in (*buttons, *choices):
            known.append(each["title"])
            if button not in (each["id"], each["title"]):
                continue
            names = ("ListId", "ListTitle") if each in choices else ("ButtonPayload", "ButtonText")
            more = {names[0]: each["id"], names[1]: each["title"], "ProfileName": profile_name}
            more |= {
                "MessageType": "interactive" if each in choices else "button",
                "OriginalRepliedMessageSender": message["from"],
                "OriginalRepliedMessageSid": message["sid"],
            }
            return write(twilio, sender, message["from"], each["title"], [], more)
    raise SimulateError(
        f"{sender or 'Nobody'} got no '{button}' to tap.",
        f"There: {', '.join(known)}." if known else "Send a template with buttons first, and let"
        " it arrive.",
    )  # fmt: skip


@story("message.read", aliases=("whatsapp.read", "read"), fires=("message.read",))
def read(twilio: Peers, message_id: MessageId = None) -> Doc:
    """Somebody reads a message on WhatsApp or RCS; of an SMS nobody learns."""
    if message_id is None:
        found = twilio.messages.find(status="delivered", limit=2)
        chats = [each for each in found if is_chat(each["to"])]
        doc = chats[0] if len(chats) == 1 else on_its_way(twilio, None)
    else:
        doc = on_its_way(twilio, message_id)
    if not is_chat(doc["to"]):
        raise SimulateError(
            f"The message {doc['sid']} is an SMS: nobody learns whether it is read.",
            "Use message.delivered.",
        )
    ended(doc, "read", "undelivered", "failed", "canceled")
    return twilio.messages.view(twilio.messages.read(doc))


@story("whatsapp.sandbox_configured", fires=())
def sandbox_configured(
    twilio: Peers,
    url: Annotated[str, Field(description="Where what comes in goes.")],
) -> Doc:
    """Somebody says in the console where messages to the sandbox go."""
    if not is_url(url):
        raise SimulateError(f"'{url}' isn't an address.", "Write it as http://127.0.0.1:3000/wa.")
    twilio.sandbox_participants.set_url(twilio.account_sid, url)
    return {"sender": SANDBOX, "url": url}


@story("sender.reviewed", aliases=("whatsapp.sender_reviewed",), fires=())
def sender_reviewed(
    twilio: Peers,
    sid: Annotated[str | None, Field(description="The sender; the only one, if absent.")] = None,
    status: Literal[STATUSES] = "OFFLINE",  # type: ignore[valid-type]  # a table's values
    reason: Annotated[str, Field(description="Why it is offline.")] = "",
) -> Doc:
    """A channel takes a sender, or takes it off."""
    noun = twilio.channel_senders
    doc = the_one(noun, sid, "sid")
    twilio.cancel_timers("channel_senders.step", id=doc["id"])
    why = {"code": "63020", "message": reason, "more_info": None} if reason else None
    return noun.shown(noun.enter(doc, status, why))


def write(
    twilio: Peers, sender: str, to: str | None, body: str, files: list[File], more: dict[str, str]
) -> Doc:
    """Let somebody write to a sender; at the sandbox, those who joined.

    Raises:
        Refusal: they can't.
    """
    handler = addressed(twilio, to)
    address = _address(sender)
    if len(body) > MOST_TEXT:
        raise SimulateError("The text is too long.", f"It may have {MOST_TEXT} characters.")
    if handler.address == SANDBOX:
        told = twilio.sandbox_participants.hear(handler.account, address, body)
        if told is not None:
            return {"sandbox": told, "participant": address}
    kept = [each.told() for each in files]
    doc = twilio.messages.receive(handler, address, body, kept, more)
    if doc is None:
        return {"dropped": True, "reason": "Its messaging service has no inbound_request_url."}
    return twilio.messages.view(doc)


def addressed(twilio: Peers, to: str | None) -> Handler:
    """Return what happens with messages to a sender.

    Raises:
        Refusal: there is none such, or several could be meant.
    """
    held = [each["sender_id"] for each in twilio.channel_senders.find(limit=6)]
    if to is None:
        if len(held) != 1:
            listed = ", ".join(held) or SANDBOX
            raise SimulateError(f"{len(held)} senders could be meant.", f"Name one: {listed}.")
        to = held[0]
    handler = handler_of(twilio, None, _address(to))
    if handler is None:
        raise SimulateError(
            f"'{to}' is none of the account's senders.", f"There: {', '.join([*held, SANDBOX])}."
        )
    return handler


def _address(given: str) -> str:
    """Return an address with its channel: WhatsApp's, if it has none.

    Raises:
        Refusal: nobody can have it.
    """
    phone = phones.parse(bare(given))
    if channel_of(given) == "rcs" and phone is None:
        return given
    if phone is None or channel_of(given) not in ("sms", "whatsapp", "rcs"):
        raise SimulateError(
            f"'{given}' can't write on WhatsApp." if given else "Somebody must write.",
            "Say who as 'from': whatsapp:+15558675310.",
        )
    channel = "rcs" if channel_of(given) == "rcs" else "whatsapp"
    return f"{channel}:{phone.e164}"
