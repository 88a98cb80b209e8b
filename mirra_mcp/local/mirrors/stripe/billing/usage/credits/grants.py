"""Credit grants: credits that customers have for usage, and how invoices use them up.

`balance` of a grant, which is not shown, is what is left of it.

Source: https://docs.stripe.com/billing/subscriptions/usage-based/billing-credits
"""

from collections.abc import Collection
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.invoices.lines import is_metered
from mirra_mcp.local.mirrors.stripe.billing.periods import within
from mirra_mcp.local.mirrors.stripe.billing.usage.credits.params import (
    CreateGrant,
    ListGrants,
    ReadBalance,
    UpdateGrant,
)
from mirra_mcp.wire.model import Doc

MOST = 100
"""How many unused grants a customer may have."""
UPDATED = "billing.credit_grant.updated"
NEVER = float("inf")


class CreditGrants(StripeResource):
    """The credits of customers."""

    entity, plural = "credit_grant", "credit_grants"
    object, prefix, path = "billing.credit_grant", "credgr_test", "/v1/billing/credit_grants"
    title = "credit grant"
    indexes = ("customer",)
    verbs: ClassVar = {"voided": ("voided_at", ...)}
    blank: ClassVar[Doc] = {
        "amount": None,
        "applicability_config": None,
        "category": "paid",
        "created": None,
        "customer": None,
        "customer_account": None,
        "effective_at": None,
        "expires_at": None,
        "livemode": False,
        "metadata": {},
        "name": None,
        "priority": 50,
        "test_clock": None,
        "updated": None,
        "voided_at": None,
    }

    more_fields = ("balance", "used")

    def view(self, doc: Doc) -> Doc:
        """Show a grant without what is left of it, and what invoices used: a summary tells that."""
        shown = super().view(doc)
        return {name: value for name, value in shown.items() if name not in self.more_fields}

    # What invoices do.

    def applied_to(self, invoice: Doc) -> Doc:
        """Use credits up on the metered lines of an invoice that is being finalized.

        Of several grants that apply, the first by priority goes first; then what expires first,
        what is promotional, what was effective first, what was granted first.

        Returns:
            The invoice, its lines with `pretax_credit_amounts`; its sums are yet to be made.
        """
        grants = self._usable(invoice["customer"], invoice["currency"])
        if not grants:
            return invoice
        lines = []
        for line in invoice["lines"]["data"]:
            left = line["amount"] - sum(each["amount"] for each in line["pretax_credit_amounts"])
            used: list[Doc] = []
            for grant in grants:
                if left <= 0 or not _covers(grant, line):
                    continue
                value = min(left, grant["balance"])
                if value <= 0:
                    continue
                left -= value
                grant["balance"] -= value
                grant["used"] = grant.get("used", 0) + value
                self.save(grant)
                booked = self.stripe.credit_balance_transactions.book(
                    grant, "credits_applied", value, line=line
                )
                used.append(
                    {
                        "amount": value,
                        "credit_balance_transaction": booked["id"],
                        "type": "credit_balance_transaction",
                    }
                )
            credits = [*line["pretax_credit_amounts"], *used]
            lines.append(line | {"pretax_credit_amounts": credits})
        return invoice | {"lines": {**invoice["lines"], "data": lines}}

    def reinstate(self, invoice: Doc) -> None:
        """Give back what a voided invoice used; what is of an expired grant lapses again."""
        ledger = self.stripe.credit_balance_transactions
        for line in invoice["lines"]["data"]:
            for each in line["pretax_credit_amounts"]:
                if each["type"] != "credit_balance_transaction":
                    continue
                grant = self.get(ledger.get(each["credit_balance_transaction"])["credit_grant"])
                sums = {"balance": each["amount"], "used": -each["amount"]}
                self.save(grant | {name: grant.get(name, 0) + sums[name] for name in sums})
                ledger.book(grant, "credits_application_invoice_voided", each["amount"], line=line)
                if not self._is_open(self.get(grant["id"])):
                    self._empty(self.get(grant["id"]), "credits_expired")

    def _usable(self, customer: str, currency: str) -> list[Doc]:
        found = [
            grant
            for grant in self.find(customer=customer, newest_first=False)
            if grant["balance"] > 0
            and self._is_open(grant)
            and grant["amount"]["monetary"]["currency"] == currency
        ]

        def order(grant: Doc) -> tuple[int, float, bool, int]:
            expires = NEVER if grant["expires_at"] is None else grant["expires_at"]
            paid = grant["category"] != "promotional"
            return grant["priority"], expires, paid, grant["effective_at"]

        return sorted(found, key=order)

    def _is_open(self, grant: Doc) -> bool:
        expires = grant["expires_at"]
        begun = grant["effective_at"] <= self.at and grant["voided_at"] is None
        return begun and (expires is None or expires > self.at)

    def lapse(self, id: str) -> None:
        """Let what is left of a grant expire. Called by its timer.

        Fires: billing.credit_balance_transaction.created.
        """
        grant = self.peek(id)
        if grant is None or grant["expires_at"] is None or grant["voided_at"] is not None:
            return
        self.stripe.test_clocks.enter(grant)
        if grant["expires_at"] <= self.at:
            self._empty(grant, "credits_expired")

    def _empty(self, grant: Doc, why: str) -> None:
        left = grant["balance"]
        if left > 0:
            self.save(grant | {"balance": 0})
            self.stripe.credit_balance_transactions.book(grant, why, left)

    # Endpoints.

    @route("POST /v1/billing/credit_grants")
    def create(self, params: CreateGrant) -> Doc:
        """Grant credits. Fires: billing.credit_balance_transaction.created, .credit_grant.created.

        Source: https://docs.stripe.com/api/billing/credit-grant/create
        """
        customer = self.stripe.customers.live(params.customer)
        self.stripe.test_clocks.enter(customer)
        money.check_currency(params.amount.monetary.currency, "amount[monetary][currency]")
        given = params.given()
        self._check_scope(given["applicability_config"]["scope"], "applicability_config[scope]")
        effective = params.effective_at or self.at
        if params.expires_at is not None:
            self._check_end(params.expires_at, effective)
        unused = [each for each in self.find(customer=customer["id"]) if each["balance"] > 0]
        if len(unused) >= MOST:
            raise errors.invalid(f"A customer can have at most {MOST} unused credit grants.")
        fields = {name: value for name, value in given.items() if value is not None}
        value = params.amount.monetary.value
        grant = self.new(
            **fields | {"category": params.category, "priority": params.priority},
            balance=value,
            test_clock=customer.get("test_clock"),
            updated=self.at,
        )
        grant["effective_at"] = effective
        self.save(grant)
        self.stripe.credit_balance_transactions.book(grant, "credits_granted", value, at=effective)
        self.mirror.emit("billing.credit_grant.created", {"object": self.view(grant)})
        self._plan(grant)
        return self.view(grant)

    @route("GET /v1/billing/credit_grants/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a grant."""
        return self.view(self.get(id))

    @route("POST /v1/billing/credit_grants/{id}")
    def update(self, id: str, params: UpdateGrant) -> Doc:
        """Change when a grant expires. Fires: billing.credit_grant.updated."""
        grant, given = self._changeable(id), params.given()
        if given.get("expires_at") is not None:
            self._check_end(given["expires_at"], max(self.at, grant["effective_at"]))
        changed = self.patched(grant, given) | {"updated": self.at}
        self.save(changed, event=UPDATED)
        self._plan(changed)
        return self.view(changed)

    @route("GET /v1/billing/credit_grants")
    def index(self, params: ListGrants) -> Doc:
        """List grants."""
        if params.customer is None:
            return self.listed(params)
        self.stripe.customers.live(params.customer)
        return self.listed(params, customer=params.customer)

    @route("POST /v1/billing/credit_grants/{id}/expire")
    def expire(self, id: str) -> Doc:
        """Let a grant expire now. Fires: billing.credit_grant.updated, and the transaction."""
        grant = self._changeable(id)
        ended = grant | {"expires_at": self.at, "updated": self.at}
        self.save(ended, event=UPDATED)
        self._plan(ended)
        self._empty(ended, "credits_expired")
        return self.view(self.get(id))

    @route("POST /v1/billing/credit_grants/{id}/void")
    def void(self, id: str) -> Doc:
        """Take back what is left. Fires: billing.credit_grant.updated, and the transaction."""
        grant = self._changeable(id)
        voided = grant | {"voided_at": self.at, "updated": self.at}
        self.save(voided, event=UPDATED)
        self._empty(voided, "credits_voided")
        return self.view(self.get(id))

    @route("GET /v1/billing/credit_balance_summary")
    def balance(self, params: ReadBalance) -> Doc:
        """Sum up what credits a customer has, by currency.

        Source: https://docs.stripe.com/api/billing/credit-balance-summary
        """
        customer = self.stripe.customers.live(params.customer)
        self.stripe.test_clocks.enter(customer)
        wanted = params.filter
        grants = self.find(customer=customer["id"], newest_first=False)
        if wanted.credit_grant is not None:
            grants = [self.named(wanted.credit_grant, "filter[credit_grant]")]
        elif wanted.applicability_scope is not None:
            scope = wanted.applicability_scope.given()
            self._check_scope(scope, "filter[applicability_scope]")
            asked = [each["id"] for each in scope.get("prices") or ()]
            grants = [each for each in grants if _is_in_scope(each, asked)]
        sums: dict[str, list[int]] = {}
        for grant in grants:
            begun = grant["effective_at"] <= self.at
            totals = sums.setdefault(grant["amount"]["monetary"]["currency"], [0, 0])
            totals[0] += grant["balance"] if self._is_open(grant) else 0
            totals[1] += grant["balance"] if begun else 0
        return {
            "object": "billing.credit_balance_summary",
            "balances": [
                {
                    "available_balance": _amount(currency, available),
                    "ledger_balance": _amount(currency, booked),
                }
                for currency, (available, booked) in sums.items()
            ],
            "customer": customer["id"],
            "customer_account": None,
            "livemode": False,
        }

    def _changeable(self, id: str) -> Doc:
        grant = self.get(id)
        self.stripe.test_clocks.enter(grant)
        if grant["voided_at"] is not None:
            raise errors.invalid(f"The credit grant {id} has been voided.")
        if grant["expires_at"] is not None and grant["expires_at"] <= self.at:
            raise errors.invalid(f"The credit grant {id} has expired.")
        return grant

    def _check_end(self, expires: int, since: int) -> None:
        if expires <= max(since, self.at):
            raise errors.invalid(
                "`expires_at` must be in the future, and after `effective_at`.", "expires_at"
            )

    def _check_scope(self, scope: Doc, param: str) -> None:
        for number, each in enumerate(scope.get("prices") or ()):
            where = f"{param}[prices][{number}][id]"
            price = self.stripe.prices.named(each["id"], where)
            if not (is_metered(price) and price["recurring"].get("meter")):
                raise errors.invalid(
                    "Credits can only apply to metered prices that are backed by a meter.", where
                )

    def _plan(self, grant: Doc) -> None:
        self.mirror.cancel_timers("credit_grants.lapse", id=grant["id"])
        if grant["expires_at"] is not None:
            wait = within(grant["expires_at"] - self.at)
            self.mirror.after(wait, "credit_grants.lapse", id=grant["id"])


def _covers(grant: Doc, line: Doc) -> bool:
    """Tell whether a grant applies to a line: one of usage that a meter counted."""
    price = line["price"]
    if not price or not is_metered(price) or not price["recurring"].get("meter"):
        return False
    return _is_in_scope(grant, [price["id"]])


def _is_in_scope(grant: Doc, prices: Collection[str]) -> bool:
    """Tell whether a grant applies to some price of a list, or to all where the list is empty."""
    only = grant["applicability_config"]["scope"].get("prices")
    if not only:
        return True
    return any(each["id"] in prices for each in only)


def _amount(currency: str, value: int) -> Doc:
    return {"monetary": {"currency": currency, "value": value}, "type": "monetary"}
