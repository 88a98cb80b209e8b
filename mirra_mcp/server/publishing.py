"""Toolset `publishing`: a creator's resources, from draft to published to what they earn."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server import credentials, documents, prices
from mirra_mcp.server.answers import counted
from mirra_mcp.server.caller import Caller
from mirra_mcp.server.errors import Refusal
from mirra_mcp.wire.marketplace import (
    Authentication,
    CreateResource,
    EndpointDefinition,
    Pricing,
    PricingModel,
    Resource,
    ResourceType,
    UpdateResource,
)
from mirra_mcp.wire.model import Doc, Wire
from mirra_mcp.wire.problems import flaw

if TYPE_CHECKING:
    from mirra_mcp.client.marketplace import MarketplaceClient

OWN = 50
"""Own resources that a list shows."""


class Own(Wire):
    """A resource of the caller's own."""

    summary: str
    resource_id: str
    name: str | None = None
    status: str | None = None
    version: int | None = None
    price: str | None = None
    methods: list[str] | None = None
    next: str


class MetricsAnswer(Wire):
    """What a resource came to, or which resources there are."""

    summary: str
    resources: list[Doc] | None = None
    total_users: int | None = None
    total_calls: int | None = None
    total_revenue: float | None = None
    rating: float | None = None
    review_count: int | None = None


async def mirra_resource_create(
    caller: Caller,
    name: str | None = None,
    description: str | None = None,
    base_url: str | None = None,
    openapi: dict[str, Any] | None = None,
    openapi_path: str | None = None,
    methods: list[dict[str, Any]] = [],  # noqa: B006 -- the schema's default
    authentication: Authentication | None = None,
    auth_config: dict[str, Any] = {},  # noqa: B006 -- the schema's default
    resource_type: ResourceType = "api",
    category: str | None = None,
    tags: list[str] = [],  # noqa: B006 -- the schema's default
    price_model: PricingModel = "free",
    base_price: Annotated[float, Field(ge=0)] = 0,
    currency: str | None = None,
    private: bool = False,
    install: bool = False,
) -> Own:
    """Create a draft, or all that it takes to call an API of one's own."""
    document = await documents.given(caller, openapi, openapi_path)
    chosen = methods or documents.operations(document)
    told = documents.told(document)
    endpoint = {
        "baseUrl": documents.address(base_url, told) or "",
        "authentication": authentication or told.authentication,
        "methods": chosen,
    }
    config = auth_config or (told.auth_config if authentication in (None, "api_key") else {})
    try:
        wanted = CreateResource(
            name=name or told.name or "",
            description=description or told.description or "",
            resource_type=resource_type,
            category=category,
            tags=tags,
            open_api_spec=document,
            endpoint=EndpointDefinition.model_validate(
                endpoint | ({"authConfig": config} if config else {})
            ),
            pricing=Pricing(
                model=price_model, base_price=base_price, currency=currency or prices.CURRENCY
            ),
            is_private=private or install,
        )
    except ValidationError as error:
        raise _invalid(error) from None
    market = await caller.marketplace()
    made = await market.create(wanted)
    if install:
        return await _installed(market, made.id, wanted)
    return Own(
        summary=f"{made.name} is a draft with {counted(len(chosen), 'method')}.",
        resource_id=made.id,
        name=made.name,
        status=made.status,
        methods=[str(each.get("name")) for each in chosen[:50]],
        next=f'mirra_resource_publish {{"resource": "{made.id}"}} offers it to '
        + ("you alone." if private else "everybody who uses this marketplace.")
        if chosen
        else "It needs a method before it can be published: mirra_resource_update gives it some.",
    )


async def _installed(market: "MarketplaceClient", id: str, wanted: CreateResource) -> Own:
    """Publish a resource for its creator alone and install it; an unfit draft is removed."""
    try:
        await market.publish(id)
    except MirraError:
        await market.delete(id)
        raise
    await market.install(id)
    endpoint = wanted.endpoint
    needs = endpoint.authentication if endpoint else "none"
    names = [each.name for each in endpoint.methods] if endpoint else []
    return Own(
        summary=f"{wanted.name} is installed, for you alone, with {counted(len(names), 'method')}.",
        resource_id=id,
        name=wanted.name,
        status="published",
        methods=names[:50],
        next=f'mirra_resource_call {{"resource": "{id}", "method": "{names[0]}"}} calls it.'
        if needs == "none" and names
        else f"It needs credentials: {credentials.how(id, needs)}",
    )


