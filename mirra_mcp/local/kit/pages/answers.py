"""Pages that a mirror shows to people: templates made into answers that no other page can misuse.

They work without scripts and load nothing. Whatever a document says is escaped, a policy forbids
all but the page's own style, and a form is taken only from the page that it was shown on.
"""

import hmac
import secrets
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from mirra_mcp.local.kit.guard import is_local
from mirra_mcp.local.kit.routes import Answer, Call

HERE = Path(__file__).parent
HTML = "text/html; charset=utf-8"
LOCAL = "http://localhost:* http://127.0.0.1:* https://localhost:* https://127.0.0.1:*"
"""Where an app under development is, as a policy names it."""
PRINTABLE = "".join(map(chr, range(33, 127)))
SCRIPTS = ("javascript:", "data:", "vbscript:")
_KEY = secrets.token_bytes(32)


def shown(
    folder: Path,
    template: str,
    *,
    status: int = 200,
    leads_to: Iterable[str | None] = (),
    framed: bool = False,
    **values: Any,
) -> Answer:
    """Return a page made of a vendor's template, `checkout/hosted/page.html` of its `folder`.

    Args:
        folder: where the vendor's templates are.
        template: its path in there.
        status: how it is answered.
        leads_to: addresses to which its forms may lead in the end, away from the mirror.
        framed: whether an app on this machine may show it in a frame.
        values: what the template reads.
    """
    style = _style()
    text = _templates(folder).get_template(template).render(style=style, **values)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    targets = " ".join(dict.fromkeys(["'self'", LOCAL, *map(_source, filter(None, leads_to))]))
    framing = f"'self' {LOCAL}" if framed else "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action {targets};"
        f" base-uri 'none'; frame-ancestors {framing}"
    )
    return Answer(
        status,
        text.encode(),
        {
            "content-type": HTML,
            "content-security-policy": policy,
            "cache-control": "no-store",
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
        },
    )


def led_to(url: str) -> Answer:
    """Send the browser elsewhere; what it asks for there is a page again."""
    place = quote(url, safe=PRINTABLE)
    return Answer(303, b"", {"content-type": HTML, "location": place, "cache-control": "no-store"})


def form_of(call: Call) -> dict[str, str]:
    """Return the fields of a form that was sent; of a repeated one the last."""
    said = call.body.decode("utf-8", "replace")
    return dict(parse_qsl(said, keep_blank_values=True))


def seal_of(call: Call) -> str:
    """Return what the forms of the page at a call's address carry, and no other page can know."""
    return hmac.new(_KEY, call.path.encode(), sha256).hexdigest()[:32]


def is_own_form(call: Call) -> bool:
    """Tell whether a form was sent from the page that it was shown on."""
    headers = call.headers
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != headers.get("host"):
        return False
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return hmac.compare_digest(form_of(call).get("seal", "").encode(), seal_of(call).encode())


def with_query(url: str, **more: str) -> str:
    """Add parameters to a URL that may have some, before its fragment."""
    head, mark, fragment = url.partition("#")
    glue = "&" if "?" in head else "?"
    return f"{head}{glue}{urlencode(more)}{mark}{fragment}"


def link_to(url: str | None) -> str:
    """Return an address as a page may link to it: one that would run something leads nowhere."""
    plain = "".join(each for each in url or "" if each > " ")
    return "#" if plain.lower().startswith(SCRIPTS) else url or "#"


def _source(url: str) -> str:
    """Return how a policy names where a URL leads: its origin, or the scheme of an app's own."""
    parts = urlsplit(url)
    if parts.scheme in ("http", "https") and parts.hostname:
        safe = "".join(each for each in parts.netloc.rpartition("@")[2] if each not in ";, '\"")
        return f"{parts.scheme}://{safe}" if not is_local(parts.hostname) else LOCAL
    return f"{parts.scheme}:" if parts.scheme.isalnum() else LOCAL


@cache
def _style() -> str:
    return (HERE / "style.css").read_text(encoding="utf-8")


@cache
def _templates(folder: Path) -> Any:
    """Return the templates of a vendor, over those of every vendor; made when first asked for."""
    from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

    loaders = {"kit": FileSystemLoader(HERE), "own": FileSystemLoader(folder)}
    made = Environment(
        loader=PrefixLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["link"] = link_to
    return made
