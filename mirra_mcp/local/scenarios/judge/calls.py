"""Calls to a language model: bounded in number, time and tries, and silent about keys.

| what happened                          | then                                        |
|----------------------------------------|---------------------------------------------|
| 408, 409, 429, 5xx, 529; no connection | asked again, when the answer says or backed off |
| no answer in time                      | asked again                                 |
| any other status                       | told at once                                |
"""

import asyncio
import email.utils
import random
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import tenacity

from mirra_mcp.local.kit.chunks import bounded
from mirra_mcp.local.scenarios.judge.protocols import Spent, complaint, question, text_of
from mirra_mcp.settings import Provider

if TYPE_CHECKING:
    import httpx

Sleep = Callable[[float], Awaitable[None]]

AT_ONCE = 4
"""Questions under way at the same time."""
TRIES = 4
PATIENCE = 20.0
"""Seconds that an answer may ask us to wait."""
MOST_ANSWER = 1_000_000
"""Bytes of an answer that are read."""
_KEY = re.compile(r"\b(?:sk|key)-[\w*.-]+|Bearer\s+\S+", re.IGNORECASE)


class CallFailed(Exception):
    """The model gave no answer; the message says why and never holds a key."""


class _Passing(CallFailed):
    """A failure that may pass."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class Model:
    """One model of one provider."""

    def __init__(
        self, provider: Provider, name: str, timeout: float, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.name = name
        self._provider, self._timeout, self._sleep = provider, timeout, sleep
        self._client: httpx.AsyncClient | None = None
        self._room = asyncio.Semaphore(AT_ONCE)

    def __repr__(self) -> str:
        """Return which model it is, and never with what key."""
        return f"<Model {self.name} of {self._provider.name}>"

    async def ask(self, prompt: str, most_tokens: int, spent: Spent | None = None) -> str:
        """Return what the model says to a prompt; `spent` counts what it takes.

        Raises:
            CallFailed: it couldn't be asked, or didn't answer.
            Unusable: it answered without saying anything.
        """
        self._refuse_to_leak()
        again = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(_Passing),
            stop=tenacity.stop_after_attempt(TRIES),
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        )
        async with self._room:
            return await again(self._once, prompt, most_tokens, spent or Spent())

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _refuse_to_leak(self) -> None:
        parts = urlsplit(self._provider.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise CallFailed("MIRRA_JUDGE_URL must be an http or https address.")
        if self._provider.key and parts.scheme == "http" and not self._is_local:
            raise CallFailed("A key isn't sent to the judge over plain http: use https.")

    async def _once(self, prompt: str, most_tokens: int, spent: Spent) -> str:
        import httpx

        asked = question(self._provider, self.name, prompt, most_tokens)
        if self._client is None:
            timeout = httpx.Timeout(self._timeout, connect=10.0)
            self._client = httpx.AsyncClient(timeout=timeout, trust_env=not self._is_local)
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream("POST", asked.url, json=asked.body, headers=asked.headers) as r,
            ):
                status, headers, answer = r.status_code, r.headers, await _json(r)
        except (httpx.TimeoutException, TimeoutError):
            raise _Passing(f"The judge didn't answer within {self._timeout:g} s.") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError):
            raise CallFailed("The judge's address or key can't be sent as it is.") from None
        except httpx.HTTPError as error:
            why = f"The judge at {self._host} can't be reached ({type(error).__name__})."
            raise _Passing(why) from None
        if status == 200:
            spent.add(self._provider, answer)
            return text_of(self._provider, answer)
        why = self._told(status, answer)
        if status in (408, 409, 429) or status >= 500:
            raise _Passing(why, _asked_to_wait(headers))
        raise CallFailed(why)

    @property
    def _host(self) -> str:
        return urlsplit(self._provider.url).hostname or "?"

    @property
    def _is_local(self) -> bool:
        return self._host in ("localhost", "127.0.0.1", "::1")

    def _told(self, status: int, answer: Any) -> str:
        said = complaint(answer)
        if self._provider.key:
            said = said.replace(self._provider.key, "[key]")
        said = _KEY.sub("[key]", said)
        return f"The judge {self.name} answered {status}{f': {said}' if said else ''}"


async def _json(response: "httpx.Response") -> Any:
    import orjson

    content = await bounded(response.aiter_bytes(), MOST_ANSWER)
    if len(content) > MOST_ANSWER:
        return None
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _asked_to_wait(headers: "httpx.Headers") -> float | None:
    """Read `Retry-After`: seconds, or an instant."""
    said = headers.get("retry-after", "")
    try:
        return max(float(said), 0.0)
    except ValueError:
        pass
    try:
        until = email.utils.parsedate_to_datetime(said)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max((until - datetime.now(UTC)).total_seconds(), 0.0)


def _pause(state: tenacity.RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    asked = failure.wait if isinstance(failure, _Passing) else None
    if asked is not None:
        return min(asked, PATIENCE) + random.uniform(0, 0.25)
    return random.uniform(0.2, min(8.0, 0.5 * 2.0**state.attempt_number))
