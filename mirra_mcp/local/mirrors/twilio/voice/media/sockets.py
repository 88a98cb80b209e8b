"""An application's WebSockets: which addresses they have, and what their failures are called.

Source: https://www.twilio.com/docs/api/errors, with a page for each code
"""

from urllib.parse import urljoin, urlsplit

import orjson

from mirra_mcp.local.kit.webhooks import OPEN, Letter, Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api import signing
from mirra_mcp.local.mirrors.twilio.api.params import is_url
from mirra_mcp.local.mirrors.twilio.voice.errors import FAULTS
from mirra_mcp.local.mirrors.twilio.voice.media import audio

INSECURE, TIMED_OUT, REFUSED, BROKEN, HANDSHAKE, CLOSED, PROTOCOL, INVALID = (
    31910, 31901, 31902, 31903, 31920, 31921, 31924, 31951,
)  # fmt: skip
MISUSED = frozenset((1002, 1003, 1007, 1009))
"""The codes with which a connection is closed over what was sent."""


def socket_url(page: str | None, url: str) -> str | None:
    """Return the address of a socket, which may be relative to a document's; None: it is none.

    Twilio takes `wss` only; on one's own machine there is `ws`, too.

    Source: https://www.twilio.com/docs/voice/twiml/stream#attributes-url
    """
    try:
        found = urljoin((page or "").partition("#")[0], url) if url else ""
        scheme, _, rest = found.partition(":")
        if urlsplit(url).scheme in ("http", "https"):
            return None
    except ValueError:
        return None
    scheme = {"http": "ws", "https": "wss"}.get(scheme, scheme)
    is_fine = scheme in ("ws", "wss") and is_url(f"http:{rest}")
    return f"{scheme}:{rest}" if is_fine else None


def refused_code(parcel: Parcel, outcome: Outcome) -> tuple[int, str]:
    """Return the code and the words for a connection that can't be had, or was lost."""
    error = outcome.error or ""
    if parcel.method != OPEN:
        return BROKEN, f"{FAULTS[BROKEN]}: {error}"
    if "did not answer" in error:
        return TIMED_OUT, f"{FAULTS[TIMED_OUT]}: {error}"
    if "SSL" in error:
        return INSECURE, f"{FAULTS[INSECURE]}: {error}"
    code = REFUSED if "Nothing accepts" in error or "Not sent" in error else HANDSHAKE
    return code, f"{FAULTS[code]}: {error}"


def closed_code(code: int) -> tuple[int, str]:
    """Return the code and the words for a connection that was closed with a code of its own."""
    if code == 1006:
        return BROKEN, FAULTS[BROKEN]
    found = PROTOCOL if code in MISUSED else CLOSED
    return found, f"{FAULTS[found]}: {code}"


def letter_of(parcel: Parcel) -> Letter:
    """Return what is said over a socket, whose handshake is signed.

    Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
    """
    url = signing.as_requested((parcel.url or "").partition("#")[0])
    headers = {
        "user-agent": signing.USER_AGENT,
        signing.HEADER: signing.signature(parcel.secret, url, {}),
        **signing.authorization(parcel.url or ""),
    }
    told = orjson.loads(parcel.payload)["frames"]
    texts = [orjson.dumps(each).decode() for one in told for each in audio.spelled(one)]
    return Letter(parcel.method, url, headers, orjson.dumps(texts))
