"""Meter events: one report of usage each, and how to take one back.

Source: https://docs.stripe.com/api/billing/meter-event
"""

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.clock import iso
from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors, v2
from mirra_mcp.local.mirrors.stripe.api.forms.params import Nested, StripeParams, Timestamp
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

DAY = 86400
OLDEST, NEWEST = 35 * DAY, 300
"""How far back, and ahead, a report may be."""
LATER = timedelta(seconds=2)
WRONG = {
    "archived_meter": "The meter for event name '{0}' is inactive.",
    "meter_event_customer_not_found": "The customer of the event '{0}' was not found.",
    "meter_event_invalid_value": "The value of the event '{0}' is not a number.",
    "meter_event_no_customer_defined": "The event '{0}' names no customer in its payload.",
    "no_meter": "No meter was found for event name '{0}'.",
    "timestamp_in_future": "The event '{0}' is more than 5 minutes in the future.",
    "timestamp_too_far_in_past": "The event '{0}' is more than 35 days in the past.",
}
"""What can be wrong with a report, by Stripe's codes; the words are ours."""


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

    more_fields = ("counted",)

    def view(self, doc: Doc) -> Doc:
        """Show a report without the id that it is kept under."""
        shown = super().view(doc)
        del shown["id"]
        shown.pop("counted", None)
        return shown

    def of(self, meter: Doc, customer: str) -> list[Doc]:
        """List a customer's reports to a meter, oldest first."""
        found = self.find(_usage=f"{meter['event_name']}:{customer}", newest_first=False)
        return [event for event in found if not event.get("_canceled")]

    @route("POST /v1/billing/meter_events")
    def create(self, params: CreateMeterEvent) -> Doc:
        """Report usage; what is wrong with a report is told later, by a thin event.

        Fires: what alerts and thresholds do that it reaches.
        """
        names = ("event_name", "identifier", "payload", "timestamp")
        return self.view(self.reported({name: getattr(params, name) for name in names}))

    def is_used(self, identifier: str) -> bool:
        """Tell whether a report of the last 24 hours has an identifier."""
        return any(each["created"] > self.at - DAY for each in self.find(identifier=identifier))

    def reported(self, given: Doc, *, at_once: bool = False) -> Doc:
        """Take a report; what is wrong with it is refused `at_once`, or told later.

        Fires: what alerts and thresholds do that it reaches.

        Raises:
            VendorError: the identifier was used, or what is wrong, `at_once`.
        """
        identifier = given["identifier"] or self.mirror.ids.uuid()
        if self.is_used(identifier):
            raise errors.invalid(
                f"An event already exists with identifier {identifier}.", "identifier"
            )
        meter = self.stripe.meters.active(given["event_name"])
        customer = self._customer(meter, given["payload"])
        self.stripe.test_clocks.enter(customer)
        at = self.at if given["timestamp"] is None else given["timestamp"]
        doc = self.new(**given | {"identifier": identifier, "timestamp": at})
        problem = self._problem(doc, meter, customer)
        if problem is not None or meter is None or customer is None:
            if at_once:
                code = problem or "no_meter"
                message = WRONG[code].format(given["event_name"])
                raise errors.error(400, "invalid_request_error", message, code=code)
            self.mirror.after(LATER, "meter_events.report", code=problem, id=doc["id"])
            return self.save(doc)
        value = _value(meter, given["payload"])
        doc |= {"_usage": f"{given['event_name']}:{customer['id']}", "_value": str(value)}
        doc["counted"] = True
        self.save(doc)
        self.stripe.billing_alerts.usage_reported(meter, customer["id"], value)
        self.stripe.subscriptions.usage_reported(meter["id"], customer["id"])
        return doc

    def report(self, id: str, code: str) -> None:
        """Tell that a report counts for nobody. Called by a timer, as Stripe looks at them later.

        Fires: v1.billing.meter.error_report_triggered, or v1.billing.meter.no_meter_found.
        Source: https://docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api
        """
        event = self.get(id)
        meter = self.stripe.meters.first(event_name=event["event_name"])
        kind = "no_meter_found" if meter is None else "error_report_triggered"
        sample = {
            "error_message": WRONG[code].format(event["event_name"]),
            "request": {"identifier": event["identifier"]},
        }
        data = {
            "developer_message_summary": "There is 1 invalid event",
            "reason": {
                "error_count": 1,
                "error_types": [{"code": code, "error_count": 1, "sample_errors": [sample]}],
            },
            "validation_end": iso(self.now),
            "validation_start": iso(self.now - LATER),
        }
        about = None
        if meter is not None:
            about = v2.related(self.stripe.meters.object, meter["id"], self.stripe.meters.path)
        self.stripe.core_events.announce(f"v1.billing.meter.{kind}", about, data)

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
        self.save(event | {"_canceled": True, "counted": False})
        return {
            "object": "billing.meter_event_adjustment",
            "cancel": {"identifier": identifier},
            "event_name": params.event_name,
            "livemode": False,
            "status": "pending",
            "type": "cancel",
        }

    def _customer(self, meter: Doc | None, payload: dict[str, str]) -> Doc | None:
        """Return whose usage an event reports, if there is such a customer."""
        key = meter["customer_mapping"]["event_payload_key"] if meter else "stripe_customer_id"
        found = self.stripe.customers.peek(payload.get(key, ""))
        return found

    def _problem(self, event: Doc, meter: Doc | None, customer: Doc | None) -> str | None:
        """Return the code of what is wrong with a report; None: nothing."""
        if meter is None:
            stopped = self.stripe.meters.first(event_name=event["event_name"])
            return "no_meter" if stopped is None else "archived_meter"
        if not event["payload"].get(meter["customer_mapping"]["event_payload_key"]):
            return "meter_event_no_customer_defined"
        if customer is None:
            return "meter_event_customer_not_found"
        if _value(meter, event["payload"]).is_nan():
            return "meter_event_invalid_value"
        if event["timestamp"] < self.at - OLDEST:
            return "timestamp_too_far_in_past"
        if event["timestamp"] > self.at + NEWEST:
            return "timestamp_in_future"
        return None

    def _late(self, message: str) -> VendorError:
        return errors.invalid(message, "cancel[identifier]")


def _value(meter: Doc, payload: dict[str, str]) -> Decimal:
    """Return how much an event reports; not a number where it says none."""
    sent = payload.get(meter["value_settings"]["event_payload_key"])
    if sent is None and meter["default_aggregation"]["formula"] == "count":
        return Decimal(1)
    try:
        value = Decimal(sent or "")
    except InvalidOperation:
        return Decimal("NaN")
    return value if value.is_finite() else Decimal("NaN")
