"""Toolset `publishing`: a creator's resources, from draft to published to what they earn."""

import re
from typing import Annotated, Any

from pydantic import Field, ValidationError

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server import prices
from mirra_mcp.server.answers import counted
from mirra_mcp.server.caller import Caller
from mirra_mcp.server.errors import Refusal
from mirra_mcp.server.texts import read_json
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

VERBS = ("get", "post", "put", "patch", "delete")
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
    name: str,
    description: str,
    base_url: str,
    openapi: dict[str, Any] | None = None,
    openapi_path: str | None = None,
    methods: list[dict[str, Any]] = [],  # noqa: B006 -- the schema's default
    authentication: Authentication = "none",
    auth_config: dict[str, Any] = {},  # noqa: B006 -- the schema's default
    resource_type: ResourceType = "api",
    category: str | None = None,
    tags: list[str] = [],  # noqa: B006 -- the schema's default
    price_model: PricingModel = "free",
    base_price: Annotated[float, Field(ge=0)] = 0,
    currency: str | None = None,
    private: bool = False,
) -> Own:
    """Create a draft."""
    document = await _document(caller, openapi, openapi_path)
    chosen = methods or _operations(document)
    endpoint = {
        "baseUrl": base_url,
        "authentication": authentication,
        "methods": chosen,
        **({"authConfig": auth_config} if auth_config else {}),
    }
    try:
        wanted = CreateResource(
            name=name,
            description=description,
            resource_type=resource_type,
            category=category,
            tags=tags,
            open_api_spec=document,
            endpoint=EndpointDefinition.model_validate(endpoint),
            pricing=Pricing(
                model=price_model, base_price=base_price, currency=currency or prices.CURRENCY
            ),
            is_private=private,
        )
    except ValidationError as error:
        raise _invalid(error) from None
    made = await (await caller.marketplace()).create(wanted)
    return Own(
        summary=f"{made.name} is a draft with {counted(len(chosen), 'method')}.",
        resource_id=made.id,
        name=made.name,
        status=made.status,
        methods=[str(each.get("name")) for each in chosen[:50]],
        next=f'mirra_resource_publish {{"resource": "{made.id}"}} offers it to everybody.'
        if chosen
        else "It needs a method before it can be published: mirra_resource_update gives it some.",
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
    document = await _document(caller, openapi, openapi_path)
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
        endpoint["methods"] = _operations(document) or None
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


async def _document(
    caller: Caller, openapi: dict[str, Any] | None, path: str | None
) -> dict[str, Any] | None:
    if path is None:
        return openapi
    return await read_json(caller, path, argument="openapi_path", instead="openapi")


def _operations(document: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return a method for each operation of the document."""
    paths = (document or {}).get("paths")
    return [
        {
            "name": _name(operation.get("operationId"), verb, path),
            "httpMethod": verb.upper(),
            "path": path,
            **({"description": words} if (words := operation.get("summary")) else {}),
        }
        for path, item in (paths.items() if isinstance(paths, dict) else ())
        if isinstance(item, dict)
        for verb, operation in item.items()
        if verb in VERBS and isinstance(operation, dict)
    ]


def _name(id: object, verb: str, path: str) -> str:
    """Return an operation's id as a method may be called: `users_get` for `users/get`.

    Without a usable one it is `getUsersById` for `GET /users/{id}`.
    """
    name = re.sub(r"[^\w.\-]+", "_", str(id or ""), flags=re.ASCII).strip("_")
    if not re.match(r"[A-Za-z_]", name):
        words = re.findall(r"\w+", re.sub(r"\{(\w+)\}", r"by \1", path), re.ASCII)
        name = verb + "".join(word[:1].upper() + word[1:] for word in words)
    return name[:100]


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
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    told = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems[:10])
    return Refusal(
        "VALIDATION_ERROR", f"The resource makes no sense: {told}.", "Correct these, and repeat."
    )
