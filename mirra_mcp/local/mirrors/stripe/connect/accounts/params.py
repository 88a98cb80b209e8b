"""What accounts, persons and their banks take.

Source: https://docs.stripe.com/api/accounts/create and https://docs.stripe.com/api/persons/create
"""

from typing import Literal

from mirra_mcp.local.mirrors.stripe.api.forms.details import Details, Flag
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    Country,
    Currency,
    Email,
    ListParams,
    Metadata,
    Nested,
    StripeParams,
)

BusinessType = Literal["company", "government_entity", "individual", "non_profit"]


class Requested(Nested):
    """Whether a capability is wanted."""

    requested: Flag = False


class SaveAccount(StripeParams):
    """What both a new and a changed account take."""

    account_token: str | None = None
    business_profile: Details | None = None
    business_type: BusinessType | None = None
    capabilities: dict[str, Requested] | None = None
    company: Details | None = None
    default_currency: Currency | None = None
    email: Email | None = None
    external_account: str | Details | None = None
    individual: Details | None = None
    metadata: Metadata = {}
    settings: Details | None = None
    tos_acceptance: Details | None = None


class Fees(Nested):
    """Who pays Stripe's fees."""

    payer: Literal["account", "application"] = "account"


class Losses(Nested):
    """Who is liable when the account can't pay back."""

    payments: Literal["application", "stripe"] = "stripe"


class Dashboard(Nested):
    """Which dashboard the account gets."""

    type: Literal["express", "full", "none"] = "full"


class Controller(Nested):
    """How responsibilities lie. Source: https://docs.stripe.com/connect/migrate-to-controller-properties"""

    fees: Fees = Fees()
    losses: Losses = Losses()
    requirement_collection: Literal["application", "stripe"] = "stripe"
    stripe_dashboard: Dashboard = Dashboard()


class CreateAccount(SaveAccount):
    """Parameters of a new account."""

    type: Literal["custom", "express", "standard"] | None = None
    controller: Controller | None = None
    country: Country = "US"


class RejectAccount(StripeParams):
    """Why an account is rejected."""

    reason: str


class UpdateCapability(StripeParams):
    """Whether a capability is wanted."""

    requested: Flag = True


class Relationship(Nested):
    """Which persons a list is of."""

    authorizer: Flag | None = None
    director: Flag | None = None
    executive: Flag | None = None
    legal_guardian: Flag | None = None
    owner: Flag | None = None
    representative: Flag | None = None


class ListPersons(ListParams):
    """Filters of the list."""

    relationship: Relationship | None = None


class SavePerson(StripeParams):
    """What is known of a person."""

    additional_tos_acceptances: Details | None = None
    address: Details | None = None
    address_kana: Details | None = None
    address_kanji: Details | None = None
    dob: Details | None = None
    email: Email | None = None
    first_name: str | None = None
    first_name_kana: str | None = None
    first_name_kanji: str | None = None
    full_name_aliases: list[str] | None = None
    gender: str | None = None
    id_number: str | None = None
    id_number_secondary: str | None = None
    last_name: str | None = None
    last_name_kana: str | None = None
    last_name_kanji: str | None = None
    maiden_name: str | None = None
    metadata: Metadata = {}
    nationality: str | None = None
    person_token: str | None = None
    phone: str | None = None
    political_exposure: Literal["existing", "none"] | None = None
    registered_address: Details | None = None
    relationship: Details | None = None
    ssn_last_4: str | None = None
    verification: Details | None = None


class CreateExternalAccount(StripeParams):
    """A bank account or a debit card to pay out to: a token, or the bank account's data."""

    external_account: str | Details
    default_for_currency: Flag | None = None
    metadata: Metadata = {}


class UpdateExternalAccount(StripeParams):
    """What may change of a bank account or a card."""

    account_holder_name: str | None = None
    account_holder_type: Literal["company", "individual"] | None = None
    account_type: Literal["checking", "futsu", "savings", "toza"] | None = None
    address_city: str | None = None
    address_country: str | None = None
    address_line1: str | None = None
    address_line2: str | None = None
    address_state: str | None = None
    address_zip: str | None = None
    default_for_currency: Flag | None = None
    exp_month: int | None = None
    exp_year: int | None = None
    metadata: Metadata = {}
    name: str | None = None


class ListExternalAccounts(ListParams):
    """Filters of the list."""

    object: Literal["bank_account", "card"] | None = None


class CreateLink(StripeParams):
    """Where an onboarding goes."""

    account: str
    type: Literal["account_onboarding", "account_update"]
    collect: Literal["currently_due", "eventually_due"] | None = None
    collection_options: Details | None = None
    refresh_url: str | None = None
    return_url: str | None = None


class CreateSession(StripeParams):
    """Which of Stripe's components a page may show for an account."""

    account: str
    components: Details
