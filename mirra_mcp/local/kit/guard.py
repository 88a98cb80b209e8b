"""Who may speak to a server on this machine: loopback names only, against DNS rebinding."""

import ipaddress
from urllib.parse import urlsplit

from mirra_mcp.local.kit.errors import Refusal


def is_local(host: str) -> bool:
    """Tell whether a host name or address, without port, is this machine's loopback."""
    host = host.strip("[]").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check(host: str | None, origin: str | None) -> None:
    """Let a request through if its Host and Origin are local.

    Raises:
        Refusal: they aren't.
    """
    if host not in _seen:
        name = urlsplit(f"//{host or ''}").hostname or ""
        if not is_local(name):
            raise Refusal(
                403,
                "mirra.request.forbidden_host",
                f"This Mirra doesn't answer to the host '{name}'.",
                "Call it at 127.0.0.1 or localhost.",
            )
        if len(_seen) < 1000:
            _seen.add(host or "")
    if origin is not None:
        name = urlsplit(origin).hostname or ""
        if not is_local(name):
            raise Refusal(
                403,
                "mirra.request.forbidden_origin",
                f"Pages from '{origin}' may not call this Mirra.",
                "Serve the page from localhost, or call from a server.",
            )


_seen: set[str] = set()
