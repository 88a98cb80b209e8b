"""Suppressions: addresses that Resend doesn't deliver to, because they bounced or complained.

Source: https://resend.com/docs/api-reference/suppressions/add-suppression and
https://resend.com/docs/dashboard/emails/email-suppressions
"""

from typing import Any, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.addresses import parse
from mirra_mcp.local.mirrors.resend.api.dates import iso_of
from mirra_mcp.local.mirrors.resend.api.params import Paging, ResendParams
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource, is_uuid
from mirra_mcp.wire.model import Doc

Docs = list[Doc]


Origin = Literal["bounce", "complaint", "manual"]


class AddSuppression(ResendParams):
    """`POST /suppressions`."""

    email: str


class AddSuppressions(ResendParams):
    """`POST /suppressions/batch/add`."""

    emails: list[str] = Field(min_length=1, max_length=100)


class RemoveSuppressions(ResendParams):
    """`POST /suppressions/batch/remove`: by address or by id, not both."""

    emails: list[str] | None = Field(default=None, min_length=1, max_length=100)
    ids: list[str] | None = Field(default=None, min_length=1, max_length=100)


class ListSuppressions(Paging):
    """The query of `GET /suppressions`."""

    origin: Origin | None = None


class Suppressions(ResendResource):
    """The account's suppression list, the same for all its domains."""

    entity, plural, title, object = "suppression", "suppressions", "Suppression", "suppression"
    indexes = ("email", "origin")
    blank = {
        "object": "suppression",
        "id": None,
        "email": None,
        "origin": "manual",
        "source_id": None,
        "created_at": None,
    }

    @route("POST /suppressions", status=201)
    def create(self, params: AddSuppression) -> Doc:
        """Suppress an address; one that is suppressed stays as it is. Fires: suppression.added."""
        return self.ref(self.add(self._address(params.email)))

    @route("GET /suppressions")
    def list(self, params: ListSuppressions) -> Doc:
        """List the suppressed addresses."""
        where = {} if params.origin is None else {"origin": params.origin}
        return self.listed(params, **where)

    @route("GET /suppressions/{suppression}")
    def retrieve(self, suppression: str) -> Doc:
        """Return one suppression, by its id or its address."""
        return self.view(self._at(suppression))

    @route("DELETE /suppressions/{suppression}")
    def delete(self, suppression: str) -> Doc:
        """Let an address be delivered to again. Fires: suppression.removed."""
        return self._removed(self._at(suppression))

    @route("POST /suppressions/batch/add", status=201)
    def create_batch(self, params: AddSuppressions) -> Doc:
        """Suppress up to 100 addresses; the same one twice is one.

        Source: https://resend.com/docs/api-reference/suppressions/add-suppressions
        """
        emails = dict.fromkeys(self._address(email) for email in params.emails)
        return {"data": [self.ref(self.add(email)) for email in emails]}

    @route("POST /suppressions/batch/remove")
    def delete_batch(self, params: RemoveSuppressions) -> Doc:
        """Remove up to 100 suppressions by address or id; those that don't exist are left out.

        Source: https://resend.com/docs/api-reference/suppressions/remove-suppressions
        """
        if (params.emails is None) == (params.ids is None):
            raise errors.validation_error("You must provide either `emails` or `ids`, not both.")
        if params.ids is not None and not all(map(is_uuid, params.ids)):
            raise errors.invalid_parameter("ids")
        found: dict[str, Doc] = {}
        for each in params.ids or params.emails or []:
            doc = self.peek(each) if params.ids else self.of(each)
            if doc is not None:
                found[doc["id"]] = doc
        return {"data": [self._removed(doc) for doc in found.values()]}

    def add(self, email: str, *, origin: str = "manual", source_id: str | None = None) -> Doc:
        """Suppress an address unless it is already. Fires: suppression.added."""
        known = self.of(email)
        if known is not None:
            return known
        doc = self.new(email=email.lower(), origin=origin, source_id=source_id)
        return self.save(doc, event="suppression.added")

    def of(self, email: str) -> Doc | None:
        """Return the suppression of an address."""
        return self.first(email=email.strip().lower())

    def holds(self, email: str) -> bool:
        """Say whether an address is suppressed."""
        return self.count() > 0 and self.of(email) is not None

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows: no `object`."""
        return {name: value for name, value in self.view(doc).items() if name != "object"}

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a suppression's webhook.

        Source: https://resend.com/docs/webhooks/suppressions/added
        """
        return self.brief(doc) | {"created_at": iso_of(doc["created_at"])}

    def missing(self, id: str) -> VendorError:
        """Say that the address isn't suppressed."""
        return errors.not_found(self.title)

    def _at(self, id_or_email: str) -> Doc:
        doc = self.of(id_or_email) if "@" in id_or_email else self.peek(id_or_email)
        if doc is None:
            raise self.missing(id_or_email)
        return doc

    def _removed(self, doc: Doc) -> Doc:
        self.drop(doc, event="suppression.removed")
        return self.ref(doc, deleted=True)

    def _address(self, text: str) -> str:
        address = parse(text)
        if address is None:
            raise errors.invalid_address("email")
        return address.email
