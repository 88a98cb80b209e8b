"""Sending a person to a page: URL elicitation in both protocol eras, where the host offers it.

What a person enters there never passes through the model, this server's log, or the host.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

import mcp.types as t
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import NoBackChannelError

asking: ContextVar[Context[Any, Any] | None] = ContextVar("asking", default=None)
"""The tool call that is being answered."""

_MULTI_ROUND = "2026-07-28"
"""The first protocol version in which a call is answered with a question, and made again."""
_PAGE = "page"


class InputNeeded(Exception):
    """A call can't be answered before a person has been asked."""

    def __init__(self, result: t.InputRequiredResult) -> None:
        """Carry what is to be answered instead."""
        super().__init__("input needed")
        self.result = result


@dataclass(frozen=True, slots=True)
class Page:
    """A page for one person, for one use."""

    url: str
    handle: str
    """By which we know it again."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What became of sending somebody there."""

    handle: str
    action: Literal["accept", "decline", "cancel"]


def can_visit() -> bool:
    """Whether the host of the call under way can send a person to a page."""
    context = asking.get()
    capabilities = context.client_capabilities if context else None
    elicitation = capabilities.elicitation if capabilities else None
    return elicitation is not None and elicitation.url is not None


async def visit(message: str, opened: Callable[[], Awaitable[Page]]) -> Visit | None:
    """Ask the person to go to the page that `opened` makes; None if the host can't ask.

    Raises:
        InputNeeded: the host asks, and makes the same call again with the answer.
    """
    context = asking.get()
    if context is None or not can_visit():
        return None
    if (context.protocol_version or "") >= _MULTI_ROUND:
        answer = (context.input_responses or {}).get(_PAGE)
        if context.request_state is None or answer is None:
            raise InputNeeded(_question(message, await opened()))
        return Visit(context.request_state, getattr(answer, "action", "cancel"))
    page = await opened()
    try:
        result = await context.elicit_url(message, page.url, page.handle)
    except NoBackChannelError:
        return None
    return Visit(page.handle, result.action)


def _question(message: str, page: Page) -> t.InputRequiredResult:
    params = t.ElicitRequestURLParams(message=message, url=page.url)
    return t.InputRequiredResult(
        input_requests={_PAGE: t.ElicitRequest(params=params)}, request_state=page.handle
    )
