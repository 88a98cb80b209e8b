"""Text in which what may be looked up is a link: ids, e-mail addresses, phone numbers."""

import re
from urllib.parse import quote

from markupsafe import Markup, escape

from mirra_mcp.local.page.words import pretty, seen

_TOKENS = re.compile(
    r"\b[a-z]{2,12}_(?:[a-z]{2,6}_)?[A-Za-z0-9]{10,64}\b"  # Stripe's and ours
    r"|\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"  # Resend's
    r"|\b[A-Z]{2}[0-9a-f]{32}\b"  # Twilio's
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}\b"
    r"|(?<![\w+])\+[1-9]\d{7,14}\b"
)
SECRET = re.compile(r"^(sk|rk|pk|whsec|re)_|_secret_")
LINKED = 20_000
"""Characters of a text in which links are made: more are read by nobody."""


def linked(value: object, base: str) -> Markup:
    """Return a value as text, escaped, with links to what it names; `base` is the session's."""
    text = seen(pretty(value))
    head, tail = text[:LINKED], text[LINKED:]
    parts, at = [], 0
    for found in _TOKENS.finditer(head):
        word = found[0]
        if SECRET.search(word):
            continue
        parts.append(escape(head[at : found.start()]))
        href = f"{base}/state/find?id={quote(word, safe='')}"
        parts.append(Markup('<a href="{}">{}</a>').format(href, word))
        at = found.end()
    return Markup("").join([*parts, escape(head[at:]), escape(tail)])
