"""How an account looks in the v2 API.

Source: https://docs.stripe.com/api/v2/core/accounts/object
"""

from collections.abc import Collection, Sequence
from typing import Any

from mirra_mcp.local.mirrors.stripe.connect.core_accounts import words
from mirra_mcp.wire.model import Doc

CONFIGURATIONS = ("customer", "merchant", "recipient")
STATES = {"active": "active", "inactive": "restricted", "pending": "pending"}
DETAILS: dict[str, list[Doc]] = {
    "pending": [{"code": "requirements_pending_verification", "resolution": "no_resolution"}],
    "restricted": [{"code": "requirements_past_due", "resolution": "provide_info"}],
}
REJECTIONS = {
    "rejected.fraud": "rejected_fraud",
    "rejected.listed": "rejected_listed",
    "rejected.terms_of_service": "rejected_terms_of_service",
}
SECTIONS = ("defaults", "future_requirements", "identity", "requirements")


def applied(account: Doc) -> list[str]:
    """List the roles that an account has."""
    found = set(account.get("_applied") or ())
    for name in account["capabilities"]:
        found.add("recipient" if name == words.TRANSFERS else "merchant")
    return sorted(found) if not account.get("_closed") else []


def shown(account: Doc, people: Sequence[Doc], include: Collection[str]) -> Doc:
    """Show an account; its parts are null unless `include` names them."""
    roles = applied(account)
    parts: Doc = {
        "defaults": defaults,
        "future_requirements": lambda *_: {
            "alternatives": None, "entries": [], "minimum_transition_date": None, "summary": None,
        },
        "identity": identity,
        "requirements": requirements,
    }  # fmt: skip
    wanted = [each for each in CONFIGURATIONS if f"configuration.{each}" in include]
    makers: Doc = {"merchant": merchant, "recipient": recipient}
    configuration = {
        each: makers[each](account) if each in wanted and each in roles else None
        for each in CONFIGURATIONS
    }
    return {
        "id": account["id"],
        "object": "v2.core.account",
        "applied_configurations": roles,
        "closed": bool(account.get("_closed")),
        "configuration": configuration if wanted else None,
        "contact_email": account["email"],
        "contact_phone": account.get("_contact_phone"),
        "created": words.stamp(account["created"]),
        "dashboard": account["controller"].get("stripe_dashboard", {}).get("type", "full"),
        "display_name": account["settings"]["dashboard"]["display_name"],
        "livemode": False,
        "metadata": account["metadata"],
        **{name: parts[name](account, people) if name in include else None for name in SECTIONS},
    }


def merchant(account: Doc) -> Doc:
    """Show what lets an account take payments."""
    settings, profile = account["settings"], account["business_profile"]
    return {
        "applied": True,
        "bacs_debit_payments": None,
        "branding": settings["branding"],
        "capabilities": {
            words.CAPABILITIES.get(name, name): _state(account, status)
            for name, status in sorted(account["capabilities"].items())
            if name.endswith("_payments")
        }
        | {"stripe_balance": {"payouts": _state(account, _payouts(account))}},
        "card_payments": {"decline_on": settings["card_payments"]["decline_on"]},
        "konbini_payments": None,
        "mcc": profile["mcc"],
        "script_statement_descriptor": None,
        "sepa_debit_payments": None,
        "statement_descriptor": {
            "descriptor": settings["payments"]["statement_descriptor"],
            "prefix": settings["card_payments"]["statement_descriptor_prefix"],
        },
        "support": {
            "address": words.address(profile["support_address"]),
            "email": profile["support_email"],
            "phone": profile["support_phone"],
            "url": profile["support_url"],
        },
    }


def recipient(account: Doc) -> Doc:
    """Show what lets an account receive transfers."""
    status = account["capabilities"].get(words.TRANSFERS)
    balance: Doc = {
        "payouts": _state(account, _payouts(account)),
        "stripe_transfers": _state(account, status) if status else None,
    }
    capabilities: Doc = {"bank_accounts": None, "cards": None, "stripe_balance": balance}
    return {"applied": True, "capabilities": capabilities}


def _payouts(account: Doc) -> str:
    return "active" if account["payouts_enabled"] else "inactive"


def _state(account: Doc, status: str) -> Doc:
    if reason := account["_rejected"]:
        code = REJECTIONS.get(reason, "rejected_other")
        detail = {"code": code, "resolution": "contact_stripe"}
        return {"status": "rejected", "status_details": [detail]}
    state = STATES[status]
    return {"status": state, "status_details": DETAILS.get(state, [])}


def defaults(account: Doc, people: Sequence[Doc]) -> Doc:
    """Show what goes for all roles of an account."""
    how, profile = account["controller"], account["business_profile"]
    payer = how.get("fees", {}).get("payer", "account")
    return {
        "currency": account["default_currency"],
        "locales": account.get("_locales") or [],
        "payout_methods": None,
        "profile": {
            "business_url": profile["url"],
            "doing_business_as": profile["name"],
            "product_description": profile["product_description"],
        },
        "responsibilities": {
            "fees_collector": words.FEES.get(payer, payer),
            "losses_collector": how.get("losses", {}).get("payments", "stripe"),
            "requirements_collector": how.get("requirement_collection", "stripe"),
        },
    }


