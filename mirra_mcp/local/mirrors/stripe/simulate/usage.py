"""What customers use. Source: https://docs.stripe.com/billing/subscriptions/usage-based"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.wire.model import Doc

AlertId = Annotated[
    str | None, Field(description="The alert (alrt_...); the only active one, if left out.")
]
CustomerId = Annotated[
    str | None, Field(description="The customer (cus_...); the only one, if left out.")
]


@story("billing.alert.triggered")
def alert_triggered(stripe: Peers, alert: AlertId = None, customer: CustomerId = None) -> Doc:
    """A customer's usage reaches the threshold of an alert: what is missing is reported.

    Fires: billing.alert.triggered, and what thresholds of subscriptions do.
    Source: https://docs.stripe.com/billing/subscriptions/usage-based/alerts
    """
    doc = the_one(stripe.billing_alerts, alert, "alert", status="active")
    who = the_one(stripe.customers, customer, "customer")["id"]
    threshold = doc["usage_threshold"]
    only = [each["customer"] for each in threshold["filters"] or ()]
    if who in doc["triggered_for"] or (only and who not in only):
        raise SimulateError(
            f"Alert '{doc['id']}' can't trigger for customer '{who}': it has, or watches others.",
            "Name another customer, or activate the alert anew.",
        )
    meter = stripe.meters.get(threshold["meter"])
    if meter["status"] != "active":
        raise SimulateError(
            f"Meter '{meter['id']}' of alert '{doc['id']}' is inactive.", "Reactivate it first."
        )
    missing = max(threshold["gte"] - int(float(doc["_used"].get(who, "0"))), 1)
    payload = {
        meter["customer_mapping"]["event_payload_key"]: who,
        meter["value_settings"]["event_payload_key"]: str(missing),
    }
    given = {"event_name": meter["event_name"], "identifier": None, "timestamp": None}
    stripe.meter_events.reported({**given, "payload": payload}, at_once=True)
    return stripe.billing_alerts.view(stripe.billing_alerts.get(doc["id"]))
