"""What a charge is made of: a token, a card's data, or what a customer keeps.

Source: https://docs.stripe.com/api/charges/create (source)
"""

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.payments.charges.booking import ChargeBooking
from mirra_mcp.local.mirrors.stripe.payments.charges.params import CreateCharge, SourceCard
from mirra_mcp.wire.model import Doc


class SourcedCharges(ChargeBooking):
    """Charges as what they are made of."""

    def _source(self, params: CreateCharge) -> Doc:
        methods = self.stripe.payment_methods
        if isinstance(params.source, SourceCard):
            return methods.save(self.stripe.tokens.method_of(params.source))
        if params.customer:
            customer = self.stripe.customers.named(params.customer, "customer")
            chosen = params.source or customer.get("default_source")
            if not chosen:
                raise errors.error(
                    402,
                    "card_error",
                    "Cannot charge a customer that has no active card",
                    code="missing",
                    param="card",
                )
            method = methods.peek(chosen)
            if method is None or method["customer"] != params.customer:
                raise errors.invalid(
                    f"Customer {params.customer} does not have a linked source with ID {chosen}.",
                    "source",
                    "missing",
                )
            return method
        if not params.source:
            raise errors.invalid("Must provide source or customer.", code="parameter_missing")
        if params.source.startswith("tok_"):
            made = self.stripe.tokens.spend(params.source, "source")
            return methods.save({**made, "id": f"card_{self.mirror.ids.token(24)}"})
        if params.source.startswith("src_"):
            return self._alone(params.source, params)
        if params.source.startswith(("card_", "ba_")):  # whose it is has to be said
            raise errors.missing("token", params.source, "source", status=400)
        return methods.resolve(params.source, "source")

    def _alone(self, id: str, params: CreateCharge) -> Doc:
        """Return a source that is no customer's, and can be charged once.

        Source: https://docs.stripe.com/sources/customers

        Raises:
            VendorError: it is a customer's, was charged already, or is for another amount.
        """
        method = self.stripe.payment_methods.peek(id)
        if method is None or "_source" not in method:
            raise errors.missing("source", id, "source", status=400)
        held = method["_source"]
        if method["customer"]:
            raise errors.invalid(
                f"The source {id} is attached to a customer: pass the customer, too.", "customer"
            )
        if held["status"] != "chargeable":
            raise errors.invalid(
                f"The source {id} cannot be charged because its status is {held['status']}.",
                "source",
            )
        wanted = (held["amount"] or params.amount, held["currency"] or params.currency)
        if wanted != (params.amount, params.currency):
            raise errors.invalid(
                f"The source {id} can only be charged with {wanted[0]} {wanted[1]}.", "amount"
            )
        return method
