"""Accounts: the session's own, and standard connected ones.

Source: https://docs.stripe.com/api/accounts
"""

from copy import deepcopy
from typing import Any, ClassVar, Literal

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, Metadata, StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

OWN_ACCOUNT = "acct_1MirraPlatform00"
"""The session's own account, which every key is of."""
LINK_LIFETIME = 300
"""Seconds. Source: https://docs.stripe.com/api/account_links/object"""
WANTED = [
    "business_profile.product_description",
    "business_profile.support_phone",
    "business_profile.url",
    "external_account",
    "tos_acceptance.date",
    "tos_acceptance.ip",
]
NOTHING_DUE: Doc = {
    "alternatives": [],
    "current_deadline": None,
    "currently_due": [],
    "disabled_reason": None,
    "errors": [],
    "eventually_due": [],
    "past_due": [],
    "pending_verification": [],
}
SETTINGS: Doc = {
    "bacs_debit_payments": {"display_name": None, "service_user_number": None},
    "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
    "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
    "card_payments": {
        "decline_on": {"avs_failure": False, "cvc_failure": False},
        "statement_descriptor_prefix": None,
    },
    "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
    "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": "never"},
    "payments": {"statement_descriptor": None},
    "payouts": {
        "debit_negative_balances": True,
        "schedule": {"delay_days": 2, "interval": "daily"},
        "statement_descriptor": None,
    },
    "sepa_debit_payments": {},
}
OWN: Doc = {
    "charges_enabled": True,
    "capabilities": {"card_payments": "active", "transfers": "active"},
    "controller": {"type": "account"},
    "details_submitted": True,
    "email": "owner@example.com",
    "payouts_enabled": True,
    "_own": True,
}
"""What distinguishes the session's own account from a fresh one."""


class SaveAccount(StripeParams):
    """What both a new and a changed account take."""

    business_profile: dict[str, Any] | None = None
    business_type: Literal["company", "government_entity", "individual", "non_profit"] | None = None
    capabilities: dict[str, Any] | None = None
    company: dict[str, Any] | None = None
    default_currency: str | None = None
    email: str | None = None
    individual: dict[str, Any] | None = None
    metadata: Metadata = {}
    settings: dict[str, Any] | None = None
    tos_acceptance: dict[str, Any] | None = None


class CreateAccount(SaveAccount):
    """Parameters of a new account."""

    type: Literal["custom", "express", "standard"] | None = None
    controller: dict[str, Any] | None = None
    country: str = "US"


REJECTED = {
    "credit": "rejected.other",
    "fraud_no_intent_to_fulfill": "rejected.fraud",
    "fraud_other": "rejected.fraud",
    "fraud_payment_method_casher": "rejected.fraud",
    "fraud_payment_method_tester": "rejected.fraud",
}
"""What becomes of the newer reasons, which say more than `disabled_reason` does."""


class RejectAccount(StripeParams):
    """Why an account is rejected."""

    reason: str


class CreateLink(StripeParams):
    """Where an onboarding goes."""

    account: str
    type: Literal["account_onboarding", "account_update"]
    refresh_url: str | None = None
    return_url: str | None = None


