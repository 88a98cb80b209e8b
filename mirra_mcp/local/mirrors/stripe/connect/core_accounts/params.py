"""What accounts of the v2 API take. Source: https://docs.stripe.com/api/v2/core/accounts/create"""

from typing import Literal

from pydantic import Field

from mirra_mcp.local.mirrors.stripe.api import v2
from mirra_mcp.local.mirrors.stripe.api.forms.params import Nested, StripeParams

Configurations = Literal["customer", "merchant", "recipient"]
Included = Literal[
    "configuration.customer",
    "configuration.merchant",
    "configuration.recipient",
    "defaults",
    "future_requirements",
    "identity",
    "requirements",
]
EntityType = Literal["company", "government_entity", "individual", "non_profit"]


class Requested(Nested):
    """Whether a capability is wanted."""

    requested: bool


class Address(Nested):
    """Where somebody is."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None
    town: str | None = None


class DeclineOn(Nested):
    """Which failed checks decline a card."""

    avs_failure: bool = False
    cvc_failure: bool = False


class CardPayments(Nested):
    """How card payments are taken."""

    decline_on: DeclineOn | None = None


class Branding(Nested):
    """How a merchant looks."""

    icon: str | None = None
    logo: str | None = None
    primary_color: str | None = None
    secondary_color: str | None = None


class StatementDescriptor(Nested):
    """What stands on statements."""

    descriptor: str | None = None
    prefix: str | None = None


class Support(Nested):
    """Where customers ask."""

    address: Address | None = None
    email: str | None = None
    phone: str | None = None
    url: str | None = None


class Merchant(Nested):
    """What lets an account take payments."""

    applied: bool = True
    branding: Branding | None = None
    capabilities: dict[str, Requested] = {}
    card_payments: CardPayments | None = None
    mcc: str | None = None
    statement_descriptor: StatementDescriptor | None = None
    support: Support | None = None


class StripeBalance(Nested):
    """Money that comes by transfers."""

    stripe_transfers: Requested | None = None


class RecipientCapabilities(Nested):
    """What a recipient may be sent."""

    stripe_balance: StripeBalance | None = None


class Recipient(Nested):
    """What lets an account receive transfers."""

    applied: bool = True
    capabilities: RecipientCapabilities | None = None


class Configuration(Nested):
    """The roles of an account."""

    merchant: Merchant | None = None
    recipient: Recipient | None = None


class Profile(Nested):
    """What the public knows of a business."""

    business_url: str | None = None
    doing_business_as: str | None = None
    product_description: str | None = None


class Responsibilities(Nested):
    """Who answers for what."""

    fees_collector: Literal["application", "application_custom", "application_express", "stripe"]
    losses_collector: Literal["application", "stripe"]


class Defaults(Nested):
    """What goes for all roles."""

    currency: str | None = None
    locales: list[str] | None = None
    profile: Profile | None = None
    responsibilities: Responsibilities | None = None


class Acceptance(Nested):
    """Who agreed to terms, when and from where."""

    date: str | None = None
    ip: str | None = None
    user_agent: str | None = None


class TermsOfService(Nested):
    """The terms of Stripe's that an account agreed to."""

    account: Acceptance | None = None


class PersonsProvided(Nested):
    """Whether all persons of a kind have been told."""

    directors: bool | None = None
    executives: bool | None = None
    owners: bool | None = None


class Attested(Nested):
    """What was declared for an account, whoever sends it."""

    persons_provided: PersonsProvided | None = None


class Attestations(Attested):
    """What was declared for an account."""

    terms_of_service: TermsOfService | None = None


class Shown(Nested):
    """Whether somebody agreed to terms on the page that makes a token."""

    shown_and_accepted: bool | None = None


class ShownTerms(Nested):
    """The terms of Stripe's that were shown."""

    account: Shown | None = None


class ShownAttestations(Attested):
    """What was declared on the page that makes a token."""

    terms_of_service: ShownTerms | None = None


class IdNumber(Nested):
    """A number that somebody is known by; it is never shown."""

    type: str
    value: str


class BusinessDetails(Nested):
    """What is known of a business."""

    address: Address | None = None
    estimated_worker_count: int | None = None
    id_numbers: list[IdNumber] | None = None
    phone: str | None = None
    registered_name: str | None = None
    structure: str | None = None


class DateOfBirth(Nested):
    """A day of birth."""

    day: int
    month: int
    year: int


class Relationship(Nested):
    """What a person is to a business."""

    authorizer: bool | None = None
    director: bool | None = None
    executive: bool | None = None
    legal_guardian: bool | None = None
    owner: bool | None = None
    percent_ownership: float | None = None
    representative: bool | None = None
    title: str | None = None


class Human(Nested):
    """What is known of a person."""

    address: Address | None = None
    date_of_birth: DateOfBirth | None = None
    email: str | None = None
    given_name: str | None = None
    id_numbers: list[IdNumber] | None = None
    legal_gender: str | None = None
    metadata: dict[str, str | None] = {}
    nationalities: list[str] | None = None
    phone: str | None = None
    political_exposure: Literal["existing", "none"] | None = None
    relationship: Relationship | None = None
    surname: str | None = None


class Identity(Nested):
    """Who an account is of."""

    attestations: Attestations | None = None
    business_details: BusinessDetails | None = None
    country: str | None = None
    entity_type: EntityType | None = None
    individual: Human | None = None


class ShownIdentity(Nested):
    """Who an account is of, as the page that makes a token knows it."""

    attestations: ShownAttestations | None = None
    business_details: BusinessDetails | None = None
    entity_type: EntityType | None = None
    individual: Human | None = None


class CreateAccountToken(StripeParams):
    """What an account token tells."""

    contact_email: str | None = None
    contact_phone: str | None = None
    display_name: str | None = None
    identity: ShownIdentity | None = None


class ReadAccount(StripeParams):
    """What an answer shows besides."""

    include: list[Included] = []


class SaveAccount(ReadAccount):
    """Parameters of a new or a changed account."""

    account_token: str | None = None
    configuration: Configuration | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    dashboard: Literal["express", "full", "none"] | None = None
    defaults: Defaults | None = None
    display_name: str | None = None
    identity: Identity | None = None
    metadata: dict[str, str | None] = {}


class CloseAccount(StripeParams):
    """The roles that an account gives up: all that it has."""

    applied_configurations: list[Configurations] = []


class ListAccounts(v2.Paged):
    """Filters of the list."""

    limit: int = Field(default=20, ge=1, le=100)
    applied_configurations: list[Configurations] = []
    closed: bool | None = None


class CreatePersonToken(StripeParams, Human):
    """What a person's token tells."""


class SavePerson(CreatePersonToken):
    """Parameters of a person."""

    person_token: str | None = None


class CollectionOptions(Nested):
    """What an onboarding asks for."""

    fields: Literal["currently_due", "eventually_due"] = "currently_due"
    future_requirements: Literal["include", "omit"] = "omit"


class Visit(Nested):
    """Where a visit leads, and what for."""

    collection_options: CollectionOptions | None = None
    refresh_url: str
    return_url: str | None = None


class UseCase(Nested):
    """What an account link is for: the object of the name that `type` says."""

    type: Literal["account_onboarding", "account_update"]
    account_onboarding: Visit | None = None
    account_update: Visit | None = None


class CreateLink(StripeParams):
    """Parameters of an account link."""

    account: str
    use_case: UseCase
