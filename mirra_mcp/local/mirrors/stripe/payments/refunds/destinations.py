"""Where a refund goes. Source: https://docs.stripe.com/api/refunds/object"""

from mirra_mcp.wire.model import Doc


def destination_of(kind: str, status: str) -> Doc:
    """Return `destination_details` of a new refund of one kind of payment method."""
    if kind != "card":
        return {kind: {"reference": None, "reference_status": None}, "type": kind}
    if status == "reversed":
        return {"card": {"type": "reversal"}, "type": "card"}
    details = {
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    return {"card": details, "type": "card"}
