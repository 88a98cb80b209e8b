"""Toolset `marketplace`: find resources, install them, call their methods, see what that cost."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server import credentials, prices
from mirra_mcp.server.answers import counted, fit
from mirra_mcp.server.caller import Caller
from mirra_mcp.server.errors import Refusal, listed, nearest
from mirra_mcp.server.installed import installation_of, or_none, resource_of
from mirra_mcp.wire.installations import (
    CallResult,
    Installation,
    InstalledResource,
    RecentCall,
    Rehearsal,
    Usage,
)
from mirra_mcp.wire.marketplace import MarketplaceResource, ResourceMethod, ResourcePricing
from mirra_mcp.wire.model import Doc, Wire

if TYPE_CHECKING:
    from mirra_mcp.client.marketplace import MarketplaceClient

METHODS = 40
"""Methods that an answer lists."""


class Found(Wire):
    """Resources that can be installed."""

    summary: str
    resources: list[MarketplaceResource]
    total: int
    next_offset: int | None = None
    note: str | None = None


class InstallAnswer(Wire):
    """A new installation, and how it is called."""

    summary: str
    installation_id: str
    resource_id: str
    name: str | None = None
    price: str
    authentication: str | None = None
    is_authenticated: bool
    methods: list[str] = []
    method_count: int = 0
    next: str


class CallAnswer(Wire):
    """What a method answered, and what that cost."""

    summary: str
    status_code: int
    result: Any = None
    cost: float
    currency: str
    duration: int
    total_calls: int | None = None
    total_cost: float | None = None
    rehearsed_in: str | None = None
    note: str | None = None


class Uninstalled(Wire):
    """What uninstalling left."""

    summary: str
    resource_id: str


class InstallationAnswer(Wire):
    """What is installed, or one installation with its usage."""

    summary: str
    installations: list[InstalledResource] | None = None
    installation: Installation | None = None
    methods: list[str] | None = None
    method: Doc | None = None
    price: str | None = None
    calls_today: int | None = None
    recent_calls: list[RecentCall] | None = None
    note: str | None = None


async def mirra_marketplace_search(
    caller: Caller,
    search: str | None = None,
    category: str | None = None,
    tags: list[str] = [],  # noqa: B006 -- the schema's default
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    offset: Annotated[int, Field(ge=0)] = 0,
) -> Found:
    """Find resources to install."""
    market = await caller.marketplace()
    page = await market.search(search, category=category, tags=tags, limit=limit, offset=offset)
    fitted = fit([each.to_json() for each in page.resources], widest=500)
    shown = [MarketplaceResource.model_validate(each) for each in fitted.items]
    end = page.offset + len(shown)
    return Found(
        summary=f"Of {page.total} that match, these are {page.offset + 1} to {end}."
        if shown
        else f"Of {page.total} that match, none come after {page.offset}."
        if page.total
        else "None match.",
        resources=shown,
        total=page.total,
        next_offset=end if end < page.total and shown else None,
        note=fitted.note("Ask for fewer with `limit`.")
        or (
            "mirra_resource_install installs one; mirra://resources/{id} has its methods."
            if shown
            else "Search for less: leave out `category` or `tags`, or use one word. An API of your"
            " own becomes a resource with mirra_resource_create, of the toolset `publishing`."
        ),
    )


async def mirra_resource_install(
    caller: Caller, resource: str, upgrade: bool = False
) -> InstallAnswer:
    """Install a resource, or move its installation to the newest version."""
    market = await caller.marketplace()
    found = await resource_of(market, resource)
    pricing = found.pricing if found else None
    name = (found and found.name) or resource
    done = await (market.upgrade(resource) if upgrade else market.install(resource))
    endpoint = found.endpoint if found else None
    needs = endpoint.authentication if endpoint else None
    methods = endpoint.methods if endpoint else []
    is_ready = done.is_authenticated or needs in (None, "none")
    return InstallAnswer(
        summary=f"{name} is {'up to date' if upgrade else 'installed'}. "
        f"Price: {prices.price(pricing)}.",
        installation_id=done.installation_id,
        resource_id=done.resource_id,
        name=found.name if found else None,
        price=prices.price(pricing),
        authentication=needs,
        is_authenticated=done.is_authenticated,
        methods=[_line(each) for each in methods[:METHODS]],
        method_count=len(methods),
        next=_how_to_call(resource, methods)
        if is_ready
        else f"It needs credentials: {credentials.how(resource, needs or 'api_key')}",
    )


_REFUSED = "The resource refused the credentials: mirra_resource_authenticate replaces them."


async def mirra_resource_call(
    caller: Caller,
    resource: str,
    method: str,
    parameters: dict[str, Any] = {},  # noqa: B006 -- the schema's default
    max_cost: Annotated[float | None, Field(ge=0)] = None,
    dry_run: bool = False,
) -> CallAnswer:
    """Call a method of an installed resource, if it costs no more than was agreed to."""
    market = await caller.marketplace()
    installed = await installation_of(market, resource)
    pricing = installed.pricing if installed else None
    cost = 0.0
    if installed and installed.endpoint and installed.endpoint.methods:
        chosen = _method(installed.endpoint.methods, method, resource)
        cost = prices.next_call(installed, chosen)
    if dry_run:
        tried = await market.rehearse(resource, method, parameters)
        return _rehearsed(method, tried, cost, pricing)
    if cost:
        prices.consent(f"This call of {method}", cost, max_cost, pricing)
    try:
        done = await market.call(resource, method, parameters)
    except MirraError as error:
        if (refused := _refused(error)) is None:
            raise
        done = refused
    fitted = fit([done.result])
    unit = (pricing and pricing.currency) or prices.CURRENCY
    return CallAnswer(
        summary=f"{method} answered {done.status_code}"
        f"{f' in {done.duration} ms' if done.duration else ''} and cost "
        f"{prices.amount(done.cost, pricing) if done.cost else 'nothing'}.",
        status_code=done.status_code,
        result=fitted.items[0] if fitted.items else None,
        cost=done.cost,
        currency=unit,
        duration=done.duration,
        total_calls=installed.total_calls + 1 if installed else None,
        total_cost=round(installed.total_cost + done.cost, 9) if installed else None,
        note=_REFUSED
        if done.status_code == 401
        else fitted.note("Ask for less with the method's own parameters."),
    )


def _rehearsed(
    method: str, done: Rehearsal, cost: float, pricing: ResourcePricing | None
) -> CallAnswer:
    fitted = fit([done.result])
    price = f"costs {prices.amount(cost, pricing)}" if cost else "costs nothing"
    return CallAnswer(
        summary=f"A rehearsal: a mirror of the resource answered {method} with {done.status_code}. "
        f"Nothing was sent to the resource and nothing spent; the real call {price}.",
        status_code=done.status_code,
        result=fitted.items[0] if fitted.items else None,
        cost=0,
        currency=(pricing and pricing.currency) or prices.CURRENCY,
        duration=done.duration,
        rehearsed_in=done.session_id,
        note=fitted.note("Ask for less with the method's own parameters.")
        or f"Its data are made up from the document. What rehearsals make stays in session "
        f"{done.session_id}: mirra_session_state shows it.",
    )


async def mirra_resource_uninstall(caller: Caller, resource: str) -> Uninstalled:
    """Remove an installation with its credentials."""
    market = await caller.marketplace()
    said = await market.uninstall(resource)
    return Uninstalled(
        summary=f"{said.rstrip('.')}. Its credentials are removed; nothing is refunded.",
        resource_id=resource,
    )


async def mirra_installation_list(
    caller: Caller,
    installation: str | None = None,
    method: str | None = None,
    limit: Annotated[int, Field(ge=1, le=50)] = 20,
) -> InstallationAnswer:
    """List what is installed, or show one installation with its usage, or one of its methods."""
    market = await caller.marketplace()
    mine = (await market.installations()).installations
    if installation is None and method is not None:
        raise Refusal(
            "mirra.request.invalid",
            "`method` needs an `installation`.",
            'Say whose, as with "installation": "resource_abc123".',
        )
    if installation is None:
        return InstallationAnswer(
            summary=f"Installed resources: {len(mine)}.",
            installations=mine[:limit],
            note="Name one with `installation` to see its methods, calls and costs."
            if mine
            else "mirra_marketplace_search finds resources to install.",
        )
    wanted = _pick(mine, installation)
    found = await or_none(market.installation(wanted.installation_id))
    if method is not None:
        methods = found.endpoint.methods if found and found.endpoint else []
        return await _about_methods(market, wanted, methods, method)
    usage = await market.usage(wanted.installation_id)
    return _with_usage(wanted, found, usage)


async def _about_methods(
    market: "MarketplaceClient",
    wanted: InstalledResource,
    methods: list[ResourceMethod],
    name: str,
) -> InstallationAnswer:
    """Tell one method whole, or the methods whose name or description has the word."""
    word = name.lower()
    found = [each for each in methods if word in f"{each.name} {each.description or ''}".lower()]
    exact = next((each for each in methods if each.name == name), None)
    if exact is None or exact.input_schema is None:
        exact = exact and (await or_none(market.method(wanted.resource_id, name)) or exact)
    if exact is None and not found:
        exact = _method(methods, name, wanted.resource_id)
    shown = fit([exact.to_json()]) if exact else None
    return InstallationAnswer(
        summary=_line(exact) if exact else f"Methods that have to do with '{name}': {len(found)}.",
        methods=None if exact else [_line(each) for each in found[:METHODS]],
        method=shown.items[0] if shown else None,
        note=None if exact else "Name one with `method` to see its parameters' schema.",
    )


def _with_usage(
    wanted: InstalledResource, found: Installation | None, usage: Usage
) -> InstallationAnswer:
    pricing = found.pricing if found else None
    methods = found.endpoint.methods if found and found.endpoint else []
    newer = found and found.version and (found.latest_version or 0) > found.version
    return InstallationAnswer(
        summary=f"{wanted.resource_name or wanted.resource_id}: "
        f"{counted(usage.total_calls, 'call')} cost {prices.amount(usage.total_cost, pricing)} in "
        f"all; {usage.calls_today} today.",
        installation=found.model_copy(update={"endpoint": None}) if found else None,
        installations=None if found else [wanted],
        methods=[_line(each) for each in methods[:METHODS]],
        price=prices.price(pricing),
        calls_today=usage.calls_today,
        recent_calls=usage.recent_calls[:10],
        note='A newer version is published: mirra_resource_install with "upgrade": true takes it.'
        if newer
        else None,
    )


def _refused(error: MirraError) -> CallResult | None:
    """Return what the resource itself answered, where that was a refusal: it is an answer, too."""
    details = error.details if error.code == "UPSTREAM_ERROR" else None
    if not isinstance(details, dict) or not isinstance(details.get("statusCode"), int):
        return None
    if "result" not in details:
        return None
    return CallResult(result=details["result"], status_code=details["statusCode"])


def _pick(mine: list[InstalledResource], name: str) -> InstalledResource:
    for each in mine:
        if name in (each.installation_id, each.resource_id, each.resource_name):
            return each
    known = [each.installation_id for each in mine] + [each.resource_id for each in mine]
    raise Refusal(
        "NOT_INSTALLED",
        f"No installation '{name}'.{nearest(name, known)}",
        "mirra_installation_list without arguments lists them.",
    )


def _method(methods: list[ResourceMethod], name: str, resource: str) -> ResourceMethod:
    for each in methods:
        if each.name == name:
            return each
    names = [each.name for each in methods]
    raise Refusal(
        "NOT_FOUND",
        f"{resource} has no method '{name}'.{nearest(name, names)}",
        f"It has: {listed(names[:10])}{' and more' if len(names) > 10 else ''}. "
        "mirra_installation_list with `method` finds them by a word.",
    )


def _line(method: ResourceMethod) -> str:
    """Return a method in a line: `getPrice(symbol, currency?): what it does`."""
    schema = method.input_schema or {}
    required = set(schema.get("required", []))
    names = schema.get("properties") or method.parameters
    shown = [
        name if name in required or getattr(names[name], "required", False) is True else f"{name}?"
        for name in list(names)[:12]
    ]
    first = (method.description or "").strip().split("\n")[0][:120]
    takes = f"({', '.join(shown)})" if method.input_schema or shown else ""
    return f"{method.name}{takes}" + (f": {first}" if first else "")


def _how_to_call(resource: str, methods: list[ResourceMethod]) -> str:
    name = methods[0].name if methods else "..."
    return (
        f'mirra_resource_call {{"resource": "{resource}", "method": "{name}", "parameters": '
        f"{{...}}}}; mirra_installation_list with `installation` and `method` has its parameters."
    )
