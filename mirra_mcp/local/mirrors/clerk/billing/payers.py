"""Payers: the users and organizations that subscribe, how they pay, and their credits.

Source: https://clerk.com/docs/reference/backend-api (Billing)
"""

from datetime import UTC

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.billing.money import CURRENCY, money
from mirra_mcp.local.mirrors.clerk.billing.params import AdjustCredits
from mirra_mcp.wire.model import Doc

CARDS: dict[str, tuple[str, str | None, str]] = {
    "4242424242424242": ("visa", None, ""),
    "5555555555554444": ("mastercard", None, ""),
    "4000000000000002": ("visa", "card_declined", "generic_decline"),
    "4000000000009995": ("visa", "card_declined", "insufficient_funds"),
    "4000000000000069": ("visa", "expired_card", ""),
    "4000000000000341": ("visa", "card_declined", "generic_decline"),
}
"""Test cards: the brand, and why a charge fails.

Source: https://docs.stripe.com/testing#cards
"""
TAKEN_AT_FIRST = "4000000000000341"
"""The card that is kept, and declines what is charged later."""


class BillingPayers(ClerkResource):
    """Who pays: each user and each organization, once Billing is enabled."""

    entity, plural = "billing_payer", "billing_payers"
    object, prefix, title = "commerce_payer", "cpayer", "payer"
    names = ()
    indexes = ("user_id", "organization_id")
    blank = {
        "object": "commerce_payer",
        "id": "",
        "instance_id": "",
        "user_id": None,
        "organization_id": None,
        "credits": None,
        "payment_method": None,
        "created_at": None,
        "updated_at": None,
        "_card": None,
        "_is_seasoned": False,
    }

    def of(self, kind: str, id: str) -> Doc:
        """Return the payer of a user or an organization, made when it is asked for first."""
        name = "user_id" if kind == "user" else "organization_id"
        found = self.first(**{name: id})
        instance = self.mirror.identity.id
        return found or self.save(self.new(**{name: id}, instance_id=instance))

    def kind_of(self, payer: Doc) -> str:
        """Tell what a payer is: `user` or `org`."""
        return "org" if payer["user_id"] is None else "user"

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a payer.

        Source: https://github.com/clerk/openapi-specs (CommercePayerResponse)
        """
        about = self._about(doc)
        names = ("object", "id", "instance_id", "created_at", "updated_at")
        return {name: doc[name] for name in names} | about | {
            "credits_balance": money(doc["credits"] or 0)
        }  # fmt: skip

    def told_of(self, doc: Doc) -> Doc:
        """Return what webhooks tell of a payer: empty text where there is nothing.

        Source: https://github.com/clerk/openapi-specs (webhooks, BillingPayerEventPayload)
        """
        names = ("object", "id", "created_at", "updated_at")
        about = {name: value or "" for name, value in self._about(doc).items()}
        return {name: doc[name] for name in names} | about

    def take_card(self, payer: Doc, number: str) -> Doc:
        """Keep a card as the payer's payment method; it isn't charged."""
        brand = CARDS[number][0]
        method = {
            "object": "commerce_payment_method",
            "id": f"cps_3{self.mirror.ids.token(26)}",
            "payer_id": payer["id"],
            "payment_type": "card",
            "is_default": True,
            "gateway": "stripe",
            "gateway_external_id": f"pm_1{self.mirror.ids.token(23)}",
            "gateway_external_account_id": None,
            "last4": number[-4:],
            "status": "active",
            "wallet_type": None,
            "card_type": brand,
            "expiry_year": self.now.year + 4,
            "expiry_month": 12,
            "is_removable": True,
        }
        return self.save(self.touch(payer, payment_method=method, _card=number))

    def refusal_of(self, payer: Doc) -> Doc | None:
        """Return why the payer's card is declined, or None if it is charged."""
        _, code, decline = CARDS[payer["_card"]]
        return None if code is None else {"code": code, "decline_code": decline}

    # credits

    @route("GET /v1/users/{user_id}/billing/credits")
    def credits_of_user(self, user_id: str) -> Doc:
        """Return the credits of a user.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a user's credit balance)
        """
        return self._balance(self._payer("user", user_id))

    @route("GET /v1/organizations/{organization_id}/billing/credits")
    def credits_of_organization(self, organization_id: str) -> Doc:
        """Return the credits of an organization.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve an organization's credit
            balance)
        """
        return self._balance(self._payer("org", organization_id))

    @route("POST /v1/users/{user_id}/billing/credits")
    def adjust_of_user(self, user_id: str, params: AdjustCredits) -> Doc:
        """Give credits to a user, or take them.

        Source: https://clerk.com/docs/reference/backend-api (Adjust a user's credit balance)
        """
        return self._adjusted(self._payer("user", user_id), params)

    @route("POST /v1/organizations/{organization_id}/billing/credits")
    def adjust_of_organization(self, organization_id: str, params: AdjustCredits) -> Doc:
        """Give credits to an organization, or take them.

        Source: https://clerk.com/docs/reference/backend-api (Adjust an organization's credit
            balance)
        """
        return self._adjusted(self._payer("org", organization_id), params)

    def spend(self, payer: Doc, cents: int) -> Doc:
        """Take credits for a charge."""
        return self.save(self.touch(payer, credits=(payer["credits"] or 0) - cents))

    def _payer(self, kind: str, id: str) -> Doc:
        noun = self.mirror.users if kind == "user" else self.mirror.organizations
        noun.get(id)
        self.mirror.billing_plans.check_enabled(kind)
        return self.of(kind, id)

    def _balance(self, payer: Doc) -> Doc:
        credits = payer["credits"]
        balance = None if credits is None else money(credits)
        return {"object": "commerce_credit_balance", "balance": balance}

    def _adjusted(self, payer: Doc, params: AdjustCredits) -> Doc:
        """Change the credits, once per idempotency key.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json: `InvalidCreditAmount`,
            `InvalidCreditAction`, `CurrencyInvalid`, `InsufficientCreditBalance`)
        """
        if params.action not in ("increase", "decrease"):
            told = "Credit action must be either 'increase' or 'decrease'"
            raise errors.refusal(422, "invalid_credit_action", "Invalid credit action", told)
        if params.amount <= 0:
            told = "Credit amount must be greater than zero"
            raise errors.refusal(422, "invalid_credit_amount", "Invalid credit amount", told)
        if params.currency not in (None, CURRENCY):
            told = "Currency is not supported"
            raise errors.refusal(400, "currency_invalid", "Invalid currency", told)
        entries = self.mirror.billing_credits
        for entry in entries.find(payer_id=payer["id"]):
            if entry["_key"] == params.idempotency_key:
                return entries.view(entry)
        change = params.amount if params.action == "increase" else -params.amount
        balance = (payer["credits"] or 0) + change
        if balance < 0:
            raise errors.refusal(
                422,
                "insufficient_credit_balance",
                "Insufficient credit balance",
                "The decrease amount exceeds the current credit balance",
                name="amount",
            )
        self.save(self.touch(payer, credits=balance))
        return entries.view(entries.write(payer, change, params.idempotency_key, params.note))

    def _about(self, doc: Doc) -> Doc:
        user = doc["user_id"] and self.mirror.users.peek(doc["user_id"])
        organization = doc["organization_id"] and self.mirror.organizations.peek(
            doc["organization_id"]
        )
        shown = (user or organization or {}).get("image_url", "")
        email = user and self.mirror.users.public(user)["identifier"]
        return {
            "user_id": doc["user_id"],
            "first_name": user and user["first_name"],
            "last_name": user and user["last_name"],
            "email": email or None,
            "organization_id": doc["organization_id"],
            "organization_name": organization and organization["name"],
            "image_url": shown,
        }


class BillingCredits(ClerkResource):
    """The ledger of credits: each adjustment."""

    entity, plural = "billing_credit", "billing_credits"
    object, prefix, title = "commerce_credit_ledger", "ccl", "credit"
    names = ()
    indexes = ("payer_id",)
    blank = {
        "object": "commerce_credit_ledger",
        "id": "",
        "payer_id": "",
        "amount": None,
        "source_type": "grant",
        "source_id": "",
        "note": None,
        "created_at": "",
        "_key": "",
    }

    def write(self, payer: Doc, cents: int, key: str, note: str | None) -> Doc:
        """Write down an adjustment; what was taken is below zero.

        Source: https://github.com/clerk/openapi-specs (CommerceCreditLedgerResponse)
        """
        written = self.now.astimezone(UTC).isoformat().replace("+00:00", "Z")
        source = f"ccg_3{self.mirror.ids.token(26)}"
        return self.save(
            self.new(
                payer_id=payer["id"],
                amount=money(cents),
                source_id=source,
                note=note,
                created_at=written,
                _key=key,
            )
        )
