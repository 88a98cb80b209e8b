"""What the world does with messages: carriers, handsets, and people who text.

Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
"""

import binascii
import re
from base64 import b64decode
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from mirra_mcp.local.kit.errors import Refusal, SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.params import is_url
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import is_chat
from mirra_mcp.local.mirrors.twilio.messaging.errors import OUTCOMES
from mirra_mcp.local.mirrors.twilio.messaging.handlers import Handler, handler_of
from mirra_mcp.local.mirrors.twilio.messaging.messages.media import guessed
from mirra_mcp.wire.model import Doc

MessageId = Annotated[
    str | None,
    Field(
        alias="messageId",
        validation_alias=AliasChoices("messageId", "messageSid", "sid"),
        description="The message's SID; the only one on its way, if left out.",
    ),
]
ErrorCode = Annotated[int, Field(description=f"One of {', '.join(map(str, OUTCOMES))}.")]
ON_ITS_WAY = ("accepted", "scheduled", "queued", "sending", "sent")
MOST_TEXT = 1600
MOST_MEDIA = 10
WORD, MOST_ANSWER = re.compile(r"\w{1,34}"), 320
"""Source: https://github.com/twilio/twilio-oai (spec/json/twilio_messaging_v3.json)"""


class File(BaseModel):
    """A file that comes with a text: where it is, or its bytes."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    url: str | None = None
    content_type: str | None = None
    content: Annotated[str | None, Field(description="The bytes in base64.")] = None

    def told(self) -> dict[str, Any]:
        """Return what is kept of the file.

        Raises:
            Refusal: it can't be a file.
        """
        if self.url is not None and not is_url(self.url):
            raise SimulateError(f"'{self.url}' isn't an address.", "Write it as https://...")
        if self.content is not None:
            try:
                b64decode(self.content, validate=True)
            except (binascii.Error, ValueError):
                raise SimulateError("A file's 'content' isn't base64.", "Encode it.") from None
        kind = self.content_type or (guessed(self.url) if self.url else None)
        return {"url": self.url, "content_type": kind, "content": self.content}


def on_its_way(twilio: Peers, id: str | None) -> Doc:
    """Return the outgoing message that a story is about.

    Raises:
        Refusal: there is no such message, more than one to choose from, or it came in.
    """
    if id is None:
        going = [
            each for status in ON_ITS_WAY for each in twilio.messages.find(status=status, limit=2)
        ]
        if len(going) == 1:
            return going[0]
    doc = the_one(twilio.messages, id, "messageId")
    if doc["direction"] == "inbound":
        raise SimulateError(
            f"The message {doc['sid']} came in; carriers are done with it.",
            "Name one that was sent.",
        )
    return doc


def ended(doc: Doc, *statuses: str) -> None:
    """Refuse a message that has come to one of these ends.

    Raises:
        Refusal: it has.
    """
    if doc["status"] in statuses:
        raise SimulateError(
            f"The message {doc['sid']} is {doc['status']} already.", "Send another one."
        )


def known_code(code: int) -> int:
    """Return an error code that a message can end with.

    Raises:
        Refusal: Twilio has none such.
    """
    if code not in OUTCOMES:
        known = ", ".join(map(str, OUTCOMES))
        raise SimulateError(f"Messages don't end with error {code}.", f"They end with: {known}.")
    return code


@story("message.sent")
def sent(twilio: Peers, message_id: MessageId = None) -> Doc:
    """The carrier takes a message at once."""
    doc = on_its_way(twilio, message_id)
    ended(doc, "sent", "delivered", "undelivered", "failed", "canceled")
    return twilio.messages.view(twilio.messages.hurry(doc))


@story("message.delivered", aliases=("delivered",))
def delivered(twilio: Peers, message_id: MessageId = None) -> Doc:
    """A message reaches the handset at once."""
    doc = on_its_way(twilio, message_id)
    ended(doc, "delivered", "undelivered", "failed", "canceled")
    return twilio.messages.view(twilio.messages.deliver(doc))


@story("message.undelivered", aliases=("undelivered",))
def undelivered(twilio: Peers, message_id: MessageId = None, error_code: ErrorCode = 30003) -> Doc:
    """The carrier says that a message didn't reach the handset; it may say so late."""
    code = known_code(error_code)
    doc = on_its_way(twilio, message_id)
    ended(doc, "undelivered", "failed", "canceled")
    return twilio.messages.view(twilio.messages.fail(doc, code, status="undelivered"))


@story("message.failed", aliases=("failed",))
def failed(twilio: Peers, message_id: MessageId = None, error_code: ErrorCode = 30003) -> Doc:
    """A message can't be sent."""
    code = known_code(error_code)
    doc = on_its_way(twilio, message_id)
    ended(doc, "undelivered", "failed", "canceled")
    return twilio.messages.view(twilio.messages.fail(doc, code))


