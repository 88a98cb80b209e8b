"""Content templates: what is said, once for every channel, with places for variables.

Source: https://www.twilio.com/docs/content/content-api-resources
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from mirra_mcp.local.kit.foreign import loads
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import pages
from mirra_mcp.local.mirrors.twilio.api.dates import instant, iso
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.content import types
from mirra_mcp.local.mirrors.twilio.content.params import CreateContent, UpdateContent
from mirra_mcp.wire.model import Doc

SID = re.compile(r"HX[0-9a-fA-F]{32}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z]{2,4})?")
LONGEST_VALUE = types.LONGEST_VALUE


@dataclass(frozen=True, slots=True)
class Filled:
    """What a channel shows of a template."""

    template: Doc
    type: str
    content: Doc
    variables: dict[str, str]

    @property
    def body(self) -> str:
        """The text of it."""
        return types.body_of(self.type, self.content)

    @property
    def media(self) -> list[str]:
        """The addresses of its files."""
        return types.media_of(self.content)


class Contents(TwilioResource):
    """The templates of every account."""

    entity, plural, prefix = "content_template", "contents", "HX"
    synonyms, names = ("template", "message template"), ("friendly_name",)
    blank: ClassVar[Doc] = {
        "date_created": None,
        "date_updated": None,
        "sid": None,
        "account_sid": None,
        "friendly_name": None,
        "language": None,
        "variables": {},
        "types": {},
        "url": None,
        "links": None,
    }

    @route("POST /v1/Content", status=201)
    def create(self, params: CreateContent) -> Doc:
        """Make a template."""
        return self.view(self.add(self.mirror.account_sid, params))

    def add(self, account: str, params: CreateContent, sid: str = "") -> Doc:
        """Put a template into an account: a caller's, or a fixture's with a SID of its own."""
        return self.save(self.new(id=sid, account_sid=account, **self._fields(params)))

    @route("GET /v1/Content")
    def list(self, call: Call) -> Doc:
        """List the account's templates."""
        return self.listed(call, "contents")

    @route("GET /v2/Content")
    def search(self, call: Call) -> Doc:
        """List the templates that have a name, a text, a type or a language.

        Source: https://www.twilio.com/docs/content/content-api-resources
        """
        return self._searched(call, self.view)

    @route("GET /v1/ContentAndApprovals")
    def list_with_approvals(self, call: Call) -> Doc:
        """List the account's templates, each with what WhatsApp says of it."""
        found = self.listed(call, "contents")
        found["contents"] = [self.with_approval(self.get(each["sid"])) for each in
                             found["contents"]]  # fmt: skip
        return found

    @route("GET /v2/ContentAndApprovals")
    def search_with_approvals(self, call: Call) -> Doc:
        """List the templates that fit, each with what WhatsApp says of it."""
        return self._searched(call, self.with_approval)

    @route("GET /v1/LegacyContent")
    def list_legacy(self, call: Call) -> Doc:
        """List the templates that were WhatsApp's before there was content: none here."""
        empty = pages.slice_of((), pages.cut(call))
        return pages.page_v1(call, "contents", pages.cut(call), empty, self.mirror.base_of(call))

    @route("GET /v1/Content/{Sid}")
    def fetch(self, Sid: str) -> Doc:
        """Return one template."""
        return self.view(self.get(Sid))

    @route("PUT /v1/Content/{Sid}")
    def update(self, Sid: str, params: UpdateContent) -> Doc:
        """Change a template that WhatsApp hasn't been asked about."""
        doc = self.get(Sid)
        if self.mirror.content_approvals.first(content_sid=Sid):
            raise wrong("The template was submitted for approval and can't be changed")
        return self.view(self.change(doc, **self._fields(params)))

    @route("DELETE /v1/Content/{Sid}", status=204)
    def delete(self, Sid: str) -> None:
        """Remove a template, with its approval."""
        doc = self.get(Sid)
        for approval in self.mirror.content_approvals.find(content_sid=Sid):
            self.mirror.cancel_timers(id=approval["id"])
            self.mirror.content_approvals.drop(approval)
        self.drop(doc)

    # What other nouns do.

    def fill(self, account: str, sid: str, variables: str, channel: str) -> Filled:
        """Return what a channel shows of a template, filled with variables in JSON.

        Raises:
            VendorError: 21654 to 21658 or 216602, it can't be sent so.

        Source: https://www.twilio.com/docs/api/errors/21656
        """
        doc = self.owned(account, sid)
        values = doc["variables"] | _values(variables)
        name = types.shown_by(doc["types"], channel)
        content = types.filled(doc["types"][name], values)
        used = {key: values[key] for key in sorted(values)}
        return Filled(doc, name, content, used)

    def owned(self, account: str, sid: str) -> Doc:
        """Return one of an account's templates.

        Raises:
            VendorError: 21655, it has none such.

        Source: https://www.twilio.com/docs/api/errors/21655
        """
        doc = self.peek(sid) if SID.fullmatch(sid) else None
        if doc is None or doc["account_sid"] != account:
            raise refusal(21655, sid=sid)
        return doc

    def with_approval(self, doc: Doc) -> Doc:
        """Return a template with what WhatsApp says of it."""
        shown = self.view(doc)
        del shown["url"], shown["links"]
        return shown | {"approval_requests": self.mirror.content_approvals.of(doc)}

    # Checks and lists.

    def _fields(self, params: UpdateContent) -> Doc:
        fields: Doc = {"types": types.checked(params.types)}
        if params.language is not None:
            if not LANGUAGE.fullmatch(params.language):
                raise wrong(f"Invalid parameter language: {params.language}")
            fields["language"] = params.language
        if params.friendly_name is not None:
            fields["friendly_name"] = params.friendly_name
        if params.variables is not None:
            fields["variables"] = types.variables_of(params.variables)
        return fields

    def _searched(self, call: Call, view: Callable[[Doc], Doc]) -> Doc:
        """Return a page of the templates that the query asks for.

        Raises:
            VendorError: a pattern or a date can't be read.
        """
        query = self.mirror.read_query(call)
        name, text = (_pattern(call, name) for name in ("ContentName", "Content"))
        after, before = (_date(call, f"DateCreated{way}") for way in ("After", "Before"))
        languages, kinds = query.get("Language", []), query.get("ContentType", [])
        states = query.get("ChannelEligibility", [])

        def fits(doc: Doc) -> bool:
            approval = self.mirror.content_approvals.of(doc)["status"]
            return (
                name(doc["friendly_name"] or "")
                and any(map(text, types.texts_of(doc["types"])))
                and (not after or doc["date_created"] >= after)
                and (not before or doc["date_created"] <= before)
                and (not languages or doc["language"] in languages)
                and (not kinds or not set(kinds).isdisjoint(doc["types"]))
                and (not states or f"whatsapp:{approval}" in states)
            )

        docs = [doc for doc in self.find(account_sid=self.mirror.account_sid) if fits(doc)]
        orders = {"SortByDate": "date_updated", "SortByContentName": "friendly_name"}
        for parameter, key in orders.items():
            if order := call.query.get(parameter):
                docs.sort(key=lambda doc: doc[key] or "", reverse=order.lower() == "desc")
        at = pages.cut(call)
        found = pages.slice_of([view(doc) for doc in docs], at)
        return pages.page_v1(call, "contents", at, found, self.mirror.base_of(call))

    def path_of(self, doc: Doc) -> str:
        """Return the path of a template."""
        return f"/v1/Content/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the paths of a template's approval."""
        path = f"{self.path_of(doc)}/ApprovalRequests"
        return {"approval_create": f"{path}/whatsapp", "approval_fetch": path}


