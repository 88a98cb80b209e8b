"""How Setup text speaks of a Stripe account, and the calls of the API that make it so."""

import re
import sys
from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.phrases import Said, naming, phrase, phrases_of
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.seeds.fixtures import BROKEN
from mirra_mcp.local.mirrors.stripe.seeds.history import History
from mirra_mcp.wire.model import Doc

PEOPLE = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy")
STATUS = (
    r"(?P<status>active|trialing|trial|past[ _-]due|overdue|cancell?ed|incomplete|failed|unpaid)"
)
MOST = 200
"""Customers that one phrase makes."""
DAY = 1.0


@phrase(
    r"{count} (?:paying )?customers?(?: {values}| {name})?(?: \(?{value:email}\)?)?"
    rf"(?:,? (?:each )?(?:with|having|(?:who|that) (?:has|have)|on) {{count:subs}} {STATUS}"
    r" subscriptions?(?: (?:each|apiece))?(?: (?:for|at|of) {money}(?: ?(?:/|per|a) ?"
    r"(?P<each>month|year|week))?)?)?",
    r"the customers? {values}",
)
def customers(stripe: Peers, said: Said) -> str:
    """Make customers who pay by card, with subscriptions if that is said."""
    given = said.values()
    ids = [each for each in given if each.startswith("cus_")]
    emails = [each for each in given if "@" in each] + [said.value("email") or ""]
    emails = [each for each in emails if each]
    count = said.count() if said.has("count") else max(len(ids), len(emails), 1)
    if given and count != max(len(ids), len(emails)):
        raise ValueError(f"{count} customers are announced, {len(given)} are named")
    made = []
    for number in range(_few(count)):
        id = ids[number] if number < len(ids) else None
        email = emails[number] if number < len(emails) else None
        made.append(_customer(stripe, id, email, said.name() if count == 1 else None))
    told = f"customers {', '.join(each['id'] for each in made)}"
    if not said.has("subs"):
        return told
    status = _status(said)
    for customer in made:
        for _ in range(_few(said.count("subs"))):
            _subscribe(stripe, customer["id"], status, said)
    return f"{told}, each with {said.count('subs')} {status} subscription"


@phrase(
    rf"{{count}} {STATUS} subscriptions?(?: (?:of|for) (?:the )?(?:customer )?{{value}})?"
    r"(?: (?:for|at|of) {money}(?: ?(?:/|per|a) ?(?P<each>month|year|week))?)?",
    rf"{{count}} subscriptions? (?:that (?:is|are)|in|in status) {STATUS}",
)
def subscriptions(stripe: Peers, said: Said) -> str:
    """Make subscriptions in a status, each of a customer of its own unless one is named."""
    status, named = _status(said), said.value()
    for _ in range(_few(said.count())):
        customer = _named(stripe, named) if named else _customer(stripe)
        _subscribe(stripe, customer["id"], status, said)
    return f"{said.count()} {status} subscription{'s' * (said.count() > 1)}"


@phrase(
    r"(?:{count} customers?|the customer)(?: {value})?(?: {name})? (?:who|that|which)"
    r" (?:has )?(?:already )?paid {money}(?: for (?:an?|the|their|her|his) (?P<what>\w+))?"
    r"(?: {span} ago)?(?: (?:via|with|through|by) (?:the )?payment intent {value:intent})?",
    r"an? (?:succeeded |successful |captured )?(?:payment|payment intent|charge)"
    r"(?: {value:intent})? (?:of|for|over) {money}(?: (?:by|from|of) (?:the )?customer {value})?"
    r"(?: {span} ago)?",
)
def payment(stripe: Peers, said: Said) -> str:
    """Let a customer pay, now or in the past."""
    amount, currency = said.money()
    ago = said.span() or timedelta()
    with History(stripe, ago / timedelta(days=1)) as history:
        named = said.value()
        customer = _named(stripe, named, name=said.name()) if named else _customer(stripe)
        method = customer["invoice_settings"]["default_payment_method"]
        with naming(stripe.payment_intents, said.value("intent")):
            intent = history.post(
                "payment_intents",
                amount=amount,
                currency=currency,
                customer=customer["id"],
                payment_method=method,
                payment_method_types=["card"],
                confirm=True,
                description=said.word("what"),
            )
    return f"customer {customer['id']} paid {amount} {currency} by {intent['id']}"


