"""Capabilities: what a connected account may do, once Stripe knows enough.

Source: https://docs.stripe.com/api/capabilities and
https://docs.stripe.com/connect/account-capabilities
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.endpoints import parameters
from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.accounts import requirements
from mirra_mcp.local.mirrors.stripe.connect.accounts.params import UpdateCapability
from mirra_mcp.wire.model import Doc

REASONS = {
    "other": "other",
    "requirements.past_due": "requirements.fields_needed",
    "requirements.pending_verification": "pending.review",
}
"""Why a capability is off, by why its account is; else it was rejected.

Source: https://docs.stripe.com/api/capabilities/object (requirements.disabled_reason)
"""


class Capabilities(StripeResource):
    """The capabilities of accounts, which keep them."""

    entity, plural = "capability", "capabilities"
    object = "capability"
    keeps = False

    @route("GET /v1/accounts/{account}/capabilities")
    def index(self, account: str, params: StripeParams) -> Doc:
        """List what was requested for an account."""
        doc = self.stripe.accounts.get(account)
        return {
            "object": "list",
            "data": [self.told_of(doc, name) for name in sorted(doc["capabilities"])],
            "has_more": False,
            "url": f"/v1/accounts/{account}/capabilities",
        }

    @route("GET /v1/accounts/{account}/capabilities/{id}")
    def retrieve(self, account: str, id: str) -> Doc:
        """Return one capability, requested or not."""
        doc = self.stripe.accounts.get(account)
        self._check(id)
        return self.told_of(doc, id)

    @route("POST /v1/accounts/{account}/capabilities/{id}")
    def update(self, account: str, id: str, params: UpdateCapability) -> Doc:
        """Request a capability, or take the request back.

        Fires: capability.updated, account.updated.
        """
        doc = self.stripe.accounts.get(account)
        asked = self.asked(doc, {id: params.requested})
        return self.told_of(self.stripe.accounts.weighed({**doc, "_asked": asked}, told=True), id)

    def asked(self, account: Doc, changes: dict[str, bool]) -> list[str]:
        """Return what is requested of an account after a change.

        Raises:
            VendorError: there is no such capability.
        """
        found = dict.fromkeys(account["_asked"])
        for name, wanted in changes.items():
            self._check(name)
            found.pop(name, None)
            if wanted:
                found[name] = None
            else:
                account["capabilities"] = {
                    each: state for each, state in account["capabilities"].items() if each != name
                }
        return list(found)

    def told_of(self, account: Doc, name: str) -> Doc:
        """Return a capability as the API shows it."""
        requested = name in account["capabilities"]
        nothing = requirements.NOTHING_DUE
        return {
            "id": name,
            "object": self.object,
            "account": account["id"],
            "future_requirements": nothing,
            "requested": requested,
            "requested_at": account["created"] if requested else None,
            "requirements": _of_capability(account["requirements"]) if requested else nothing,
            "status": account["capabilities"].get(name, "unrequested"),
        }

    def tell(self, account: Doc, name: str) -> None:
        """Say what a capability has become. Fires: capability.updated, as the account's event."""
        with self.stripe.acting_for(account["id"]):
            self.mirror.emit("capability.updated", {"object": self.told_of(account, name)})

    def _check(self, name: str) -> None:
        known = parameters.inside("POST /v1/accounts", "capabilities")
        if name not in known:
            raise errors.missing("capability", name, "capability")


def _of_capability(due: Doc) -> Doc:
    reason = due["disabled_reason"]
    return {**due, "disabled_reason": REASONS.get(reason, "rejected.other") if reason else None}
