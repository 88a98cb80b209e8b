"""A shop as the guides of Starlette, Stripe and Resend have it: no word of a mirror."""

# mypy: ignore-errors

import os

import resend
import stripe
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

stripe.api_key = os.environ["STRIPE_SECRET_KEY"]
ORDERS: dict[str, dict[str, str]] = {}
PRICES = {"book": 1500, "pen": 300}


async def checkout(request: Request) -> Response:
    """Send a customer to Stripe's page."""
    given = await request.json()
    if given.get("item") not in PRICES:
        return JSONResponse({"error": "no such item"}, 422)
    price = {"currency": "usd", "unit_amount": PRICES[given["item"]]}
    session = await stripe.checkout.Session.create_async(
        mode="payment",
        customer_email=given["email"],
        success_url="https://shop.example/thanks",
        line_items=[
            {"quantity": 1, "price_data": {**price, "product_data": {"name": given["item"]}}}
        ],
    )
    ORDERS[session.id] = {"email": given["email"], "status": "open"}
    return RedirectResponse(session.url or "", 303)


async def hear(request: Request) -> Response:
    """Take Stripe's webhook, and thank whoever has paid."""
    try:
        event = stripe.Webhook.construct_event(
            await request.body(),
            request.headers.get("stripe-signature", ""),
            os.environ["STRIPE_WEBHOOK_SECRET"],
        )
    except (ValueError, stripe.SignatureVerificationError):
        return JSONResponse({"error": "not signed by Stripe"}, 400)
    order = ORDERS.get(getattr(event.data.object, "id", ""))
    if order is not None and event.type == "checkout.session.completed":
        order["status"] = "paid"
        await resend.Emails.send_async(
            {
                "from": "shop@resend.dev",
                "to": order["email"],
                "subject": "Thank you",
                "text": "It is on its way.",
            }
        )
    return JSONResponse({"received": True})


async def show(request: Request) -> Response:
    """Tell how an order stands."""
    order = ORDERS.get(request.path_params["id"])
    return JSONResponse(order or {"error": "no such order"}, 200 if order else 404)


app = Starlette(
    routes=[
        Route("/checkout", checkout, methods=["POST"]),
        Route("/webhooks/stripe", hear, methods=["POST"]),
        Route("/orders/{id}", show),
    ]
)
