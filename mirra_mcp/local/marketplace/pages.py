"""A page for one use, on which a person gives a resource's credentials: no secret passes an agent.

The page's address is the only key to it; it ends when it has been used, or after ten minutes.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape

from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.marketplace.errors import Refused

LASTING = timedelta(minutes=10)
REMEMBERED = timedelta(hours=1)
TRIES = 10
FIELDS: dict[str, tuple[tuple[str, str, bool, bool], ...]] = {
    "api_key": (("apiKey", "API key", True, True),),
    "bearer": (("token", "Token", True, True),),
    "basic": (("username", "User name", False, True), ("password", "Password", True, False)),
    "oauth2": (
        ("accessToken", "Access token", True, True),
        ("refreshToken", "Refresh token", True, False),
        ("clientId", "Client ID", False, False),
        ("clientSecret", "Client secret", True, False),
    ),
}
"""Per kind its fields: name, label, whether it is secret, whether it must be given."""
STYLE = """
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:30rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.3rem}label{display:block;margin:1rem 0 .2rem}
input{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}
button{font:inherit;margin-top:1.2rem;padding:.5rem 1.4rem}
.bad{color:#c33}small{opacity:.75}
"""


@dataclass
class Page:
    """One page."""

    account: str
    resource: str
    name: str
    hosts: list[str]
    type: str
    expires: datetime
    tries: int = 0
    is_done: bool = False


class Pages:
    """The pages that are open; they live in memory, so none survives its process."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._pages: dict[str, Page] = {}

    def open(
        self, account: str, resource: str, name: str, hosts: list[str], type: str
    ) -> tuple[str, Page]:
        """Make a page; return what its address ends with."""
        now = self._wall()
        for nonce, page in list(self._pages.items()):
            if page.expires + REMEMBERED < now:
                del self._pages[nonce]
        nonce = secrets.token_urlsafe(24)
        self._pages[nonce] = Page(account, resource, name, hosts, type, now + LASTING)
        return nonce, self._pages[nonce]

    def find(self, nonce: str) -> Page:
        """Return a page that can still be used.

        Raises:
            Refused: there is none.
        """
        page = self._pages.get(nonce)
        if page is None or page.is_done or page.tries >= TRIES or page.expires <= self._wall():
            raise Refused(404, "NOT_FOUND", "This page has been used, or has expired.")
        return page

    def status(self, account: str, nonce: str) -> str:
        """Tell whether a page has been used."""
        page = self._pages.get(nonce)
        if page is None or page.account != account:
            return "expired"
        if page.is_done:
            return "done"
        return "expired" if page.expires <= self._wall() else "waiting"


def form(page: Page, trouble: str = "") -> str:
    """Return the page with its form."""
    fields = []
    for name, label, is_secret, is_needed in FIELDS[page.type]:
        kind = "password" if is_secret else "text"
        needed = " required" if is_needed else ""
        fields.append(
            f'<label for="{name}">{label}{"" if is_needed else " (optional)"}</label>'
            f'<input id="{name}" name="{name}" type="{kind}"{needed} autocomplete="off"'
            ' autocapitalize="off" spellcheck="false">'
        )
    hosts = " and ".join(page.hosts)
    bad = f'<p class="bad" role="alert">{escape(trouble)}</p>' if trouble else ""
    return _html(
        f"Credentials for {escape(page.name)}",
        f"<p>They are kept encrypted on this machine, and sent to <b>{escape(hosts)}</b>"
        f' alone when the resource is called.</p>{bad}<form method="post">{"".join(fields)}'
        "<button>Save</button></form><p><small>This page works once and for ten minutes.</small>",
    )


def done(page: Page) -> str:
    """Return what is shown when the credentials are kept."""
    return _html("Saved", f"<p>{escape(page.name)} can be called now. You may close this page.</p>")


def gone(message: str) -> str:
    """Return what is shown where there is no page."""
    return _html("Nothing here", f"<p>{escape(message)} Ask for a new one.</p>")


def _html(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{STYLE}</style><h1>{title}</h1>{body}</html>"
    )
