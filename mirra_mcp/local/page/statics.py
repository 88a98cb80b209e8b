"""The stylesheet, the script and the icon: the package's own files, cached for good by content."""

import hashlib
from functools import cache
from importlib import resources

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

TYPES = {
    "mail.css": "text/css",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "phone.css": "text/css",
    "icon.svg": "image/svg+xml",
}
YEAR = 365 * 86_400


@cache
def _read(name: str) -> tuple[bytes, str]:
    content = (resources.files("mirra_mcp.local.page") / "static" / name).read_bytes()
    return content, hashlib.sha256(content).hexdigest()[:12]


def href(name: str) -> str:
    """Return the address of a file as it is now."""
    return f"/static/{name}?v={_read(name)[1]}"


async def serve(request: Request) -> Response:
    """`GET /static/{name}`."""
    name = request.path_params["name"]
    if name not in TYPES:
        raise HTTPException(404)
    content, version = _read(name)
    is_current = request.query_params.get("v") == version
    headers = {
        "cache-control": f"public, max-age={YEAR}, immutable" if is_current else "no-cache",
        "etag": f'"{version}"',
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=TYPES[name], headers=headers)
