"""The marketplace of API resources, under `/api/sdk/v1/` and `/api/sdk/v2/`: bodies and answers.

Answers are in an envelope: `{"success": true, "data"}`, `{"success": true, "message"}` or
`{"success": false, "error": {"code", "message", "details"}}`.

Here are resources and finding them; `installations` has installing, credentials and calling.

Source: https://docs.getmirra.app/api/resources/endpoints
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from mirra_mcp.wire.model import Body, Doc, Wire

ResourceType = Literal["api", "llm", "script", "integration"]
ResourceStatus = Literal["draft", "published"]
PricingModel = Literal["free", "pay-per-call", "subscription"]
Authentication = Literal["none", "api_key", "bearer", "basic", "oauth2"]
HttpMethod = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Place = Literal["path", "query", "header", "body"]
ErrorCode = Literal[
    "VALIDATION_ERROR",  # 400
    "AUTHENTICATION_ERROR",  # 401
    "PERMISSION_DENIED",  # 403
    "NOT_FOUND",  # 404
    "ALREADY_INSTALLED",  # 409
    "ACTIVE_INSTALLATIONS",  # 409
    "NOT_INSTALLED",  # 409
    "NOT_AUTHENTICATED",  # 409
    "RATE_LIMITED",  # 429
    "UPSTREAM_ERROR",  # 502
    "INTERNAL_ERROR",  # 500
]

Name = Annotated[str, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(min_length=1, max_length=60)]


class Answered(Wire):
    """An answer: a field that was set is sent even when it is null, as the examples have it."""

    def to_json(self) -> Doc:
        """Return the object as the wire has it."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


# The definition of a resource.


class MethodParameter(Wire):
    """One parameter of a method: a JSON Schema, whether it is required, and where it goes."""

    model_config = ConfigDict(extra="allow")

    type: str | None = None
    required: bool | list[str] = False
    description: str | None = None
    place: Place | None = Field(default=None, alias="in")
    """Extension. Absent: as the OpenAPI document says, else by the path and the verb."""


class MethodDefinition(Body):
    """A method that callers name: which request it stands for.

    The minimum is `name`, `httpMethod` and `path`; the rest may come from the OpenAPI document.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.\-]{0,99}$")]
    http_method: HttpMethod
    path: Annotated[str, Field(min_length=1, max_length=1000)]
    description: str | None = None
    parameters: dict[str, MethodParameter] = {}
    request_body: Doc | None = None
    """A JSON Schema of the body."""
    response: Doc | None = None
    examples: list[Doc] = []
    cost: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] | None = None
    """What one call costs, where it isn't the resource's `basePrice`."""

    @model_validator(mode="before")
    @classmethod
    def _older(cls, value: Any) -> Any:
        """Take the older form too: `method`, and `parameters` as a list with names."""
        if not isinstance(value, dict):
            return value
        value = dict(value)
        if "method" in value and "httpMethod" not in value and "http_method" not in value:
            value["httpMethod"] = value.pop("method")
        for key in ("httpMethod", "http_method"):
            if isinstance(value.get(key), str):
                value[key] = value[key].upper()
        listed = value.get("parameters")
        if isinstance(listed, list) and all(isinstance(p, dict) and "name" in p for p in listed):
            value["parameters"] = {
                str(each["name"]): {k: v for k, v in each.items() if k != "name"} for each in listed
            }
        return value


class AuthConfig(Body):
    """Where credentials go and how they are renewed.

    For `api_key`: `in` and `name`. For `oauth2`: the URLs and scopes; with `tokenUrl`, tokens are
    refreshed before they expire.
    """

    place: Literal["header", "query", "cookie"] = Field(default="header", alias="in")
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\-\[\]]{1,100}$")] = "X-API-Key"
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9 _.\-]{0,40}$")] | None = None
    """What stands before the key in the header, such as `Token `."""
    authorization_url: str | None = None
    token_url: str | None = None
    scopes: list[str] = []


class EndpointDefinition(Body):
    """Where a resource is and how it is called."""

    base_url: Annotated[str, Field(min_length=1, max_length=2000)]
    authentication: Authentication = "none"
    auth_config: AuthConfig | None = None
    methods: list[MethodDefinition] = Field(default=[], max_length=2000)
    headers: dict[str, str] = {}
    """Extension: fixed headers of every call, such as a version; never credentials."""


class Pricing(Body):
    """What calling costs. A subscription's price is for thirty days."""

    model: PricingModel = "free"
    base_price: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] = 0
    currency: Word = "USDC"


