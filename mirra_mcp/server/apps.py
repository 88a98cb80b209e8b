"""The same things to look at, not to read: an MCP App on three tools, for hosts that show such.

A host says that it shows apps when it connects. Only such a host hears of `ui://mirra/session.html`
and of the tools that it belongs to; the tools' results are the same for everyone, text that says it
all. The app asks for nothing but what these tools answer, through the host.

Source: https://github.com/modelcontextprotocol/ext-apps (specification 2026-01-26, SEP-1865)
"""

from importlib import resources
from typing import TYPE_CHECKING, Any

import mcp.types as t
from mcp.server.extension import Extension

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

URI = "ui://mirra/session.html"
EXTENSION = "io.modelcontextprotocol/ui"
MIME_TYPE = "text/html;profile=mcp-app"
TOOLS = ("mirra_session_state", "mirra_session_webhooks", "mirra_run_get")
"""The tools whose results the app shows."""


class Shown(Extension):
    """What the server says of itself: it has apps, for hosts that show them."""

    identifier = EXTENSION


def are_shown(request: "ServerRequestContext[Any, Any]") -> bool:
    """Tell whether the host of a request shows apps."""
    capabilities = request.session.client_capabilities
    if not (capabilities and capabilities.extensions and EXTENSION in capabilities.extensions):
        return False
    kinds = (capabilities.extensions[EXTENSION] or {}).get("mimeTypes")
    return isinstance(kinds, list | tuple) and MIME_TYPE in kinds


def with_apps(tools: list[t.Tool]) -> list[t.Tool]:
    """Return the tools, those that the app shows with its address."""
    ui = {"ui": {"resourceUri": URI}}
    return [
        each.model_copy(update={"meta": {**(each.meta or {}), **ui}})
        if each.name in TOOLS
        else each
        for each in tools
    ]


def resource() -> t.Resource:
    """Return how the app is listed among the resources."""
    return t.Resource(
        uri=URI,
        name="session",
        title="Session",
        description="A session's state, webhooks and runs, to look at.",
        mime_type=MIME_TYPE,
        _meta={"ui": {"prefersBorder": True}},
    )


def page() -> str:
    """Return the app: one HTML document that loads nothing."""
    return (resources.files("mirra_mcp.server") / "session.html").read_text(encoding="utf-8")
