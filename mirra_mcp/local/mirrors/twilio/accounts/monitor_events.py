"""Monitor's events: who created, changed or deleted what.

Calls of the API are told; what simulated events, timers and fixtures do isn't.

Source: https://www.twilio.com/docs/usage/monitor-events
    https://github.com/twilio/twilio-oai (twilio_monitor_v1, its examples)
"""

from datetime import datetime
from hashlib import blake2b
from typing import Any, ClassVar

from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.dates import day, iso
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

MADE, DELETED = frozenset(("created", "updated")), frozenset(("deleted",))
AUDITED: dict[str, tuple[str, frozenset[str]]] = {
    "accounts": ("account", MADE),
    "applications": ("application", MADE | DELETED),
    "incoming_phone_numbers": ("phone-number", MADE | DELETED),
    "outgoing_caller_ids": ("caller-id", MADE | DELETED),
    "short_codes": ("shortcode", MADE | DELETED),
    "messages": ("message", DELETED),
    "media": ("message-media", DELETED),
    "calls": ("call", DELETED),
    "recordings": ("recording", DELETED),
}
"""By noun how Monitor calls it, and what is told of it."""
ASKED = {
    "ActorSid": "actor_sid",
    "EventType": "event_type",
    "ResourceSid": "resource_sid",
    "SourceIpAddress": "source_ip_address",
}
HERE = "127.0.0.1"
"""Where calls come from: ours."""
UNTOLD = frozenset(("id", "sid", "date_created", "date_updated"))


class MonitorEvents(TwilioResource):
    """The events of every account."""

    entity, plural, prefix = "monitor_event", "monitor_events", "AE"
    synonyms, names, is_record = ("audit event",), ("event_type",), True
    indexes = ("account_sid", *ASKED.values())
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "actor_sid": None,
        "actor_type": "account",
        "description": None,
        "event_data": None,
        "event_date": None,
        "event_type": None,
        "resource_sid": None,
        "resource_type": None,
        "source": "api",
        "source_ip_address": HERE,
        "url": None,
        "links": None,
    }

    @route("GET /v1/Events")
    def list(self, call: Call) -> Doc:
        """List the account's events, newest first: of an actor, a type, a resource or some days."""
        asked = call.query
        where: dict[str, Any] = {
            field: asked[name] for name, field in ASKED.items() if asked.get(name)
        }
        start, end = asked.get("StartDate"), asked.get("EndDate")
        since = day("StartDate", start)[0] if start else None
        until = day("EndDate", end)[0] if end else None

        def keep(doc: Doc) -> bool:
            at = datetime.fromisoformat(doc["event_date"])
            return (since is None or at >= since) and (until is None or at <= until)

        return self.listed(call, "events", keep=keep if since or until else None, **where)

    @route("GET /v1/Events/{Sid}")
    def fetch(self, Sid: str) -> Doc:
        """Return one event."""
        return self.view(self.get(Sid))

    def note(self, noun: Resource, before: Doc | None, after: Doc | None) -> None:
        """Tell what a call did to a document, if that is told of its kind."""
        kind, told = AUDITED[noun.plural]
        action = "deleted" if after is None else "updated" if before else "created"
        doc = after or before or {}
        if action not in told:
            return
        properties = None if after is None else _differences(noun, before or {}, after)
        if action == "updated" and not properties:
            return
        sid = self._sid(doc["id"])
        self.save(
            self.new(
                id=sid,
                account_sid=doc.get("owner_account_sid") or doc.get("account_sid") or doc["id"],
                actor_sid=self.mirror.account_sid,
                event_data=properties and {"resource_properties": properties},
                event_date=iso(self.now),
                event_type=f"{kind}.{action}",
                resource_sid=doc["id"],
                resource_type=kind,
            )
        )

    def _sid(self, resource: str) -> str:
        """Return a SID that takes none of the ids that others are given."""
        count = self.count(resource_sid=resource)
        text = f"{resource}:{count}".encode()
        return self.prefix + blake2b(text, digest_size=16).hexdigest()

    def path_of(self, doc: Doc) -> str:
        """Return the path of an event."""
        return f"/v1/Events/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the path of who did it."""
        return {"actor": f"/2010-04-01/Accounts/{doc['actor_sid']}.json"}


def _differences(noun: Resource, before: Doc, after: Doc) -> Doc:
    hidden = UNTOLD | {*noun.secret_fields} | {*noun.unshown}
    return {
        name: {"previous": before.get(name), "updated": value}
        for name, value in after.items()
        if name[0] != "_" and name not in hidden and before.get(name) != value
    }
