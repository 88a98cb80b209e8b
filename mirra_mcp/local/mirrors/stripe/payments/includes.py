"""What of charges is there only when `expand` asks for it.

Source: https://docs.stripe.com/api/charges/object
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.wire.model import Doc


def charge_refunds(stripe: Peers, doc: Doc) -> Any:
    """Return the refunds of a charge."""
    return stripe.refunds.index_of_charge(doc["id"], ListParams())
