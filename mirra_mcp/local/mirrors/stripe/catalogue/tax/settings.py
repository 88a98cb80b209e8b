"""Stripe Tax as the account has set it up, and what it makes of a sale.

Source: https://docs.stripe.com/api/tax/settings
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import Nested, StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.catalogue.tax.jurisdictions import GENERAL, Place
from mirra_mcp.local.mirrors.stripe.catalogue.tax.places import first_of, place_of, unrecognized
from mirra_mcp.local.mirrors.stripe.catalogue.tax.reckoning import Buyer, Seller, shares
from mirra_mcp.wire.model import Doc

ONE = "settings"
NO_OFFICE = (
    "You must have a valid head office address to enable automatic tax calculation in test mode."
    " Visit https://dashboard.stripe.com/test/settings/tax to update it."
)
Taxing = Callable[[int, Doc], list[Doc]]
"""What a sale's taxes on an amount are; the document tells `tax_behavior` and what is sold."""


class Address(Nested):
    """Where a business is."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class HeadOffice(Nested):
    """The place of the business."""

    address: Address


class Defaults(Nested):
    """What holds of prices and products that don't say."""

    tax_behavior: Literal["exclusive", "inclusive", "inferred_by_currency"] | None = None
    tax_code: str | None = None


class UpdateSettings(StripeParams):
    """What may change of the settings."""

    defaults: Defaults | None = None
    head_office: HeadOffice | None = None


