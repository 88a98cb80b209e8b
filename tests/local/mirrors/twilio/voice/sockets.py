"""An application of a real framework that calls come to over WebSockets."""

import json
import queue
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from twilio.request_validator import RequestValidator

from mirra_mcp.wire.model import Doc
from tests.transport.serving import serving_app

Answer = Callable[[WebSocket, Doc], Awaitable[None]]


@dataclass
class Agent:
    """What came over the sockets, in order, and how it is answered."""

    url: str = ""
    token: str = ""
    came: "queue.Queue[Doc]" = field(default_factory=queue.Queue)
    closed: "queue.Queue[int]" = field(default_factory=queue.Queue)
    answer: Answer | None = None
    refuses: bool = False
    agents: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)

    async def take(self, socket: WebSocket) -> None:
        """Check who opens a socket, and take what comes."""
        signature = socket.headers.get("x-twilio-signature", "")
        is_signed = RequestValidator(self.token).validate(f"{self.url}/media", {}, signature)
        if self.refuses or not is_signed:
            await socket.close()
            return
        self.agents.append(socket.headers["user-agent"])
        self.queries.append(socket.url.query)
        await socket.accept()
        try:
            while True:
                message = json.loads(await socket.receive_text())
                self.came.put(message)
                if self.answer is not None:
                    await self.answer(socket, message)
        except (WebSocketDisconnect, RuntimeError) as gone:
            self.closed.put(getattr(gone, "code", 0))

    def next(self, *kinds: str) -> Doc:
        """Wait for the next message, of some kinds if they are given."""
        while True:
            message = self.came.get(timeout=5)
            if not kinds or (message.get("event") or message.get("type")) in kinds:
                return message

    def until(self, kind: str) -> list[Doc]:
        """Wait for a message of a kind; return what came before it, and it."""
        found = [self.next()]
        while (found[-1].get("event") or found[-1].get("type")) != kind:
            found.append(self.next())
        return found


@contextmanager
def serving_agent() -> Iterator[Agent]:
    """Run the application on a port of its own."""
    agent = Agent()
    app: Any = Starlette(routes=[WebSocketRoute("/media", agent.take)])
    with serving_app(app) as url:
        agent.url = url.replace("http://", "ws://")
        yield agent
