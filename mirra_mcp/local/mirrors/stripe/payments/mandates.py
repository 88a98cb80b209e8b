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
            if kind == "sepa_debit":
                details[kind] = {"reference": self.mirror.ids.token(16).upper(), "url": ""}
            elif kind == "us_bank_account":
                details[kind] = {"collection_method": "paper"}
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
