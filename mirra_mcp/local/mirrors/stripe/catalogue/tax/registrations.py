"""Registrations: where the account collects taxes.

Source: https://docs.stripe.com/api/tax/registrations
"""

from typing import Any, ClassVar, Literal

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Country,
    ListParams,
    StripeParams,
    Timestamp,
)
from mirra_mcp.local.mirrors.stripe.api.forms.parts import Loose
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.catalogue.tax.jurisdictions import EU, knows
from mirra_mcp.wire.model import Doc

TYPES = {"US": ("state_sales_tax",), "CA": ("province_standard", "simplified", "standard")}
EU_TYPES = ("ioss", "oss_non_union", "oss_union", "standard")
When = Timestamp | Literal["now"]


class CreateRegistration(StripeParams):
    """Parameters of a new registration."""

    active_from: When
    country: Country
    country_options: Loose
    expires_at: Timestamp | None = None


class UpdateRegistration(StripeParams):
    """What may change of a registration."""

    active_from: When | None = None
    expires_at: When | None = None


class ListRegistrations(ListParams):
    """Filters of the list."""

    status: Literal["active", "all", "expired", "scheduled"] = "all"


class TaxRegistrations(StripeResource):
    """The registrations of the account; what they are now follows from the clock."""

    entity, plural = "tax_registration", "tax_registrations"
    object, prefix, path = "tax.registration", "taxreg", "/v1/tax/registrations"
    title = "tax registration"
    statuses = ("active", "expired", "scheduled")
    blank: ClassVar[Doc] = {
        "active_from": 0,
        "country": "",
        "country_options": {},
        "created": None,
        "expires_at": None,
        "livemode": False,
        "status": "active",
    }

    @route("POST /v1/tax/registrations")
    def create(self, params: CreateRegistration) -> Doc:
        """Register in a country, a state or the EU's one stop shop.

        Source: https://docs.stripe.com/tax/registrations-api

        Raises:
            VendorError: a type that isn't mirrored, or a country without a rate (501).
        """
        country = params.country.upper()
        options = self._options(country, params.country_options or {})
        begins = self.at if params.active_from == "now" else int(params.active_from)
        self._check(begins, params.expires_at)
        doc = self.new(
            active_from=begins,
            country=country,
            country_options={country.lower(): options},
            expires_at=params.expires_at,
        )
        return self.view(self.save(doc))

    @route("GET /v1/tax/registrations/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a registration."""
        return self.view(self.get(id))

    @route("POST /v1/tax/registrations/{id}")
    def update(self, id: str, params: UpdateRegistration) -> Doc:
        """Change when a registration begins or ends.

        Source: https://docs.stripe.com/api/tax/registrations/update
        """
        doc, given = self.get(id), params.given()
        changed = {name: self.at if value == "now" else value for name, value in given.items()}
        if "active_from" in changed and self.view(doc)["status"] == "expired":
            raise errors.invalid("An expired registration can't begin anew.", "active_from")
        doc = doc | changed
        self._check(doc["active_from"], doc["expires_at"])
        return self.view(self.save(doc))

    @route("GET /v1/tax/registrations")
    def index(self, params: ListRegistrations) -> Doc:
        """List registrations."""
        wanted = params.status
        if wanted == "all":
            return self.listed(params)
        return self.listed(params, keep=lambda doc: bool(self.view(doc)["status"] == wanted))

    def view(self, doc: Doc) -> Doc:
        """Show a registration as it is now."""
        shown, status = super().view(doc), "active"
        if doc["active_from"] > self.at:
            status = "scheduled"
        if doc["expires_at"] is not None and doc["expires_at"] <= self.at:
            status = "expired"
        return shown | {"status": status}

    def active(self) -> list[Doc]:
        """List the registrations that are in force now."""
        return [doc for doc in self.find() if self.view(doc)["status"] == "active"]

    def _check(self, begins: int, ends: int | None) -> None:
        if ends is not None and ends < begins:
            raise errors.invalid("`expires_at` must be after `active_from`.", "expires_at")

    def _options(self, country: str, given: dict[str, Any]) -> Doc:
        """Return what a registration says of its country.

        Raises:
            VendorError: nothing is said, or something that isn't mirrored.
        """
        where = f"country_options[{country.lower()}]"
        if not knows(country):
            raise errors.not_modelled(
                "POST", "/v1/tax/registrations", f"The mirror's rates don't have {country}."
            )
        others = [name for name in given if name != country.lower()]
        if others:
            raise errors.invalid(
                f"`country_options` must describe {country} only.", f"country_options[{others[0]}]"
            )
        options = given.get(country.lower())
        if not isinstance(options, dict) or not options.get("type"):
            raise errors.invalid(
                f"Missing required param: {where}[type].", f"{where}[type]", "parameter_missing"
            )
        kind, known = options["type"], TYPES.get(country)
        if country in EU:
            known = EU_TYPES
        if known and kind not in known:
            raise errors.not_modelled(
                "POST", "/v1/tax/registrations", f"Registrations of type {kind} are not mirrored."
            )
        needs = {"US": "state"}.get(country)
        if needs and not options.get(needs):
            raise errors.invalid(
                f"Missing required param: {where}[{needs}].",
                f"{where}[{needs}]",
                "parameter_missing",
            )
        if country in EU and kind == "standard":
            scheme = options.get("standard") or {"place_of_supply_scheme": "standard"}
            options = {**options, "standard": scheme}
        return options
