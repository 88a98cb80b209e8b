"""Cards and bank accounts as older integrations keep them on customers, made of tokens.

Each is a payment method too: it is kept as one, and shown here as a card or a bank account.

Source: https://docs.stripe.com/api/cards and https://docs.stripe.com/api/customer_bank_accounts
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.customers.sources import banks, originals
from mirra_mcp.local.mirrors.stripe.customers.sources.params import (
    BankData,
    CreateBankAccount,
    CreateCard,
    CreateSource,
    ListSources,
    UpdateSource,
    VerifySource,
)
from mirra_mcp.wire.model import Doc

ADDRESS = {
    "address_city": "city",
    "address_country": "country",
    "address_line1": "line1",
    "address_line2": "line2",
    "address_state": "state",
    "address_zip": "postal_code",
}
OF_CARDS = (*ADDRESS, "exp_month", "exp_year", "name")
FOREIGN = {
    "bank_account": OF_CARDS,
    "card": banks.HOLDER,
    "source": (*OF_CARDS, *banks.HOLDER),
}
"""What can't be changed of each kind."""
KINDS = {"ba_": "bank_account", "card_": "card", "src_": "source"}


class Sources(StripeResource):
    """The cards and bank accounts of customers, by their older name."""

    entity, plural = "source", "sources"
    object, prefix, title = "card", "card", "source"
    names_itself = True  # `ba_` and `src_` as well

    def peek(self, id: str) -> Doc | None:
        """Return a card or a bank account; none is kept here."""
        method = self.stripe.payment_methods.peek(id) if id.startswith(tuple(KINDS)) else None
        return self.shown_of(method) if method is not None else None

    def of(self, customer: str, id: str) -> Doc | None:
        """Return a customer's card or bank account, or None."""
        found = self.peek(id)
        return found if found is not None and found["customer"] == customer else None

    def add(self, customer: str, given: BankData | str) -> Doc:
        """Turn a token, or a bank account's data, into a customer's source.

        Fires: payment_method.attached, customer.source.created.

        Raises:
            VendorError: no such token, it was used before, the bank declines the card, or the
                customer has the bank account already.
        """
        if isinstance(given, BankData) or given.startswith("btok_"):
            method = banks.laid_out(self.stripe, given)
            self._check_new(customer, method)
        elif given.startswith("tok_"):
            method = self.stripe.tokens.spend(given, "source")
            method = method | {"id": f"card_{self.mirror.ids.token(24)}"}
        else:
            method = self._attachable(given)
        found = self.shown_of(self.stripe.payment_methods.attach_to(method, customer))
        self.mirror.emit("customer.source.created", {"object": found})
        return found

    def shown_of(self, method: Doc) -> Doc:
        """Return a payment method as the source that older integrations know."""
        if "_source" in method:
            return originals.shown(method)
        return banks.shown(method) if "_bank" in method else self.card_of(method)

    def spend(self, method: Doc) -> None:
        """Note that a source was charged that is no customer's: it can't be charged again."""
        if "_source" in method and method["customer"] is None:
            kept = self.stripe.payment_methods.get(method["id"])
            self.stripe.payment_methods.save(originals.consumed(kept))

    def card_of(self, method: Doc) -> Doc:
        """Return a payment method as the card that older integrations know."""
        card, owner = method["card"], method["billing_details"]
        checks = card.get("checks") or {}
        address = owner.get("address") or {}
        return {
            "id": method["id"],
            "object": "card",
            **{name: address.get(part) for name, part in ADDRESS.items()},
            "address_line1_check": checks.get("address_line1_check"),
            "address_zip_check": checks.get("address_postal_code_check"),
            "brand": originals.BRANDS.get(card["brand"], "Unknown"),
            "country": card["country"],
            "customer": method["customer"],
            "cvc_check": checks.get("cvc_check"),
            "dynamic_last4": None,
            "exp_month": card["exp_month"],
            "exp_year": card["exp_year"],
            "fingerprint": card["fingerprint"],
            "funding": card["funding"],
            "last4": card["last4"],
            "metadata": method["metadata"],
            "name": owner.get("name"),
            "regulated_status": card.get("regulated_status"),
            "tokenization_method": None,
        }

    @route("POST /v1/customers/{customer}/sources")
    def create(self, customer: str, params: CreateSource) -> Doc:
        """Add a card or a bank account to a customer, whose default the first one becomes.

        Fires: payment_method.attached, customer.source.created, customer.updated.
        """
        self.stripe.customers.get(customer)
        found = self.add(customer, params.source)
        if params.metadata:
            method = self.stripe.payment_methods.get(found["id"])
            method = self.patched(method, {"metadata": params.metadata})
            found = self.shown_of(self.stripe.payment_methods.save(method))
        owner = self.stripe.customers.get(customer)
        if owner["default_source"] is None:
            owner["default_source"] = found["id"]
            self.stripe.customers.save(owner, event="customer.updated")
        return found

    @route("GET /v1/customers/{customer}/sources/{id}")
    def retrieve(self, customer: str, id: str) -> Doc:
        """Return a customer's card or bank account."""
        return self._theirs(customer, id)

    @route("POST /v1/customers/{customer}/sources/{id}")
    def update(self, customer: str, id: str, params: UpdateSource) -> Doc:
        """Change a card or a bank account. Fires: customer.source.updated."""
        before = self._theirs(customer, id)
        given, method = params.given(), self.stripe.payment_methods.get(id)
        foreign = FOREIGN[before["object"]]
        for name in given:
            if name in foreign:
                raise errors.invalid(
                    f"Received unknown parameter: {name}", name, "parameter_unknown"
                )
        if before["object"] == "card":
            method = _card_changed(method, given)
        elif before["object"] == "bank_account":
            method = banks.changed(method, given)
        if "metadata" in given:
            method = self.patched(method, {"metadata": given["metadata"]})
        return self._kept(before, method)

    @route("POST /v1/customers/{customer}/bank_accounts/{id}/verify")
    @route("POST /v1/customers/{customer}/sources/{id}/verify")
    def verify(self, customer: str, id: str, params: VerifySource) -> Doc | Answer:
        """Verify a bank account by the two amounts that were sent to it: 32 and 45 cents.

        A wrong answer is refused with 402, the tenth for good. Fires: customer.source.updated.
        Source: https://docs.stripe.com/api/customer_bank_accounts/verify
        """
        before = self._theirs(customer, id)
        if before["object"] != "bank_account":
            raise errors.invalid("Only bank accounts can be verified.")
        method, refusal = banks.verified(self.stripe.payment_methods.get(id), params.amounts)
        found = self._kept(before, method)
        return found if refusal is None else Answer(refusal.status, refusal.body)

    @route("GET /v1/customers/{customer}/sources")
    def index(self, customer: str, params: ListSources) -> Doc:
        """List a customer's cards and bank accounts."""
        self.stripe.customers.get(customer)
        starts = tuple(each for each, object in KINDS.items() if params.object in (None, object))
        page: Doc = self.stripe.payment_methods.listed(
            params,
            url=f"/v1/customers/{customer}/sources",
            keep=lambda method: method["id"].startswith(starts),
            customer=customer,
        )
        return page | {"data": [self._theirs(customer, each["id"]) for each in page["data"]]}

    @route("DELETE /v1/customers/{customer}/sources/{id}")
    def delete(self, customer: str, id: str) -> Doc:
        """Remove a card or a bank account; another becomes the default.

        Fires: payment_method.detached, customer.source.deleted, customer.updated.
        """
        found = self._theirs(customer, id)
        self.stripe.payment_methods.detach_from(self.stripe.payment_methods.get(id))
        self.mirror.emit("customer.source.deleted", {"object": found})
        owner = self.stripe.customers.get(customer)
        if owner["default_source"] == id:
            others = self.stripe.payment_methods.of_customer(customer)
            left = [each["id"] for each in others if each["id"].startswith(tuple(KINDS))]
            owner["default_source"] = left[-1] if left else None
            self.stripe.customers.save(owner, event="customer.updated")
        if found["object"] == "source":  # is detached, and can't be used any more
            method = originals.consumed(self.stripe.payment_methods.get(id))
            return self.shown_of(self.stripe.payment_methods.save(method))
        return {**self.deleted(found), "object": found["object"]}

    # Older addresses.

    @route("POST /v1/customers/{customer}/cards")
    def create_card(self, customer: str, params: CreateCard) -> Doc:
        """Add a card to a customer, by the older address."""
        made = CreateSource(source=params.card or params.source, metadata=params.metadata)
        return self.create(customer, made)

    @route("POST /v1/customers/{customer}/bank_accounts")
    def create_bank_account(self, customer: str, params: CreateBankAccount) -> Doc:
        """Add a bank account to a customer, by the older address."""
        given = params.bank_account or params.source
        if not given:
            raise errors.invalid("Missing required param: source.", "source", "parameter_missing")
        return self.create(customer, CreateSource(source=given, metadata=params.metadata))

    @route("GET /v1/customers/{customer}/bank_accounts/{id}")
    @route("GET /v1/customers/{customer}/cards/{id}")
    def retrieve_older(self, customer: str, id: str) -> Doc:
        """Return a customer's card or bank account, by the older address."""
        return self.retrieve(customer, id)

    @route("POST /v1/customers/{customer}/bank_accounts/{id}")
    @route("POST /v1/customers/{customer}/cards/{id}")
    def update_older(self, customer: str, id: str, params: UpdateSource) -> Doc:
        """Change a card or a bank account, by the older address."""
        return self.update(customer, id, params)

    @route("GET /v1/customers/{customer}/cards")
    def index_cards(self, customer: str, params: ListSources) -> Doc:
        """List a customer's cards, by the older address."""
        return self._index_older(customer, params, "card", "cards")

    @route("GET /v1/customers/{customer}/bank_accounts")
    def index_bank_accounts(self, customer: str, params: ListSources) -> Doc:
        """List a customer's bank accounts, by the older address."""
        return self._index_older(customer, params, "bank_account", "bank_accounts")

    @route("DELETE /v1/customers/{customer}/bank_accounts/{id}")
    @route("DELETE /v1/customers/{customer}/cards/{id}")
    def delete_older(self, customer: str, id: str) -> Doc:
        """Remove a card or a bank account, by the older address."""
        return self.delete(customer, id)

    def missing(self, id: str) -> VendorError:
        """Say that there is no such source."""
        return errors.missing("source", id)

    def _index_older(self, customer: str, params: ListSources, object: str, name: str) -> Doc:
        only = params.model_copy(update={"object": object})
        return self.index(customer, only) | {"url": f"/v1/customers/{customer}/{name}"}

    def _theirs(self, customer: str, id: str) -> Doc:
        self.stripe.customers.get(customer)
        found = self.of(customer, id)
        if found is None:
            raise self.missing(id)
        return found

    def _attachable(self, id: str) -> Doc:
        """Return a source that a customer can keep.

        Raises:
            VendorError: there is none, it was used up, or it is for a single use.
        """
        method = self.stripe.payment_methods.peek(id) if id.startswith("src_") else None
        if method is None or "_source" not in method:
            raise errors.missing("source", id, "source", status=400)
        if method["_source"]["status"] != "chargeable":
            raise errors.invalid(
                f"The source {id} cannot be attached because its status is"
                f" {method['_source']['status']}.",
                "source",
            )
        if method["_source"]["usage"] == "single_use":
            raise errors.invalid(
                f"The source {id} is for a single use, so it cannot be attached to a customer.",
                "source",
            )
        return method

    def _check_new(self, customer: str, method: Doc) -> None:
        """Refuse a bank account that a customer has already.

        Source: https://docs.stripe.com/error-codes#bank-account-exists
        """
        print_of = method["us_bank_account"]["fingerprint"]
        for doc in self.stripe.payment_methods.of_customer(customer, "us_bank_account"):
            if "_bank" in doc and doc["us_bank_account"]["fingerprint"] == print_of:
                raise errors.invalid(
                    "A bank account with that routing number and account number already exists for"
                    " this customer.",
                    "source",
                    "bank_account_exists",
                )

    def _kept(self, before: Doc, method: Doc) -> Doc:
        found = self.shown_of(self.stripe.payment_methods.save(method))
        previous = {name: before[name] for name in before if before[name] != found[name]}
        if previous:
            data = {"object": found, "previous_attributes": previous}
            self.mirror.emit("customer.source.updated", data)
        return found


def _card_changed(method: Doc, given: Doc) -> Doc:
    """Return a card whose address, date or holder is told anew."""
    owner = {**method["billing_details"], "address": {**method["billing_details"]["address"]}}
    for name, part in ADDRESS.items():
        if name in given:
            owner["address"][part] = given[name]
    if "name" in given:
        owner["name"] = given["name"]
    dates = {name: given[name] for name in ("exp_month", "exp_year") if name in given}
    return {**method, "billing_details": owner, "card": {**method["card"], **dates}}
