"""JSON as people keep it, with comments and trailing commas: read, and edited at one place only.

Source: https://code.visualstudio.com/docs/languages/json#_json-with-comments
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

_BLANK = re.compile(r"(?:[ \t\r\n\ufeff]|//[^\r\n]*|/\*.*?\*/)*", re.DOTALL)
_SAME_LINE = re.compile(r"(?:[ \t]|/\*[^\r\n]*?\*/)*(?://[^\r\n]*)?")
_ATOM = re.compile(r'"(?:[^"\\\r\n]|\\.)*"|[-+.\w]+')
_INDENT = re.compile(r"^([ \t]+)\S", re.MULTILINE)
DEEPEST = 200


@dataclass(slots=True)
class Node:
    """A value and where it stands; of an object, its members with where their keys begin."""

    start: int
    end: int
    value: Any
    members: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)
    comma: int | None = None
    """Where a comma stands after the last member."""


def read(text: str) -> Any:
    """Return what the text says; nothing says an empty object.

    Raises:
        ValueError: it is no JSON, comments and trailing commas allowed.
    """
    return _whole(text).value if text.strip("\ufeff \t\r\n") else {}


def with_member(text: str, section: str, name: str, value: Any) -> str:
    """Return the text with a member of a section set, and not another byte changed.

    Raises:
        ValueError: it can't be read, or what should hold the member is no object.
    """
    if not text.strip("\ufeff \t\r\n"):
        whole = json.dumps({section: {name: value}}, indent=2, ensure_ascii=False)
        return f"{text[: text.startswith(chr(0xFEFF))]}{whole}\n"
    root = _whole(text)
    _expect_object(root, "it")
    if section not in root.members:
        return _added(text, root, section, {name: value})
    held = root.members[section]
    _expect_object(held, f"its {section}")
    if name not in held.members:
        return _added(text, held, name, value)
    old = held.members[name]
    new = _written(text, value, held.keys[name])
    return text[: old.start] + new + text[old.end :]


def without_member(text: str, section: str, name: str) -> str:
    """Return the text without that member, its comma and its line; as it is, if there is none.

    Raises:
        ValueError: it can't be read.
    """
    held = _whole(text).members.get(section)
    if held is None or name not in held.members:
        return text
    names = list(held.members)
    at = names.index(name)
    start, end = held.keys[name], held.members[name].end
    if at > 0:  # from the end of the member before, whose comma goes with ours
        before = held.members[names[at - 1]].end
        if at < len(names) - 1 or held.comma is not None:
            comma = text.index(",", _BLANK.match(text, end).end())  # type: ignore[union-attr]  # matches nothing, too
            end = comma + 1
            start = _line_start(text, start, before)
            return text[:start] + text[end:]
        comma = text.index(",", _BLANK.match(text, before).end())  # type: ignore[union-attr]
        kept = text[comma + 1 : start].rstrip()
        return text[:comma] + kept + text[end:]
    if len(names) > 1:
        return text[:start] + text[held.keys[names[1]] :]
    return text[: held.start + 1] + text[held.end - 1 :]


def _line_start(text: str, start: int, least: int) -> int:
    while start > least and text[start - 1] in " \t":
        start -= 1
    if start > least and text[start - 1] == "\n":
        start -= 2 if text[start - 2] == "\r" else 1
    return max(start, least)


def _expect_object(node: Node, what: str) -> None:
    if not isinstance(node.value, dict):
        raise ValueError(f"{what} is no object")


def _added(text: str, held: Node, name: str, value: Any) -> str:
    """Put a member behind the last one of an object, in the file's own manner."""
    inside = text[held.start : held.end]
    is_one_line = "\n" not in inside and bool(held.members)
    key = json.dumps(name, ensure_ascii=False)
    if is_one_line:
        at = list(held.members.values())[-1].end
        member = f"{key}: {json.dumps(value, ensure_ascii=False)}"
        return f"{text[:at]}, {member}{text[at:]}"
    line_end = "\r\n" if "\r\n" in text else "\n"
    outer = _indent_at(text, held.start)
    if held.members:
        last = list(held.members)[-1]
        inner = _indent_at(text, held.keys[last])
        end = held.members[last].end
        comma = end if held.comma is None else held.comma + 1
        at = _SAME_LINE.match(text, comma).end()  # type: ignore[union-attr]  # matches nothing, too
        separator = "," if held.comma is None else ""
        member = f"{key}: {_dumped(text, value, inner, line_end)}"
        return f"{text[:comma]}{separator}{text[comma:at]}{line_end}{inner}{member}{text[at:]}"
    inner = outer + _unit(text)
    member = f"{inner}{key}: {_dumped(text, value, inner, line_end)}"
    rest = inside[1:-1].rstrip(" \t\r\n")
    return (
        f"{text[: held.start + 1]}{rest}{line_end}{member}{line_end}{outer}{text[held.end - 1 :]}"
    )


