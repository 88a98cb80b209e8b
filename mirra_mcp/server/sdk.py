"""What mcp 2.3 lacks: refusals as structured results, subscriptions of the 2025 era, clean ends.

Every private name of the SDK that we touch is in this file, and `tests/server/test_sdk.py` fails
when one of them moves. Raise the `mcp<2.4` cap only together with those tests.
"""

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import anyio
import mcp.types as t
from mcp.server import MCPServer
from mcp.server.connection import Connection
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.lowlevel.server import NotificationOptions
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.runner import modern_error_data, serve_dual_era_loop, serve_one
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import ListenHandler
from mcp.shared.exceptions import MCPError, NoBackChannelError
from mcp.shared.inbound import InboundLadderRejection, classify_inbound_request
from mcp.shared.message import SessionMessage
from mcp.shared.transport_context import TransportContext
from pydantic import AnyUrl, ValidationError
from pydantic_core import to_json

from mirra_mcp.server import apps, pipes
from mirra_mcp.server.caller import current
from mirra_mcp.server.errors import Refusal, listed, nearest
from mirra_mcp.server.visits import asking
from mirra_mcp.wire.problems import flaw

if TYPE_CHECKING:
    from starlette.applications import Starlette

log = logging.getLogger(__name__)

Request = ServerRequestContext[Any, Any]
Subscribe = Callable[[Request, Connection, str], Awaitable[None]]


def result(body: dict[str, Any]) -> t.CallToolResult:
    """Return a tool's answer, whole in both halves: hosts show the model one or the other."""
    return t.CallToolResult(content=[_text(body)], structured_content=body)


def refused(refusal: Refusal) -> t.CallToolResult:
    """Return a tool's failure, as text alone.

    The official TypeScript client holds whatever structure there is against the tool's output
    schema, errors included, and would throw the answer away.
    """
    return t.CallToolResult(content=[_text(refusal.body)], is_error=True)


def _text(body: dict[str, Any]) -> t.TextContent:
    return t.TextContent(type="text", text=to_json(body).decode())


