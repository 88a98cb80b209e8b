"""`Stripe-Signature`: `t=<unix>,v1=<hex>`, HMAC-SHA256 over `t.body`.

Source: https://docs.stripe.com/webhooks/signature
"""

import hmac
from datetime import datetime


def headers(secret: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return a webhook's headers."""
    stamp = int(at.timestamp())
    digest = hmac.digest(secret.encode(), b"%d." % stamp + body, "sha256").hex()
    return {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "stripe-signature": f"t={stamp},v1={digest}",
    }
