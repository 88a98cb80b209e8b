"""Older addresses of what the account itself has, without its id: `/v1/account/persons`.

Source: https://github.com/stripe/openapi (releases before 2020-08-27 name them)
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api.access import OWN_ACCOUNT
from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.accounts.params import (
    CreateExternalAccount,
    ListExternalAccounts,
    ListPersons,
    SaveAccount,
    SavePerson,
    UpdateCapability,
    UpdateExternalAccount,
)
from mirra_mcp.wire.model import Doc


class OwnAddresses(StripeResource):
    """What the acting account has, by addresses without its id."""

    entity, plural = "own_address", "own_addresses"
    object = "account"
    keeps = False

    @property
    def _id(self) -> str:
        return self.stripe.account or OWN_ACCOUNT

    @route("POST /v1/account")
    def update(self, params: SaveAccount) -> Doc:
        """Change the account that the call acts for. Fires: account.updated."""
        return self.stripe.accounts.update(self._id, params)

    @route("GET /v1/account/capabilities")
    def capabilities(self, params: StripeParams) -> Doc:
        """List its capabilities."""
        return self.stripe.capabilities.index(self._id, params)

    @route("GET /v1/account/capabilities/{id}")
    def capability(self, id: str) -> Doc:
        """Return one of its capabilities."""
        return self.stripe.capabilities.retrieve(self._id, id)

    @route("POST /v1/account/capabilities/{id}")
    def update_capability(self, id: str, params: UpdateCapability) -> Doc:
        """Request a capability. Fires: capability.updated, account.updated."""
        return self.stripe.capabilities.update(self._id, id, params)

    @route("POST /v1/account/people")
    @route("POST /v1/account/persons")
    def create_person(self, params: SavePerson) -> Doc:
        """Add to its persons."""
        return self.stripe.persons.create(self._id, params)

    @route("GET /v1/account/people")
    @route("GET /v1/account/persons")
    def index_person(self, params: ListPersons) -> Doc:
        """List its persons."""
        return self.stripe.persons.index(self._id, params)

    @route("GET /v1/account/people/{id}")
    @route("GET /v1/account/persons/{id}")
    def retrieve_person(self, id: str) -> Doc:
        """Return one of its persons."""
        return self.stripe.persons.retrieve(self._id, id)

    @route("POST /v1/account/people/{id}")
    @route("POST /v1/account/persons/{id}")
    def update_person(self, id: str, params: SavePerson) -> Doc:
        """Change one of its persons."""
        return self.stripe.persons.update(self._id, id, params)

    @route("DELETE /v1/account/people/{id}")
    @route("DELETE /v1/account/persons/{id}")
    def delete_person(self, id: str) -> Doc:
        """Remove one of its persons."""
        return self.stripe.persons.delete(self._id, id)

    @route("POST /v1/account/bank_accounts")
    @route("POST /v1/account/external_accounts")
    def create_bank(self, params: CreateExternalAccount) -> Doc:
        """Add to its external accounts."""
        return self.stripe.external_accounts.create(self._id, params)

    @route("GET /v1/account/bank_accounts")
    @route("GET /v1/account/external_accounts")
    def index_bank(self, params: ListExternalAccounts) -> Doc:
        """List its external accounts."""
        return self.stripe.external_accounts.index(self._id, params)

    @route("GET /v1/account/bank_accounts/{id}")
    @route("GET /v1/account/external_accounts/{id}")
    def retrieve_bank(self, id: str) -> Doc:
        """Return one of its external accounts."""
        return self.stripe.external_accounts.retrieve(self._id, id)

    @route("POST /v1/account/bank_accounts/{id}")
    @route("POST /v1/account/external_accounts/{id}")
    def update_bank(self, id: str, params: UpdateExternalAccount) -> Doc:
        """Change one of its external accounts."""
        return self.stripe.external_accounts.update(self._id, id, params)

    @route("DELETE /v1/account/bank_accounts/{id}")
    @route("DELETE /v1/account/external_accounts/{id}")
    def delete_bank(self, id: str) -> Doc:
        """Remove one of its external accounts."""
        return self.stripe.external_accounts.delete(self._id, id)
