"""External accounts: the banks and debit cards that connected accounts are paid out to.

Source: https://docs.stripe.com/api/external_accounts
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, merged
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.accounts.params import (
    CreateExternalAccount,
    ListExternalAccounts,
    UpdateExternalAccount,
)
from mirra_mcp.wire.model import Doc

TOKENS = {"btok_us_verified": "000123456789", "btok_us_verified_noAccount": "000111111116"}
"""Source: https://docs.stripe.com/connect/testing#account-numbers"""
CARD_FIELDS = {
    "address_city", "address_country", "address_line1", "address_line2", "address_state",
    "address_zip", "exp_month", "exp_year", "name",
}  # fmt: skip


class ExternalAccounts(StripeResource):
    """The banks and cards of accounts; the platform keeps them."""

    entity, plural = "external_account", "external_accounts"
    object, prefix, path = "bank_account", "ba", "/v1/accounts/{account}/external_accounts"
    title = "external account"
    indexes = ("account",)
    blank: ClassVar[Doc] = {
        "account": "",
        "account_holder_name": None,
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": "US",
        "currency": "usd",
        "default_for_currency": False,
        "fingerprint": None,
        "last4": "",
        "metadata": {},
        "routing_number": None,
        "status": "new",
        "_number": "",
    }

    @property
    def kind(self) -> str:
        """External accounts are kept by the platform."""
        return self.plural

    @route("POST /v1/accounts/{account}/bank_accounts")
    @route("POST /v1/accounts/{account}/external_accounts")
    def create(self, account: str, params: CreateExternalAccount) -> Doc:
        """Add a bank account or a debit card.

        Fires: account.external_account.created, account.updated.
        Source: https://docs.stripe.com/api/external_account_bank_accounts/create
        """
        owner = self.stripe.accounts.get(account)
        doc = self.add(owner, params.external_account, default=bool(params.default_for_currency))
        if params.metadata:
            doc = self.save({**doc, "metadata": merged({}, params.metadata)})
        self.stripe.accounts.weighed(owner, told=True)
        return self.view(doc)

    @route("GET /v1/accounts/{account}/bank_accounts")
    @route("GET /v1/accounts/{account}/external_accounts")
    def index(self, account: str, params: ListExternalAccounts) -> Doc:
        """List an account's banks and cards."""
        self.stripe.accounts.get(account)
        return self._list(account, params)

    @route("GET /v1/accounts/{account}/bank_accounts/{id}")
    @route("GET /v1/accounts/{account}/external_accounts/{id}")
    def retrieve(self, account: str, id: str) -> Doc:
        """Return a bank account or a card."""
        return self.view(self._of(account, id))

    @route("POST /v1/accounts/{account}/bank_accounts/{id}")
    @route("POST /v1/accounts/{account}/external_accounts/{id}")
    def update(self, account: str, id: str, params: UpdateExternalAccount) -> Doc:
        """Change a bank account or a card. Fires: account.external_account.updated."""
        doc, given = self._of(account, id), params.given()
        foreign = {"account_holder_name", "account_holder_type", "account_type"}
        if doc["object"] == "bank_account":
            foreign = CARD_FIELDS
        for name in given:
            if name in foreign:
                raise errors.invalid(f"Received unknown parameter: {name}", name)
        if given.pop("default_for_currency", None):
            doc = {**doc, "default_for_currency": True}
            self._only_default(doc)
        doc = self.patched(doc, given)
        with self.stripe.acting_for(account):
            self.save(doc, event="account.external_account.updated")
        return self.view(doc)

    @route("POST /v1/external_accounts/{id}")
    def update_alone(self, id: str, params: UpdateExternalAccount) -> Doc:
        """Change a bank account or a card by its id alone.

        Fires: account.external_account.updated. Source: https://github.com/stripe/openapi
        """
        return self.update(self.get(id)["account"], id, params)

    @route("DELETE /v1/accounts/{account}/bank_accounts/{id}")
    @route("DELETE /v1/accounts/{account}/external_accounts/{id}")
    def delete(self, account: str, id: str) -> Doc:
        """Remove a bank account or a card that isn't the default of the account's currency.

        Fires: account.external_account.deleted, account.updated.
        Source: https://docs.stripe.com/api/external_account_bank_accounts/delete
        """
        doc, owner = self._of(account, id), self.stripe.accounts.get(account)
        if doc["default_for_currency"] and doc["currency"] == owner["default_currency"]:
            raise errors.invalid(
                "You cannot delete the default external account for your default currency. Please"
                " make another external account the default using the `default_for_currency`"
                " param, and then delete this one.",
            )
        with self.stripe.acting_for(account):
            self.drop(doc, event="account.external_account.deleted")
        self.stripe.accounts.weighed(owner, told=True)
        return {**self.deleted(doc), "object": doc["object"]}

    # What other nouns use.

    def of(self, account: str) -> list[Doc]:
        """Return an account's banks and cards, oldest first."""
        return self.find(account=account, newest_first=False)

    def default(self, account: str, currency: str) -> Doc | None:
        """Return where a currency is paid out to."""
        return next(
            (
                doc
                for doc in self.of(account)
                if doc["currency"] == currency and doc["default_for_currency"]
            ),
            None,
        )

    def list_of(self, account: str) -> Doc:
        """Return the first of an account's banks and cards, as the account shows them."""
        shown = self._list(account, ListExternalAccounts())
        return shown | {"total_count": len(self.of(account))}

    def add(self, owner: Doc, given: Any, *, default: bool = False, replaces: bool = False) -> Doc:
        """Save a bank account or card of a token or of its data; the first is the default.

        Fires: account.external_account.created.

        Raises:
            VendorError: there is no such token, or no such bank account.
        """
        fields = self._spent(given) if isinstance(given, str) else self._read(owner, given)
        first = self.default(owner["id"], fields["currency"]) is None
        fields["default_for_currency"] = first or default or replaces
        doc = self.new(account=owner["id"], **fields)
        if doc["object"] == "card":
            names = ("account_holder_name", "account_holder_type", "account_type", "bank_name")
            for name in (*names, "routing_number", "status"):
                doc.pop(name)
        if replaces:
            for old in self.of(owner["id"]):
                if old["currency"] == doc["currency"]:
                    self.drop(old)
        if doc["default_for_currency"]:
            self._only_default(doc)
        with self.stripe.acting_for(owner["id"]):
            return self.save(doc, event="account.external_account.created")

    def add_usual(self, owner: Doc) -> Doc:
        """Save the bank account that an onboarding in the dashboard ends with."""
        routing = "110000000" if owner["country"] == "US" else None
        usual = {"object": "bank_account", "account_number": "000123456789"}
        return self.add(
            owner,
            {
                **usual,
                "country": owner["country"],
                "currency": owner["default_currency"],
                "routing_number": routing,
            },
        )

    def number(self, id: str) -> str:
        """Return the number of a bank account, which the API never shows."""
        doc = self.peek(id)
        return str(doc["_number"]) if doc else ""

    def errored(self, id: str) -> None:
        """Note that money couldn't be sent there. Fires: account.external_account.updated."""
        doc = self.peek(id)
        if doc is not None and doc["object"] == "bank_account":
            with self.stripe.acting_for(doc["account"]):
                self.save({**doc, "status": "errored"}, event="account.external_account.updated")

    def _only_default(self, doc: Doc) -> None:
        for old in self.of(doc["account"]):
            if old["currency"] == doc["currency"] and old["id"] != doc["id"]:
                self.save({**old, "default_for_currency": False})

    def _read(self, owner: Doc, given: Doc) -> Doc:
        if given.get("object") != "bank_account":
            raise errors.invalid(
                "You must supply either a token or a bank account's data.", "external_account"
            )
        for name in ("account_number", "country", "currency"):
            if not given.get(name) and (name == "account_number" or name not in given):
                param = f"external_account[{name}]"
                raise errors.invalid(
                    f"Missing required param: {param}.", param, "parameter_missing"
                )
        return self._bank(
            str(given["account_number"]),
            given.get("routing_number"),
            str(given["country"]).upper(),
            str(given["currency"] or owner["default_currency"]).lower(),
            given,
        )

    def _bank(self, number: str, routing: Any, country: str, currency: str, given: Doc) -> Doc:
        digits = number.replace(" ", "").replace("-", "")
        bad: VendorError | None = None
        if country == "US" and not digits.isdigit():
            bad = errors.invalid(
                "Account number must contain only numbers.",
                "external_account[account_number]",
                "account_number_invalid",
            )
        elif country == "US" and not (isinstance(routing, str) and _is_routing(routing)):
            bad = errors.invalid(
                "Routing number must have 9 digits"
                if not routing or len(str(routing)) != 9
                else "Invalid routing number",
                "external_account[routing_number]",
                "routing_number_invalid",
            )
        if bad is not None:
            raise bad
        return {
            "account_holder_name": given.get("account_holder_name"),
            "account_holder_type": given.get("account_holder_type"),
            "account_type": given.get("account_type"),
            "country": country,
            "currency": currency,
            "fingerprint": self.stripe.tokens.fingerprint(f"{digits}{routing or ''}"),
            "last4": digits[-4:],
            "routing_number": routing,
            "_number": digits,
        }

    def _spent(self, token: str) -> Doc:
        if number := TOKENS.get(token):
            return self._bank(number, "110000000", "US", "usd", {})
        if token.startswith("tok_") and not self.stripe.tokens.peek(token):
            return self._card(self.stripe.tokens.spend(token, "external_account"))
        doc = self.stripe.tokens.named(token, "external_account")
        if doc["type"] == "card":
            return self._card(self.stripe.tokens.spend(token, "external_account"))
        bank = self.stripe.tokens.spend_bank(doc)
        return self._bank(
            bank["_number"], bank["routing_number"], bank["country"], bank["currency"], bank
        )

    def _card(self, method: Doc) -> Doc:
        card = method["card"]
        if card["funding"] != "debit":
            raise errors.invalid(
                "This card doesn't appear to be a debit card.",
                "external_account",
                "invalid_card_type",
            )
        return {
            "object": "card",
            "id": f"card_{self.mirror.ids.token(24)}",
            "available_payout_methods": ["standard", "instant"],
            "brand": card["brand"].title(),
            "country": card["country"],
            "currency": "usd",
            "exp_month": card["exp_month"],
            "exp_year": card["exp_year"],
            "fingerprint": card["fingerprint"],
            "funding": card["funding"],
            "last4": card["last4"],
            "name": method["billing_details"].get("name"),
        }

    def _list(self, account: str, params: ListExternalAccounts) -> Doc:
        return self.listed(
            ListParams(**params.model_dump(exclude={"object", "expand"})),
            url=f"/v1/accounts/{account}/external_accounts",
            keep=lambda doc: params.object in (None, doc["object"]),
            account=account,
        )

    def _of(self, account: str, id: str) -> Doc:
        self.stripe.accounts.get(account)
        doc = self.get(id)
        if doc["account"] != account:
            raise self.missing(id)
        return doc


def _is_routing(text: str) -> bool:
    """Check an American routing number's digits. Source: https://en.wikipedia.org/wiki/ABA_routing_transit_number"""
    if len(text) != 9 or not text.isdigit():
        return False
    digits = [int(each) for each in text]
    weights = (3, 7, 1) * 3
    return sum(a * b for a, b in zip(digits, weights, strict=True)) % 10 == 0