class TaxSettings(StripeResource):
    """The settings: one document an account, there from the start and pending at first."""

    entity, plural = "tax_settings", "tax_settings"
    object, path = "tax.settings", "/v1/tax/settings"
    statuses = ("active", "pending")
    blank: ClassVar[Doc] = {
        "defaults": {"provider": "stripe", "tax_behavior": None, "tax_code": None},
        "head_office": None,
        "livemode": False,
        "status": "pending",
        "status_details": {"pending": {"missing_fields": ["head_office"]}},
    }

    @route("GET /v1/tax/settings")
    def retrieve(self, params: StripeParams) -> Doc:
        """Return the settings."""
        return self.view(self.now_kept())

    @route("POST /v1/tax/settings")
    def update(self, params: UpdateSettings) -> Doc:
        """Change defaults or the head office. Fires: tax.settings.updated.

        Source: https://docs.stripe.com/api/tax/settings/update
        """
        doc, given = self.now_kept(), params.given()
        if params.defaults is not None:
            self.stripe.tax_codes.check(params.defaults.tax_code, "defaults[tax_code]")
            doc = doc | {"defaults": doc["defaults"] | given["defaults"]}
        if params.head_office is not None:
            address = dict.fromkeys(Address.model_fields) | given["head_office"]["address"]
            if place_of(address, "head_office") is None:
                raise errors.invalid(
                    "The head office address isn't precise enough: pass its country, and in the"
                    " United States a ZIP code, too.",
                    "head_office[address]",
                )
            doc = doc | {
                "head_office": {"address": address},
                "status": "active",
                "status_details": {"active": {}},
            }
        return self.view(self.save(doc, event="tax.settings.updated"))

    def view(self, doc: Doc) -> Doc:
        """Show the settings, which have no id."""
        shown = super().view(doc)
        shown.pop("id", None)
        return shown

    def now_kept(self) -> Doc:
        """Return the settings as they are."""
        return self.peek(ONE) or self.new(id=ONE)

    # What other nouns use.

    def check(self, param: str | None = None) -> None:
        """Refuse automatic tax in an account that hasn't set it up.

        Source: https://docs.stripe.com/tax/set-up

        Raises:
            VendorError: there is no head office.
        """
        if self.now_kept()["head_office"] is None:
            raise _inactive(param)

    def seller(self) -> Seller:
        """Return where the account sells from, and where it is registered now.

        Raises:
            VendorError: there is no head office.
        """
        doc = self.now_kept()
        office = place_of((doc["head_office"] or {}).get("address"), "head_office")
        if office is None:
            raise _inactive(None)
        defaults = doc["defaults"]
        return Seller(
            office,
            self.stripe.tax_registrations.active(),
            defaults["tax_code"] or GENERAL,
            defaults["tax_behavior"] or "inferred_by_currency",
        )

    def place(self, customer: Doc) -> Place | None:
        """Return where a customer is: shipping, billing, the payment method's address, the IP.

        Source: https://docs.stripe.com/tax/customer-locations#address-hierarchy
        """
        shipping = (customer.get("shipping") or {}).get("address")
        addresses: list[tuple[Doc | None, str]] = [
            (shipping, "shipping_destination"),
            (customer.get("address"), "billing_address"),
        ]
        method = (customer.get("invoice_settings") or {}).get("default_payment_method")
        if method and (kept := self.stripe.payment_methods.peek(method)):
            addresses.append((kept["billing_details"]["address"], "payment_method"))
        return first_of(addresses, customer.get("_tax_ip"))

    def unrecognized(self) -> VendorError:
        """Return the refusal of a sale to nobody knows where."""
        return unrecognized()

    def check_place(self, customer: Doc, param: str | None = None) -> None:
        """Refuse a customer whose place isn't known.

        Raises:
            VendorError: `customer_tax_location_invalid`.
        """
        if self.place(customer) is None:
            raise unrecognized(param)

    def taxing(self, customer: Doc, currency: str) -> Taxing | None:
        """Return how sales to a customer are taxed; None when nobody knows where they are.

        Raises:
            VendorError: there is no head office.
        """
        place = self.place(customer)
        if place is None:
            return None
        ids = customer.get("tax_ids")
        if ids is None:
            ids = self.stripe.tax_ids.find(customer=customer.get("id"))
        buyer = Buyer(place, customer.get("tax_exempt") or "none", ids)
        seller = self.seller()

        def taxes(amount: int, sold: Doc) -> list[Doc]:
            inclusive = seller.is_inclusive(sold.get("tax_behavior"), currency)
            code = self.code_of(sold)
            found = shares(seller, buyer, amount, code, inclusive=inclusive)
            return [
                {
                    "amount": each.amount,
                    "inclusive": each.inclusive,
                    "tax_rate": self.stripe.tax_rates.imposed(each)["id"],
                    "taxability_reason": each.tax.reason,
                    "taxable_amount": each.taxable,
                }
                for each in found
            ]

        return taxes

    def taxing_invoice(self, doc: Doc) -> Taxing | None:
        """Return how an invoice is taxed; None when nobody knows where its customer is.

        A draft follows its customer, as they are now.
        """
        return self.taxing(self._billed(doc), doc["currency"])

    def taxing_quote(self, doc: Doc, lines: Sequence[Doc]) -> tuple[Doc, Taxing | None]:
        """Return a quote with the state of its automatic tax, and how its lines are taxed.

        Raises:
            VendorError: there is no head office, or the quote has tax rates, too.
        """
        self.check_alone(doc["automatic_tax"], doc["default_tax_rates"], "default_tax_rates")
        if not doc["automatic_tax"]["enabled"]:
            return doc, None
        customer = self.stripe.customers.peek(doc["customer"] or "") or {}
        currency = lines[0]["currency"] if lines else "usd"
        taxes = self.taxing(customer, currency) if customer else None
        status = "complete" if taxes else "requires_location_inputs"
        return doc | {"automatic_tax": doc["automatic_tax"] | {"status": status}}, taxes

    def computed(self, doc: Doc) -> Doc:
        """Return `automatic_tax` of an invoice whose taxes have just been computed."""
        known = self.place(self._billed(doc)) is not None
        status = "complete" if known else "requires_location_inputs"
        told: Doc = self.laid_out(True) | doc["automatic_tax"]
        told["liability"] = told["liability"] or {"type": "self"}
        return told | {"provider": "stripe", "status": status}

    def _billed(self, doc: Doc) -> Doc:
        customer = self.stripe.customers.peek(doc["customer"])
        if customer is not None and doc["status"] == "draft":
            return customer
        names = ("address", "shipping", "tax_exempt", "tax_ids")
        told = {name: doc[f"customer_{name}"] for name in names}
        return (customer or {"id": doc["customer"]}) | told | {"_tax_ip": doc.get("_tax_ip")}

    def check_alone(self, automatic: Doc | None, rates: Any, param: str) -> None:
        """Refuse automatic tax that isn't set up, or that tax rates contradict.

        Source: https://docs.stripe.com/api/invoices/object#invoice_object-automatic_tax-enabled

        Raises:
            VendorError: there is no head office, or rates were given, too.
        """
        if not automatic or not automatic.get("enabled"):
            return
        if rates:
            raise errors.invalid(
                f"You can't use `{param}` when `automatic_tax[enabled]` is true.", param
            )
        self.check("automatic_tax[enabled]")

    def code_of(self, sold: Doc) -> str | None:
        """Return the tax code of what is sold: its own, or its product's."""
        own: str | None = sold.get("tax_code")
        if own is None and sold.get("product"):
            product = self.stripe.products.peek(sold["product"]) or {}
            own = product.get("tax_code") or (product.get("tax_details") or {}).get("tax_code")
        return own

    def known(self, customer: Doc) -> Doc:
        """Return `customer.tax`: whether automatic tax can be computed for a customer.

        Source: https://docs.stripe.com/api/customers/object#customer_object-tax
        """
        place, status = self.place(customer), "unrecognized_location"
        if place is not None:
            registered = self.now_kept()["head_office"] and self._collects_at(place)
            status = "supported" if registered else "not_collecting"
        return {
            "automatic_tax": status,
            "ip_address": customer.get("_tax_ip"),
            "location": None
            if place is None
            else {"country": place.country, "source": place.source, "state": place.state},
            "provider": "stripe",
        }

    def _collects_at(self, place: Place) -> bool:
        found = shares(self.seller(), Buyer(place), 0, None, inclusive=False)
        return not all(each.tax.reason in ("not_collecting", "not_supported") for each in found)

    def laid_out(self, enabled: bool, **more: Any) -> Doc:
        """Return `automatic_tax` of a sale whose taxes aren't computed yet."""
        return {
            "enabled": enabled,
            "liability": {"type": "self"} if enabled else None,
            "provider": "stripe" if enabled else None,
            "status": None,
        } | more


def _inactive(param: str | None) -> VendorError:
    """Source: https://docs.stripe.com/error-codes#stripe-tax-inactive"""
    return errors.invalid(NO_OFFICE, param, "stripe_tax_inactive")
