"""Which operation of a document a path is for: placeholders of any name, anywhere in a segment.

Fixed segments win over placeholders, and longer templates over shorter ones. Of two operations
whose paths can't be told apart the first answers.

Source: https://spec.openapis.org/oas/v3.1.1.html#path-templating-matching
"""

import re
from collections.abc import Iterator
from typing import Any

from mirra_mcp.local.openapi.parameters import Segment

HOLE = re.compile(r"\{([^{}/]+)\}")


class _Node:
    """What may stand after a path's beginning."""

    def __init__(self) -> None:
        self.fixed: dict[str, _Node] = {}
        self.templates: list[tuple[str, re.Pattern[str], _Node]] = []
        self.open: _Node | None = None
        self.methods: dict[str, tuple[Any, tuple[str, ...]]] = {}

    def step(self, segment: str) -> "_Node":
        if "{" not in segment or not HOLE.search(segment):
            return self.fixed.setdefault(segment, _Node())
        if HOLE.fullmatch(segment):
            self.open = self.open or _Node()
            return self.open
        shape = HOLE.sub("{}", segment)
        for known, _, node in self.templates:
            if known == shape:
                return node
        fixed = [re.escape(each) for each in shape.split("{}")]
        made = _Node()
        self.templates.append((shape, re.compile("(.+)".join(fixed)), made))
        self.templates.sort(key=lambda each: -len(each[0]))
        return made


class Paths:
    """The paths of one document."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, method: str, path: str, target: Any) -> None:
        """Let `target` answer `method path`, unless another one does already."""
        node = self._root
        for segment in path.strip("/").split("/"):
            node = node.step(segment)
        node.methods.setdefault(method, (target, tuple(HOLE.findall(path))))

    def find(self, method: str, path: str) -> tuple[Any, dict[str, str]] | set[str]:
        """Return the target and the placeholders' values, or the methods that would be allowed."""
        allowed: set[str] = set()
        for node, values in _walk(self._root, path.strip("/").split("/"), ()):
            if method in node.methods:
                target, names = node.methods[method]
                return target, dict(zip(names, map(Segment.of, values), strict=True))
            allowed |= set(node.methods)
        return allowed


def _walk(
    node: _Node, parts: list[str], values: tuple[str, ...]
) -> Iterator[tuple[_Node, tuple[str, ...]]]:
    if not parts:
        if node.methods:
            yield node, values
        return
    head, rest = parts[0], parts[1:]
    if head in node.fixed:
        yield from _walk(node.fixed[head], rest, values)
    for _, pattern, inner in node.templates:
        if found := pattern.fullmatch(head):
            yield from _walk(inner, rest, (*values, *found.groups()))
    if head and node.open is not None:
        yield from _walk(node.open, rest, (*values, head))
