"""Payouts: money on its way to the account's bank. Source: https://docs.stripe.com/api/payouts"""

import calendar
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.account import schedules
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.access import OWN_ACCOUNT
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Created,
    Currency,
    ListParams,
    Metadata,
    StripeParams,
    merged,
)
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

BANK = "ba_1MirraTestBank00000000000"
"""The account's bank account."""
MESSAGES = {
    "account_closed": "The bank account has been closed.",
    "account_frozen": "The bank account has been frozen.",
    "bank_account_restricted": (
        "The bank account has restrictions on either the type, or number, of transfers allowed."
        " This normally indicates that the bank account is a savings or other non-checking account."
    ),
    "could_not_process": "The bank could not process this transfer.",
    "debit_not_authorized": "Debit transactions are not approved on the bank account.",
    "declined": "The bank has declined this transfer.",
    "insufficient_funds": "Your Stripe account has insufficient funds to cover the transfer.",
    "invalid_account_number": (
        "The routing number seems correct, but the account number is invalid."
    ),
    "invalid_currency": "The bank was unable to process this transfer because of its currency.",
    "no_account": "The bank account could not be located.",
}
"""Why payouts fail. Source: https://docs.stripe.com/api/payouts/failures"""
FailureCode = Literal[
    "account_closed",
    "account_frozen",
    "bank_account_restricted",
    "could_not_process",
    "debit_not_authorized",
    "declined",
    "insufficient_funds",
    "invalid_account_number",
    "invalid_currency",
    "no_account",
]


BAD_NUMBERS: dict[str, FailureCode] = {
    "000111111113": "account_closed",
    "000111111116": "no_account",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000444444440": "invalid_currency",
}
"""Bank accounts to which payouts fail.

Source: https://docs.stripe.com/connect/testing#account-numbers
"""


class CreatePayout(StripeParams):
    """Parameters of a new payout."""

    amount: int = Field(ge=1)
    currency: Currency
    description: str | None = None
    destination: str | None = None
    metadata: Metadata = {}
    method: Literal["standard", "instant"] = "standard"
    source_type: Literal["card", "bank_account", "fpx"] = "card"
    statement_descriptor: str | None = Field(default=None, max_length=22)


class UpdatePayout(StripeParams):
    """Parameters of a changed payout."""

    metadata: Metadata = {}


class ListPayouts(ListParams):
    """Filters of the list."""

    arrival_date: Created | int | None = None
    destination: str | None = None
    status: Literal["pending", "in_transit", "paid", "canceled", "failed"] | None = None


