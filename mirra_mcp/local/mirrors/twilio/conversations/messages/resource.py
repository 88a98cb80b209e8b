"""Messages of conversations: what chat users wrote, what came in by text, and where it went.

Source: https://www.twilio.com/docs/conversations/api/conversation-message-resource
"""

from collections.abc import Sequence
from typing import Any, ClassVar

import orjson

from mirra_mcp.local.kit.foreign import loads
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.conversations.conversations.resource import date_of
from mirra_mcp.local.mirrors.twilio.conversations.errors import refuse, unmirrored
from mirra_mcp.local.mirrors.twilio.conversations.messages.media import brief
from mirra_mcp.local.mirrors.twilio.conversations.params import (
    CreateMessage,
    MessageFields,
    attributes_of,
    one_of,
)
from mirra_mcp.local.mirrors.twilio.conversations.scoped import Scoped, at, wants_webhooks
from mirra_mcp.local.mirrors.twilio.conversations.webhooks.hooks import changes_of, name_of
from mirra_mcp.wire.model import Doc

PATH = "/Conversations/{ConversationSid}/Messages"
LONGEST = 1600
"""Source: https://www.twilio.com/docs/conversations/api/conversation-message-resource"""
LONGEST_VARIABLE = 256
"""Source: https://www.twilio.com/docs/api/errors/50541"""
ADD = "onMessageAdd"


