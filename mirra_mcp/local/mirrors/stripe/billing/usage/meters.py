"""Billing meters: what customers use, added up. Source: https://docs.stripe.com/api/billing/meter"""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    ListParams,
    Nested,
    StripeParams,
    Timestamp,
)
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

WINDOWS = {"hour": 3600, "day": 86400}
MINUTE = 60


class Aggregation(Nested):
    """How the values of a period become one."""

    formula: Literal["count", "last", "sum"]


class CustomerMapping(Nested):
    """Which key of an event's payload names the customer."""

    event_payload_key: str
    type: Literal["by_id"]


class ValueSettings(Nested):
    """Which key of an event's payload has the value."""

    event_payload_key: str


class CreateMeter(StripeParams):
    """Parameters of a new meter."""

    display_name: Annotated[str, Field(max_length=250)]
    event_name: Annotated[str, Field(max_length=100)]
    default_aggregation: Aggregation
    customer_mapping: CustomerMapping | None = None
    event_time_window: Literal["day", "hour"] | None = None
    value_settings: ValueSettings | None = None


class UpdateMeter(StripeParams):
    """What may change of a meter."""

    display_name: Annotated[str, Field(max_length=250)] = ""


class ListMeters(ListParams):
    """Filters of the list."""

    status: Literal["active", "inactive"] | None = None


class ListSummaries(ListParams):
    """Whose usage to add up, and when."""

    customer: str
    start_time: Timestamp
    end_time: Timestamp
    value_grouping_window: Literal["day", "hour"] | None = None


class Meters(StripeResource):
    """The meters of the account."""

    entity, plural = "meter", "meters"
    object, prefix, path = "billing.meter", "mtr_test", "/v1/billing/meters"
    title, id_length = "meter", 32
    indexes = ("status", "event_name")
    blank: ClassVar[Doc] = {
        "created": None,
        "customer_mapping": {"event_payload_key": "stripe_customer_id", "type": "by_id"},
        "default_aggregation": {"formula": "sum"},
        "display_name": "",
        "event_name": "",
        "event_time_window": None,
        "livemode": False,
        "status": "active",
        "status_transitions": {"deactivated_at": None},
        "updated": None,
        "value_settings": {"event_payload_key": "value"},
    }

    # What other nouns use.

    def active(self, event_name: str) -> Doc | None:
        """Return the meter that counts events of a name, or None."""
        return self.first(event_name=event_name, status="active")

    def usage(self, meter_id: str, customer: str, start: int, end: int) -> Decimal:
        """Return what a customer used from `start` until just before `end`.

        Source: https://docs.stripe.com/billing/subscriptions/usage-based/meters/configure
        """
        meter = self.get(meter_id)
        values = [
            (event["timestamp"], Decimal(event["_value"]))
            for event in self.stripe.meter_events.of(meter, customer)
            if start <= event["timestamp"] < end
        ]
        match meter["default_aggregation"]["formula"]:
            case "count":
                return Decimal(len(values))
            case "last":
                return max(values, key=lambda each: each[0])[1] if values else Decimal(0)
        return sum((value for _, value in values), Decimal(0))

    # Endpoints.

    @route("POST /v1/billing/meters")
    def create(self, params: CreateMeter) -> Doc:
        """Create a meter. Fires: billing.meter.created."""
        if self.active(params.event_name) is not None:
            raise errors.invalid(
                f"An active meter already exists for event_name '{params.event_name}'.",
                "event_name",
            )
        given = {name: value for name, value in params.given().items() if value is not None}
        return self.view(
            self.save(self.new(**given, updated=self.at), event="billing.meter.created")
        )

    @route("GET /v1/billing/meters/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a meter."""
        return self.view(self.get(id))

    @route("POST /v1/billing/meters/{id}")
    def update(self, id: str, params: UpdateMeter) -> Doc:
        """Rename a meter. Fires: billing.meter.updated."""
        doc = self.patched(self.get(id), params.given()) | {"updated": self.at}
        return self.view(self.save(doc, event="billing.meter.updated"))

    @route("GET /v1/billing/meters")
    def index(self, params: ListMeters) -> Doc:
        """List meters."""
        where: dict[str, Any] = {} if params.status is None else {"status": params.status}
        return self.listed(params, **where)

    @route("POST /v1/billing/meters/{id}/deactivate")
    def deactivate(self, id: str) -> Doc:
        """Stop a meter: it takes no more events. Fires: billing.meter.deactivated."""
        meter = self.get(id)
        if meter["status"] == "inactive":
            raise errors.invalid(f"The meter {id} is already inactive.", "id")
        stopped = {"status": "inactive", "status_transitions": {"deactivated_at": self.at}}
        return self.view(
            self.save(meter | stopped | {"updated": self.at}, event="billing.meter.deactivated")
        )

    @route("POST /v1/billing/meters/{id}/reactivate")
    def reactivate(self, id: str) -> Doc:
        """Start a meter again. Fires: billing.meter.reactivated."""
        meter = self.get(id)
        if meter["status"] == "active":
            raise errors.invalid(f"The meter {id} is already active.", "id")
        if self.active(meter["event_name"]) is not None:
            raise errors.invalid(
                f"An active meter already exists for event_name '{meter['event_name']}'.",
                "event_name",
            )
        started = {"status": "active", "status_transitions": {"deactivated_at": None}}
        return self.view(
            self.save(meter | started | {"updated": self.at}, event="billing.meter.reactivated")
        )

    @route("GET /v1/billing/meters/{id}/event_summaries")
    def summaries(self, id: str, params: ListSummaries) -> Doc:
        """Add up a customer's usage, in windows of an hour or a day if asked for.

        Source: https://docs.stripe.com/api/billing/meter-event-summary/list
        """
        meter = self.get(id)
        self.stripe.customers.live(params.customer)
        start, end = params.start_time, params.end_time
        window = WINDOWS.get(params.value_grouping_window or "")
        for name, instant in (("start_time", start), ("end_time", end)):
            if instant % (window or MINUTE):
                unit = params.value_grouping_window or "minute"
                raise errors.invalid(f"`{name}` must be aligned with {unit} boundaries.", name)
        if end <= start:
            raise errors.invalid("`end_time` must be after `start_time`.", "end_time")
        spans = [(start, end)]
        if window is not None:
            used = {
                event["timestamp"] - event["timestamp"] % window
                for event in self.stripe.meter_events.of(meter, params.customer)
                if start <= event["timestamp"] < end
            }
            spans = [(each, each + window) for each in sorted(used, reverse=True)]
        rows = [self._summary(id, params.customer, *span) for span in spans]
        url = f"/v1/billing/meters/{id}/event_summaries"
        return page_of(rows, params, url, "meter event summary")

    def _summary(self, meter: str, customer: str, start: int, end: int) -> Doc:
        value = self.usage(meter, customer, start, end)
        return {
            "id": f"mtrusg_test_{meter[-8:]}{start}{end}",
            "object": "billing.meter_event_summary",
            "aggregated_value": int(value) if value == int(value) else float(value),
            "end_time": end,
            "livemode": False,
            "meter": meter,
            "start_time": start,
        }
