"""Persons: who stands behind a connected account. Source: https://docs.stripe.com/api/persons"""

from collections.abc import Sequence
from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.accounts import requirements
from mirra_mcp.local.mirrors.stripe.connect.accounts.layout import ADDRESS
from mirra_mcp.local.mirrors.stripe.connect.accounts.params import ListPersons, SavePerson
from mirra_mcp.wire.model import Doc

RELATIONSHIP: Doc = {
    "authorizer": False,
    "director": False,
    "executive": False,
    "legal_guardian": False,
    "owner": False,
    "percent_ownership": None,
    "representative": False,
    "title": None,
}
DOCUMENT: Doc = {"back": None, "details": None, "details_code": None, "front": None}
UNVERIFIED: Doc = {
    "additional_document": DOCUMENT,
    "details": None,
    "details_code": None,
    "document": DOCUMENT,
    "status": "unverified",
}


class Persons(StripeResource):
    """The people of accounts; they are the platform's to manage."""

    entity, plural = "person", "persons"
    object, prefix, path = "person", "person", "/v1/accounts/{account}/persons"
    indexes = ("account",)
    blank: ClassVar[Doc] = {
        "account": "",
        "address": None,
        "created": None,
        "dob": {"day": None, "month": None, "year": None},
        "email": None,
        "first_name": None,
        "id_number_provided": False,
        "last_name": None,
        "metadata": {},
        "phone": None,
        "relationship": RELATIONSHIP,
        "ssn_last_4_provided": False,
        "verification": UNVERIFIED,
        "_id_number": None,
        "_individual": False,
        "_ssn_last_4": None,
    }

    @property
    def kind(self) -> str:
        """Persons are kept by the platform."""
        return self.plural

    def save(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> Doc:
        """Write a person, and tell of it in the v2 API's way, too."""
        is_new = doc["id"] in self.mirror.fresh
        saved = super().save({**doc, "_updated": self.at}, event=event, **event_data)
        if self.stripe.tells_accounts():
            self.stripe.core_persons.tell(saved, "created" if is_new else "updated")
        return saved

    def drop(self, doc: Doc, *, event: str | None = None, **event_data: Any) -> None:
        """Remove a person, and tell of it in the v2 API's way, too."""
        super().drop(doc, event=event, **event_data)
        if self.stripe.tells_accounts():
            self.stripe.core_persons.tell(doc, "deleted")

    def view(self, doc: Doc) -> Doc:
        """Show a person with what is due of them."""
        account = self.stripe.accounts.peek(doc["account"])
        due = account["requirements"] if account else requirements.NOTHING_DUE
        shown = super().view(doc)
        shown["requirements"] = requirements.of_person(doc, due)
        shown["future_requirements"] = requirements.of_person(doc, requirements.NOTHING_DUE)
        if doc["_individual"]:
            shown.pop("relationship")
        return shown

    @route("POST /v1/accounts/{account}/people")
    @route("POST /v1/accounts/{account}/persons")
    def create(self, account: str, params: SavePerson) -> Doc:
        """Add a person to a company's account.

        Fires: person.created, then account.updated.
        Source: https://docs.stripe.com/api/persons/create
        """
        owner = self.stripe.accounts.get(account)
        given = self._by_token(params.given())
        self._check(owner, given.get("relationship") or {}, but="")
        doc = self._filled(self.new(account=account), given)
        with self.stripe.acting_for(account):
            self.save(doc, event="person.created")
        self.stripe.accounts.weighed(owner, told=True)
        return self.view(doc)

    @route("GET /v1/accounts/{account}/people/{id}")
    @route("GET /v1/accounts/{account}/persons/{id}")
    def retrieve(self, account: str, id: str) -> Doc:
        """Return a person."""
        return self.view(self._of(account, id))

    @route("GET /v1/accounts/{account}/people")
    @route("GET /v1/accounts/{account}/persons")
    def index(self, account: str, params: ListPersons) -> Doc:
        """List the persons of an account, of some relationship if asked."""
        self.stripe.accounts.get(account)
        wanted = params.relationship.given() if params.relationship else {}
        return self.listed(
            params,
            url=f"/v1/accounts/{account}/persons",
            keep=lambda doc: all(doc["relationship"][name] == on for name, on in wanted.items()),
            account=account,
        )

    @route("POST /v1/accounts/{account}/people/{id}")
    @route("POST /v1/accounts/{account}/persons/{id}")
    def update(self, account: str, id: str, params: SavePerson) -> Doc:
        """Change a person. Fires: person.updated, then account.updated."""
        doc, owner = self._of(account, id), self.stripe.accounts.get(account)
        given = self._by_token(params.given())
        self._check(owner, given.get("relationship") or {}, but=id)
        doc = self._filled(doc, given)
        with self.stripe.acting_for(account):
            self.save(doc, event="person.updated")
        self.stripe.accounts.weighed(owner, told=True)
        return self.view(doc)

    @route("DELETE /v1/accounts/{account}/people/{id}")
    @route("DELETE /v1/accounts/{account}/persons/{id}")
    def delete(self, account: str, id: str) -> Doc:
        """Remove a person; the representative stays. Fires: person.deleted, account.updated.

        Source: https://docs.stripe.com/api/persons/delete
        """
        doc = self._of(account, id)
        if doc["relationship"]["representative"] or doc["_individual"]:
            raise errors.invalid(
                "You cannot delete the account's representative. Make another person the"
                " representative first."
            )
        with self.stripe.acting_for(account):
            self.drop(doc, event="person.deleted")
        self.stripe.accounts.weighed(self.stripe.accounts.get(account), told=True)
        return self.deleted(doc)

    # What other nouns use.

    def of(self, account: str) -> list[Doc]:
        """Return the persons of an account, oldest first."""
        return self.find(account=account, newest_first=False)

    def individual(self, account: str) -> Doc | None:
        """Return the person that an individual's account is."""
        return next((doc for doc in self.of(account) if doc["_individual"]), None)

    def keep_individual(self, account: Doc, given: Doc) -> None:
        """Note who an individual's account is of."""
        doc = self.individual(account["id"])
        doc = doc or self.new(account=account["id"], _individual=True)
        self.save(self._filled(doc, given))

    def verified(self, people: Sequence[Doc]) -> None:
        """Note that all was in order with what is known of them."""
        for doc in people:
            self.save({**doc, "verification": {**doc["verification"], "status": "verified"}})

    def _by_token(self, given: Doc) -> Doc:
        """Return what was sent, with what its person token tells; what was sent goes first.

        Source: https://docs.stripe.com/connect/account-tokens
        """
        token = given.pop("person_token", None)
        if token is None:
            return given
        told = self.stripe.tokens.spend_details(token, "person")
        return SavePerson.model_validate(told).given() | given

    def _filled(self, doc: Doc, given: Doc) -> Doc:
        given = dict(given)
        number, last_4 = given.pop("id_number", None), given.pop("ssn_last_4", None)
        if last_4 is not None and not (len(last_4) == 4 and last_4.isdigit()):
            raise errors.invalid("Must be exactly 4 digits", "ssn_last_4")
        secondary = given.pop("id_number_secondary", None)
        for name in ("address", "dob", "relationship", "registered_address"):
            if isinstance(given.get(name), dict):
                blank = ADDRESS if "address" in name else {}
                given[name] = {**blank, **(doc.get(name) or {}), **given[name]}
        if isinstance(given.get("verification"), dict):
            given["verification"] = self._documents(doc, given["verification"])
        doc = self.patched(doc, given)
        if isinstance(doc["address"], dict) and doc["address"]["country"] is None:
            owner = self.stripe.accounts.peek(doc["account"])
            doc["address"] = {**doc["address"], "country": owner["country"] if owner else "US"}
        if number:
            doc |= {"id_number_provided": True, "_id_number": number}
            doc |= {"ssn_last_4_provided": True, "_ssn_last_4": number[-4:]}
        if last_4:
            doc |= {"ssn_last_4_provided": True, "_ssn_last_4": last_4}
        if secondary:
            doc["id_number_secondary_provided"] = True
        if number or last_4:
            doc["verification"] = {**doc["verification"], "status": "pending"}
        return doc

    def _documents(self, doc: Doc, given: Doc) -> Doc:
        found: dict[str, Any] = dict(doc["verification"])
        for name in ("additional_document", "document"):
            if isinstance(given.get(name), dict):
                for side, file in given[name].items():
                    if file and not file.startswith("file_identity_document"):
                        self.stripe.files.named(file, f"verification[{name}][{side}]")
                found[name] = {**found[name], **given[name]}
        return found

    def _check(self, owner: Doc, relationship: Doc, *, but: str) -> None:
        """Refuse a second representative, and more than the whole of a company."""
        if relationship.get("representative") and any(
            each["relationship"]["representative"] and each["id"] != but
            for each in self.of(owner["id"])
        ):
            raise errors.invalid(
                "There can be only one representative of an account. Change the relationship of"
                " the other first.",
                "relationship[representative]",
            )
        part = relationship.get("percent_ownership")
        if part is not None and not 0 <= part <= 100:
            raise errors.invalid(
                "Percent ownership must be between 0 and 100.", "relationship[percent_ownership]"
            )

    def _of(self, account: str, id: str) -> Doc:
        self.stripe.accounts.get(account)
        doc = self.get(id)
        if doc["account"] != account:
            raise self.missing(id)
        return doc