async def mirra_resource_update(
    caller: Caller,
    resource: str,
    name: str | None = None,
    description: str | None = None,
    base_url: str | None = None,
    openapi: dict[str, Any] | None = None,
    openapi_path: str | None = None,
    methods: list[dict[str, Any]] = [],  # noqa: B006 -- the schema's default
    authentication: Authentication | None = None,
    auth_config: dict[str, Any] = {},  # noqa: B006 -- the schema's default
    resource_type: ResourceType | None = None,
    category: str | None = None,
    tags: list[str] | None = None,
    price_model: PricingModel | None = None,
    base_price: Annotated[float | None, Field(ge=0)] = None,
    currency: str | None = None,
    private: bool | None = None,
) -> Own:
    """Change a resource."""
    market = await caller.marketplace()
    document = await documents.given(caller, openapi, openapi_path)
    endpoint = {
        "baseUrl": base_url,
        "authentication": authentication,
        "authConfig": auth_config or None,
        "methods": methods or None,
    }
    pricing = {"model": price_model, "basePrice": base_price, "currency": currency}
    known = None
    if document is not None or _has_any(endpoint, pricing):
        known = await _known(caller, resource, endpoint)
    if document is not None and not methods and not _has_methods(known):
        endpoint["methods"] = documents.operations(document) or None
    try:
        changes = UpdateResource(
            name=name,
            description=description,
            resource_type=resource_type,
            category=category,
            tags=tags,
            open_api_spec=document,
            endpoint=EndpointDefinition.model_validate(_merged(known, "endpoint", endpoint))
            if _has_any(endpoint)
            else None,
            pricing=Pricing.model_validate(_merged(known, "pricing", pricing))
            if _has_any(pricing)
            else None,
            is_private=private,
        )
    except ValidationError as error:
        raise _invalid(error) from None
    if not changes.to_json():
        raise Refusal(
            "mirra.request.invalid",
            "Nothing was given to change.",
            'Say what, as with {"description": "..."}.',
        )
    done = await market.update(resource, changes)
    return Own(
        summary=f"{done.name} is changed. Price: {prices.price(done.pricing)}.",
        resource_id=done.id,
        name=done.name,
        status=done.status,
        version=done.version,
        price=prices.price(done.pricing),
        next="Existing installations stay at their version until they upgrade.",
    )


async def mirra_resource_publish(caller: Caller, resource: str) -> Own:
    """Offer a resource in the marketplace."""
    done = await (await caller.marketplace()).publish(resource)
    return Own(
        summary="It is published.",
        resource_id=done.id,
        status=done.status,
        next="mirra_marketplace_search finds it now; mirra_resource_metrics tells what it earns.",
    )


async def mirra_resource_unpublish(caller: Caller, resource: str) -> Own:
    """Take a resource from the marketplace."""
    done = await (await caller.marketplace()).unpublish(resource)
    return Own(
        summary="It is a draft again; existing installations keep working.",
        resource_id=done.id,
        status=done.status,
        next="mirra_resource_publish offers it again; mirra_resource_delete removes it.",
    )


async def mirra_resource_delete(caller: Caller, resource: str) -> Own:
    """Delete a resource."""
    said = await (await caller.marketplace()).delete(resource)
    return Own(
        summary=said,
        resource_id=resource,
        status="deleted",
        next="mirra_resource_metrics without arguments lists the resources that are left.",
    )


async def mirra_resource_metrics(caller: Caller, resource: str | None = None) -> MetricsAnswer:
    """Show a resource's metrics, or list the caller's resources."""
    market = await caller.marketplace()
    if resource is None:
        mine = await market.resources()
        return MetricsAnswer(
            summary=f"Resources of yours: {len(mine)}.",
            resources=[_line(each) for each in mine[:OWN]],
        )
    found = await market.metrics(resource)
    return MetricsAnswer(
        summary=f"Users: {found.total_users}, calls: {found.total_calls}, revenue: "
        f"{prices.amount(found.total_revenue)}.",
        **dict(found),
    )


def _line(own: Resource) -> Doc:
    line = {
        "id": own.id,
        "name": own.name,
        "status": own.status,
        "price": prices.price(own.pricing),
    }
    return line | {"version": own.version, "installCount": own.install_count}


async def _known(caller: Caller, resource: str, endpoint: dict[str, Any]) -> Resource | None:
    """Return the resource as it is, so that a part of it can be changed."""
    try:
        return await (await caller.marketplace()).resource(resource)
    except MirraError as error:
        if error.code == "mirra.marketplace.gone" and endpoint["baseUrl"]:
            return None
        raise


def _has_methods(known: Resource | None) -> bool:
    return known is not None and known.endpoint is not None and bool(known.endpoint.methods)


def _has_any(*parts: dict[str, Any]) -> bool:
    return any(value is not None for part in parts for value in part.values())


def _merged(known: Resource | None, part: str, changes: dict[str, Any]) -> dict[str, Any]:
    """Return the part as it is, with the changes that are given."""
    present = getattr(known, part) if known else None
    whole = present.model_dump(mode="json", by_alias=True, exclude_none=True) if present else {}
    for method in whole.get("methods", []):
        method.pop("inputSchema", None)
    return whole | {name: value for name, value in changes.items() if value is not None}


def _invalid(error: ValidationError) -> Refusal:
    problems = error.errors(include_url=False, include_input=False)
    told = "; ".join(f"{'.'.join(map(str, each['loc']))} {flaw(each)}" for each in problems[:10])
    return Refusal(
        "VALIDATION_ERROR", f"The resource makes no sense: {told}.", "Correct these, and repeat."
    )
