"""How Twilio signs what it sends.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

HEADER = "x-twilio-signature"
USER_AGENT = "TwilioProxy/1.1"


def signature(token: str, url: str, params: Mapping[str, str]) -> str:
    """Return the `X-Twilio-Signature` of a request to `url` with form parameters.

    A GET request has none: its parameters are part of the URL.
    """
    text = url + "".join(f"{name}{params[name]}" for name in sorted(params))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
