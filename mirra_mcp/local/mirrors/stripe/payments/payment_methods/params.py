"""What payment methods and card tokens are made of.

Source: https://docs.stripe.com/api/payment_methods/create
"""

from typing import Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.details import Details
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Country,
    Email,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)

Redisplay = Literal["always", "limited", "unspecified"]

REDIRECTING = (
    "affirm",
    "afterpay_clearpay",
    "alipay",
    "amazon_pay",
    "bancontact",
    "cashapp",
    "eps",
    "giropay",
    "grabpay",
    "ideal",
    "klarna",
    "link",
    "mobilepay",
    "p24",
    "paypal",
    "revolut_pay",
    "sofort",
    "swish",
    "twint",
    "wechat_pay",
)
"""Types for which the payer goes elsewhere and comes back."""
BANK_DEBITS = ("us_bank_account", "sepa_debit", "bacs_debit", "au_becs_debit", "acss_debit")
"""Types for which the money arrives days later."""
VOUCHERS = ("boleto", "konbini", "multibanco", "oxxo")
"""Types for which the payer takes a voucher to a shop or a bank."""
TYPES = ("card", *BANK_DEBITS, *REDIRECTING, *VOUCHERS, "customer_balance")


class BillingAddress(Nested):
    """The address behind a card."""

    city: str | None = None
    country: Country | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class BillingDetails(Nested):
    """Who is billed."""

    address: BillingAddress | None = None
    email: Email | None = None
    name: str | None = None
    phone: str | None = None
    tax_id: str | None = None


class Networks(Nested):
    """A choice of network."""

    preferred: str | None = None


class CardData(Nested):
    """A card's own data, or a token that stands for it."""

    number: str = ""
    exp_month: int | None = None
    exp_year: int | None = None
    cvc: str | None = None
    token: str | None = None
    networks: Networks | None = None


class BankAccountData(Nested):
    """A US bank account."""

    account_holder_type: Literal["individual", "company"] = "individual"
    account_number: str = ""
    account_type: Literal["checking", "savings"] = "checking"
    routing_number: str = ""
    financial_connections_account: str | None = None


class SepaData(Nested):
    """An IBAN."""

    iban: str


class AcssData(Nested):
    """A Canadian bank account."""

    account_number: str
    institution_number: str
    transit_number: str


class BecsData(Nested):
    """An Australian bank account."""

    account_number: str
    bsb_number: str


class BacsData(Nested):
    """A British bank account."""

    account_number: str | None = None
    sort_code: str | None = None


class BoletoData(Nested):
    """The payer's tax number."""

    tax_id: str


class BankChoice(Nested):
    """The payer's bank, which they else choose on the bank's page."""

    bank: str | None = None


class SofortData(Nested):
    """The country of the payer's bank."""

    country: Literal["AT", "BE", "DE", "ES", "IT", "NL"]


class BirthDate(Nested):
    """When the payer was born."""

    day: int
    month: int
    year: int


class KlarnaData(Nested):
    """What Klarna asks for."""

    dob: BirthDate | None = None


class NoData(Nested):
    """Nothing: the type says all."""


class KindData(Nested):
    """What each type of payment method is made of."""

    card: CardData | None = None
    acss_debit: AcssData | None = None
    affirm: NoData | None = None
    afterpay_clearpay: NoData | None = None
    alipay: NoData | None = None
    au_becs_debit: BecsData | None = None
    bacs_debit: BacsData | None = None
    bancontact: NoData | None = None
    boleto: BoletoData | None = None
    cashapp: NoData | None = None
    customer_balance: NoData | None = None
    eps: BankChoice | None = None
    giropay: NoData | None = None
    ideal: BankChoice | None = None
    klarna: KlarnaData | None = None
    konbini: NoData | None = None
    multibanco: NoData | None = None
    oxxo: NoData | None = None
    p24: BankChoice | None = None
    paypal: NoData | None = None
    sepa_debit: SepaData | None = None
    sofort: SofortData | None = None
    us_bank_account: BankAccountData | None = None
    wechat_pay: NoData | None = None


class MethodData(KindData):
    """What makes a payment method, alone or inside an intent."""

    type: Literal[TYPES]  # type: ignore[valid-type]  # made from the table
    billing_details: BillingDetails | None = None
    metadata: Metadata = {}
    allow_redisplay: Redisplay = "unspecified"


class IntentMethodData(MethodData):
    """`payment_method_data`: types that the mirror has no data for are taken as they are."""

    model_config = {"extra": "ignore"}


class CreateMethod(KindData, StripeParams):
    """Parameters of a new payment method."""

    type: Literal[TYPES] | None = None  # type: ignore[valid-type]  # made from the table
    billing_details: BillingDetails | None = None
    metadata: Metadata = {}
    allow_redisplay: Redisplay = "unspecified"
    customer: str | None = None
    payment_method: str | None = None


class CardChange(Nested):
    """What of a saved card may change."""

    exp_month: int | None = None
    exp_year: int | None = None
    networks: Networks | None = None


class UpdateMethod(StripeParams):
    """Parameters of a changed payment method."""

    allow_redisplay: Redisplay = "unspecified"
    billing_details: BillingDetails | None = None
    card: CardChange | None = None
    metadata: Metadata = {}


class AttachMethod(StripeParams):
    """Whom to attach a payment method to."""

    customer: str


class ListMethods(ListParams):
    """Filters of the list."""

    customer: str | None = None
    type: Literal[TYPES] | None = None  # type: ignore[valid-type]  # made from the table
    allow_redisplay: Redisplay | None = None


class TokenCard(Nested):
    """A card to make a token of."""

    number: str
    exp_month: int
    exp_year: int
    cvc: str | None = None
    name: str | None = None
    address_city: str | None = None
    address_country: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_state: str | None = None
    address_zip: str | None = None
    currency: str | None = None


class TokenBankAccount(Nested):
    """A bank account to make a token of."""

    country: str
    currency: str | None = None
    account_number: str
    routing_number: str | None = None
    account_holder_name: str | None = None
    account_holder_type: Literal["individual", "company"] | None = None
    account_type: str | None = None


class TokenId(Nested):
    """A government's number of a person."""

    id_number: str = Field(default="")


class TokenCvc(Nested):
    """A security code that was asked for again."""

    cvc: str


class CreateToken(StripeParams):
    """Parameters of a new token: one of its kinds."""

    account: Details | None = None
    card: TokenCard | str | None = None
    bank_account: TokenBankAccount | str | None = None
    person: Details | None = None
    pii: TokenId | None = None
    cvc_update: TokenCvc | None = None
    customer: str | None = None
