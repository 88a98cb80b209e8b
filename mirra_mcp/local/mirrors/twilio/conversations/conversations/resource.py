"""Conversations: threads that chat users and people with phones share.

Source: https://www.twilio.com/docs/conversations/api/conversation-resource
"""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.mirrors.twilio.api.dates import instant, iso
from mirra_mcp.local.mirrors.twilio.api.params import MOMENT, Values, check, wrong_value
from mirra_mcp.local.mirrors.twilio.conversations.errors import refuse, unmirrored
from mirra_mcp.local.mirrors.twilio.conversations.params import (
    FILTERED,
    STATES,
    ConversationFields,
    WithParticipants,
    attributes_of,
    duration,
)
from mirra_mcp.local.mirrors.twilio.conversations.scoped import Scoped, at, wants_webhooks
from mirra_mcp.wire.model import Doc

CHILDREN = (
    "conversation_participants",
    "conversation_messages",
    "conversation_receipts",
    "conversation_webhooks",
)
MOST_AT_ONCE = 10
"""Source: https://www.twilio.com/docs/conversations/api/conversation-with-participants-resource"""
LINKS = {"participants": "Participants", "messages": "Messages", "webhooks": "Webhooks"}


class Conversations(Scoped):
    """The conversations of every service. What is closed stays closed."""

    entity, plural, prefix = "conversation", "conversations", "CH"
    status_field, statuses = "state", STATES
    names = ("friendly_name", "unique_name")
    verbs: ClassVar[dict[str, tuple[str, str]]] = {"closed": ("state", "closed")}
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "chat_service_sid": None,
        "messaging_service_sid": None,
        "sid": None,
        "friendly_name": None,
        "unique_name": None,
        "attributes": "{}",
        "state": "active",
        "date_created": None,
        "date_updated": None,
        "timers": {},
        "bindings": None,
        "url": None,
        "links": None,
        "_next": 0,
        "_seconds": {},
    }
    indexes = ("account_sid", "chat_service_sid", "unique_name", "state")
    filters: ClassVar[Values] = {
        "EndDate": MOMENT,
        "StartDate": MOMENT,
        "State": FILTERED["State"],
    }

    @at("POST /Conversations", status=201)
    def create(self, call: Call, params: ConversationFields) -> Doc:
        """Open a conversation."""
        service = self.service_of(call)
        if (params.timers_inactive or params.timers_closed) and not params.state:
            raise refuse(50382)
        if params.state == "closed":
            raise refuse(50384)
        fields = self._checked(service["sid"], params)
        if wants_webhooks(call):
            draft = self.new(id="CH", chat_service_sid=service["sid"], **fields)
            told = self.params(draft) | {"ConversationSid": None}
            fields |= self.mirror.conversation_hooks.ask(call, draft, "onConversationAdd", told)
        doc = self.open(service, **fields)
        if wants_webhooks(call):
            self.tell(doc, "onConversationAdded")
        return self.view(doc)

    @at("POST /ConversationWithParticipants", status=202)
    def create_with_participants(self, call: Call, params: WithParticipants) -> Doc:
        """Open a conversation with everybody who takes part, or with nobody at all.

        Source: https://www.twilio.com/docs/conversations/api/conversation-with-participants-resource
        """
        participants = self.mirror.conversation_participants
        if len(params.participant) > MOST_AT_ONCE:
            raise wrong_value("Participant", f"there can be {MOST_AT_ONCE}")
        service = self.service_of(call)
        if (params.timers_inactive or params.timers_closed) and not params.state:
            raise refuse(50382)
        fields = self._checked(service["sid"], params)
        wanted: Any = participants.wanted(service, params.participant)
        doc = self.open(service, **fields)
        if wants_webhooks(call):
            self.tell(doc, "onConversationAdded")
        for each in wanted:
            participants.add(doc, is_told=wants_webhooks(call), **each)
        return self.view(self.get(doc["sid"]))

    @at("GET /Conversations")
    def list(self, call: Call) -> Doc:
        """List a service's conversations, of a state or of some days.

        Source: https://www.twilio.com/docs/conversations/api/conversation-resource
        """
        check(call.query, self.filters)
        where: Doc = {"chat_service_sid": self.service_of(call)["sid"]}
        if state := call.query.get("State"):
            where["state"] = state
        bounds = [_day(call, name) for name in ("StartDate", "EndDate")]

        def keep(doc: Doc) -> bool:
            first, last = bounds
            created = doc["date_created"]
            return (not first or created >= first) and (not last or created <= last)

        return self.listed(call, "conversations", keep=keep if any(bounds) else None, **where)

    @at("GET /Conversations/{Sid}")
    def fetch(self, call: Call, Sid: str) -> Doc:
        """Return one conversation, by SID or unique name."""
        return self.view(self.in_service(call, Sid, "unique_name"))

    @at("POST /Conversations/{Sid}")
    def update(self, call: Call, Sid: str, params: ConversationFields) -> Doc:
        """Change a conversation that isn't closed; timers begin anew."""
        doc = self._open_still(self.in_service(call, Sid, "unique_name"))
        fields = self._checked(doc["chat_service_sid"], params, doc)
        is_loud = wants_webhooks(call)
        if is_loud:
            told = self.params(doc | fields)
            fields |= self.mirror.conversation_hooks.ask(call, doc, "onConversationUpdate", told)
        state = fields.pop("state", doc["state"])
        before = doc["state"]
        doc = self.change(doc, **fields)
        if is_loud and fields:
            self.tell(doc, "onConversationUpdated")
        is_same = state == before
        doc = self._wind(doc) if is_same else self.enter(doc, state, "API", is_told=is_loud)
        return self.view(doc)

    @at("DELETE /Conversations/{Sid}", status=204)
    def delete(self, call: Call, Sid: str) -> None:
        """Remove a conversation with all that was said."""
        doc = self.in_service(call, Sid, "unique_name")
        if wants_webhooks(call):
            told = self.params(doc)
            self.mirror.conversation_hooks.ask(call, doc, "onConversationRemove", told)
            self.tell(doc, "onConversationRemoved")
        self.remove(doc)

    # What other nouns do.

    def open(self, service: Doc, **fields: object) -> Doc:
        """Put a conversation into a service, with the account's timers or its own."""
        defaults = self.mirror.setting(f"conversations {service['account_sid']}", {})
        doc = self.new(account_sid=service["account_sid"], chat_service_sid=service["sid"])
        doc["messaging_service_sid"] = defaults.get("default_messaging_service_sid")
        seconds = defaults.get("_seconds", {}) | fields.pop("_seconds", {})
        return self._wind(doc | fields | {"_seconds": seconds})

    def remove(self, doc: Doc) -> None:
        """Drop a conversation with all that belongs to it."""
        self.mirror.cancel_timers("conversations.expire", id=doc["sid"])
        for noun in CHILDREN:
            for child in self.mirror.nouns[noun].find(conversation_sid=doc["sid"]):
                self.mirror.nouns[noun].drop(child)
        self.drop(doc)

    def of_call(self, call: Call, *, is_open: bool = False) -> Doc:
        """Return the conversation that a path goes through.

        Raises:
            VendorError: there is none, or 50377: it must be open, and is closed.
        """
        doc = self.in_service(call, call.params["ConversationSid"], "unique_name")
        return self._open_still(doc) if is_open else doc

    def count_up(self, doc: Doc) -> Doc:
        """Note that something was said: the timers begin anew, and who was inactive is active.

        Source: https://www.twilio.com/docs/conversations/states-timers
        """
        doc = self.save(doc | {"_next": doc["_next"] + 1})
        if doc["state"] == "inactive":
            return self.enter(doc, "active", "EVENT")
        return self._wind(doc)

    def expire(self, id: str, state: str) -> None:
        """Let a timer change the state of a conversation."""
        doc = self.peek(id)
        if doc is not None and doc["state"] not in (state, "closed"):
            self.enter(doc, state, "TIMER")

    def enter(self, doc: Doc, state: str, reason: str, *, is_told: bool = True) -> Doc:
        """Let a conversation take a state, and tell so."""
        before = doc["state"]
        doc = self.change(doc, state=state)
        doc = self._wind(doc, is_anew=reason != "TIMER")
        if is_told:
            told = {
                "ConversationSid": doc["sid"],
                "ChatServiceSid": doc["chat_service_sid"],
                "MessagingServiceSid": doc["messaging_service_sid"],
                "StateFrom": before,
                "StateTo": state,
                "StateUpdated": doc["date_updated"],
                "Reason": reason,
            }
            self.mirror.conversation_hooks.tell(doc, "onConversationStateUpdated", told)
        return doc

    def tell(self, doc: Doc, event: str, source: str = "API") -> None:
        """Tell an event of a conversation."""
        self.mirror.conversation_hooks.tell(doc, event, self.params(doc), source=source)

    def params(self, doc: Doc) -> Doc:
        """Return what webhooks tell of a conversation."""
        return {
            "ConversationSid": doc["sid"],
            "ChatServiceSid": doc["chat_service_sid"],
            "MessagingServiceSid": doc["messaging_service_sid"],
            "FriendlyName": doc["friendly_name"],
            "UniqueName": doc["unique_name"],
            "Attributes": doc["attributes"],
            "State": doc["state"],
            "DateCreated": doc["date_created"],
            "DateUpdated": doc["date_updated"],
        }

    # Timers.

    def _wind(self, doc: Doc, *, is_anew: bool = True) -> Doc:
        """Set the timers of a conversation, from now on or as they were."""
        self.mirror.cancel_timers("conversations.expire", id=doc["sid"])
        timers = {} if is_anew else dict(doc["timers"])
        ahead = {"active": ("inactive", "closed"), "inactive": ("closed",)}.get(doc["state"], ())
        for state in ("inactive", "closed"):
            name, seconds = f"date_{state}", doc["_seconds"].get(state)
            if state not in ahead:
                timers.pop(name, None)
            elif seconds is not None:
                due = _read(timers[name]) if name in timers else None
                wait = (due - self.now) if due else timedelta(seconds=seconds)
                timers[name] = iso(self.now + wait)
                self.mirror.after(wait, "conversations.expire", id=doc["sid"], state=state)
        return self.save(doc | {"timers": timers})

    def _open_still(self, doc: Doc) -> Doc:
        if doc["state"] == "closed":
            raise refuse(50377)
        return doc

    def _checked(self, service: str, params: ConversationFields, doc: Doc | None = None) -> Doc:
        """Return the fields that a call asks for.

        Raises:
            VendorError: one of them can't be.
        """
        if params.email_address is not None or params.email_name is not None:
            raise unmirrored("Email in Conversations is")
        fields: Doc = {}
        if params.friendly_name is not None:
            fields["friendly_name"] = params.friendly_name or None
        if params.unique_name is not None:
            name = fields["unique_name"] = params.unique_name or None
            taken = name and self.first(chat_service_sid=service, unique_name=name)
            if taken and (doc is None or taken["sid"] != doc["sid"]):
                raise refuse(50353)
        if params.attributes is not None:
            fields["attributes"] = attributes_of(params.attributes)
        if params.messaging_service_sid is not None:
            fields["messaging_service_sid"] = self.messaging_service(params.messaging_service_sid)
        if params.state:
            fields["state"] = params.state
        for name in ("date_created", "date_updated"):
            if text := getattr(params, name):
                fields[name] = date_of(text)
        seconds = dict((doc or {}).get("_seconds", {}))
        if (wait := duration(params.timers_inactive, 50375)) is not None:
            seconds["inactive"] = wait
        if (wait := duration(params.timers_closed, 50376)) is not None:
            seconds["closed"] = wait
        if seconds:
            fields["_seconds"] = seconds
        return fields

    def messaging_service(self, sid: str) -> str | None:
        """Return the SID of a messaging service of the account.

        Raises:
            VendorError: it has none such.
        """
        doc = self.mirror.messaging_services.peek(sid)
        if sid and (doc is None or doc["account_sid"] != self.mirror.account_sid):
            raise refuse(50341)
        return sid or None

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a conversation."""
        return super().view(doc) | {"bindings": {}}

    def path_of(self, doc: Doc) -> str:
        """Return the path of a conversation."""
        return f"{self.root(doc['chat_service_sid'])}/Conversations/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the paths of what belongs to a conversation."""
        return {name: f"{self.path_of(doc)}/{path}" for name, path in LINKS.items()}


def date_of(text: str) -> str:
    """Return a date that a caller sets, as it is shown."""
    found = instant(text)
    assert found is not None, "the form has looked at it"
    return iso(found)


def _day(call: Call, name: str) -> str | None:
    text = call.query.get(name)
    return date_of(text) if text else None


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
