"""Billing alerts: told once, when a customer's usage has reached a threshold.

Source: https://docs.stripe.com/billing/subscriptions/usage-based/alerts
"""

from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, Nested, StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class AlertFilter(Nested):
    """Whose usage is watched."""

    type: Literal["customer"]
    customer: str | None = None


class UsageThreshold(Nested):
    """Which usage is watched, and from where on it is told."""

    gte: Annotated[int, Field(ge=1)]
    meter: str
    recurrence: Literal["one_time"]
    filters: Annotated[list[AlertFilter], Field(max_length=1)] | None = None


class CreateAlert(StripeParams):
    """Parameters of a new alert."""

    alert_type: Literal["usage_threshold"]
    title: Annotated[str, Field(max_length=256)]
    usage_threshold: UsageThreshold


class ListAlerts(ListParams):
    """Filters of the list."""

    alert_type: Literal["usage_threshold"] | None = None
    meter: str | None = None


class Alerts(StripeResource):
    """The alerts of the account. `_used` is what each customer used since, `_told` who is told."""

    entity, plural = "billing_alert", "billing_alerts"
    object, prefix, path = "billing.alert", "alrt", "/v1/billing/alerts"
    title, id_length = "alert", 12
    statuses = ("active", "archived", "inactive")
    indexes = ("status", "_meter")
    blank: ClassVar[Doc] = {
        "alert_type": "usage_threshold",
        "livemode": False,
        "status": "active",
        "title": "",
        "usage_threshold": None,
        "triggered_for": [],
        "_used": {},
    }

    more_fields = ("triggered_for",)

    def view(self, doc: Doc) -> Doc:
        """Show an alert without the customers for whom it has triggered."""
        shown = super().view(doc)
        shown.pop("triggered_for", None)
        return shown

    def usage_reported(self, meter: Doc, customer: str, value: Decimal) -> None:
        """Count a report, and tell of thresholds that it reaches. Fires: billing.alert.triggered.

        Source: https://docs.stripe.com/api/billing/alert/triggered
        """
        for alert in self.find(_meter=meter["id"], status="active", newest_first=False):
            threshold = alert["usage_threshold"]
            only = [each["customer"] for each in threshold["filters"] or () if each["customer"]]
            if (only and customer not in only) or customer in alert["triggered_for"]:
                continue
            before = Decimal(alert["_used"].get(customer, "0"))
            last = meter["default_aggregation"]["formula"] == "last"
            used = value if last else before + value
            alert["_used"] = {**alert["_used"], customer: str(used)}
            reached = used >= threshold["gte"]
            if reached:
                alert["triggered_for"] = [*alert["triggered_for"], customer]
            self.save(alert)
            if reached:
                told = {
                    "object": "billing.alert_triggered",
                    "alert": self.view(alert),
                    "created": self.at,
                    "customer": customer,
                    "livemode": False,
                    "value": int(used),
                }
                self.mirror.emit("billing.alert.triggered", {"object": told})

    @route("POST /v1/billing/alerts")
    def create(self, params: CreateAlert) -> Doc:
        """Watch the usage of a meter."""
        threshold = params.usage_threshold
        self.stripe.meters.named(threshold.meter, "usage_threshold[meter]")
        filters = [each.given() for each in threshold.filters or ()]
        for number, each in enumerate(filters):
            where = f"usage_threshold[filters][{number}][customer]"
            if each.get("customer") is None:
                raise errors.invalid(f"Missing required param: {where}.", where)
            self.stripe.customers.live(each["customer"], where)
        shown = {
            "filters": filters or None,
            "gte": threshold.gte,
            "meter": threshold.meter,
            "recurrence": threshold.recurrence,
        }
        fields = {"alert_type": params.alert_type, "title": params.title}
        return self.view(
            self.save(self.new(**fields, usage_threshold=shown, _meter=threshold.meter))
        )

    @route("GET /v1/billing/alerts/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return an alert."""
        return self.view(self.get(id))

    @route("GET /v1/billing/alerts")
    def index(self, params: ListAlerts) -> Doc:
        """List alerts that aren't archived."""
        where: dict[str, Any] = {} if params.meter is None else {"_meter": params.meter}
        kind = params.alert_type

        def keep(alert: Doc) -> bool:
            return alert["status"] != "archived" and kind in (None, alert["alert_type"])

        return self.listed(params, keep=keep, **where)

    @route("POST /v1/billing/alerts/{id}/activate")
    def activate(self, id: str) -> Doc:
        """Let an alert trigger again."""
        return self._become(id, "active", {"triggered_for": []})

    @route("POST /v1/billing/alerts/{id}/deactivate")
    def deactivate(self, id: str) -> Doc:
        """Let an alert be silent."""
        return self._become(id, "inactive")

    @route("POST /v1/billing/alerts/{id}/archive")
    def archive(self, id: str) -> Doc:
        """Put an alert away, for good."""
        return self._become(id, "archived")

    def _become(self, id: str, status: str, more: Doc | None = None) -> Doc:
        alert = self.get(id)
        if alert["status"] == "archived":
            raise errors.invalid(f"The alert {id} is archived and can't be changed.")
        if alert["status"] == status:
            raise errors.invalid(f"The alert {id} is already {status}.")
        return self.view(self.save(alert | {"status": status} | (more or {})))
