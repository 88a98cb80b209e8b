"""Where the events of an account and of a service go, before and after they happen.

Before an event, its receiver may change what happens, or refuse it by any status but 2xx. By
the REST API only calls with `X-Twilio-Webhook-Enabled: true` fire any; texts that come in, chat
users and timers always do. Of two pre-event addresses the service's own is asked: ours.

Source: https://www.twilio.com/docs/conversations/conversations-webhooks
    https://www.twilio.com/docs/conversations/api/webhook-configuration-resource
    https://www.twilio.com/docs/conversations/api/per-service-webhook-resource
"""

from typing import ClassVar

import orjson

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.kit.webhooks import Held, Outcome, Parcel, Target
from mirra_mcp.local.mirrors.twilio.conversations.errors import refuse, unmirrored
from mirra_mcp.local.mirrors.twilio.conversations.params import WebhookConfiguration, one_of
from mirra_mcp.local.mirrors.twilio.conversations.scoped import BASE, Scoped
from mirra_mcp.wire.model import Doc

BEFORE: tuple[str, ...] = (
    "onMessageAdd", "onMessageUpdate", "onMessageRemove", "onConversationAdd",
    "onConversationUpdate", "onConversationRemove", "onParticipantAdd", "onParticipantUpdate",
    "onParticipantRemove", "onUserUpdate",
)  # fmt: skip
AFTER: tuple[str, ...] = (
    "onMessageAdded", "onMessageUpdated", "onMessageRemoved", "onConversationAdded",
    "onConversationUpdated", "onConversationRemoved", "onConversationStateUpdated",
    "onParticipantAdded", "onParticipantUpdated", "onParticipantRemoved", "onDeliveryUpdated",
    "onUserAdded", "onUserUpdated",
)  # fmt: skip
CHANGEABLE = {
    "onMessageAdd": ("body", "author", "attributes"),
    "onMessageUpdate": ("body", "author", "attributes"),
    "onConversationAdd": ("friendly_name", "attributes"),
    "onConversationUpdate": ("friendly_name", "attributes"),
    "onParticipantAdd": ("attributes",),
    "onParticipantUpdate": ("attributes",),
    "onUserUpdate": ("friendly_name", "attributes"),
}
"""By event, the fields that the answer to a pre-event webhook may change."""
ACCOUNT = f"{BASE}/Configuration/Webhooks"
SERVICE = f"{BASE}/Services/{{ChatServiceSid}}/Configuration/Webhooks"


def name_of(event: str) -> str:
    """Return how the mirror calls the webhook of an event."""
    return f"conversations.{event}"


EVENTS = tuple(map(name_of, (*BEFORE, *AFTER)))


