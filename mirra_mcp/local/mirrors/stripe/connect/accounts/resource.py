"""Accounts: the session's own, and connected ones of every kind.

Source: https://docs.stripe.com/api/accounts
"""

from copy import deepcopy
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.access import OWN_ACCOUNT
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, StripeParams
from mirra_mcp.local.mirrors.stripe.connect.accounts import requirements
from mirra_mcp.local.mirrors.stripe.connect.accounts.layout import (
    ADDRESS,
    COMPANY,
    CONTROLLERS,
    CURRENCIES,
    SETTINGS,
    controller,
)
from mirra_mcp.local.mirrors.stripe.connect.accounts.params import (
    CreateAccount,
    RejectAccount,
    SaveAccount,
)
from mirra_mcp.local.mirrors.stripe.connect.accounts.weighing import Weighed
from mirra_mcp.wire.model import Doc

HIDDEN = ("company", "individual")
LINKED = ("business_type", "company", "individual")
"""What Stripe asks the owner about: once it does, the platform may not change it."""
TOKENIZED = (*LINKED, "tos_acceptance")
"""What an account token tells."""
NAMED: dict[tuple[str, Any], str] = {
    ("", "on_behalf_of"): "on_behalf_of",
    ("transfer_data", "destination"): "destination",
}
"""Parameters that name an account, by what holds them, and how refusals call it."""
REJECTED = {
    "credit": "rejected.other",
    "fraud_no_intent_to_fulfill": "rejected.fraud",
    "fraud_other": "rejected.fraud",
    "fraud_payment_method_casher": "rejected.fraud",
    "fraud_payment_method_tester": "rejected.fraud",
}
"""What becomes of the newer reasons, which say more than `disabled_reason` does."""


