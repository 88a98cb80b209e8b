"""What an intent asks the payer's browser to do, and at which page of the mirror.

Source: https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.payments.banks import microdeposits
from mirra_mcp.wire.model import Doc

PLACES = {
    "alipay_handle_redirect": "url",
    "boleto_display_details": "hosted_voucher_url",
    "cashapp_handle_redirect_or_display_qr_code": "hosted_instructions_url",
    "display_bank_transfer_instructions": "hosted_instructions_url",
    "konbini_display_details": "hosted_voucher_url",
    "multibanco_display_details": "hosted_voucher_url",
    "oxxo_display_details": "hosted_voucher_url",
    "redirect_to_url": "url",
    "use_stripe_sdk": "stripe_js",
    "verify_with_microdeposits": "hosted_verification_url",
    "wechat_pay_display_qr_code": "hosted_instructions_url",
}
"""Where the kinds of `next_action` have the address of a page."""
CODES = ("alipay", "cashapp", "wechat_pay")
"""Types whose `next_action` isn't `redirect_to_url`."""
WHILE = 3600
"""How long a code can be scanned, in seconds."""


def _own(kind: str, page: str, back: str | None, at: int) -> Doc:
    """Return the `next_action` that a type has for itself.

    Source: https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action
    """
    if kind == "alipay":
        shown: Doc = {"native_data": None, "native_url": None, "return_url": back, "url": page}
        return {"alipay_handle_redirect": shown, "type": "alipay_handle_redirect"}
    if kind == "cashapp":
        name = "cashapp_handle_redirect_or_display_qr_code"
        code = {"expires_at": at + WHILE, "image_url_png": page, "image_url_svg": page}
        shown = {"hosted_instructions_url": page, "mobile_auth_url": page, "qr_code": code}
        return {name: shown, "type": name}
    name = "wechat_pay_display_qr_code"
    images = dict.fromkeys(("image_data_url", "image_url_png", "image_url_svg"), page)
    return {name: {"data": page, "hosted_instructions_url": page, **images}, "type": name}


class ActingIntents(StripeResource):
    """Intents that may wait for what somebody does in a browser."""

    def action_for(self, intent: Doc, method: Doc) -> Doc:
        """Return what the payer is to do: pass 3D Secure, or go to the bank and come back."""
        token, back = self.mirror.ids.token(24), intent.get("_return_url")
        page = f"/3d_secure_2/hosted?merchant={self.whose}&intent={intent['id']}&source=src_{token}"
        kind = method["type"]
        if kind in microdeposits.VERIFIED_BY:
            page = f"/microdeposits/{self.whose}/{intent['id']}/{token}"
            return microdeposits.action(method, page, self.at)
        if kind != "card":
            page = f"/authorize/{self.whose}/{intent['id']}?nonce=pa_nonce_{token}"
        if kind in CODES:
            return _own(kind, page, back, self.at)
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
            led = {
                each: self.absolute(value) if isinstance(value, str) else value
                for each, value in {name: None, **action[kind]}.items()
            }
            shown["next_action"] = {**action, kind: led}
        return shown
