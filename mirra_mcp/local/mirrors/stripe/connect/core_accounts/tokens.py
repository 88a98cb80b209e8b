"""Tokens of the v2 API: what a browser tells of an account or a person, good for one use.

Source: https://docs.stripe.com/api/v2/core/account-tokens and
https://docs.stripe.com/api/v2/core/person-tokens
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors, v2
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.core_accounts import words
from mirra_mcp.local.mirrors.stripe.connect.core_accounts.params import (
    CreateAccountToken,
    CreatePersonToken,
)
from mirra_mcp.wire.model import Doc

LASTS = 3600
"""How many seconds a token is good for: ours, Stripe's isn't published."""
HERE = "127.0.0.1"
"""Where every browser is that calls a mirror."""


class CoreTokens(StripeResource):
    """Tokens of accounts and of persons; what they tell is never shown."""

    entity, plural = "core_token", "core_tokens"
    object, prefix = "v2.core.account_token", "accttok"
    blank: ClassVar[Doc] = {
        "created": None,
        "livemode": False,
        "used": False,
        "_account": None,
        "_told": {},
    }

    @route("POST /v2/core/account_tokens")
    def create(self, params: CreateAccountToken) -> Doc:
        """Make a token of what is known of an account; a publishable key may.

        Source: https://docs.stripe.com/api/v2/core/account-tokens/create
        """
        told = params.given()
        attested = (told.get("identity") or {}).get("attestations") or {}
        terms = (attested.get("terms_of_service") or {}).get("account") or {}
        if "terms_of_service" in attested:
            accepted = {"date": words.stamp(self.at), "ip": HERE}
            is_accepted = terms.get("shown_and_accepted")
            attested["terms_of_service"] = {"account": accepted} if is_accepted else None
        return _shown(self.save(self.new(_told=told)))

    @route("GET /v2/core/account_tokens/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a token of an account."""
        return _shown(self._known(id, None))

    @route("POST /v2/core/accounts/{account}/person_tokens")
    def create_of_person(self, account: str, params: CreatePersonToken) -> Doc:
        """Make a token of what is known of a person of an account.

        Source: https://docs.stripe.com/api/v2/core/person-tokens/create
        """
        self.stripe.core_accounts.of(account)
        id = f"perstok_{self.mirror.ids.token(24)}"
        return _shown(self.save(self.new(id=id, _account=account, _told=params.given())))

    @route("GET /v2/core/accounts/{account}/person_tokens/{id}")
    def retrieve_of_person(self, account: str, id: str) -> Doc:
        """Return a token of a person."""
        self.stripe.core_accounts.of(account)
        return _shown(self._known(id, account))

    def spend(self, id: str, account: str | None, param: str) -> Doc:
        """Use a token up: return what it tells.

        Raises:
            VendorError: there is no such token of the account, or it was used or is too old.
        """
        doc = self._known(id, account)
        if doc["used"]:
            raise errors.invalid(
                f"You cannot use a Stripe token more than once: {id}.",
                param,
                "token_already_used",
            )
        if self.at >= doc["created"] + LASTS:
            raise errors.invalid(f"The token {id} has expired. Create a new one.", param)
        self.save({**doc, "used": True})
        told: Doc = doc["_told"]
        return told

    def _known(self, id: str, account: str | None) -> Doc:
        doc = self.peek(id)
        if doc is None or doc["_account"] != account:
            raise v2.not_found(f"No such token: '{id}'")
        return doc


def _shown(doc: Doc) -> Doc:
    kind = "account_person_token" if doc["_account"] else "account_token"
    return {
        "id": doc["id"],
        "object": f"v2.core.{kind}",
        "created": words.stamp(doc["created"]),
        "expires_at": words.stamp(doc["created"] + LASTS),
        "livemode": False,
        "used": doc["used"],
    }