@phrase(
    r"{count} products?(?: {value}| {name})?"
    r"(?:,? (?:at|for|costing|priced at|that costs?|with a price of) {money}"
    r"(?: ?(?:/|per|a) ?(?P<each>month|year|week))?)?",
)
def products(stripe: Peers, said: Said) -> str:
    """Make a product, and its price if one is said."""
    with History(stripe, 0) as history:
        for _ in range(_few(said.count())):
            name = said.value() or said.name() or "Pro"
            product = history.post("products", name=name)
            if said.has("money"):
                _price(history, product["id"], said)
    return f"product {name}"


@phrase(
    r"an? (?:coupon|discount)(?: code)?(?: {value}| {name})? (?:for|of|worth|giving) {percent}"
    r"(?: off)?",
    r"an? {percent}(?: off)? (?:coupon|discount)(?: {value}| {name})?",
)
def coupon(stripe: Peers, said: Said) -> str:
    """Make a coupon."""
    percent = round((said.percent() or 0) * 100, 2)
    with History(stripe, 0) as history:
        id = said.value() or said.name()
        form: dict[str, Any] = {"percent_off": percent, "duration": "once"}
        made = history.post("coupons", **form, **({"id": id} if id else {}))
    return f"coupon {made['id']}, {percent:g} % off"


@phrase(
    r"{count} (?:(?P<status>onboarded|verified|new|restricted) )?"
    r"(?:(?P<what>express|custom|standard) )?"
    r"(?:connected accounts?|sellers?)(?: \(?{value:email}\)?)?"
    r"(?:,? (?:that|who) (?:is|are) (?P<each>onboarded|verified|not onboarded|restricted))?",
)
def sellers(stripe: Peers, said: Said) -> str:
    """Open connected accounts; they can charge and be paid unless it is said that they can't."""
    kind, states = said.word("what") or "express", (said.word("status"), said.word("each"))
    onboarded = not any(each in ("new", "restricted", "not onboarded") for each in states)
    count, email = said.count(), said.value("email")
    made = []
    with History(stripe, 0) as history:
        for number in range(_few(count)):
            address = email if email and count == 1 else f"seller{number + 1}@example.com"
            made.append(history.seller(kind, address, f"Seller {number + 1}", onboarded=onboarded))
    return f"{kind} accounts {', '.join(made)}, {'' if onboarded else 'not '}onboarded"


@phrase(r"an? webhook(?: endpoint)? (?:at |to |registered at )?{value:url}(?: for {values})?")
def webhook(stripe: Peers, said: Said) -> str:
    """Register a webhook endpoint."""
    with History(stripe, 0) as history:
        made = history.post(
            "webhook_endpoints", url=said.value("url"), enabled_events=said.values() or ["*"]
        )
    return f"webhook endpoint {made['id']}"


def _few(count: int) -> int:
    if count > MOST:
        raise ValueError(f"{count} are too many: Setup text makes at most {MOST}")
    return count


def _status(said: Said) -> str:
    word = re.sub(r"[ -]", "_", said.word("status") or "active")
    same = {"trial": "trialing", "overdue": "past_due", "cancelled": "canceled"}
    return same.get(word, word)


def _customer(
    stripe: Peers, id: str | None = None, email: str | None = None, name: str | None = None
) -> Doc:
    if id and (there := stripe.customers.peek(id)):
        return there
    number = stripe.customers.count()
    known = (id or "").removeprefix("cus_")
    person = known if known.isalpha() else PEOPLE[number % len(PEOPLE)]
    tail = "" if known.isalpha() or number < len(PEOPLE) else str(number)
    with History(stripe, 0) as history, naming(stripe.customers, id):
        made = history.customer(
            name or person.title(), email or f"{person.lower()}{tail}@example.com"
        )
    return stripe.customers.get(made["id"])


