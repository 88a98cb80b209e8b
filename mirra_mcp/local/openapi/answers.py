"""What each operation does when it is called, by the role that it plays."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.openapi import listing, requests
from mirra_mcp.local.openapi.behaviour import applying
from mirra_mcp.local.openapi.behaviour.rules import ActionRules
from mirra_mcp.local.openapi.document.schemas import ANY
from mirra_mcp.local.openapi.document.spec import Operation
from mirra_mcp.local.openapi.documents import Documents
from mirra_mcp.local.openapi.listing import Paging
from mirra_mcp.local.openapi.plan import Role, holes, shape_of
from mirra_mcp.local.openapi.requests import Given
from mirra_mcp.wire.model import Doc


class Answering:
    """One operation of a mirror, ready to be called."""

    def __init__(self, operation: Operation, role: Role) -> None:
        self.operation, self.role = operation, role
        self._paging: Paging | None = None

    def answer(self, mirror: Any, call: Call) -> Answer:
        """Answer a call.

        Raises:
            VendorError: it is refused, in the document's words.
        """
        mirror.operation = self.operation
        try:
            given = requests.read(mirror.plan.schemas, self.operation, call)
        except requests.Refused as refused:
            status = self._status_of(refused.status)
            raise mirror.refusal(status, refused.message, refused.problems) from None
        noun: Documents | None = mirror.noun_of(self.role.noun)
        if noun is not None:
            given.path = self._as_named(noun, given.path)
        roles: dict[str, Callable[[Any, Documents, Given, Call], Answer]] = {
            "create": self._create, "list": self._list, "read": self._read,
            "replace": self._change, "update": self._change, "delete": self._delete,
            "clear": self._clear, "act": self._act, "read_part": self._read_part,
            "write_part": self._write_part,
        }  # fmt: skip
        if noun is None:
            return self._example(mirror, given)
        return roles[self.role.kind](mirror, noun, given, call)

    def _status_of(self, status: int) -> int:
        """Return the status for what can't be taken: 422 or 400, as the document has it."""
        if status != 422:
            return status
        return 422 if "422" in self.operation.responses else 400

    def _as_named(self, noun: Documents, path: Doc) -> Doc:
        """Return a path's values by the names that the noun's own path gives the same places."""
        named = dict(zip(holes(noun.noun.item or noun.noun.collection), path, strict=False))
        mine, own = shape_of(self.operation.path), shape_of(noun.noun.collection)
        if not mine.startswith(own) or list(named) == list(named.values()):
            return path
        return {**{name: path[other] for name, other in named.items()}, **path}

    # Parts of several.

    def _body(self, noun: Documents, given: Given) -> Doc:
        body = given.body
        if isinstance(body, dict) and self.role.body_wrapper:
            inner = body.get(self.role.body_wrapper)
            body = inner if isinstance(inner, dict) else body
        return noun.named_as_kept(body) if isinstance(body, dict) else {}

    def _parent(self, mirror: Any, noun: Documents, given: Given) -> None:
        """Refuse a call under a parent that isn't there."""
        above = mirror.noun_of(noun.noun.parent)
        if above is None or not above.noun.has_create:
            return
        depth = len(above.noun.scope) + len(above.noun.keys)
        place = noun.place(given.path)[:depth]
        if above.peek("/".join(place)) is None:
            raise above.missing("/".join(place[-len(above.noun.keys) :]))

    def _one(self, mirror: Any, noun: Documents, given: Given) -> Doc:
        doc = noun.named(given.path)
        if doc is None and given.body and noun.noun.key_fields:
            keys = [self._body(noun, given).get(str(name)) for name in noun.noun.key_fields]
            doc = noun.peek("/".join(str(each) for each in keys))
        doc = doc or noun.imagined(given.path)
        if doc is None:
            raise noun.missing("/".join(str(given.path.get(name)) for name in noun.noun.keys))
        return doc

    def _answered(self, mirror: Any, body: Any, status: int | None = None) -> Answer:
        """Return an answer in the shape of the operation's success."""
        good = self.operation.success
        if good is None:
            return Answer(status or (204 if body is None else 200), body)
        code = status or (int(good.status) if good.status.isdecimal() else 200)
        headers = {}
        for name, each in good.headers.items():
            if name not in ("content-type", "link") and each.get("required"):
                value = mirror.samples.of(each.get("schema") or ANY, mirror.dice)
                headers[name] = str(value)
        if good.schema is None and good.media is None:
            return Answer(code, None if code == 204 else b"", headers)
        headers["content-type"] = good.media or "application/json"
        if good.schema is not None and "json" in (good.media or "json"):
            body = mirror.samples.fit(good.schema, body, mirror.dice)
            return Answer(code, body if not isinstance(body, str) else _text(body), headers)
        if isinstance(body, str | bytes):
            return Answer(code, body.encode() if isinstance(body, str) else body, headers)
        made = mirror.samples.of(good.schema or ANY, mirror.dice, whole=True)
        return Answer(code, made.encode() if isinstance(made, str) else _text(made), headers)

    def _shown(self, mirror: Any, noun: Documents, doc: Doc, status: int | None = None) -> Answer:
        shown: Any = noun.view(doc)
        if self.role.wrapper:
            shown = {self.role.wrapper: shown}
        return self._answered(mirror, shown, status)

    # Roles.

    def _create(self, mirror: Any, noun: Documents, given: Given, call: Call) -> Answer:
        self._parent(mirror, noun, given)
        doc = noun.made(self._body(noun, given), given.path)
        noun.check(doc, is_new=True)
        doc = noun.keep(doc, "created")
        mirror.set_timers(noun, doc)
        return self._shown(mirror, noun, doc)

    def _list(self, mirror: Any, noun: Documents, given: Given, call: Call) -> Answer:
        self._parent(mirror, noun, given)
        schemas = mirror.plan.schemas
        if self._paging is None:
            self._paging = listing.paging(schemas, self.operation, noun.noun.schema or ANY)
        how = self._paging
        docs = listing.chosen(noun.of(given.path), how, given.query)
        try:
            cut = listing.page(docs, how, given.query)
        except LookupError as error:
            name = str(error.args[0])
            told = "names nothing in this list"
            raise mirror.refusal(self._status_of(422), f"{name} {told}", [(name, told)]) from None
        items = [noun.view(doc) for doc in cut.docs]
        good = self.operation.success
        url = f"{mirror.base_of(call)}{call.path}"
        urls = listing.links(url, call.query_string, how, cut)
        schema = good.schema if good else ANY
        body = listing.envelope(schemas, schema, self.role.wrapper, cut, items, urls)
        answer = self._answered(mirror, body)
        if good and "link" in good.headers and (link := listing.header(urls)):
            answer.headers["link"] = link
        return answer

    def _read(self, mirror: Any, noun: Documents, given: Given, call: Call) -> Answer:
        return self._shown(mirror, noun, self._one(mirror, noun, given))

    def _change(self, mirror: Any, noun: Documents, given: Given, call: Call) -> Answer:
        is_whole = self.role.kind == "replace"
        body = self._body(noun, given)
        doc = noun.named(given.path)
        if doc is None and is_whole and "201" in self.operation.responses and noun.noun.keys:
            return replace(self._create(mirror, noun, given, call), status=201)
        doc = doc or self._one(mirror, noun, given)
        changed = noun.patched(doc, body, whole=is_whole)
        happening = "updated"
        field = noun.noun.status_field
        if field and changed.get(field) != doc.get(field):
            noun.moved(doc, str(changed[field]), f"become {changed[field]}")
            happening = str(changed[field])
        noun.check(changed, is_new=False, old=doc)
        changed = noun.keep(changed, happening)
        mirror.set_timers(noun, changed, doc)
        return self._shown(
            mirror, noun, changed, 200 if "200" in self.operation.responses else None
        )

    def _delete(self, mirror: Any, noun: Documents, given: Given, call: Call) -> Answer:
        doc = self._one(mirror, noun, given)
        applying.decline(noun, doc, None, "delete")
        noun.remove(doc)
        mirror.tell(noun, doc, "deleted")
        shown = noun.view(doc)
        good = self.operation.success
        if good is None or good.schema is None:
            return self._answered(mirror, None)
        names = mirror.plan.schemas.shape(good.schema).properties
        told = {"deleted": True, "success": True, "ok": True, "object": noun.entity}
        known = {name: each for name, each in told.items() if name in names}
        shown = {self.role.wrapper: shown} if self.role.wrapper else shown
        return self._answered(mirror, shown | known)

    def _clear(self, mirror: Any, noun: Documents, given: Given, call: Call) -> Answer:
        self._parent(mirror, noun, given)
        how = listing.paging(mirror.plan.schemas, self.operation, noun.noun.schema or ANY)
        for doc in listing.chosen(noun.of(given.path), how, given.query):
            noun.remove(doc)
            mirror.tell(noun, doc, "deleted")
        return self._answered(mirror, None)

    def _act(self, mirror: Any, noun: Documents, given: Given, call: Call) -> Answer:
        doc = self._one(mirror, noun, given)
        verb = self.role.detail or "act"
        rule = noun.rules.actions.get(verb, ActionRules())
        moves_to = rule.to or self.role.moves_to
        before, changed = doc, noun.stamped(doc)
        if moves_to:
            changed = noun.moved(changed, moves_to, verb)
        body = self._body(noun, given)
        good = self.operation.success
        schemas = mirror.plan.schemas
        is_same = good is None or schemas.name(good.schema) in (
            None,
            schemas.name(noun.noun.schema),
        )
        fields = {name: each for name, each in body.items() if name in noun.properties}
        if is_same:
            changed = changed | fields
        elif body:
            changed["_parts"] = (doc.get("_parts") or {}) | {verb: body}
        for name, formula in rule.sets.items():
            changed = changed | {name: applying.worked_out(noun, formula, changed, before)}
        applying.decline(noun, changed, before, verb)
        changed = noun.keep(changed, verb if verb in noun.rules.events else moves_to or verb)
        mirror.set_timers(noun, changed, before)
        if is_same:
            return self._shown(mirror, noun, changed)
        return self._answered(mirror, body or noun.view(changed))

    def _read_part(self, mirror: Any, noun: Documents, given: Given, call: Call) -> Answer:
        doc = self._one(mirror, noun, given)
        part = (doc.get("_parts") or {}).get(self.role.detail)
        good = self.operation.success
        if part is None and good is not None and good.schema is not None:
            part = noun.view(doc)
            name = mirror.plan.schemas.name(good.schema)
            if name != mirror.plan.schemas.name(noun.noun.schema):
                return self._example(mirror, given)
        elif part is None and good is not None and good.status == "204":
            raise noun.missing(f"{doc['id']}/{self.role.detail}")
        return self._answered(mirror, part)

    def _write_part(self, mirror: Any, noun: Documents, given: Given, call: Call) -> Answer:
        doc = self._one(mirror, noun, given)
        parts = dict(doc.get("_parts") or {})
        if self.operation.method == "DELETE":
            parts.pop(str(self.role.detail), None)
        else:
            old = parts.get(self.role.detail)
            body = given.body if given.has_body else {}
            is_merged = self.operation.method == "PATCH"
            if is_merged and isinstance(old, dict) and isinstance(body, dict):
                body = {**old, **body}
            parts[str(self.role.detail)] = body
        noun.keep(doc | {"_parts": parts}, "updated")
        return self._answered(mirror, parts.get(self.role.detail) or {})

    def _example(self, mirror: Any, given: Given) -> Answer:
        good = self.operation.success
        if good is None or (good.schema is None and good.example is None):
            return self._answered(mirror, None)
        body = good.example
        if body is None:
            body = mirror.samples.of(good.schema, mirror.dice, whole=True)
        return self._answered(mirror, body)


def _text(value: Any) -> bytes:
    import orjson

    return orjson.dumps(value)
