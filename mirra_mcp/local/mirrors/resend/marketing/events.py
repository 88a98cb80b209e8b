"""Events: what an application tells about its contacts; each may start automations.

Source: https://resend.com/docs/api-reference/events/create-event and
https://resend.com/docs/dashboard/automations/custom-events
"""

from datetime import datetime
from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.addresses import EMAIL
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.marketing.params import CreateEvent, SendEvent, UpdateEvent
from mirra_mcp.wire.model import Doc

RESERVED = "resend:"


class Events(ResendResource):
    """Named events and what their payloads hold."""

    entity, plural = "event", "events"
    title, object = "Event", "event"
    blank = {
        "object": "event",
        "id": None,
        "name": None,
        "schema": None,
        "created_at": None,
        "updated_at": None,
    }
    indexes = ("name",)

    @route("POST /events", status=201)
    def create(self, params: CreateEvent) -> Doc:
        """Define an event; names that begin with `resend:` are Resend's own.

        Source: https://resend.com/docs/api-reference/events/create-event
        """
        _must_not_be_reserved("name", params.name)
        if self.first(name=params.name):
            raise errors.validation_error(f"An event named `{params.name}` already exists.")
        return self.ref(self.save(self.new(name=params.name, schema=params.fields)))

    @route("GET /events")
    def list(self, params: Paging) -> Doc:
        """List the events, newest first.

        Source: https://resend.com/docs/api-reference/events/list-events
        """
        return self.listed(params)

    @route("GET /events/{identifier}")
    def retrieve(self, identifier: str) -> Doc:
        """Return an event by its id or name.

        Source: https://resend.com/docs/api-reference/events/get-event
        """
        return self.view(self.the(identifier))

    @route("PATCH /events/{identifier}")
    def update(self, identifier: str, params: UpdateEvent) -> Doc:
        """Give an event another schema; null removes it.

        Source: https://resend.com/docs/api-reference/events/update-event
        """
        changed = {"schema": params.fields, "updated_at": stamp(self.now)}
        return self.ref(self.save(self.the(identifier) | changed))

    @route("DELETE /events/{identifier}")
    def delete(self, identifier: str) -> Doc:
        """Remove an event by its id or name.

        Source: https://resend.com/docs/api-reference/events/delete-event
        """
        event = self.the(identifier)
        self.drop(event)
        return self.ref(event, deleted=True)

    @route("POST /events/send", status=202)
    def send(self, params: SendEvent) -> Doc:
        """Tell what happened to a contact: every enabled automation with this trigger runs.

        If the event is defined with a schema, the payload must fit it. An unknown email address
        becomes a contact when an automation runs for it.

        Fires: contact.created, for an unknown address; then what the automations do.
        Source: https://resend.com/docs/api-reference/events/send-event
        """
        if (params.contact_id is None) == (params.email is None):
            raise errors.validation_error(
                "Exactly one of `contact_id` or `email` must be provided."
            )
        _must_not_be_reserved("event", params.event)
        if params.email is not None and not EMAIL.fullmatch(params.email):
            raise errors.invalid_address("email")
        if params.contact_id is not None:
            self.mirror.contacts.the(params.contact_id)
        payload = self._fitting(params.event, params.payload or {})
        self.mirror.automations.hear(params.event, params.contact_id, params.email, payload)
        return {"object": "event", "event": params.event}

    def the(self, identifier: str) -> Doc:
        """Return an event by its id or name.

        Raises:
            VendorError: there is none.
        """
        event = self.peek(identifier) or self.first(name=identifier)
        if event is None:
            raise self.missing(identifier)
        return event

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of an event.

        Source: https://github.com/resend/resend-openapi (EventSummary)
        """
        return {key: value for key, value in doc.items() if key != "object"}

    def _fitting(self, name: str, payload: Doc) -> Doc:
        """Return a payload with its values in the types of the schema.

        Source: https://resend.com/docs/api-reference/events/send-event (validated and coerced)
        """
        event = self.first(name=name)
        if event is None or event["schema"] is None:
            return payload
        coerced = dict(payload)
        for key, type in event["schema"].items():
            if key in payload:
                coerced[key] = _coerced(f"payload.{key}", type, payload[key])
        return coerced


def _must_not_be_reserved(field: str, name: str) -> None:
    if name.startswith(RESERVED):
        raise errors.validation_error(
            f"The `{field}` field can't start with the reserved `{RESERVED}` prefix."
        )


def _coerced(field: str, type: str, value: Any) -> Any:
    """Return a value in a type of a schema.

    Raises:
        VendorError: it can't be one.
    """
    try:
        return COERCE[type](value)
    except (TypeError, ValueError, KeyError):
        raise errors.wrong_type(field, type) from None


def _string(value: Any) -> str:
    if isinstance(value, dict | list) or value is None:
        raise TypeError(value)
    return str(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    return value if isinstance(value, int | float) else float(value)


def _boolean(value: Any) -> bool:
    return value if isinstance(value, bool) else {"true": True, "false": False}[value]


def _date(value: Any) -> str:
    datetime.fromisoformat(value)
    return str(value)


COERCE = {"string": _string, "number": _number, "boolean": _boolean, "date": _date}
