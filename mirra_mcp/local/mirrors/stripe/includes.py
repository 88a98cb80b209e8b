"""Fields that a document has only when `expand` asks for them."""

from collections.abc import Callable
from typing import Any

from mirra_mcp.local.mirrors.stripe.billing.includes import BILLING
from mirra_mcp.local.mirrors.stripe.catalogue.includes import CATALOGUE
from mirra_mcp.local.mirrors.stripe.payments.includes import charge_refunds
from mirra_mcp.wire.model import Doc

INCLUDES: dict[tuple[str, str], Callable[[Any, Doc], Any]] = {
    **CATALOGUE,
    **BILLING,
    ("charge", "refunds"): charge_refunds,
}
"""By object and field: how to make the field's value from the mirror and the document."""