def _written(text: str, value: Any, key_at: int) -> str:
    line_end = "\r\n" if "\r\n" in text else "\n"
    return _dumped(text, value, _indent_at(text, key_at), line_end)


def _dumped(text: str, value: Any, indent: str, line_end: str) -> str:
    lines = json.dumps(value, indent=_unit(text), ensure_ascii=False).split("\n")
    return (line_end + indent).join(lines)


def _unit(text: str) -> str:
    """Return the step by which the file indents."""
    found = _INDENT.search(text)
    return found[1] if found else "  "


def _indent_at(text: str, at: int) -> str:
    """Return the blanks with which the line begins in which something stands."""
    start = text.rfind("\n", 0, at) + 1
    line = text[start:at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _whole(text: str) -> Node:
    node = _node(text, _after_blank(text, 0), 0)
    if _after_blank(text, node.end) != len(text):
        raise _wrong(text, node.end)
    return node


def _after_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _wrong(text: str, at: int) -> ValueError:
    line = text.count("\n", 0, at) + 1
    return ValueError(f"line {line} is no JSON")


def _node(text: str, at: int, depth: int) -> Node:
    if at >= len(text) or depth > DEEPEST:
        raise _wrong(text, at)
    if text[at] == "{":
        return _object(text, at, depth)
    if text[at] == "[":
        return _list(text, at, depth)
    found = _ATOM.match(text, at)
    if found is None:
        raise _wrong(text, at)
    try:
        return Node(at, found.end(), json.loads(found[0], strict=False))
    except ValueError:
        raise _wrong(text, at) from None


def _object(text: str, at: int, depth: int) -> Node:
    node = Node(at, at, {})
    here = _after_blank(text, at + 1)
    while text[here : here + 1] != "}":
        key = _node(text, here, depth + 1)
        colon = _after_blank(text, key.end)
        if not isinstance(key.value, str) or text[colon : colon + 1] != ":":
            raise _wrong(text, here)
        member = _node(text, _after_blank(text, colon + 1), depth + 1)
        node.members[key.value], node.keys[key.value] = member, here
        node.value[key.value] = member.value
        here, node.comma = _next(text, member.end, "}")
    node.end = here + 1
    return node


def _list(text: str, at: int, depth: int) -> Node:
    node = Node(at, at, [])
    here = _after_blank(text, at + 1)
    while text[here : here + 1] != "]":
        item = _node(text, here, depth + 1)
        node.value.append(item.value)
        here, _ = _next(text, item.end, "]")
    node.end = here + 1
    return node


def _next(text: str, end: int, closing: str) -> tuple[int, int | None]:
    """Return where the next item or the closing mark stands, and the comma before it, if any."""
    here = _after_blank(text, end)
    if text[here : here + 1] == ",":
        return _after_blank(text, here + 1), here
    if text[here : here + 1] != closing:
        raise _wrong(text, here)
    return here, None
