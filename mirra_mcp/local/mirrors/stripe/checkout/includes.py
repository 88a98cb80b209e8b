"""Fields of Checkout sessions and payment links that are there only when `expand` asks for them.

Source: https://docs.stripe.com/api/expanding_objects
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.peers import Peers
from mirra_mcp.wire.model import Doc

Value = Any


def session_lines(stripe: Peers, doc: Doc) -> Value:
    """Return the lines of a Checkout session."""
    return stripe.checkout_sessions.line_items(doc["id"], ListParams())


def link_lines(stripe: Peers, doc: Doc) -> Value:
    """Return the lines of a payment link."""
    return stripe.payment_links.line_items(doc["id"], ListParams())
