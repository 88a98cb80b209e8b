"""One version of a resource, read once: its methods, and how each is called."""

from functools import cached_property

from mirra_mcp.local.kit.errors import one_of
from mirra_mcp.local.marketplace import openapi, plans
from mirra_mcp.local.marketplace.errors import not_found
from mirra_mcp.local.marketplace.openapi import Document
from mirra_mcp.local.marketplace.plans import Plan
from mirra_mcp.wire.marketplace import (
    CreateResource,
    MethodDefinition,
    ResourceEndpoint,
    ResourceMethod,
    ResourcePricing,
)
from mirra_mcp.wire.model import Doc

SMALL = 30
"""Methods up to which each is shown with the schema of its parameters."""


class Definition:
    """A resource at one version; nothing in it ever changes."""

    def __init__(self, doc: Doc) -> None:
        self.is_fit = False
        """Whether it is known to have been published, so that its document needs no check."""
        self.resource = CreateResource.model_validate(doc)
        self._plans: dict[str, Plan] = {}

    @cached_property
    def document(self) -> Document | None:
        """The OpenAPI document, if there is one that is valid."""
        spec = self.resource.open_api_spec
        if spec is None or not (self.is_fit or not openapi.problems(spec)):
            return None
        return Document(spec)

    @property
    def authentication(self) -> str:
        """What credentials it takes."""
        return self.resource.endpoint.authentication if self.resource.endpoint else "none"

    @property
    def methods(self) -> list[MethodDefinition]:
        """What can be called."""
        return self.resource.endpoint.methods if self.resource.endpoint else []

    def plan(self, name: str) -> Plan:
        """Return how a method is called.

        Raises:
            Refused: there is no such method.
        """
        if name not in self._plans:
            method = next((each for each in self.methods if each.name == name), None)
            if method is None:
                names = [each.name for each in self.methods]
                few = f"It has {one_of(names)}." if len(names) <= SMALL else ""
                hint = few or "GET /resources/{id} lists its methods."
                raise not_found("method", name, names, hint=hint)
            self._plans[name] = self._plan(method)
        return self._plans[name]

    def _plan(self, method: MethodDefinition) -> Plan:
        return plans.plan(method, self.document)

    def spec(self) -> Doc | None:
        """Return the OpenAPI document as it was given."""
        return self.resource.open_api_spec

    def shown_method(self, name: str) -> ResourceMethod:
        """Return one method, with the schema of its parameters."""
        return self._shown(name, with_schema=True)

    def _shown(self, name: str, *, with_schema: bool) -> ResourceMethod:
        made = self.plan(name) if with_schema else None
        method = made.method if made else next(m for m in self.methods if m.name == name)
        fields = {name: value for name, value in method.to_json().items() if value not in ({}, [])}
        if made is not None:
            fields["inputSchema"] = made.schema()
            if made.description:
                fields["description"] = made.description
        return ResourceMethod.model_validate(fields)

    def shown_endpoint(self, *, methods: bool = True) -> ResourceEndpoint | None:
        """Return where it is and, unless told not to, what can be called."""
        endpoint = self.resource.endpoint
        if endpoint is None:
            return None
        small = len(endpoint.methods) <= SMALL
        shown = ResourceEndpoint(
            base_url=endpoint.base_url,
            authentication=endpoint.authentication,
            methods=[self._shown(each.name, with_schema=small) for each in endpoint.methods]
            if methods
            else [],
            headers=endpoint.headers,
        )
        if endpoint.auth_config is not None:
            shown.auth_config = endpoint.auth_config.to_json()
        return shown

    def shown_pricing(self, *, currency: bool = True) -> ResourcePricing:
        """Return what calling costs."""
        pricing = self.resource.pricing
        shown = ResourcePricing(model=pricing.model, base_price=pricing.base_price)
        if currency:
            shown.currency = pricing.currency
        return shown
