"""Pages from templates: everything escaped, and the headers that keep others out."""

from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from mirra_mcp import __version__
from mirra_mcp.local.page import words
from mirra_mcp.local.page.state.links import linked
from mirra_mcp.local.page.statics import href
from mirra_mcp.local.page.visits import Visit

NAVIGATION = (
    ("timeline", "Timeline", "every call and what it caused"),
    ("mail", "Mail", "what the app sent, and what came in"),
    ("phone", "Phone", "texts and calls, and the other side of them"),
    ("state", "State", "what the mirrors hold"),
    ("moves", "Make it happen", "simulate, move the clock, snapshots, faults"),
    ("runs", "Runs", "scenarios and their scores"),
)
"""Per part of the navigation: its name in addresses, its title, and what it shows."""
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none';"
    " base-uri 'none'"
)
SAFE = {
    "cache-control": "no-store",
    "content-security-policy": CSP,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""The headers that each answer has, unless it says otherwise."""


def show(
    visit: Visit, template: str, part: str, /, *, status: int = 200, **told: Any
) -> HTMLResponse:
    """Return a page: a template, the part of the navigation that it belongs to, what it tells."""
    request = visit.request
    notes = request.app.state.notes
    text = render(
        template,
        visit=visit,
        part=part,
        navigation=NAVIGATION,
        note=notes.pop(request.query_params.get("note", ""), None),
        **told,
    )
    return HTMLResponse(text, status)


def render(template: str, /, **told: Any) -> str:
    """Return a template with values filled in, for a part of a page."""
    text: str = _environment().get_template(template).render(**told)
    return text


def notice(request: Request, status: int, message: str, hint: str | None) -> HTMLResponse:
    """Return a page that says why there is none."""
    text = render("notice.html", status=status, message=message, hint=hint)
    return HTMLResponse(text, status)


def passing(request: Request, to: str) -> HTMLResponse:
    """Return a page that leads on at once.

    A redirect would not do: after a link on another site, the cookie isn't sent along with it.
    """
    path = to.partition("://")[2].partition("/")[2].lstrip("/\\")
    return HTMLResponse(render("passing.html", to=f"/{path}"))


@cache
def _environment() -> Environment:
    folder = resources.files("mirra_mcp.local.page") / "templates"

    def load(name: str) -> str:
        return folder.joinpath(name).read_text(encoding="utf-8")

    env = Environment(
        loader=FunctionLoader(load),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    env.globals |= {"static": href, "version": __version__, "plural": words.plural}
    env.filters |= {
        "seen": words.seen,
        "pretty": words.pretty,
        "clock_time": words.clock_time,
        "day": words.day,
        "moment": words.moment,
        "duration": words.duration,
        "flat": words.flat,
        "percent": words.percent,
        "short": words.short,
        "linked": linked,
    }
    return env
