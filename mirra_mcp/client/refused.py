"""Why a receiver refused a webhook, as far as it can be told from outside.

The words are those of the libraries that handlers verify with.

Source: https://github.com/stripe/stripe-node/blob/master/src/Webhooks.ts
    https://github.com/svix/svix-webhooks/blob/main/javascript/src/webhook.ts
    https://github.com/twilio/twilio-node/blob/main/src/webhooks/webhooks.ts
"""

import re

from mirra_mcp.wire.events import Delivery

_SAYS = (
    (
        r"timestamp.{0,40}(tolerance|too (old|new))",
        "The handler found the timestamp too old or too new: signatures carry the real time, not"
        " the session's. Is the handler's clock moved, or the delivery held back?",
    ),
    (
        r"no \S*signature\S* header|missing (required )?(\S+ )?(headers?|signature)"
        r"|unable to extract|no signatures found with expected scheme",
        "The handler found no signature where it looked: {headers} were sent. Does it read one of"
        " these, and does a proxy or framework pass it on?",
    ),
    (
        r"signature",
        "The signature didn't match: either another secret is used (this endpoint's own is the one"
        " that counts; `env` names what the first endpoint gets), or the body was parsed and"
        " written anew before it was verified: verify the raw bytes.",
    ),
)
_STATUS = {
    404: "Nothing answers at that path: is the URL that was registered the handler's?",
    405: "The handler takes another method than POST there.",
    401: "The handler, or something before it, wants credentials: webhooks carry only a signature.",
    403: "The handler refused the sender. Does it verify against the URL that is registered,"
    " scheme, host, port and query included, or does CSRF protection stand before it?",
    413: "The body was too large for the handler's parser.",
    415: "The handler doesn't take this content type: {headers} were sent.",
}


def why(delivery: Delivery) -> str | None:
    """Return why the newest attempt was refused, and what to look at; None if it wasn't."""
    if not delivery.attempts:
        return None
    last = delivery.attempts[-1]
    status, said = last.response_status, last.response_body or ""
    if status is None:
        return None  # the attempt's own line tells
    headers = ", ".join(name for name in delivery.headers if name.lower() not in _USUAL)
    for pattern, told in _SAYS:
        if re.search(pattern, said, re.IGNORECASE):
            return told.format(headers=headers or "no signature headers")
    if 300 <= status < 400:
        return "It was redirected: webhooks follow no redirect. Register the final URL."
    if status >= 500:
        return "The handler failed by itself: its own log has the reason."
    return (_STATUS.get(status) or _OTHER).format(headers=headers or "the usual headers")


_USUAL = {"user-agent", "content-type", "content-length", "accept", "cache-control"}
_OTHER = "The handler refused it without saying why: see what it logs, or answer with the reason."
