"""Bank accounts that are set up, verified by microdeposits.

Source: https://docs.stripe.com/api/setup_intents/verify_microdeposits
"""

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.payments.banks import microdeposits
from mirra_mcp.local.mirrors.stripe.payments.banks.microdeposits import VerifyMicrodeposits
from mirra_mcp.local.mirrors.stripe.payments.setup_intents.resource import SetupIntents
from mirra_mcp.wire.model import Doc


class VerifiedSetups(SetupIntents):
    """The setup intents of the account, with those that wait for a bank statement."""

    @route("POST /v1/setup_intents/{id}/verify_microdeposits")
    def verify_microdeposits(self, id: str, params: VerifyMicrodeposits) -> Doc | Answer:
        """Verify the bank account that is set up.

        Fires: payment_method.attached and setup_intent.succeeded, or setup_intent.setup_failed.

        Raises:
            VendorError: no microdeposits are awaited, or the answer is wrong.
        """
        doc = self._with_secret(id, params.client_secret)
        if (doc["next_action"] or {}).get("type") != microdeposits.ACTION:
            raise self._unexpected(
                doc,
                "You cannot verify microdeposits of this SetupIntent because it has a status of"
                f" {doc['status']}. Only a SetupIntent with the status requires_action and a next"
                " action of verify_with_microdeposits may be verified.",
            )
        method = self.stripe.payment_methods.get(doc["payment_method"])
        found = microdeposits.answered(params.amounts, params.descriptor_code)
        if found == "verified":
            method = self.stripe.payment_methods.save({**method, "_verified": True})
            self.tell_owner(self._succeeded(doc, method, authenticated=False))
            return self.view(self.get(id))
        tries = doc.get("_tries", 0) + 1
        kind = doc["next_action"][microdeposits.ACTION]["microdeposit_type"]
        ended = {"exceeded": "verification_attempts_exceeded", "timeout": "verification_timeout"}
        if tries >= microdeposits.MOST[kind]:
            found = "exceeded"
        if found not in ended:
            self.save({**doc, "_tries": tries})
        else:
            found = ended[found]
            error = microdeposits.refusal(found).body["error"]
            self.tell_owner(self._failed({**doc, "_tries": 0}, method, error))
        refusal = microdeposits.refusal(found)
        return Answer(refusal.status, refusal.body)
