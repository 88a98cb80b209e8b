"""Payment attempts, and the statements that list them.

Source: https://clerk.com/docs/guides/development/webhooks/billing#payment-attempts
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import day_of, stamp, unstamp
from mirra_mcp.local.mirrors.clerk.api.params import MaybePaged
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, page_of
from mirra_mcp.local.mirrors.clerk.billing.money import money
from mirra_mcp.wire.model import Doc


class BillingPaymentAttempts(ClerkResource):
    """What was charged, and whether it was paid."""

    entity, plural = "billing_payment_attempt", "billing_payment_attempts"
    object, prefix, title = "commerce_payment", "pa", "payment attempt"
    names = ()
    indexes = ("statement_id", "status", "payer_id")
    moves = {"pending": {"paid", "failed"}}
    statuses = ("pending", "paid", "failed")
    blank = {
        "object": "commerce_payment",
        "id": "",
        "payment_id": "",
        "instance_id": "",
        "charge_type": "checkout",
        "payer_id": "",
        "payment_method": None,
        "statement_id": "",
        "subscription_item_id": "",
        "gateway_external_id": "",
        "status": "pending",
        "subtotal": 0,
        "credits_applied": 0,
        "paid_at": None,
        "failed_at": None,
        "failed_reason": None,
        "created_at": None,
        "updated_at": None,
        "_credits_left": 0,
    }

    def charge(self, item: Doc, cents: int, kind: str) -> bool:
        """Charge a payer's card, after its credits: whether it was paid.

        Fires: paymentAttempt.created, paymentAttempt.updated
        """
        payers = self.mirror.billing_payers
        payer = payers.get(item["payer_id"])
        applied = min(cents, payer["credits"] or 0)
        refused = payers.refusal_of(payer) if cents > applied else None
        doc = self.new(
            payment_id=f"cpa_3{self.mirror.ids.token(26)}",
            instance_id=self.mirror.identity.id,
            charge_type=kind,
            payer_id=payer["id"],
            payment_method=payer["payment_method"],
            statement_id=self.mirror.billing_statements.open_of(payer)["id"],
            subscription_item_id=item["id"],
            gateway_external_id=f"pi_1{self.mirror.ids.token(23)}",
            subtotal=cents,
            credits_applied=applied,
            _credits_left=(payer["credits"] or 0) - applied,
        )
        self.save(doc, event="paymentAttempt.created")
        now = stamp(self.now)
        if refused is not None:
            fields: Doc = {"failed_at": now, "failed_reason": refused}
        else:
            fields = {"paid_at": now}
            if applied:
                payers.spend(payer, applied)
        status = "paid" if refused is None else "failed"
        self.move(self.touch(doc, **fields), status, event="paymentAttempt.updated")
        return refused is None

    def due(self, doc: Doc) -> int:
        """Return what a card is charged, in cents."""
        return int(doc["subtotal"] - doc["credits_applied"])

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of an attempt.

        Source: https://github.com/clerk/openapi-specs (BillingPaymentAttempt)
        """
        shown = super().view(doc)
        for name in ("subtotal", "credits_applied", "failed_reason"):
            del shown[name]
        item = self.mirror.billing_subscription_items.peek(doc["subscription_item_id"])
        payer = self.mirror.billing_payers.get(doc["payer_id"])
        method = doc["payment_method"]
        payee = self._payee()
        return shown | {
            "payee_id": payee["id"],
            "payee": payee,
            "payer": self.mirror.billing_payers.view(payer),
            "amount": money(self.due(doc)),
            "payment_method_id": method["id"],
            "gateway_external_url": None,
            "subscription_item": item and self.mirror.billing_subscription_items.view(item),
            "totals": self._totals(doc),
        }

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook.

        Source: https://github.com/clerk/openapi-specs (webhooks, PaymentAttemptEventPayload)
        """
        names = ("id", "instance_id", "payment_id", "statement_id", "gateway_external_id",
                 "status", "created_at", "updated_at", "paid_at", "failed_at", "failed_reason",
                 "charge_type")  # fmt: skip
        payer = self.mirror.billing_payers.get(doc["payer_id"])
        item = self.mirror.billing_subscription_items.get(doc["subscription_item_id"])
        method = doc["payment_method"]
        of_method = ("id", "gateway", "gateway_external_id", "gateway_external_account_id",
                     "status", "card_type", "last4")  # fmt: skip
        totals = self._totals(doc)
        return {name: doc[name] for name in names} | {
            "invoice_id": "",
            "billing_date": doc["created_at"],
            "payee": self._payee(),
            "payer": self.mirror.billing_payers.told_of(payer),
            "totals": {name: totals[name] for name in ("subtotal", "tax_total", "grand_total")},
            "payment_source": {name: method[name] for name in of_method}
            | {"payment_method": method["payment_type"]},
            "subscription_items": [self.mirror.billing_subscription_items.told_of(item)],
        }

    def _totals(self, doc: Doc) -> Doc:
        subtotal = money(doc["subtotal"])
        totals: Doc = {
            "subtotal": subtotal,
            "base_fee": subtotal,
            "tax_total": money(0),
            "grand_total": money(self.due(doc)),
        }
        if doc["credits_applied"]:
            applied = money(doc["credits_applied"])
            left = {"remaining_balance": money(doc["_credits_left"]), "applied_amount": applied}
            totals["credits"] = {"proration": None, "payer": left, "total": applied}
        return totals

    def _payee(self) -> Doc:
        tail = self.mirror.identity.id.removeprefix("ins_")
        return {
            "id": f"cpayee_{tail}",
            "gateway_type": "stripe",
            "gateway_external_id": f"acct_{tail[:16]}",
            "gateway_status": "active",
        }


class BillingStatements(ClerkResource):
    """The payments of a payer in a month."""

    entity, plural = "billing_statement", "billing_statements"
    object, prefix, title = "commerce_statement", "stmt", "statement"
    names = ()
    indexes = ("payer_id",)
    blank = {
        "object": "commerce_statement",
        "id": "",
        "instance_id": "",
        "timestamp": 0,
        "payer_id": "",
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such statement: `CommerceStatementNotFound`.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json)
        """
        told = f"No statement found with id {id}."
        return errors.refusal(404, "commerce_statement_not_found", "Statement not found", told)

    @route("GET /v1/billing/statements")
    def list(self, params: MaybePaged) -> Doc:
        """List statements, newest first.

        Source: https://clerk.com/docs/reference/backend-api (List all billing statements)
        """
        return page_of(self.find(), params, self.view)

    @route("GET /v1/billing/statements/{statementID}")
    def retrieve(self, statementID: str) -> Doc:
        """Return a statement.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a billing statement)
        """
        return self.view(self.get(statementID))

    @route("GET /v1/billing/statements/{statementID}/payment_attempts")
    def attempts(self, statementID: str, params: MaybePaged) -> Doc:
        """List the payment attempts of a statement, newest first.

        Source: https://clerk.com/docs/reference/backend-api (List payment attempts for a billing
            statement)
        """
        attempts = self.mirror.billing_payment_attempts
        found = attempts.find(statement_id=self.get(statementID)["id"])
        return page_of(found, params, attempts.view)

    def open_of(self, payer: Doc) -> Doc:
        """Return the statement of this month, begun by its first payment."""
        found = self.first(payer_id=payer["id"])
        if found is not None and self._is_open(found):
            return found
        now, instance = stamp(self.now), self.mirror.identity.id
        return self.save(self.new(payer_id=payer["id"], timestamp=now, instance_id=instance))

    def view(self, doc: Doc) -> Doc:
        """Return a statement with its payments, day by day.

        Source: https://github.com/clerk/openapi-specs (BillingStatement)
        """
        attempts = self.mirror.billing_payment_attempts
        found = attempts.find(statement_id=doc["id"], newest_first=False)
        paid = [each for each in found if each["status"] == "paid"]
        groups: dict[int, Doc] = {}
        for each in found:
            group = {"object": "commerce_statement_group", "timestamp": each["created_at"]}
            group["items"] = []
            groups.setdefault(day_of(each["created_at"]), group)["items"].append(
                attempts.view(each)
            )
        subtotal = money(sum(each["subtotal"] for each in paid))
        payer = self.mirror.billing_payers.get(doc["payer_id"])
        return {
            "object": "commerce_statement",
            "id": doc["id"],
            "instance_id": doc["instance_id"],
            "timestamp": doc["timestamp"],
            "payer": self.mirror.billing_payers.view(payer),
            "status": "open" if self._is_open(doc) else "closed",
            "totals": {
                "grand_total": money(sum(map(attempts.due, paid))),
                "subtotal": subtotal,
                "base_fee": subtotal,
                "tax_total": money(0),
            },
            "groups": [*groups.values()],
        }

    def _is_open(self, doc: Doc) -> bool:
        begun = unstamp(doc["timestamp"])
        return (begun.year, begun.month) == (self.now.year, self.now.month)
