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
        changed |= {"_wanted": [], "_paused": {}}
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
        more = requirements.unmet(doc, people)
        is_late = bool(more) and doc["_deadline"] <= self.at
        status = "inactive"
        if doc["_rejected"] or doc.get("_closed"):
            rejected = {"disabled_reason": doc["_rejected"] or "other"}
            doc["requirements"] = {**requirements.NOTHING_DUE, **rejected}
        elif wanted or is_late:
            wanted = sorted({*wanted, *more})
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
            due = requirements.soon(more, doc["_deadline"]) if more else requirements.NOTHING_DUE
            doc |= {"details_submitted": True, "requirements": due}
            status = "active"
        return self._enabled(doc, status, has_bank=has_bank, told=told)

    def wanted_of(self, doc: Doc, requirement: str | None, days: int) -> Doc:
        """Let Stripe want something more of an account until a day.

        Fires: account.updated; capability.updated when it is past due at once.
        """
        kind = "individual" if doc["business_type"] in (None, "individual") else "company"
        names = {*doc.get("_wanted", ()), requirement or f"{kind}.verification.document"}
        deadline = self.at + days * 24 * 3600
        if days:
            self.mirror.after(timedelta(days=days), "accounts.reckon", id=doc["id"])
        return self.weighed({**doc, "_wanted": sorted(names), "_deadline": deadline}, told=True)

    def reckon(self, id: str) -> None:
        """Look again at what is due: a deadline has come. Called by a timer.

        Fires: capability.updated, account.updated, if something is past due now.
        """
        doc = self.peek(id)
        if doc is not None and requirements.unmet(doc, self.stripe.persons.of(id)):
            self.weighed(doc, told=True)

    def reviewed(self, doc: Doc, capability: str, status: str) -> Doc:
        """Let Stripe set a capability after a review.

        Fires: capability.updated, account.updated.
        """
        paused = {**doc.get("_paused", {}), capability: status}
        if status == "active":
            del paused[capability]
        return self.weighed({**doc, "_paused": paused}, told=True)

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
        states = {**dict.fromkeys(doc["_asked"], status), **self._paused(doc, status)}
        doc["capabilities"] = {**before, **states}
        on = {name for name, each in doc["capabilities"].items() if each == "active"}
        doc["charges_enabled"] = any(name.endswith("_payments") for name in on)
        doc["payouts_enabled"] = "transfers" in on or doc["charges_enabled"]
        if told:
            for name in sorted(doc["_asked"]):
                if before.get(name) != states[name]:
                    self.stripe.capabilities.tell(doc, name)
        doc = self._told(doc) if told else self.save(doc)
        if doc["payouts_enabled"] and has_bank:
            with self.stripe.acting_for(doc["id"]):
                self.stripe.payouts.fall_due_later()
        return doc

    def _paused(self, doc: Doc, status: str) -> Doc:
        """Return the capabilities that a review holds back from what they would be."""
        paused = doc.get("_paused") or {}
        return {
            name: paused[name] for name in doc["_asked"] if name in paused and status == "active"
        }

    def _told(self, doc: Doc) -> Doc:
        with self.stripe.acting_for(None if doc["_own"] else doc["id"]):
            return self.save(doc, event="account.updated")
