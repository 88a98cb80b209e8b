"""What Stripe wants to know of an account, and what becomes of it when it knows.

The lists are those of the United States, which stand for every country; the outcomes are those of
Stripe's test values.

Source: https://docs.stripe.com/connect/required-verification-information,
https://docs.stripe.com/connect/handling-api-verification and
https://docs.stripe.com/connect/testing#identity-verification
"""

from collections.abc import Sequence
from typing import Any

from mirra_mcp.wire.model import Doc

NOTHING_DUE: Doc = {
    "alternatives": [],
    "current_deadline": None,
    "currently_due": [],
    "disabled_reason": None,
    "errors": [],
    "eventually_due": [],
    "past_due": [],
    "pending_verification": [],
}
UNASKED = (
    "business_profile.product_description",
    "business_profile.support_phone",
    "business_profile.url",
    "external_account",
    "tos_acceptance.date",
    "tos_acceptance.ip",
)
"""What is wanted of an account of which no capability was requested."""
PERSON = (
    "address.city",
    "address.line1",
    "address.postal_code",
    "address.state",
    "dob.day",
    "dob.month",
    "dob.year",
    "email",
    "first_name",
    "last_name",
    "phone",
    "ssn_last_4",
)
COMPANY = (
    "company.address.city",
    "company.address.line1",
    "company.address.postal_code",
    "company.address.state",
    "company.name",
    "company.phone",
    "company.tax_id",
)
STATELESS = ("address.state", "ssn_last_4")
"""What is wanted in the United States alone."""
REFUSED, AT_ONCE = "111111111", "222222222"
"""Numbers that fail, and that are verified before the answer goes out; others are a while later."""
FAILED_LAST_4 = "1111"
NO_MATCH = "address_no_match"
PASSES, FAILS = "file_identity_document_success", "file_identity_document_failure"
KEYED = (
    "The identity information you entered cannot be verified. Please correct any errors or upload"
    " a document that matches the identity fields (e.g., name and date of birth) that you entered."
)


def _held(doc: Any, path: str) -> Any:
    for name in path.split("."):
        doc = doc.get(name) if isinstance(doc, dict) else None
    return doc


def _person_wants(person: Doc | None, call: str, *, american: bool, title: bool) -> list[str]:
    names = [name for name in PERSON if american or name not in STATELESS]
    if title:
        names.append("relationship.title")
    found = []
    for name in names:
        if name == "ssn_last_4":
            there = person and (person["id_number_provided"] or person["ssn_last_4_provided"])
        else:
            there = _held(person, name)
        if not there:
            found.append(f"{call}.{name}")
    return found


def missing(account: Doc, people: Sequence[Doc], *, has_bank: bool) -> list[str]:
    """List what is wanted and not there, in alphabetical order."""
    asked = account["_asked"]
    american = account["country"] == "US"
    profile = account["business_profile"]
    wanted = []
    if not asked:
        wanted += [
            name for name in UNASKED if name != "external_account" and not _held(account, name)
        ]
    else:
        if "card_payments" in asked:
            wanted += ["business_profile.mcc"] if not profile.get("mcc") else []
            if not profile.get("url") and not profile.get("product_description"):
                wanted.append("business_profile.url")
        wanted += [
            name
            for name in ("business_type", "tos_acceptance.date", "tos_acceptance.ip")
            if not _held(account, name)
        ]
        wanted += _who(account, people, american=american)
    if not has_bank:
        wanted.append("external_account")
    return sorted(wanted)


def _who(account: Doc, people: Sequence[Doc], *, american: bool) -> list[str]:
    if account["business_type"] == "individual":
        person = next((each for each in people if each["_individual"]), None)
        return _person_wants(person, "individual", american=american, title=False)
    boss = next((each for each in people if each["relationship"]["representative"]), None)
    call = boss["id"] if boss else "representative"
    wanted = _person_wants(boss, call, american=american, title=True)
    if account["business_type"] is None:
        return wanted
    company = account["company"] or {}
    for name in COMPANY:
        if name.endswith("address.state") and not american:
            continue
        there = company.get("tax_id_provided") if name == "company.tax_id" else None
        if not (there or _held(account, name)):
            wanted.append(name)
    if account["business_type"] == "company" and not company.get("owners_provided"):
        wanted.append("company.owners_provided")
    return wanted


def judged(account: Doc, people: Sequence[Doc]) -> list[Doc]:
    """List what can't be verified of what was given, as the errors of `requirements`."""
    found = []
    for person in people:
        call = "individual" if person["_individual"] else person["id"]
        document = _held(person, "verification.document.front")
        if document == FAILS:
            found.append(
                _error(
                    f"{call}.verification.document",
                    "verification_document_failed_test_mode",
                    "A test data helper was supplied to simulate verification failure.",
                )
            )
        elif document != PASSES and _is_refused(person):
            found.append(
                _error(f"{call}.verification.document", "verification_failed_keyed_identity", KEYED)
            )
        more = _held(person, "verification.additional_document.front")
        if _held(person, "address.line1") == NO_MATCH and more != PASSES:
            found.append(
                _error(
                    f"{call}.verification.additional_document",
                    "verification_failed_address_match",
                    "The address couldn't be verified.",
                )
            )
    if account["_tax_id"] == REFUSED:
        found.append(
            _error(
                "company.verification.document",
                "verification_failed_tax_id_match",
                "The tax ID that you provided couldn't be verified with the IRS.",
            )
        )
    return found


