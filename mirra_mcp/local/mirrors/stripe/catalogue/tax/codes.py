"""Tax codes: kinds of goods and services. Source: https://docs.stripe.com/api/tax_codes"""

import re
from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams
from mirra_mcp.local.mirrors.stripe.api.lists.pages import page_of
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.catalogue.tax.jurisdictions import CODES
from mirra_mcp.wire.model import Doc

CODE = re.compile(r"txcd_\d{8}")


class TaxCodes(StripeResource):
    """The codes of the mirror's table; nobody makes or changes any."""

    entity, plural = "tax_code", "tax_codes"
    object, prefix, path = "tax_code", "txcd", "/v1/tax_codes"
    title = "tax code"
    keeps = False

    def peek(self, id: str) -> Doc | None:
        """Return a code of the table."""
        if id not in CODES:
            return None
        name, description = CODES[id]
        told: dict[str, Any] = {"description": description, "name": name, "requirements": None}
        return {"id": id, "object": "tax_code", **told}

    def check(self, code: str | None, param: str) -> None:
        """Refuse what is no tax code; those of Stripe that the table lacks pass.

        Raises:
            VendorError: `resource_missing`.
        """
        if code and not CODE.fullmatch(code):
            raise errors.missing(self.title, code, param, status=400)

    @route("GET /v1/tax_codes/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a code."""
        found = self.peek(id)
        if found is None:
            raise self.missing(id)
        return found

    @route("GET /v1/tax_codes")
    def index(self, params: ListParams) -> Doc:
        """List the codes."""
        rows = [found for code in CODES if (found := self.peek(code))]
        return page_of(rows, params, self.path, self.title)
