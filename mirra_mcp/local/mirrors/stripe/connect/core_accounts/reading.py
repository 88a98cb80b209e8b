"""Parameters of the v2 API as the v1 API's verbs take them."""

from typing import Any

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.connect.core_accounts import words
from mirra_mcp.local.mirrors.stripe.connect.core_accounts.params import SaveAccount
from mirra_mcp.wire.model import Doc

FULL, LAST_4 = "us_ssn", "us_ssn_last_4"
EIN = "us_ein"


def fields_of(params: SaveAccount) -> Doc:
    """Return what was sent, under the names of the v1 API; what that lacks begins with `_`."""
    given = params.given()
    given.pop("include", None)
    found: Doc = {}
    for theirs, ours in (("contact_email", "email"), ("metadata", "metadata")):
        if theirs in given:
            found[ours] = given[theirs]
    if "contact_phone" in given:
        found["_contact_phone"] = given["contact_phone"]
    settings: Doc = {}
    if "display_name" in given:
        settings["dashboard"] = {"display_name": given["display_name"]}
    profile = _defaults(given.get("defaults") or {}, found)
    roles = given.get("configuration") or {}
    capabilities = _merchant(roles.get("merchant") or {}, profile, settings)
    transfers = (roles.get("recipient") or {}).get("capabilities") or {}
    asked = (transfers.get("stripe_balance") or {}).get("stripe_transfers")
    if asked:
        capabilities[words.TRANSFERS] = asked
    _identity(given.get("identity") or {}, found)
    named = {"business_profile": profile, "settings": settings, "capabilities": capabilities}
    return found | {name: value for name, value in named.items() if value}


def _defaults(given: Doc, found: Doc) -> Doc:
    if given.get("currency"):
        found["default_currency"] = given["currency"].lower()
    if given.get("locales") is not None:
        found["_locales"] = given["locales"]
    told = given.get("profile") or {}
    names = {
        "business_url": "url",
        "doing_business_as": "name",
        "product_description": "product_description",
    }
    return {ours: told[theirs] for theirs, ours in names.items() if theirs in told}


def _merchant(given: Doc, profile: Doc, settings: Doc) -> Doc:
    """Return the capabilities that are wanted of a merchant; note the rest."""
    if "mcc" in given:
        profile["mcc"] = given["mcc"]
    for name, value in (given.get("support") or {}).items():
        profile[f"support_{name}"] = value
    if "branding" in given:
        settings["branding"] = given["branding"] or {}
    said = given.get("statement_descriptor") or {}
    if "descriptor" in said:
        settings["payments"] = {"statement_descriptor": said["descriptor"]}
    cards = {}
    if "prefix" in said:
        cards["statement_descriptor_prefix"] = said["prefix"]
    if decline := (given.get("card_payments") or {}).get("decline_on"):
        cards["decline_on"] = decline
    if cards:
        settings["card_payments"] = cards
    return {
        words.CAPABILITIES_OF_V1.get(name, name): each
        for name, each in (given.get("capabilities") or {}).items()
    }


def _identity(given: Doc, found: Doc) -> None:
    if given.get("entity_type"):
        found["business_type"] = given["entity_type"]
    business = given.get("business_details") or {}
    company: Doc = {}
    for theirs, ours in (("registered_name", "name"), ("phone", "phone"), ("address", "address")):
        if theirs in business:
            company[ours] = business[theirs]
    if "structure" in business:
        company["structure"] = _known_structure(business["structure"])
    for number in business.get("id_numbers") or []:
        _check_type(number, (EIN,), "identity.business_details.id_numbers")
        company["tax_id"] = number["value"]
    attested = given.get("attestations") or {}
    for name, value in (attested.get("persons_provided") or {}).items():
        company[f"{name}_provided"] = bool(value)
    if company:
        found["company"] = company
    if workers := business.get("estimated_worker_count"):
        found["business_profile"] = {"estimated_worker_count": workers}
    terms = (attested.get("terms_of_service") or {}).get("account")
    if terms:
        found["tos_acceptance"] = dict(terms)
        if terms.get("date"):
            found["tos_acceptance"]["date"] = _instant(terms["date"])
    if given.get("individual"):
        found["individual"] = person_fields_of(given["individual"])


def _known_structure(structure: str | None) -> str | None:
    if structure is not None and structure not in words.STRUCTURES:
        raise errors.none_of(sorted(words.STRUCTURES), "identity.business_details.structure")
    return structure


def _instant(text: str) -> int:
    try:
        return words.seconds_of(text)
    except ValueError:
        raise errors.invalid(
            f"Invalid timestamp: {text}",
            "identity.attestations.terms_of_service.account.date",
        ) from None


def person_fields_of(given: Doc) -> Doc:
    """Return what was sent of a person, under the names of the v1 API."""
    found: dict[str, Any] = {
        words.PERSON_OF_V1.get(name, name): value
        for name, value in given.items()
        if name not in ("id_numbers", "nationalities")
    }
    for number in given.get("id_numbers") or []:
        _check_type(number, (FULL, LAST_4), "id_numbers")
        found["id_number" if number["type"] == FULL else "ssn_last_4"] = number["value"]
    if nationalities := given.get("nationalities"):
        found["nationality"] = nationalities[0]
    return found


def _check_type(number: Doc, known: tuple[str, ...], param: str) -> None:
    if number["type"] not in known:
        raise errors.parameter_not_modelled(f"{param}.type={number['type']}")
