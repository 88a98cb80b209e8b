"""Customers' cash balances: money that they sent by bank transfer, until a payment takes it.

Source: https://docs.stripe.com/api/cash_balance and
https://docs.stripe.com/payments/customer-balance
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api.forms.params import Currency, Nested, StripeParams
from mirra_mcp.local.mirrors.stripe.api.pricing import money, transfers
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

Mode = Literal["automatic", "manual", "merchant_default"]
GROUP, CANDIDATES = 5, 12
"""How many payments a transfer may be the exact sum of, and how many are looked at."""
GRACE = 30 * 86400
"""How long after its due date an invoice is still paid by itself."""


class Settings(Nested):
    """How bank transfers are matched."""

    reconciliation_mode: Mode | None = None


class UpdateBalance(StripeParams):
    """What may change of a cash balance."""

    settings: Settings | None = None


class FundBalance(StripeParams):
    """A bank transfer of a test."""

    amount: int = Field(ge=1)
    currency: Currency
    reference: str | None = None


@dataclass(frozen=True)
class Waiting:
    """A payment that waits for a transfer."""

    intent: Doc
    remaining: int
    names: tuple[str | None, ...]
    is_invoice: bool


class CashBalances(StripeResource):
    """A balance a customer, under the customer's id; `available` is null until money came."""

    entity, plural = "cash_balance", "cash_balances"
    object, title = "cash_balance", "cash balance"
    blank: ClassVar[Doc] = {
        "available": None,
        "customer": "",
        "customer_account": None,
        "livemode": False,
        "settings": {"reconciliation_mode": "automatic", "using_merchant_default": True},
    }

    @route("GET /v1/customers/{customer}/cash_balance")
    def retrieve(self, customer: str) -> Doc:
        """Return a customer's cash balance."""
        self.stripe.customers.get(customer)
        return self.view(self.of(customer))

    @route("POST /v1/customers/{customer}/cash_balance")
    def update(self, customer: str, params: UpdateBalance) -> Doc:
        """Change how a customer's transfers are matched.

        Source: https://docs.stripe.com/api/cash_balance/update
        """
        self.stripe.customers.get(customer)
        if params.settings and params.settings.reconciliation_mode:
            self.set_mode(customer, params.settings.reconciliation_mode)
        return self.view(self.of(customer))

    @route("POST /v1/test_helpers/customers/{customer}/fund_cash_balance")
    def fund(self, customer: str, params: FundBalance) -> Doc:
        """Let a bank transfer come in, as a test helper.

        Fires: customer_cash_balance_transaction.created, what the payments fire that it is for,
        cash_balance.funds_available (when something is left).
        Source: https://docs.stripe.com/api/cash_balance_transactions/fund_cash_balance
        """
        self.stripe.test_clocks.enter(self.stripe.customers.live(customer, "customer"))
        money.check_currency(params.currency)
        noun = self.stripe.cash_balance_transactions
        return noun.view(self.funded(customer, params.amount, params.currency, params.reference))

    def view(self, doc: Doc) -> Doc:
        """Show a balance, which has no id."""
        shown = super().view(doc)
        shown.pop("id", None)
        return shown

    # What other nouns use.

    def of(self, customer: str) -> Doc:
        """Return a customer's balance, empty at first."""
        return self.peek(customer) or self.new(id=customer, customer=customer)

    def set_mode(self, customer: str, mode: Mode) -> None:
        """Change how a customer's transfers are matched; money that waits is matched at once."""
        default = mode == "merchant_default"
        settings = {
            "reconciliation_mode": "automatic" if default else mode,
            "using_merchant_default": default,
        }
        self.save(self.of(customer) | {"settings": settings})

    def available(self, customer: str | None, currency: str) -> int:
        """Return how much a customer's payments can take."""
        doc = self.peek(customer or "")
        return int(((doc or {}).get("available") or {}).get(currency, 0))

    def is_automatic(self, customer: str) -> bool:
        """Tell whether money is matched by itself."""
        return bool(self.of(customer)["settings"]["reconciliation_mode"] == "automatic")

    def moved(self, customer: str, amount: int, currency: str, type: str, **more: Any) -> Doc:
        """Put money on a balance, or take it off; return the transaction of it.

        Fires: customer_cash_balance_transaction.created.
        """
        doc = self.of(customer)
        ending = self.available(customer, currency) + amount
        available = {**(doc["available"] or {}), currency: ending}
        self.save(doc | {"available": available})
        return self.stripe.cash_balance_transactions.make(
            customer, amount, currency, ending, type, more
        )

    def funded(self, customer: str, amount: int, currency: str, reference: str | None) -> Doc:
        """Let a transfer come in, match it, and return its transaction."""
        kind = f"{transfers.KINDS.get(currency, 'us')}_bank_transfer"
        sender: Doc = {"sender_name": None}
        if kind == "us_bank_transfer":
            sender["network"] = "ach"
        transfer: Doc = {"reference": reference, "type": kind, kind: sender}
        made = self.moved(customer, amount, currency, "funded", funded={"bank_transfer": transfer})
        if self.is_automatic(customer):
            self.reconcile(customer, currency, reference)
        if self.available(customer, currency) > 0:
            self.mirror.emit(
                "cash_balance.funds_available", {"object": self.view(self.of(customer))}
            )
        return made

    def settled(self, invoice: Doc) -> Doc:
        """Let an invoice take what its customer's balance holds; return it as it is then."""
        customer, currency = invoice["customer"], invoice["currency"]
        if self.available(customer, currency) > 0 and self.is_automatic(customer):
            self.reconcile(customer, currency)
        return self.stripe.invoices.get(invoice["id"])

    def funded_for(self, intent: Doc, amount: int) -> None:
        """Let a transfer come in for one payment; what is too much stays on the balance."""
        reference = self.stripe.payment_intents.transfer_reference(intent)
        remaining = self.stripe.payment_intents.awaited(intent)
        kind = f"{transfers.KINDS.get(intent['currency'], 'us')}_bank_transfer"
        transfer: Doc = {"reference": reference, "type": kind, kind: {"sender_name": None}}
        told = {"bank_transfer": transfer}
        self.moved(intent["customer"], amount, intent["currency"], "funded", funded=told)
        self.apply(intent, min(amount, remaining))

    def refunded(self, refund: Doc) -> None:
        """Give a payment's money back to the balance that it came from.

        Fires: customer_cash_balance_transaction.created.
        Source: https://docs.stripe.com/payments/customer-balance/refunding
        """
        told = {"refund": refund["id"]}
        self.moved(
            refund["customer"],
            refund["amount"],
            refund["currency"],
            "refunded_from_payment",
            refunded_from_payment=told,
        )

    def reconcile(self, customer: str, currency: str, reference: str | None = None) -> None:
        """Apply what is there to the payments that wait for it.

        First to what the reference names, else to what makes exactly the sum, else to invoices
        that it covers and then to other payments, the oldest first.

        Source: https://docs.stripe.com/payments/customer-balance/reconciliation
        """
        waiting = self._waiting(customer, currency)
        named = [each for each in waiting if reference and reference in each.names][:1]
        exact = [] if named else self._exact(waiting, self.available(customer, currency))
        rest = [] if exact else [each for each in waiting if each not in named]
        for each in (*named, *exact, *rest):
            left = self.available(customer, currency)
            if left > 0 and (each in named or not each.is_invoice or each.remaining <= left):
                self.apply(each.intent, min(left, each.remaining))

    def apply(self, intent: Doc, amount: int) -> None:
        """Let a payment take money of its customer.

        Fires: customer_cash_balance_transaction.created, payment_intent.partially_funded or what a
        payment that succeeds fires.
        """
        told = {"payment_intent": intent["id"]}
        self.moved(
            intent["customer"],
            -amount,
            intent["currency"],
            "applied_to_payment",
            applied_to_payment=told,
        )
        intents = self.stripe.payment_intents
        intents.tell_owner(intents.take_cash(intents.get(intent["id"]), amount))

    def _waiting(self, customer: str, currency: str) -> list[Waiting]:
        """List the payments that wait for a transfer: invoices first, the oldest first."""
        found = []
        for intent in self.stripe.payment_intents.find(customer=customer, newest_first=False):
            if intent["currency"] != currency:
                continue
            remaining = self.stripe.payment_intents.awaited(intent)
            invoice = self.stripe.invoices.peek(intent["invoice"] or "")
            if invoice is not None:
                due = invoice["due_date"]
                fresh = due is None or due + GRACE > self.at
                types = intent["payment_method_types"]
                if invoice["status"] != "open" or not fresh or "customer_balance" not in types:
                    continue
                remaining = remaining or invoice["amount_remaining"]
            if remaining:
                names = (self.stripe.payment_intents.transfer_reference(intent),)
                number = invoice["number"] if invoice else None
                found.append(Waiting(intent, remaining, (*names, number), invoice is not None))
        return sorted(found, key=lambda each: not each.is_invoice)

    def _exact(self, waiting: Sequence[Waiting], whole: int) -> Sequence[Waiting]:
        """Return the smallest group of payments that makes exactly a sum."""
        for size in range(1, GROUP + 1):
            for group in combinations(waiting[:CANDIDATES], size):
                if sum(each.remaining for each in group) == whole:
                    return group
        return ()