def _values(text: str) -> dict[str, str]:
    """Read the variables of a message.

    Raises:
        VendorError: 21656 or 21658, they are no JSON object of texts, or one is empty or too long.
    """
    if not text:
        return {}
    try:
        found = loads(text.encode())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise refusal(21656)
    for value in found.values():
        if not isinstance(value, str) or not value:
            raise refusal(21656)
        if len(value) > LONGEST_VALUE:
            raise refusal(21658)
    return found


def _pattern(call: Call, name: str) -> Callable[[str], bool]:
    """Return whether a text has a pattern, which can't take long: it never goes back.

    Raises:
        VendorError: it is no regular expression.
    """
    given = call.query.get(name)
    if not given:
        return lambda text: True
    try:
        adapter = TypeAdapter(Annotated[str, StringConstraints(pattern=given)])
    except SchemaError:
        raise wrong(f"Invalid parameter {name}: it isn't a regular expression") from None

    def fits(text: str) -> bool:
        try:
            adapter.validate_python(text)
        except ValidationError:
            return False
        return True

    return fits


def _date(call: Call, name: str) -> str | None:
    given = call.query.get(name)
    if not given:
        return None
    found = instant(given)
    if found is None:
        raise wrong(f"Invalid parameter {name}: {given} is not a valid date")
    return iso(found)
