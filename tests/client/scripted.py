"""A server on a loopback port that does what the test says, request by request: no framework
stands between the script and the socket, so it can be as wrong as a real network."""

import json
import socket
import ssl
import struct
from asyncio import StreamReader, StreamWriter, start_server
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import anyio

from mirra_mcp.client.client import MirraClient, MirrorClient

TOKEN = "mt_pat_7f3a9c0d"
TLS_HELLO = b"\x16"
SESSION = {
    "sessionId": "ses_a7k2",
    "status": "ready",
    "mirrors": [{"vendor": "resend", "url": "http://127.0.0.1:9", "version": "0.3.1"}],
    "createdAt": "2026-04-22T18:02:14Z",
}


@dataclass(slots=True)
class Request:
    """What arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Step = Callable[[StreamReader, StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Server:
    """The script and what it has seen."""

    steps: list[Step]
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    writers: list[StreamWriter] = field(default_factory=list)

    async def play(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer one request; each connection carries one."""
        self.writers.append(writer)
        try:
            if (request := await _read(reader)) is None:
                writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            else:
                self.requests.append(request)
                step = self.steps.pop(0) if self.steps else unexpected(request)
                await step(reader, writer)
        except (ConnectionError, EOFError):
            pass
        finally:
            writer.close()


async def _read(reader: StreamReader) -> Request | None:
    first = await reader.read(1)
    if not first or first == TLS_HELLO:
        return None
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.rstrip("\r\n").split("\r\n")
    method, target, _ = line.split(" ")
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in rest)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)


@asynccontextmanager
async def serve(*steps: Step, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Listen on a free port, and play one step for each request that comes."""
    server = Server(list(steps))
    with anyio.fail_after(10):
        listener = await start_server(server.play, "127.0.0.1", 0, ssl=tls, limit=2**20)
        port = listener.sockets[0].getsockname()[1]
        server.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        try:
            yield server
        finally:
            listener.close()
            for writer in server.writers:
                writer.transport.abort()
            await anyio.lowlevel.checkpoint()


class Naps(list[float]):
    """The waits that were asked for; none is slept."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)
        await anyio.lowlevel.checkpoint()


@asynccontextmanager
async def playing(
    *steps: Step, retries: int = 3, within: float = 5.0, token: str | None = TOKEN
) -> AsyncIterator[tuple[MirraClient, Server, Naps]]:
    """A client, the server it talks to, and the waits between its attempts."""
    naps = Naps()
    async with (
        serve(*steps) as server,
        MirraClient(server.url, token, timeout=within, retries=retries, sleep=naps) as mirra,
    ):
        yield mirra, server, naps


@asynccontextmanager
async def mirroring(*steps: Step) -> AsyncIterator[tuple[MirrorClient, Server]]:
    """A mirror's client and the server that plays the mirror."""
    async with playing(*steps) as (mirra, server, _):
        yield mirra.mirror(server.url), server


# Steps


def raw(*parts: bytes) -> Step:
    """Write these bytes, whatever they are, and close."""

    async def step(reader: StreamReader, writer: StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return step


def answer(
    body: bytes | str | dict[str, Any] | list[Any] = b"",
    status: int = 200,
    *,
    type: str = "application/json",
    headers: Mapping[str, str] | None = None,
) -> Step:
    """A well-formed answer."""
    if isinstance(body, dict | list):
        body = json.dumps(body)
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {len(content)}"]
    lines += [f"Content-Type: {type}"] if type else []
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return raw("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + content)


def refusal(status: int, code: str, message: str = "No.", hint: str | None = None) -> Step:
    """An answer in Mirra's error shape."""
    error = {"code": code, "message": message, "hint": hint}
    return answer({"error": error}, status)


def stream(*chunks: bytes | str, whole: bool = True, type: str = "text/event-stream") -> Step:
    """An event stream in HTTP chunks, ended properly if `whole`, else cut."""
    parts = [chunk.encode() if isinstance(chunk, str) else chunk for chunk in chunks]
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n"
    framed = [f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts if part]
    return raw(head.encode(), *framed, b"0\r\n\r\n" if whole else b"")


def hang(server_sends: bytes = b"") -> Step:
    """Say this much and nothing more, until the client is gone."""

    async def step(reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(server_sends)
        await writer.drain()
        await reader.read()

    return step


async def reset(reader: StreamReader, writer: StreamWriter) -> None:
    """Drop the connection with a TCP reset."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def unexpected(request: Request) -> Step:
    """What a request that no step was written for gets."""
    return refusal(500, "test.unexpected", f"No step for {request.method} {request.target}.")
