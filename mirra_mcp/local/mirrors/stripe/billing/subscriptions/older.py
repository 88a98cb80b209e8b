"""The older addresses of subscriptions: under their customers.

Source: https://github.com/stripe/openapi (`/v1/customers/{customer}/subscriptions`)
"""

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.params import (
    CancelSubscription,
    CreateSubscription,
    ListSubscriptions,
    UpdateSubscription,
)
from mirra_mcp.local.mirrors.stripe.billing.subscriptions.resource import Subscriptions
from mirra_mcp.wire.model import Doc


class CreateTheirs(CreateSubscription):
    """Parameters of a new subscription; the address names its customer."""

    customer: str = ""


class CustomersSubscriptions(Subscriptions):
    """The subscriptions of the account, also by the addresses that they had before."""

    @route("GET /v1/customers/{customer}/subscriptions")
    def index_of_customer(self, customer: str, params: ListParams) -> Doc:
        """List a customer's subscriptions that aren't canceled."""
        self.stripe.customers.get(customer)
        sent = {name: getattr(params, name) for name in ListParams.model_fields if name != "expand"}
        asked = {name: value for name, value in sent.items() if value is not None}
        found = self.index(ListSubscriptions.model_validate({**asked, "customer": customer}))
        return found | {"url": f"/v1/customers/{customer}/subscriptions"}

    @route("POST /v1/customers/{customer}/subscriptions")
    def create_of_customer(self, customer: str, params: CreateTheirs) -> Doc:
        """Subscribe a customer. Fires: customer.subscription.created, and what billing does."""
        return self.create(params.model_copy(update={"customer": customer}))

    @route("GET /v1/customers/{customer}/subscriptions/{id}")
    def retrieve_of_customer(self, customer: str, id: str) -> Doc:
        """Return one of a customer's subscriptions."""
        return self.view(self._theirs(customer, id))

    @route("POST /v1/customers/{customer}/subscriptions/{id}")
    def update_of_customer(
        self, customer: str, id: str, params: UpdateSubscription
    ) -> Doc | Answer:
        """Change one of a customer's subscriptions. Fires: customer.subscription.updated."""
        self._theirs(customer, id)
        return self.update(id, params)

    @route("DELETE /v1/customers/{customer}/subscriptions/{id}")
    def cancel_of_customer(self, customer: str, id: str, params: CancelSubscription) -> Doc:
        """Cancel one of a customer's subscriptions. Fires: customer.subscription.deleted."""
        self._theirs(customer, id)
        return self.cancel(id, params)

    @route("GET /v1/subscriptions/{id}/discount")
    def retrieve_discount(self, id: str) -> Doc:
        """Return a subscription's discount, the first of several."""
        sub = self.get(id)
        if not sub["discounts"]:
            raise errors.missing("discount", id)
        return self.stripe.discounts.view(self.stripe.discounts.get(sub["discounts"][0]))

    @route("GET /v1/customers/{customer}/subscriptions/{id}/discount")
    def retrieve_discount_of_customer(self, customer: str, id: str) -> Doc:
        """Return the discount of one of a customer's subscriptions."""
        self._theirs(customer, id)
        return self.retrieve_discount(id)

    @route("DELETE /v1/customers/{customer}/subscriptions/{id}/discount")
    def delete_discount_of_customer(self, customer: str, id: str) -> Doc:
        """Take the discount off one of a customer's subscriptions."""
        self._theirs(customer, id)
        return self.delete_discount(id)

    def _theirs(self, customer: str, id: str) -> Doc:
        self.stripe.customers.get(customer)
        doc = self.get(id)
        if doc["customer"] != customer:
            raise self.missing(id)
        return doc
