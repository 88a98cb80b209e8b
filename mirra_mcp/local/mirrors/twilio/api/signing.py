"""How Twilio signs what it sends.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

HEADER = "x-twilio-signature"
USER_AGENT = "TwilioProxy/1.1"


def signature(token: str, url: str, params: Mapping[str, str]) -> str:
    """Return the `X-Twilio-Signature` of a request to `url` with form parameters.

    A GET request has none: its parameters are part of the URL.
    """
    text = url + "".join(f"{name}{params[name]}" for name in sorted(params))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def as_requested(url: str) -> str:
    """Return an address as the application that is called sees it, which is what Twilio signs.

    User and password travel in a header, what isn't ASCII is encoded, and the host is in lower
    case without the port that its scheme implies.

    Source: https://github.com/twilio/twilio-python/blob/main/twilio/request_validator.py ("full
    URI that Twilio requested on your server")
    """
    import httpx

    return str(httpx.URL(url).copy_with(userinfo=b""))


def authorization(url: str) -> dict[str, str]:
    """Return the header in which the user and the password of an address travel.

    Source: https://www.twilio.com/docs/usage/security#http-authentication
    """
    parts = urlsplit(url)
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
