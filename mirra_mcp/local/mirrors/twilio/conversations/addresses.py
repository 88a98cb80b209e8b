"""Addresses: numbers that open a conversation when a text comes in that belongs to none.

Source: https://www.twilio.com/docs/conversations/api/address-configuration-resource
    https://www.twilio.com/docs/conversations/inbound-autocreation
"""

from collections.abc import Sequence
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.conversations.errors import refuse, unmirrored
from mirra_mcp.local.mirrors.twilio.conversations.params import (
    FILTERED,
    CreateAddress,
    UpdateAddress,
)
from mirra_mcp.local.mirrors.twilio.conversations.participants import binding
from mirra_mcp.local.mirrors.twilio.conversations.scoped import BASE, Scoped
from mirra_mcp.local.mirrors.twilio.conversations.webhooks.scoped_webhooks import FILTERS
from mirra_mcp.wire.model import Doc

PATH = f"{BASE}/Configuration/Addresses"


class ConversationAddresses(Scoped):
    """What every account's numbers do with texts, besides what Messaging does."""

    entity, plural, prefix = "conversation_address", "conversation_addresses", "IG"
    synonyms, names = (), ("address", "friendly_name")
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "type": "sms",
        "address": None,
        "friendly_name": None,
        "auto_creation": None,
        "date_created": None,
        "date_updated": None,
        "url": None,
        "address_country": None,
    }
    indexes = ("account_sid", "address", "type")
    filters = {"Type": FILTERED["Type"]}

    @route(f"POST {PATH}", status=201)
    def create(self, params: CreateAddress) -> Doc:
        """Say what a number does with texts that belong to no conversation."""
        kind = params.type
        if kind not in ("sms", "whatsapp"):
            raise unmirrored("Channels other than SMS and WhatsApp are")
        account = self.mirror.account_sid
        given = params.address
        if kind == "whatsapp" and not given.startswith("whatsapp:"):
            given = f"whatsapp:{given}"
        own = self.mirror.conversation_participants.own(account, given)
        if own is None or own.startswith("whatsapp:") is not (kind == "whatsapp"):
            raise wrong(f"Invalid parameter Address: {params.address} is none of the account's")
        if self.count(address=own, account_sid=account):
            raise wrong(f"Invalid parameter Address: {params.address} is configured already")
        fields = self._checked(params, {"enabled": False, "type": "default"})
        fields |= {"type": kind, "address_country": params.address_country}
        doc = self.new(address=own, **fields)
        return self.view(self.save(doc))

    @route(f"GET {PATH}")
    def list(self, call: Call) -> Doc:
        """List the account's addresses, of one type if one is named."""
        where: Doc = {"type": kind} if (kind := call.query.get("Type")) else {}
        return self.listed(call, "address_configurations", **where)

    @route(f"GET {PATH}/{{Sid}}")
    def fetch(self, Sid: str) -> Doc:
        """Return one address, by SID or number."""
        return self.view(self._one(Sid))

    @route(f"POST {PATH}/{{Sid}}")
    def update(self, Sid: str, params: UpdateAddress) -> Doc:
        """Change what an address does."""
        doc = self._one(Sid)
        return self.view(self.change(doc, **self._checked(params, doc["auto_creation"])))

    @route(f"DELETE {PATH}/{{Sid}}", status=204)
    def delete(self, Sid: str) -> None:
        """Forget what an address does."""
        self.drop(self._one(Sid))

    def arrive(
        self, account: str, sender: str, own: str, body: str, files: Sequence[Doc] = ()
    ) -> None:
        """Let a text land in the conversation of its pair of numbers, or open one for it.

        Messaging's own webhook is fired all the same, or its service drops the text. Pre-event
        webhooks aren't asked of the message that opens a conversation.

        Source: https://www.twilio.com/docs/conversations/inbound-autocreation
        """
        bound = self.mirror.conversation_participants.bound(account, sender, own)
        source = "WHATSAPP" if sender.startswith("whatsapp:") else "SMS"
        if bound is not None:
            self.mirror.conversation_messages.say(bound[1], sender, body, source, files)
            return
        doc = self.first(account_sid=account, address=own)
        if doc is None or not doc["auto_creation"]["enabled"]:
            return
        conversation = self._open(doc)
        participants = self.mirror.conversation_participants
        participants.add(conversation, source=source, **binding(sender, own))
        messages = self.mirror.conversation_messages
        kept = self.mirror.conversation_media.arrive(conversation, files)
        messages.add(conversation, source=source, author=sender, body=body, files=kept)

    def number_gone(self, number: Doc) -> None:
        """Forget what a number did that is released."""
        for doc in self.find(address=number["phone_number"]):
            self.drop(doc)

    def _open(self, doc: Doc) -> Doc:
        creation = doc["auto_creation"]
        services = self.mirror.conversation_services
        chosen = creation.get("conversation_service_sid")
        service = (chosen and services.peek(chosen)) or services.default(doc["account_sid"])
        conversation = self.mirror.conversations.open(service)
        if creation["type"] == "webhook":
            configuration = {
                "url": creation["webhook_url"],
                "method": creation["webhook_method"],
                "filters": creation["webhook_filters"],
            }
            self.mirror.conversation_webhooks.add(conversation, "webhook", configuration)
        source = "WHATSAPP" if doc["type"] == "whatsapp" else "SMS"
        self.mirror.conversations.tell(conversation, "onConversationAdded", source)
        return conversation

    def _one(self, sid: str) -> Doc:
        by_number = self.first(account_sid=self.mirror.account_sid, address=sid)
        return by_number or self.get(sid)

    def _checked(self, params: UpdateAddress, creation: Doc) -> Doc:
        if params.flow_sid or params.retry_count or params.creation_type == "studio":
            raise unmirrored("Studio in Conversations is")
        if not set(params.webhook_filters or ()) <= set(FILTERS):
            raise refuse(50365)
        creation = dict(creation)
        if params.enabled:
            creation["enabled"] = params.enabled.lower() == "true"
        if params.creation_type:
            creation["type"] = params.creation_type
        if params.service:
            found = self.mirror.conversation_services.get(params.service)
            creation["conversation_service_sid"] = found["sid"]
        if creation["type"] == "webhook":
            creation |= self._webhook(params, creation)
        fields: Doc = {"auto_creation": creation}
        if params.friendly_name is not None:
            fields["friendly_name"] = params.friendly_name or None
        return fields

    def _webhook(self, params: UpdateAddress, creation: Doc) -> Doc:
        url = params.webhook_url or creation.get("webhook_url")
        if not url:
            raise refuse(50369)
        method = (params.webhook_method or creation.get("webhook_method") or "POST").upper()
        filters = params.webhook_filters or creation.get("webhook_filters") or []
        return {
            "webhook_url": url,
            "webhook_method": method,
            "webhook_filters": filters,
        }

    def path_of(self, doc: Doc) -> str:
        """Return the path of an address."""
        return f"/v1/Configuration/Addresses/{doc['sid']}"
