"""Messages: what was sent and what came in.

Source: https://www.twilio.com/docs/messaging/api/message-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import errors, phones
from mirra_mcp.local.mirrors.twilio.api.dates import dated
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import HEX
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import is_chat
from mirra_mcp.local.mirrors.twilio.messaging.messages import sendables, wishes
from mirra_mcp.local.mirrors.twilio.messaging.messages.inbound import InboundMessages
from mirra_mcp.local.mirrors.twilio.messaging.messages.sendables import Sendable
from mirra_mcp.local.mirrors.twilio.messaging.messages.states import FINAL
from mirra_mcp.local.mirrors.twilio.messaging.params import CreateMessage, UpdateMessage
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Messages"
API_VERSION = "2010-04-01"


class Messages(InboundMessages):
    """Every message of every account."""

    entity, plural, prefix, is_2010 = "message", "messages", "SM", True
    callback_fields = ("_callback",)
    blank: ClassVar[Doc] = {
        "body": "",
        "num_segments": "1",
        "direction": "outbound-api",
        "from": None,
        "date_updated": None,
        "price": None,
        "error_message": None,
        "uri": None,
        "account_sid": None,
        "num_media": "0",
        "to": None,
        "date_created": None,
        "status": "queued",
        "sid": None,
        "date_sent": None,
        "messaging_service_sid": None,
        "error_code": None,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "subresource_uris": None,
        "_callback": None,
        "_conversation": None,
        "_is_magic": False,
        "_is_mms": False,
        "_is_smart": False,
        "_sent": None,
        "_shortens": False,
        "_discards": False,
        "_obfuscates": False,
        "_is_unchecked": False,
        "_fallback": None,
        "_rich": [],
        "_outside": False,
        "_segments": 1,
        "_session": None,
        "_wait": 0.0,
    }
    more_fields = ("outside_window", "persistent_action")
    indexes = ("account_sid", "to", "from", "messaging_service_sid", "status", "direction")
    synonyms, names = ("text", "text message", "sms", "mms"), ("body",)
    words: ClassVar[dict[str, str]] = {
        "sender": "from", "from number": "from", "sender number": "from",
        "recipient": "to", "recipients": "to", "to number": "to", "recipient number": "to",
        "text": "body", "content": "body", "message body": "body",
        "status": "status", "delivery status": "status", "error code": "error_code",
        "segments": "num_segments", "messaging service": "messaging_service_sid",
    }  # fmt: skip
    verbs: ClassVar[dict[str, tuple[str, str]]] = {
        "cancelled": ("status", "canceled"),
        "sent": ("direction", "outbound-api"),
        "replied": ("direction", "outbound-reply"),
        "received": ("direction", "inbound"),
    }

    @route(f"POST {PATH}.json", status=201)
    def create(self, params: CreateMessage) -> Doc:
        """Send a message, or schedule it."""
        account = self.mirror.accounts.get(self.mirror.account_sid)
        sendable = sendables.check(self.mirror, account, params)
        doc = self.write(account["sid"], sendable)
        shown = self.view(doc)
        del shown["subresource_uris"]["feedback"]
        return shown

    def post(self, account: str, form: Doc, **fields: object) -> Doc:
        """Send a message that no call of the API asks for.

        Raises:
            VendorError: it can't be sent.
        """
        given = CreateMessage.model_validate(form)
        sendable = sendables.check(self.mirror, self.mirror.accounts.get(account), given)
        return self.write(account, sendable, **fields)

    def write(self, account: str, sendable: Sendable, **fields: object) -> Doc:
        """Write a message down and set it on its way."""
        is_whole = sendable.is_mms or is_chat(sendable.to)
        segments = self.measures(sendable.body, smart=sendable.smart, is_mms=is_whole)
        service = sendable.service["sid"] if sendable.service else None
        status = "queued" if service is None else "scheduled" if sendable.send_at else "accepted"
        wanted: Doc = {
            "body": sendable.body,
            "num_segments": str(segments) if service is None else "0",
            "num_media": str(len(sendable.media)),
            "from": sendable.sender,
            "to": sendable.to,
            "messaging_service_sid": service,
            "status": status,
            "_segments": segments,
            "_is_magic": sendable.is_magic,
            "_is_smart": sendable.smart,
            **wishes.of(sendable),
            "_callback": sendable.callback or (sendable.service or {}).get("status_callback"),
            "_wait": (sendable.send_at - self.now).total_seconds() if sendable.send_at else 0.0,
        }
        doc = self.lay_out(account, is_mms=sendable.is_mms, **(wanted | fields))
        self.save(doc)
        for url in sendable.media:
            self.mirror.media.add(doc, url=url)
        if (said := sendable.filled) is not None:
            sends = self.mirror.content_sends
            sends.note(doc, said.template, said.type, said.content, said.variables)
        if sendable.wants_feedback:
            self.mirror.feedback.note(doc, "unconfirmed")
        self.start(doc)
        return doc

    def lay_out(self, account: str, *, is_mms: bool, **fields: object) -> Doc:
        """Return a new message; the SIDs of those with media begin with `MM`."""
        sid = ("MM" if is_mms else "SM") + self.mirror.ids.token(32, HEX)
        path = f"{PATH.format(account=account)}/{sid}"
        return self.new(
            id=sid,
            account_sid=account,
            uri=f"{path}.json",
            subresource_uris={"media": f"{path}/Media.json", "feedback": f"{path}/Feedback.json"},
            _is_mms=is_mms,
            **fields,
        )

    @route(f"GET {PATH}.json")
    def list(self, call: Call) -> Doc:
        """List messages by sender, recipient and date, newest first."""
        where: Doc = {}
        for name, field in (("To", "to"), ("From", "from")):
            if text := call.query.get(name):
                phone = phones.parse(text)
                where[field] = phone.e164 if phone else text
        return self.listed(call, keep=dated(call, "DateSent", "date_sent"), **where)

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one message."""
        return self.view(self.get(Sid))

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, Sid: str, params: UpdateMessage) -> Doc:
        """Redact a message's text, or cancel one that waits for its time.

        Source: https://www.twilio.com/docs/messaging/api/message-resource#update-a-message
        """
        doc = self.get(Sid)
        if params.status:
            if params.status != "canceled":
                raise wrong(f"Invalid parameter Status: {params.status} is not 'canceled'")
            if doc["status"] != "scheduled":
                raise refusal(30409)
            self.mirror.cancel_timers("messages.enqueue", id=Sid)
            return self.view(self.enter(doc, "canceled"))
        if params.body is None:
            raise wrong("Missing required parameter Body in the post body")
        if params.body:
            raise wrong("Invalid parameter Body: it can only be replaced by an empty text")
        if doc["status"] not in FINAL:
            raise refusal(20009)
        return self.view(self.change(doc, body=""))

    @route(f"DELETE {PATH}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a message that is through, and its media.

        Source: https://www.twilio.com/docs/api/errors/20009
        """
        doc = self.get(Sid)
        if doc["status"] not in FINAL:
            raise refusal(20009)
        for file in self.mirror.media.find(parent_sid=Sid):
            self.mirror.media.drop(file)
        for word in self.mirror.feedback.find(message_sid=Sid):
            self.mirror.feedback.drop(word)
        self.mirror.cancel_timers(id=Sid)
        self.drop(doc)

    def shown(self, doc: Doc) -> Doc:
        """Return what the state shows: of a channel's message what is rich about it, too."""
        rich = {"persistent_action": doc["_rich"]} if doc.get("_rich") else {}
        return super().shown(doc) | rich

    def told(self, doc: Doc) -> Doc:
        """Return a message as checks read it: with whether it went out of WhatsApp's window."""
        return super().told(doc) | {"outside_window": doc.get("_outside", False)}

    def missing(self, id: str) -> VendorError:
        """Say that there is no such message."""
        return errors.not_found(self.mirror.path or f"{PATH.format(account='x')}/{id}.json")
