"""Stripe: what it refuses, and what its documents and events hold."""

from typing import Any

from bench.findings.ground import Ground, Mirror, expect, finding

WORDS_OF_A_LIBRARY = (
    "pydantic",
    "Input should",
    "Extra inputs",
    "should have at",
    "Field required",
)


def price(stripe: Mirror, **fields: Any) -> str:
    """Make a product with a monthly price."""
    product = stripe.ok("POST", "/v1/products", {"name": "Pro"})["id"]
    wanted = {"product": product, "currency": "usd", "unit_amount": 2000} | fields
    wanted.setdefault("recurring", {"interval": "month"})
    return str(stripe.ok("POST", "/v1/prices", wanted)["id"])


def customer(stripe: Mirror, **fields: Any) -> str:
    """Make a customer who can pay."""
    made = stripe.ok("POST", "/v1/customers", {"email": "ada@example.com", **fields})["id"]
    card = stripe.ok("POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": made})["id"]
    settings = {"invoice_settings": {"default_payment_method": card}}
    stripe.ok("POST", f"/v1/customers/{made}", settings)
    return str(made)


def subscribed(stripe: Mirror, **headers: str) -> Any:
    """Make a subscription of a customer of its own."""
    wanted = {"customer": customer(stripe), "items": [{"price": price(stripe)}]}
    return stripe.ok("POST", "/v1/subscriptions", wanted, **headers)


@finding("S1", "what can't be expanded is refused, an event's object above all")
def expanding(ground: Ground) -> None:
    stripe = ground.start("stripe")
    customer(stripe)
    stripe.refused("GET", "/v1/events?expand[]=data.data.object")
    event = stripe.ok("GET", "/v1/events")["data"][0]["id"]
    stripe.refused("GET", f"/v1/events/{event}?expand[]=data.object")


@finding("S2", "a list in which one item lacks an includable field is listed")
def includes(ground: Ground) -> None:
    stripe = ground.start("stripe")
    price(stripe)
    stripe.ok("POST", "/v1/coupons", {"percent_off": 10, "duration": "once"})
    stripe.ok("GET", "/v1/prices?expand[]=data.tiers")
    stripe.ok("GET", "/v1/coupons?expand[]=data.applies_to")


@finding("S3", "an old version's events name no field that it lacks in `previous_attributes`")
def previous(ground: Ground) -> None:
    with ground.hearing("stripe") as (stripe, receiver):
        endpoint = {"url": receiver.url, "enabled_events": ["*"], "api_version": "2024-06-20"}
        stripe.ok("POST", "/v1/webhook_endpoints", endpoint)
        subscribed(stripe)
        stripe.advance("32d")
        sent = stripe.deliveries(type="customer.subscription.updated")
        old = [each["payload"] for each in sent if each["payload"]["api_version"] == "2024-06-20"]
        expect(old, "no event in the old version")
        for each in old:
            before = each["data"].get("previous_attributes", {})
            expect("items" not in before and "current_period_end" in before, before)
            now = each["data"]["object"]
            expect(all(now[name] != value for name, value in before.items()), before)


@finding("S4", "an event that is fetched again is in the version in which it was made")
def fetched(ground: Ground) -> None:
    with ground.hearing("stripe") as (stripe, receiver):
        endpoint = {"url": receiver.url, "enabled_events": ["*"], "api_version": "2024-06-20"}
        stripe.ok("POST", "/v1/webhook_endpoints", endpoint)
        subscribed(stripe)
        sent = stripe.deliveries(type="customer.subscription.created")
        for each in sent:
            event = stripe.ok("GET", f"/v1/events/{each['payload']['id']}")
            is_old = event["api_version"] < "2025-03-31"
            expect(("current_period_end" in event["data"]["object"]) == is_old, event)


@finding("S5", "versions that Stripe never had are refused")
def versions(ground: Ground) -> None:
    stripe = ground.start("stripe")
    for each in ("2099-01-01", "2025-06-01", "2025-03-31.nonsense"):
        stripe.refused("GET", "/v1/customers", stripe_version=each)
    endpoint = {"url": "http://127.0.0.1:9/", "enabled_events": ["*"], "api_version": "2019-99-99"}
    stripe.refused("POST", "/v1/webhook_endpoints", endpoint)


@finding("S6", "a running schedule's phases keep their start")
def schedules(ground: Ground) -> None:
    stripe = ground.start("stripe")
    subscription = subscribed(stripe)
    made = stripe.ok(
        "POST", "/v1/subscription_schedules", {"from_subscription": subscription["id"]}
    )
    now = made["phases"][0]
    items = [{"price": subscription["items"]["data"][0]["price"]["id"], "quantity": 1}]
    path = f"/v1/subscription_schedules/{made['id']}"
    ended = {"items": items, "end_date": now["end_date"]}
    stripe.refused("POST", path, {"phases": [ended]})
    late = {**ended, "start_date": now["start_date"] + 86400}
    stripe.refused("POST", path, {"phases": [late]})


