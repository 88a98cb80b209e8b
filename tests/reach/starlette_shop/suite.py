"""The shop's own suite, by Starlette's test client."""

# mypy: ignore-errors

import os
import time

import stripe
from shop import ORDERS, app
from starlette.testclient import TestClient

client = TestClient(app, follow_redirects=False)


def buy(**given: str) -> str:
    """Go to checkout; returns the id of Stripe's session."""
    answer = client.post("/checkout", json=given)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("http://127.0.0.1:")
    return list(ORDERS)[-1]


def signed(body: str) -> dict[str, str]:
    """Sign as Stripe does, with the secret that the shop reads."""
    now = int(time.time())
    secret = os.environ["STRIPE_WEBHOOK_SECRET"]
    made = stripe.WebhookSignature._compute_signature(f"{now}.{body}", secret)
    return {"stripe-signature": f"t={now},v1={made}"}


def test_a_customer_is_sent_to_stripe() -> None:
    session = stripe.checkout.Session.retrieve(buy(item="book", email="ann@example.com"))
    assert (session.amount_total, session.customer_email) == (1500, "ann@example.com")


def test_what_isnt_sold_never_reaches_stripe() -> None:
    assert client.post("/checkout", json={"item": "moon", "email": "a@b.co"}).status_code == 422


def test_a_paid_order_is_thanked_for() -> None:
    order = buy(item="pen", email="delivered@resend.dev")
    kind = '"type": "checkout.session.completed", "object": "event", "id": "evt_1"'
    body = "{" + kind + ', "data": {"object": {"id": "' + order + '"}}}'
    answer = client.post("/webhooks/stripe", content=body, headers=signed(body))
    assert answer.status_code == 200, answer.text
    assert client.get(f"/orders/{order}").json()["status"] == "paid"


def test_a_forged_webhook_is_refused() -> None:
    headers = {"stripe-signature": "t=1,v1=0"}
    assert client.post("/webhooks/stripe", content="{}", headers=headers).status_code == 400
