"""Tokens: cards, bank accounts, accounts and persons that can be used once.

Source: https://docs.stripe.com/api/tokens
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.payments.cards import numbers
from mirra_mcp.local.mirrors.stripe.payments.cards.details import (
    NOBODY,
    card_hash,
    checked,
    fingerprint_of,
    legacy_card,
)
from mirra_mcp.local.mirrors.stripe.payments.payment_methods.params import (
    CreateToken,
    TokenBankAccount,
    TokenCard,
)
from mirra_mcp.wire.model import Doc

DETAILS = {"account": "ct", "person": "cpt"}
"""How the ids of tokens begin that tell of an account or a person."""
HERE = "127.0.0.1"
"""Where every browser is that calls a mirror."""


class Tokens(StripeResource):
    """What a browser sends instead of a card."""

    entity, plural = "token", "tokens"
    object, prefix, path = "token", "tok", "/v1/tokens"
    blank: ClassVar[Doc] = {
        "client_ip": None,
        "created": None,
        "livemode": False,
        "type": "card",
        "used": False,
    }

    @route("POST /v1/tokens")
    def create(self, params: CreateToken) -> Doc:
        """Make a token of a card, a bank account, an account, a person, a number or a code.

        Source: https://docs.stripe.com/api/tokens/create_card and
        https://docs.stripe.com/connect/account-tokens
        """
        if isinstance(params.card, TokenCard):
            method = self.method_of(params.card)
            shown = {**legacy_card(method), "object": "card"}
            shown.pop("customer")
            return self.view(self.save(self.new(card=shown, _method=method)))
        if isinstance(params.bank_account, TokenBankAccount):
            return self.view(self.save(self._bank_token(params.bank_account)))
        for type, details in (("account", params.account), ("person", params.person)):
            if details is not None:
                id = f"{DETAILS[type]}_{self.mirror.ids.token(24)}"
                told = self.new(id=id, type=type, client_ip=HERE, _details=details)
                return self.view(self.save(told))
        if params.pii:
            return self.view(self.save(self.new(type="pii")))
        if params.cvc_update:
            return self.view(self.save(self.new(type="cvc_update")))
        raise errors.invalid(
            "You must supply either a card, customer, PII data, bank account, or account legal"
            " entity to create a token."
        )

    @route("GET /v1/tokens/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a token."""
        return self.view(self.get(id))

    def spend(self, id: str, param: str) -> Doc:
        """Use a token up: return the payment method (unsaved) that it stands for.

        Raises:
            VendorError: there is no such token, or it was used before.
        """
        if numbers.by_name(id):
            methods = self.stripe.payment_methods
            return methods.named_card(numbers.name_of(id))
        doc = self.named(id, param)
        if doc["used"]:
            raise errors.invalid(
                f"You cannot use a Stripe token more than once: {id}.",
                code="token_already_used",
            )
        if "_method" not in doc:
            raise errors.missing("token", id, param, status=400)
        self.save({**doc, "used": True})
        made: Doc = {**doc["_method"], "id": self.stripe.payment_methods.new_id()}
        return {**made, "created": self.at}

    def fingerprint(self, number: str) -> str:
        """Return what tells a number from others without showing it."""
        return fingerprint_of(number)

    def spend_bank(self, doc: Doc) -> Doc:
        """Use a bank account's token up: return the bank account.

        Raises:
            VendorError: the token is of something else, or was used before.
        """
        if "bank_account" not in doc:
            raise errors.missing("token", doc["id"], "external_account", status=400)
        if doc["used"]:
            raise errors.invalid(
                f"You cannot use a Stripe token more than once: {doc['id']}.",
                code="token_already_used",
            )
        self.save({**doc, "used": True})
        return {**doc["bank_account"], "_number": doc["_number"]}

    def spend_details(self, id: str, type: str) -> Doc:
        """Use an account's or a person's token up: return what it tells.

        Raises:
            VendorError: there is no such token, it is of something else, or was used before.
        """
        param = f"{type}_token"
        doc = self.named(id, param)
        if doc["type"] != type:
            raise errors.missing("token", id, param, status=400)
        if doc["used"]:
            raise errors.invalid(
                f"You cannot use a Stripe token more than once: {id}.",
                param,
                "token_already_used",
            )
        self.save({**doc, "used": True})
        told: Doc = dict(doc["_details"])
        if told.pop("tos_shown_and_accepted", False):
            told["tos_acceptance"] = {"date": doc["created"], "ip": doc["client_ip"]}
        return told

    def method_of(self, sent: TokenCard) -> Doc:
        """Lay out the card (unsaved) of given data."""
        card = checked(sent.number, sent.exp_month, sent.exp_year, sent.cvc, self.now)
        year = sent.exp_year + 2000 if sent.exp_year < 100 else sent.exp_year
        address = {
            "city": sent.address_city,
            "country": sent.address_country,
            "line1": sent.address_line1,
            "line2": sent.address_line2,
            "postal_code": sent.address_zip,
            "state": sent.address_state,
        }
        return self.stripe.payment_methods.new(
            id=f"card_{self.mirror.ids.token(24)}",
            billing_details={**NOBODY, "name": sent.name, "address": address},
            card=card_hash(card, sent.exp_month, year, cvc=bool(sent.cvc)),
            _number=card.number,
            _cvc=bool(sent.cvc),
        )

    def _bank_token(self, sent: TokenBankAccount) -> Doc:
        account = {
            "id": f"ba_{self.mirror.ids.token(24)}",
            "object": "bank_account",
            "account_holder_name": sent.account_holder_name,
            "account_holder_type": sent.account_holder_type,
            "account_type": sent.account_type,
            "bank_name": "STRIPE TEST BANK",
            "country": sent.country,
            "currency": sent.currency or "usd",
            "fingerprint": fingerprint_of(sent.account_number + (sent.routing_number or "")),
            "last4": sent.account_number[-4:],
            "routing_number": sent.routing_number,
            "status": "new",
        }
        return self.new(
            id=f"btok_{self.mirror.ids.token(24)}",
            type="bank_account",
            bank_account=account,
            _number=sent.account_number,
        )