@finding("S7", "a trial ends within 730 days, whichever way it is said")
def trials(ground: Ground) -> None:
    stripe = ground.start("stripe")
    subscription = subscribed(stripe)
    far = 1777896000 + 3 * 365 * 86400
    stripe.refused("POST", f"/v1/subscriptions/{subscription['id']}", {"trial_end": far})
    items = [{"price": price(stripe)}]
    wanted = {"customer": customer(stripe), "items": items}
    stripe.refused("POST", "/v1/subscriptions", {**wanted, "trial_end": far})
    stripe.refused("POST", "/v1/subscriptions", {**wanted, "trial_period_days": 731})


@finding("S8", "Checkout's parameters fit its mode")
def checkout(ground: Ground) -> None:
    stripe = ground.start("stripe")
    url = {"success_url": "https://shop.example/ok"}
    stripe.refused("POST", "/v1/checkout/sessions", {"mode": "setup", **url})
    lines = [{"price": price(stripe, recurring=""), "quantity": 1}]
    paying = {"mode": "payment", "line_items": lines, **url}
    stripe.ok("POST", "/v1/checkout/sessions", paying)
    odd = {**paying, "payment_method_collection": "if_required"}
    stripe.refused("POST", "/v1/checkout/sessions", odd)


@finding("S9", "the promotion code of a deleted coupon is inactive")
def promotions(ground: Ground) -> None:
    stripe = ground.start("stripe")
    coupon = stripe.ok("POST", "/v1/coupons", {"percent_off": 10, "duration": "once"})["id"]
    wanted = {"promotion": {"type": "coupon", "coupon": coupon}, "code": "TEN"}
    code = stripe.ok("POST", "/v1/promotion_codes", wanted)["id"]
    stripe.ok("DELETE", f"/v1/coupons/{coupon}")
    expect(stripe.ok("GET", f"/v1/promotion_codes/{code}")["active"] is False)


@finding("S10", "lists leave out what is on a test clock")
def clocks(ground: Ground) -> None:
    stripe = ground.start("stripe")
    clock = stripe.ok("POST", "/v1/test_helpers/test_clocks", {"frozen_time": 1777896000})["id"]
    ada = customer(stripe, test_clock=clock)
    items = [{"price": price(stripe)}]
    stripe.ok("POST", "/v1/subscriptions", {"customer": ada, "items": items})
    for path, query in (
        ("/v1/subscriptions", f"test_clock={clock}"),
        ("/v1/subscriptions", f"customer={ada}"),
    ):
        expect(stripe.ok("GET", path)["data"] == [], path)
        expect(len(stripe.ok("GET", f"{path}?{query}")["data"]) == 1, query)
    expect(stripe.ok("GET", "/v1/customers")["data"] == [], "customers")


@finding("S11", "enums, formats and ranges are held")
def values(ground: Ground) -> None:
    stripe = ground.start("stripe")
    product = stripe.ok("POST", "/v1/products", {"name": "Pro"})["id"]
    for path, fields, param in (
        ("/v1/prices", {"product": product, "currency": "usd", "unit_amount": 1,
          "recurring": {"interval": "year", "interval_count": 4}}, "recurring"),
        ("/v1/invoices", {"customer": customer(stripe), "days_until_due": 3}, ""),
        ("/v1/payment_intents", {"amount": 100, "currency": "usd",
          "payment_method_types": ["foo"]}, "payment_method_types"),
        ("/v1/payment_intents", {"amount": 100, "currency": "usd",
          "receipt_email": "notanemail"}, "receipt_email"),
        ("/v1/payment_methods", {"type": "card", "card": {"token": "tok_visa"},
          "billing_details": {"address": {"country": "Germany"}}}, "billing_details"),
        ("/v1/checkout/sessions", {"mode": "setup", "currency": "usd", "locale": "foo",
          "success_url": "https://a.example"}, "locale"),
    ):  # fmt: skip
        error = stripe.refused("POST", path, fields)
        expect(str(error.get("param", "")).startswith(param), (path, error))


@finding("S12", "refusals are in Stripe's words, about the parameter as it was written")
def words(ground: Ground) -> None:
    stripe = ground.start("stripe")
    subscription = subscribed(stripe)
    for path, fields, param in (
        ("/v1/payment_intents", {"amount": 100, "currency": "usd",
          "statement_descriptor": "x" * 23}, "statement_descriptor"),
        ("/v1/subscription_items", {"subscription": subscription["id"]}, "price"),
        ("/v1/customers", {"tax_id_data": [{"type": "foo", "value": "1"}]}, "tax_id_data[0][type]"),
    ):  # fmt: skip
        error = stripe.refused("POST", path, fields)
        expect(error.get("param") == param, error)
        expect(not any(each in error["message"] for each in WORDS_OF_A_LIBRARY), error)


