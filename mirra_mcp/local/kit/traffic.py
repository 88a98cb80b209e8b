"""What the log keeps of a call to a mirror: secrets are masked when somebody reads it."""

from dataclasses import dataclass

from mirra_mcp.local.kit import masks
from mirra_mcp.local.kit.compact import compact, trimmed
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.wire.model import Doc

LOGGED_BODY = 4096
"""Bytes of a request's body, and characters of a query, that the log keeps."""
LOGGED_HEADER = 256
"""Characters of a header that the log keeps."""
LARGEST_ERROR = 1024 * 1024


@dataclass(slots=True)
class Traffic:
    """A call that was answered."""

    mirror: str
    method: str
    path: str
    query: str
    status: int
    duration_ms: float
    body: bytes
    length: int
    """Bytes of the whole body; of a long one only the beginning is kept."""
    headers: dict[str, str]
    key: str | None
    """The idempotency key."""
    error: bytes
    fault: str | None = None
    """The rule that it met."""
    first: int = 0
    """The entry with which what it caused begins; 0: it changed nothing."""
    elsewhere: Doc | None = None
    """Which other session has an id that it named."""

    def told(self) -> Doc:
        """Return what the log tells of it."""
        data: Doc = {"mirror": self.mirror, "method": self.method, "path": self.path}
        if self.query:
            data["query"] = masks.pairs(self.query)[:LOGGED_BODY]
        data["status"] = self.status
        data["durationMs"] = round(self.duration_ms, 2)
        if self.body:
            data["request"] = masks.body(self.body, LOGGED_BODY, self.length)
        data["headers"] = {name: text[:LOGGED_HEADER] for name, text in self.headers.items()}
        if self.key:
            data["idempotencyKey"] = self.key[:LOGGED_HEADER]
        if self.fault:
            data["fault"] = self.fault
        if self.first:
            data["since"] = self.first
        if self.elsewhere:
            data["elsewhere"] = self.elsewhere
        if self.status >= 400:
            data["error"] = masks.body(self.error, LARGEST_ERROR) or None
        return data


def traffic_of(
    mirror: Mirror,
    call: Call,
    answer: Answer,
    seconds: float,
    first: int = 0,
    elsewhere: Doc | None = None,
) -> Traffic:
    """Return what is kept of a call that took so long, and whose entries begin with `first`."""
    headers = call.headers
    rules = mirror.idempotency
    return Traffic(
        mirror.vendor,
        call.method,
        call.path,
        call.query_string,
        answer.status,
        seconds * 1000,
        call.body if len(call.body) <= LOGGED_BODY else call.body[: LOGGED_BODY + 1],
        len(call.body),
        {name: headers[name] for name in mirror.logged_headers if name in headers},
        headers.get(rules.header) if rules else None,
        _refusal(answer) if answer.status >= 400 else b"",
        call.fault,
        first,
        elsewhere,
    )


def _refusal(answer: Answer) -> bytes:
    return trimmed(answer.encoded()) if answer.refusal is None else compact(answer.refusal)
