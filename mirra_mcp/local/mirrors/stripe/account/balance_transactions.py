"""Balance transactions: every movement of the account's money, with Stripe's fee.

Source: https://docs.stripe.com/api/balance_transactions
"""

import calendar
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api.forms.params import Currency, ListParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

CATEGORIES = {
    "reserve_transaction": "connect_reserved_funds",
    "application_fee": "platform_earning",
    "application_fee_refund": "platform_earning_refund",
    "transfer_refund": "transfer_reversal",
    "adjustment": "dispute",
    "stripe_fee": "fee",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "payment": "charge",
    "payment_refund": "refund",
    "payment_failure_refund": "refund_failure",
}
"""Reporting categories that aren't named as the type is.

Source: https://docs.stripe.com/reports/reporting-categories
"""
BUSINESS_DAYS = 2


class ListTransactions(ListParams):
    """Filters of the list."""

    currency: Currency | None = None
    payout: str | None = None
    source: str | None = None
    type: str | None = None


class BalanceTransactions(StripeResource):
    """The account's book."""

    entity, plural = "balance_transaction", "balance_transactions"
    object, prefix, path = "balance_transaction", "txn", "/v1/balance_transactions"
    title = "balance transaction"
    indexes = ("source", "type", "currency", "_payout", "_due")
    blank: ClassVar[Doc] = {
        "amount": 0,
        "available_on": 0,
        "balance_type": "payments",
        "created": None,
        "currency": "usd",
        "description": None,
        "exchange_rate": None,
        "fee": 0,
        "fee_details": [],
        "net": 0,
        "reporting_category": "charge",
        "source": None,
        "status": "pending",
        "type": "charge",
    }

    @route("GET /v1/balance_transactions")
    def index(self, params: ListTransactions) -> Doc:
        """List the movements."""
        where = {
            name: value
            for name in ("currency", "source", "type")
            if (value := getattr(params, name)) is not None
        }
        if params.payout:
            where["_payout"] = params.payout
        return self.listed(params, **where)

    @route("GET /v1/balance_transactions/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a movement."""
        return self.view(self.get(id))

    @route("GET /v1/balance/history")
    def history(self, params: ListTransactions) -> Doc:
        """List the movements, by the endpoint's former name."""
        return self.index(params)

    @route("GET /v1/balance/history/{id}")
    def history_of(self, id: str) -> Doc:
        """Return a movement, by the endpoint's former name."""
        return self.view(self.get(id))

    def book(
        self,
        *,
        type: str,
        amount: int,
        currency: str,
        source: str | None,
        fee: int = 0,
        application_fee: int = 0,
        description: str | None = None,
        available_now: bool = False,
        category: str | None = None,
    ) -> Doc:
        """Write a movement down; it becomes available after two business days, or at once.

        What a connected account has at once is paid out on its schedule's next day.

        `application_fee` is what of a connected account's payment its platform takes.

        Source: https://docs.stripe.com/payouts (settlement timing)
        """
        due = self.at if available_now else self._settles()
        kind = "Dispute fee" if category == "dispute" else "Stripe processing fees"
        details = {
            "amount": fee,
            "application": None,
            "currency": currency,
            "description": kind,
            "type": "stripe_fee",
        }
        share = {
            "amount": application_fee,
            "application": self.stripe.application,
            "currency": currency,
            "description": "Mirra application fee",
            "type": "application_fee",
        }
        fees = ([details] if fee else []) + ([share] if application_fee else [])
        fee += application_fee
        doc = self.new(
            amount=amount,
            available_on=due,
            currency=currency,
            description=description,
            fee=fee,
            fee_details=fees,
            net=amount - fee,
            reporting_category=category or CATEGORIES.get(type, type),
            source=source,
            status="available" if available_now else "pending",
            type=type,
            _due=None if available_now else due,
        )
        self.save(doc)
        self.stripe.balances.add(currency, "available" if available_now else "pending", doc["net"])
        if not available_now and self.stripe.balances.awaits(due):
            delay = datetime.fromtimestamp(due, UTC) - self.now
            self.mirror.after(delay, "balance_transactions.settle", due=due)
        if available_now and doc["net"] > 0:
            self.stripe.payouts.fall_due_later()
        return doc

    def settle(self, due: int) -> None:
        """Let what was pending until then be available.

        Fires: balance.available; for a connected account payout.created, by its schedule.
        Source: https://docs.stripe.com/api/events/types#event_types-balance.available
        """
        found = self.find(_due=due, newest_first=False)
        currencies = sorted({doc["currency"] for doc in found})
        for doc in found:
            self.save({**doc, "status": "available", "_due": None})
            self.stripe.balances.settle(doc["currency"], doc["net"])
        self.stripe.balances.tell(due)
        self.stripe.payouts.fall_due(currencies)

    def _settles(self) -> int:
        day = self.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        owner = self.stripe.accounts.peek(self.mirror.account or "")
        left = owner["settings"]["payouts"]["schedule"]["delay_days"] if owner else BUSINESS_DAYS
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5
        return calendar.timegm(day.utctimetuple())
