"""Bank transfers: payments that the payer sends to an account number.

Source: https://docs.stripe.com/payments/bank-transfers
"""

from mirra_mcp.wire.model import Doc

KINDS = {"usd": "us", "eur": "eu", "gbp": "gb", "jpy": "jp", "mxn": "mx"}


def instructions(intent: Doc, reference: str, account: str, remaining: int | None = None) -> Doc:
    """Return `next_action` for a transfer: how much is to be sent, and where."""
    currency = intent["currency"]
    address = {
        "account_number": "11119991111",
        "bank_name": "US Test Bank",
        "routing_number": "999999999",
    }
    shown: Doc = {
        "amount_remaining": intent["amount"] if remaining is None else remaining,
        "currency": currency,
        "hosted_instructions_url": f"/bank_transfers/{account}/{intent['id']}/{reference}",
        "reference": reference,
        "type": f"{KINDS.get(currency, 'us')}_bank_transfer",
    }
    if currency == "usd":
        shown["financial_addresses"] = [
            {"aba": address, "supported_networks": ["ach", "domestic_wire_us"], "type": "aba"}
        ]
    return {
        "display_bank_transfer_instructions": shown,
        "type": "display_bank_transfer_instructions",
    }
