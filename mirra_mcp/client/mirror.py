"""One mirror of a session: its admin endpoints, and the vendor's own API on it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mirra_mcp.client import forms
from mirra_mcp.client.api import Api, as_json
from mirra_mcp.client.calls import Answer, Call
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.extensions import RETRY
from mirra_mcp.client.urls import path_on_mirror
from mirra_mcp.wire.admin import (
    Encoding,
    Metadata,
    ResetDone,
    ResetState,
    Restored,
    RestoreSnapshot,
    RetryWebhook,
    Simulated,
    Snapshot,
    State,
    TakeSnapshot,
)
from mirra_mcp.wire.events import Delivery

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
_FORM = "application/x-www-form-urlencoded"
_CONTENT_TYPES = {"json": "application/json", "form": _FORM, "form-repeated": _FORM}
_OURS_TO_SET = {"host", "content-length", "transfer-encoding", "connection", "upgrade"}
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_EVENTS = re.compile(r"(\d{1,15})-(\d{1,15})", re.ASCII)


@dataclass(frozen=True, slots=True)
class MirrorResponse:
    """What the vendor's API answered, as the mirror plays it."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: Any
    """JSON read, else text; None when there is none."""
    duration_ms: float
    events: tuple[int, int] | None = None
    """Ids of the first and last log entry that this request wrote."""


class MirrorClient:
    """Calls of one mirror. It shares its client's connections, and never sends the token."""

    def __init__(self, api: Api) -> None:
        """Make them with `MirraClient.mirror(url)`."""
        self._api = api

    def __repr__(self) -> str:
        """Return where it leads."""
        return f"<MirrorClient {self._api.base}>"

    @property
    def url(self) -> str:
        """Return the mirror's base URL."""
        return self._api.base

    async def state(
        self,
        *,
        entity: str | None = None,
        id: str | None = None,
        where: Mapping[str, str] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        at: int | str | None = None,
    ) -> State:
        """Read the mirror's documents: all, those of one plural `entity`, or one by `id`.

        `at` looks as of an entry of the log or a snapshot (extension).
        """
        query = {
            "entity": entity,
            "id": id,
            "where": [f"{field}:{value}" for field, value in (where or {}).items()],
            "limit": limit,
            "cursor": cursor,
            "at": at,
        }
        return await self._api.get("/_mirra/state", State, query=query)

    async def metadata(self) -> Metadata:
        """Read what the mirror is and covers."""
        return await self._api.get("/_mirra/metadata", Metadata)

    async def reset(self, seed: str | None = None) -> ResetDone:
        """Put the mirror back to a fixture, by default the one it started with."""
        return await self._api.post(
            "/_mirra/state/reset",
            ResetState(seed=seed),
            ResetDone,
            repeatable=True,
            otherwise=ResetDone(mirror=self._vendor, seed=seed or "unknown"),
        )

    async def simulate(self, event: str, /, **params: Any) -> Simulated:
        """Let something happen to the account, as if naturally."""
        return await self._api.post(
            "/_mirra/simulate",
            {**params, "event": event},
            Simulated,
            otherwise=Simulated(event=event),
        )

    async def snapshot(self, name: str | None = None) -> Snapshot:
        """Keep the mirror's state as it is now."""
        return await self._api.post("/_mirra/state/snapshot", TakeSnapshot(name=name), Snapshot)

    async def restore(self, snapshot_id: str) -> Restored:
        """Bring back a state that was kept."""
        return await self._api.post(
            "/_mirra/state/restore",
            RestoreSnapshot(snapshot_id=snapshot_id),
            Restored,
            repeatable=True,
            otherwise=Restored(mirror=self._vendor, snapshot_id=snapshot_id),
        )

    async def retry_webhook(self, delivery_id: str, *, forge: bool = False) -> Delivery:
        """Send a webhook again, and if it is accepted and wanted so, forged copies (extension)."""
        return await self._api.post(
            "/_mirra/webhooks/retry",
            RetryWebhook(delivery_id=delivery_id, forge=forge or None),
            Delivery,
            extension=RETRY,
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        encoding: Encoding = "json",
    ) -> MirrorResponse:
        """Call the vendor's API on the mirror, or one of its `/_mirra/*` paths.

        `body` is encoded as the `Content-Type` in `headers` says, else the vendor's way, on
        `/_mirra/*` as JSON; text and bytes go out as they are. `GET` and `HEAD` have no body, so
        an object becomes their query. Any status is an answer, not an error.

        Raises:
            MirraError: the request can't be sent there, or no answer came.
        """
        encoding = _spoken(path, headers or {}, encoding)
        call, content = self._request(method, path, body, encoding)
        sent = _checked(headers or {}, call)
        if content is not None and "content-type" not in {name.lower() for name in sent}:
            sent["content-type"] = _CONTENT_TYPES[encoding].encode()

        return await self._api.connection.send(
            call, _response, headers=sent, content=content, repeatable=False
        )

    async def download(self, path: str) -> bytes | None:
        """Return the bytes at one of the mirror's own addresses, or None if nothing is there."""
        call = self._api.call("GET", path_on_mirror(path))
        return await self._api.connection.send(
            call,
            lambda answer: answer.content if answer.status == 200 else None,
            headers={},
            content=None,
            repeatable=True,
        )

    def _request(
        self, method: str, path: str, body: Any, encoding: Encoding
    ) -> tuple[Call, bytes | None]:
        verb = method.upper()
        if verb not in METHODS:
            raise MirraError(
                f"'{method[:50]}' is not a method that a mirror knows.",
                code="mirra.request.invalid",
                hint=f"Use one of {', '.join(METHODS)}.",
            )
        path = path_on_mirror(path)
        if verb in ("GET", "HEAD") and isinstance(body, Mapping):
            query = forms.encode(body, repeats=encoding == "form-repeated")
            path += f"{'&' if '?' in path else '?'}{query}" if query else ""
            body = None
        return self._api.call(verb, path), _encoded(body, encoding)

    @property
    def _vendor(self) -> str:
        host = urlsplit(self._api.base).hostname or ""
        return host.partition("-")[0]


