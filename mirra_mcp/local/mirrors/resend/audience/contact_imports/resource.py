"""Contact imports: many contacts from one CSV file, in the background.

Source: https://resend.com/docs/api-reference/contacts/create-contact-import
"""

import csv
import io
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.addresses import EMAIL
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.params import ResendParams
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.audience.contact_imports.multipart import form
from mirra_mcp.local.mirrors.resend.audience.params import Choices, Groups, ListImports
from mirra_mcp.wire.model import Doc

QUEUED_FOR = timedelta(seconds=1)
RUNS_FOR = timedelta(seconds=1)
TRUE = frozenset({"true", "1", "yes"})


class PropertyColumn(ResendParams):
    """Which column holds a property, and what its values are."""

    column: str
    type: Literal["string", "number", "boolean"] = "string"


class ColumnMap(ResendParams):
    """Which column holds what. Unmapped, columns are known by their exact lower-case names."""

    email: str = "email"
    first_name: str = "first_name"
    last_name: str = "last_name"
    unsubscribed: str = "unsubscribed"
    properties: dict[str, PropertyColumn] = {}


@dataclass
class Counts:
    """What became of the rows."""

    total: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0


class ContactImports(ResendResource):
    """Uploaded files and what became of their rows."""

    entity, plural = "contact_import", "contact_imports"
    title, object = "Contact import", "contact_import"
    blank = {
        "object": "contact_import",
        "id": None,
        "status": "queued",
        "created_at": None,
        "completed_at": None,
        "counts": None,
        "_file": None,
        "_columns": None,
        "_on_conflict": "upsert",
        "_segments": [],
        "_topics": [],
    }
    indexes = ("status",)
    moves = {"queued": {"in_progress"}, "in_progress": {"completed", "failed"}}

    @route("POST /contacts/imports", status=201)
    def create(self, call: Call) -> Doc:
        """Take a CSV file; it is read a second later and done a second after that.

        Existing contacts are updated unless `on_conflict` is `skip`.

        Source: https://resend.com/docs/api-reference/contacts/create-contact-import and
        https://github.com/resend/resend-skills (contacts: upsert by default, exact column names)
        """
        fields = form(call.headers.get("content-type", ""), call.body)
        if not fields.get("file"):
            raise errors.missing_required_field("file")
        columns = _decoded(fields, "column_map", ColumnMap, ColumnMap())
        groups = _decoded(fields, "segments", Groups, [])
        topics = _decoded(fields, "topics", Choices, [])
        on_conflict = fields.get("on_conflict", b"upsert").decode("utf-8", "replace")
        if on_conflict not in ("upsert", "skip"):
            raise errors.validation_error(
                "The `on_conflict` field must be one of: `upsert`, `skip`."
            )
        text = fields["file"].decode("utf-8-sig", "replace")
        if columns.email not in _header(text):
            raise errors.validation_error("CSV missing required email column")
        for each in groups:
            self.mirror.segments.get(each.id)
        self.mirror.topics.must_exist(topics)
        found = self.new(
            _file=text,
            _columns=columns.model_dump(),
            _on_conflict=on_conflict,
            _segments=[each.id for each in groups],
            _topics=[each.model_dump() for each in topics],
        )
        self.mirror.after(QUEUED_FOR, "contact_imports.start", id=found["id"])
        return self.ref(self.save(found))

    @route("GET /contacts/imports")
    def list(self, params: ListImports) -> Doc:
        """List the imports, newest first, maybe of one status.

        Source: https://resend.com/docs/api-reference/contacts/list-contact-imports
        """
        return self.listed(params, **({"status": params.status} if params.status else {}))

    @route("GET /contacts/imports/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one import; its counts appear when it is done.

        Source: https://resend.com/docs/api-reference/contacts/get-contact-import
        """
        return self.view(self.get(id))

    def start(self, id: str) -> None:
        """Begin to read the file."""
        self.move(self.get(id), "in_progress")
        self.mirror.after(RUNS_FOR, "contact_imports.finish", id=id)

    def finish(self, id: str) -> None:
        """Write all rows as contacts. No webhook tells of them.

        Source: https://resend.com/docs/webhooks/contacts/created
        """
        found = self.get(id)
        columns = ColumnMap.model_validate(found["_columns"])
        for key, column in columns.properties.items():
            if not self.mirror.contact_properties.first(key=key):
                self.mirror.contact_properties.define(key, column.type)
        counts, status = Counts(), "completed"
        try:
            for row in csv.DictReader(io.StringIO(found["_file"])):
                outcome = self._import_row(row, columns, found)
                counts.total += 1
                setattr(counts, outcome, getattr(counts, outcome) + 1)
        except csv.Error:
            status = "failed"
        done = {"completed_at": stamp(self.now), "counts": vars(counts), "_file": None}
        self.move(found | done, status)

    def view(self, doc: Doc) -> Doc:
        """Return an import as the API shows it.

        Source: https://github.com/resend/resend-python (counts are present once it is done)
        """
        shown = super().view(doc)
        if shown["counts"] is None:
            del shown["counts"]
        return shown

    def _import_row(
        self, row: dict[str, Any], columns: ColumnMap, found: Doc
    ) -> Literal["created", "updated", "skipped", "failed"]:
        email = (row.get(columns.email) or "").strip()
        try:
            values = _values(row, columns)
        except ValueError:
            return "failed"
        if not EMAIL.fullmatch(email):
            return "failed"
        contacts = self.mirror.contacts
        contact = contacts.at(email)
        if contact is not None and found["_on_conflict"] == "skip":
            return "skipped"
        outcome: Literal["created", "updated"] = "updated" if contact else "created"
        topics = TypeAdapter(Choices).validate_python(found["_topics"])
        contact = contact or contacts.new(email=email)
        contacts.rewrite(contact, found["_segments"], topics, **values)
        return outcome


def _header(text: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text)), [])
    except csv.Error:
        return []


def _values(row: dict[str, Any], columns: ColumnMap) -> Doc:
    """Return what a row says about a contact; an empty cell says nothing.

    Raises:
        ValueError: a cell of a number property holds none.
    """
    values: Doc = {}
    for name in ("first_name", "last_name"):
        if cell := row.get(getattr(columns, name)):
            values[name] = cell
    if cell := row.get(columns.unsubscribed):
        values["unsubscribed"] = cell.strip().lower() in TRUE
    properties: Doc = {}
    for key, column in columns.properties.items():
        if cell := row.get(column.column):
            properties[key] = {"value": _typed(cell, column.type), "type": column.type}
    return values | {"properties": properties}


def _typed(cell: str, type: str) -> str | float | bool:
    if type == "boolean":
        return cell.strip().lower() in TRUE
    if type == "number":
        return float(cell) if "." in cell else int(cell)
    return cell


def _decoded(fields: dict[str, bytes], name: str, kind: Any, default: Any) -> Any:
    """Read a form field that holds JSON.

    Raises:
        VendorError: it isn't JSON, or not of its kind.
    """
    if name not in fields:
        return default
    try:
        return TypeAdapter(kind).validate_python(json.loads(fields[name]))
    except (ValidationError, ValueError):
        raise errors.validation_error(f"The `{name}` field is not valid.") from None
