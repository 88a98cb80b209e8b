"""Who may call: any credential of a declared kind is taken, none is refused.

Source: https://spec.openapis.org/oas/v3.1.1.html#security-scheme-object
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.openapi.document.spec import Operation, Spec
from mirra_mcp.wire.model import Doc

KEY = "mirra_test_key"


@dataclass(frozen=True, slots=True)
class Missing:
    """What a caller didn't say."""

    message: str
    challenge: str | None


def missing(spec: Spec, operation: Operation, call: Call) -> Missing | None:
    """Return what a call lacks to be let in, or None."""
    if not operation.security or any(not each for each in operation.security):
        return None
    wanted = []
    for together in operation.security:
        schemes = [spec.security_schemes.get(str(name), {}) for name in together]
        lacking = [scheme for scheme in schemes if not _is_given(scheme, call)]
        if not lacking:
            return None
        wanted += lacking
    first = wanted[0]
    return Missing(f"The call needs {_told(first)}.", _challenge(first))


def _is_given(scheme: Doc, call: Call) -> bool:
    kind, header = scheme.get("type"), call.headers.get("authorization", "")
    if kind == "apiKey":
        name, place = str(scheme.get("name")), scheme.get("in")
        if place == "query":
            return bool(call.query.get(name))
        if place == "cookie":
            pairs = parse_qsl(call.headers.get("cookie", "").replace("; ", "&"))
            return bool(dict(pairs).get(name))
        return bool(call.headers.get(name.lower()))
    if kind == "http":
        word, _, rest = header.partition(" ")
        return word.lower() == str(scheme.get("scheme", "")).lower() and bool(rest.strip())
    if kind in ("oauth2", "openIdConnect"):
        word, _, rest = header.partition(" ")
        return word.lower() in ("bearer", "token") and bool(rest.strip())
    return True


def _told(scheme: Doc) -> str:
    if scheme.get("type") == "apiKey":
        return f"an API key as '{scheme.get('name')}' in the {scheme.get('in')}"
    if scheme.get("type") == "http":
        return f"'Authorization: {str(scheme.get('scheme', '')).capitalize()} ...'"
    return "'Authorization: Bearer ...'"


def _challenge(scheme: Doc) -> str | None:
    if scheme.get("type") == "http":
        return str(scheme.get("scheme", "")).capitalize()
    return "Bearer" if scheme.get("type") in ("oauth2", "openIdConnect") else None


def headers(spec: Spec) -> dict[str, str]:
    """Return the headers by which a caller gets in, of the first scheme that is sent in one."""
    for scheme in spec.security_schemes.values():
        kind = scheme.get("type")
        if kind == "apiKey" and scheme.get("in") == "header":
            return {str(scheme.get("name")): KEY}
        if kind == "http" and str(scheme.get("scheme")).lower() == "basic":
            return {"authorization": "Basic bWlycmE6bWlycmE="}
        if kind in ("http", "oauth2", "openIdConnect"):
            return {"authorization": f"Bearer {KEY}"}
    return {}


def credentials(spec: Spec, operation: Operation) -> tuple[dict[str, str], list[str]]:
    """Return headers and parts of the query by which a call of an operation gets in."""
    found: dict[str, str] = {}
    query = []
    for name in next(iter(operation.security), {}):
        scheme = spec.security_schemes.get(str(name), {})
        kind, place, called = scheme.get("type"), scheme.get("in"), str(scheme.get("name"))
        if kind == "apiKey" and place == "query":
            query.append(f"{quote(called)}={KEY}")
        elif kind == "apiKey" and place == "cookie":
            found["Cookie"] = f"{called}={KEY}"
        elif kind == "apiKey":
            found[called] = KEY
        elif kind == "http" and str(scheme.get("scheme")).lower() == "basic":
            found["Authorization"] = "Basic bWlycmE6bWlycmE="
        elif kind in ("http", "oauth2", "openIdConnect"):
            word = str(scheme.get("scheme") or "bearer").capitalize()
            found["Authorization"] = f"{word} {KEY}"
    return found, query


def curl(spec: Spec) -> str:
    """Return curl's options for the same."""
    return " ".join(f"-H '{name}: {value}'" for name, value in headers(spec).items())
