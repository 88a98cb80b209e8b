"""Conversation services: worlds of conversations, users and roles of their own.

Source: https://www.twilio.com/docs/conversations/api/service-resource
    https://www.twilio.com/docs/conversations/api/service-configuration-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.conversations.params import (
    ServiceConfiguration,
    ServiceFields,
)
from mirra_mcp.local.mirrors.twilio.conversations.scoped import BASE, Scoped
from mirra_mcp.wire.model import Doc

LINKS = {
    "conversations": "Conversations",
    "users": "Users",
    "roles": "Roles",
    "bindings": "Bindings",
    "configuration": "Configuration",
    "participant_conversations": "ParticipantConversations",
    "conversation_with_participants": "ConversationWithParticipants",
}
CHILDREN = ("conversation_users", "conversation_roles")
PATH = f"{BASE}/Services/{{ChatServiceSid}}"


class ConversationServices(Scoped):
    """The services of every account; the default one is there once Conversations is used."""

    entity, plural, prefix = "conversation_service", "conversation_services", "IS"
    synonyms = ("chat service",)
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "sid": None,
        "friendly_name": None,
        "date_created": None,
        "date_updated": None,
        "url": None,
        "links": None,
        "_is_default": False,
        "_roles": {},
        "_reachability": False,
    }
    indexes = ("account_sid", "_is_default")

    @route(f"POST {BASE}/Services", status=201)
    def create(self, params: ServiceFields) -> Doc:
        """Make a service with the roles that each has."""
        if not params.friendly_name:
            raise wrong("Missing required parameter FriendlyName in the post body")
        return self.view(self._add(params.friendly_name or None))

    @route(f"GET {BASE}/Services")
    def list(self, call: Call) -> Doc:
        """List the account's services."""
        self.default()
        return self.listed(call, "services")

    @route(f"GET {PATH}")
    def fetch(self, ChatServiceSid: str) -> Doc:
        """Return one service."""
        return self.view(self.get(ChatServiceSid))

    @route(f"DELETE {PATH}", status=204)
    def delete(self, ChatServiceSid: str) -> None:
        """Remove a service with all that is in it; the default one stays."""
        doc = self.get(ChatServiceSid)
        if doc["_is_default"]:
            raise wrong("The default Conversation Service can't be deleted")
        for conversation in self.mirror.conversations.find(chat_service_sid=doc["sid"]):
            self.mirror.conversations.remove(conversation)
        for noun in CHILDREN:
            for child in self.mirror.nouns[noun].find(chat_service_sid=doc["sid"]):
                self.mirror.nouns[noun].drop(child)
        self.mirror.conversation_hooks.forget(doc["sid"])
        self.drop(doc)

    @route(f"GET {PATH}/Configuration")
    def fetch_configuration(self, ChatServiceSid: str) -> Doc:
        """Return a service's defaults."""
        return self._configuration(self.get(ChatServiceSid))

    @route(f"POST {PATH}/Configuration")
    def configure(self, ChatServiceSid: str, params: ServiceConfiguration) -> Doc:
        """Change the roles that are given by default."""
        doc = self.get(ChatServiceSid)
        roles = dict(doc["_roles"])
        for name in (
            "default_conversation_creator_role_sid",
            "default_conversation_role_sid",
            "default_chat_service_role_sid",
        ):
            if sid := getattr(params, name):
                scope = "service" if name == "default_chat_service_role_sid" else "conversation"
                self.mirror.conversation_roles.check(doc["sid"], sid, scope)
                roles[name] = sid
        if params.reachability_enabled:
            flag = params.reachability_enabled.lower()
            doc["_reachability"] = flag == "true"
        return self._configuration(self.change(doc, _roles=roles))

    def default(self, account: str | None = None) -> Doc:
        """Return the default service of an account, the call's if none is named."""
        account = account or self.mirror.account_sid
        chosen = self.mirror.setting(f"conversations {account}", {}).get("default_chat_service_sid")
        doc = self.peek(chosen) if chosen else None
        doc = doc or self.first(account_sid=account, _is_default=True)
        return doc or self._add("Default Conversations Service", account, is_default=True)

    def _add(
        self, name: str | None, account: str | None = None, *, is_default: bool = False
    ) -> Doc:
        account = account or self.mirror.account_sid
        doc = self.new(friendly_name=name, account_sid=account, _is_default=is_default)
        doc["_roles"] = self.mirror.conversation_roles.lay_out(account, doc["sid"])
        return self.save(doc)

    def _configuration(self, doc: Doc) -> Doc:
        path = f"{self.mirror.url}{self.path_of(doc)}/Configuration"
        return {
            "chat_service_sid": doc["sid"],
            **doc["_roles"],
            "reachability_enabled": doc["_reachability"],
            "url": path,
            "links": {"notifications": f"{path}/Notifications", "webhooks": f"{path}/Webhooks"},
        }

    def path_of(self, doc: Doc) -> str:
        """Return the path of a service."""
        return f"/v1/Services/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the paths of what is in a service."""
        return {name: f"{self.path_of(doc)}/{path}" for name, path in LINKS.items()}