def _is_refused(person: Doc) -> bool:
    return person["_id_number"] == REFUSED or (
        not person["_id_number"] and person["_ssn_last_4"] == FAILED_LAST_4
    )


def _error(requirement: str, code: str, reason: str) -> Doc:
    return {"code": code, "reason": reason, "requirement": requirement}


def told(account: Doc, people: Sequence[Doc]) -> list[Any]:
    """Return all that Stripe verifies of an account: it does so once."""
    names = ("id", "address", "dob", "first_name", "last_name", "_id_number", "_ssn_last_4")
    company = account["company"] or {}
    return [
        account["business_type"],
        account["_tax_id"],
        company.get("name"),
        [[person[name] for name in names] for person in people],
        [_held(person, "verification.document.front") for person in people],
    ]


def is_known(account: Doc, people: Sequence[Doc]) -> bool:
    """Tell whether Stripe needs no while to verify what was given, or has done so before."""
    return account.get("_known") == told(account, people) or _is_at_once(account, people)


def _is_at_once(account: Doc, people: Sequence[Doc]) -> bool:
    numbers = [person["_id_number"] for person in people]
    if account["business_type"] not in (None, "individual"):
        numbers.append(account["_tax_id"])
    return bool(numbers) and all(number == AT_ONCE for number in numbers)


def due(wanted: Sequence[str], *, reason: str, errors: Sequence[Doc] = ()) -> Doc:
    """Lay out requirements that keep an account from working."""
    names = list(wanted)
    return {
        **NOTHING_DUE,
        "currently_due": names,
        "disabled_reason": reason,
        "errors": list(errors),
        "eventually_due": names,
        "past_due": names,
    }


def soon(wanted: Sequence[str], deadline: int) -> Doc:
    """Lay out requirements that keep an account from nothing until a day."""
    names = list(wanted)
    return {
        **NOTHING_DUE,
        "current_deadline": deadline,
        "currently_due": names,
        "eventually_due": names,
    }


def unmet(account: Doc, people: Sequence[Doc]) -> list[str]:
    """List what Stripe came to want of an account later, and hasn't got."""
    person = next((each for each in people if each["_individual"]), None)
    found = []
    for name in account.get("_wanted") or ():
        head, _, rest = name.partition(".")
        holder = person if head == "individual" else account
        path = rest if head == "individual" else name
        if not (
            _held(holder, f"{path}.front") if path.endswith("document") else _held(holder, path)
        ):
            found.append(name)
    return found


def pending(account: Doc, people: Sequence[Doc]) -> Doc:
    """Lay out requirements of what is being verified."""
    names = [
        f"{'individual' if person['_individual'] else person['id']}."
        f"{'id_number' if person['_id_number'] else 'ssn_last_4'}"
        for person in people
        if person["_id_number"] or person["_ssn_last_4"]
    ]
    if (account.get("company") or {}).get("tax_id_provided"):
        names.append("company.tax_id")
    return {
        **NOTHING_DUE,
        "disabled_reason": "requirements.pending_verification",
        "pending_verification": sorted(names),
    }


def of_person(person: Doc, requirements: Doc) -> Doc:
    """Return the part of an account's requirements that is about a person, by its own names."""
    start = "individual." if person["_individual"] else f"{person['id']}."

    def own(names: Sequence[str]) -> list[str]:
        return [name.removeprefix(start) for name in names if name.startswith(start)]

    lists = ("currently_due", "eventually_due", "past_due", "pending_verification")
    return {
        "alternatives": [],
        **{name: own(requirements[name]) for name in lists},
        "errors": [
            {**each, "requirement": each["requirement"].removeprefix(start)}
            for each in requirements["errors"]
            if each["requirement"].startswith(start)
        ],
    }


def minimum(country: str) -> tuple[list[str], list[str]]:
    """Return what is wanted of an individual's and of a company's account that takes cards."""
    american = country == "US"
    both = ["business_profile.mcc", "business_profile.url", "business_type", "external_account"]
    both += ["tos_acceptance.date", "tos_acceptance.ip"]
    person = [name for name in PERSON if american or name not in STATELESS]
    business = [name for name in COMPANY if american or not name.endswith("address.state")]
    boss = [f"representative.{name}" for name in (*person, "relationship.title")]
    individual = [f"individual.{name}" for name in person]
    return sorted(both + individual), sorted([*both, *business, "company.owners_provided", *boss])
