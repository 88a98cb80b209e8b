"""When a failed call is made again, and after how long.

A call is repeated only where that can't do something twice:

| what happened                              | did Mirra act?  | repeatable calls | the others |
|--------------------------------------------|-----------------|------------------|------------|
| refused, unreachable, connecting timed out | no              | repeated         | repeated   |
| 429, within `PATIENCE`                     | no, says so     | repeated         | repeated   |
| 503                                        | no, maintenance | repeated         | repeated   |
| 502                                        | perhaps         | repeated         | error      |
| timed out or cut after sending, cut JSON   | perhaps         | repeated         | error      |
| unknown host, TLS, a proxy's refusal       | no              | error            | error      |
| any other status, or an answer that's wrong| yes             | error            | error      |

Repeatable are the calls that leave the same behind when made twice: each `GET`, each `DELETE` (a
session or run ends once), and `POST /_mirra/state/reset` and `/restore`. The others make something
(a session, a run, a snapshot, a simulated event, a delivery) or move something on (a clock, a run's
attempt). Unknown hosts and certificates don't heal within seconds, so they are told at once. What a
vendor's path on a mirror answers is the answer, be it 429 or 503: there only the first row holds.

The wait is random between nothing and a ceiling that doubles (full jitter); when the answer tells
(`Retry-After`, or `x-mirra-ratelimit-reset`), it is what the answer says and a little more.
"""

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import tenacity

from mirra_mcp.client.calls import Sleep
from mirra_mcp.client.errors import MirraError

T = TypeVar("T")

FIRST, LONGEST = 0.25, 8.0
"""Seconds: the ceiling of the first wait, and of any."""
PATIENCE = 30.0
"""Seconds that an answer may ask us to wait; when it asks for more, the caller decides."""


async def repeat(
    call: Callable[[], Awaitable[T]], *, repeatable: bool, retries: int, sleep: Sleep
) -> T:
    """Make a call, and make it again where the table allows, at most `retries` times.

    Raises:
        MirraError: the last failure.
    """
    again = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(lambda error: may_repeat(error, repeatable=repeatable)),
        stop=tenacity.stop_after_attempt(retries + 1),
        wait=_pause,
        sleep=sleep,
        reraise=True,
    )
    return await again(call)


def may_repeat(error: BaseException, *, repeatable: bool) -> bool:
    """Say what the table says of a failure."""
    if not isinstance(error, MirraError):
        return False
    if error.retry_after is not None and error.retry_after > PATIENCE:
        return False
    return error.outcome == "not_done" or (repeatable and error.outcome == "unknown")


def pause(failures: int, retry_after: float | None = None) -> float:
    """Return the wait in seconds after so many failures in a row."""
    if retry_after is not None:
        return retry_after + random.uniform(0, FIRST)
    return random.uniform(0, min(LONGEST, FIRST * 2 ** min(failures - 1, 16)))


def _pause(state: tenacity.RetryCallState) -> float:
    failure = state.outcome.exception() if state.outcome else None
    asked = failure.retry_after if isinstance(failure, MirraError) else None
    return pause(state.attempt_number, asked)
