"""What an account may do, by all that is known of it, and how it comes to be able to do more.

Source: https://docs.stripe.com/connect/handling-api-verification
"""

from copy import deepcopy
from datetime import timedelta
from typing import Any

from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.accounts import requirements
from mirra_mcp.local.mirrors.stripe.connect.accounts.layout import CURRENCIES
from mirra_mcp.wire.model import Doc

WHILE = timedelta(seconds=2)
"""How long Stripe takes to verify what it was told."""


class Weighed(StripeResource):
    """Accounts as Stripe judges them."""

    ASKED_OF_EXPRESS = ("card_payments", "transfers")
    """What Express accounts are asked for when the platform says nothing."""

    def lay_out(self, id: str = "", **fields: Any) -> Doc:
        """Make an account's document; it isn't saved yet.

        Source: https://docs.stripe.com/api/accounts/object (settings.payouts)
        """
        doc = deepcopy(self.new(id=id, **fields))
        collects = doc["controller"].get("requirement_collection")
        doc["settings"]["payouts"]["debit_negative_balances"] = collects != "application"
        return doc

    def onboard(self, doc: Doc) -> Doc:
        """Let an account have given all that Stripe wants.

        Fires: capability.updated, account.updated.
        """
        asked = doc["_asked"] or list(self.ASKED_OF_EXPRESS)
        if not doc["_own"] and not self.stripe.external_accounts.of(doc["id"]):
            self.stripe.external_accounts.add_usual(doc)
        changed = {**doc, "details_submitted": True, "_asked": asked, "_verified": True}
        return self.weighed(changed, told=True)

    def opened_by_owner(self, given: Doc) -> Doc:
        """Open an account that governs itself; the platform doesn't reach it yet.

        Source: https://docs.stripe.com/api/accounts/object#account_object-controller-type
        """
        country = str(given.pop("country", "US")).upper()
        doc = self.lay_out(
            controller={"type": "account"},
            country=country,
            default_currency=CURRENCIES.get(country, "eur"),
            details_submitted=True,
            _asked=list(self.ASKED_OF_EXPRESS),
            _disconnected=True,
            _verified=True,
        )
        self.save(doc)
        self.stripe.external_accounts.add_usual(doc)
        profile = {**doc["business_profile"], **given.pop("business_profile", {})}
        return self.weighed({**doc, **given, "business_profile": profile}, told=False)

    def weighed(self, doc: Doc, *, told: bool) -> Doc:
        """Save an account with what is due, and what it may do, by all that is known of it.

        Fires: capability.updated, account.updated (if told).
        """
        if doc["_own"]:
            return self._told(doc) if told else self.save(doc)
        people = self.stripe.persons.of(doc["id"])
        has_bank = bool(self.stripe.external_accounts.of(doc["id"]))
        wanted = [] if doc["_verified"] else requirements.missing(doc, people, has_bank=has_bank)
        faults = [] if doc["_verified"] else requirements.judged(doc, people)
        doc = dict(doc)
        status = "inactive"
        if doc["_rejected"] or doc.get("_closed"):
            rejected = {"disabled_reason": doc["_rejected"] or "other"}
            doc["requirements"] = {**requirements.NOTHING_DUE, **rejected}
        elif wanted:
            doc["requirements"] = requirements.due(wanted, reason="requirements.past_due")
        elif not doc["_verified"] and not requirements.is_known(doc, people):
            doc |= {"details_submitted": True}
            doc["requirements"] = requirements.pending(doc, people)
            status = "pending"
            self.mirror.cancel_timers("accounts.verify", id=doc["id"])
            self.mirror.after(WHILE, "accounts.verify", id=doc["id"])
        elif faults:
            doc |= {"details_submitted": True}
            doc["requirements"] = self._failed(faults)
        else:
            doc |= {"details_submitted": True, "requirements": requirements.NOTHING_DUE}
            status = "active"
        return self._enabled(doc, status, has_bank=has_bank, told=told)

    def verify(self, id: str) -> None:
        """Tell what became of a verification. Fires: capability.updated, account.updated."""
        doc = self.peek(id)
        if (
            doc is None
            or doc["_rejected"]
            or doc.get("_closed")
            or doc["requirements"]["currently_due"]
        ):
            return
        people = self.stripe.persons.of(id)
        has_bank = bool(self.stripe.external_accounts.of(id))
        faults = requirements.judged(doc, people)
        if faults:
            doc = {**doc, "requirements": self._failed(faults)}
            self._enabled(doc, "inactive", has_bank=has_bank, told=True)
        else:
            self.stripe.persons.verified(people)
            known = requirements.told(doc, people)
            doc = {**doc, "requirements": requirements.NOTHING_DUE, "_known": known}
            self._enabled(doc, "active", has_bank=has_bank, told=True)

    def _failed(self, faults: list[Doc]) -> Doc:
        names = sorted({each["requirement"] for each in faults})
        return requirements.due(names, reason="requirements.past_due", errors=faults)

    def _enabled(self, doc: Doc, status: str, *, has_bank: bool, told: bool) -> Doc:
        before = doc["capabilities"]
        doc["capabilities"] = {**before, **dict.fromkeys(doc["_asked"], status)}
        on = {name for name, each in doc["capabilities"].items() if each == "active"}
        doc["charges_enabled"] = any(name.endswith("_payments") for name in on)
        doc["payouts_enabled"] = "transfers" in on or doc["charges_enabled"]
        if told:
            for name in sorted(doc["_asked"]):
                if before.get(name) != status:
                    self.stripe.capabilities.tell(doc, name)
        return self._told(doc) if told else self.save(doc)

    def _told(self, doc: Doc) -> Doc:
        with self.stripe.acting_for(None if doc["_own"] else doc["id"]):
            return self.save(doc, event="account.updated")