def identity(account: Doc, people: Sequence[Doc]) -> Doc:
    """Show who an account is of, as far as it still shows it."""
    individual = next((each for each in people if each["_individual"]), None)
    company = account["company"]
    accepted = account["tos_acceptance"]
    terms = {**accepted, "date": words.stamp(accepted["date"])}
    provided = company and {
        **{name: company[f"{name}_provided"] for name in ("directors", "executives", "owners")},
        "ownership_exemption_reason": None,
    }
    is_hidden = account["_linked"]
    return {
        "attestations": {
            "directorship_declaration": None,
            "ownership_declaration": None,
            "persons_provided": provided,
            "representative_declaration": None,
            "terms_of_service": {"account": terms if accepted["date"] else None},
        },
        "business_details": _business(account) if company and not is_hidden else None,
        "country": account["country"],
        "entity_type": account["business_type"],
        "individual": person(individual) if individual and not is_hidden else None,
    }


def _business(account: Doc) -> Doc:
    company = account["company"]
    return {
        "additional_addresses": None,
        "address": words.address(company["address"]),
        "annual_revenue": None,
        "documents": None,
        "estimated_worker_count": account["business_profile"]["estimated_worker_count"],
        "id_numbers": [{"registrar": None, "type": "us_ein"}] if company["tax_id_provided"] else [],
        "monthly_estimated_revenue": None,
        "phone": company["phone"],
        "registered_name": company["name"],
        "registration_date": None,
        "script_addresses": None,
        "script_names": None,
        "structure": company.get("structure"),
    }


def person(doc: Doc) -> Doc:
    """Show a person."""
    numbers = [("id_number_provided", "us_ssn"), ("ssn_last_4_provided", "us_ssn_last_4")]
    nationality: Any = doc.get("nationality")
    return {
        "id": doc["id"],
        "object": "v2.core.account_person",
        "account": doc["account"],
        "additional_addresses": None,
        "additional_names": None,
        "additional_terms_of_service": None,
        "address": words.address(doc["address"]),
        "created": words.stamp(doc["created"]),
        "date_of_birth": doc["dob"] if doc["dob"].get("day") else None,
        "documents": None,
        "email": doc["email"],
        "given_name": doc["first_name"],
        "id_numbers": [{"type": type} for name, type in numbers if doc[name]],
        "legal_gender": doc.get("gender"),
        "livemode": False,
        "metadata": doc["metadata"],
        "nationalities": [nationality] if nationality else None,
        "phone": doc["phone"],
        "political_exposure": doc.get("political_exposure"),
        "relationship": None if doc["_individual"] else doc["relationship"],
        "script_addresses": None,
        "script_names": None,
        "surname": doc["last_name"],
        "updated": words.stamp(doc.get("_updated") or doc["created"]),
    }


def requirements(account: Doc, people: Sequence[Doc]) -> Doc:
    """Show what is wanted of an account, an entry each."""
    due = account["requirements"]
    entries = [_entry(account, name, "user", _deadline(due, name)) for name in _wanted(due)]
    entries += [
        _entry(account, name, "stripe", "currently_due") for name in due["pending_verification"]
    ]
    worst = next(
        (each for each in ("past_due", "currently_due", "eventually_due") if due[each]), None
    )
    at = words.stamp(due["current_deadline"])
    summary = {"minimum_deadline": {"status": worst, "time": at}} if worst else None
    return {"alternatives": None, "entries": entries, "summary": summary}


def _wanted(due: Doc) -> list[str]:
    return sorted({*due["currently_due"], *due["past_due"], *due["eventually_due"]})


def _deadline(due: Doc, name: str) -> str:
    return next(
        (each for each in ("past_due", "currently_due") if name in due[each]), "eventually_due"
    )


def _entry(account: Doc, name: str, waits_for: str, deadline: str) -> Doc:
    impact = [
        {
            "capability": "stripe_balance.stripe_transfers"
            if each == words.TRANSFERS
            else words.CAPABILITIES.get(each, each),
            "configuration": "recipient" if each == words.TRANSFERS else "merchant",
            "deadline": {"status": deadline},
        }
        for each in sorted(account["capabilities"])
    ]
    owner = name.partition(".")[0]
    about = {"inquiry": None, "resource": owner, "type": "person"}
    return {
        "awaiting_action_from": waits_for,
        "description": words.requirement(name),
        "errors": [
            {"code": each["code"], "description": each["reason"]}
            for each in account["requirements"]["errors"]
            if each["requirement"] == name
        ],
        "impact": {"restricts_capabilities": impact},
        "minimum_deadline": {"status": deadline},
        "reference": about if owner.startswith("person_") else None,
        "requested_reasons": [{"code": "routine_onboarding"}],
    }
