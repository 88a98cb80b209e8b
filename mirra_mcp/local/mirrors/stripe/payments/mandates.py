"""Mandates: the payer's leave to debit a bank account.

Source: https://docs.stripe.com/api/mandates
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc


class Mandates(StripeResource):
    """Leaves to debit."""

    entity, plural = "mandate", "mandates"
    object, prefix, path = "mandate", "mandate", "/v1/mandates"
    indexes = ("payment_method",)
    blank: ClassVar[Doc] = {
        "customer_acceptance": None,
        "livemode": False,
        "multi_use": {},
        "payment_method": None,
        "payment_method_details": None,
        "status": "active",
        "type": "multi_use",
    }

    @route("GET /v1/mandates/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a mandate."""
        return self.view(self.get(id))

    def agreed(self, method: Doc, data: Doc | None = None) -> str:
        """Return the id of the mandate for a bank account, made when it is first used."""
        found = self.first(payment_method=method["id"])
        if found is None:
            kind = method["type"]
            details: Doc = {"type": kind, kind: {}}
            details[kind] = self._details(kind)
            given = (data or {}).get("customer_acceptance") or {"type": "online"}
            accepted: Doc = {"accepted_at": int(given.get("accepted_at") or self.at)}
            accepted |= {"type": given["type"], given["type"]: given.get(given["type"]) or {}}
            if given["type"] == "online" and not accepted["online"]:
                accepted["online"] = {"ip_address": "127.0.0.1", "user_agent": "device"}
            found = self.save(
                self.new(
                    customer_acceptance=accepted,
                    payment_method=method["id"],
                    payment_method_details=details,
                )
            )
        return str(found["id"])

    def end(self, method: Doc) -> None:
        """Let the bank withdraw the leave to debit an account, which can't be used any more.

        Fires: mandate.updated.
        Source: https://docs.stripe.com/payments/payment-methods/bacs-debit#mandates
        """
        found = self.first(payment_method=method["id"])
        if found is not None and found["status"] == "active":
            self.save(found | {"status": "inactive"}, event="mandate.updated")
        self.stripe.payment_methods.save({**method, "_spent": True})

    def _details(self, kind: str) -> Doc:
        """Return what the mandate of one kind of account tells."""
        reference = self.mirror.ids.token(16).upper()
        shapes: dict[str, Doc] = {
            "acss_debit": {
                "interval_description": None,
                "payment_schedule": "sporadic",
                "transaction_type": "personal",
            },
            "au_becs_debit": {"url": ""},
            "bacs_debit": {
                "display_name": None,
                "network_status": "accepted",
                "reference": reference,
                "revocation_reason": None,
                "service_user_number": None,
                "url": "",
            },
            "sepa_debit": {"reference": reference, "url": ""},
            "us_bank_account": {"collection_method": "paper"},
        }
        return shapes.get(kind, {})
