"""What a refund takes back from connected accounts: transfers and application fees.

Source: https://docs.stripe.com/connect/charges#refund-creation
"""

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.local.mirrors.stripe.api.pricing import money
from mirra_mcp.local.mirrors.stripe.payments.refunds.params import CreateRefund
from mirra_mcp.wire.model import Doc


def check(charge: Doc, params: CreateRefund) -> None:
    """Refuse to give back a fee or a transfer that a charge doesn't have; nothing is written.

    Raises:
        VendorError: there is no application fee, or no transfer.
    """
    if params.refund_application_fee and not charge["application_fee"]:
        raise errors.invalid(
            f"Attempting to refund the application fee of charge {charge['id']}, which has none.",
            "refund_application_fee",
        )
    if params.reverse_transfer and not charge.get("transfer"):
        raise errors.invalid(
            f"Attempting to reverse the transfer of charge {charge['id']}, which has none.",
            "reverse_transfer",
        )


def fee_of(stripe: Peers, charge: Doc, amount: int) -> int:
    """Return what of a charge's application fee belongs to a refund."""
    return stripe.application_fees.share(charge["application_fee"], amount, charge["amount"])


def taken_back(stripe: Peers, charge: Doc, refund: Doc, fee: int, *, with_transfer: bool) -> Doc:
    """Reverse the transfer and give the fee back; return the refund's fields that tell of it.

    Fires: transfer.reversed, application_fee.refunded.
    """
    if not with_transfer:
        if fee:
            made = stripe.application_fees.give_back(charge["application_fee"], fee)
            if stripe.account is None:
                _credit(stripe, charge, fee, made["id"])
        return {}
    transfer = stripe.transfers.get(charge["transfer"])
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = min(left, money.part_of(transfer["amount"], refund["amount"], charge["amount"]))
    if not amount:
        return {}
    made = stripe.transfer_reversals.made(
        transfer, amount, with_fee=bool(fee), source_refund=refund["id"]
    )
    return {"transfer_reversal": made["id"]}


def _credit(stripe: Peers, charge: Doc, fee: int, source: str) -> None:
    transfer = stripe.transfers.get(charge["transfer"])
    with stripe.acting_for(transfer["destination"]):
        stripe.balance_transactions.book(
            type="application_fee_refund",
            amount=fee,
            currency=charge["currency"],
            source=source,
            available_now=True,
        )
