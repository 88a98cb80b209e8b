"""Bank transfers: payments that the payer sends to an account number.

Source: https://docs.stripe.com/payments/bank-transfers
"""

from mirra_mcp.local.mirrors.stripe.api.pricing.transfers import COUNTRIES, KINDS, addresses
from mirra_mcp.wire.model import Doc


def instructions(intent: Doc, reference: str, account: str, remaining: int | None = None) -> Doc:
    """Return `next_action` for a transfer: how much is to be sent, and where."""
    currency = intent["currency"]
    shown: Doc = {
        "amount_remaining": intent["amount"] if remaining is None else remaining,
        "currency": currency,
        "hosted_instructions_url": f"/bank_transfers/{account}/{intent['id']}/{reference}",
        "reference": reference,
        "type": f"{KINDS.get(currency, 'us')}_bank_transfer",
    }
    if currency in KINDS:
        owner = intent["customer"] or intent["id"]
        shown["financial_addresses"] = addresses(currency, COUNTRIES[currency], owner)
    return {
        "display_bank_transfer_instructions": shown,
        "type": "display_bank_transfer_instructions",
    }
