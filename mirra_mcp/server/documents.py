"""What a creator's OpenAPI document says of a resource: its name, address, credentials, methods."""

import re
from dataclasses import dataclass, field
from typing import Any

from mirra_mcp.server.caller import Caller
from mirra_mcp.server.texts import read_json
from mirra_mcp.wire.marketplace import Authentication
from mirra_mcp.wire.model import Doc

VERBS = ("get", "post", "put", "patch", "delete")


@dataclass
class Told:
    """What a resource is, as its document has it."""

    name: str | None = None
    description: str | None = None
    server: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    """The usual values of what stands in braces in the servers' addresses."""
    authentication: Authentication = "none"
    auth_config: Doc = field(default_factory=dict)


async def given(caller: Caller, openapi: Doc | None, path: str | None) -> Doc | None:
    """Return the document that was given, or the one in a file.

    Raises:
        Refusal: the file can't be read.
    """
    if path is None:
        return openapi
    return await read_json(caller, path, argument="openapi_path", instead="openapi")


def told(document: Doc | None) -> Told:
    """Read what a document says of the whole API."""
    document = document or {}
    info = _object(document.get("info"))
    found = Told(info.get("title"), info.get("description") or info.get("summary"))
    found.description = found.description or info.get("title")
    for server in document.get("servers") or []:
        for name, each in _object(_object(server).get("variables")).items():
            found.variables.setdefault(name, str(_object(each).get("default") or ""))
        found.server = found.server or _object(server).get("url")
    if document.get("swagger") and document.get("host"):
        scheme = next(iter(document.get("schemes") or ["https"]))
        found.server = f"{scheme}://{document['host']}{document.get('basePath') or ''}"
    _read_security(document, found)
    return found


def _read_security(document: Doc, found: Told) -> None:
    components = _object(document.get("components"))
    schemes = _object(components.get("securitySchemes") or document.get("securityDefinitions"))
    wanted = [name for each in document.get("security") or [] for name in _object(each)]
    if not document.get("security") and all(
        _object(operation).get("security")
        for item in _object(document.get("paths")).values()
        for verb, operation in _object(item).items()
        if verb in VERBS
    ):
        wanted = list(schemes)
    for scheme in (_object(schemes.get(name)) for name in wanted):
        kind = scheme.get("type")
        if kind == "apiKey" and scheme.get("in") in ("header", "query", "cookie"):
            found.authentication = "api_key"
            found.auth_config = {"in": scheme["in"], "name": scheme.get("name")}
        elif kind == "basic" or (kind == "http" and scheme.get("scheme") == "basic"):
            found.authentication = "basic"
        elif kind == "http" or kind in ("oauth2", "openIdConnect"):
            found.authentication = "bearer"
        else:
            continue
        return


def address(base_url: str | None, found: Told) -> str | None:
    """Return where an API is: as was said, or the document's first server, variables filled."""
    url = base_url or found.server
    for name, usual in found.variables.items():
        url = url and url.replace(f"{{{name}}}", usual)
    return url.rstrip("/") if url else url


def _object(value: Any) -> Doc:
    return value if isinstance(value, dict) else {}


def operations(document: Doc | None) -> list[Doc]:
    """Return a method for each operation of the document."""
    paths = (document or {}).get("paths")
    return [
        {
            "name": _name(operation.get("operationId"), verb, path),
            "httpMethod": verb.upper(),
            "path": path,
            **({"description": words} if (words := operation.get("summary")) else {}),
        }
        for path, item in (paths.items() if isinstance(paths, dict) else ())
        if isinstance(item, dict)
        for verb, operation in item.items()
        if verb in VERBS and isinstance(operation, dict)
    ]


def _name(id: object, verb: str, path: str) -> str:
    """Return an operation's id as a method may be called: `users_get` for `users/get`.

    Without a usable one it is `getUsersById` for `GET /users/{id}`.
    """
    name = re.sub(r"[^\w.\-]+", "_", str(id or ""), flags=re.ASCII).strip("_")
    if not re.match(r"[A-Za-z_]", name):
        words = re.findall(r"\w+", re.sub(r"\{(\w+)\}", r"by \1", path), re.ASCII)
        name = verb + "".join(word[:1].upper() + word[1:] for word in words)
    return name[:100]
