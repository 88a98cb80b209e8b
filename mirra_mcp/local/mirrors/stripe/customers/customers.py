"""Customers. Source: https://docs.stripe.com/api/customers"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import filled
from mirra_mcp.local.mirrors.stripe.api.lists.search import Searchable, SearchParams, searched
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.customers import includes
from mirra_mcp.local.mirrors.stripe.customers.params import (
    CreateCustomer,
    CustomerFields,
    ListCustomers,
    UpdateCustomer,
    laid_out,
)
from mirra_mcp.local.mirrors.stripe.customers.search import CUSTOMERS
from mirra_mcp.wire.model import Doc

APART = ("balance", "cash_balance", "coupon", "promotion_code", "source", "validate")
"""Parameters that aren't simply kept."""


class DeletedCustomers(StripeResource):
    """What is left of deleted customers: they can still be retrieved and expanded, as stubs."""

    entity, plural = "deleted_customer", "deleted_customers"
    object, prefix = "customer", "cus"
    includes: ClassVar = {
        "cash_balance": includes.customer_cash,
        "invoice_credit_balance": includes.customer_credit,
        "sources": includes.customer_sources,
        "subscriptions": includes.subscriptions,
        "tax": includes.customer_tax,
        "tax_ids": includes.customer_tax_ids,
    }


