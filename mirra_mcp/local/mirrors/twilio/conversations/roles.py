"""Roles: what users may do in a service, and participants in a conversation.

Source: https://www.twilio.com/docs/conversations/api/role-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.conversations.errors import refuse
from mirra_mcp.local.mirrors.twilio.conversations.params import CreateRole, UpdateRole
from mirra_mcp.local.mirrors.twilio.conversations.scoped import Scoped, at
from mirra_mcp.wire.model import Doc

DEFAULTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("default_chat_service_role_sid", "service user", "service",
     ("createConversation", "joinConversation", "editOwnUserInfo")),
    ("default_conversation_role_sid", "channel user", "conversation",
     ("sendMessage", "leaveConversation", "editOwnMessage", "deleteOwnMessage")),
    ("default_conversation_creator_role_sid", "channel admin", "conversation",
     ("sendMessage", "leaveConversation", "addParticipant", "removeParticipant",
      "editConversationName", "editConversationAttributes", "deleteConversation",
      "editAnyMessage", "deleteAnyMessage")),
)  # fmt: skip
"""What each service begins with: the default that it is, its name, its scope and permissions.

Ours: the documentation tells which permissions there are, and not which a service begins with.
"""


class ConversationRoles(Scoped):
    """The roles of every service. The REST API may do everything: roles bind SDKs alone."""

    entity, plural, prefix = "conversation_role", "conversation_roles", "RL"
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "chat_service_sid": None,
        "friendly_name": None,
        "type": None,
        "permissions": [],
        "date_created": None,
        "date_updated": None,
        "url": None,
    }
    indexes = ("account_sid", "chat_service_sid")

    @at("POST /Roles", status=201)
    def create(self, call: Call, params: CreateRole) -> Doc:
        """Make a role."""
        service = self.service_of(call)
        if not params.friendly_name:
            raise wrong("Missing required parameter FriendlyName in the post body")
        doc = self.new(
            chat_service_sid=service["sid"],
            friendly_name=params.friendly_name,
            type=params.type,
            permissions=params.permission,
        )
        return self.view(self.save(doc))

    @at("GET /Roles")
    def list(self, call: Call) -> Doc:
        """List a service's roles."""
        service = self.service_of(call)
        return self.listed(call, "roles", chat_service_sid=service["sid"])

    @at("GET /Roles/{Sid}")
    def fetch(self, call: Call, Sid: str) -> Doc:
        """Return one role."""
        return self.view(self.in_service(call, Sid))

    @at("POST /Roles/{Sid}")
    def update(self, call: Call, Sid: str, params: UpdateRole) -> Doc:
        """Replace what a role allows."""
        return self.view(self.change(self.in_service(call, Sid), permissions=params.permission))

    @at("DELETE /Roles/{Sid}", status=204)
    def delete(self, call: Call, Sid: str) -> None:
        """Remove a role."""
        doc = self.in_service(call, Sid)
        service = self.mirror.conversation_services.peek(doc["chat_service_sid"])
        if service and Sid in service["_roles"].values():
            raise wrong("The role is one of the service's defaults")
        self.drop(doc)

    def lay_out(self, account: str, service: str) -> dict[str, str]:
        """Give a new service its roles; return which are given by default."""
        found = {}
        for default, name, kind, permissions in DEFAULTS:
            fields: Doc = {"account_sid": account, "chat_service_sid": service}
            fields |= {"friendly_name": name, "type": kind, "permissions": list(permissions)}
            found[default] = self.save(self.new(**fields))["sid"]
        return found

    def check(self, service: str, sid: str, scope: str) -> str:
        """Return a role's SID, if a service has it.

        Raises:
            VendorError: 50100 or 50109, it hasn't, or it is of the other scope.
        """
        doc = self.peek(sid)
        if doc is None or doc["chat_service_sid"] != service or doc["type"] != scope:
            raise refuse(50109 if scope == "conversation" else 50100)
        return sid

    def path_of(self, doc: Doc) -> str:
        """Return the path of a role."""
        return f"{self.root(doc['chat_service_sid'])}/Roles/{doc['sid']}"
