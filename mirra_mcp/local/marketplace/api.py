"""The marketplace's HTTP API: reads a request, asks the parts, answers in the envelope.

Source: https://docs.getmirra.app/api/resources/endpoints
"""

from asyncio import to_thread
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.kit.errors import one_of
from mirra_mcp.local.marketplace import bodies
from mirra_mcp.local.marketplace.addresses import origin_of
from mirra_mcp.local.marketplace.bodies import account_of, answer, fit, read, said
from mirra_mcp.local.marketplace.errors import bad, not_found
from mirra_mcp.local.marketplace.market import Market
from mirra_mcp.wire import installations as wire
from mirra_mcp.wire.marketplace import CreateResource, MarketplaceItem, UpdateResource
from mirra_mcp.wire.model import Doc

MOST = 100
FARTHEST = 1_000_000_000

Handler = Callable[[Request, Market], Awaitable[Response]]


def _id(request: Request) -> str:
    return str(request.path_params["id"])


# Resources.


async def create(request: Request, market: Market) -> Response:
    """`POST /resources`."""
    wanted = await read(CreateResource, request)
    return answer(await to_thread(market.catalog.create, account_of(request), wanted), 201)


async def mine(request: Request, market: Market) -> Response:
    """`GET /resources`: what the caller has made, newest first."""
    limit = bodies.whole(request, "limit", MOST, MOST, 1)
    offset = bodies.whole(request, "offset", 0, FARTHEST)
    return answer(await to_thread(market.catalog.mine, account_of(request), limit, offset))


async def retrieve(request: Request, market: Market) -> Response:
    """`GET /resources/{id}`; with `?spec=true` the OpenAPI document too."""
    spec = request.query_params.get("spec", "").lower() in ("1", "true")
    found = await to_thread(market.catalog.retrieve, account_of(request), _id(request), spec=spec)
    return await to_thread(answer, found)


async def method(request: Request, market: Market) -> Response:
    """`GET /resources/{id}/methods/{name}` (extension): as the caller would call it."""
    account, name = account_of(request), request.path_params["name"]
    shown = await to_thread(market.shown_method, account, _id(request), name)
    return answer(shown.to_json())


async def update(request: Request, market: Market) -> Response:
    """`PATCH /resources/{id}`."""
    changes = await read(UpdateResource, request)
    found = await to_thread(market.catalog.update, account_of(request), _id(request), changes)
    return answer(found)


async def delete(request: Request, market: Market) -> Response:
    """`DELETE /resources/{id}`."""
    await to_thread(market.catalog.delete, account_of(request), _id(request))
    return said("Resource deleted successfully")


async def publish(request: Request, market: Market) -> Response:
    """`POST /resources/{id}/publish`."""
    return answer(await to_thread(market.catalog.publish, account_of(request), _id(request)))


async def unpublish(request: Request, market: Market) -> Response:
    """`POST /resources/{id}/unpublish`."""
    return answer(await to_thread(market.catalog.unpublish, account_of(request), _id(request)))


async def metrics(request: Request, market: Market) -> Response:
    """`GET /resources/{id}/metrics`."""
    return answer(await to_thread(market.meter.metrics, account_of(request), _id(request)))


async def rate(request: Request, market: Market) -> Response:
    """`POST /resources/{id}/rating` (extension)."""
    stars = (await read(wire.RateResource, request)).rating
    return answer(await to_thread(market.meter.rate, account_of(request), _id(request), stars))


# Finding.


async def browse(request: Request, market: Market) -> Response:
    """`GET /resources/marketplace`."""
    page = await to_thread(
        market.catalog.browse,
        account_of(request),
        bodies.whole(request, "limit", 10, MOST, 1),
        bodies.whole(request, "offset", 0, FARTHEST),
        category=request.query_params.get("category"),
        tags=bodies.words(request, "tags"),
        search=request.query_params.get("search"),
    )
    return answer(page)


