"""The catalog: which mirrors there are and what each one covers (extension)."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from mirra_mcp.local.api.reading import answer, host_of
from mirra_mcp.local.kit.errors import Refusal, nearest
from mirra_mcp.local.kit.metadata import describe
from mirra_mcp.wire.admin import Catalog, CatalogEntry


async def index(request: Request) -> Response:
    """`GET /v1/catalog`."""
    known = host_of(request).kinds
    kinds = await asyncio.to_thread(lambda: list(known.values()))
    return answer(
        Catalog(
            mirrors=[
                CatalogEntry(
                    name=kind.vendor,
                    version=kind.version,
                    vendor_api_version=kind.api_version,
                    description=kind.description,
                    fixtures=list(kind.fixtures),
                )
                for kind in kinds
            ]
        )
    )


async def retrieve(request: Request) -> Response:
    """`GET /v1/catalog/{vendor}`: the same as a mirror's `/_mirra/metadata`."""
    kinds, vendor = host_of(request).kinds, request.path_params["vendor"]
    if vendor not in kinds:
        raise Refusal(
            404,
            "mirra.session.mirror_not_in_catalog",
            f"Unknown mirror '{vendor[:60]}'. Not in the current catalog.{nearest(vendor, kinds)}",
            f"The catalog has: {', '.join(kinds)}.",
        )
    return answer(describe(await asyncio.to_thread(kinds.__getitem__, vendor)))
