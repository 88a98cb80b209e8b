"""Delivery receipts: what became of a message's texts to people with phones.

Source: https://www.twilio.com/docs/conversations/api/receipt-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.mirrors.twilio.conversations.scoped import Scoped, at
from mirra_mcp.wire.model import Doc

PATH = "/Conversations/{ConversationSid}/Messages/{MessageSid}/Receipts"
STATUSES = ("sent", "delivered", "undelivered", "failed", "read")


class ConversationReceipts(Scoped):
    """The receipts of every message that went out by text."""

    entity, plural, prefix = "conversation_receipt", "conversation_receipts", "DY"
    synonyms, names = ("delivery receipt",), ()
    statuses = STATUSES
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "conversation_sid": None,
        "sid": None,
        "message_sid": None,
        "channel_message_sid": None,
        "participant_sid": None,
        "status": "sent",
        "error_code": 0,
        "date_created": None,
        "date_updated": None,
        "url": None,
        "chat_service_sid": None,
    }
    indexes = ("account_sid", "conversation_sid", "message_sid", "channel_message_sid")

    @at(f"GET {PATH}")
    def list(self, call: Call) -> Doc:
        """List a message's receipts."""
        self.mirror.conversation_messages.in_conversation(call, call.params["MessageSid"])
        return self.listed(call, "delivery_receipts", message_sid=call.params["MessageSid"])

    @at(f"GET {PATH}/{{Sid}}")
    def fetch(self, call: Call, Sid: str) -> Doc:
        """Return one receipt."""
        doc = self.in_conversation(call, Sid)
        if doc["message_sid"] != call.params["MessageSid"]:
            raise self.missing(Sid)
        return self.view(doc)

    def send(self, conversation: Doc, message: Doc) -> None:
        """Text a message to everybody with a phone but its author."""
        for each in self.mirror.conversation_participants.find(
            conversation_sid=conversation["sid"], newest_first=False
        ):
            if not each["_address"] or each["sid"] == message["participant_sid"]:
                continue
            link: Doc = {"message": message["sid"], "participant": each["sid"]}
            form = self._form(message) | {"To": each["_address"], "From": each["_proxy"]}
            try:
                self.mirror.messages.post(conversation["account_sid"], form, _conversation=link)
            except VendorError as error:
                self._write(message, link, None, "failed", error.body["code"])

    def _form(self, message: Doc) -> Doc:
        """Return what a message says to whoever has a phone."""
        if message["content_sid"]:
            variables = message["_variables"]
            return {"ContentSid": message["content_sid"], "ContentVariables": variables}
        media = self.mirror.conversation_media
        files = media.find(message_sid=message["sid"], newest_first=False)
        return {
            "Body": message["body"] or "",
            "MediaUrl": [media.address(each) for each in files],
        }

    def follow(self, text: Doc) -> None:
        """Note what became of a text that went out from a conversation."""
        link, status = text["_conversation"], text["status"]
        message = self.mirror.conversation_messages.peek(link["message"])
        if message is None or status not in STATUSES:
            return
        found = self.first(channel_message_sid=text["sid"])
        if found is None:
            self._write(message, link, text["sid"], status, text["error_code"])
        else:
            self._tell(self.change(found, status=status, error_code=text["error_code"] or 0))
            self._sum_up(message)

    def _write(
        self, message: Doc, link: Doc, text: str | None, status: str, code: int | None
    ) -> None:
        doc = self.new(
            account_sid=message["account_sid"],
            conversation_sid=message["conversation_sid"],
            chat_service_sid=message["chat_service_sid"],
            message_sid=message["sid"],
            channel_message_sid=text,
            participant_sid=link["participant"],
            status=status,
            error_code=code or 0,
        )
        self._tell(self.save(doc))
        self._sum_up(message)

    def _sum_up(self, message: Doc) -> None:
        """Write into a message how many of its texts came how far: all, some or none."""
        receipts = self.find(message_sid=message["sid"])
        total = len(receipts)
        reached = {
            "sent": {"sent", "delivered", "undelivered", "read"},
            "delivered": {"delivered", "read"},
            "read": {"read"},
            "undelivered": {"undelivered"},
            "failed": {"failed"},
        }
        delivery: Doc = {"total": total}
        for name, statuses in reached.items():
            count = sum(each["status"] in statuses for each in receipts)
            delivery[name] = "all" if count == total else "some" if count else "none"
        messages = self.mirror.conversation_messages
        messages.save(messages.get(message["sid"]) | {"delivery": delivery})

    def _tell(self, doc: Doc) -> None:
        conversation = self.mirror.conversations.peek(doc["conversation_sid"])
        if conversation is None:
            return
        told = {
            "ConversationSid": doc["conversation_sid"],
            "MessageSid": doc["message_sid"],
            "DeliveryReceiptSid": doc["sid"],
            "ChannelMessageSid": doc["channel_message_sid"],
            "ParticipantSid": doc["participant_sid"],
            "Status": doc["status"],
            "ErrorCode": doc["error_code"],
            "DateCreated": doc["date_created"],
            "DateUpdated": doc["date_updated"],
        }
        self.mirror.conversation_hooks.tell(conversation, "onDeliveryUpdated", told)

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a receipt."""
        shown = super().view(doc)
        del shown["chat_service_sid"]
        return shown

    def path_of(self, doc: Doc) -> str:
        """Return the path of a receipt."""
        root = self.root(doc["chat_service_sid"])
        message = f"{root}/Conversations/{doc['conversation_sid']}/Messages/{doc['message_sid']}"
        return f"{message}/Receipts/{doc['sid']}"