class KitServer(MCPServer[Any]):
    """An `MCPServer` that refuses unknown arguments and answers every failure as a `Refusal`."""

    switched_off: frozenset[str] = frozenset()
    """The tools that there are, but not in this server."""

    async def list_tools(self) -> list[t.Tool]:
        """List the tools; a host that shows apps hears which of them have one."""
        tools = await super().list_tools()
        return apps.with_apps(tools) if _shows_apps() else tools

    async def list_resources(self) -> list[t.Resource]:
        """List the resources, with the app where the host shows such."""
        found = await super().list_resources()
        return [*found, apps.resource()] if _shows_apps() else found

    async def read_resource(
        self, uri: AnyUrl | str, context: Any = None
    ) -> Iterable[ReadResourceContents] | t.InputRequiredResult:
        """Read a resource, or the app."""
        if str(uri) == apps.URI:
            return [ReadResourceContents(content=apps.page(), mime_type=apps.MIME_TYPE)]
        return await super().read_resource(uri, context)

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Any = None
    ) -> t.CallToolResult | t.InputRequiredResult:
        """Call a tool; whatever goes wrong is a result whose text is `{"error": {...}}`."""
        asking.set(context)
        try:
            self._check_names(name, arguments)
            return await super().call_tool(name, arguments, context)
        except UnexpectedToolError:
            log.exception("%s failed unexpectedly", name)
            refusal = Refusal(
                "mirra.internal",
                f"{name} failed unexpectedly.",
                "This is a bug in mirra-mcp: its log (stderr) has the details; please report it.",
            )
        except ToolError as error:
            refusal = _refusal_in(error) or self._invalid(name, error)
        return refused(refusal)

    def _check_names(self, name: str, arguments: dict[str, Any]) -> None:
        tool = self._tool_manager.get_tool(name)
        if tool is None:
            tools = [tool.name for tool in self._tool_manager.list_tools()]
            told = f"Unknown tool '{name}'.{nearest(name, tools)}"
            if name in self.switched_off:
                told = f"{name} is switched off here, by --toolsets or --read-only."
            raise Refusal("mirra.request.unknown_tool", told, f"The tools are: {listed(tools)}.")
        known = list(tool.parameters.get("properties", {}))
        if unknown := [argument for argument in arguments if argument not in known]:
            guess = nearest(unknown[0], known)
            raise Refusal(
                "mirra.request.invalid",
                f"{name} has no argument '{unknown[0]}'.{guess}",
                f"Its arguments are: {listed(known)}.",
            )

    def _invalid(self, name: str, error: ToolError) -> Refusal:
        tool = self._tool_manager.get_tool(name)
        known = listed(tool.parameters.get("properties", {})) if tool else "none"
        message = str(error)
        if isinstance(error.__cause__, ValidationError):
            problems = error.__cause__.errors(include_url=False, include_input=False)
            message = (
                "; ".join(
                    f"'{'.'.join(str(part) for part in problem['loc'])}' {flaw(problem)}"
                    for problem in problems
                )
                + "."
            )
        return Refusal("mirra.request.invalid", message, f"{name} takes: {known}.")

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Any = None
    ) -> t.GetPromptResult | t.InputRequiredResult:
        """Fill in a prompt.

        Raises:
            MCPError: no such prompt, or an argument is missing or unknown.
        """
        prompts = {prompt.name: prompt for prompt in await self.list_prompts()}
        if name not in prompts:
            raise MCPError(t.INVALID_PARAMS, f"Unknown prompt '{name}'.{nearest(name, prompts)}")
        wanted = [argument.name for argument in prompts[name].arguments or []]
        if sorted(arguments or {}) != sorted(wanted):
            raise MCPError(
                t.INVALID_PARAMS,
                f"{name} takes {listed(wanted)}, not {listed(arguments or {})}.",
            )
        return await super().get_prompt(name, arguments, context)

    def on_subscribe(self, subscribe: Subscribe, unsubscribe: Subscribe) -> None:
        """Serve `resources/subscribe` and `/unsubscribe`, which the SDK leaves to the low level."""

        def serve(action: Subscribe) -> Callable[[Request, Any], Awaitable[t.EmptyResult]]:
            async def handle(
                ctx: Request, params: t.SubscribeRequestParams | t.UnsubscribeRequestParams
            ) -> t.EmptyResult:
                await action(ctx, ctx.session._connection, str(params.uri))
                return t.EmptyResult()

            return handle

        add = self._lowlevel_server.add_request_handler
        add("resources/subscribe", t.SubscribeRequestParams, serve(subscribe))
        add("resources/unsubscribe", t.UnsubscribeRequestParams, serve(unsubscribe))

    def close_streams(self) -> None:
        """End every open `subscriptions/listen` stream, telling its client that it is over."""
        entry = self._lowlevel_server.get_request_handler("subscriptions/listen")
        if entry is not None and isinstance(entry.handler, ListenHandler):
            entry.handler.close()


def _shows_apps() -> bool:
    try:
        return apps.are_shown(current().request)
    except LookupError:  # nobody asks: the server looks at itself
        return False


def _refusal_in(error: BaseException | None) -> Refusal | None:
    while error is not None and not isinstance(error, Refusal):
        error = error.__cause__
    return error


@dataclass
class _Probe:
    """The dispatch context of a `server/discover` that comes before the era is known."""

    request_id: Any
    transport: TransportContext = field(
        default_factory=lambda: TransportContext(kind="stdio", can_send_request=False)
    )
    message_metadata: Any = None
    can_send_request: bool = False
    cancel_requested: anyio.Event = field(default_factory=anyio.Event)

    async def send_raw_request(self, method: str, params: Any, opts: Any = None) -> dict[str, Any]:
        raise NoBackChannelError(method)

    async def notify(self, method: str, params: Any, opts: Any = None) -> None:
        pass

    async def progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None:
        pass


async def _discover(
    server: KitServer, request: t.JSONRPCRequest, state: Any
) -> t.JSONRPCResponse | t.JSONRPCError:
    def error(data: t.ErrorData) -> t.JSONRPCError:
        return t.JSONRPCError(jsonrpc="2.0", id=request.id, error=data)

    route = classify_inbound_request({"method": request.method, "params": request.params})
    if isinstance(route, InboundLadderRejection):
        return error(t.ErrorData(code=route.code, message=route.message, data=route.data))
    try:
        answer = await serve_one(
            server._lowlevel_server,
            _Probe(request.id),
            request.method,
            request.params,
            connection=Connection.from_envelope(
                route.protocol_version, route.client_info, route.client_capabilities
            ),
            lifespan_state=state,
        )
    except Exception as exc:  # the edge: what the SDK's own loop does with any failure
        return error(modern_error_data(exc))
    return t.JSONRPCResponse(jsonrpc="2.0", id=request.id, result=answer)


