"""Installing resources of the marketplace, giving credentials, calling methods, usage.

Source: https://docs.getmirra.app/api/resources/endpoints
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from mirra_mcp.wire.marketplace import Answered, ResourceEndpoint, ResourcePricing
from mirra_mcp.wire.model import Body, Doc

CredentialType = Literal["api_key", "bearer", "basic", "oauth2"]


class Installed(Answered):
    """What `POST /resources/{id}/install` answers."""

    installation_id: str
    resource_id: str
    user_id: str | None = None
    is_authenticated: bool = False
    status: str = "active"
    installed_at: datetime | None = None


class InstalledResource(Answered):
    """One of `GET /resources/installations`."""

    installation_id: str
    resource_id: str
    resource_name: str | None = None
    is_authenticated: bool = False
    installed_at: datetime | None = None
    last_used_at: datetime | None = None


class InstallationList(Answered):
    """`GET /resources/installations`."""

    installations: list[InstalledResource]


class StoredCredential(Answered):
    """What may be shown of a credential: its kind and last four characters."""

    type: str
    last_four: str
    stored_at: datetime | None = None
    expires_at: datetime | None = None


class Installation(Answered):
    """`GET /resources/installations/{installationId}` (extension): all about one installation."""

    installation_id: str
    resource_id: str
    resource_name: str | None = None
    user_id: str | None = None
    alias: str | None = None
    is_authenticated: bool = False
    status: str = "active"
    installed_at: datetime | None = None
    last_used_at: datetime | None = None
    total_calls: int = 0
    total_cost: float = 0
    version: int | None = None
    """The version that is pinned."""
    latest_version: int | None = None
    """Larger than `version`: `POST /resources/{id}/upgrade` moves to it."""
    authentication: str = "none"
    credential: StoredCredential | None = None
    pricing: ResourcePricing | None = None
    endpoint: ResourceEndpoint | None = None
    """The pinned base URL and methods."""
    rating: int | None = None
    """What this account gave."""
    paid_until: datetime | None = None
    """Of a subscription: no call is charged before."""


class Private(Body):
    """A body that may hold secrets: an error about it repeats none of it."""

    model_config = ConfigDict(hide_input_in_errors=True)


class ApiKeyCredentials(Private):
    """Of `type: "api_key"`."""

    api_key: Annotated[str, Field(min_length=1, max_length=16_384)]


class OAuth2Credentials(Private):
    """Of `type: "oauth2"`; the client's id and secret are needed only to refresh."""

    access_token: Annotated[str, Field(min_length=1, max_length=16_384)]
    refresh_token: Annotated[str, Field(min_length=1, max_length=16_384)] | None = None
    expires_at: datetime | None = None
    client_id: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    client_secret: Annotated[str, Field(min_length=1, max_length=4096)] | None = None


class BasicCredentials(Private):
    """Of `type: "basic"`."""

    username: Annotated[str, Field(max_length=4096)]
    password: Annotated[str, Field(max_length=16_384)]


class BearerCredentials(Private):
    """Of `type: "bearer"`."""

    token: Annotated[str, Field(min_length=1, max_length=16_384)]


class Authenticate(Private):
    """`POST /resources/{id}/authenticate`; again rotates, `DELETE` on the same path clears."""

    type: CredentialType
    credentials: Doc = Field(repr=False)


class Authenticated(Answered):
    """What authenticating answers."""

    message: str | None = None
    resource_id: str | None = None
    is_authenticated: bool = True


class AuthenticationPage(Answered):
    """`POST /resources/{id}/authenticate/page` (extension): a page for a person, for one use."""

    url: str
    nonce: str
    expires_at: datetime


class AuthenticationPageStatus(Answered):
    """`GET /resources/{id}/authenticate/page/{nonce}`: whether the person has done it."""

    status: Literal["waiting", "done", "expired"]


class RecentCall(Answered):
    """One call, as usage lists it."""

    timestamp: datetime
    method: str
    cost: float
    duration: int
    """Milliseconds."""
    success: bool


class Usage(Answered):
    """`GET /resources/installations/{installationId}/usage`."""

    total_calls: int
    total_cost: float
    calls_today: int
    last_used_at: datetime | None = None
    recent_calls: list[RecentCall] = []


class Metrics(Answered):
    """`GET /resources/{id}/metrics`, for its creator."""

    total_users: int
    total_calls: int
    total_revenue: float
    rating: float | None = None
    review_count: int = 0


class RateResource(Body):
    """`POST /resources/{id}/rating` (extension): one rating an account, by who has called it."""

    rating: Annotated[int, Field(ge=1, le=5)]


class Rated(Answered):
    """What rating answers."""

    resource_id: str
    rating: float
    review_count: int


class Upgraded(Answered):
    """What `POST /resources/{id}/upgrade` (extension) answers."""

    installation_id: str
    resource_id: str
    from_version: int
    version: int
    is_authenticated: bool
    """False: where credentials would go has changed, so they must be given anew."""


# Calling.


class CallResource(Private):
    """`POST /resources/call` of v1 and v2: a method of a resource, installed or internal.

    The internal resource `marketplace-resources` has the methods `call`, `install`, `uninstall`,
    `authenticate`, `listInstalled` and `getInstallation`, with the params below.
    """

    resource_id: str
    method: str
    params: Doc = Field(default={}, repr=False)


MARKETPLACE = "marketplace-resources"
Operation = Literal[
    "call", "install", "uninstall", "authenticate", "listInstalled", "getInstallation"
]


class CallParams(Private):
    """Params of `marketplace-resources` `call`."""

    resource_id: str
    method: str
    parameters: Doc = Field(default={}, repr=False)


class ResourceParams(Body):
    """Params of `install`, `uninstall` and `getInstallation`."""

    resource_id: str


class AuthenticateParams(Authenticate):
    """Params of `authenticate`."""

    resource_id: str


class CallResult(Answered):
    """What a call answers: the upstream's own answer, what it cost and how long it took."""

    result: Any = None
    cost: float = 0
    duration: int = 0
    """Milliseconds."""
    status_code: int = 200


class Rehearse(Private):
    """`POST /resources/{id}/rehearse` (extension): a call on a mirror of the resource."""

    method: str
    parameters: Doc = Field(default={}, repr=False)


class Rehearsal(Answered):
    """What a mirror of the resource answered: nothing was sent to the resource, or spent."""

    result: Any = None
    duration: int = 0
    """Milliseconds."""
    status_code: int = 200
    session_id: str
    """Where the mirror stands, with what earlier rehearsals left."""
    mirror: str


class InstallationRecord(Answered):
    """What `install` and `getInstallation` of v2 answer."""

    installation_id: str
    user_id: str | None = None
    resource_id: str
    alias: str | None = None
    is_authenticated: bool = False
    status: str = "active"
    installed_at: datetime | None = None
    total_calls: int = 0
    total_cost: float = 0
    last_used_at: datetime | None = None


class InstallationRecords(Answered):
    """What `listInstalled` answers."""

    count: int
    installations: list[InstallationRecord]


class UninstalledRecord(Answered):
    """What `uninstall` of v2 answers."""

    success: bool = True
    resource_id: str
    uninstalled_at: datetime


class AuthenticatedRecord(Answered):
    """What `authenticate` of v2 answers."""

    success: bool = True
    resource_id: str
    is_authenticated: bool = True
    authenticated_at: datetime