def _spoken(path: str, headers: Mapping[str, str], usual: Encoding) -> Encoding:
    """Return how a body is written: as the caller's `Content-Type` says, JSON where we answer."""
    said = next((each for name, each in headers.items() if name.lower() == "content-type"), "")
    kind = said.partition(";")[0].strip().lower()
    if kind == _FORM:
        return "form" if usual == "json" else usual
    is_ours = path.partition("?")[0].startswith("/_mirra/")
    return "json" if is_ours or kind == "application/json" or kind.endswith("+json") else usual


def _response(answer: Answer) -> MirrorResponse:
    return MirrorResponse(
        status=answer.status,
        headers=dict(answer.headers),
        body=_body(answer),
        duration_ms=answer.duration_ms,
        events=_events(answer.headers.get("x-mirra-events", "")),
    )


def _encoded(body: Any, encoding: Encoding) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode(errors="replace")
    if encoding == "json":
        return as_json(body)
    if not isinstance(body, Mapping):
        raise MirraError(
            "A form's body must be an object, not a list or a plain value.",
            code="mirra.request.invalid",
            hint='Give it as {"name": value}; nested objects and lists are encoded for you.',
        )
    return forms.encode(body, repeats=encoding == "form-repeated").encode()


def _checked(headers: Mapping[str, str], call: Call) -> dict[str, bytes]:
    for name, value in headers.items():
        wrong = (
            "is set for each request by itself"
            if name.lower() in _OURS_TO_SET
            else "has a name or value that HTTP doesn't allow"
            if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value)
            else None
        )
        if wrong:
            raise MirraError(
                f"The header '{name[:50]}' {wrong}.",
                code="mirra.request.invalid",
                request=call.name,
                hint="Leave it out, or correct it.",
            )
    return {name: value.encode("latin-1") for name, value in headers.items()}


def _body(answer: Answer) -> Any:
    if not answer.content:
        return None
    text = answer.content.decode(errors="replace")
    kind = answer.headers.get("content-type", "")
    if kind and "json" not in kind:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _events(said: str) -> tuple[int, int] | None:
    range_ = _EVENTS.fullmatch(said)
    return (int(range_[1]), int(range_[2])) if range_ else None