async def items(request: Request, market: Market) -> Response:
    """`GET /marketplace` and `GET /marketplace/search?q=`: the same, in their older form."""
    query = request.query_params
    if query.get("type", "resource") != "resource":
        return answer([])
    rows, _ = await to_thread(
        market.catalog.find,
        account_of(request),
        category=query.get("category"),
        tags=bodies.words(request, "tags"),
        search=query.get("q") or query.get("search"),
        limit=bodies.whole(request, "limit", 10, MOST, 1),
        offset=bodies.whole(request, "offset", 0, FARTHEST),
    )

    def show() -> list[MarketplaceItem]:
        return [
            MarketplaceItem(
                id=row["id"],
                name=row["name"],
                description=market.catalog.of(row).resource.description,
                type="resource",
                author=row["creator"],
                price=market.catalog.of(row).resource.pricing.base_price,
                rating=market.catalog.rating(row["id"])[0],
                installs=row["installs"],
            )
            for row in rows
        ]

    return answer(await to_thread(show))


# Installing.


async def install(request: Request, market: Market) -> Response:
    """`POST /resources/{id}/install`."""

    def work() -> wire.Installed:
        row = market.installations.install(account_of(request), _id(request))
        return market.installations.installed(row)

    return answer(await to_thread(work), 201)


async def uninstall(request: Request, market: Market) -> Response:
    """`DELETE /resources/{id}/install`."""
    await to_thread(market.installations.uninstall, account_of(request), _id(request))
    return said("Resource uninstalled successfully")


async def upgrade(request: Request, market: Market) -> Response:
    """`POST /resources/{id}/upgrade` (extension)."""
    return answer(await to_thread(market.installations.upgrade, account_of(request), _id(request)))


async def installations(request: Request, market: Market) -> Response:
    """`GET /resources/installations`."""
    return answer(await to_thread(market.installations.listed, account_of(request)))


async def installation(request: Request, market: Market) -> Response:
    """`GET /resources/installations/{id}` (extension)."""
    return answer(await to_thread(market.installations.detail, account_of(request), _id(request)))


async def usage(request: Request, market: Market) -> Response:
    """`GET /resources/installations/{id}/usage`."""
    return answer(await to_thread(market.meter.usage, account_of(request), _id(request)))


# Credentials.


async def authenticate(request: Request, market: Market) -> Response:
    """`POST /resources/{id}/authenticate`; again: the new credentials replace the old."""
    given = await read(wire.Authenticate, request)
    keep = market.installations.authenticate
    await to_thread(keep, account_of(request), _id(request), given.type, given.credentials)
    return answer(
        wire.Authenticated(
            message="Resource authenticated successfully",
            resource_id=_id(request),
            is_authenticated=True,
        )
    )


async def clear(request: Request, market: Market) -> Response:
    """`DELETE /resources/{id}/authenticate` (extension)."""
    had = await to_thread(market.installations.clear, account_of(request), _id(request))
    return said("Credentials cleared successfully" if had else "There were no credentials")


async def open_page(request: Request, market: Market) -> Response:
    """`POST /resources/{id}/authenticate/page` (extension): where a person can give them."""
    account, id = account_of(request), _id(request)

    def work() -> wire.AuthenticationPage:
        row = market.installations.row(account, id)
        definition = market.installations.definition(row)
        endpoint = definition.resource.endpoint
        if endpoint is None or definition.authentication == "none":
            raise bad("resourceId", "This resource needs no credentials: call it as it is.")
        config = endpoint.auth_config
        urls = [endpoint.base_url, *([config.token_url] if config and config.token_url else [])]
        hosts = list(dict.fromkeys(origin_of(url).netloc for url in urls))
        name, kind = definition.resource.name, definition.authentication
        nonce, page = market.pages.open(account, id, name, hosts, kind)
        url = f"http://{request.headers['host']}/marketplace/authenticate/{nonce}"
        return wire.AuthenticationPage(url=url, nonce=nonce, expires_at=page.expires)

    return answer(await to_thread(work), 201)


