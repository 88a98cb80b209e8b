"""The typed client of the marketplace of API resources, hosted or embedded alike.

Source: https://docs.getmirra.app/api/resources/endpoints
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from mirra_mcp.client.calls import SHORTEST_SECRET, Sleep
from mirra_mcp.client.closing import ClosingClient
from mirra_mcp.client.connection import Connection
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.extensions import Extension
from mirra_mcp.client.listings import explained
from mirra_mcp.client.urls import Query, base_url, refuse_plain_http, segment, usable_token
from mirra_mcp.wire.installations import (
    MARKETPLACE,
    Authenticate,
    Authenticated,
    AuthenticationPage,
    AuthenticationPageStatus,
    CallParams,
    CallResource,
    CallResult,
    CredentialType,
    Installation,
    InstallationList,
    Installed,
    Metrics,
    Rated,
    RateResource,
    Rehearsal,
    Rehearse,
    Upgraded,
    Usage,
)
from mirra_mcp.wire.marketplace import (
    CreatedResource,
    CreateResource,
    Envelope,
    MarketplacePage,
    PublishedResource,
    Resource,
    ResourceMethod,
    UnpublishedResource,
    UpdateResource,
)
from mirra_mcp.wire.model import Body, Doc
from mirra_mcp.wire.problems import flaw

M = TypeVar("M", bound=BaseModel)

V1 = "/api/sdk/v1"
CALLING = 60.0
"""Seconds that a resource may take to answer, besides the marketplace itself."""

_EMBEDDED = "unset MIRRA_API_KEY and MIRRA_MARKETPLACE_URL to use the embedded one, which does."
_METHOD = Extension("one method by its name", f"Read the resource whole, or {_EMBEDDED}")
_PAGE = Extension(
    "a page for entering credentials", f"Name environment variables instead, or {_EMBEDDED}"
)
_ONE = Extension("one installation by its id", f"List all installations, or {_EMBEDDED}")
_CLEAR = Extension("clearing credentials", f"Uninstall the resource, or {_EMBEDDED}")
_UPGRADE = Extension("upgrades", f"Uninstall the resource and install it again, or {_EMBEDDED}")
_REHEARSE = Extension(
    "rehearsals", f"Nothing was sent. Start a session with the API's document, or {_EMBEDDED}"
)
_RATE = Extension("ratings", f"Go without, or {_EMBEDDED}")


class MarketplaceClient(ClosingClient):
    """The marketplace's HTTP API, typed. A failure is a `MirraError`, and tells no secret."""

    def __init__(
        self,
        url: str,
        key: str | None,
        *,
        timeout: float = 30.0,
        retries: int = 3,
        sleep: Sleep | None = None,
    ) -> None:
        """Make calls of the marketplace at `url`; nothing is opened before the first.

        Args:
            url: Where the marketplace is, without `/api/sdk`.
            key: Sent as `X-API-Key`; None sends none.
            timeout: Seconds that one exchange may take.
            retries: How often a call is repeated, where `client/retries.py` allows it.
            sleep: Waits between attempts; `anyio.sleep` by default.

        Raises:
            MirraError: the URL or the key can't be used, or the key would travel in clear.
        """
        base = base_url(url, setting="MIRRA_MARKETPLACE_URL").removesuffix(V1)
        key = usable_token(key, setting="MIRRA_API_KEY", issued="the marketplace")
        if key:
            refuse_plain_http(base, setting="MIRRA_MARKETPLACE_URL")
        connection = Connection(key, timeout=timeout, retries=retries, sleep=sleep)
        super().__init__(base, "marketplace", connection)

    # Finding

    async def search(
        self,
        search: str | None = None,
        *,
        category: str | None = None,
        tags: Iterable[str] | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> MarketplacePage:
        """Find published resources by name or description, category and tags."""
        query: Query = {
            "search": search,
            "category": category,
            "tags": tags,
            "limit": limit,
            "offset": offset,
        }
        return await self._read("/resources/marketplace", MarketplacePage, query=query)

    async def resource(self, resource_id: str, *, spec: bool = False) -> Resource:
        """Read a resource with its methods; `spec` adds its OpenAPI document."""
        query: Query = {"spec": True} if spec else {}
        return await self._read(_resource(resource_id), Resource, query=query)

    async def method(self, resource_id: str, name: str) -> ResourceMethod:
        """Read one method with the JSON Schema of its parameters (extension)."""
        path = f"{_resource(resource_id)}/methods/{segment(name, of='method')}"
        return await self._read(path, ResourceMethod, extension=_METHOD)

    # Using

    async def install(self, resource_id: str) -> Installed:
        """Install a resource, as it is published now."""
        return await self._do("POST", f"{_resource(resource_id)}/install", Installed)

    async def uninstall(self, resource_id: str) -> str:
        """Remove an installation and its credentials; return what the marketplace says."""
        return await self._said("DELETE", f"{_resource(resource_id)}/install")

    async def upgrade(self, resource_id: str) -> Upgraded:
        """Move an installation to the resource's newest version (extension)."""
        path = f"{_resource(resource_id)}/upgrade"
        return await self._do("POST", path, Upgraded, repeatable=True, extension=_UPGRADE)

    async def authenticate(
        self, resource_id: str, type: CredentialType, credentials: Doc
    ) -> Authenticated:
        """Give an installation its credentials; again, with others, rotates them.

        Raises:
            MirraError: they were refused; whatever the answer says, it doesn't repeat them.
        """
        path = f"{_resource(resource_id)}/authenticate"
        body = Authenticate(type=type, credentials=credentials)
        secrets = [value for value in credentials.values() if isinstance(value, str)]
        try:
            answer = await self._do("POST", path, Authenticated, body=body, repeatable=True)
        except MirraError as error:
            failure = _without(error, secrets)
        else:
            told = answer.message and _masked(answer.message, secrets)
            return answer.model_copy(update={"message": told})
        raise failure

    async def clear_credentials(self, resource_id: str) -> str:
        """Remove an installation's credentials (extension); return what the marketplace says."""
        path = f"{_resource(resource_id)}/authenticate"
        return await self._said("DELETE", path, extension=_CLEAR)

    async def authentication_page(self, resource_id: str) -> AuthenticationPage:
        """Open a page, for one use, where a person enters credentials (extension)."""
        path = f"{_resource(resource_id)}/authenticate/page"
        return await self._do("POST", path, AuthenticationPage, extension=_PAGE)

    async def authentication_status(self, resource_id: str, nonce: str) -> AuthenticationPageStatus:
        """Read whether the person has done it (extension)."""
        path = f"{_resource(resource_id)}/authenticate/page/{segment(nonce, of='page')}"
        return await self._read(path, AuthenticationPageStatus, extension=_PAGE)

    async def call(
        self, resource_id: str, method: str, parameters: Doc | None = None
    ) -> CallResult:
        """Call a method of an installed resource; may cost what the resource's pricing says."""
        params = CallParams(resource_id=resource_id, method=method, parameters=parameters or {})
        body = CallResource(resource_id=MARKETPLACE, method="call", params=params.to_json())
        return await self._do(
            "POST", "/api/sdk/v2/resources/call", CallResult, body=body, wait=CALLING
        )

    async def rehearse(
        self, resource_id: str, method: str, parameters: Doc | None = None
    ) -> Rehearsal:
        """Call a method on a mirror of an installed resource (extension): nothing is spent."""
        path, body = f"{_resource(resource_id)}/rehearse", Rehearse(method=method)
        body.parameters = parameters or {}
        return await self._do("POST", path, Rehearsal, body=body, wait=CALLING, extension=_REHEARSE)

    async def installations(self) -> InstallationList:
        """Read what is installed."""
        return await self._read("/resources/installations", InstallationList)

    async def installation(self, installation_id: str) -> Installation:
        """Read all about one installation (extension)."""
        return await self._read(_installation(installation_id), Installation, extension=_ONE)

    async def usage(self, installation_id: str) -> Usage:
        """Read an installation's calls and costs."""
        return await self._read(f"{_installation(installation_id)}/usage", Usage)

    async def rate(self, resource_id: str, rating: int) -> Rated:
        """Rate a resource that one has called, from 1 to 5 (extension)."""
        path = f"{_resource(resource_id)}/rating"
        body = RateResource(rating=rating)
        return await self._do("POST", path, Rated, body=body, repeatable=True, extension=_RATE)

    # Publishing

    async def create(self, resource: CreateResource) -> CreatedResource:
        """Create a draft."""
        return await self._do("POST", "/resources", CreatedResource, body=resource)

    async def resources(self) -> list[Resource]:
        """Read the caller's own resources, without their methods."""
        found = await self._data("GET", "/resources", repeatable=True)
        items = found.get("resources", []) if isinstance(found, dict) else found
        return [self._as(Resource, item, "GET /resources") for item in items or []]

    async def update(self, resource_id: str, changes: UpdateResource) -> Resource:
        """Change a resource; existing installations stay as they are until they upgrade."""
        return await self._do("PATCH", _resource(resource_id), Resource, body=changes)

    async def publish(self, resource_id: str) -> PublishedResource:
        """Offer a resource in the marketplace, once it is complete.

        Raises:
            MirraError: it isn't; the message names everything that is missing.
        """
        path = f"{_resource(resource_id)}/publish"
        return await self._do("POST", path, PublishedResource, repeatable=True)

    async def unpublish(self, resource_id: str) -> UnpublishedResource:
        """Take a resource from the marketplace; existing installations keep working."""
        path = f"{_resource(resource_id)}/unpublish"
        return await self._do("POST", path, UnpublishedResource, repeatable=True)

    async def delete(self, resource_id: str) -> str:
        """Delete a resource that nobody has installed; return what the marketplace says."""
        return await self._said("DELETE", _resource(resource_id))

    async def metrics(self, resource_id: str) -> Metrics:
        """Read what all installations of the caller's resource come to."""
        return await self._read(f"{_resource(resource_id)}/metrics", Metrics)

    # How

    async def _read(
        self,
        path: str,
        model: type[M],
        *,
        query: Query | None = None,
        extension: Extension | None = None,
    ) -> M:
        return await self._do("GET", path, model, query=query, repeatable=True, extension=extension)

    async def _do(
        self,
        method: str,
        path: str,
        model: type[M],
        *,
        body: Body | None = None,
        query: Query | None = None,
        repeatable: bool = False,
        wait: float = 0.0,
        extension: Extension | None = None,
    ) -> M:
        data = await self._data(
            method,
            path,
            body=body,
            query=query,
            repeatable=repeatable,
            wait=wait,
            extension=extension,
        )
        return self._as(model, data, f"{method} {path}")

    async def _data(self, method: str, path: str, **options: Any) -> Any:
        return (await self._envelope(method, path, **options)).data

    async def _said(self, method: str, path: str, **options: Any) -> str:
        return (await self._envelope(method, path, **options)).message or "Done."

    async def _envelope(self, method: str, path: str, **options: Any) -> Envelope:
        whole = path if path.startswith("/api/") else f"{V1}{path}"
        try:
            envelope = await self._api.request(method, whole, Envelope, **options)
        except MirraError as error:
            raise explained(error, self.url) from error
        if envelope.success:
            return envelope
        failure = envelope.error
        raise explained(
            MirraError(
                failure.message if failure else f"{self.url} refused {method} {whole}.",
                code=failure.code if failure else "mirra.client.unexpected_shape",
                request=f"{method} {whole}",
                status=200,
            ),
            self.url,
        )

    def _as(self, model: type[M], data: Any, request: str) -> M:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "data"
            reason = flaw(first)
        raise explained(
            MirraError(
                f"{self.url} answered {request} with no {model.__name__} (`{where}` {reason}).",
                code="mirra.client.unexpected_shape",
                request=request,
                status=200,
            ),
            self.url,
        )


def _resource(resource_id: str) -> str:
    return f"/resources/{segment(resource_id, of='resource id')}"


def _installation(installation_id: str) -> str:
    return f"/resources/installations/{segment(installation_id, of='installation id')}"


def _without(error: MirraError, secrets: list[str]) -> MirraError:
    """Return the failure without the secrets, and without the exceptions that led to it."""
    return MirraError(
        _masked(error.message, secrets),
        code=_masked(error.code, secrets),
        request=error.request,
        status=error.status,
        hint=error.hint and _masked(error.hint, secrets),
        outcome=error.outcome,
        retry_after=error.retry_after,
    )


def _masked(text: str, secrets: list[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, "[secret]")
    return text
