"""What an intent asks the payer's browser to do, and at which page of the mirror.

Source: https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

PLACES = {
    "redirect_to_url": "url",
    "use_stripe_sdk": "stripe_js",
    "display_bank_transfer_instructions": "hosted_instructions_url",
}
"""Where the kinds of `next_action` have the address of a page."""


class ActingIntents(StripeResource):
    """Intents that may wait for what somebody does in a browser."""

    def action_for(self, intent: Doc, method: Doc) -> Doc:
        """Return what the payer is to do: pass 3D Secure, or go to the bank and come back."""
        token, back = self.mirror.ids.token(24), intent.get("_return_url")
        page = f"/3d_secure_2/hosted?merchant={self.whose}&intent={intent['id']}&source=src_{token}"
        if method["type"] != "card":
            page = f"/authorize/{self.whose}/{intent['id']}?nonce=pa_nonce_{token}"
        if back:
            return {"redirect_to_url": {"return_url": back, "url": page}} | {
                "type": "redirect_to_url"
            }
        return {
            "type": "use_stripe_sdk",
            "use_stripe_sdk": {
                "source": f"src_{token}",
                "stripe_js": page,
                "type": "three_d_secure_redirect",
            },
        }

    def page_of(self, doc: Doc) -> str | None:
        """Return the page that an intent waits for, without the mirror's origin."""
        action = doc["next_action"] or {}
        kind = action.get("type", "")
        place: Any = action.get(kind, {}).get(PLACES.get(kind))
        return None if place is None else str(place)

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of an intent."""
        shown = super().view(doc)
        action = shown["next_action"]
        if action is not None and (name := PLACES.get(action["type"])):
            kind = action["type"]
            led = {**action[kind], name: self.absolute(action[kind].get(name))}
            shown["next_action"] = {**action, kind: led}
        return shown