@finding("S13", "an application's fee and a destination's transfer move money")
def fees(ground: Ground) -> None:
    stripe = ground.start("stripe")
    account = stripe.ok("POST", "/v1/accounts", {"type": "standard", "country": "US"})["id"]
    stripe.simulate("account.onboarded", account=account)
    paid = {"amount": 1000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True,
            "payment_method_types": ["card"]}  # fmt: skip
    stripe.ok("POST", "/v1/payment_intents", {
        **paid, "transfer_data": {"destination": account}, "application_fee_amount": 100,
    })  # fmt: skip
    expect(len(stripe.ok("GET", "/v1/transfers")["data"]) == 1, "no transfer")
    fee = stripe.ok("GET", "/v1/application_fees")["data"]
    expect([each["amount"] for each in fee] == [100], fee)
    events = [each["type"] for each in stripe.ok("GET", "/v1/events?limit=100")["data"]]
    expect("application_fee.created" in events and "transfer.created" in events, events)
    theirs = stripe.ok("GET", "/v1/balance", stripe_account=account)
    there = sum(each["amount"] for each in theirs["pending"] + theirs["available"])
    expect(there == 900, theirs)


@finding("S14", "a customer's subscriptions, cards and bank accounts are routes")
def routes(ground: Ground) -> None:
    stripe = ground.start("stripe")
    ada = customer(stripe)
    for each in ("subscriptions", "cards", "bank_accounts"):
        answer = stripe.call("GET", f"/v1/customers/{ada}/{each}")
        expect(answer.status_code in (200, 501), (each, answer.text))


@finding("S15", "an invoice's page and PDF are on the mirror, and answer")
def pages(ground: Ground) -> None:
    stripe = ground.start("stripe")
    subscribed(stripe)
    invoice = stripe.ok("GET", "/v1/invoices")["data"][0]
    for name in ("hosted_invoice_url", "invoice_pdf"):
        expect(invoice[name].startswith(stripe.url), invoice[name])
        answer = ground.plain.get(invoice[name])
        expect(answer.status_code == 200, (name, answer.text))


@finding("S16", "what is optional and not nullable is absent, not null")
def nulls(ground: Ground) -> None:
    stripe = ground.start("stripe")
    subscribed(stripe)
    invoice = stripe.ok("GET", "/v1/invoices")["data"][0]
    for line in stripe.ok("GET", f"/v1/invoices/{invoice['id']}/lines")["data"]:
        for name in ("invoice_item", "subscription_item"):
            expect(line.get(name, "") is not None, line)
    note = stripe.ok(
        "POST", "/v1/credit_notes", {"invoice": invoice["id"], "amount": 100, "credit_amount": 100}
    )
    for line in note["lines"]["data"]:
        expect(line.get("invoice_line_item", "") is not None, line)


@finding("S-key", "a key covers the parameters in any order, and no other value")
def keys(ground: Ground) -> None:
    stripe = ground.start("stripe")
    form = {"content_type": "application/x-www-form-urlencoded", "idempotency_key": "one",
            "authorization": stripe.headers["authorization"]}  # fmt: skip
    first = stripe.send("POST", "/v1/customers", b"name=Ada&email=a%40b.co", **form)
    again = stripe.send("POST", "/v1/customers", b"email=a%40b.co&name=Ada", **form)
    other = stripe.send("POST", "/v1/customers", b"email=a%40b.co&name=Eve", **form)
    expect((first.status_code, again.status_code) == (200, 200), again.text)
    expect(first.json()["id"] == again.json()["id"], again.text)
    expect(other.json()["error"]["type"] == "idempotency_error", other.text)


@finding("S17", "the newest versions bill flexibly by default")
def modes(ground: Ground) -> None:
    stripe = ground.start("stripe")
    id = subscribed(stripe, stripe_version="2025-09-30.clover")["id"]
    told = stripe.ok("GET", f"/v1/subscriptions/{id}", stripe_version="2025-09-30.clover")
    expect(told["billing_mode"]["type"] == "flexible", told["billing_mode"])


@finding("S18", "a customer's cash balance is mirrored")
def cash(ground: Ground) -> None:
    stripe = ground.start("stripe")
    path = f"/v1/customers/{customer(stripe)}"
    stripe.ok("GET", f"{path}/cash_balance")
    stripe.ok("GET", f"{path}/cash_balance_transactions")
    wanted = {"bank_transfer": {"type": "us_bank_transfer"}, "currency": "usd"}
    stripe.ok("POST", f"{path}/funding_instructions", {**wanted, "funding_type": "bank_transfer"})
