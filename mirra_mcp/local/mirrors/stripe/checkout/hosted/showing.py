"""What Checkout's page tells: the order, its sums, and what is asked for."""

from collections.abc import Mapping
from typing import Any

from mirra_mcp.local.mirrors.stripe.api.forms.countries import named
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.wire.model import Doc

SUBMIT = {"book": "Book", "donate": "Donate", "pay": "Pay", "subscribe": "Subscribe"}


def values_of(stripe: Peers, session: Doc, form: Mapping[str, str]) -> dict[str, Any]:
    """Return what the template of an open session reads."""
    typed = (session["customer_details"] or {}).get("email")
    types = session["payment_method_types"]
    needed = session["mode"] == "setup" or _needs_method(session)
    consent = session["consent_collection"] or {}
    collected = session["shipping_address_collection"]
    return {
        "session": session,
        "shop": shop_of(stripe),
        "form": form,
        "email": form.get("email") or typed or "",
        "has_email": fixed_email(stripe, session) is not None,
        "order": None if session["mode"] == "setup" else order_of(stripe, session),
        "needed": needed,
        "offered": stripe.payment_methods.offered(types) if needed else [],
        "saved": stripe.payment_methods.saved_for(session["customer"], types) if needed else [],
        "countries": named(),
        "delivers_to": named(collected["allowed_countries"]) if collected else None,
        "asks_address": session["billing_address_collection"] == "required",
        "asks_phone": session["phone_number_collection"]["enabled"],
        "asks_terms": consent.get("terms_of_service") == "required",
        "asks_promotions": consent.get("promotions") == "auto",
        "texts": {name: (text or {}).get("message") for name, text in
                  session["custom_text"].items()},
        "submit": _submit(stripe, session),
    }  # fmt: skip


def fixed_email(stripe: Peers, session: Doc) -> str | None:
    """Return the e-mail address that a customer can't change on the page, if there is one."""
    owner = stripe.customers.peek(session["customer"] or "") or {}
    found = session["customer_email"] or owner.get("email")
    return str(found) if found else None


def shop_of(stripe: Peers) -> str:
    """Return what pages call the account."""
    account = stripe.accounts.peek(stripe.account or "") or stripe.accounts.own()
    shown = (account["settings"]["dashboard"] or {}).get("display_name")
    return str((account["business_profile"] or {}).get("name") or shown or "Test shop")


def order_of(stripe: Peers, session: Doc) -> dict[str, Any]:
    """Return the order of a session as its page shows it."""
    currency = session["currency"]
    lines = [_line(stripe, session, line) for line in session["_lines"]]
    details = session["total_details"]
    off, tax = details["amount_discount"], details["amount_tax"]
    trial = stripe.checkout_sessions.trial_of(session)
    recurring = [line for line in lines if line["every"]]
    later = sum(line["total"] for line in recurring)
    then = f"{money.show(later, currency)} {recurring[0]['every']}" if recurring else None
    days = trial.get("trial_period_days")
    return {
        "lines": lines,
        "subtotal": money.show(session["amount_subtotal"], currency),
        "off": money.show(-off, currency).replace("$-", "-$") if off else None,
        "coupons": [_coupon(stripe, each) for each in session["discounts"]],
        "tax": money.show(tax, currency) if tax else None,
        "total": money.show(session["amount_total"], currency),
        "then": then,
        "trial": None if not trial else f"{days} days free" if days else "Free trial",
        "delivery": _delivery(stripe, session),
        "takes_codes": bool(session["allow_promotion_codes"]),
        "has_code": any(each["promotion_code"] for each in session["discounts"]),
        "is_adjustable": any(line["adjusts"] or line["names_amount"] for line in lines),
    }


def _line(stripe: Peers, session: Doc, line: Doc) -> dict[str, Any]:
    price = stripe.prices.get(line["price"])
    product = stripe.products.peek(price["product"]) or {}
    recurring, currency = price["recurring"], line["currency"]
    custom = stripe.prices.in_currency(price, currency)["custom_unit_amount"]
    unit = None
    if (line["quantity"] or 0) > 1 and price.get("unit_amount") is not None:
        unit = f"{money.show(line['amount_subtotal'] // line['quantity'], currency)} each"
    places = money.decimals(currency)
    owed = line["amount_subtotal"]
    bounds = line["adjustable_quantity"] or {}
    metered = recurring is not None and recurring["usage_type"] == "metered"
    return {
        "id": line["id"],
        "name": line["description"] or "Item",
        "text": product.get("description"),
        "quantity": line["quantity"],
        "unit": unit,
        "total": line["amount_total"],
        "sum": "by usage" if metered else money.show(owed, currency),
        "every": every(recurring) if recurring else None,
        "adjusts": bounds if bounds.get("enabled") else None,
        "names_amount": custom is not None,
        "typed": f"{owed / 10**places / max(line['quantity'] or 1, 1):.{places}f}",
    }  # fmt: skip


def every(recurring: Doc) -> str:
    """Return how often a price is billed: `per month`, `every 3 months`."""
    count, unit = recurring["interval_count"], recurring["interval"]
    return f"per {unit}" if count == 1 else f"every {count} {unit}s"


def _coupon(stripe: Peers, discount: Doc) -> str:
    if discount["promotion_code"]:
        code = stripe.promotion_codes.peek(discount["promotion_code"])
        if code is not None:
            return str(code["code"])
    coupon = stripe.coupons.peek(discount["coupon"] or "") or {}
    return str(coupon.get("name") or "Discount")


def _delivery(stripe: Peers, session: Doc) -> list[dict[str, Any]]:
    chosen = (session["shipping_cost"] or {}).get("shipping_rate")
    found = []
    for option in session["shipping_options"]:
        rate = stripe.shipping_rates.get(option["shipping_rate"])
        amount = option["shipping_amount"]
        found.append(
            {
                "id": rate["id"],
                "name": rate["display_name"],
                "sum": money.show(amount, session["currency"]) if amount else "Free",
                "when": _estimate(rate["delivery_estimate"]),
                "chosen": rate["id"] == chosen,
            }
        )
    return found


def _estimate(given: Doc | None) -> str | None:
    ends = [each for each in ((given or {}).get("minimum"), (given or {}).get("maximum")) if each]
    if not ends:
        return None
    unit = ends[-1]["unit"].replace("_", " ")
    return f"{' to '.join(str(each['value']) for each in ends)} {unit}s"


def _needs_method(session: Doc) -> bool:
    free = session["amount_total"] == 0
    return not free or (
        session["mode"] == "subscription" and session["payment_method_collection"] == "always"
    )


def _submit(stripe: Peers, session: Doc) -> str:
    if session["mode"] == "setup":
        return "Save card"
    if session["mode"] == "subscription":
        trial = stripe.checkout_sessions.trial_of(session)
        return "Start trial" if trial else "Subscribe"
    if not _needs_method(session):
        return "Complete order"
    word = SUBMIT.get(session["submit_type"] or "pay", "Pay")
    return f"{word} {money.show(session['amount_total'], session['currency'])}"