async def page_status(request: Request, market: Market) -> Response:
    """`GET /resources/{id}/authenticate/page/{nonce}` (extension)."""
    status = market.pages.status(account_of(request), request.path_params["nonce"])
    return answer(wire.AuthenticationPageStatus(status=status))  # type: ignore[arg-type]  # one of the three


# Calling.


async def call(request: Request, market: Market) -> Response:
    """`POST /resources/call`, of v1 and v2: a resource's method, or the marketplace's own."""
    given = await read(wire.CallResource, request)
    account = account_of(request)
    if given.resource_id == wire.MARKETPLACE:
        return await _operate(account, given.method, given.params, market)
    return await _call(account, given.resource_id, given.method, given.params, market)


async def rehearse(request: Request, market: Market) -> Response:
    """`POST /resources/{id}/rehearse` (extension): a call on a mirror of the resource."""
    given = await read(wire.Rehearse, request)
    done = await market.rehearsals.call(
        account_of(request), _id(request), given.method, given.parameters
    )
    return await to_thread(answer, done)


async def operation(request: Request, market: Market) -> Response:
    """`POST /marketplaceResources/{operation}`: the older form of the same."""
    params = await bodies.read_object(request)
    return await _operate(account_of(request), request.path_params["name"], params, market)


async def _call(account: str, id: str, name: str, given: Doc, market: Market) -> Response:
    done = await market.caller.call(account, id, name, given)
    data = {
        "result": done.result,
        "cost": done.cost,
        "duration": done.duration,
        "statusCode": done.status_code,
    }
    return await to_thread(answer, data)


async def _operate(account: str, name: str, params: Doc, market: Market) -> Response:
    if name not in OPERATIONS:
        hint = f"There are {one_of(OPERATIONS)}."
        raise not_found("operation", name, OPERATIONS, hint=hint)
    return await OPERATIONS[name](account, params, market)


async def _v2_call(account: str, params: Doc, market: Market) -> Response:
    given = fit(wire.CallParams, params)
    return await _call(account, given.resource_id, given.method, given.parameters, market)


async def _v2_install(account: str, params: Doc, market: Market) -> Response:
    given = fit(wire.ResourceParams, params)

    def work() -> wire.InstallationRecord:
        row = market.installations.install(account, given.resource_id)
        return market.installations.record_of(row)

    return answer(await to_thread(work))


async def _v2_uninstall(account: str, params: Doc, market: Market) -> Response:
    id = fit(wire.ResourceParams, params).resource_id
    at = await to_thread(market.installations.uninstall, account, id)
    return answer(wire.UninstalledRecord(success=True, resource_id=id, uninstalled_at=at))


async def _v2_authenticate(account: str, params: Doc, market: Market) -> Response:
    given = fit(wire.AuthenticateParams, params)
    keep = market.installations.authenticate
    at = await to_thread(keep, account, given.resource_id, given.type, given.credentials)
    return answer(
        wire.AuthenticatedRecord(
            success=True,
            resource_id=given.resource_id,
            is_authenticated=True,
            authenticated_at=at,
        )
    )


async def _v2_list(account: str, params: Doc, market: Market) -> Response:
    def work() -> wire.InstallationRecords:
        records = market.installations.records(account)
        return wire.InstallationRecords(count=len(records), installations=records)

    return answer(await to_thread(work))


async def _v2_get(account: str, params: Doc, market: Market) -> Response:
    id = fit(wire.ResourceParams, params).resource_id

    def work() -> wire.InstallationRecord:
        return market.installations.record_of(market.installations.row(account, id))

    return answer(await to_thread(work))


OPERATIONS: dict[str, Callable[[str, Doc, Market], Awaitable[Response]]] = {
    "call": _v2_call,
    "install": _v2_install,
    "uninstall": _v2_uninstall,
    "authenticate": _v2_authenticate,
    "listInstalled": _v2_list,
    "getInstallation": _v2_get,
}
