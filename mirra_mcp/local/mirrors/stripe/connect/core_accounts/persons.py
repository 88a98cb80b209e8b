"""Persons of the v2 API: the persons of the v1 API under other names.

Source: https://docs.stripe.com/api/v2/core/persons
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import v2
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.accounts.params import SavePerson as SaveV1
from mirra_mcp.local.mirrors.stripe.connect.core_accounts import layout, reading
from mirra_mcp.local.mirrors.stripe.connect.core_accounts.params import SavePerson
from mirra_mcp.wire.model import Doc


class CorePersons(StripeResource):
    """Persons as the v2 API has them; `persons` keeps them."""

    entity, plural = "core_person", "core_persons"
    object = "v2.core.account_person"
    keeps = False

    @route("POST /v2/core/accounts/{account}/persons")
    def create(self, account: str, params: SavePerson) -> Doc:
        """Add a person. Fires: v2.core.account_person.created, and what the v1 API tells.

        Source: https://docs.stripe.com/api/v2/core/persons/create
        """
        self.stripe.core_accounts.of(account)
        made = self.stripe.persons.create(account, self._read(account, params))
        return layout.person(self.stripe.persons.get(made["id"]))

    @route("GET /v2/core/accounts/{account}/persons/{id}")
    def retrieve(self, account: str, id: str) -> Doc:
        """Return a person."""
        return layout.person(self._of(account, id))

    @route("GET /v2/core/accounts/{account}/persons")
    def index(self, account: str, params: v2.Paged) -> Doc:
        """List the persons of an account."""
        self.stripe.core_accounts.of(account)
        page = v2.paged(self.stripe.persons, params, account=account)
        page["data"] = [layout.person(doc) for doc in page["data"]]
        if page["next_page_url"]:
            page["next_page_url"] = page["next_page_url"].replace(
                "/v1/accounts/{account}", f"/v2/core/accounts/{account}"
            )
        return page

    @route("POST /v2/core/accounts/{account}/persons/{id}")
    def update(self, account: str, id: str, params: SavePerson) -> Doc:
        """Change a person. Fires: v2.core.account_person.updated, and what the v1 API tells."""
        self._of(account, id)
        self.stripe.persons.update(account, id, self._read(account, params))
        return layout.person(self.stripe.persons.get(id))

    @route("DELETE /v2/core/accounts/{account}/persons/{id}")
    def delete(self, account: str, id: str) -> Doc:
        """Remove a person. Fires: v2.core.account_person.deleted, and what the v1 API tells."""
        self._of(account, id)
        self.stripe.persons.delete(account, id)
        return {"id": id, "object": self.object}

    def tell(self, person: Doc, what: str) -> None:
        """Say that a person was created, updated or deleted, by a thin event."""
        account = person["account"]
        if person["_individual"]:
            self.stripe.core_accounts.say(account, "v2.core.account[identity].updated")
            return
        about = v2.related(self.object, person["id"], f"/v2/core/accounts/{account}/persons")
        type = f"v2.core.account_person.{what}"
        self.stripe.tell_thin(type, about, account, {"account_id": account})

    def _of(self, account: str, id: str) -> Doc:
        self.stripe.core_accounts.of(account)
        doc = self.stripe.persons.peek(id)
        if doc is None or doc["account"] != account:
            raise v2.not_found(f"No such person: '{id}'")
        return doc

    def _read(self, account: str, params: SavePerson) -> SaveV1:
        """Return what was sent, and what its token tells, as the v1 API takes it."""
        given = params.given()
        if token := given.pop("person_token", None):
            given = self.stripe.core_tokens.spend(token, account, "person_token") | given
        return SaveV1.model_validate(reading.person_fields_of(given))
