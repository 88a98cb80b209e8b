"""Raw JSON-RPC with an MCP server over stdio, in both eras of the protocol: no SDK in the way."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

from bench.common import PATIENCE, environment, process, scratch

Era = Literal["2025-11-25", "2026-07-28"]
ERAS: tuple[Era, ...] = ("2025-11-25", "2026-07-28")
OURS = (sys.executable, "-m", "mirra_mcp")
BARE = (sys.executable, "-m", "bench.bare_mcp")
CLIENT = {"name": "bench", "version": "1"}


class Stdio:
    """One client on the pipes of a server's process. Times are when the bytes were there."""

    def __init__(self, server: subprocess.Popen[str], era: Era) -> None:
        self.pid = server.pid
        self.era = era
        assert server.stdin is not None
        assert server.stdout is not None
        self._write, self._read = server.stdin, server.stdout
        self._last = 0
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self.notifications: queue.Queue[tuple[float, dict[str, Any]]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self._read:
            now = time.perf_counter()
            message = json.loads(line)
            if "method" in message:
                self.notifications.put((now, message))
            else:
                self._answers.put(message)
        self._answers.put({"error": {"message": "The server hung up."}})

    def send(self, method: str, params: dict[str, Any] | None = None) -> int:
        """Send a request and return its id."""
        self._last += 1
        body = dict(params or {})
        if self.era == "2026-07-28":
            body["_meta"] = {
                "io.modelcontextprotocol/protocolVersion": self.era,
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": CLIENT,
            }
        self._put({"jsonrpc": "2.0", "id": self._last, "method": method, "params": body})
        return self._last

    def _put(self, message: dict[str, Any]) -> None:
        self._write.write(json.dumps(message) + "\n")
        self._write.flush()

    def ask(self, method: str, params: dict[str, Any] | None = None) -> Any:
        """Make a request and return its result.

        Raises:
            RuntimeError: it was answered with an error.
        """
        wanted = self.send(method, params)
        answer = self._answers.get(timeout=PATIENCE)
        if answer.get("id") != wanted or "result" not in answer:
            raise RuntimeError(f"{method}: {answer}")
        return answer["result"]

    def shake_hands(self) -> None:
        """Do what a client of this era does first."""
        if self.era == "2026-07-28":
            self.ask("server/discover")
            return
        hello = {"protocolVersion": self.era, "capabilities": {}, "clientInfo": CLIENT}
        self.ask("initialize", hello)
        self._put({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def tool(self, name: str, arguments: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call a tool and return its structured content.

        Raises:
            RuntimeError: the call failed.
        """
        result = self.ask("tools/call", {"name": name, "arguments": arguments or {}})
        if result.get("isError"):
            raise RuntimeError(f"{name}: {result['content']}")
        return dict(result["structuredContent"])

    def watch(self, uri: str) -> None:
        """Subscribe to a resource, and wait until the server has said so."""
        if self.era == "2026-07-28":
            self.send("subscriptions/listen", {"notifications": {"resourceSubscriptions": [uri]}})
            self.told("notifications/subscriptions/acknowledged")
        else:
            self.ask("resources/subscribe", {"uri": uri})

    def forget(self) -> None:
        """Drop the notifications that have come so far."""
        while not self.notifications.empty():
            self.notifications.get_nowait()

    def told(self, method: str) -> float:
        """Wait for a notification and return when it came."""
        while True:
            when, message = self.notifications.get(timeout=PATIENCE)
            if message["method"] == method:
                return when


@contextmanager
def stdio(command: Sequence[str], era: Era) -> Iterator[Stdio]:
    """Spawn an MCP server and talk to it; it is gone afterwards."""
    with (
        scratch() as folder,
        process(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(folder),
        ) as server,
    ):
        yield Stdio(server, era)
