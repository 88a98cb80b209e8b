"""The address of a payment link: each visit opens a Checkout session of its own.

Source: https://docs.stripe.com/payment-links/create and
https://docs.stripe.com/payment-links/customize
"""

import re
from contextlib import suppress

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.pages import answers as pages
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.stripe.api.refusals import FOLDER
from mirra_mcp.local.mirrors.stripe.checkout.hosted.forms import as_email
from mirra_mcp.local.mirrors.stripe.checkout.payment_links import INACTIVE, PaymentLinks

REFERENCE = re.compile(r"[A-Za-z0-9_-]{1,200}")


class HostedLinks(PaymentLinks):
    """The links of the account, with the addresses that customers open."""

    @route("GET /b/{account}/{code}")
    def open(self, account: str, code: str, call: Call) -> Answer:
        """Open the session of one visitor, and lead there. Fires: what inline prices fire."""
        with self.as_account(account):
            link = self.first(url=call.path)
            if link is None:
                raise self.missing(code)
            if not link["active"]:
                lines = [link["inactive_message"] or INACTIVE]
                title = "This link is no longer active"
                return pages.shown(
                    FOLDER, "kit/notice.html", title=title, lines=lines, mark="plain", link=None
                )
            session = self.visit(link, **self._prefilled(call.query))
            sessions = self.stripe.checkout_sessions
            if typed := call.query.get("prefilled_promo_code", "").strip():
                with suppress(VendorError):  # as at Stripe, one that doesn't hold is left out
                    session = sessions.add_code(session, typed)
            url = str(sessions.view(session)["url"])
            if email := as_email(call.query.get("prefilled_email", "")):
                url = pages.with_query(url, prefilled_email=email)
            return pages.led_to(url)

    def thanks(self, id: str) -> str | None:
        """Return what a customer who paid reads. Source: https://docs.stripe.com/payment-links/post-payment"""
        after = self.get(id)["after_completion"]
        said = (after.get("hosted_confirmation") or {}).get("custom_message")
        return None if said is None else str(said)

    def redirect_of(self, id: str) -> str | None:
        """Return where a customer who paid is sent, if not to a confirmation."""
        after = self.get(id)["after_completion"]
        return (after.get("redirect") or {}).get("url") if after["type"] == "redirect" else None

    def _prefilled(self, query: dict[str, str]) -> dict[str, str]:
        """Return what the query fills in. Source: https://docs.stripe.com/payment-links/customize"""
        found = {}
        if email := as_email(query.get("locked_prefilled_email", "")):
            found["customer_email"] = email
        reference = query.get("client_reference_id", "")
        if REFERENCE.fullmatch(reference):
            found["client_reference_id"] = reference
        return found
