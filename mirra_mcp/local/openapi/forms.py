"""The form of ids, and of fields that the API fills by itself."""

import re
from datetime import datetime
from typing import Any

from mirra_mcp.local.kit.ids import Ids
from mirra_mcp.local.openapi.document.samples import matching
from mirra_mcp.local.openapi.document.schemas import Schemas
from mirra_mcp.local.openapi.words import snake
from mirra_mcp.wire.model import Doc

PREFIXED = re.compile(r"^([A-Za-z]{1,12}[_-])([A-Za-z0-9]{6,64})$")
HEXED = re.compile(r"^[0-9a-f]{16,64}$")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
CREATED = re.compile(r"^(created|inserted|added|date_created|creation|submitted|opened|registered)")
CHANGED = re.compile(r"^(updated|modified|changed|last_updated|last_modified|date_updated)")
FIRST = ("pending", "draft", "created", "new", "open", "active", "placed", "queued", "available")
NEEDY = ("requires_", "awaiting", "waiting", "incomplete", "needs_")
"""How statuses begin that something is still wanted in."""
LAST = re.compile(
    r"^(cancell?ed|closed|failed|failure|deleted|removed|expired|succeeded|success|complet|done|"
    r"archived|rejected|declined|refunded|ended|finished|stopped|inactive|disabled|error|void|off)"
)
"""How statuses begin that nothing comes after, as a rule."""
BEGUN = 1
LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"


def new_id(schemas: Schemas, schema: Any, entity: str, count: int, ids: Ids) -> Any:
    """Make an id in the form of its schema and example; `count` says how many there were."""
    doc = schemas.of(schema)
    example = doc.get("example", next(iter(doc.get("examples") or []), None))
    types = schemas.types(schema)
    if "integer" in types or "number" in types:
        return max(int(doc.get("minimum") or BEGUN), BEGUN) + count
    if doc.get("format") == "uuid" or (isinstance(example, str) and UUID.match(example)):
        return ids.uuid()
    if isinstance(example, str):
        if found := PREFIXED.match(example):
            letters = LOWER if found[2].islower() else None
            token = ids.token(len(found[2]), *([letters] if letters else []))
            return found[1] + token
        if example.isdecimal():
            return str(BEGUN + count).zfill(len(example) if example[0] == "0" else 0)
        if HEXED.match(example):
            return ids.token(len(example), "0123456789abcdef")
    if pattern := doc.get("pattern"):
        made = matching(str(pattern), ids.token(16))
        if made is not None:
            return made
    length = max(int(doc.get("minLength") or 0), min(16, int(doc.get("maxLength") or 16)))
    prefix = f"{entity.split('_')[-1][:4]}_"
    if length <= len(prefix) + 4:
        return ids.token(length)
    return prefix + ids.token(length - len(prefix))


def filled(schemas: Schemas, name: str, schema: Any, now: datetime, *, is_new: bool) -> Any:
    """Return the time for a field that tells when a document was made or changed, else None."""
    plain = snake(name)
    if not (CHANGED.match(plain) or (is_new and CREATED.match(plain))):
        return None
    doc, types = schemas.of(schema), schemas.types(schema)
    if "string" in types and doc.get("format") == "date":
        return now.date().isoformat()
    if "string" in types and doc.get("format") in ("date-time", None):
        return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if "integer" in types:
        seconds = int(now.timestamp())
        example = doc.get("example")
        return seconds * 1000 if isinstance(example, int) and example > 10**11 else seconds
    return None


def first_status(doc: Doc, statuses: tuple[str, ...]) -> str | None:
    """Return the status that a new document has: the default, or what beginnings are called."""
    if isinstance(doc.get("default"), str):
        return str(doc["default"])
    for each in FIRST:
        found = next((status for status in statuses if snake(status) == each), None)
        if found:
            return found
    if needy := [status for status in statuses if snake(status).startswith(NEEDY)]:
        return needy[-1]
    going = [status for status in statuses if not LAST.match(snake(status))]
    return next(iter([*going, *statuses]), None)
