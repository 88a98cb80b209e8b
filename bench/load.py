"""A load generator for HTTP on loopback: a process of its own, raw sockets, nothing to install.

`python -m bench.load '{"url": "http://127.0.0.1:4000", "method": "GET", "paths": ["/"], ...}'`
prints what came of it as one line of JSON. The fields are those of `Plan`.
"""

import asyncio
import itertools
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bench.common import encoded

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
MOST = 2_000_000
"""Requests after which a run ends in any case."""


@dataclass(frozen=True)
class Plan:
    """What to ask for, how often at once, and how long."""

    url: str
    method: str = "GET"
    paths: list[str] = field(default_factory=lambda: ["/"])
    """Asked for in turn."""
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    form: bool = False
    connections: int = 16
    seconds: float = 3.0
    per_token: int = 0
    """Change the bearer token after so many requests: some peers limit each token. 0: never."""

    def requests(self) -> Iterator[bytes]:
        """Make the bytes of one request after another."""
        host = urlsplit(self.url).netloc
        kind, body = ("", b"") if self.body is None else encoded(self.body, form=self.form)
        headers = {"host": host, "user-agent": "mirra-bench/1", **self.headers}
        if kind:
            headers |= {"content-type": kind, "content-length": str(len(body))}
        for batch in itertools.count():
            if self.per_token:
                headers["authorization"] = f"{self.renewed()}_{batch}"
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            ready = [
                f"{self.method} {p} HTTP/1.1\r\n{lines}\r\n".encode() + body for p in self.paths
            ]
            yield from itertools.islice(itertools.cycle(ready), self.per_token or MOST)

    def renewed(self) -> str:
        """Return another token that is as good: bearers may be any, basic ones end at `=`."""
        given = self.headers.get("authorization", "")
        return f"{given}{'=' * given.startswith('Basic ')}_{time.monotonic_ns()}"


class Line(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self._transport = transport  # type: ignore[assignment]  # a socket's transport
        self._ask()

    def _ask(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(next(self._load.requests))

    def data_received(self, data: bytes) -> None:
        """Count an answer once it is whole."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        if length := LENGTH.search(head):
            whole = len(body) >= int(length[1])
        else:
            whole = body.endswith(b"0\r\n\r\n")  # chunked
        if whole:
            self._buffer = b""
            if self._load.count(int(head[9:12]), time.perf_counter() - self._sent):
                self._ask()
            else:
                self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Connect anew if the server hung up."""
        self._load.lost(self)


class Load:
    """The lines of one run, and what was counted."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.requests = plan.requests()
        self.taken: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.hang_ups = 0
        self._left = plan.connections
        self._again: list[asyncio.Future[None]] = []
        self._end = 0.0
        self._done = asyncio.Event()

    async def run(self) -> dict[str, Any]:
        """Load the server, and return the figures."""
        start = time.perf_counter()
        self._end = start + self.plan.seconds
        await asyncio.gather(*(self._connect() for _ in range(self.plan.connections)))
        async with asyncio.timeout(self.plan.seconds + 30):
            await self._done.wait()
        seconds = time.perf_counter() - start
        return {
            "requests": len(self.taken),
            "perSecond": len(self.taken) / seconds,
            "p50Ms": 1000 * statistics.median(self.taken),
            "p99Ms": 1000 * sorted(self.taken)[int(len(self.taken) * 0.99)],
            "statuses": dict(self.statuses),
            "hangUps": self.hang_ups,
        }

    async def _connect(self) -> None:
        parts = urlsplit(self.plan.url)
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: Line(self), parts.hostname or "", parts.port or 80)

    def count(self, status: int, seconds: float) -> bool:
        """Count an answer; say whether to go on."""
        self.taken.append(seconds)
        self.statuses[status] += 1
        return time.perf_counter() < self._end and len(self.taken) < MOST

    def lost(self, line: Line) -> None:
        """Replace a line while there is time."""
        if time.perf_counter() < self._end and self.hang_ups < 10_000:
            self.hang_ups += 1
            self._again.append(asyncio.ensure_future(self._connect()))
            return
        self._left -= 1
        if not self._left:
            self._done.set()


def under_load(plan: Plan, *, wrk: bool = False) -> dict[str, Any]:
    """Run a plan in a process of its own.

    Raises:
        RuntimeError: an answer wasn't a success.
    """
    if wrk:
        return _under_wrk(plan)
    command = [sys.executable, "-m", "bench.load", json.dumps(asdict(plan))]
    told = subprocess.run(command, capture_output=True, text=True, timeout=plan.seconds + 60)
    if told.returncode:
        raise RuntimeError(told.stderr.strip().splitlines()[-1])
    figures: dict[str, Any] = json.loads(told.stdout)
    refused = {status: n for status, n in figures["statuses"].items() if int(status) >= 400}
    if refused:
        raise RuntimeError(f"{plan.method} {plan.paths[0]} was refused: {refused}")
    return figures


def _under_wrk(plan: Plan) -> dict[str, Any]:
    program = shutil.which("wrk")
    if program is None:
        raise RuntimeError("wrk is not on PATH; leave --wrk out.")
    kind, body = ("application/json", b"")
    if plan.body is not None:
        kind, body = encoded(plan.body, form=plan.form)
    quoted = json.dumps(body.decode()) if body else "nil"
    given = dict(plan.headers)
    token = plan.renewed()
    if plan.per_token:
        given["authorization"] = token
    headers = "".join(
        f"  wrk.headers[{json.dumps(k)}] = {json.dumps(v)}\n" for k, v in given.items()
    )
    script = f"""
local n = 0
local paths = {{{", ".join(json.dumps(path) for path in plan.paths)}}}
wrk.method = "{plan.method}"
wrk.body = {quoted}
wrk.headers["content-type"] = "{kind}"
{headers}
request = function()
  n = n + 1
  if {plan.per_token} > 0 and n % {max(plan.per_token, 1)} == 0 then
    wrk.headers["authorization"] = "{token}_" .. n
  end
  return wrk.format(nil, paths[n % #paths + 1])
end
"""
    with tempfile.NamedTemporaryFile("w", suffix=".lua", encoding="utf-8") as lua:
        lua.write(script)
        lua.flush()
        count, seconds = str(plan.connections), f"{max(1, round(plan.seconds))}s"
        command = [
            program,
            "-t1",
            f"-c{count}",
            f"-d{seconds}",
            "--latency",
            "-s",
            lua.name,
            plan.url,
        ]
        told = subprocess.run(command, capture_output=True, text=True, timeout=plan.seconds + 60)
    if told.returncode or "Non-2xx" in told.stdout:
        raise RuntimeError(f"wrk: {told.stdout} {told.stderr}")
    found = re.search(r"Requests/sec: *([\d.]+)", told.stdout)
    if found is None:
        raise RuntimeError(f"wrk said: {told.stdout}")
    middle = re.search(r"50% +([\d.]+)(us|ms|s)", told.stdout)
    unit = {"us": 0.001, "ms": 1.0, "s": 1000.0}
    return {
        "perSecond": float(found[1]),
        "requests": float(found[1]) * plan.seconds,
        "p50Ms": float(middle[1]) * unit[middle[2]] if middle else 0.0,
    }


def main() -> None:
    """Run the plan of the command line."""
    plan = Plan(**json.loads(sys.argv[1]))
    try:
        import uvloop
    except ImportError:
        figures = asyncio.run(Load(plan).run())
    else:
        figures = uvloop.run(Load(plan).run())
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
