"""What each operation does when it is called, by the role that it plays."""

from collections.abc import Callable
from typing import Any, cast

from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.openapi import listing, requests
from mirra_mcp.local.openapi.asked import Asked
from mirra_mcp.local.openapi.document.schemas import ANY
from mirra_mcp.local.openapi.document.spec import Operation
from mirra_mcp.local.openapi.documents import Documents
from mirra_mcp.local.openapi.listing import Paging
from mirra_mcp.local.openapi.plan import Role, RoleKind, holes, shape_of
from mirra_mcp.wire.model import Doc

Verb = Callable[[Asked], Answer]


def _list(asked: Asked) -> Answer:
    asked.check_parent()
    return asked.listed(asked.noun.of(asked.path))


def _delete(asked: Asked) -> Answer:
    return asked.gone(asked.removed(asked.one()))


def _act(asked: Asked) -> Answer:
    return asked.done(asked.acted(asked.one(), to=asked.role.moves_to))


VERBS: dict[RoleKind, Verb] = {
    "create": lambda asked: asked.shown(asked.made()),
    "list": _list,
    "read": lambda asked: asked.shown(asked.one()),
    "replace": Asked.put,
    "update": lambda asked: asked.shown(asked.changed(asked.one())),
    "delete": _delete,
    "clear": Asked.cleared,
    "act": _act,
    "read_part": Asked.part,
    "write_part": Asked.part_kept,
    "example": Asked.example,
}
"""How each role is answered, where nobody has written it otherwise."""


class Answering:
    """One operation of a mirror, ready to be called."""

    def __init__(self, operation: Operation, role: Role, verb: str | None = None) -> None:
        """Let the noun's own method `verb` answer, or without one what the role does."""
        self.operation, self.role, self.verb = operation, role, verb
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
        asked = Asked(mirror, self.operation, self.role, given, call, cast(Documents, noun))
        if noun is None:
            return asked.example()
        given.path = self._as_named(noun, given.path)
        if self.verb is not None:
            answered: Answer = getattr(noun, self.verb)(asked)
            return answered
        return VERBS[self.role.kind](asked)

    def paging(self, noun: Documents) -> Paging:
        """Return what its parameters mean for a list of a noun's documents."""
        if self._paging is None:
            schema = noun.noun.schema or ANY
            self._paging = listing.paging(noun.schemas, self.operation, schema)
        return self._paging

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
