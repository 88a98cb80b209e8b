"""Top-ups: money that a platform brings to its own balance. Source: https://docs.stripe.com/api/topups"""

from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
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

WHILE = timedelta(seconds=2)
"""How long money is on its way."""


class CreateTopup(StripeParams):
    """Parameters of a new top-up."""

    amount: int = Field(ge=1)
    currency: Currency
    description: str | None = None
    metadata: Metadata = {}
    statement_descriptor: str | None = Field(default=None, max_length=15)
    transfer_group: str | None = None


class UpdateTopup(StripeParams):
    """What may change of a top-up."""

    description: str | None = None
    metadata: Metadata = {}


class ListTopups(ListParams):
    """Filters of the list."""

    amount: Created | int | None = None
    status: Literal["canceled", "failed", "pending", "succeeded"] | None = None


class Topups(StripeResource):
    """Money brought from the bank."""

    entity, plural = "topup", "topups"
    synonyms = ("top-up",)
    statuses = ("pending", "succeeded", "failed", "canceled", "reversed")
    object, prefix, path = "topup", "tu", "/v1/topups"
    title = "topup"
    indexes = ("status",)
    blank: ClassVar[Doc] = {
        "amount": 0,
        "balance_transaction": None,
        "created": None,
        "currency": "usd",
        "description": None,
        "expected_availability_date": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "source": None,
        "statement_descriptor": None,
        "status": "pending",
        "transfer_group": None,
    }

    @route("POST /v1/topups")
    def create(self, params: CreateTopup) -> Doc:
        """Bring money from the bank; it is there a little later. Fires: topup.created.

        Source: https://docs.stripe.com/api/topups/create
        """
        money.check_currency(params.currency)
        if self.stripe.account:
            raise errors.invalid("Top-ups are only available for platform accounts.")
        fields = params.given()
        fields["metadata"] = merged({}, params.metadata)
        due = self.at + int(WHILE.total_seconds())
        doc = self.new(**fields, expected_availability_date=due)
        self.mirror.after(WHILE, "topups.arrive", id=doc["id"])
        return self.view(self.save(doc, event="topup.created"))

    @route("GET /v1/topups/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a top-up."""
        return self.view(self.get(id))

    @route("GET /v1/topups")
    def index(self, params: ListTopups) -> Doc:
        """List top-ups."""
        where: Doc = {"status": params.status} if params.status else {}
        wanted = params.amount
        if wanted is None:
            return self.listed(params, **where)
        bounds = Created(gte=wanted, lte=wanted) if isinstance(wanted, int) else wanted
        return self.listed(params, keep=lambda doc: bounds.holds(doc["amount"]), **where)

    @route("POST /v1/topups/{id}")
    def update(self, id: str, params: UpdateTopup) -> Doc:
        """Change a top-up's description or metadata."""
        return self.view(self.save(self.patched(self.get(id), params.given())))

    @route("POST /v1/topups/{id}/cancel")
    def cancel(self, id: str) -> Doc:
        """Call a top-up back that hasn't arrived. Fires: topup.canceled.

        Source: https://docs.stripe.com/api/topups/cancel
        """
        doc = self.get(id)
        if doc["status"] != "pending":
            raise errors.invalid(
                f"You cannot cancel this top-up because it has a status of {doc['status']}. Only"
                " pending top-ups can be canceled."
            )
        self.mirror.cancel_timers("topups.arrive", id=id)
        return self.view(self.save({**doc, "status": "canceled"}, event="topup.canceled"))

    def arrive(self, id: str) -> None:
        """Let a top-up arrive. Called by its timer. Fires: topup.succeeded."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "pending":
            return
        booked = self.stripe.balance_transactions.book(
            type="topup",
            amount=doc["amount"],
            currency=doc["currency"],
            source=id,
            description=doc["description"],
            available_now=True,
        )
        doc = {**doc, "status": "succeeded", "balance_transaction": booked["id"]}
        self.save(doc, event="topup.succeeded")
