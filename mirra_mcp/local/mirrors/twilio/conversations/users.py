"""Users: who chats in a service, by an identity that the application gives.

Source: https://www.twilio.com/docs/conversations/api/user-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.mirrors.twilio.conversations.errors import refuse
from mirra_mcp.local.mirrors.twilio.conversations.params import (
    CreateUser,
    UpdateUser,
    attributes_of,
)
from mirra_mcp.local.mirrors.twilio.conversations.scoped import Scoped, at, wants_webhooks
from mirra_mcp.wire.model import Doc


class ConversationUsers(Scoped):
    """The users of every service."""

    entity, plural, prefix = "conversation_user", "conversation_users", "US"
    synonyms, names = ("chat user",), ("identity", "friendly_name")
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "chat_service_sid": None,
        "role_sid": None,
        "identity": None,
        "friendly_name": None,
        "attributes": "{}",
        "is_online": None,
        "is_notifiable": None,
        "date_created": None,
        "date_updated": None,
        "url": None,
        "links": None,
    }
    indexes = ("account_sid", "chat_service_sid", "identity")

    @at("POST /Users", status=201)
    def create(self, call: Call, params: CreateUser) -> Doc:
        """Make a user; one is made, too, when an identity first takes part."""
        service = self.service_of(call)
        if self.count(chat_service_sid=service["sid"], identity=params.identity):
            raise refuse(50201)
        fields = self._checked(service["sid"], params)
        return self.view(self._add(service, params.identity, call, fields))

    @at("GET /Users")
    def list(self, call: Call) -> Doc:
        """List a service's users."""
        service = self.service_of(call)
        return self.listed(call, "users", chat_service_sid=service["sid"])

    @at("GET /Users/{Sid}")
    def fetch(self, call: Call, Sid: str) -> Doc:
        """Return one user, by SID or identity."""
        return self.view(self.in_service(call, Sid, "identity"))

    @at("POST /Users/{Sid}")
    def update(self, call: Call, Sid: str, params: UpdateUser) -> Doc:
        """Change a user."""
        doc = self.in_service(call, Sid, "identity")
        fields = self._checked(doc["chat_service_sid"], params)
        self._ask(call, "onUserUpdate", doc | fields)
        doc = self.change(doc, **fields)
        if wants_webhooks(call):
            self.mirror.conversation_hooks.tell_service(doc, "onUserUpdated", self.params(doc))
        return self.view(doc)

    @at("DELETE /Users/{Sid}", status=204)
    def delete(self, call: Call, Sid: str) -> None:
        """Remove a user, who leaves all conversations."""
        doc = self.in_service(call, Sid, "identity")
        where = {"chat_service_sid": doc["chat_service_sid"], "identity": doc["identity"]}
        for participant in self.mirror.conversation_participants.find(**where):
            self.mirror.conversation_participants.drop(participant)
        self.drop(doc)

    def ensure(self, service: Doc, identity: str) -> Doc:
        """Return the user of an identity, made if it is new."""
        found = self.first(chat_service_sid=service["sid"], identity=identity)
        return found or self._add(service, identity)

    def _add(
        self, service: Doc, identity: str, call: Call | None = None, fields: Doc | None = None
    ) -> Doc:
        role = service["_roles"]["default_chat_service_role_sid"]
        doc = self.new(
            account_sid=service["account_sid"],
            chat_service_sid=service["sid"],
            identity=identity,
            role_sid=role,
        )
        doc = self.save(doc | (fields or {}))
        if call is not None and wants_webhooks(call):
            self.mirror.conversation_hooks.tell_service(doc, "onUserAdded", self.params(doc))
        return doc

    def _checked(self, service: str, params: UpdateUser) -> Doc:
        fields: Doc = {}
        if params.friendly_name is not None:
            fields["friendly_name"] = params.friendly_name or None
        if params.attributes is not None:
            fields["attributes"] = attributes_of(params.attributes)
        if params.role_sid:
            role = self.mirror.conversation_roles.check(service, params.role_sid, "service")
            fields["role_sid"] = role
        return fields

    def _ask(self, call: Call, event: str, doc: Doc) -> None:
        if wants_webhooks(call):
            self.mirror.conversation_hooks.ask(call, doc, event, self.params(doc))

    def params(self, doc: Doc) -> Doc:
        """Return what webhooks tell of a user."""
        return {
            "UserSid": doc["sid"],
            "ChatServiceSid": doc["chat_service_sid"],
            "Identity": doc["identity"],
            "FriendlyName": doc["friendly_name"],
            "Attributes": doc["attributes"],
            "RoleSid": doc["role_sid"],
            "DateCreated": doc["date_created"],
            "DateUpdated": doc["date_updated"],
        }

    def path_of(self, doc: Doc) -> str:
        """Return the path of a user."""
        return f"{self.root(doc['chat_service_sid'])}/Users/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the path of a user's conversations."""
        return {"user_conversations": f"{self.path_of(doc)}/Conversations"}
