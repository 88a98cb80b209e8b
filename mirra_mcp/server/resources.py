"""Resources: the catalog, sessions, runs and the marketplace, as JSON, with completions.

What a tool answers in short, a resource has whole: the objects of Mirra's HTTP API as they are.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, get_args

import anyio
import mcp.types as t
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError
from mcp.server.mcpserver.resources import FunctionResource
from pydantic_core import to_json

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server.caller import current, pick
from mirra_mcp.server.errors import Refusal, from_mirra
from mirra_mcp.server.installed import or_none
from mirra_mcp.server.sdk import KitServer
from mirra_mcp.wire.events import EventType
from mirra_mcp.wire.model import Wire

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient
    from mirra_mcp.client.marketplace import MarketplaceClient

JSON = "application/json"
WITH_SCHEMAS = 25
"""Methods of a resource up to which each one's schema is fetched, where the list leaves it out."""


async def catalog() -> str:
    """Every mirror there is, with its fixtures."""
    return await _read(lambda mirra: mirra.catalog())


async def mirror_metadata(vendor: str) -> str:
    """One mirror in full: fixtures, events, endpoints, entities, gaps."""
    return await _read(lambda mirra: mirra.catalog_entry(vendor))


async def sessions() -> str:
    """The newest sessions, live or ended."""
    return await _read(lambda mirra: mirra.list_sessions(limit=50))


async def session(id: str) -> str:
    """One session with its mirrors' URLs, keys and setup. Can be subscribed to."""
    return await _read(lambda mirra: mirra.get_session(id))


async def session_events(
    id: str, after: str = "0", type: str = "", mirror: str = "", limit: str = "100"
) -> str:
    """A session's log, oldest first, from `after` on. Subscribe to hear when to read again."""
    return await _read(
        lambda mirra: mirra.events_page(
            id,
            after=_number("after", after),
            limit=_number("limit", limit),
            types=type.split(",") if type else None,
            mirror=mirror or None,
        )
    )


async def session_state(id: str, mirror: str) -> str:
    """One mirror's documents, newest first, 100 of each kind. Can be subscribed to."""

    async def read(mirra: "MirraClient") -> Wire:
        info = pick(await mirra.get_session(id), mirror)
        return await mirra.mirror(info.url).state(limit=100)

    return await _read(read)


async def run(id: str) -> str:
    """A scenario's run whole: every attempt, result and judge packet. Can be subscribed to."""
    return await _read(lambda mirra: mirra.get_run(id))


async def installations() -> str:
    """What is installed of the marketplace."""
    return await _offer(lambda market: market.installations())


async def marketplace_resource(id: str) -> str:
    """A resource of the marketplace: methods with their parameters' schemas, price, version."""
    return await _offer(lambda market: _with_methods(market, id))


STATIC: tuple[tuple[str, str, Callable[..., Awaitable[str]]], ...] = (
    ("mirra://catalog", "Catalog of mirrors", catalog),
    ("mirra://sessions", "Sessions", sessions),
    ("mirra://installations", "Installations", installations),
)
TEMPLATES: tuple[tuple[str, str, Callable[..., Awaitable[str]]], ...] = (
    ("mirra://catalog/{vendor}", "A mirror", mirror_metadata),
    ("mirra://sessions/{id}", "A session", session),
    (
        "mirra://sessions/{id}/events{?after,type,mirror,limit}",
        "Live events of a session",
        session_events,
    ),
    ("mirra://sessions/{id}/state/{mirror}", "State of a mirror", session_state),
    ("mirra://runs/{id}", "A run of a scenario", run),
    ("mirra://resources/{id}", "A resource of the marketplace", marketplace_resource),
)


def add_resources(server: KitServer) -> None:
    """Add all resources, and completions for the variables of their URIs and of prompts."""
    for uri, title, read in STATIC:
        server.add_resource(
            FunctionResource.from_function(
                read, uri=uri, title=title, description=read.__doc__, mime_type=JSON
            )
        )
    for uri, title, read in TEMPLATES:
        server.resource(uri, title=title, description=read.__doc__, mime_type=JSON)(read)
    server.completion()(complete)  # type: ignore[no-untyped-call]  # the SDK left it untyped


