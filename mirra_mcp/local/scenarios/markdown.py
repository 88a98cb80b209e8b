"""A scenario's Markdown, cut into title, sections, bullets and `key: value` lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from textwrap import dedent
from typing import TYPE_CHECKING

from mirra_mcp.local.scenarios.model import Tag

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

SECTIONS = {
    "setup": "setup",
    "prompt": "prompt",
    "task": "prompt",
    "expected behavior": "expected",
    "expected behaviour": "expected",
    "success criteria": "criteria",
    "checks": "criteria",
    "config": "config",
}
"""The names of the sections that mean something, aliases included."""

_PAIR = re.compile(r"\s{0,8}(?:[-*+]\s+)?[*_`]{0,3}([A-Za-z][\w -]{0,40}?)[*_`]{0,3}\s*[:=](.*)")
_ITEM = re.compile(r"\s{0,8}[-*+]\s+(\S.*)")
_REMARK = re.compile(r"\s*<!--.*?(?:-->|$)")
_BOX = re.compile(r"^\[[ xX]\]\s+")
_COMMENT = re.compile(r"(?:^|\s)#.*$|<!--.*?(?:-->|$)")


@dataclass(frozen=True, slots=True)
class Bullet:
    """One item of a list, as one line of text; a tag that isn't part of the text."""

    text: str
    line: int | None
    tag: Tag | None = None


@dataclass(slots=True)
class Section:
    """What stands under one H2."""

    title: str
    line: int
    text: str = ""
    bullets: list[Bullet] = field(default_factory=list)
    nested: list[int] = field(default_factory=list)
    """Lines of bullets inside bullets."""
    loose: list[tuple[int, str]] = field(default_factory=list)
    """Lines of text that are in no bullet and no pair."""
    pairs: list[tuple[str, str, int]] = field(default_factory=list)
    """Key, value and line."""

    @property
    def name(self) -> str:
        """Return the title without case, emphasis and colon."""
        return " ".join(self.title.strip("*_`: \t").lower().split())


@dataclass(slots=True)
class Document:
    """A text by its headings."""

    titles: list[tuple[str, int]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


def read_document(text: str) -> Document:
    """Return a text's title and sections. Headings inside code, quotes and lists are none."""
    text = dedent(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    lines = text.split("\n")
    tokens = _parser().parse(text)
    document, heads = Document(), list[tuple[Section | None, int, int]]()
    for at, token in enumerate(tokens):
        if token.type != "heading_open" or token.level or token.tag not in ("h1", "h2"):
            continue
        start = (token.map or [0])[0]
        title = tokens[at + 1].content.strip()
        if token.tag == "h1":
            document.titles.append((title, start + 1))
            heads.append((None, start, at))
            continue
        section = Section(title, start + 1)
        if token.markup == "##" or section.name in SECTIONS:  # else: text above a rule
            document.sections.append(section)
            heads.append((section, start, at))
    ends = [(start, at) for _, start, at in heads[1:]] + [(len(lines), len(tokens))]
    for (found, _, at), (end, last) in zip(heads, ends, strict=False):
        if found is not None:
            body = (tokens[at].map or [0, 0])[1]
            found.text = "\n".join(lines[body:end])
            _read_bullets(found, tokens[at + 3 : last])
            _read_pairs(found, lines[body:end], body + 1)
    return document


@cache
def _parser() -> "MarkdownIt":
    """Return a parser of blocks: what is inside a line is ours to read."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").disable(["inline", "text_join", "reference"])


def _read_bullets(section: Section, tokens: "Sequence[Token]") -> None:
    parts: list[str] = []
    line = 0
    for token in tokens:
        if token.type == "list_item_open":
            if token.level == 1:
                parts, line = [], (token.map or [0])[0] + 1
            else:
                section.nested.append((token.map or [0])[0] + 1)
        elif token.type == "list_item_close" and token.level == 1:
            text = " ".join(" ".join(parts).split())
            section.bullets.append(Bullet(_BOX.sub("", _REMARK.sub("", text), count=1), line))
        elif token.content and token.type in ("inline", "fence", "code_block"):
            if token.level >= 2:
                parts.append(token.content)
            else:
                first = (token.map or [0])[0] + (2 if token.type == "fence" else 1)
                rows = token.content.split("\n")
                section.loose += [
                    (first + at, row.strip()) for at, row in enumerate(rows) if row.strip()
                ]


def _read_pairs(section: Section, lines: Sequence[str], first: int) -> None:
    """Read `key: value` lines; a key without value takes the bullets below it."""
    open_key = False
    for at, row in enumerate(lines):
        bare = _COMMENT.sub("", row).rstrip()
        if (match := _PAIR.fullmatch(bare)) and not bare.lstrip().startswith("```"):
            value = match[2].strip()
            section.pairs.append((match[1].strip(), value, first + at))
            open_key = not value
        elif open_key and (item := _ITEM.fullmatch(bare)):
            key, value, line = section.pairs[-1]
            section.pairs[-1] = (key, f"{value},{item[1]}".strip(","), line)
        elif bare.strip():
            open_key = False
