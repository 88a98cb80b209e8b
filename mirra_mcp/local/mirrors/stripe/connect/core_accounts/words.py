"""What the v2 API calls otherwise than the v1 API: one account is known by both.

Source: https://docs.stripe.com/api/v2/core/accounts/object and
https://docs.stripe.com/api/accounts/object
"""

from datetime import UTC, datetime

from mirra_mcp.local.kit.clock import iso
from mirra_mcp.wire.model import Doc

FEES = {"account": "stripe"}
"""Who collects the fees, by who pays them; other words are alike."""
PAYERS = {theirs: ours for ours, theirs in FEES.items()}
CAPABILITIES = {"us_bank_account_ach_payments": "ach_debit_payments"}
CAPABILITIES_OF_V1 = {theirs: ours for ours, theirs in CAPABILITIES.items()}
TRANSFERS = "transfers"
STRUCTURES = {
    "free_zone_establishment", "free_zone_llc", "governmental_unit", "government_instrumentality",
    "incorporated_non_profit", "incorporated_partnership", "limited_liability_partnership", "llc",
    "multi_member_llc", "private_company", "private_corporation", "private_partnership",
    "public_company", "public_corporation", "public_partnership", "registered_charity",
    "single_member_llc", "sole_establishment", "sole_proprietorship",
    "tax_exempt_government_instrumentality", "unincorporated_association",
    "unincorporated_non_profit", "unincorporated_partnership",
}  # fmt: skip
"""The structures of businesses that both APIs know."""
PERSON = {
    "first_name": "given_name",
    "last_name": "surname",
    "dob": "date_of_birth",
    "gender": "legal_gender",
}
"""Fields of persons, by their names in the v1 API."""
PERSON_OF_V1 = {theirs: ours for ours, theirs in PERSON.items()}
REQUIREMENTS = {
    "business_profile.mcc": "configuration.merchant.mcc",
    "business_profile.product_description": "defaults.profile.product_description",
    "business_profile.support_phone": "configuration.merchant.support.phone",
    "business_profile.url": "defaults.profile.business_url",
    "business_type": "identity.entity_type",
    "company.name": "identity.business_details.registered_name",
    "company.owners_provided": "identity.attestations.persons_provided.owners",
    "company.tax_id": "identity.business_details.id_numbers.us_ein",
    "company.verification.document": "identity.business_details.documents.company_verification",
    "tos_acceptance.date": "identity.attestations.terms_of_service.account.date",
    "tos_acceptance.ip": "identity.attestations.terms_of_service.account.ip",
}
"""What is wanted, by its name in the v1 API; the rest follows from the names of fields."""
IDENTITY = {
    "ssn_last_4": "id_numbers.us_ssn_last_4",
    "id_number": "id_numbers.us_ssn",
    "verification.document": "documents.primary_verification",
    "verification.additional_document": "documents.secondary_verification",
}


def stamp(seconds: int | None) -> str | None:
    """Write epoch seconds as the v2 API does."""
    return None if seconds is None else iso(datetime.fromtimestamp(seconds, UTC))


def seconds_of(text: str) -> int:
    """Read an instant of the v2 API. Raises `ValueError`."""
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def requirement(name: str) -> str:
    """Return what the v2 API calls something that is wanted."""
    if known := REQUIREMENTS.get(name):
        return known
    head, _, rest = name.partition(".")
    rest = IDENTITY.get(rest, rest)
    first, dot, more = rest.partition(".")
    told = f"{PERSON.get(first, first)}{dot}{more}"
    if head == "individual":
        return f"identity.individual.{told}"
    if head == "company":
        return f"identity.business_details.{told}"
    return f"{head}.{told}" if rest else name


def address(given: Doc | None) -> Doc | None:
    """Return an address as the v2 API shows it."""
    if given is None:
        return None
    names = ("city", "country", "line1", "line2", "postal_code", "state", "town")
    return {name: given.get(name) for name in names}
