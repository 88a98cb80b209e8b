"""Negative balances of connected accounts: what the platform holds for them, and who pays.

Source: https://docs.stripe.com/connect/account-balances and
https://support.stripe.com/questions/connect-reserves-faq
"""

from datetime import timedelta

from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

SOON = timedelta(seconds=2)
"""How long it takes until a bank account is debited."""
AGED = timedelta(days=180)
"""How long a balance may be negative until the platform's reserve covers it."""


class Shortfalls(StripeResource):
    """What connected accounts owe; their balances say how much."""

    entity, plural = "shortfall", "shortfalls"
    object = "balance"
    keeps = False

    def changed(self, currency: str, before: int, now: int) -> None:
        """Act on a negative balance that became another one, of the acting account.

        Where the platform is liable, it holds as much in reserve as its accounts owe. A bank
        account is debited where `debit_negative_balances` says so.
        """
        owner = self.stripe.accounts.peek(self.mirror.account or "")
        if owner is None:
            return
        account = str(owner["id"])
        if owner["controller"].get("losses", {}).get("payments") == "application":
            self._reserve(currency, max(0, -now) - max(0, -before))
            if before >= 0 > now:
                self.mirror.after(AGED, "shortfalls.cover", currency=currency)
            elif now >= 0 > before:
                self.mirror.cancel_timers("shortfalls.cover", currency=currency, account_=account)
        if now < 0 and self._bank(owner, currency) is not None:
            waiting = {"currency": currency, "account_": account}
            self.mirror.cancel_timers("shortfalls.debit", **waiting)
            self.mirror.after(SOON, "shortfalls.debit", currency=currency)

    def debit(self, currency: str) -> None:
        """Take what an account owes from its bank: a payout of a negative amount.

        Called by a timer. Fires: payout.created.
        """
        owner = self.stripe.accounts.peek(self.mirror.account or "")
        owed = self.stripe.balances.total(currency)
        bank = self._bank(owner, currency) if owner else None
        if bank is not None and owed < 0:
            self.stripe.payouts.sent(
                amount=owed, currency=currency, automatic=True, destination=bank["id"]
            )

    def cover(self, currency: str) -> None:
        """Pay from the platform's reserve what an account has owed for too long.

        Called by a timer, 180 days later.
        """
        owed = -self.stripe.balances.total(currency)
        if owed <= 0:
            return
        account = self.mirror.account
        self._collect(currency, owed, str(account))
        with self.stripe.acting_for(None):
            self._collect(currency, -owed, str(account))

    def _collect(self, currency: str, amount: int, source: str) -> None:
        self.stripe.balance_transactions.book(
            type="connect_collection_transfer",
            amount=amount,
            currency=currency,
            source=source,
            description="Connect collection transfer",
            available_now=True,
        )

    def _reserve(self, currency: str, amount: int) -> None:
        """Hold more of the platform's money, or let some go. The book tells of it."""
        if not amount:
            return
        account = str(self.mirror.account)
        with self.stripe.acting_for(None):
            self.stripe.balances.hold(currency, amount)
            self.stripe.balance_transactions.book(
                type="reserve_transaction",
                amount=-amount,
                currency=currency,
                source=account,
                description="Connect reserve",
                available_now=True,
            )

    def _bank(self, owner: Doc, currency: str) -> Doc | None:
        """Return the bank account that may be debited, if there is one."""
        if not owner["settings"]["payouts"]["debit_negative_balances"]:
            return None
        bank = self.stripe.external_accounts.default(owner["id"], currency)
        is_good = bank is not None and bank.get("status") not in (None, "errored")
        return bank if is_good else None