class CreateResource(Body):
    """`POST /resources`: a draft may be incomplete; publishing checks everything."""

    name: Name
    description: Annotated[str, Field(max_length=5000)] = ""
    resource_type: ResourceType = "api"
    category: Word | None = None
    tags: list[Word] = Field(default=[], max_length=50)
    open_api_spec: Doc | None = None
    endpoint: EndpointDefinition | None = None
    pricing: Pricing = Pricing()
    is_private: bool = False
    """A private resource is found and installed by its creator alone."""


class UpdateResource(Body):
    """`PATCH /resources/{id}`: what is given replaces what was there."""

    name: Name | None = None
    description: Annotated[str, Field(max_length=5000)] | None = None
    resource_type: ResourceType | None = None
    category: Word | None = None
    tags: list[Word] | None = Field(default=None, max_length=50)
    open_api_spec: Doc | None = None
    endpoint: EndpointDefinition | None = None
    pricing: Pricing | None = None
    is_private: bool | None = None


class CreatedResource(Answered):
    """What `POST /resources` answers."""

    id: str
    name: str
    resource_type: str
    status: str
    created_at: datetime


class PublishedResource(Answered):
    """What publishing answers."""

    id: str
    status: str
    published_at: datetime


class UnpublishedResource(Answered):
    """What unpublishing answers."""

    id: str
    status: str


class ResourcePricing(Wire):
    """Pricing, as answers have it."""

    model: str = "free"
    base_price: float = 0
    currency: str | None = None


class ResourceMethod(MethodDefinition):
    """A method, as answers have it, with what calling it takes."""

    model_config = ConfigDict(extra="ignore")

    http_method: str  # type: ignore[assignment]  # a newer marketplace may know more
    input_schema: Doc | None = None
    """Extension: one JSON Schema of all parameters, read off the method and the OpenAPI document.

    In lists of methods it is left out where it would be long: `GET /resources/{id}/methods/{name}`
    has it.
    """


class ResourceEndpoint(Wire):
    """Where a resource is, as answers have it."""

    base_url: str = ""
    authentication: str = "none"
    auth_config: Doc | None = None
    methods: list[ResourceMethod] = []
    headers: dict[str, str] = {}


class Resource(Answered):
    """`GET /resources/{id}`; in `GET /resources` without `openApiSpec` and `endpoint.methods`.

    `openApiSpec` is sent only with `?spec=true`: it may be megabytes.
    """

    id: str
    name: str
    description: str | None = None
    resource_type: str | None = None
    category: str | None = None
    tags: list[str] = []
    status: str | None = None
    version: int | None = None
    endpoint: ResourceEndpoint | None = None
    open_api_spec: Doc | None = None
    pricing: ResourcePricing | None = None
    is_private: bool = False
    created_by: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    published_at: datetime | None = None
    rating: float | None = None
    review_count: int = 0
    install_count: int = 0
    installation_id: str | None = None
    """Extension: the caller's own installation, if there is one."""

    @model_validator(mode="before")
    @classmethod
    def _underscored(cls, value: Any) -> Any:
        """Take `_id` for `id`, as an older server has it."""
        if isinstance(value, dict) and "_id" in value and "id" not in value:
            return {**value, "id": value["_id"]}
        return value


# Finding.


class MarketplaceResource(Answered):
    """One find in the marketplace."""

    id: str
    name: str
    description: str | None = None
    resource_type: str | None = None
    category: str | None = None
    pricing: ResourcePricing = ResourcePricing()
    rating: float | None = None
    install_count: int = 0


class MarketplacePage(Answered):
    """`GET /resources/marketplace`: `category`, `tags`, `search`, `limit` (10), `offset` (0)."""

    resources: list[MarketplaceResource]
    total: int
    limit: int
    offset: int


class MarketplaceItem(Answered):
    """One item of `GET /marketplace` and `GET /marketplace/search?q=`, whose data is a list."""

    id: str
    name: str
    description: str | None = None
    type: str = "resource"
    author: str | None = None
    price: float | None = None
    rating: float | None = None
    installs: int = 0


# The envelope.


class Failure(Answered):
    """Why something was refused."""

    code: str
    message: str
    details: Any = None
    """For `VALIDATION_ERROR` a list of `{"field", "message"}`; else an object."""


class Envelope(Answered):
    """Around every answer."""

    success: bool
    data: Any = None
    message: str | None = None
    error: Failure | None = None