async def complete(
    ref: t.PromptReference | t.ResourceTemplateReference,
    argument: t.CompletionArgument,
    context: t.CompletionContext | None,
) -> t.Completion:
    """Return the values of a variable that begin with what was typed."""
    chosen = (context.arguments if context else None) or {}
    if argument.name == "type":
        options = list(get_args(EventType))
    else:
        try:
            uri = ref.uri if isinstance(ref, t.ResourceTemplateReference) else ""
            options = await _options(argument.name, uri, chosen)
        except (MirraError, Refusal):
            options = []
    found = [option for option in options if option.startswith(argument.value)]
    return t.Completion(values=found[:100], total=len(found), has_more=len(found) > 100)


async def _options(name: str, uri: str, chosen: dict[str, str]) -> list[str]:
    if name == "id" and uri.startswith("mirra://resources"):
        return await _resource_ids()
    if name == "scenario":
        return await _scenario_files()
    mirra = await current().mirra()
    if name == "id" and uri.startswith("mirra://runs"):
        return [each.run_id for each in (await mirra.list_runs(limit=100)).runs]
    if name == "id":
        return [each.session_id for each in (await mirra.list_sessions(limit=100)).sessions]
    if name == "mirror" and "id" in chosen:
        return [info.vendor for info in (await mirra.get_session(chosen["id"])).mirrors]
    if name in ("vendor", "mirror"):
        return [each.name for each in (await mirra.catalog()).mirrors]
    return []


async def _scenario_files() -> list[str]:
    """Return the scenarios beside this process, where that is the caller's own."""
    if not current().running.is_local:
        return []
    return sorted([str(file) async for file in anyio.Path("scenarios").glob("*.md")])


async def _resource_ids() -> list[str]:
    """Return the resources that are installed, then those that could be."""
    market = await current().marketplace()
    mine = [each.resource_id for each in (await market.installations()).installations]
    offered = [each.id for each in (await market.search(limit=100)).resources]
    return list(dict.fromkeys([*mine, *offered]))


async def _with_methods(market: "MarketplaceClient", id: str) -> Wire:
    """Return the resource, with each method's schema as far as one answer can hold them."""
    found = await market.resource(id)
    methods = found.endpoint.methods if found.endpoint else []
    if found.endpoint and len(methods) <= WITH_SCHEMAS:
        whole = [
            each if each.input_schema else await or_none(market.method(id, each.name)) or each
            for each in methods
        ]
        found.endpoint = found.endpoint.model_copy(update={"methods": whole})
    return found


async def _read(ask: Callable[["MirraClient"], Awaitable[Wire]]) -> str:
    async def answer() -> Wire:
        return await ask(await current().mirra())

    return await _told(answer())


async def _offer(ask: Callable[["MarketplaceClient"], Awaitable[Wire]]) -> str:
    async def answer() -> Wire:
        return await ask(await current().marketplace())

    return await _told(answer())


async def _told(answer: Awaitable[Wire]) -> str:
    """Return what Mirra or the marketplace answers, as the JSON it is.

    Raises:
        ResourceNotFoundError: there is no such thing.
        ResourceError: it refuses otherwise.
    """
    try:
        return to_json((await answer).to_json()).decode()
    except MirraError as error:
        refusal: Any = from_mirra(error)
        kind = ResourceNotFoundError if error.status == 404 else ResourceError
        raise kind(f"{refusal.message} {refusal.hint}") from error
    except Refusal as refusal:
        raise ResourceNotFoundError(f"{refusal.message} {refusal.hint}") from refusal


def _number(name: str, text: str) -> int:
    if text.isdecimal():
        return int(text)
    raise ResourceNotFoundError(f"`{name}` must be a whole number, not '{text[:40]}'.")
