"""Where a call may go: base URLs, ids in paths, and paths that stay on their mirror."""

import ipaddress
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit

from mirra_mcp.client.errors import MirraError

_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
Query = Mapping[str, str | int | float | bool | datetime | Iterable[str] | None]


def base_url(url: str, *, setting: str) -> str:
    """Return the URL without its closing slash, once it is one that calls can be made of.

    Raises:
        MirraError: not http(s), no host, or parts that a base URL can't have.
    """
    parts = _split(url.strip())
    wrong = (
        "it is not a URL"
        if parts is None or " " in url.strip()
        else f"its scheme is {parts.scheme or 'missing'}, not http or https"
        if parts.scheme not in ("http", "https")
        else "it names no host"
        if not parts.hostname
        else "it carries a user name or password"
        if "@" in parts.netloc
        else "it has a query or a fragment"
        if parts.query or parts.fragment
        else None
    )
    if wrong or parts is None:
        raise MirraError(
            f"{setting} can't be used: {wrong}.",
            code="mirra.client.invalid_url",
            hint="Give it as https://host or http://127.0.0.1:port.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def refuse_plain_http(url: str, *, setting: str = "MIRRA_API_URL") -> None:
    """Keep a token off the open wire: plain http is for this machine alone.

    Raises:
        MirraError: the URL is http and its host is not loopback.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise MirraError(
            f"The Mirra token is not sent over plain http to {parts.hostname}.",
            code="mirra.client.insecure_url",
            hint=f"Use https in {setting}; plain http works for 127.0.0.1 and localhost only.",
        )


def usable_token(
    token: str | None,
    *,
    setting: str = "MIRRA_TOKEN",
    issued: str = "app.mirra.run/settings/tokens",
) -> str | None:
    """Return the token without the white space around it, or None when nothing is left.

    Raises:
        MirraError: it has characters that a header can't carry.
    """
    token = (token or "").strip()
    if not re.fullmatch(r"[!-~]*", token):
        raise MirraError(
            "The Mirra token holds spaces or other characters that no token has.",
            code="mirra.auth.invalid",
            hint=f"Copy it anew from {issued} into {setting}.",
        )
    return token or None


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def segment(name: str, *, of: str) -> str:
    """Return an id as one segment of a path, whatever it contains.

    Raises:
        MirraError: it is empty, or dots that would lead elsewhere.
    """
    if not name.strip(". "):
        raise MirraError(
            f"'{name}' is not a {of}.",
            code="mirra.request.invalid",
            hint=f"Give the {of} as Mirra answered it.",
        )
    return quote(name, safe="", errors="replace")


def with_query(path: str, query: Query) -> str:
    """Return the path with those parameters that are set."""
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if value is None:
            continue
        if isinstance(value, str | int | float | datetime):
            pairs.append((name, _text(value)))
        else:
            pairs += ((name, item) for item in value)
    encoded = urlencode(pairs, errors="replace")
    return f"{path}?{encoded}" if encoded else path


def path_on_mirror(path: str) -> str:
    """Return the path, once it is sure to stay on the mirror it is sent to.

    Raises:
        MirraError: an absolute URL, or a path that climbs out.
    """
    parts = _split(path)
    own = parts.path if parts and parts.scheme and parts.path.startswith("/") else "/emails"
    wrong = (
        "it holds characters that no URL can"
        if _CONTROL.search(path)
        else "it is a whole URL"
        if parts is None or parts.scheme or path.startswith("//")
        else "it doesn't begin with a slash"
        if not path.startswith("/")
        else "it climbs out with dots"
        if {".", ".."} & set(unquote(unquote(parts.path)).replace("\\", "/").split("/"))
        else None
    )
    if wrong:
        raise MirraError(
            f"The path '{path[:200]}' can't be sent to a mirror: {wrong}.",
            code="mirra.client.outside_mirror",
            hint=f"Give the path alone, from the slash on, percent-encoded, as {own}.",
        )
    return path.partition("#")[0]


def _split(url: str) -> SplitResult | None:
    if _CONTROL.search(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _text(value: str | int | float | datetime) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)
