"""End users and supporting documents: what bundles are made of.

Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/end-users
    https://www.twilio.com/docs/trust-hub/trusthub-rest-api/supporting-documents
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import orjson

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.trusthub.params import CreateItem, UpdateItem
from mirra_mcp.local.mirrors.twilio.trusthub.policies import DOCUMENTS, END_USERS
from mirra_mcp.wire.model import Doc

USERS, PAPERS = "/v1/EndUsers", "/v1/SupportingDocuments"


class TrustItems(TwilioResource):
    """What end users and supporting documents do alike."""

    path: ClassVar[str] = ""
    types: ClassVar[Mapping[str, Any]] = {}
    indexes = ("account_sid",)

    def _make(self, params: CreateItem, **fields: Any) -> Doc:
        if params.type not in self.types:
            raise wrong(f"Invalid parameter Type: {params.type[:80]}")
        given = _attributes(params.attributes) or {}
        doc = self.new(
            friendly_name=params.friendly_name, type=params.type, attributes=given, **fields
        )
        return self.view(self.save(doc))

    def _update(self, sid: str, params: UpdateItem) -> Doc:
        doc = self.get(sid)
        given = _attributes(params.attributes)
        name = params.friendly_name or doc["friendly_name"]
        attributes = doc["attributes"] if given is None else given
        return self.view(self.change(doc, friendly_name=name, attributes=attributes))

    def _delete(self, sid: str) -> None:
        """Delete what no bundle needs.

        Raises:
            VendorError: 20409, a bundle has it.
        """
        doc = self.get(sid)
        if self.mirror.trust_assignments.count(object_sid=sid):
            raise refusal(20409, message=f"{sid} is assigned to a bundle.")
        self.drop(doc)

    def lacks(self, doc: Doc) -> list[str]:
        """Return the attributes that something of its type must have, and hasn't."""
        return [each for each in self.types[doc["type"]][1] if not doc["attributes"].get(each)]

    def path_of(self, doc: Doc) -> str:
        """Return the path of an item."""
        return f"{self.path}/{doc['sid']}"


class EndUsers(TrustItems):
    """The businesses and people of every account."""

    entity, plural, prefix = "end_user", "end_users", "IT"
    names, path, types = ("friendly_name",), USERS, END_USERS
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "friendly_name": None,
        "type": None,
        "attributes": {},
        "date_created": None,
        "date_updated": None,
        "url": None,
    }

    @route(f"POST {USERS}", status=201)
    def create(self, params: CreateItem) -> Doc:
        """Tell of a business, or of somebody who may speak for it."""
        return self._make(params)

    @route(f"GET {USERS}")
    def index(self, call: Call) -> Doc:
        """List the account's end users."""
        return self.listed(call, "results")

    @route(f"GET {USERS}/{{Sid}}")
    def fetch(self, Sid: str) -> Doc:
        """Return one end user."""
        return self.view(self.get(Sid))

    @route(f"POST {USERS}/{{Sid}}")
    def update(self, Sid: str, params: UpdateItem) -> Doc:
        """Change what is told of an end user."""
        return self._update(Sid, params)

    @route(f"DELETE {USERS}/{{Sid}}", status=204)
    def delete(self, Sid: str) -> None:
        """Delete an end user."""
        self._delete(Sid)


class SupportingDocuments(TrustItems):
    """The papers of every account."""

    entity, plural, prefix = "supporting_document", "supporting_documents", "RD"
    names, path, types = ("friendly_name",), PAPERS, DOCUMENTS
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "friendly_name": None,
        "mime_type": None,
        "status": "draft",
        "type": None,
        "attributes": {},
        "date_created": None,
        "date_updated": None,
        "url": None,
    }

    @route(f"POST {PAPERS}", status=201)
    def create(self, params: CreateItem) -> Doc:
        """Add a paper: an address that the account has."""
        return self._make(params)

    @route(f"GET {PAPERS}")
    def index(self, call: Call) -> Doc:
        """List the account's papers."""
        return self.listed(call, "results")

    @route(f"GET {PAPERS}/{{Sid}}")
    def fetch(self, Sid: str) -> Doc:
        """Return one paper."""
        return self.view(self.get(Sid))

    @route(f"POST {PAPERS}/{{Sid}}")
    def update(self, Sid: str, params: UpdateItem) -> Doc:
        """Change a paper."""
        return self._update(Sid, params)

    @route(f"DELETE {PAPERS}/{{Sid}}", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a paper."""
        self._delete(Sid)


def _attributes(given: Any) -> Doc | None:
    """Read attributes: JSON in a form field."""
    found: Doc | None = orjson.loads(given) if isinstance(given, str) and given else given or None
    return found
