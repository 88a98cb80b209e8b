"""Refusals in a document's own words: the schema that it gives for the status, filled."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.openapi.document.samples import Dice, Samples
from mirra_mcp.local.openapi.document.schemas import ANY
from mirra_mcp.local.openapi.document.spec import Operation
from mirra_mcp.local.openapi.plan import Plan
from mirra_mcp.local.openapi.words import snake
from mirra_mcp.wire.model import Doc

MESSAGES = {
    "message",
    "error_message",
    "error_description",
    "detail",
    "description",
    "msg",
    "reason",
}
TITLES = {"title", "error", "type", "code", "error_code", "name", "status_text"}
FIELDS = {
    "field", "param", "parameter", "loc", "path", "property", "source", "pointer", "location",
}  # fmt: skip
DEEPEST = 3
"""How deep a refusal goes into schemas that hold themselves."""
LISTS = {
    "errors",
    "fields",
    "details",
    "violations",
    "problems",
    "invalid_params",
    "validation_errors",
}
SLUGS = {
    400: "bad_request", 401: "unauthorized", 403: "forbidden", 404: "not_found",
    405: "method_not_allowed", 406: "not_acceptable", 409: "conflict", 413: "payload_too_large",
    415: "unsupported_media_type", 422: "validation_failed", 429: "too_many_requests",
    500: "internal_error", 501: "not_implemented",
}  # fmt: skip
SAID = {
    400: {"bad", "invalid", "malformed", "validation", "request", "parameter", "argument"},
    401: {"unauthorized", "unauthenticated", "authentication", "auth", "token", "key"},
    404: {"not", "found", "missing", "unknown"},
    409: {"conflict", "already", "exists", "duplicate", "taken", "state"},
    422: {"invalid", "validation", "unprocessable", "entity", "request", "parameter", "failed"},
}
"""Words by which documents call a failure in a list of codes, by status."""
TITLED = {status: slug.replace("_", " ").capitalize() for status, slug in SLUGS.items()}


def refusal(
    samples: Samples,
    dice: Dice,
    operation: Operation | None,
    status: int,
    message: str,
    problems: list[tuple[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    code: str | None = None,
) -> VendorError:
    """Return a refusal as the operation's document shapes it.

    `problems` are pairs of a parameter and what is wrong with it. Where the document says nothing
    of the status, the body is `{"error": {"status", "code", "message"}}`.
    """
    response = operation.failure(status) if operation else None
    headers = dict(headers or {})
    if response is None or response.schema is None:
        slug = code or SLUGS.get(status, "error")
        error: Doc = {"status": status, "code": slug, "message": message}
        if problems:
            error["errors"] = [{"field": where, "message": told} for where, told in problems]
        return VendorError(status, {"error": error}, headers)
    if response.media and "json" in response.media:
        headers.setdefault("content-type", response.media)
    filler = _Filler(samples, dice, status, message, problems or [], code)
    body = samples.fit(response.schema, filler.filled(response.schema, 0), dice)
    return VendorError(status, body, headers)


def faults(plan: Plan) -> dict[str, Callable[[], VendorError]]:
    """Return the errors that a fault rule can make a mirror answer, in the document's own form."""
    samples = Samples(plan.schemas)

    def told(status: int, message: str) -> Callable[[], VendorError]:
        headers = {"retry-after": "1"} if status in (429, 503) else {}

        def make() -> VendorError:
            operations = plan.spec.operations
            one = next((each for each in operations if each.failure(status)), None)
            return refusal(samples, _Still(), one, status, message, headers=headers)

        return make

    return {
        "rate_limit": told(429, "Too many requests."),
        "api_error": told(500, "Something went wrong on our side."),
        "unavailable": told(503, "The service is unavailable. Try again."),
    }


class _Still:
    """What errors that belong to no call are made of."""

    now = datetime(2026, 1, 1, tzinfo=UTC)

    def token(self, length: int) -> str:
        """Return letters."""
        return "x" * length

    def uuid(self) -> str:
        """Return a UUID."""
        return "00000000-0000-4000-8000-000000000000"


class _Filler:
    """Writes what went wrong where a schema has room for it."""

    def __init__(
        self,
        samples: Samples,
        dice: Dice,
        status: int,
        message: str,
        problems: list[tuple[str, str]],
        code: str | None,
    ) -> None:
        self._samples, self._dice, self._code = samples, dice, code
        self._status, self._message, self._problems = status, message, problems

    def filled(self, schema: Any, depth: int) -> Any:
        schemas = self._samples.schemas
        types = schemas.types(schema)
        if "string" in types:
            return self._message
        if "array" in types:
            return self._list(schemas.of(schema).get("items") or ANY, depth)
        body: Doc = {}
        shape = schemas.shape(schema)
        for name, each in shape.properties.items():
            found = self._field(snake(name), each, depth, name in shape.required)
            if found is not None:
                body[name] = found
        return body

    def _field(self, name: str, schema: Any, depth: int, is_required: bool) -> Any:
        schemas = self._samples.schemas
        types, doc = schemas.types(schema), schemas.of(schema)
        if isinstance(doc.get("enum"), list):
            return self._chosen(doc["enum"])
        if "integer" in types and ("status" in name or "code" in name):
            return self._status
        if "string" in types:
            if name in MESSAGES:
                return self._message
            if name == "status":
                return str(self._status)
            if name in TITLES:
                return self._slug(name, doc)
            return None
        if "array" in types and (name in LISTS or is_required):
            return self._list(doc.get("items") or ANY, depth) if depth < DEEPEST else []
        if "object" in types and depth < DEEPEST and (name in {"error", "meta"} or is_required):
            return self.filled(schema, depth + 1)
        return None

    def _slug(self, name: str, doc: Doc) -> str:
        if name == "title" or (name == "error" and "example" not in doc):
            return TITLED.get(self._status, "Error")
        if doc.get("format") in ("uri", "uri-reference"):
            return "about:blank"
        if self._code is not None:
            return self._code
        return SLUGS.get(self._status, "error")

    def _chosen(self, options: list[Any]) -> Any:
        """Return which of the document's own words fits: by the status' name, else the first."""
        if self._code in options:
            return self._code
        texts = [each for each in options if isinstance(each, str)]
        wanted = SAID.get(self._status, set(SLUGS.get(self._status, "").split("_")))
        best = max(texts, key=lambda each: len(wanted & set(snake(each).split("_"))), default=None)
        return best if best is not None else next(iter(options), None)

    def _list(self, items: Any, depth: int) -> list[Any]:
        schemas = self._samples.schemas
        given = self._problems or [("", self._message)]
        if "object" not in schemas.types(items):
            return [f"{where}: {told}" if where else told for where, told in given]
        return [self._one(items, where, told, depth) for where, told in given]

    def _one(self, items: Any, where: str, told: str, depth: int) -> Doc:
        body: Doc = {}
        schemas = self._samples.schemas
        for name, each in schemas.shape(items).properties.items():
            key, types = snake(name), schemas.types(each)
            if key in FIELDS:
                body[name] = [where] if "array" in types else where
            elif "string" in types and key in MESSAGES | {"title"}:
                body[name] = told
            else:
                found = self._field(key, each, depth + 1, False)
                if found is not None:
                    body[name] = found
        return body
