"""Domains on which wallets are offered.

Source: https://docs.stripe.com/api/payment_method_domains
"""

import re
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
WALLETS = ("amazon_pay", "apple_pay", "google_pay", "klarna", "link", "paypal")


def check_domain(name: str) -> str:
    """Return a domain name in lower case.

    Raises:
        VendorError: it is none.
    """
    found = name.strip().lower()
    if not DOMAIN.fullmatch(found):
        raise errors.invalid(f"Invalid domain name: {name}", "domain_name")
    return found


class CreateDomain(StripeParams):
    """Parameters of a new domain."""

    domain_name: str
    enabled: bool = True


class UpdateDomain(StripeParams):
    """What may change of a domain."""

    enabled: bool = True


class ListDomains(ListParams):
    """Filters of the list."""

    domain_name: str | None = None
    enabled: bool | None = None


class PaymentMethodDomains(StripeResource):
    """The domains of the account. Every domain passes validation: there is nothing to look up."""

    entity, plural = "payment_method_domain", "payment_method_domains"
    object, prefix, path = "payment_method_domain", "pmd", "/v1/payment_method_domains"
    title = "payment method domain"
    indexes = ("domain_name", "enabled")
    blank: ClassVar[Doc] = {
        **{wallet: {"status": "active"} for wallet in WALLETS},
        "created": None,
        "domain_name": "",
        "enabled": True,
        "livemode": False,
    }

    @route("POST /v1/payment_method_domains")
    def create(self, params: CreateDomain) -> Doc:
        """Register a domain; one that is registered already is returned.

        Source: https://docs.stripe.com/api/payment_method_domains/create
        """
        name = check_domain(params.domain_name)
        found = self.first(domain_name=name)
        if found is None:
            found = self.save(self.new(domain_name=name, enabled=params.enabled))
        return self.view(found)

    @route("GET /v1/payment_method_domains/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a domain."""
        return self.view(self.get(id))

    @route("POST /v1/payment_method_domains/{id}")
    def update(self, id: str, params: UpdateDomain) -> Doc:
        """Enable or disable a domain."""
        return self.view(self.save(self.patched(self.get(id), params.given())))

    @route("POST /v1/payment_method_domains/{id}/validate")
    def validate(self, id: str) -> Doc:
        """Look anew whether wallets may be offered.

        Source: https://docs.stripe.com/api/payment_method_domains/validate
        """
        return self.view(self.get(id))

    @route("GET /v1/payment_method_domains")
    def index(self, params: ListDomains) -> Doc:
        """List domains."""
        where = {
            name: value
            for name in ("domain_name", "enabled")
            if (value := getattr(params, name)) is not None
        }
        return self.listed(params, **where)


class CreateApplePayDomain(StripeParams):
    """Parameters of a new domain for Apple Pay."""

    domain_name: str


class ListApplePayDomains(ListParams):
    """Filters of the list."""

    domain_name: str | None = None


class ApplePayDomains(StripeResource):
    """The older kind: domains for Apple Pay alone.

    Source: https://docs.stripe.com/api/apple_pay_domains
    """

    entity, plural = "apple_pay_domain", "apple_pay_domains"
    object, prefix, path = "apple_pay_domain", "apwc", "/v1/apple_pay/domains"
    title = "apple pay domain"
    indexes = ("domain_name",)
    blank: ClassVar[Doc] = {"created": None, "domain_name": "", "livemode": False}

    @route("POST /v1/apple_pay/domains")
    def create(self, params: CreateApplePayDomain) -> Doc:
        """Register a domain for Apple Pay."""
        name = check_domain(params.domain_name)
        return self.view(self.first(domain_name=name) or self.save(self.new(domain_name=name)))

    @route("GET /v1/apple_pay/domains/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a domain."""
        return self.view(self.get(id))

    @route("GET /v1/apple_pay/domains")
    def index(self, params: ListApplePayDomains) -> Doc:
        """List domains."""
        where: Doc = {} if params.domain_name is None else {"domain_name": params.domain_name}
        return self.listed(params, **where)

    @route("DELETE /v1/apple_pay/domains/{id}")
    def delete(self, id: str) -> Doc:
        """Take a domain away."""
        doc = self.get(id)
        self.drop(doc)
        return self.deleted(doc)