class ConversationMessages(Scoped):
    """What was said in the conversations of every account."""

    entity, plural, prefix = "conversation_message", "conversation_messages", "IM"
    synonyms, names = ("chat message",), ("body",)
    words: ClassVar[dict[str, str]] = {"text": "body", "content": "body", "sender": "author"}
    hears = (name_of(ADD),)
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "conversation_sid": None,
        "sid": None,
        "index": None,
        "author": "system",
        "body": None,
        "media": None,
        "attributes": "{}",
        "participant_sid": None,
        "date_created": None,
        "date_updated": None,
        "url": None,
        "delivery": None,
        "links": None,
        "content_sid": None,
        "chat_service_sid": None,
        "is_redacted": False,
        "_variables": "",
    }
    indexes = ("account_sid", "conversation_sid")

    @at(f"POST {PATH}", status=201)
    def create(self, call: Call, params: CreateMessage) -> Doc:
        """Say something: chat users see it, and whoever has a phone gets a text."""
        conversation = self.mirror.conversations.of_call(call, is_open=True)
        said = self._said(conversation, params)
        fields: Doc = {"author": "system", "body": None} | self._checked(params) | said
        if not fields["body"] and not params.media_sid:
            raise refuse(50503)
        if wants_webhooks(call):
            told = self.draft(conversation, fields)
            changes = self.mirror.conversation_hooks.ask(call, conversation, ADD, told)
            fields = _changed(fields, changes)
        return self.view(self.add(conversation, is_told=wants_webhooks(call), **fields))

    @at(f"GET {PATH}")
    def list(self, call: Call) -> Doc:
        """List what was said, from the beginning or from the end."""
        conversation = self.mirror.conversations.of_call(call)
        order = one_of("Order", call.query.get("Order") or "asc", ("asc", "desc"))
        where = {"conversation_sid": conversation["sid"]}
        return self.listed(call, "messages", newest_first=order == "desc", **where)

    @at(f"GET {PATH}/{{Sid}}")
    def fetch(self, call: Call, Sid: str) -> Doc:
        """Return one message."""
        return self.view(self.in_conversation(call, Sid))

    @at(f"POST {PATH}/{{Sid}}")
    def update(self, call: Call, Sid: str, params: MessageFields) -> Doc:
        """Change a message; what went out by text stays as it is."""
        conversation = self.mirror.conversations.of_call(call, is_open=True)
        doc = self.in_conversation(call, Sid)
        fields = self._checked(params)
        if wants_webhooks(call):
            told = self.params(doc | fields)
            hooks = self.mirror.conversation_hooks
            fields = _changed(fields, hooks.ask(call, conversation, "onMessageUpdate", told))
        doc = self.change(doc, **fields)
        if wants_webhooks(call):
            self.tell(conversation, doc, "onMessageUpdated", "API")
        return self.view(doc)

    @at(f"DELETE {PATH}/{{Sid}}", status=204)
    def delete(self, call: Call, Sid: str) -> None:
        """Take a message back."""
        conversation = self.mirror.conversations.of_call(call)
        doc = self.in_conversation(call, Sid)
        if wants_webhooks(call):
            hooks = self.mirror.conversation_hooks
            hooks.ask(call, conversation, "onMessageRemove", self.params(doc))
            self.tell(conversation, doc, "onMessageRemoved", "API")
        for receipt in self.mirror.conversation_receipts.find(message_sid=doc["sid"]):
            self.mirror.conversation_receipts.drop(receipt)
        self.drop(doc)

    # What other nouns do.

    def say(
        self, conversation: Doc, author: str, body: str, source: str,
        files: Sequence[Doc] = (),
    ) -> Doc | None:  # fmt: skip
        """Take in what somebody says who isn't the REST API.

        None: the pre-event webhook is being asked first.

        Source: https://www.twilio.com/docs/conversations/conversations-webhooks
        """
        kept = self.mirror.conversation_media.arrive(conversation, files)
        fields: Doc = {"author": author, "body": body, "files": kept}
        told = self.draft(conversation, fields)
        if self.mirror.conversation_hooks.ask_later(conversation, ADD, told, source):
            return None
        return self.add(conversation, source=source, **fields)

    def add(self, conversation: Doc, *, is_told: bool = True, source: str = "API",
            files: Sequence[Doc] = (), **fields: Any) -> Doc:  # fmt: skip
        """Put a message at the end of a conversation, tell so, and send the texts."""
        fields["media"] = [brief(each) for each in files] or None
        doc = self.new(
            account_sid=conversation["account_sid"],
            conversation_sid=conversation["sid"],
            chat_service_sid=conversation["chat_service_sid"],
            index=conversation["_next"],
            **fields,
        )
        participant = self.mirror.conversation_participants.called(conversation, doc["author"])
        doc["participant_sid"] = participant["sid"] if participant else None
        self.save(doc)
        self.mirror.conversation_media.attach(doc, files)
        conversation = self.mirror.conversations.count_up(conversation)
        if is_told:
            self.tell(conversation, doc, "onMessageAdded", source)
        self.mirror.conversation_receipts.send(conversation, doc)
        return self.get(doc["sid"])

    def heard(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Say what a pre-event webhook let pass, as it changed it."""
        told = self.mirror.conversation_hooks.asked(parcel)
        if told["Source"] == "API":
            return  # the call waits for the answer itself
        conversation = self.mirror.conversations.peek(told.get("ConversationSid", ""))
        if conversation is None or conversation["state"] == "closed":
            return
        media = self.mirror.conversation_media
        kept = [media.peek(each["sid"]) for each in orjson.loads(told.get("Media") or "[]")]
        fields: Doc = {"author": told["Author"], "body": told.get("Body")}
        fields["files"] = [each for each in kept if each is not None]
        self.add(conversation, source=told["Source"], **_changed(fields, changes_of(ADD, body)))

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Drop what a pre-event webhook refused; the debugger knows of one that failed."""
        if outcome.status is None or outcome.status >= 500:
            self.mirror.notifications.note(parcel, outcome)

    def tell(self, conversation: Doc, doc: Doc, event: str, source: str) -> None:
        """Tell an event of a message."""
        hooks = self.mirror.conversation_hooks
        hooks.tell(conversation, event, self.params(doc), source=source, body=doc["body"])

    def draft(self, conversation: Doc, fields: Doc) -> Doc:
        """Return what a pre-event webhook is told of a message that isn't there yet."""
        participant = self.mirror.conversation_participants.called(conversation, fields["author"])
        return {
            "ConversationSid": conversation["sid"],
            "MessagingServiceSid": conversation["messaging_service_sid"],
            "Body": fields["body"],
            "Author": fields["author"],
            "ParticipantSid": participant["sid"] if participant else None,
            "Attributes": fields.get("attributes", "{}"),
            "Media": _media([brief(each) for each in fields.get("files") or []]),
            "ContentSid": fields.get("content_sid"),
        }

    def params(self, doc: Doc) -> Doc:
        """Return what webhooks tell of a message."""
        return {
            "ConversationSid": doc["conversation_sid"],
            "MessageSid": doc["sid"],
            "Index": doc["index"],
            "Body": doc["body"],
            "Author": doc["author"],
            "ParticipantSid": doc["participant_sid"],
            "Attributes": doc["attributes"],
            "Media": _media(doc["media"]),
            "ContentSid": doc["content_sid"],
            "DateCreated": doc["date_created"],
            "DateUpdated": doc["date_updated"],
        }

    def _said(self, conversation: Doc, params: CreateMessage) -> Doc:
        """Return what a message says besides its text: files, or a template in place of it.

        Raises:
            VendorError: 50507 to 50541, it can't be said.

        Source: https://www.twilio.com/docs/api/errors/50527
        """
        if not params.content_sid:
            if params.content_variables:
                raise refuse(50528)
            sids = [params.media_sid] if params.media_sid else []
            media = self.mirror.conversation_media
            return {"files": media.owned(conversation["chat_service_sid"], sids)}
        account = conversation["account_sid"]
        variables = _variables(params.content_variables)
        filled = self.mirror.contents.fill(account, params.content_sid, variables, "whatsapp")
        return {"content_sid": params.content_sid, "body": filled.body, "_variables": variables}

    def _checked(self, params: MessageFields) -> Doc:
        if params.subject is not None:
            raise unmirrored("Email in Conversations is")
        fields: Doc = {}
        if params.author:
            fields["author"] = params.author
        if params.body is not None:
            if len(params.body) > LONGEST:
                raise refuse(50504)
            fields["body"] = params.body
        if params.attributes is not None:
            fields["attributes"] = attributes_of(params.attributes)
        for name in ("date_created", "date_updated"):
            if text := getattr(params, name):
                fields[name] = date_of(text)
        return fields

    # What is shown.

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a message."""
        shown = super().view(doc)
        del shown["chat_service_sid"], shown["is_redacted"]
        return shown

    def path_of(self, doc: Doc) -> str:
        """Return the path of a message."""
        root = self.root(doc["chat_service_sid"])
        return f"{root}/Conversations/{doc['conversation_sid']}/Messages/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the paths of what belongs to a message."""
        path = self.path_of(doc)
        return {
            "delivery_receipts": f"{path}/Receipts",
            "channel_metadata": f"{path}/ChannelMetadata",
        }


def _changed(fields: Doc, changes: Doc) -> Doc:
    """Return fields as a pre-event webhook wants them; changed words are redacted."""
    if "body" in changes and changes["body"] != fields.get("body"):
        changes = changes | {"is_redacted": True}
    return fields | changes


def _media(files: "Sequence[Doc] | None") -> str | None:
    """Return what webhooks tell of files."""
    return orjson.dumps(files).decode() if files else None


def _variables(text: str | None) -> str:
    """Return the variables of a template, which are JSON.

    Raises:
        VendorError: 50527 or 50541, they aren't, or one is too long.

    Source: https://www.twilio.com/docs/api/errors/50541
    """
    try:
        found = loads(text.encode()) if text else {}
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise refuse(50527)
    if any(len(str(each)) > LONGEST_VARIABLE for each in found.values()):
        raise refuse(50541)
    return text or ""