def _named(stripe: Peers, said: str, name: str | None = None) -> Doc:
    if "@" in said:
        return stripe.customers.first(email=said) or _customer(stripe, email=said, name=name)
    return _customer(stripe, said, name=name)


def _price(history: History, product: str, said: Said) -> str:
    amount, currency = said.money() if said.has("money") else (2000, "usd")
    made = history.post(
        "prices",
        product=product,
        currency=currency,
        unit_amount=amount,
        **_recurring(said.word("each")),
    )
    return str(made["id"])


PLACE = r"[A-Z][A-Z](?:-[A-Z][A-Z])?"
PLACES = rf"(?P<places>{PLACE}(?:(?:,| and|, and) {PLACE})*)"


@phrase(
    r"stripe tax (?:is )?(?:set up|active|registered|enabled)"
    rf"(?: (?:and registered )?in {PLACES})?",
    rf"(?:an? |{{count}} )?tax registrations? (?:in|for) {PLACES}",
)
def stripe_tax(stripe: Peers, said: Said) -> str:
    """Set Stripe Tax up: a head office in San Francisco, and registrations such as US-TX and DE."""
    named = re.split(r",\s*(?:and\s+)?|\s+and\s+", said.word("places") or "")
    places = [place.upper() for place in named if place]
    with History(stripe, 1) as history:
        address = {"country": "US", "state": "CA", "postal_code": "94107"}
        history.post("tax/settings", head_office={"address": address})
        for place in places:
            country, _, state = place.partition("-")
            options: dict[str, Any] = {"type": "standard"}
            if country == "US":
                options = {"type": "state_sales_tax", "state": state}
            elif country == "CA" and state:
                options = {"type": "province_standard", "province_standard": {"province": state}}
            history.post(
                "tax/registrations",
                country=country,
                country_options={country.lower(): options},
                active_from="now",
            )
    return f"Stripe Tax is set up; registered in {', '.join(places) or 'no place'}"


@phrase(
    r"{count} customers?(?: {value}| {name})? (?:who has|with|having) a cash balance of {money}",
    r"the customer {value} (?:who )?has a cash balance of {money}",
)
def cash_balance(stripe: Peers, said: Said) -> str:
    """Let customers send money that no payment has taken yet."""
    amount, currency = said.money()
    made = []
    for _ in range(_few(said.count() if said.has("count") else 1)):
        named = said.value()
        customer = _named(stripe, named, name=said.name()) if named else _customer(stripe)
        with History(stripe, 1) as history:
            path = f"test_helpers/customers/{customer['id']}/fund_cash_balance"
            history.post(path, amount=amount, currency=currency)
        made.append(customer["id"])
    return f"customers {', '.join(made)} with {amount} {currency} in cash"


def _recurring(interval: str | None) -> dict[str, Any]:
    return {"recurring": {"interval": interval}} if interval else {}


def _subscribe(stripe: Peers, customer: str, status: str, said: Said) -> None:
    """Let a customer subscribe long enough ago that the subscription has its status now."""
    if status in ("failed", "unpaid"):
        status = "past_due"
    days = {"past_due": 33.5 * DAY, "canceled": 12.25 * DAY}.get(status, 2.25 * DAY)
    with History(stripe, days) as history:
        history.change_card(customer, "pm_card_visa")
        product = history.post("products", name="Pro")["id"]
        amount, currency = said.money() if said.has("money") else (2000, "usd")
        price = history.post(
            "prices",
            product=product,
            currency=currency,
            unit_amount=amount,
            recurring={
                "interval": "month" if status == "past_due" else said.word("each") or "month"
            },
        )["id"]
        if status == "trialing":
            history.subscribe(customer, price, trial_period_days=14)
        elif status == "incomplete":
            history.reach(0.5)
            history.change_card(customer, BROKEN)
            history.subscribe(customer, price, payment_behavior="allow_incomplete")
        else:
            made = history.subscribe(customer, price)
            if status == "past_due":
                history.change_card(customer, BROKEN)
            if status == "canceled":
                history.reach(4)
                stripe.subscriptions.end(stripe.subscriptions.get(made["id"]))


PHRASES = phrases_of(sys.modules[__name__])
