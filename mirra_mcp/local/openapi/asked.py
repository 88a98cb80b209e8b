"""One call of one operation, read and checked, with the steps that answer it.

What a verb is made of: `order = asked.one()`, `order = asked.acted(order, to="paid")`, `return
asked.shown(order)`.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import orjson

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.openapi import listing
from mirra_mcp.local.openapi.behaviour import applying
from mirra_mcp.local.openapi.behaviour.rules import ActionRules
from mirra_mcp.local.openapi.document.schemas import ANY
from mirra_mcp.local.openapi.document.spec import Operation
from mirra_mcp.local.openapi.documents import Documents
from mirra_mcp.local.openapi.listing import Paging
from mirra_mcp.local.openapi.plan import Role
from mirra_mcp.local.openapi.requests import Given
from mirra_mcp.wire.model import Doc


@dataclass
class Asked:
    """A call, and what it is about."""

    mirror: Any
    operation: Operation
    role: Role
    given: Given
    call: Call
    noun: Documents

    @property
    def path(self) -> Doc:
        """The values of the path's placeholders."""
        return self.given.path

    @property
    def query(self) -> Doc:
        """The query's parameters, as their schemas type them."""
        return self.given.query

    @cached_property
    def body(self) -> Doc:
        """What the body says of the document, under the document's own names."""
        body = self.given.body
        if isinstance(body, dict) and self.role.body_wrapper:
            inner = body.get(self.role.body_wrapper)
            body = inner if isinstance(inner, dict) else body
        return self.noun.named_as_kept(body) if isinstance(body, dict) else {}

    def refusal(self, status: int, message: str, code: str | None = None) -> VendorError:
        """Return a refusal in the document's own error schema, to be raised."""
        refused: VendorError = self.mirror.refusal(status, message, code=code)
        return refused

    # Finding.

    def check_parent(self) -> None:
        """Refuse a call under a parent that isn't there.

        Raises:
            VendorError: 404.
        """
        above = self.mirror.noun_of(self.noun.noun.parent)
        if above is None or not above.noun.has_create:
            return
        depth = len(above.noun.scope) + len(above.noun.keys)
        place = self.noun.place(self.path)[:depth]
        if above.peek("/".join(place)) is None:
            raise above.missing("/".join(place[-len(above.noun.keys) :]))

    def one(self) -> Doc:
        """Return the document that the path names.

        Raises:
            VendorError: 404.
        """
        noun = self.noun
        doc = noun.named(self.path)
        if doc is None and self.given.body and noun.noun.key_fields:
            keys = [self.body.get(str(name)) for name in noun.noun.key_fields]
            doc = noun.peek("/".join(str(each) for each in keys))
        doc = doc or noun.imagined(self.path)
        if doc is None:
            raise noun.missing("/".join(str(self.path.get(name)) for name in noun.noun.keys))
        return doc

    # Writing.

    def made(self) -> Doc:
        """Make a document of the body, and tell that it was created.

        Raises:
            VendorError: there is no such parent (404), its keys or a unique field are taken (409),
                it refers to nothing (422), or the behaviour file refuses it.
        """
        self.check_parent()
        doc = self.noun.made(self.body, self.path)
        self.noun.check(doc, is_new=True)
        doc = self.noun.keep(doc, "created")
        self.mirror.set_timers(self.noun, doc)
        return doc

    def changed(self, doc: Doc, *, whole: bool = False) -> Doc:
        """Put the body into a document, and tell what became of it; `whole` drops what isn't sent.

        Raises:
            VendorError: no rule lets its status move so (409), or it can't be among the others.
        """
        noun = self.noun
        changed = noun.patched(doc, self.body, whole=whole)
        happening = "updated"
        field = noun.noun.status_field
        if field and changed.get(field) != doc.get(field):
            noun.moved(doc, str(changed[field]), f"become {changed[field]}")
            happening = str(changed[field])
        noun.check(changed, is_new=False, old=doc)
        changed = noun.keep(changed, happening)
        self.mirror.set_timers(noun, changed, doc)
        return changed

    def put(self) -> Answer:
        """Replace the document that the path names, or make it where the API makes such (201)."""
        makes = "201" in self.operation.responses and self.noun.noun.keys
        if makes and self.noun.named(self.path) is None:
            return replace(self.shown(self.made()), status=201)
        return self.shown(self.changed(self.one(), whole=True))

    def removed(self, doc: Doc) -> Doc:
        """Delete a document with what belongs to it, and tell it.

        Raises:
            VendorError: the behaviour file refuses it.
        """
        applying.decline(self.noun, doc, None, "delete")
        self.noun.remove(doc)
        self.mirror.tell(self.noun, doc, "deleted")
        return doc

    def acted(self, doc: Doc, *, to: str | None = None) -> Doc:
        """Let the action happen to a document: the status moves, and what the body says is kept.

        Raises:
            VendorError: no rule lets its status move so (409), or the behaviour file refuses it.
        """
        noun, verb = self.noun, self.role.detail or "act"
        rule = noun.rules.actions.get(verb, ActionRules())
        moves_to = rule.to or to
        before, changed = doc, noun.stamped(doc)
        if moves_to:
            changed = noun.moved(changed, moves_to, verb)
        fields = {name: each for name, each in self.body.items() if name in noun.properties}
        if self._shows_document:
            changed = changed | fields
        elif self.body:
            changed["_parts"] = (doc.get("_parts") or {}) | {verb: self.body}
        for name, formula in rule.sets.items():
            changed = changed | {name: applying.worked_out(noun, formula, changed, before)}
        applying.decline(noun, changed, before, verb)
        changed = noun.keep(changed, verb if verb in noun.rules.events else moves_to or verb)
        self.mirror.set_timers(noun, changed, before)
        return changed

    @property
    def _shows_document(self) -> bool:
        good, name = self.operation.success, self.mirror.plan.schemas.name
        return good is None or name(good.schema) in (None, name(self.noun.noun.schema))

    # Answering.

    def answered(self, body: Any, status: int | None = None) -> Answer:
        """Return an answer in the shape of the operation's success."""
        samples, dice = self.mirror.samples, self.mirror.dice
        good = self.operation.success
        if good is None:
            return Answer(status or (204 if body is None else 200), body)
        code = status or (int(good.status) if good.status.isdecimal() else 200)
        headers = {}
        for name, each in good.headers.items():
            if name not in ("content-type", "link") and each.get("required"):
                headers[name] = str(samples.of(each.get("schema") or ANY, dice))
        if good.schema is None and good.media is None:
            return Answer(code, None if code == 204 else b"", headers)
        headers["content-type"] = good.media or "application/json"
        if good.schema is not None and "json" in (good.media or "json"):
            body = samples.fit(good.schema, body, dice)
            return Answer(code, body if not isinstance(body, str) else orjson.dumps(body), headers)
        if isinstance(body, str | bytes):
            return Answer(code, body.encode() if isinstance(body, str) else body, headers)
        made = samples.of(good.schema or ANY, dice, whole=True)
        return Answer(code, made.encode() if isinstance(made, str) else orjson.dumps(made), headers)

    def shown(self, doc: Doc) -> Answer:
        """Answer with a document."""
        shown: Any = self.noun.view(doc)
        if self.role.wrapper:
            shown = {self.role.wrapper: shown}
        is_change = self.role.kind in ("update", "replace")
        return self.answered(
            shown, 200 if is_change and "200" in self.operation.responses else None
        )

    def done(self, doc: Doc) -> Answer:
        """Answer an action: with the document, or with what the action's own answer looks like."""
        if self._shows_document:
            return self.shown(doc)
        return self.answered(self.body or self.noun.view(doc))

    def gone(self, doc: Doc) -> Answer:
        """Answer that a document is deleted."""
        good = self.operation.success
        if good is None or good.schema is None:
            return self.answered(None)
        shown: Doc = self.noun.view(doc)
        names = self.mirror.plan.schemas.shape(good.schema).properties
        told = {"deleted": True, "success": True, "ok": True, "object": self.noun.entity}
        known = {name: each for name, each in told.items() if name in names}
        shown = {self.role.wrapper: shown} if self.role.wrapper else shown
        return self.answered(shown | known)

    @cached_property
    def paging(self) -> Paging:
        """What the operation's parameters mean for lists."""
        found: Paging = self.mirror.answering[self.operation.spec].paging(self.noun)
        return found

    def listed(self, docs: list[Doc]) -> Answer:
        """Answer with the page of some documents that the query asks for.

        Raises:
            VendorError: a cursor names nothing.
        """
        how, schemas = self.paging, self.mirror.plan.schemas
        try:
            cut = listing.page(listing.chosen(docs, how, self.query), how, self.query)
        except LookupError as error:
            name, told = str(error.args[0]), "names nothing in this list"
            status = 422 if "422" in self.operation.responses else 400
            raise self.mirror.refusal(status, f"{name} {told}", [(name, told)]) from None
        items = [self.noun.view(doc) for doc in cut.docs]
        good = self.operation.success
        url = f"{self.mirror.base_of(self.call)}{self.call.path}"
        urls = listing.links(url, self.call.query_string, how, cut)
        schema = good.schema if good else ANY
        body = listing.envelope(schemas, schema, self.role.wrapper, cut, items, urls)
        answer = self.answered(body)
        if good and "link" in good.headers and (link := listing.header(urls)):
            answer.headers["link"] = link
        return answer

    def cleared(self) -> Answer:
        """Delete all that the list of the same path would show."""
        self.check_parent()
        for doc in listing.chosen(self.noun.of(self.path), self.paging, self.query):
            self.noun.remove(doc)
            self.mirror.tell(self.noun, doc, "deleted")
        return self.answered(None)

    # Parts: what lies under a document and is no noun.

    def part(self) -> Answer:
        """Answer with the part of a document that the path's end names.

        Raises:
            VendorError: 404.
        """
        doc = self.one()
        part = (doc.get("_parts") or {}).get(self.role.detail)
        good, name = self.operation.success, self.mirror.plan.schemas.name
        if part is None and good is not None and good.schema is not None:
            part = self.noun.view(doc)
            if name(good.schema) != name(self.noun.noun.schema):
                return self.example()
        elif part is None and good is not None and good.status == "204":
            raise self.noun.missing(f"{doc['id']}/{self.role.detail}")
        return self.answered(part)

    def part_kept(self) -> Answer:
        """Keep the body as the part that the path's end names, or forget that part."""
        doc, detail = self.one(), str(self.role.detail)
        parts = dict(doc.get("_parts") or {})
        if self.operation.method == "DELETE":
            parts.pop(detail, None)
        else:
            old = parts.get(detail)
            body = self.given.body if self.given.has_body else {}
            if (
                self.operation.method == "PATCH"
                and isinstance(old, dict)
                and isinstance(body, dict)
            ):
                body = {**old, **body}
            parts[detail] = body
        self.noun.keep(doc | {"_parts": parts}, "updated")
        return self.answered(parts.get(detail) or {})

    def example(self) -> Answer:
        """Answer what the document gives as an example, or what its schema allows."""
        good = self.operation.success
        if good is None or (good.schema is None and good.example is None):
            return self.answered(None)
        if good.example is not None:
            return self.answered(good.example)
        return self.answered(self.mirror.samples.of(good.schema, self.mirror.dice, whole=True))
