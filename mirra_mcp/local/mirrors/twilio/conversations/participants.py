"""Participants: chat users by their identity, people with phones by a pair of numbers.

Source: https://www.twilio.com/docs/conversations/api/conversation-participant-resource
"""

from collections.abc import Sequence
from typing import ClassVar

from mirra_mcp.local.kit.foreign import loads
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.conversations.conversations.resource import date_of
from mirra_mcp.local.mirrors.twilio.conversations.errors import refuse, unmirrored
from mirra_mcp.local.mirrors.twilio.conversations.params import (
    FILTERED,
    CreateParticipant,
    ParticipantFields,
    UpdateParticipant,
    attributes_of,
)
from mirra_mcp.local.mirrors.twilio.conversations.scoped import BASE, Scoped, at, wants_webhooks
from mirra_mcp.wire.model import Doc

PATH = "/Conversations/{ConversationSid}/Participants"
CHANNELS = ("messenger", "rcs", "gbm", "email")


class ConversationParticipants(Scoped):
    """Who takes part in the conversations of every account."""

    entity, plural, prefix = "conversation_participant", "conversation_participants", "MB"
    synonyms, names = ("participant",), ("identity",)
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "conversation_sid": None,
        "sid": None,
        "identity": None,
        "attributes": "{}",
        "messaging_binding": None,
        "role_sid": None,
        "date_created": None,
        "date_updated": None,
        "url": None,
        "last_read_message_index": None,
        "last_read_timestamp": None,
        "chat_service_sid": None,
        "_address": None,
        "_proxy": None,
        "_level": "default",
    }
    indexes = (
        "account_sid", "chat_service_sid", "conversation_sid", "identity", "_address", "_proxy",
    )  # fmt: skip
    filters = {"Identity": FILTERED["Identity"]}

    @at(f"POST {PATH}", status=201)
    def create(self, call: Call, params: CreateParticipant) -> Doc:
        """Let somebody take part."""
        conversation = self.mirror.conversations.of_call(call, is_open=True)
        fields = self._binding(params) | self._checked(conversation, params)
        if params.identity:
            self._check_identity(conversation, params.identity)
        elif not fields.get("_address"):
            raise wrong("Identity or MessagingBinding.Address must be given")
        fields.setdefault("role_sid", self._role_of(conversation))
        if wants_webhooks(call):
            draft = self.new(id="MB", conversation_sid=conversation["sid"], **fields)
            told = self.params(draft) | {"ParticipantSid": None}
            hooks = self.mirror.conversation_hooks
            fields |= hooks.ask(call, conversation, "onParticipantAdd", told)
        return self.view(self.add(conversation, is_told=wants_webhooks(call), **fields))

    @at(f"GET {PATH}")
    def list(self, call: Call) -> Doc:
        """List who takes part."""
        conversation = self.mirror.conversations.of_call(call)
        return self.listed(call, "participants", conversation_sid=conversation["sid"])

    @at(f"GET {PATH}/{{Sid}}")
    def fetch(self, call: Call, Sid: str) -> Doc:
        """Return one participant, by SID or identity."""
        return self.view(self._one(call, Sid))

    @at(f"POST {PATH}/{{Sid}}")
    def update(self, call: Call, Sid: str, params: UpdateParticipant) -> Doc:
        """Change a participant, or note how far one has read."""
        conversation = self.mirror.conversations.of_call(call, is_open=True)
        doc = self._one(call, Sid)
        fields = self._checked(conversation, params)
        if params.identity is not None and params.identity != doc["identity"]:
            raise unmirrored("Changing who a participant is is")
        if params.proxy_address is not None or params.projected_address is not None:
            raise unmirrored("Changing the binding of a participant is")
        if index := params.last_read_message_index:
            fields["last_read_message_index"] = int(index)
            fields["last_read_timestamp"] = self.stamp()
        if params.last_read_timestamp:
            stamp = date_of(params.last_read_timestamp)
            fields["last_read_timestamp"] = stamp
        if wants_webhooks(call):
            told = self.params(doc | fields)
            hooks = self.mirror.conversation_hooks
            fields |= hooks.ask(call, conversation, "onParticipantUpdate", told)
        doc = self.change(doc, **fields)
        if wants_webhooks(call):
            self.tell(conversation, doc, "onParticipantUpdated")
        return self.view(doc)

    @at(f"DELETE {PATH}/{{Sid}}", status=204)
    def delete(self, call: Call, Sid: str) -> None:
        """Let somebody take part no longer."""
        conversation = self.mirror.conversations.of_call(call)
        doc = self._one(call, Sid)
        if wants_webhooks(call):
            hooks = self.mirror.conversation_hooks
            hooks.ask(call, conversation, "onParticipantRemove", self.params(doc))
            self.tell(conversation, doc, "onParticipantRemoved")
        self.drop(doc)

    @route(f"GET {BASE}/ParticipantConversations")
    @route(f"GET {BASE}/Services/{{ChatServiceSid}}/ParticipantConversations")
    def conversations(self, call: Call) -> Doc:
        """List where somebody takes part, by identity or address.

        Source: https://www.twilio.com/docs/conversations/api/participant-conversation-resource
        """
        where: Doc = {"chat_service_sid": self.service_of(call)["sid"]}
        for name, field in (("Identity", "identity"), ("Address", "_address")):
            if text := call.query.get(name):
                where[field] = text
        if len(where) == 1:
            raise wrong("Identity or Address must be given")
        found = self.listed(call, "conversations", **where)
        found["conversations"] = [self._told(each) for each in found["conversations"]]
        return found

    # What other nouns do.

    def add(self, conversation: Doc, *, is_told: bool = True, source: str = "API",
            **fields: object) -> Doc:  # fmt: skip
        """Put somebody into a conversation."""
        doc = self.new(
            account_sid=conversation["account_sid"],
            conversation_sid=conversation["sid"],
            chat_service_sid=conversation["chat_service_sid"],
            **({"role_sid": self._role_of(conversation)} | fields),
        )
        if identity := doc["identity"]:
            service = self.mirror.conversation_services.peek(conversation["chat_service_sid"])
            if service is not None:
                self.mirror.conversation_users.ensure(service, identity)
        self.save(doc)
        if is_told:
            self.tell(conversation, doc, "onParticipantAdded", source=source)
        return doc

    def wanted(self, service: Doc, given: Sequence[str]) -> Sequence[Doc]:
        """Return the fields of participants that are given in JSON.

        Raises:
            VendorError: one of them can't take part.
        """
        found = []
        for text in given:
            try:
                told = loads(text.encode())
            except ValueError:
                told = None
            if not isinstance(told, dict):
                raise wrong("Invalid parameter Participant: it isn't a JSON object")
            bound = told.get("messaging_binding")
            bound = bound if isinstance(bound, dict) else {}
            form = {
                "Identity": told.get("identity"),
                "Attributes": told.get("attributes"),
                "RoleSid": told.get("role_sid"),
                "MessagingBinding.Address": bound.get("address"),
                "MessagingBinding.ProxyAddress": bound.get("proxy_address"),
                "MessagingBinding.ProjectedAddress": bound.get("projected_address"),
            }
            if not all(each is None or isinstance(each, str) for each in form.values()):
                raise wrong("Invalid parameter Participant: its values are texts")
            params = CreateParticipant.model_validate(form)
            fields = self._binding(params) | self._checked({"chat_service_sid": service["sid"]},
                                                           params)  # fmt: skip
            if not fields.get("identity") and not fields.get("_address"):
                raise wrong("Identity or MessagingBinding.Address must be given")
            if fields in found:
                raise refuse(50433)
            found.append(fields)
        return found

    def bound(self, account: str, address: str, proxy: str) -> tuple[Doc, Doc] | None:
        """Return who texts from one number to the other, and the conversation that is open.

        Source: https://www.twilio.com/docs/conversations/inbound-autocreation
        """
        for doc in self.find(account_sid=account, _address=address, _proxy=proxy):
            conversation = self.mirror.conversations.peek(doc["conversation_sid"])
            if conversation is not None and conversation["state"] != "closed":
                return doc, conversation
        return None

    def called(self, conversation: Doc, author: str) -> Doc | None:
        """Return the participant of this identity or address."""
        where: Doc = {"conversation_sid": conversation["sid"]}
        return self.first(identity=author, **where) or self.first(_address=author, **where)

    def tell(self, conversation: Doc, doc: Doc, event: str, source: str = "API") -> None:
        """Tell an event of a participant."""
        hooks = self.mirror.conversation_hooks
        hooks.tell(conversation, event, self.params(doc), source=source)

    def params(self, doc: Doc) -> Doc:
        """Return what webhooks tell of a participant."""
        binding = doc["messaging_binding"] or {}
        return {
            "ConversationSid": doc["conversation_sid"],
            "ParticipantSid": doc["sid"],
            "Identity": doc["identity"],
            "RoleSid": doc["role_sid"],
            "Attributes": doc["attributes"],
            "MessagingBinding.Type": binding.get("type"),
            "MessagingBinding.Address": binding.get("address"),
            "MessagingBinding.ProxyAddress": binding.get("proxy_address"),
            "LastReadMessageIndex": doc["last_read_message_index"],
            "DateCreated": doc["date_created"],
            "DateUpdated": doc["date_updated"],
        }

    # Checks.

    def _role_of(self, conversation: Doc) -> str | None:
        service = self.mirror.conversation_services.peek(conversation["chat_service_sid"])
        return service["_roles"]["default_conversation_role_sid"] if service else None

    def _one(self, call: Call, sid: str) -> Doc:
        conversation = self.mirror.conversations.of_call(call)
        doc = self.first(conversation_sid=conversation["sid"], identity=sid) or self.peek(sid)
        if doc is None or doc["conversation_sid"] != conversation["sid"]:
            raise self.missing(sid)
        return doc

    def _check_identity(self, conversation: Doc, identity: str) -> None:
        if self.count(conversation_sid=conversation["sid"], identity=identity):
            raise refuse(50433)

    def _binding(self, params: CreateParticipant) -> Doc:
        """Return the pair of numbers by which somebody texts.

        Raises:
            VendorError: 50407 to 50416, it can't be one, or is in use.

        Source: https://www.twilio.com/docs/api/errors/50416
        """
        address, proxy = params.address, params.proxy_address
        if params.projected_address:
            raise unmirrored("Group texting is")
        if address is None and proxy is None:
            return {}
        if not proxy:
            raise refuse(50412)
        if address is None:
            raise refuse(50407)
        kinds = {each.partition(":")[0] if ":" in each else "sms" for each in (address, proxy)}
        if len(kinds) > 1:
            raise refuse(50414)
        kind = kinds.pop()
        if kind in CHANNELS:
            raise unmirrored("Channels other than SMS and WhatsApp are")
        if address == proxy:
            raise refuse(50409)
        account = self.mirror.account_sid
        phone, own = phones.parse(address.partition(":")[2] or address), self.own(account, proxy)
        if phone is None:
            raise refuse(50407)
        if own is None:
            raise refuse(50408)
        theirs = f"whatsapp:{phone.e164}" if kind == "whatsapp" else phone.e164
        if taken := self.bound(account, theirs, own):
            raise refuse(50416, sid=taken[1]["sid"])
        return binding(theirs, own)

    def own(self, account: str, proxy: str) -> str | None:
        """Return one of an account's numbers or WhatsApp senders as it is written; None: it isn't.

        Source: https://www.twilio.com/docs/conversations/using-whatsapp-conversations
        """
        channel, _, rest = proxy.rpartition(":")
        phone = phones.parse(rest)
        if phone is None:
            return None
        if channel == "whatsapp":
            found = f"whatsapp:{phone.e164}"
            is_own = self.mirror.channel_senders.answers_for(account, found)
            return found if is_own else None
        where: Doc = {"account_sid": account, "phone_number": phone.e164}
        return phone.e164 if self.mirror.incoming_phone_numbers.count(**where) else None

    def _checked(self, conversation: Doc, params: ParticipantFields) -> Doc:
        fields: Doc = {}
        if isinstance(params, CreateParticipant) and params.identity:
            fields["identity"] = params.identity
        if params.attributes is not None:
            fields["attributes"] = attributes_of(params.attributes)
        if params.role_sid:
            roles = self.mirror.conversation_roles
            service = conversation["chat_service_sid"]
            fields["role_sid"] = roles.check(service, params.role_sid, "conversation")
        for name in ("date_created", "date_updated"):
            if text := getattr(params, name):
                fields[name] = date_of(text)
        return fields

    # What is shown.

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a participant."""
        shown = super().view(doc)
        del shown["chat_service_sid"]
        return shown

    def path_of(self, doc: Doc) -> str:
        """Return the path of a participant."""
        root = self.root(doc["chat_service_sid"])
        return f"{root}/Conversations/{doc['conversation_sid']}/Participants/{doc['sid']}"

    def _told(self, shown: Doc) -> Doc:
        conversation = self.mirror.conversations.get(shown["conversation_sid"])
        view = self.mirror.conversations.view(conversation)
        service = conversation["chat_service_sid"]
        user = shown["identity"] and self.mirror.conversation_users.first(
            chat_service_sid=service, identity=shown["identity"]
        )
        names = ("unique_name", "friendly_name", "attributes", "date_created", "date_updated",
                 "state", "timers")  # fmt: skip
        return {
            "account_sid": shown["account_sid"],
            "chat_service_sid": service,
            "participant_sid": shown["sid"],
            "participant_user_sid": user["sid"] if user else None,
            "participant_identity": shown["identity"],
            "participant_messaging_binding": shown["messaging_binding"],
            "conversation_sid": shown["conversation_sid"],
            **{f"conversation_{name}": view[name] for name in names},
            "conversation_created_by": "system",
            "links": {"participant": shown["url"], "conversation": view["url"]},
        }


def binding(address: str, proxy: str) -> Doc:
    """Return the fields of who writes from one address to another."""
    kind = "whatsapp" if address.startswith("whatsapp:") else "sms"
    told = {"type": kind, "address": address, "proxy_address": proxy}
    return {"messaging_binding": told, "_address": address, "_proxy": proxy}
