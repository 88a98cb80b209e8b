"""Source objects, `src_...`: cards and IBANs of the API between tokens and payment methods.

Each is a payment method too: it is kept as one, and shown here as a source. Local payment methods,
which Stripe takes out of this API, are refused with 501.

Source: https://docs.stripe.com/sources and https://docs.stripe.com/api/sources
"""

from typing import Any, Final, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Country,
    Currency,
    Email,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
    merged,
)
from mirra_mcp.local.mirrors.stripe.customers.sources.resource import Sources
from mirra_mcp.wire.model import Doc

LOCAL: Final = (
    "ach_credit_transfer", "ach_debit", "acss_debit", "alipay", "au_becs_debit", "bancontact",
    "card_present", "eps", "giropay", "ideal", "klarna", "multibanco", "p24",
    "sepa_credit_transfer", "sofort", "three_d_secure", "wechat",
)  # fmt: skip
"""Types that Stripe has, or had, and this mirror hasn't."""


class OwnerAddress(Nested):
    """Where the owner lives."""

    city: str | None = None
    country: Country | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class Owner(Nested):
    """Whose the instrument is."""

    address: OwnerAddress | None = None
    email: Email | None = None
    name: str | None = None
    phone: str | None = None


class SourceCardData(Nested):
    """A card's own data."""

    number: str
    exp_month: int
    exp_year: int
    cvc: str | None = None


class SourceIban(Nested):
    """An account in the SEPA area."""

    iban: str


class CreateObject(StripeParams):
    """Parameters of a new source."""

    amount: int | None = Field(default=None, ge=1)
    card: SourceCardData | None = None
    currency: Currency | None = None
    flow: Literal["code_verification", "none", "receiver", "redirect"] = "none"
    metadata: Metadata = {}
    owner: Owner | None = None
    sepa_debit: SourceIban | None = None
    statement_descriptor: str | None = None
    token: str | None = None
    type: str | None = None
    usage: Literal["reusable", "single_use"] = "reusable"


class UpdateObject(StripeParams):
    """What may change of a source."""

    amount: int | None = Field(default=None, ge=1)
    metadata: Metadata = {}
    owner: Owner | None = None


class RetrieveObject(StripeParams):
    """Parameters of a look at a source."""

    client_secret: str | None = None


class VerifyObject(StripeParams):
    """What the customer was told by the bank."""

    values: list[str]


class SourceObjects(Sources):
    """The sources of customers, with those that have an API of their own."""

    @route("POST /v1/sources")
    def create_object(self, params: CreateObject) -> Doc:
        """Make a source of a card or an IBAN; it can be charged at once. Fires: source.chargeable.

        Source: https://docs.stripe.com/api/sources/create

        Raises:
            VendorError: it is of no type that there is, or its data is missing or wrong.
        """
        kind = "card" if params.type is None and params.token else params.type
        if kind is None:
            raise errors.invalid("Missing required param: type.", "type", "parameter_missing")
        if kind in LOCAL:
            raise errors.not_modelled(
                "POST", "/v1/sources", f"Sources of the type {kind} are not mirrored."
            )
        if kind not in ("card", "sepa_debit"):
            raise errors.invalid(f"The type `{kind}` is not a valid source type.", "type")
        if params.usage == "single_use" and params.amount is None:
            raise errors.invalid("Missing required param: amount.", "amount", "parameter_missing")
        if params.flow != "none":
            raise errors.invalid(f"Sources of the type `{kind}` have the flow `none`.", "flow")
        method = self._made(kind, params)
        id = f"src_{self.mirror.ids.token(24)}"
        owner = params.owner.model_dump() if params.owner else {}
        method |= {
            "id": id,
            "billing_details": _owned(method["billing_details"], owner),
            "metadata": merged({}, params.metadata),
            "_source": {
                "amount": params.amount,
                "client_secret": f"src_client_secret_{self.mirror.ids.token(24)}",
                "currency": params.currency or ("eur" if kind == "sepa_debit" else None),
                "statement_descriptor": params.statement_descriptor,
                "status": "chargeable",
                "usage": params.usage,
            },
        }
        shown = self.shown_of(self.stripe.payment_methods.save(method))
        self.mirror.emit("source.chargeable", {"object": shown})
        return shown

    @route("GET /v1/sources/{id}")
    def retrieve_object(self, id: str, params: RetrieveObject) -> Doc:
        """Return a source."""
        found = self._object(id)
        if params.client_secret not in (None, found["_source"]["client_secret"]):
            raise errors.invalid("The client_secret provided is invalid.", "client_secret")
        return self.shown_of(found)

    @route("POST /v1/sources/{id}")
    def update_object(self, id: str, params: UpdateObject) -> Doc:
        """Change a source's metadata, owner or amount.

        Source: https://docs.stripe.com/api/sources/update
        """
        method, given = self._object(id), params.given()
        if params.amount is not None:
            if method["_source"]["usage"] != "single_use":
                raise errors.invalid("Only sources of a single use have an amount.", "amount")
            method["_source"] = {**method["_source"], "amount": params.amount}
        if params.owner is not None:
            method["billing_details"] = _owned(method["billing_details"], given["owner"])
        if "metadata" in given:
            method = self.patched(method, {"metadata": given["metadata"]})
        return self.shown_of(self.stripe.payment_methods.save(method))

    @route("POST /v1/sources/{id}/verify")
    def verify_object(self, id: str, params: VerifyObject) -> Doc:
        """Refuse: cards and IBANs are verified by no code.

        Source: https://docs.stripe.com/api/sources (code_verification)
        """
        self._object(id)
        raise errors.invalid(
            f"This source has the flow `none`: there is nothing to verify, {len(params.values)}"
            " values were sent.",
            "values",
        )

    @route("GET /v1/sources/{id}/source_transactions")
    def index_transactions(self, id: str, params: ListParams) -> Doc:
        """List what was paid into a source: of cards and IBANs nothing is."""
        self._object(id)
        url = f"/v1/sources/{id}/source_transactions"
        return {"object": "list", "data": [], "has_more": False, "url": url}

    def _made(self, kind: str, params: CreateObject) -> Doc:
        if params.token is not None:
            return self.stripe.tokens.spend(params.token, "token")
        data: Any = getattr(params, kind)
        if data is None:
            raise errors.invalid(f"Missing required param: {kind}.", kind, "parameter_missing")
        return self.stripe.payment_methods.of_kind(kind, data.model_dump())

    def _object(self, id: str) -> Doc:
        method = self.stripe.payment_methods.peek(id) if id.startswith("src_") else None
        if method is None or "_source" not in method:
            raise errors.missing("source", id, "source")
        return method


def _owned(details: Doc, owner: Doc) -> Doc:
    """Return billing details of what is said of the owner."""
    address = {**details["address"], **(owner.get("address") or {})}
    told = {name: owner[name] for name in ("email", "name", "phone") if owner.get(name)}
    return {**details, **told, "address": address}
