"""What happens to the documents of a noun: made, changed, deleted, acted on."""

from functools import cached_property
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.openapi import forms
from mirra_mcp.local.openapi.behaviour import applying
from mirra_mcp.local.openapi.behaviour.rules import NounRules
from mirra_mcp.local.openapi.plan import Noun
from mirra_mcp.local.openapi.words import snake, words_of
from mirra_mcp.wire.model import Doc

INNER_KEYS = ("login", "slug", "name", "username", "key", "id")


class Documents(Resource):
    """One noun of a document, as a subclass made for it has it.

    A document is kept with the API's own fields. `id` is the store's: the keys by which it is asked
    for, with those of its parents ahead. The API's own `id` is `_id`, if it has one.
    """

    noun: ClassVar[Noun]
    rules: ClassVar[NounRules] = NounRules()
    indexes = ("_within",)

    @property
    def schemas(self) -> Any:
        """The document's schemas."""
        return self.mirror.plan.schemas

    @property
    def properties(self) -> dict[str, Any]:
        """The fields that a document may have, with their schemas."""
        found: dict[str, Any] = self.schemas.shape(self.noun.schema).properties
        return found

    def view(self, doc: Doc) -> Doc:
        """Return a document with the API's fields alone."""
        shown = {key: value for key, value in doc.items() if key[0] != "_" and key != "id"}
        return {"id": doc["_id"], **shown} if "_id" in doc else shown

    def shown(self, doc: Doc) -> Doc:
        """Return what state and log show: the API's fields, under the store's id."""
        return {key: value for key, value in doc.items() if key[0] != "_"}

    def columns(self) -> list[str]:
        """List the fields that the document's schema has."""
        return list(dict.fromkeys(["id", *self.properties]))

    def named_as_kept(self, body: Doc) -> Doc:
        """Return what was sent under the documents' names: `FriendlyName` is `friendly_name`."""
        if all(name in self.properties for name in body):
            return body
        return {
            name if name in self.properties else self._spellings.get(snake(name), name): each
            for name, each in body.items()
        }

    @cached_property
    def _spellings(self) -> dict[str, str]:
        return {snake(name): name for name in self.properties}

    # Finding.

    def place(self, path: Doc) -> list[str]:
        """Return the values of a path's placeholders that documents of this noun live under."""
        return [str(path[name]) for name in self.noun.scope if name in path]

    def named(self, path: Doc) -> Doc | None:
        """Return the document that an item's path names, or None."""
        keys = [str(path[name]) for name in self.noun.keys if name in path]
        return self.peek("/".join([*self.place(path), *keys]))

    def plant(self, given: Doc) -> Doc:
        """Keep a document as a seed has it: what it says is said, the rest is filled.

        Raises:
            VendorError: it can't be among the others.
        """
        path = {name: given[name] for name in (*self.noun.scope, *self.noun.keys) if name in given}
        doc = self.made(given, path)
        kept = {name: value for name, value in given.items() if name in self.properties}
        kept.pop("id", None)
        doc |= kept
        self.check(doc, is_new=True)
        self.keep(doc, None)
        self.mirror.set_timers(self, doc)
        return doc

    def imagined(self, path: Doc) -> Doc | None:
        """Make the document that a path names, of a noun that no operation of the API makes.

        Such documents come from elsewhere: there is one for every key, until it is deleted.
        """
        id = "/".join([*self.place(path), *(str(path.get(name)) for name in self.noun.keys)])
        if self.noun.has_create or not self.noun.keys or self.noun.schema is None:
            return None
        if id in self.mirror.setting(f"gone:{self.plural}", []):
            return None
        body = self.mirror.samples.of(self.noun.schema, self.mirror.dice, whole=True)
        if not isinstance(body, dict):
            return None
        fixed = {*self.noun.key_fields, "id"}
        body = {name: each for name, each in body.items() if name not in fixed}
        doc = self.made(body, path) | {"id": id}
        return self.keep(doc, None)

    def of(self, path: Doc) -> list[Doc]:
        """List the documents that a path's placeholders leave, the oldest first."""
        place = self.place(path)
        if place and len(place) == len(self.noun.scope):
            docs = self.find(newest_first=False, _within="/".join(place))
        else:
            docs = self.find(newest_first=False)
        for name, value in path.items():
            if name not in self.noun.scope:
                fields = [each for each in self.properties if self._means(name, each)]
                if fields:
                    docs = [doc for doc in docs if str(self._field(doc, fields[0])) == str(value)]
        return docs

    def _means(self, placeholder: str, field: str) -> bool:
        name = snake(placeholder)
        return snake(field) in (name, "_".join(words_of(placeholder)[:-1]) or name)

    def _field(self, doc: Doc | None, name: str) -> Any:
        doc = doc or {}
        return doc.get("_id") if name == "id" else doc.get(name)

    # Making.

    def made(self, body: Doc, path: Doc) -> Doc:
        """Lay out a document from what was sent; what the API fills by itself is filled.

        Raises:
            VendorError: one with its keys is there already, or it refers to what isn't there.
        """
        dice = self.mirror.dice
        count = self.mirror.setting(f"made:{self.plural}", 0)
        shape = self.schemas.shape(self.noun.schema)
        doc: Doc = {}
        for name, schema in shape.properties.items():
            value = self._value(name, schema, body, path, count)
            if value is not _ABSENT:
                doc[name] = value
            elif name in shape.required:
                doc[name] = self.mirror.samples.of(schema, dice)
        if not shape.is_closed:
            doc |= {name: each for name, each in body.items() if name not in shape.properties}
        doc |= {name: each for name, each in self.rules.defaults.items() if name not in body}
        self.mirror.set_setting(f"made:{self.plural}", count + 1)
        if self.noun.schema is not None:  # what fits once need not be mended at each answer
            doc = self.mirror.samples.fit(self.noun.schema, doc, dice)
        return self._keyed(doc, path, count)

    def _value(self, name: str, schema: Any, body: Doc, path: Doc, count: int) -> Any:
        schemas, doc = self.schemas, self.schemas.of(schema)
        if doc.get("writeOnly"):
            return _ABSENT
        if name in body and not doc.get("readOnly"):
            return body[name]
        if name in self.noun.key_fields or name == "id":
            return self._key_value(name, schema, body, path, count)
        for placeholder in self.noun.scope:
            if placeholder in path and snake(name) == snake(placeholder):
                return path[placeholder]
        made = forms.filled(schemas, name, schema, self.now, is_new=True)
        if made is not None:
            return made
        if name == self.noun.status_field:
            return self.rules.first or forms.first_status(doc, self.noun.statuses)
        for key in ("const", "default"):
            if key in doc:
                return doc[key]
        if "null" in schemas.types(schema):
            return None
        return _ABSENT

    def _key_value(self, name: str, schema: Any, body: Doc, path: Doc, count: int) -> Any:
        """Return the value of a field that names the document."""
        if name in body and body[name] is not None:
            return body[name]
        if name in self.noun.key_fields:
            placeholder = self.noun.keys[self.noun.key_fields.index(name)]
            if placeholder in path:
                return path[placeholder]
        id = self.rules.id
        if id and name == (self.noun.key_fields[-1] if self.noun.key_fields else "id"):
            return id.made(self.mirror.ids, count)
        return forms.new_id(self.schemas, schema, self.entity, count, self.mirror.ids)

    def _keyed(self, doc: Doc, path: Doc, count: int) -> Doc:
        """Give a document the store's id, and check that it is the only one that has it."""
        keys = []
        for placeholder, field in zip(self.noun.keys, self.noun.key_fields, strict=True):
            value = doc.get(field) if field else _inside(doc, placeholder)
            if isinstance(value, dict | list) or value is None:
                value = path.get(placeholder, count + 1)
            keys.append(str(value))
        if not keys:
            keys = [str(doc.get("id", count + 1))]
        place = self.place(path)
        kept: Doc = {"id": "/".join([*place, *keys])}
        if "id" in doc:
            kept["_id"] = doc["id"]
        kept |= {name: value for name, value in doc.items() if name != "id"}
        kept["_within"] = ["/".join(place[:n]) for n in range(1, len(place) + 1)]
        return kept

    def check(self, doc: Doc, *, is_new: bool, old: Doc | None = None) -> None:
        """Check what must be true of a document among the others.

        Raises:
            VendorError: its keys or a unique field are taken (409), it refers to nothing (422), or
                the behaviour file refuses it.
        """
        if is_new and self.peek(doc["id"]) is not None:
            told = f"There is {self.article} '{doc['id']}' already."
            raise applying.failure(self, "taken", 409, told, id=doc["id"], field="id")
        for unique in self.rules.unique:
            self._check_unique(doc, [unique] if isinstance(unique, str) else unique)
        for name, value in doc.items():
            noun = self._referred(name)
            if noun is not None and isinstance(value, str | int) and noun.peek(str(value)) is None:
                told = f"there is no {noun.said} '{value}'"
                raise applying.failure(
                    self, "referred", 422, f"{name}: {told}.", [(name, told)], id=value, field=name
                )
        applying.decline(self, doc, old, "create" if is_new else "update")

    def _check_unique(self, doc: Doc, fields: list[str]) -> None:
        values = [self._field(doc, name) for name in fields]
        if any(value is None for value in values):
            return
        for each in self.find():
            if each["id"] != doc["id"] and [self._field(each, name) for name in fields] == values:
                named = " and ".join(fields)
                told = f"There is {self.article} with this {named} already."
                problems = [(name, "is taken") for name in fields]
                raise applying.failure(self, "taken", 409, told, problems, field=named)

    @property
    def said(self) -> str:
        """How prose calls one."""
        return self.entity.replace("_", " ")

    @property
    def article(self) -> str:
        """How prose calls any one of them: `an order`."""
        return f"{'an' if self.said[0] in 'aeiou' else 'a'} {self.said}"

    def _referred(self, name: str) -> "Documents | None":
        """Return the noun that a field's values name: `customer_id`, `customer`."""
        words = words_of(name)
        if len(words) < 2 or words[-1] != "id":
            return None
        found = self.mirror.nouns_by_entity.get("_".join(words[:-1]))
        if found is None or not found.noun.has_create or found.noun.scope or found is self:
            return None
        return found  # type: ignore[no-any-return]  # the mirror's nouns are Documents

    # Changing.

    def patched(self, doc: Doc, body: Doc, *, whole: bool) -> Doc:
        """Return a document with what was sent put in; `whole` drops what wasn't sent."""
        fixed = {*self.noun.key_fields, "id"}
        changed = dict(doc)
        for name, schema in self.properties.items():
            marks = self.schemas.of(schema)
            if name in fixed or marks.get("readOnly") or marks.get("writeOnly"):
                continue
            if name in body:
                changed[name] = body[name]
            elif whole and name in changed and not _is_kept(name):
                fresh = self._value(name, schema, {}, {}, 0)
                changed.pop(name)
                if fresh is not _ABSENT:
                    changed[name] = fresh
        shape = self.schemas.shape(self.noun.schema)
        if not shape.is_closed:
            extra = set(body) - set(shape.properties) - fixed
            changed |= {name: body[name] for name in body if name in extra}
        return self.stamped(changed)

    def stamped(self, doc: Doc) -> Doc:
        """Return a document whose times of change are now."""
        stamps = {
            name: made
            for name, schema in self.properties.items()
            if name in doc
            and (made := forms.filled(self.schemas, name, schema, self.now, is_new=False))
            is not None
        }
        return doc | stamps

    def moved(self, doc: Doc, status: str, said: str) -> Doc:
        """Return a document with another status.

        Raises:
            VendorError: no rule lets it go there: 409.
        """
        field = self.noun.status_field
        if field is None:
            return doc
        allowed = self.rules.moves.get(str(doc.get(field)))
        there = {"id": doc["id"], "status": doc.get(field), "to": status}
        if self.rules.moves and (allowed is None or status not in allowed):
            article = self.article[0].upper() + self.article[1:]
            told = f"{article} that is {doc.get(field)} can't {said.replace('_', ' ')}."
            raise applying.failure(self, "moved", 409, told, **there)
        if not self.rules.moves and doc.get(field) == status:
            told = f"The {self.said} is {status} already."
            raise applying.failure(self, "moved", 409, told, **there)
        return doc | {field: status}

    def keep(self, doc: Doc, happening: str | None) -> Doc:
        """Write a document, and tell what happened to it to the webhooks that want it."""
        before = self.peek(doc["id"])
        doc = applying.computed(self, doc) if self.rules.computed else doc
        self.save(doc)
        if happening:
            self.mirror.tell(self, doc, happening)
            for field in set(self.rules.events) & set(self.properties) if before else ():
                if self._field(before, field) != self._field(doc, field):
                    self.mirror.tell(self, doc, field)
        self._work_out_parents(doc)
        return doc

    def _work_out_parents(self, doc: Doc) -> None:
        """Let what follows from its children follow, in the document that this one belongs to."""
        above = self.mirror.noun_of(self.noun.parent)
        if above is None or not above.rules.computed or not doc["_within"]:
            return
        parent = above.peek(doc["_within"][-1])
        if parent is not None and applying.computed(above, parent) != parent:
            above.keep(parent, None)

    def fall(self, id: str, status: str) -> None:
        """Let a timer of the behaviour file move a document, if it is still there."""
        doc = self.peek(id)
        field = self.noun.status_field
        if doc is None or field is None or doc.get(field) == status:
            return
        if status in self.rules.moves.get(str(doc.get(field)), (status,)):
            self.keep(self.stamped(doc | {field: status}), status)

    def remove(self, doc: Doc) -> None:
        """Delete a document and those that belong to it."""
        self.drop(doc)
        if not self.noun.has_create:
            gone = self.mirror.setting(f"gone:{self.plural}", [])
            self.mirror.set_setting(f"gone:{self.plural}", [*gone, doc["id"]])
        for noun in self.mirror.nouns.values():
            if noun.noun.parent is self.noun:
                for child in noun.find(_within=doc["id"]):
                    noun.remove(child)
        self._work_out_parents(doc)

    def missing(self, id: str) -> VendorError:
        """Say that there is no such document."""
        return applying.failure(self, "missing", 404, f"There is no {self.said} '{id}'.", id=id)


def _inside(doc: Doc, placeholder: str) -> Any:
    """Return what an object within a document is called: `{owner}` of `owner: {login: ...}`."""
    inner = doc.get(placeholder)
    if isinstance(inner, dict):
        return next((inner[name] for name in INNER_KEYS if inner.get(name) is not None), None)
    return None


class _Absent:
    """A field that stays out."""


_ABSENT: Any = _Absent()


def _is_kept(name: str) -> bool:
    return bool(forms.CREATED.match(snake(name)))
