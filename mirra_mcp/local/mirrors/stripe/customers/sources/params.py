"""What customers' cards and bank accounts take, under their older name: sources.

Source: https://docs.stripe.com/api/cards and https://docs.stripe.com/api/customer_bank_accounts
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Country,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)


class BankData(Nested):
    """A bank account given in place of a token."""

    object: Literal["bank_account"]
    account_holder_name: str | None = None
    account_holder_type: Literal["individual", "company"] | None = None
    account_number: str
    account_type: str | None = None
    country: Country
    currency: str | None = None
    routing_number: str | None = None


class CreateSource(StripeParams):
    """Parameters of a new source: a token, an API source, or a bank account's data."""

    source: BankData | str
    metadata: Metadata = {}


class CreateCard(StripeParams):
    """Parameters of a new card: a token, under either name."""

    card: str = ""
    metadata: Metadata = {}
    source: str = ""


class CreateBankAccount(StripeParams):
    """Parameters of a new bank account: a token or its data, under either name."""

    bank_account: BankData | str | None = None
    metadata: Metadata = {}
    source: BankData | str | None = None


class UpdateSource(StripeParams):
    """What may change: of a card its address and date, of a bank account its holder."""

    account_holder_name: str | None = None
    account_holder_type: Literal["individual", "company"] | None = None
    address_city: str | None = None
    address_country: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_state: str | None = None
    address_zip: str | None = None
    exp_month: Annotated[int, Field(ge=1, le=12)] | None = None
    exp_year: int | None = None
    metadata: Metadata = {}
    name: str | None = None


class VerifySource(StripeParams):
    """The two amounts that the customer read on their statement, in cents."""

    amounts: list[int] | None = None


class ListSources(ListParams):
    """Filters of the list."""

    object: Literal["bank_account", "card", "source"] | None = None