class Customers(Searchable):
    """The people and companies that pay. `_discount` is the id of the discount at work."""

    entity, plural = "customer", "customers"
    words = {"default payment method": "invoice_settings.default_payment_method"}
    object, prefix, path, id_length = "customer", "cus", "/v1/customers", 14
    indexes = ("email", "test_clock", "_find")
    search_fields = CUSTOMERS
    blank: ClassVar[Doc] = {
        "address": None,
        "balance": 0,
        "business_name": None,
        "created": None,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "individual_name": None,
        "invoice_prefix": "",
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Show a customer with the discount that holds now."""
        shown = super().view(doc)
        if id := doc.get("_discount"):
            running = self.stripe.discounts.running([id], self.at)
            shown["discount"] = self.stripe.discounts.view(running[0]) if running else None
        return shown

    # What other nouns use.

    def live(self, id: str, param: str = "customer") -> Doc:
        """Return the customer that a parameter names.

        Raises:
            VendorError: there is none, or it was deleted.
        """
        return self.named(id, param)

    def change_balance(
        self,
        id: str,
        amount: int,
        type: str,
        *,
        currency: str | None = None,
        **more: Any,
    ) -> Doc:
        """Move a customer's credit (negative) or debt, and return the transaction of it.

        Fires: customer.updated. Source: https://docs.stripe.com/billing/customer/balance
        """
        customer = self.get(id)
        currency = currency or customer["currency"] or "usd"
        balance = customer["balance"] + amount
        transaction = self.stripe.customer_balance_transactions.make(
            id, amount, type, currency, balance, more
        )
        self.save(
            customer | {"balance": balance, "currency": customer["currency"] or currency},
            event="customer.updated",
        )
        return transaction

    def take_currency(self, id: str, currency: str) -> None:
        """Let a customer's first invoice decide their currency.

        Fires: customer.updated. Source: https://docs.stripe.com/billing/customer#currency

        Raises:
            VendorError: they have another currency already.
        """
        customer = self.get(id)
        if customer["currency"] is None:
            self.save(customer | {"currency": currency}, event="customer.updated")
        elif customer["currency"] != currency:
            raise errors.invalid(
                "You cannot combine currencies on a single customer. This customer has an active"
                " subscription, subscription schedule, discount, quote, or invoice item with"
                f" currency {customer['currency']}."
            )

    def next_invoice_number(self, id: str) -> str:
        """Return the number of a customer's next invoice, and count on."""
        customer = self.get(id)
        number = customer["next_invoice_sequence"]
        self.save(customer | {"next_invoice_sequence": number + 1})
        return f"{customer['invoice_prefix']}-{number:04d}"

    def mark_delinquent(self, id: str, delinquent: bool) -> None:
        """Note whether the latest invoice is overdue. Fires: customer.updated."""
        customer = self.get(id)
        if customer["delinquent"] != delinquent:
            self.save(customer | {"delinquent": delinquent}, event="customer.updated")

    def make(self, fields: Doc) -> Doc:
        """Save a new customer. Fires: customer.created."""
        prefix = fields.get("invoice_prefix") or self.mirror.ids.token(8).upper()
        laid = laid_out(fields, self.blank)
        if (fields.get("tax") or {}).get("validate_location") == "immediately":
            self.stripe.tax_settings.check_place(laid)
        customer = self.new(**laid)
        return self.save(customer | {"invoice_prefix": prefix}, event="customer.created")

    # Endpoints.

    @route("POST /v1/customers")
    def create(self, params: CreateCustomer) -> Doc:
        """Create a customer.

        Fires: customer.created, then customer.tax_id.created, payment_method.attached,
        customer.source.created and customer.discount.created for what comes with it.
        """
        given = filled(params.given())
        self._check(params)
        if params.test_clock is not None:
            self.stripe.test_clocks.named(params.test_clock, "test_clock")
            self.stripe.test_clocks.enter({"test_clock": params.test_clock})
        default = (given.get("invoice_settings") or {}).get("default_payment_method")
        if default is not None and default != params.payment_method:
            raise _not_theirs(default)
        apart = (*APART, "payment_method", "tax_id_data")
        kept = {name: value for name, value in given.items() if name not in apart}
        made = self.make(kept)
        if len(kept) == len(given):
            return self.view(made)
        id = made["id"]
        for number, each in enumerate(given.get("tax_id_data", ())):
            where = f"tax_id_data[{number}]"
            self.stripe.tax_ids.make(each["type"], each["value"], customer=id, param=where)
        if params.payment_method is not None:
            attached = self.stripe.payment_methods.attach_to(params.payment_method, id)
            if default is not None:
                customer = self.get(id)
                settings = {
                    **customer["invoice_settings"],
                    "default_payment_method": attached["id"],
                }
                self.save(customer | {"invoice_settings": settings})
        self._act(id, given)
        return self.view(self.get(id))

    @route("GET /v1/customers/search")
    def search(self, params: SearchParams) -> Doc:
        """Search customers."""
        return searched(self, params, CUSTOMERS)

    @route("GET /v1/customers/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a customer; of a deleted one, the stub."""
        customer = self.peek(id)
        if customer is not None:
            return self.view(customer)
        return self.stripe.deleted_customers.get(id)

    @route("POST /v1/customers/{id}")
    def update(self, id: str, params: UpdateCustomer) -> Doc:
        """Change a customer. Fires: customer.updated, and events of what comes with it."""
        customer, given = self.get(id), params.given()
        self.stripe.test_clocks.enter(customer)
        self._check(params, id)
        default = (given.get("invoice_settings") or {}).get("default_payment_method")
        if default is not None:
            method = self.stripe.payment_methods.peek(default)
            if method is None or method["customer"] != id:
                raise _not_theirs(default)
        source = given.get("default_source")
        if source is not None and self.stripe.sources.of(id, source) is None:
            raise errors.missing("source", source, "default_source", status=400)
        kept = {name: value for name, value in given.items() if name not in APART}
        laid = laid_out(kept, customer)
        self._check_place(customer | laid, given)
        self._act(id, given)
        changed = self.patched(self.get(id), laid)
        return self.view(self.save(changed, event="customer.updated"))

    @route("GET /v1/customers")
    def index(self, params: ListCustomers) -> Doc:
        """List customers; those of test clocks only when asked for."""
        where: dict[str, Any] = {} if params.email is None else {"email": params.email}
        return self.listed(params, **where, test_clock=params.test_clock)

    @route("DELETE /v1/customers/{id}")
    def delete(self, id: str) -> Doc:
        """Delete a customer, whose subscriptions end at once; a stub stays.

        Fires: customer.subscription.deleted for each subscription, payment_method.detached,
        customer.deleted. Source: https://docs.stripe.com/api/customers/delete
        """
        self.stripe.test_clocks.enter(self.get(id))
        if self.stripe.cash_balances.of(id)["available"] is not None:
            raise errors.invalid(
                "This customer can't be deleted because they have a cash balance.", "id"
            )
        self.stripe.subscriptions.end_of_customer(id)
        self.stripe.payment_methods.detach_all(id)
        self.stripe.tax_ids.drop_all(id)
        customer = self.get(id)
        self.drop(customer, event="customer.deleted")
        return self.stripe.deleted_customers.save(self.deleted(customer))

    @route("GET /v1/customers/{id}/discount")
    def retrieve_discount(self, id: str) -> Doc:
        """Return the discount that a customer has."""
        discount: Doc | None = self.view(self.get(id))["discount"]
        if discount is None:
            raise _no_discount(id)
        return discount

    @route("DELETE /v1/customers/{id}/discount")
    def delete_discount(self, id: str) -> Doc:
        """Take a customer's discount away. Fires: customer.discount.deleted, customer.updated.

        Source: https://docs.stripe.com/api/discounts/delete
        """
        customer = self.get(id)
        if self.view(customer)["discount"] is None:
            raise _no_discount(id)
        stub = self.stripe.discounts.remove(customer["_discount"])
        self.save(customer | {"_discount": None}, event="customer.updated")
        return stub

    def _check(self, params: CustomerFields, id: str | None = None) -> None:
        for name in ("coupon", "promotion_code"):
            if (named := getattr(params, name)) is not None:
                self.stripe.discounts.check([{name: named}], customer=id, currency=None, param=name)

    def _check_place(self, customer: Doc, given: Doc) -> None:
        """Refuse a place that taxes can't be computed for, where it matters.

        By default it matters to who has a subscription with automatic tax.

        Source: https://docs.stripe.com/api/customers/update#update_customer-tax-validate_location

        Raises:
            VendorError: `customer_tax_location_invalid`.
        """
        when = (given.get("tax") or {}).get("validate_location") or "auto"
        moves = {"address", "shipping", "tax"} & given.keys()
        if when == "immediately" or (
            when == "auto" and moves and self.stripe.subscriptions.is_taxed(customer["id"])
        ):
            self.stripe.tax_settings.check_place(customer)

    def _act(self, id: str, given: Doc) -> None:
        """Do what parameters ask for beyond the customer's own fields."""
        if given.get("source") is not None:
            card = self.stripe.sources.add(id, given["source"])
            self.save(self.get(id) | {"default_source": card["id"]})
        if "balance" in given and given["balance"] != self.get(id)["balance"]:
            customer = self.get(id)
            moved = given["balance"] - customer["balance"]
            currency = customer["currency"] or "usd"
            self.stripe.customer_balance_transactions.make(
                id, moved, "adjustment", currency, given["balance"], {}
            )
            self.save(customer | {"balance": given["balance"], "currency": currency})
        mode = ((given.get("cash_balance") or {}).get("settings") or {}).get("reconciliation_mode")
        if mode:
            self.stripe.cash_balances.set_mode(id, mode)
        for name in ("coupon", "promotion_code"):
            if name not in given:
                continue
            customer = self.get(id)
            had = customer["_discount"] if self.view(customer)["discount"] is not None else None
            made = None
            if given[name] is not None:
                made = self.stripe.discounts.redeem(
                    [{name: given[name]}],
                    customer=id,
                    currency=customer["currency"],
                    param=name,
                    replaced=had,
                )[0]["id"]
            elif had is not None:
                self.stripe.discounts.remove(had)
            self.save(customer | {"_discount": made})


def _not_theirs(id: str) -> VendorError:
    return errors.invalid(
        f"The customer does not have a payment method with the ID {id}. The payment method must be"
        " attached to the customer.",
        "invoice_settings[default_payment_method]",
        "resource_missing",
    )


def _no_discount(id: str) -> VendorError:
    message = f"No active discount for customer: {id}"
    return errors.error(404, "invalid_request_error", message, code="resource_missing", param="id")
