"""Meter events: one report of usage each, and how to take one back.

Source: https://docs.stripe.com/api/billing/meter-event
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import Nested, StripeParams, Timestamp
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

DAY = 86400
OLDEST, NEWEST = 35 * DAY, 300
"""How far back, and ahead, a report may be."""


class CreateMeterEvent(StripeParams):
    """Parameters of a new report."""

    event_name: Annotated[str, Field(max_length=100)]
    payload: dict[str, str]
    identifier: Annotated[str, Field(max_length=100)] | None = None
    timestamp: Timestamp | None = None


class Cancel(Nested):
    """Which report to take back."""

    identifier: Annotated[str, Field(max_length=100)] | None = None


class CreateAdjustment(StripeParams):
    """Parameters of an adjustment."""

    event_name: Annotated[str, Field(max_length=100)]
    type: Literal["cancel"]
    cancel: Cancel | None = None


class MeterEvents(StripeResource):
    """The reports of usage. They have no id of their own on the wire."""

    entity, plural = "meter_event", "meter_events"
    object, prefix = "billing.meter_event", "mtrevt"
    indexes = ("_usage", "identifier")
    blank: ClassVar[Doc] = {
        "created": None,
        "event_name": "",
        "identifier": "",
        "livemode": False,
        "payload": {},
        "timestamp": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Show a report without the id that it is kept under."""
        shown = super().view(doc)
        del shown["id"]
        return shown

    def of(self, meter: Doc, customer: str) -> list[Doc]:
        """List a customer's reports to a meter, oldest first."""
        found = self.find(_usage=f"{meter['event_name']}:{customer}", newest_first=False)
        return [event for event in found if not event.get("_canceled")]

    @route("POST /v1/billing/meter_events")
    def create(self, params: CreateMeterEvent) -> Doc:
        """Report usage. Fires: what alerts and thresholds do that it reaches."""
        meter = self.stripe.meters.active(params.event_name)
        if meter is None:
            raise errors.invalid(
                f"No active meter found for event name '{params.event_name}'.", "event_name"
            )
        customer, value = self._read(meter, params.payload)
        self.stripe.test_clocks.enter(self.stripe.customers.get(customer))
        at = self.at if params.timestamp is None else params.timestamp
        if at < self.at - OLDEST:
            raise errors.invalid(
                "The timestamp must be within the past 35 calendar days.",
                "timestamp",
                "timestamp_too_far_in_past",
            )
        if at > self.at + NEWEST:
            raise errors.invalid(
                "The timestamp must not be more than 5 minutes in the future.",
                "timestamp",
                "timestamp_in_future",
            )
        identifier = params.identifier or self.mirror.ids.uuid()
        if any(each["created"] > self.at - DAY for each in self.find(identifier=identifier)):
            raise errors.invalid(
                f"An event already exists with identifier {identifier}.", "identifier"
            )
        doc = self.new(
            event_name=params.event_name,
            identifier=identifier,
            payload=params.payload,
            timestamp=at,
            _usage=f"{params.event_name}:{customer}",
            _value=str(value),
        )
        shown = self.view(self.save(doc))
        self.stripe.billing_alerts.usage_reported(meter, customer, value)
        self.stripe.subscriptions.usage_reported(meter["id"], customer)
        return shown

    @route("POST /v1/billing/meter_event_adjustments")
    def adjust(self, params: CreateAdjustment) -> Doc:
        """Take a report of the last 24 hours back.

        Source: https://docs.stripe.com/api/billing/meter-event-adjustment
        """
        identifier = params.cancel.identifier if params.cancel else None
        if identifier is None:
            raise errors.invalid(
                "Missing required param: cancel[identifier].",
                "cancel[identifier]",
                "parameter_missing",
            )
        event = next(
            (
                each
                for each in self.find(identifier=identifier)
                if each["event_name"] == params.event_name
            ),
            None,
        )
        if event is None:
            raise errors.missing("meter event", identifier, "cancel[identifier]", status=400)
        if event.get("_canceled"):
            raise self._late(f"The meter event {identifier} was canceled already.")
        if event["created"] < self.at - DAY:
            raise self._late("Only meter events of the last 24 hours can be canceled.")
        self.save(event | {"_canceled": True})
        return {
            "object": "billing.meter_event_adjustment",
            "cancel": {"identifier": identifier},
            "event_name": params.event_name,
            "livemode": False,
            "status": "pending",
            "type": "cancel",
        }

    def _read(self, meter: Doc, payload: dict[str, str]) -> tuple[str, Decimal]:
        """Return whose usage an event reports, and how much."""
        key = meter["customer_mapping"]["event_payload_key"]
        customer = payload.get(key)
        if not customer:
            raise errors.invalid(
                f"The payload must have the customer's id as '{key}'.", f"payload[{key}]"
            )
        self.stripe.customers.live(customer, f"payload[{key}]")
        key = meter["value_settings"]["event_payload_key"]
        sent = payload.get(key)
        if sent is None and meter["default_aggregation"]["formula"] == "count":
            return customer, Decimal(1)
        try:
            value = Decimal(sent or "")
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise errors.invalid(
                f"The payload must have a number as '{key}'.",
                f"payload[{key}]",
                "meter_event_invalid_value",
            )
        return customer, value

    def _late(self, message: str) -> VendorError:
        return errors.invalid(message, "cancel[identifier]")
