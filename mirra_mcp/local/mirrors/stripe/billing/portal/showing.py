"""What the portal's page tells a customer: plans, cards, details and invoices."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mirra_mcp.local.mirrors.stripe.api.forms.countries import named
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.billing.portal.changes import FEEDBACK
from mirra_mcp.wire.model import Doc

LIVE = ("active", "trialing", "past_due", "unpaid", "paused", "incomplete")


def day(at: int | None) -> str:
    """Return a date as people read it: `4 May 2026`."""
    if at is None:
        return ""
    moment = datetime.fromtimestamp(at, UTC)
    return f"{moment.day} {moment:%B %Y}"


def values_of(stripe: Peers, session: Doc, at: str, form: Mapping[str, str]) -> dict[str, Any]:
    """Return what the template reads at a step: `at` is empty on the first page."""
    owner = stripe.customers.get(session["customer"])
    configuration = stripe.portal_configurations.get(session["configuration"])
    features, flow = configuration["features"], session["flow"] or {}
    profile = configuration["business_profile"]
    subs = [sub for sub in stripe.subscriptions.find(customer=owner["id"]) if sub["status"] in LIVE]
    named_sub = form.get("subscription") or (flow.get(flow.get("type", "")) or {}).get(
        "subscription"
    )
    chosen = next((sub for sub in subs if sub["id"] == named_sub), None)
    if chosen is None and at in ("cancel", "update", "confirm"):
        at = ""
    update = features["subscription_update"]
    return {
        "at": at,
        "shop": stripe.checkout_sessions.shop(),
        "headline": profile["headline"],
        "links": [(text, profile[name]) for name, text in (
            ("terms_of_service_url", "Terms"), ("privacy_policy_url", "Privacy")
        ) if profile[name]],
        "back": session["return_url"],
        "features": features,
        "owner": owner,
        "plans": [_plan(stripe, sub) for sub in subs],
        "plan": _plan(stripe, chosen) if chosen else None,
        "choices": [_choice(stripe, price) for price in stripe.portal_sessions.choices(update)],
        "change": _change(stripe, flow, form, chosen) if chosen and at == "confirm" else None,
        "reasons": [
            (reason, FEEDBACK.get(reason, reason.replace("_", " ")))
            for reason in features["subscription_cancel"]["cancellation_reason"]["options"]
        ],
        "methods": _methods(stripe, owner),
        "invoices": _invoices(stripe, owner) if features["invoice_history"]["enabled"] else [],
        "countries": named(),
        "flowing": bool(flow),
    }  # fmt: skip


def _plan(stripe: Peers, sub: Doc) -> dict[str, Any]:
    item = sub["items"]["data"][0]
    price, quantity = item["price"], item.get("quantity")
    end = day(sub["current_period_end"])
    ends = sub["cancel_at_period_end"] or sub["cancel_at"] is not None
    when = f"Renews on {end}."
    if ends:
        when = f"Ends on {day(sub['cancel_at']) or end}."
    elif sub["status"] == "trialing":
        when = f"The trial ends on {day(sub['trial_end'])}."
    elif sub["status"] in ("past_due", "unpaid", "incomplete"):
        when = "The last payment failed."
    elif sub["status"] == "paused":
        when = "The plan is paused."
    return {
        "id": sub["id"],
        "name": _choice(stripe, stripe.prices.get(price["id"]))["name"],
        "price": _choice(stripe, stripe.prices.get(price["id"]))["text"],
        "price_id": price["id"],
        "quantity": quantity,
        "more": len(sub["items"]["data"]) - 1,
        "status": sub["status"].replace("_", " "),
        "good": sub["status"] in ("active", "trialing") and not ends,
        "ends": ends,
        "end": end,
        "when": when,
    }


def _choice(stripe: Peers, price: Doc) -> dict[str, Any]:
    product = stripe.products.peek(price["product"]) or {}
    recurring = price["recurring"] or {"interval": "month", "interval_count": 1}
    count, unit = recurring["interval_count"], recurring["interval"]
    often = f"per {unit}" if count == 1 else f"every {count} {unit}s"
    amount = price["unit_amount"]
    text = often if amount is None else f"{money.show(amount, price['currency'])} {often}"
    return {"id": price["id"], "name": product.get("name") or "Plan", "text": text}


def _change(stripe: Peers, flow: Doc, form: Mapping[str, str], sub: Doc) -> dict[str, Any]:
    """Return the plan and quantity that a customer is about to confirm."""
    wanted = flow.get("subscription_update_confirm")
    old = sub["items"]["data"][0]
    given: Mapping[str, Any] = wanted["items"][0] if wanted else form
    price = stripe.prices.peek(given.get("price") or "") or stripe.prices.get(old["price"]["id"])
    quantity = given.get("quantity") or old.get("quantity")
    return _choice(stripe, price) | {"quantity": quantity}


def _methods(stripe: Peers, owner: Doc) -> list[dict[str, Any]]:
    default = (owner.get("invoice_settings") or {}).get("default_payment_method")
    return [
        {
            "id": doc["id"],
            "text": stripe.payment_methods.described(doc),
            "default": doc["id"] == default,
        }
        for doc in stripe.payment_methods.of_customer(owner["id"])
    ]


def _invoices(stripe: Peers, owner: Doc) -> list[dict[str, Any]]:
    found = []
    for doc in stripe.invoices.find(customer=owner["id"], limit=24):
        if doc["status"] == "draft":
            continue
        shown = stripe.invoices.view(doc)
        found.append(
            {
                "day": day(doc["created"]),
                "sum": money.show(doc["total"], doc["currency"]),
                "status": doc["status"],
                "number": doc["number"],
                "url": shown["hosted_invoice_url"],
            }
        )
    return found
