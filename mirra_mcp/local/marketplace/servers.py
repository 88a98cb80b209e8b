"""Where an operation is called: at the resource's base URL, or at a server of its own.

Source: https://spec.openapis.org/oas/v3.1.1.html#server-object
"""

from urllib.parse import urljoin

from mirra_mcp.local.openapi.document.spec import url_of
from mirra_mcp.wire.model import Doc


def address_of(base_url: str, server: Doc | None) -> str:
    """Return the URL that an operation's path is added to; a relative one is of the base URL's."""
    if server is None:
        return base_url
    return urljoin(base_url.rstrip("/") + "/", url_of(server))