@story("message.received", aliases=("message.inbound", "sms.received"))
def received(
    twilio: Peers,
    sender: Annotated[str, Field(alias="from", description="Who texts, in E.164.")] = "",
    to: Annotated[
        str | None, Field(description="Your number or short code; the only one, if left out.")
    ] = None,
    body: Annotated[str, Field(description="The text.")] = "",
    media: Annotated[
        list[str | File] | None,
        Field(description="Files of an MMS: addresses, or {url, contentType, content}."),
    ] = None,
    from_city: str = "",
    from_state: str = "",
    from_zip: str = "",
) -> Doc:
    """Somebody texts one of your numbers; its webhook is called, and its TwiML is done.

    STOP, START and HELP are kept and answered as Twilio does.
    """
    if is_chat(sender):
        raise SimulateError(
            f"'{sender}' writes on another channel than SMS.", "Use whatsapp.message_received."
        )
    handler = addressed(twilio, to)
    phone = phones.parse(sender)
    if phone is None and not (sender.isascii() and sender.isdecimal() and 3 <= len(sender) <= 8):
        raise SimulateError(
            f"'{sender}' can't text." if sender else "Somebody must text.",
            "Say who as 'from': a number such as +15555550123.",
        )
    if len(body) > MOST_TEXT:
        raise SimulateError("The text is too long.", f"It may have {MOST_TEXT} characters.")
    files = [each if isinstance(each, File) else File(url=each) for each in media or []]
    if len(files) > MOST_MEDIA:
        raise SimulateError("There are too many files.", f"There may be {MOST_MEDIA}.")
    if not body and not files:
        raise SimulateError("The text is empty.", "Give a 'body' or 'media'.")
    places = {"FromCity": from_city.upper(), "FromState": from_state, "FromZip": from_zip}
    address = phone.e164 if phone else sender
    doc = twilio.messages.receive(handler, address, body, [each.told() for each in files], places)
    if doc is None:
        return {
            "dropped": True,
            "reason": f"The messaging service {handler.service} has no inbound_request_url, so"
            " Twilio keeps nothing of what comes in. Set one, or set"
            " use_inbound_webhook_on_number.",
        }
    return twilio.messages.view(doc)


@story("messaging_service.opt_out_configured", aliases=("opt_out.configured",), fires=())
def opt_out_configured(
    twilio: Peers,
    keyword: Literal["STOP", "START", "HELP"],
    words: Annotated[
        list[str] | None, Field(description="Its words, besides the keyword itself.")
    ] = None,
    message: Annotated[str, Field(description="What is answered; Twilio's own, if empty.")] = "",
    country: Annotated[
        str | None, Field(description="Of recipients, such as CA; everywhere, if left out.")
    ] = None,
    service_sid: Annotated[
        str | None, Field(description="The messaging service; the only one, if left out.")
    ] = None,
) -> Doc:
    """Somebody gives a messaging service its own opt-out words and answers, as in the console.

    Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
    """
    service = the_one(twilio.messaging_services, service_sid, "serviceSid")
    known = [each.strip().upper() for each in words or []]
    for word in known:
        if not WORD.fullmatch(word):
            raise SimulateError(f"'{word}' can't be a keyword.", "It has 1 to 34 letters, digits.")
        if word in ("STOP", "START", "HELP") and word != keyword:
            raise SimulateError(f"{word} always means {word}.", "Choose another word.")
    if len(message) > MOST_ANSWER:
        raise SimulateError("The answer is too long.", f"It may have {MOST_ANSWER} characters.")
    where = country.upper() if country else None
    return twilio.opt_outs.configure(service, keyword, known, message, where)


def addressed(twilio: Peers, to: str | None) -> Handler:
    """Return what happens with texts to an address.

    Raises:
        Refusal: it is none of the account's, or several could be meant.
    """
    if to is None:
        to = the_only_address(twilio)
    phone = phones.parse(to)
    handler = handler_of(twilio, None, phone.e164 if phone else to)
    if handler is None:
        held = [each["phone_number"] for each in twilio.incoming_phone_numbers.find(limit=5)]
        raise SimulateError(
            f"'{to}' is none of the account's numbers.",
            f"It has: {', '.join(held)}." if held else "Buy a number first.",
        )
    return handler


def the_only_address(twilio: Peers) -> str:
    """Return the one address that can be texted.

    Raises:
        Refusal: there is none, or there are several.
    """
    held = [each["phone_number"] for each in twilio.incoming_phone_numbers.find(limit=6)]
    held += [each["short_code"] for each in twilio.short_codes.find(limit=6)]
    if not held:
        raise SimulateError("The account has no number to text.", "Buy one first.")
    if len(held) > 1:
        listed = ", ".join(held[:5]) + ("..." if len(held) > 5 else "")
        raise Refusal(
            400,
            "mirra.simulate.ambiguous",
            "More than one number could be texted.",
            f"Name one as 'to': {listed}",
        )
    return str(held[0])
