"""A mail's HTML, shown so that it can do nothing: no script, no form, no way out, no load.

Three things hold it: a frame without any leave (`sandbox`), a policy that lets in nothing but
styles and images that the mail itself carries, and a text without the elements to which no
policy applies.
"""

import re
from base64 import b64encode
from urllib.parse import unquote

from starlette.responses import HTMLResponse

from mirra_mcp.local.page.mail.boxes import Mail
from mirra_mcp.local.page.visits import Visit

POLICY = (
    "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "content-security-policy": f"sandbox; {POLICY}",
    "referrer-policy": "no-referrer",
    "x-dns-prefetch-control": "off",
    "x-frame-options": "SAMEORIGIN",
}
ALONE = HEADERS | {
    "content-security-policy": f"sandbox allow-popups allow-popups-to-escape-sandbox; {POLICY}",
}
"""In a tab of its own, for browser tests: its links may be followed."""
_LEADING = re.compile(r"<(/?)(link|base|meta|iframe|frame|object|embed|portal)\b", re.IGNORECASE)
_SCRIPT = re.compile(r"<(/?)script\b", re.IGNORECASE)
_CID = re.compile(r"""cid:([^"'\s>)]+)""")
_REMOTE = re.compile(
    r"""(?:src|background)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?\s*(?:https?:)?//""",
    re.IGNORECASE,
)
LARGEST = 5 * 1024 * 1024


def tamed(markup: str) -> str:
    """Return HTML without the elements that lead a browser elsewhere whatever its policy says."""
    calm = _LEADING.sub(r"<\1x-\2", markup)
    return _SCRIPT.sub(lambda found: f"<{found[1]}x-script{'' if found[1] else ' hidden'}", calm)


def remote_parts(markup: str) -> int:
    """Count what the mail would load from elsewhere."""
    return len(_REMOTE.findall(markup))


async def body(seeing: Visit, mail: Mail, *, alone: bool = False) -> HTMLResponse:
    """Answer with a mail's HTML, or its text as HTML; its own images are put into it."""
    markup = mail.html
    if not markup:
        text = mail.text.replace("&", "&amp;").replace("<", "&lt;")
        markup = f"<pre style='white-space:pre-wrap;font:14px/1.5 sans-serif'>{text}</pre>"
    for name in dict.fromkeys(_CID.findall(markup)):
        if data := await _image(seeing, mail, unquote(name)):
            markup = markup.replace(f"cid:{name}", data)
    page = f"<!doctype html><meta charset=utf-8><title>{_plain(mail.subject)}</title>"
    return HTMLResponse(page + tamed(markup), headers=ALONE if alone else HEADERS)


async def _image(seeing: Visit, mail: Mail, name: str) -> str | None:
    for file in mail.files:
        kind = str(file.get("content_type") or "")
        if file.get("content_id") == name and kind.startswith("image/"):
            path = file.get("download_path")
            content = await seeing.mirror(mail.vendor).download(path) if path else None
            if content is not None and len(content) <= LARGEST:
                return f"data:{kind.partition(';')[0]};base64,{b64encode(content).decode()}"
    return None


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
