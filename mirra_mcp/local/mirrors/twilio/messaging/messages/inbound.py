"""What comes in: texts to the account's numbers, and what applications answer to them.

Source: https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from typing import Any

from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.speech import FETCHED
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import bare, is_chat
from mirra_mcp.local.mirrors.twilio.messaging.handlers import Handler, handler_of
from mirra_mcp.local.mirrors.twilio.messaging.messages import replies, segments
from mirra_mcp.local.mirrors.twilio.messaging.messages.states import (
    CALLBACKS,
    CHAT_PRICE,
    PRICES,
    MessageStates,
)
from mirra_mcp.wire.model import Doc

RECEIVED, ENQUEUED = "message.received", "message.enqueued"
"""The webhooks that applications answer with TwiML: a text came in, a reply is on its way."""
EVENTS = (*CALLBACKS, RECEIVED, ENQUEUED, FETCHED)


class InboundMessages(MessageStates):
    """Messages that came in."""

    hears = (*CALLBACKS, RECEIVED, ENQUEUED)

    def arrive(self, sent: Doc) -> None:
        """Let a message that was sent to one of the mirror's own numbers come in there."""
        said = sent["_sent"] or sent
        number = self.mirror.incoming_phone_numbers.first(phone_number=said["to"])
        if number is None or not sent["from"]:
            return
        files = self.mirror.media.find(parent_sid=sent["sid"], newest_first=False)
        media = [
            {"url": each["_url"], "content_type": each["content_type"], "content": each["_content"]}
            for each in said.get("files", files)
        ]
        handler = handler_of(self.mirror, number["account_sid"], said["to"])
        if handler is not None:
            self.receive(handler, sent["from"], said["body"], media)

    def receive(
        self,
        handler: Handler,
        sender: str,
        body: str,
        media: list[dict[str, Any]],
        places: dict[str, str] | None = None,
    ) -> Doc | None:
        """Take in a text: keywords are acted on, then the application is asked for an answer.

        None: it was dropped, for its service has no address for what comes in.
        """
        chat = is_chat(sender)
        keyword = None if chat else self.mirror.opt_outs.hear(handler, sender, body)
        chats = self.mirror.conversation_addresses
        if handler.drops:
            chats.arrive(handler.account, sender, handler.address, body, media)
            return None
        number = 1 if chat else segments.count(body)
        price = CHAT_PRICE if chat else PRICES[bool(media)] * (1 if media else number)
        doc = self.mirror.messages.lay_out(
            handler.account,
            is_mms=bool(media),
            body=body,
            direction="inbound",
            num_segments=str(number),
            num_media=str(len(media)),
            to=handler.address,
            status="received",
            date_sent=self.stamp(),
            price=f"-{price:.5f}",
            messaging_service_sid=handler.service,
            _segments=number,
            _pages=0,
            _replies=0,
            _fallback=[handler.fallback_url, handler.fallback_method],
            **{"from": sender},
        )
        self.save(doc)
        files = [self.mirror.media.add(doc, **each) for each in media]
        params = self._asked(doc, files, places or {}, keyword if handler.service else None)
        doc["_params"] = params
        self.save(doc)
        self.use(doc, handler.address, "inbound")
        self.mirror.emit(RECEIVED, params, to=self._to(handler))
        told = [
            {"content_type": file["content_type"], "content": file["_content"],
             "url": file["_url"]}
            for file in files
        ]  # fmt: skip
        chats.arrive(handler.account, sender, handler.address, body, told)
        return doc

    def _to(self, handler: Handler) -> list[Any]:
        if not handler.url:
            return []
        return [self.mirror.accounts.target(handler.account, handler.url, handler.method)]

    def _asked(
        self, doc: Doc, files: list[Doc], places: dict[str, str], keyword: str | None
    ) -> Doc:
        """Return the parameters with which the application is called."""
        if is_chat(doc["from"]):
            return self._with_files(_of_channel(doc) | places, doc, files)
        sender, to = phones.parse(doc["from"]), phones.parse(doc["to"])
        told: Doc = {
            "ToCountry": to.country if to else "US",
            "ToState": places.get("ToState", ""),
            "SmsMessageSid": doc["sid"],
            "NumMedia": doc["num_media"],
            "ToCity": places.get("ToCity", ""),
            "FromZip": places.get("FromZip", ""),
            "SmsSid": doc["sid"],
            "FromState": places.get("FromState", ""),
            "SmsStatus": "received",
            "FromCity": places.get("FromCity", ""),
            "Body": doc["body"],
            "FromCountry": sender.country if sender else "US",
            "To": doc["to"],
            "ToZip": places.get("ToZip", ""),
            "NumSegments": doc["num_segments"],
            "MessageSid": doc["sid"],
            "AccountSid": doc["account_sid"],
            "From": doc["from"],
            "ApiVersion": doc["api_version"],
        }
        if keyword:
            told["OptOutType"] = keyword
        return self._with_files(told, doc, files)

    def _with_files(self, told: Doc, doc: Doc, files: list[Doc]) -> Doc:
        """Return what is told with the files, and the service that it is told of."""
        if doc["messaging_service_sid"]:
            told["MessagingServiceSid"] = doc["messaging_service_sid"]
        for number, file in enumerate(files):
            told[f"MediaContentType{number}"] = file["content_type"]
            told[f"MediaUrl{number}"] = self.mirror.media.address(file)
        return told

    def heard(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Do what an application answered."""
        session = self._session(parcel)
        if session is not None:
            replies.run(self.mirror, session, parcel, headers.get("content-type", ""), body)

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Follow an HTTP redirect; else ask the fallback address, and tell the debugger why."""
        session = self._session(parcel)
        if session is not None and replies.follow(self.mirror, session, parcel, outcome):
            return
        code = self.mirror.notifications.note(parcel, outcome)
        if session is not None:
            replies.fall_back(self.mirror, session, parcel, code)

    def _session(self, parcel: Parcel) -> Doc | None:
        """Return the incoming message that a webhook is about; None of a status callback."""
        if parcel.type not in (RECEIVED, ENQUEUED) or parcel.ref is None:
            return None
        doc = self.peek(parcel.ref)
        if doc is not None and doc["_session"]:
            doc = self.peek(doc["_session"])
        return doc


def _of_channel(doc: Doc) -> Doc:
    """Return what an application is told of a message over WhatsApp or RCS.

    Source: https://www.twilio.com/docs/messaging/guides/webhook-request#whatsapp-specific-parameters
    """
    return {
        "SmsMessageSid": doc["sid"],
        "NumMedia": doc["num_media"],
        "ProfileName": "",
        "MessageType": "text",
        "SmsSid": doc["sid"],
        "WaId": bare(doc["from"]).removeprefix("+"),
        "SmsStatus": "received",
        "Body": doc["body"],
        "To": doc["to"],
        "NumSegments": doc["num_segments"],
        "ReferralNumMedia": "0",
        "MessageSid": doc["sid"],
        "AccountSid": doc["account_sid"],
        "From": doc["from"],
        "ApiVersion": doc["api_version"],
    }
