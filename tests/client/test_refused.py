"""Why a webhook was refused, read from what receivers answer."""

import json

import pytest

from mirra_mcp.client.refused import why
from mirra_mcp.wire.events import Attempt, Delivery
from tests.server.conftest import NOON


def delivery(status: int, said: str) -> Delivery:
    tried = Attempt(at=NOON, response_status=status, response_body=said)
    return Delivery(
        delivery_id="dlv_1",
        mirror="stripe",
        type="x",
        status="pending",
        payload={},
        headers={"Stripe-Signature": "t=1,v1=x", "User-Agent": "Stripe/1.0"},
        created_at=NOON,
        attempts=[tried],
    )


@pytest.mark.parametrize(
    ("status", "said", "told"),
    [
        (400, "Webhook Error: Timestamp outside the tolerance zone", "real time"),
        (400, json.dumps({"error": "Message timestamp too old"}), "real time"),
        (400, "No stripe-signature header value was provided.", "Stripe-Signature were sent"),
        (400, "Missing required headers", "Stripe-Signature were sent"),
        (400, "Unable to extract timestamp and signatures from header", "where it looked"),
        (400, "No signatures found matching the expected signature", "another secret"),
        (401, "No matching signature found", "another secret"),
        (404, "Cannot POST /hook", "at that path"),
        (403, "Forbidden", "CSRF"),
        (308, "", "no redirect"),
        (500, "Internal Server Error", "its own log"),
        (418, "", "without saying why"),
    ],
)
def test_the_reason_is_told_as_far_as_it_can_be_known(status: int, said: str, told: str) -> None:
    """The words are those of stripe-node, svix and the usual frameworks."""
    assert told in (why(delivery(status, said)) or "")