class ConversationHooks(Scoped):
    """The webhook settings of every account, and of every service."""

    entity, plural = "conversation_hook", "conversation_hooks"
    synonyms, names = (), ()
    is_record = True
    address_fields = ("pre_webhook_url", "post_webhook_url")
    hears = tuple(map(name_of, AFTER))
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "chat_service_sid": None,
        "method": "POST",
        "filters": [],
        "pre_webhook_url": None,
        "post_webhook_url": None,
        "target": "webhook",
        "url": None,
    }
    indexes = ("account_sid", "chat_service_sid")

    @route(f"GET {ACCOUNT}")
    def fetch(self) -> Doc:
        """Return where the account's events go."""
        return self.view(self._of(self.mirror.account_sid))

    @route(f"POST {ACCOUNT}")
    def update(self, params: WebhookConfiguration) -> Doc:
        """Change where the account's events go."""
        doc = self._of(self.mirror.account_sid)
        return self.view(self.save(doc | self._checked(params)))

    @route(f"GET {SERVICE}")
    def fetch_service(self, ChatServiceSid: str) -> Doc:
        """Return where a service's events go."""
        return self.view(self._of_service(ChatServiceSid))

    @route(f"POST {SERVICE}")
    def update_service(self, ChatServiceSid: str, params: WebhookConfiguration) -> Doc:
        """Change where a service's events go."""
        doc = self._of_service(ChatServiceSid)
        return self.view(self.save(doc | self._checked(params)))

    def forget(self, service: str) -> None:
        """Drop the settings of a service that is gone."""
        if (doc := self.peek(service)) is not None:
            self.drop(doc)

    # Before an event.

    def ask(self, call: Call, about: Doc, event: str, params: Doc) -> Doc:
        """Ask whether what a call wants may happen; return the fields that are to be otherwise.

        Raises:
            Held: the receiver hasn't been asked yet; the call is answered when it has.
            VendorError: 20403, the receiver said no, or nothing.
        """
        target = self._asking(about, event)
        if target is None:
            return {}
        outcome = call.heard.get(event)
        if outcome is None:
            raise Held(event, name_of(event), self._data(about, event, params, "API"), target)
        if not outcome.is_accepted:
            raise refuse(20403)
        return changes_of(event, outcome.body)

    def ask_later(self, about: Doc, event: str, params: Doc, source: str) -> bool:
        """Ask whether something may happen, and let the noun hear it; False: nobody wants that."""
        target = self._asking(about, event)
        if target is not None:
            data = self._data(about, event, params, source)
            self.mirror.emit(name_of(event), data, to=[target])
        return target is not None

    def asked(self, parcel: Parcel) -> Doc:
        """Return what a pre-event webhook was told."""
        told: Doc = orjson.loads(parcel.payload)
        return told

    def _asking(self, about: Doc, event: str) -> Target | None:
        for key in (about["chat_service_sid"], self._account(about)):
            doc = self.peek(key)
            if doc is not None and doc["pre_webhook_url"] and event in doc["filters"]:
                return self._target(doc, doc["pre_webhook_url"])
        return None

    # After it.

    def tell(
        self, conversation: Doc, event: str, params: Doc, *, source: str = "API",
        body: str | None = None,
    ) -> None:  # fmt: skip
        """Tell an event to the account, to the service, and to the conversation's own webhooks."""
        more = self.mirror.conversation_webhooks.targets(conversation, event, body)
        self._tell(conversation, event, params, source, more)

    def tell_service(self, about: Doc, event: str, params: Doc) -> None:
        """Tell an event that is of no conversation."""
        self._tell(about, event, params, "API", ())

    def _tell(
        self, about: Doc, event: str, params: Doc, source: str, more: tuple[Target, ...]
    ) -> None:
        targets = []
        for key in (self._account(about), about["chat_service_sid"]):
            doc = self.peek(key)
            if doc is not None and doc["post_webhook_url"] and event in doc["filters"]:
                targets.append(self._target(doc, doc["post_webhook_url"]))
        data = self._data(about, event, params, source)
        self.mirror.emit(name_of(event), data, to=[*targets, *more])

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Note in the debugger that nobody took an event."""
        self.mirror.notifications.note(parcel, outcome)

    def _data(self, about: Doc, event: str, params: Doc, source: str) -> Doc:
        return {
            "EventType": event,
            "AccountSid": self._account(about),
            "ChatServiceSid": about["chat_service_sid"],
            "Source": source,
            "RetryCount": 0,
            **params,
        }

    def _account(self, about: Doc) -> str:
        return about["account_sid"] or self.mirror.account_sid

    def _target(self, doc: Doc, url: str) -> Target:
        return self.mirror.accounts.target(doc["account_sid"], url, doc["method"])

    # Settings.

    def _of(self, account: str) -> Doc:
        return self.peek(account) or self.new(id=account, account_sid=account)

    def _of_service(self, sid: str) -> Doc:
        service = self.mirror.conversation_services.get(sid)
        account = service["account_sid"]
        return self.peek(sid) or self.new(id=sid, account_sid=account, chat_service_sid=sid)

    def _checked(self, params: WebhookConfiguration) -> Doc:
        fields: Doc = {}
        if params.method:
            fields["method"] = params.method.upper()
        if params.filters is not None:
            fields["filters"] = [
                one_of("Filters", each, (*BEFORE, *AFTER)) for each in params.filters if each
            ]
        for name in ("pre_webhook_url", "post_webhook_url"):
            if (url := getattr(params, name)) is not None:
                fields[name] = url or None
        if params.target and one_of("Target", params.target, ("webhook", "flex")) == "flex":
            raise unmirrored("Flex as a target of webhooks is")
        return fields

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows: an account's settings have a target, a service's its SID."""
        shown = super().view(doc)
        del shown["target" if doc["chat_service_sid"] else "chat_service_sid"]
        return shown

    def path_of(self, doc: Doc) -> str:
        """Return the path of the settings."""
        service = doc["chat_service_sid"]
        return f"/v1{f'/Services/{service}' if service else ''}/Configuration/Webhooks"


def changes_of(event: str, body: bytes) -> Doc:
    """Return what the answer to a pre-event webhook changes; what can't be read changes nothing."""
    try:
        given = orjson.loads(body) if body else {}
    except orjson.JSONDecodeError:
        return {}
    found: Doc = {}
    for name in CHANGEABLE.get(event, ()) if isinstance(given, dict) else ():
        value = given.get(name)
        if name == "attributes" and isinstance(value, dict):
            value = orjson.dumps(value).decode()
        if isinstance(value, str):
            found[name] = value
    return found
