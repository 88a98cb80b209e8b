"""Value lists: what Radar's rules compare payments with.

Source: https://docs.stripe.com/api/radar/value_lists
"""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import (
    EMAIL,
    ListParams,
    Metadata,
    StripeParams,
    merged,
)
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

ItemType = Literal[
    "account",
    "card_bin",
    "card_fingerprint",
    "case_sensitive_string",
    "country",
    "crypto_fingerprint",
    "customer_id",
    "email",
    "ip_address",
    "sepa_debit_fingerprint",
    "string",
    "us_bank_account_fingerprint",
]
FORMS = {
    "card_bin": re.compile(r"\d{6,8}"),
    "country": re.compile(r"[A-Za-z]{2}"),
    "customer_id": re.compile(r"cus_\w+"),
    "email": EMAIL,
    "ip_address": re.compile(r"[0-9a-fA-F:.]+(/\d+)?"),
}
"""What items of some types look like."""
MAKER = "API"


class CreateList(StripeParams):
    """Parameters of a new list."""

    alias: Annotated[str, Field(max_length=100)]
    item_type: ItemType = "string"
    metadata: Metadata = {}
    name: Annotated[str, Field(max_length=100)]


class UpdateList(StripeParams):
    """What may change of a list."""

    alias: Annotated[str, Field(max_length=100)] = ""
    metadata: Metadata = {}
    name: Annotated[str, Field(max_length=100)] = ""


class ListLists(ListParams):
    """Filters of the lists."""

    alias: str | None = None
    contains: str | None = None


class CreateItem(StripeParams):
    """Parameters of a new item."""

    value: Annotated[str, Field(max_length=800)]
    value_list: str


class ListItems(ListParams):
    """Filters of the items."""

    value: str | None = None
    value_list: str


class ValueLists(StripeResource):
    """The lists of the account."""

    entity, plural = "value_list", "value_lists"
    object, prefix, path = "radar.value_list", "rsl", "/v1/radar/value_lists"
    title = "value list"
    indexes = ("alias",)
    blank: ClassVar[Doc] = {
        "alias": "",
        "created": None,
        "created_by": MAKER,
        "item_type": "string",
        "livemode": False,
        "metadata": {},
        "name": "",
    }

    @route("POST /v1/radar/value_lists")
    def create(self, params: CreateList) -> Doc:
        """Create a list. Source: https://docs.stripe.com/api/radar/value_lists/create"""
        self._check_alias(params.alias)
        given = params.given()
        given["metadata"] = merged({}, params.metadata)
        return self.view(self.save(self.new(**given)))

    @route("GET /v1/radar/value_lists/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return a list with its first items."""
        return self.view(self.get(id))

    @route("POST /v1/radar/value_lists/{id}")
    def update(self, id: str, params: UpdateList) -> Doc:
        """Change a list's name, alias or metadata; never its type."""
        doc, given = self.get(id), params.given()
        if given.get("alias") not in (None, doc["alias"]):
            self._check_alias(given["alias"])
        return self.view(self.save(self.patched(doc, given)))

    @route("DELETE /v1/radar/value_lists/{id}")
    def delete(self, id: str) -> Doc:
        """Delete a list and its items."""
        doc = self.get(id)
        items = self.stripe.value_list_items
        for item in items.find(value_list=id):
            items.drop(item)
        self.drop(doc)
        return self.deleted(doc)

    @route("GET /v1/radar/value_lists")
    def index(self, params: ListLists) -> Doc:
        """List the lists; `contains` finds those with a value."""
        where: Doc = {} if params.alias is None else {"alias": params.alias}
        if params.contains is None:
            return self.listed(params, **where)
        items = self.stripe.value_list_items.find(value=params.contains)
        wanted = {item["value_list"] for item in items}
        return self.listed(params, keep=lambda doc: doc["id"] in wanted, **where)

    def view(self, doc: Doc) -> Doc:
        """Show a list with its first items."""
        items = self.stripe.value_list_items
        found = items.find(value_list=doc["id"], limit=11)
        return super().view(doc) | {
            "list_items": {
                "object": "list",
                "data": [items.view(each) for each in found[:10]],
                "has_more": len(found) > 10,
                "url": f"{items.path}?value_list={doc['id']}",
            }
        }

    def _check_alias(self, alias: str) -> None:
        if self.first(alias=alias) is not None:
            raise errors.invalid(f"A value list with the alias '{alias}' already exists.", "alias")


class ValueListItems(StripeResource):
    """What is in the lists."""

    entity, plural = "value_list_item", "value_list_items"
    object, prefix, path = "radar.value_list_item", "rsli", "/v1/radar/value_list_items"
    title = "value list item"
    indexes = ("value_list", "value")
    blank: ClassVar[Doc] = {
        "created": None,
        "created_by": MAKER,
        "livemode": False,
        "value": "",
        "value_list": "",
    }

    @route("POST /v1/radar/value_list_items")
    def create(self, params: CreateItem) -> Doc:
        """Put a value on a list. Source: https://docs.stripe.com/api/radar/value_list_items/create

        Raises:
            VendorError: no such list, a value that isn't of its type, or is there already.
        """
        kind = self.stripe.value_lists.named(params.value_list, "value_list")["item_type"]
        form = FORMS.get(kind)
        if form is not None and not form.fullmatch(params.value):
            raise errors.invalid(f"'{params.value}' is no value of the type {kind}.", "value")
        value = params.value if "string" not in kind or "case" in kind else params.value.lower()
        if self.first(value_list=params.value_list, value=value) is not None:
            raise errors.invalid(f"The value '{value}' is on the list already.", "value")
        return self.view(self.save(self.new(value=value, value_list=params.value_list)))

    @route("GET /v1/radar/value_list_items/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return an item."""
        return self.view(self.get(id))

    @route("GET /v1/radar/value_list_items")
    def index(self, params: ListItems) -> Doc:
        """List the items of a list."""
        where: Doc = {"value_list": params.value_list}
        if params.value is not None:
            where["value"] = params.value
        return self.listed(params, **where)

    @route("DELETE /v1/radar/value_list_items/{id}")
    def delete(self, id: str) -> Doc:
        """Take a value off its list."""
        doc = self.get(id)
        self.drop(doc)
        return self.deleted(doc)