class Accounts(StripeResource):
    """Connected accounts; they belong to the platform, whoever the call acts for."""

    entity, plural = "account", "accounts"
    object, prefix, path, id_length = "account", "acct", "/v1/accounts", 16
    indexes = ("_own",)
    blank: ClassVar[Doc] = {
        "business_profile": {"mcc": None, "name": None, "support_email": None, "url": None},
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "controller": None,
        "country": "US",
        "created": None,
        "default_currency": "usd",
        "details_submitted": False,
        "email": None,
        "external_accounts": None,
        "future_requirements": NOTHING_DUE,
        "metadata": {},
        "payouts_enabled": False,
        "requirements": NOTHING_DUE,
        "settings": SETTINGS,
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
        "_own": False,
    }

    @property
    def kind(self) -> str:
        """Accounts are the platform's."""
        return self.plural

    def missing(self, id: str) -> VendorError:
        """Say that the key reaches no such account, with 403."""
        return errors.no_access("sk_test_mirra000000000000000000", id)

    def lay_out(self, id: str = "", **fields: Any) -> Doc:
        """Make an account's document; it isn't saved yet."""
        doc = deepcopy(self.new(id=id, **fields))
        doc["external_accounts"] = {
            "object": "list",
            "data": [],
            "has_more": False,
            "total_count": 0,
            "url": f"/v1/accounts/{doc['id']}/external_accounts",
        }
        return doc

    def own(self) -> Doc:
        """Return the session's own account."""
        return self.get(OWN_ACCOUNT)

    @route("GET /v1/account")
    def retrieve_own(self) -> Doc:
        """Return the account that the call acts for."""
        return self.view(self.get(self.stripe.account or OWN_ACCOUNT))

    @route("POST /v1/accounts")
    def create(self, params: CreateAccount, call: Call) -> Doc:
        """Create a connected account. Source: https://docs.stripe.com/api/accounts/create"""
        given = params.given()
        kind = given.pop("type", None)
        dashboard = (given.pop("controller", None) or {}).get("stripe_dashboard", {})
        if kind in ("custom", "express") or dashboard.get("type", "full") != "full":
            raise errors.not_modelled("POST", call.path, "Only standard accounts are mirrored.")
        due = {**NOTHING_DUE, "currently_due": WANTED, "eventually_due": WANTED, "past_due": WANTED}
        requirements = {**due, "disabled_reason": "requirements.past_due"}
        controller = {"type": "application", "is_controller": True}
        doc = self.lay_out(controller=controller, requirements=requirements)
        return self.view(self.save(self._changed(doc, given)))

    @route("GET /v1/accounts/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return an account."""
        return self.view(self.get(id))

    @route("POST /v1/accounts/{id}")
    def update(self, id: str, params: SaveAccount) -> Doc:
        """Change an account. Fires: account.updated, as the account's own event."""
        return self.view(self._tell(self._changed(self.get(id), params.given())))

    @route("GET /v1/accounts")
    def index(self, params: ListParams) -> Doc:
        """List the connected accounts."""
        return self.listed(params, _own=False)

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
        """Refuse an account for good. Fires: account.updated."""
        doc = self.get(id)
        doc["charges_enabled"] = doc["payouts_enabled"] = False
        doc["requirements"] = {
            **NOTHING_DUE,
            "disabled_reason": REJECTED.get(params.reason, f"rejected.{params.reason}"),
        }
        return self.view(self._tell(doc))

    @route("POST /v1/account_links")
    def link(self, params: CreateLink) -> Doc:
        """Make the address of an onboarding. Source: https://docs.stripe.com/api/account_links"""
        doc = self.get(params.account)
        token = self.mirror.ids.token(12)
        return {
            "object": "account_link",
            "created": self.at,
            "expires_at": self.at + LINK_LIFETIME,
            "url": f"https://connect.stripe.com/setup/s/{doc['id']}/{token}",
        }

    def onboard(self, doc: Doc) -> Doc:
        """Let an account have given all that Stripe wants. Fires: account.updated."""
        doc |= {"charges_enabled": True, "payouts_enabled": True, "details_submitted": True}
        doc["requirements"] = NOTHING_DUE
        doc["capabilities"] = {**doc["capabilities"], "card_payments": "active"}
        doc["capabilities"]["transfers"] = "active"
        return self._tell(doc)

    def _tell(self, doc: Doc) -> Doc:
        with self.stripe.acting_for(None if doc["_own"] else doc["id"]):
            return self.save(doc, event="account.updated")

    def _changed(self, doc: Doc, given: Doc) -> Doc:
        wanted = given.pop("capabilities", None) or {}
        for name, value in given.items():
            if isinstance(value, dict) and isinstance(doc.get(name), dict) and name != "metadata":
                given[name] = {**doc[name], **value}
        doc = self.patched(doc, given)
        states = {
            name: "inactive" if not doc["charges_enabled"] else "active"
            for name, each in wanted.items()
            if each.get("requested") == "true"
        }
        doc["capabilities"] = {**doc["capabilities"], **states}
        return doc
