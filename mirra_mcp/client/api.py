"""A call to Mirra's API, whole: sent, repeated where that is safe, and read into its model."""

import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from mirra_mcp.client.answers import read, refusal
from mirra_mcp.client.calls import Answer, Call, Kind, RateLimit
from mirra_mcp.client.connection import Connection
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.extensions import Extension
from mirra_mcp.client.urls import Query, with_query
from mirra_mcp.wire.model import Body, Doc

M = TypeVar("M", bound=BaseModel)

_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_DONE = {"mirra.client.empty_answer", "mirra.client.unexpected_shape"}
"""A 2xx that says done, in a body that no document describes."""
_JSON = {"accept": "application/json"}


class Api:
    """The calls of one base URL: a control plane, or one mirror."""

    def __init__(self, base: str, kind: Kind, connection: Connection) -> None:
        """Make calls of `base` over shared connections."""
        self.base = base
        self.kind: Kind = kind
        self.connection = connection
        self.rate_limit: RateLimit | None = None

    def call(self, method: str, path: str) -> Call:
        """Return the request as failures name it."""
        return Call(method, path, self.base, self.kind)

    async def get(
        self,
        path: str,
        model: type[M],
        *,
        query: Query | None = None,
        wait: float = 0.0,
        extension: Extension | None = None,
    ) -> M:
        """Read something; `wait` is how long the server may hold the answer back.

        Raises:
            MirraError: it could not be had.
        """
        call = self.call("GET", with_query(path, query or {}))
        return await self._make(
            call, model, repeatable=True, wait=wait, otherwise=None, extension=extension
        )

    async def post(
        self,
        path: str,
        body: Body | Doc,
        model: type[M],
        *,
        repeatable: bool = False,
        wait: float = 0.0,
        otherwise: M | None = None,
        extension: Extension | None = None,
    ) -> M:
        """Do something; `otherwise` is the answer when it is done but not told in our words.

        `wait` is as in `get`.

        Raises:
            MirraError: it was not done, or maybe not: see `outcome`.
        """
        call = self.call("POST", path)
        return await self._make(
            call,
            model,
            content=as_json(body.to_json() if isinstance(body, Body) else body),
            repeatable=repeatable,
            wait=wait,
            otherwise=otherwise,
            extension=extension,
        )

    async def delete(
        self,
        path: str,
        model: type[M],
        *,
        query: Query | None = None,
        otherwise: M | None = None,
        extension: Extension | None = None,
    ) -> M:
        """End something; `otherwise` is as in `post`.

        Raises:
            MirraError: it was not ended, or maybe not: see `outcome`.
        """
        call = self.call("DELETE", with_query(path, query or {}))
        return await self._make(
            call, model, repeatable=True, otherwise=otherwise, extension=extension
        )

    async def request(
        self,
        method: str,
        path: str,
        model: type[M],
        *,
        body: Body | Doc | None = None,
        query: Query | None = None,
        repeatable: bool = False,
        wait: float = 0.0,
        extension: Extension | None = None,
    ) -> M:
        """Make any other call; all it may do is in the arguments.

        Raises:
            MirraError: it was refused, or maybe not done: see `outcome`.
        """
        sent = body.to_json() if isinstance(body, Body) else body
        return await self._make(
            self.call(method, with_query(path, query or {})),
            model,
            content=None if sent is None else as_json(sent),
            repeatable=repeatable,
            otherwise=None,
            extension=extension,
            wait=wait,
        )

    async def _make(
        self,
        call: Call,
        model: type[M],
        *,
        content: bytes | None = None,
        repeatable: bool,
        otherwise: M | None,
        extension: Extension | None,
        wait: float = 0.0,
    ) -> M:
        token = self.connection.token
        headers = _JSON if content is None else {**_JSON, "content-type": "application/json"}

        def read_answer(answer: Answer) -> M:
            self.note(answer.headers)
            if not 200 <= answer.status < 300:
                raise refusal(answer, call, extension=extension, token=token)
            try:
                return read(model, answer, call, token=token)
            except MirraError as error:
                if otherwise is None or error.code not in _DONE:
                    raise
                return otherwise

        return await self.connection.send(
            call,
            read_answer,
            headers=headers,
            content=content,
            wait=wait,
            repeatable=repeatable,
        )

    def note(self, headers: Mapping[str, str]) -> None:
        """Keep what an answer says about the rate limit."""
        said = [headers.get(f"x-mirra-ratelimit-{n}", "") for n in ("limit", "remaining", "reset")]
        if all(_NUMBER.fullmatch(number) for number in said):
            self.rate_limit = RateLimit(*(int(number) for number in said))


def as_json(body: Any) -> bytes:
    """Return a value as JSON.

    Raises:
        MirraError: JSON has no such value.
    """
    try:
        return json.dumps(body, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise MirraError(
            f"The body can't be written as JSON: {error}.",
            code="mirra.request.invalid",
            hint="Use objects, lists, strings, finite numbers, booleans and null.",
        ) from error
