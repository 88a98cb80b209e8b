"""What of charges is there only when `expand` asks for it.

Source: https://docs.stripe.com/api/charges/object
"""

from typing import TYPE_CHECKING, Any

from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.stripe.mirror import Stripe


def charge_refunds(stripe: "Stripe", doc: Doc) -> Any:
    """Return the refunds of a charge."""
    return stripe.refunds.index_of_charge(doc["id"], ListParams())
