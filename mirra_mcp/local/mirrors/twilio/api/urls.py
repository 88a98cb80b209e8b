"""Addresses of webhooks: which of them Twilio calls, and how they look to who is called."""

from base64 import b64encode
from urllib.parse import unquote, urlsplit


def is_url(text: str) -> bool:
    """Say whether Twilio would call this address: HTTP, with a host that has no underscore."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(host)
        and "_" not in host
        and port_is_fine
        and len(text) <= 4000
        and text.isprintable()
        and " " not in text
    )


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
    return {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}