class Payouts(StripeResource):
    """Money sent to the bank."""

    entity, plural = "payout", "payouts"
    statuses = ("pending", "in_transit", "paid", "failed", "canceled")
    object, prefix, path = "payout", "po", "/v1/payouts"
    indexes = ("status", "destination")
    blank: ClassVar[Doc] = {
        "amount": 0,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": 0,
        "automatic": False,
        "balance_transaction": None,
        "created": None,
        "currency": "usd",
        "description": None,
        "destination": BANK,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": None,
        "status": "pending",
        "trace_id": None,
        "type": "bank_account",
    }

    @route("POST /v1/payouts")
    def create(self, params: CreatePayout) -> Doc:
        """Send money to the bank; it arrives on `arrival_date`. Fires: payout.created.

        Source: https://docs.stripe.com/api/payouts/create
        """
        money.check_currency(params.currency)
        destination = self._destination(params.destination, params.currency)
        if params.amount > self.stripe.balances.available(params.currency):
            raise errors.invalid(
                "You have insufficient funds in your Stripe account for this transfer. Your"
                f" {params.source_type} balance is too low.  You can use the /v1/balance endpoint"
                " to view your Stripe balance (for more details, see"
                " stripe.com/docs/api#balance).",
                code="balance_insufficient",
            )
        fields = params.given()
        fields["metadata"] = merged({}, params.metadata)
        fields["destination"] = destination
        return self.view(self.sent(**fields))

    @route("GET /v1/payouts")
    def index(self, params: ListPayouts) -> Doc:
        """List payouts."""
        names = ("status", "destination")
        where = {name: value for name in names if (value := getattr(params, name))}
        wanted = params.arrival_date
        if wanted is None:
            return self.listed(params, **where)
        bounds = Created(gte=wanted, lte=wanted) if isinstance(wanted, int) else wanted
        return self.listed(params, keep=lambda doc: bounds.holds(doc["arrival_date"]), **where)

    @route("GET /v1/payouts/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a payout."""
        return self.view(self.get(id))

    @route("POST /v1/payouts/{id}")
    def update(self, id: str, params: UpdatePayout) -> Doc:
        """Change a payout's metadata. Fires: payout.updated."""
        doc = self.patched(self.get(id), params.given())
        return self.view(self.save(doc, event="payout.updated"))

    @route("POST /v1/payouts/{id}/cancel")
    def cancel(self, id: str) -> Doc:
        """Call a payout back that hasn't left. Fires: payout.canceled.

        Source: https://docs.stripe.com/api/payouts/cancel
        """
        doc = self.get(id)
        if doc["status"] != "pending" or doc["automatic"]:
            raise errors.invalid(
                f"Payouts can only be canceled while they are pending. Payout {id} has a status of"
                f" {doc['status']}."
            )
        self.mirror.cancel_timers("payouts.arrive", id=id)
        booked = self._returned(doc, "payout_cancel")
        doc = {**doc, "status": "canceled", "failure_balance_transaction": booked}
        return self.view(self.save(doc, event="payout.canceled"))

    @route("POST /v1/payouts/{id}/reverse")
    def reverse(self, id: str, params: UpdatePayout) -> Doc:
        """Take a paid payout back from the bank. Fires: payout.created, payout.updated.

        Source: https://docs.stripe.com/api/payouts/reverse
        """
        doc = self.get(id)
        if doc["status"] != "paid" or doc["reversed_by"]:
            raise errors.invalid(
                f"Payouts can only be reversed once they are paid. Payout {id} has a status of"
                f" {doc['status']}."
            )
        back = self.sent(
            amount=-doc["amount"],
            currency=doc["currency"],
            destination=doc["destination"],
            metadata=merged({}, params.metadata),
            original_payout=id,
        )
        self.save({**doc, "reversed_by": back["id"]}, event="payout.updated")
        return self.view(back)

    # What other nouns and stories use.

    def sent(self, *, amount: int, currency: str, automatic: bool = False, **fields: Any) -> Doc:
        """Send money to the bank. Fires: payout.created."""
        instant = fields.get("method") == "instant"
        arrival = self.at if instant else self._arrival()
        doc = self.new(
            **fields,
            amount=amount,
            arrival_date=arrival,
            automatic=automatic,
            currency=currency,
            reconciliation_status="in_progress" if automatic else "not_applicable",
            trace_id={"status": "pending", "value": None},
        )
        if automatic:
            doc["description"] = doc["description"] or "STRIPE PAYOUT"
        booked = self.stripe.balance_transactions.book(
            type="payout",
            amount=-amount,
            currency=currency,
            source=doc["id"],
            description=doc["description"] or "STRIPE PAYOUT",
            available_now=True,
        )
        doc["balance_transaction"] = booked["id"]
        if automatic:
            self._gather(doc)
        delay = datetime.fromtimestamp(arrival, UTC) - self.now
        self.mirror.after(max(delay, timedelta(seconds=2)), "payouts.arrive", id=doc["id"])
        return self.save(doc, event="payout.created")

    def automatic(self, currency: str) -> Doc | None:
        """Pay out all that is available, as Stripe does daily. Fires: payout.created."""
        owner = self.stripe.accounts.get(self.mirror.account or OWN_ACCOUNT)
        kept = (owner.get("_minimum") or {}).get(currency, 0)
        amount = self.stripe.balances.available(currency) - kept
        if amount <= 0:
            return None
        destination = self._destination(None, currency)
        return self.sent(amount=amount, currency=currency, automatic=True, destination=destination)

    def fall_due(self, currencies: Iterable[str], since: datetime | None = None) -> None:
        """Pay out what is available as a connected account's schedule says.

        It happens `since` at the earliest; the platform's own payouts when they are simulated.

        Source: https://docs.stripe.com/connect/manage-payout-schedule
        """
        owner = self.stripe.accounts.peek(self.mirror.account or "")
        if owner is None or not owner["payouts_enabled"]:
            return
        due = schedules.next_payout(owner["settings"]["payouts"]["schedule"], since or self.now)
        for currency in currencies:
            bank = self.stripe.external_accounts.default(owner["id"], currency)
            if due is None or bank is None or bank.get("status") == "errored":
                continue
            if due <= self.now:
                self.automatic(currency)
            else:
                waiting = {"currency": currency, "account_": owner["id"]}
                self.mirror.cancel_timers("payouts.scheduled", **waiting)
                self.mirror.after(due - self.now, "payouts.scheduled", currency=currency)

    def fall_due_later(self) -> None:
        """Let the schedule pay out, from tomorrow on, what is available already."""
        if self.mirror.account and (currencies := self.stripe.balances.in_hand()):
            self.fall_due(currencies, since=schedules.tomorrow(self.now))

    def checked_schedule(self, schedule: Doc) -> Doc:
        """Return a schedule with what its interval needs, and nothing of another's.

        Raises:
            VendorError: an anchor is missing, or is no day.
        """
        return schedules.checked(schedule)

    def scheduled(self, currency: str) -> None:
        """Pay out on the schedule's day, if it is still one. Called by a timer."""
        self.fall_due([currency])

    def arrive(self, id: str) -> None:
        """Let a payout arrive. Called by its timer, or by a story."""
        doc = self.peek(id)
        if doc is None or doc["status"] not in ("pending", "in_transit"):
            return
        banks = self.stripe.external_accounts
        if code := BAD_NUMBERS.get(banks.number(doc["destination"] or "")):
            self.failed(doc, code)
            banks.errored(doc["destination"])
        else:
            self.paid(doc)

    def paid(self, doc: Doc) -> Doc:
        """Let a payout arrive.

        Fires: payout.paid; after it payout.reconciliation_completed for an automatic one.
        """
        self.mirror.cancel_timers("payouts.arrive", id=doc["id"])
        traced = {"status": "supported", "value": self.mirror.ids.token(15, "0123456789")}
        doc = self.save({**doc, "status": "paid", "trace_id": traced}, event="payout.paid")
        if doc["automatic"]:
            done = {**doc, "reconciliation_status": "completed"}
            doc = self.save(done, event="payout.reconciliation_completed")
        return doc

    def failed(self, doc: Doc, code: FailureCode) -> Doc:
        """Let the bank send a payout back. Fires: payout.failed.

        Source: https://docs.stripe.com/api/payouts/failures
        """
        self.mirror.cancel_timers("payouts.arrive", id=doc["id"])
        failed = {
            "status": "failed",
            "failure_code": code,
            "failure_message": MESSAGES[code],
            "failure_balance_transaction": self._returned(doc, "payout_failure"),
        }
        return self.save({**doc, **failed}, event="payout.failed")

    def _destination(self, wanted: str | None, currency: str) -> str:
        """Return where a payout goes.

        Source: https://docs.stripe.com/api/payouts/create#create_payout-destination

        Raises:
            VendorError: a connected account may not be paid out, or has no such bank account.
        """
        owner = self.stripe.accounts.peek(self.mirror.account or "")
        if owner is None:
            return wanted or BANK
        if not owner["payouts_enabled"]:
            raise errors.invalid(
                "Payouts have been disabled on the connected account. Check the account's"
                " requirements to see what is missing.",
                code="payouts_not_allowed",
            )
        banks = self.stripe.external_accounts
        if wanted is not None:
            found = banks.peek(wanted)
            if found is None or found["account"] != owner["id"]:
                raise errors.missing("external account", wanted, "destination", status=400)
            return wanted
        found = banks.default(owner["id"], currency)
        if found is None:
            raise errors.invalid(
                f"Sorry, you don't have any external accounts in that currency ({currency})."
            )
        return str(found["id"])

    def _returned(self, doc: Doc, type: str) -> str:
        booked = self.stripe.balance_transactions.book(
            type=type,
            amount=doc["amount"],
            currency=doc["currency"],
            source=doc["id"],
            description=doc["description"],
            available_now=True,
        )
        return str(booked["id"])

    def _gather(self, doc: Doc) -> None:
        """Note which movements an automatic payout pays out."""
        book = self.stripe.balance_transactions
        for each in book.find(currency=doc["currency"]):
            if each["status"] == "available" and not each.get("_payout"):
                book.save({**each, "_payout": doc["id"]})

    def _arrival(self) -> int:
        day = self.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        left = 2
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 5
        return calendar.timegm(day.utctimetuple())
