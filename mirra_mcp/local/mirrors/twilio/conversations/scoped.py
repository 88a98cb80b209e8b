"""What all nouns of Conversations share: they lie in a service, which a path names or leaves out.

Source: https://www.twilio.com/docs/conversations/api/conversation-resource#api-base-url
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.hosts import CONVERSATIONS
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

F = TypeVar("F", bound=Callable[..., Any])
BASE: str = f"{CONVERSATIONS}/v1"
"""How routes begin: the host is part of them, as other APIs have the same paths."""
SERVICE = "/Services/{ChatServiceSid}"
ENABLED = "x-twilio-webhook-enabled"
"""Source: https://www.twilio.com/docs/conversations/conversations-webhooks"""


def at(spec: str, *, status: int = 200) -> Callable[[F], F]:
    """Let a verb answer `METHOD /path` of the default service, and of any other."""
    method, path = spec.split(" ", 1)

    def mark(verb: F) -> F:
        verb = route(f"{method} {BASE}{path}", status=status)(verb)
        return route(f"{method} {BASE}{SERVICE}{path}", status=status)(verb)

    return mark


def wants_webhooks(call: Call) -> bool:
    """Say whether a call asks for webhooks; by default the REST API fires none."""
    return call.headers.get(ENABLED, "").lower() == "true"


class Scoped(TwilioResource):
    """A noun of Conversations."""

    names: ClassVar[tuple[str, ...]] = ("friendly_name",)

    def service_of(self, call: Call) -> Doc:
        """Return the service that a path names, or the account's default one.

        Raises:
            VendorError: there is none of this SID.
        """
        sid = call.params.get("ChatServiceSid")
        services = self.mirror.conversation_services
        return services.get(sid) if sid else services.default()

    def in_service(self, call: Call, sid: str, name: str = "") -> Doc:
        """Return a document of the call's service by its SID, or by a field that may stand for it.

        Raises:
            VendorError: there is none.
        """
        service = self.service_of(call)["sid"]
        doc = self.peek(sid)
        if doc is None and name:
            doc = self.first(**{"chat_service_sid": service, name: sid})
        if doc is None or doc["chat_service_sid"] != service:
            raise self.missing(sid)
        return doc

    def in_conversation(self, call: Call, sid: str) -> Doc:
        """Return a document of the call's conversation.

        Raises:
            VendorError: there is none.
        """
        conversation = self.mirror.conversations.of_call(call)
        doc = self.peek(sid)
        if doc is None or doc["conversation_sid"] != conversation["sid"]:
            raise self.missing(sid)
        return doc

    def root(self, service: str | None) -> str:
        """Return how the path of a document begins: as the path of the call does."""
        is_named = service and self.mirror.path.startswith("/v1/Services/")
        return f"/v1/Services/{service}" if is_named else "/v1"