class Accounts(Weighed):
    """Connected accounts; they belong to the platform, whoever the call acts for."""

    entity, plural = "account", "accounts"
    synonyms = ("connected account", "seller")
    object, prefix, path, id_length = "account", "acct", "/v1/accounts", 16
    indexes = ("_own",)
    blank: ClassVar[Doc] = {
        "business_profile": {
            "annual_revenue": None,
            "estimated_worker_count": None,
            "mcc": None,
            "name": None,
            "product_description": None,
            "support_address": None,
            "support_email": None,
            "support_phone": None,
            "support_url": None,
            "url": None,
        },
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "company": None,
        "controller": None,
        "country": "US",
        "created": None,
        "default_currency": "usd",
        "details_submitted": False,
        "email": None,
        "external_accounts": None,
        "future_requirements": requirements.NOTHING_DUE,
        "metadata": {},
        "payouts_enabled": False,
        "requirements": requirements.NOTHING_DUE,
        "settings": SETTINGS,
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
        "_asked": [],
        "_disconnected": False,
        "_linked": False,
        "_own": False,
        "_rejected": None,
        "_scope": "read_write",
        "_tax_id": None,
        "_verified": False,
    }

    @property
    def kind(self) -> str:
        """Accounts are the platform's."""
        return self.plural

    def missing(self, id: str) -> VendorError:
        """Say that the key reaches no such account, with 403."""
        return errors.no_access("sk_test_mirra000000000000000000", id)

    def view(self, doc: Doc) -> Doc:
        """Show an account with its banks, and the person that an individual's is.

        Once Stripe asks an account's owner itself, it no longer shows the answers.

        Source: https://docs.stripe.com/api/accounts/object
        """
        shown = super().view(doc)
        shown["external_accounts"] = self.stripe.external_accounts.list_of(doc["id"])
        person = self.stripe.persons.individual(doc["id"])
        if person is not None:
            shown["individual"] = self.stripe.persons.view(person)
        if doc["_linked"] or doc["company"] is None:
            for name in HIDDEN if doc["_linked"] else ("company",):
                shown.pop(name, None)
        return shown

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Write an account, and tell of it in the v2 API's way, too."""
        listened = not doc["_own"] and self.stripe.tells_accounts()
        before = self.peek(doc["id"]) if listened else None
        saved = super().save(doc, event=event, **event_data)
        if listened:
            self.stripe.core_accounts.tell(before, saved)
        return saved

    def own(self) -> Doc:
        """Return the session's own account."""
        return self.get(OWN_ACCOUNT)

    def named_account(self, id: str) -> Doc:
        """Return the connected account that a parameter names.

        Raises:
            VendorError: `resource_missing`, with 400.
        """
        doc = self.reached(id)
        if doc is None or doc["_own"]:
            raise errors.missing("account", id, "account", status=400)
        return doc

    def reached(self, id: str) -> Doc | None:
        """Return an account, if there is one and it hasn't let the platform go."""
        doc = self.peek(id)
        return None if doc is None or doc.get("_disconnected") else doc

    def check_named(self, form: Any, place: str = "", holder: str = "") -> None:
        """Refuse a form in which, at any depth, an account is named that isn't there.

        Source: https://docs.stripe.com/connect/charges

        Raises:
            VendorError: `resource_missing`.
        """
        for name, value in form.items() if isinstance(form, dict) else enumerate(form):
            where = f"{place}[{name}]" if place else str(name)
            kind = NAMED.get((holder, name)) or NAMED.get(("", name))
            if kind and value and isinstance(value, str) and self.reached(value) is None:
                raise errors.missing(kind, value, where, status=400)
            if isinstance(value, dict | list) and name != "metadata":
                self.check_named(value, where, name if isinstance(name, str) else holder)

    def pays_fees_of(self, id: str) -> bool:
        """Tell whether the platform pays Stripe's fees on an account's direct charges.

        Source: https://docs.stripe.com/connect/direct-charges-fee-payer-behavior
        """
        controller = self.get(id)["controller"]
        return bool(controller.get("fees", {}).get("payer") == "application")

    @route("GET /v1/account")
    def retrieve_own(self) -> Doc:
        """Return the account that the call acts for."""
        return self.view(self.get(self.stripe.account or OWN_ACCOUNT))

    @route("POST /v1/accounts")
    def create(self, params: CreateAccount) -> Doc:
        """Create a connected account. Source: https://docs.stripe.com/api/accounts/create

        Raises:
            VendorError: both `type` and `controller`, or a custom account without capabilities.
        """
        given = self._by_token(params.given())
        kind = given.pop("type", None)
        wanted = given.pop("controller", None)
        if kind and wanted is not None:
            raise errors.invalid(
                "You may not provide the `type` parameter and `controller` parameters"
                " simultaneously. They are mutually exclusive."
            )
        layout = deepcopy(CONTROLLERS[kind or "standard"])
        if params.controller is not None:
            how = params.controller
            layout = controller(
                how.fees.payer,
                how.losses.payments,
                how.requirement_collection,
                how.stripe_dashboard.type,
            )
            kind = "none"
        if layout["stripe_dashboard"]["type"] == "none" and not params.capabilities:
            raise errors.invalid(
                "Missing required param: capabilities.", "capabilities", "parameter_missing"
            )
        country = given.pop("country", "US").upper()
        doc = self.lay_out(
            controller=layout,
            country=country,
            default_currency=CURRENCIES.get(country, "eur"),
            type=kind or "standard",
        )
        if kind == "express" and params.capabilities is None:
            given["capabilities"] = {name: {"requested": True} for name in self.ASKED_OF_EXPRESS}
        self.save(doc)
        return self.view(self.changed(doc, given, silent=True))

    @route("GET /v1/accounts/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return an account."""
        return self.view(self.get(id))

    @route("POST /v1/accounts/{id}")
    def update(self, id: str, params: SaveAccount) -> Doc:
        """Change an account. Fires: account.updated, as the account's own event.

        Source: https://docs.stripe.com/api/accounts/update
        """
        doc, given = self.get(id), self._by_token(params.given())
        refused = next((name for name in LINKED if name in given and doc["_linked"]), None)
        if refused:
            raise errors.invalid(
                f"You cannot change `{refused}` via API if you created an account link or session"
                " for an account for which Stripe collects the requirements.",
                refused,
            )
        return self.view(self.changed(doc, given))

    @route("GET /v1/accounts")
    def index(self, params: ListParams) -> Doc:
        """List the connected accounts."""
        return self.listed(params, keep=lambda doc: not doc.get("_disconnected"), _own=False)

    @route("DELETE /v1/accounts/{id}")
    def delete(self, id: str) -> Doc:
        """Remove an account. Source: https://docs.stripe.com/api/accounts/delete"""
        doc = self.get(id)
        if doc["_own"]:
            raise errors.invalid("You cannot delete your own account via this API.", "id")
        self.drop(doc)
        return self.deleted(doc)

    @route("POST /v1/accounts/{id}/reject")
    def reject(self, id: str, params: RejectAccount) -> Doc:
        """Refuse an account for good. Fires: account.updated, capability.updated.

        Source: https://docs.stripe.com/api/account/reject
        """
        doc = self.get(id)
        reason = REJECTED.get(params.reason, f"rejected.{params.reason}")
        return self.view(self.weighed({**doc, "_rejected": reason}, told=True))

    @route("POST /v1/accounts/{id}/unreject")
    def unreject(self, id: str, params: StripeParams) -> Doc:
        """Take a rejection back. Fires: account.updated, capability.updated.

        Source: https://docs.stripe.com/api/account/unreject

        Raises:
            VendorError: the account wasn't rejected.
        """
        doc = self.get(id)
        if not doc["_rejected"]:
            raise errors.invalid("This account has not been rejected by your platform.", "id")
        return self.view(self.weighed({**doc, "_rejected": None}, told=True))

    # What other nouns and stories use.

    def link(self, doc: Doc) -> None:
        """Let Stripe ask the owner itself from now on, if that is how responsibilities lie."""
        if doc["controller"].get("requirement_collection") == "stripe":
            self.save({**doc, "_linked": True})

    def changed(self, doc: Doc, given: Doc, *, silent: bool = False) -> Doc:
        """Put in what was sent, and save."""
        if "tos_acceptance" in given and not doc["_own"]:
            self._check_acceptance(doc, given["tos_acceptance"] or {})
        asked = given.pop("capabilities", None) or {}
        person, bank = given.pop("individual", None), given.pop("external_account", None)
        company = given.pop("company", None)
        for name, value in given.items():
            if isinstance(value, dict) and isinstance(doc.get(name), dict) and name != "metadata":
                given[name] = _laid_over(doc[name], value)
        if "settings" in given:
            payouts = given["settings"]["payouts"]
            given["settings"]["payouts"] = {
                **payouts,
                "schedule": self.stripe.payouts.checked_schedule(payouts["schedule"]),
            }
        doc = self.patched(doc, given)
        if company is not None:
            doc |= self._company(doc, company)
        doc["_asked"] = self.stripe.capabilities.asked(
            doc, {name: each["requested"] for name, each in asked.items()}
        )
        if person is not None:
            self.stripe.persons.keep_individual(doc, person)
        if bank is not None:
            self.stripe.external_accounts.add(doc, bank, replaces=True)
        return self.weighed(doc, told=not silent)

    def _by_token(self, given: Doc) -> Doc:
        """Return what was sent, with what its account token tells.

        Source: https://docs.stripe.com/connect/account-tokens

        Raises:
            VendorError: what a token tells was sent beside it, or the token is no good.
        """
        token = given.pop("account_token", None)
        if token is None:
            return given
        beside = next((name for name in TOKENIZED if name in given), None)
        if beside:
            raise errors.invalid(
                f"You cannot pass `{beside}` beside `account_token`: the token tells it.", beside
            )
        return given | self.stripe.tokens.spend_details(token, "account")

    def _check_acceptance(self, doc: Doc, acceptance: Doc) -> None:
        """Source: https://docs.stripe.com/connect/service-agreement-types"""
        collection = doc["controller"].get("requirement_collection")
        if collection == "stripe" and (acceptance.get("date") or acceptance.get("ip")):
            raise errors.invalid(
                "You cannot accept the Terms of Service on behalf of Standard and Express connected"
                " accounts.",
                "tos_acceptance",
            )
        at = acceptance.get("date")
        if at is not None and at > self.at + 60:
            raise errors.invalid(
                "ToS acceptance date is not valid. Dates are expected to be integers, measured in"
                " seconds, not in the future, and after 2009.",
                "tos_acceptance[date]",
            )

    def _company(self, doc: Doc, company: Doc) -> Doc:
        sent = dict(company)
        number = sent.pop("tax_id", None)
        vat = sent.pop("vat_id", None)
        kept = _laid_over(doc["company"] or deepcopy(COMPANY), sent)
        if isinstance(kept["address"], dict):
            kept["address"] = {**ADDRESS, "country": doc["country"], **kept["address"]}
        if number:
            kept["tax_id_provided"] = True
        if vat:
            kept["vat_id_provided"] = True
        return {"company": kept, "_tax_id": number or doc["_tax_id"]}


def _laid_over(old: Doc, new: Doc) -> Doc:
    """Return an object with what was sent put in, at every depth."""
    merged = dict(old)
    for name, value in new.items():
        deeper = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _laid_over(merged[name], value) if deeper else value
    return merged