def _is_probe(message: t.JSONRPCRequest) -> bool:
    meta = (message.params or {}).get("_meta") or {}
    return message.method == "server/discover" and t.PROTOCOL_VERSION_META_KEY in meta


async def _serve_pipe(server: KitServer, read: Any, write: Any, state: Any) -> None:
    """Serve one pipe. A leading `server/discover` is answered without fixing the era.

    Some hosts probe with it and then send `initialize` all the same, which the SDK refuses.
    """
    low = server._lowlevel_server
    send, receive = anyio.create_memory_object_stream[Any](0)

    async def relay() -> None:
        probing = True
        async with send:
            async for item in read:
                message = item.message if isinstance(item, SessionMessage) else None
                if probing and isinstance(message, t.JSONRPCRequest):
                    if _is_probe(message):
                        await write.send(SessionMessage(await _discover(server, message, state)))
                        continue
                    probing = False
                await send.send(item)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(relay)
        await serve_dual_era_loop(
            low,
            receive,
            write,
            lifespan_state=state,
            init_options=low.create_initialization_options(NotificationOptions()),
        )
        tasks.cancel_scope.cancel()


async def serve_stdio(server: KitServer) -> None:
    """Serve stdin and stdout until EOF, a signal, or until nobody reads what we say."""
    low = server._lowlevel_server
    code: int | None = None
    loop = asyncio.get_running_loop()
    gone = anyio.Event()
    pipes.when_reader_goes(lambda: loop.call_soon_threadsafe(gone.set))
    async with stdio_server() as (read, write):
        try:
            async with anyio.create_task_group() as tasks:

                def end(with_code: int) -> None:
                    nonlocal code
                    code = with_code
                    tasks.cancel_scope.cancel()

                async def watch() -> None:
                    with anyio.open_signal_receiver(*pipes.ending_signals()) as signals:
                        async for number in signals:
                            return end(128 + number)

                async def listen() -> None:
                    await gone.wait()
                    end(0)

                tasks.start_soon(watch)
                tasks.start_soon(listen)
                async with low.lifespan(low) as state:
                    await _serve_pipe(server, read, write, state)
                tasks.cancel_scope.cancel()
        except anyio.get_cancelled_exc_class():  # writing failed: the reader has gone
            code = code or 0
            raise
        finally:
            if code is not None:
                _break_off(code)


def _break_off(code: int) -> None:
    """End the process now: the thread that reads stdin can't be woken."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def run_stdio(server: KitServer) -> None:
    """Serve MCP over stdio; however it ends, the lifespan's clean-up runs first."""
    anyio.run(serve_stdio, server, backend_options={"use_uvloop": find_spec("uvloop") is not None})


def run_http(
    server: KitServer,
    app: "Starlette",
    host: str,
    port: int,
    *,
    sock: socket.socket | None = None,
    on_listening: Callable[[str], None] | None = None,
) -> None:
    """Serve the server's `app` until SIGTERM or SIGINT, which end open streams gracefully.

    `sock` is a socket that is bound already; `on_listening` is told the URL once it is served.
    """
    import uvicorn

    class Uvicorn(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started and on_listening is not None:
                bound = (sock or self.servers[0].sockets[0]).getsockname()[1]
                on_listening(f"http://{f'[{host}]' if ':' in host else host}:{bound}/mcp")

        async def shutdown(self, sockets: Any = None) -> None:
            server.close_streams()
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # cut on purpose
            await super().shutdown(sockets)

    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        ws="none",
        http="h11",  # httptools leaves the blanks around a header's value, which MCP compares
        log_level="warning",
        log_config=None,  # the embedded Mirra's uvicorn shares its loggers
        timeout_graceful_shutdown=2,
    )
    Uvicorn(config).run(sockets=[sock] if sock else None)
