"""Who may speak to a server on this machine: loopback names only, against DNS rebinding."""

import ipaddress
from collections.abc import Collection, Mapping
from hmac import compare_digest
from urllib.parse import urlsplit

from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.vendors import VENDORS, vendor_of


def is_local(host: str) -> bool:
    """Tell whether a host name or address, without port, is this machine's loopback."""
    host = host.strip("[]").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def name_of(url: str) -> str:
    """Return the host name that a URL without its scheme, or an origin, names; else nothing."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def host_named(host: str | None, vendor: str, hosts: Collection[str] = ()) -> str | None:
    """Return the host of the mirrored API that a request to its mirror names, without the port.

    It is one of the vendor's domain, or of `hosts`, those of a document.

    A program that is led here believes that it calls the vendor. No foreign page can do so: a
    browser sends such a Host only where the vendor's own name leads.
    """
    known = VENDORS.get(vendor)
    domains = () if known is None else known.domains
    if host is None or not (hosts or any(each in host.lower() for each in domains)):
        return None
    name = name_of(f"//{host}").rstrip(".")
    return name if name in hosts or vendor_of(name) == vendor else None


def check(host: str | None, origin: str | None, *, named: str | None = None) -> None:
    """Let a request through if its Host is local, or the vendor's `named`, and its Origin local.

    Raises:
        Refusal: they aren't.
    """
    if named is None and host not in _seen:
        name = name_of(f"//{host or ''}")
        if not is_local(name):
            raise Refusal(
                403,
                "mirra.request.forbidden_host",
                f"This Mirra doesn't answer to the host '{(host or '')[:80]}'.",
                "Call it at 127.0.0.1 or localhost.",
            )
        if len(_seen) < 1000:
            _seen.add(host or "")
    if origin is not None:
        name = name_of(origin)
        if not is_local(name):
            raise Refusal(
                403,
                "mirra.request.forbidden_origin",
                f"Pages from '{origin[:80]}' may not call this Mirra.",
                "Serve the page from localhost, or call from a server.",
            )


def check_admin(method: str, headers: Mapping[str, str], *, is_stranger: bool, token: str) -> None:
    """Let a call of a mirror's own endpoints through, unless a page or another user makes it.

    Pages can send texts and forms to any address unasked; JSON or a header of our own they
    must ask for first, and nobody answers them.

    Raises:
        Refusal: it may not be made.
    """
    said = headers.get("authorization", "").removeprefix("Bearer ")
    if token and compare_digest(said.encode(errors="replace"), token.encode()):
        return
    if is_stranger:
        raise Refusal(
            403,
            "mirra.request.forbidden_user",
            "Another user of this machine may not administer this mirror.",
            "Call it as the user that runs Mirra, or with 'Authorization: Bearer <token>'.",
        )
    is_page = any(name in headers for name in ("origin", "sec-fetch-site", "sec-fetch-mode"))
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_asked = kind == "application/json" or any(name.startswith("x-mirra-") for name in headers)
    if is_page and method not in ("GET", "HEAD", "OPTIONS") and not is_asked:
        raise Refusal(
            403,
            "mirra.request.forgeable",
            "Any page could have sent this.",
            "Send the body as 'Content-Type: application/json', or add an 'X-Mirra-Admin: 1'.",
        )


_seen: set[str] = set()
