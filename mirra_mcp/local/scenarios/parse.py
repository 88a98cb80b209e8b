"""Reads a scenario, from Markdown or JSON; every mistake in it is found at once.

Source: https://docs.mirra.run/reference/scenario-format
"""

import re
from collections.abc import Mapping
from typing import Any

from mirra_mcp.local.kit.errors import nearest
from mirra_mcp.local.scenarios.config import Entry, Kinds, key_of, read_config
from mirra_mcp.local.scenarios.markdown import (
    SECTIONS,
    Bullet,
    Document,
    Section,
    read_document,
)
from mirra_mcp.local.scenarios.model import CriterionDoc, Mistake, ScenarioDoc, ScenarioError, Tag
from mirra_mcp.local.scenarios.tags import doubt, leaning
from mirra_mcp.wire.model import Doc

MOST_TEXT = 100_000
MOST_CRITERIA = 100
LONGEST_CRITERION = 2_000

CANONICAL = {
    "setup": "Setup",
    "prompt": "Prompt",
    "expected": "Expected Behavior",
    "criteria": "Success Criteria",
    "config": "Config",
}
TAGS: dict[str, Tag] = {"check": "check", "judge": "judge", "d": "check", "p": "judge"}
_BULLETS = "-*+•·\u2013\u2014 \t"
_TAG = re.compile(r"[*_`]{0,3}(check|judge)\s*(?::[*_`]{0,3}|[*_`]{1,3}\s*:)", re.IGNORECASE)
_OLDER_TAG = re.compile(r"\[(D|P|check|judge)\]\s*:?", re.IGNORECASE)
_OTHER_TAG = re.compile(r"[*_`]{0,3}([A-Za-z]{4,9})[*_`]{0,3}:[*_`]{0,3}(?=\s)")
_FIELDS = {
    "title": "title",
    "setup": "setup",
    "prompt": "prompt",
    "task": "prompt",
    "expected-behavior": "expected",
    "criteria": "criteria",
    "checks": "criteria",
    "success-criteria": "criteria",
    "config": "config",
}

Overrides = Mapping[str, Any]
"""Config keys that a run gives beside its scenario; None leaves a key alone."""


def parse_markdown(text: str, catalog: Kinds, overrides: Overrides | None = None) -> ScenarioDoc:
    """Return the scenario that a Markdown text is.

    Raises:
        ScenarioError: with all of its mistakes.
    """
    if len(text) > MOST_TEXT:
        raise ScenarioError(
            (
                Mistake(
                    None,
                    f"The scenario has {len(text)} characters; the most is {MOST_TEXT}.",
                    "Move data to a fixture file.",
                ),
            )
        )
    return _Parser(catalog, overrides or {}).markdown(read_document(text))


def parse_json(given: Doc, catalog: Kinds, overrides: Overrides | None = None) -> ScenarioDoc:
    """Return the scenario that a JSON object of `POST /v1/runs` is.

    Raises:
        ScenarioError: with all of its mistakes.
    """
    return _Parser(catalog, overrides or {}).json(given)


class _Parser:
    def __init__(self, catalog: Kinds, overrides: Overrides) -> None:
        self._catalog = catalog
        self._overrides = {
            key_of(key): Entry(value) for key, value in overrides.items() if value is not None
        }
        self._mistakes: list[Mistake] = []
        self._warnings: list[str] = []

    def _wrong(self, line: int | None, message: str, hint: str) -> None:
        self._mistakes.append(Mistake(line, message, hint))

    # Markdown.

    def markdown(self, document: Document) -> ScenarioDoc:
        title = self._title(document)
        sections = self._sections(document)
        criteria = self._bullets(sections.get("criteria"), document)
        config = sections.get("config")
        return self._scenario(
            title,
            {name: sections[name].text.strip() or None for name in sections},
            criteria,
            self._entries(config),
            config.line if config else None,
        )

    def _title(self, document: Document) -> str:
        for title, line in document.titles[1:]:
            self._wrong(
                line,
                f"A second H1, '{title[:60]}'.",
                f"Keep one title; the first is on line {document.titles[0][1]}."
                " Sections are H2, '## ...'.",
            )
        if not document.titles or not document.titles[0][0]:
            line = document.titles[0][1] if document.titles else 1
            self._wrong(line, "The title is missing.", "Begin with '# Name of the scenario'.")
            return ""
        return document.titles[0][0]

    def _sections(self, document: Document) -> dict[str, Section]:
        found: dict[str, Section] = {}
        for section in document.sections:
            name = SECTIONS.get(section.name)
            if name is None:
                if guess := nearest(section.name[:60], SECTIONS):
                    self._warnings.append(
                        f"Line {section.line}: the section '{section.title[:60]}' is ignored."
                        f"{guess}"
                    )
            elif name in found:
                self._wrong(
                    section.line,
                    f"'## {section.title[:60]}' comes a second time, after line"
                    f" {found[name].line}.",
                    f"Put all of it under one '## {CANONICAL[name]}'.",
                )
            else:
                found[name] = section
        return found

    def _bullets(self, section: Section | None, document: Document) -> list[CriterionDoc]:
        if section is None:
            others = [each.name for each in document.sections if each.name not in SECTIONS]
            close = next((each for each in others if nearest(each[:60], ("success criteria",))), "")
            self._wrong(
                None,
                "There are no criteria: '## Success Criteria' is missing.",
                (f"Is '## {close[:60]}' meant to be it? " if close else "")
                + "Add the section with at least one bullet, as"
                " '- check: Exactly 1 email is created'.",
            )
            return []
        bare = [(line, text) for line, text in section.loose if _TAG.match(text.lstrip(_BULLETS))]
        for line, text in bare:
            self._wrong(
                line,
                f"'{text[:60]}' is a criterion, but not a bullet.",
                "Begin the line with '- ', at the margin.",
            )
        for line in section.nested:
            self._wrong(
                line,
                "A bullet inside a bullet is no criterion of its own.",
                "Put it on a line of its own at the margin, with all that it needs to be"
                " understood.",
            )
        if not section.bullets and not bare:
            self._wrong(
                section.line,
                f"There are no criteria under '## {section.title[:60]}'.",
                "Add at least one bullet, as '- check: Exactly 1 email is created'.",
            )
        return self._criteria(section.bullets)

    def _criteria(self, bullets: list[Bullet]) -> list[CriterionDoc]:
        if len(bullets) > MOST_CRITERIA:
            self._wrong(
                bullets[MOST_CRITERIA].line,
                f"{len(bullets)} criteria; the most is {MOST_CRITERIA}.",
                "Split the scenario.",
            )
        return [
            self._criterion(index, bullet) for index, bullet in enumerate(bullets[:MOST_CRITERIA])
        ]

    def _criterion(self, index: int, bullet: Bullet) -> CriterionDoc:
        text, tag = bullet.text.strip(), bullet.tag
        if tag is None:
            if match := _TAG.match(text) or _OLDER_TAG.match(text):
                tag = TAGS[match[1].lower()]
                text = text[match.end() :].strip()
            elif (match := _OTHER_TAG.match(text)) and (
                guess := nearest(match[1].lower(), ("check", "judge"))
            ):
                self._wrong(
                    bullet.line,
                    f"Unknown tag '{match[1]}:'.{guess}",
                    "A criterion begins with 'check:', 'judge:' or neither.",
                )
        if not text:
            self._wrong(bullet.line, "A criterion says nothing.", "Say what must hold, or drop it.")
        elif len(text) > LONGEST_CRITERION:
            self._wrong(
                bullet.line,
                f"A criterion has {len(text)} characters; the most is {LONGEST_CRITERION}.",
                "Say less, or explain it under '## Expected Behavior'.",
            )
            text = text[:LONGEST_CRITERION]
        return CriterionDoc(
            index=index,
            text=text,
            tag=tag or leaning(text).tag,
            is_explicit=tag is not None,
            line=bullet.line,
            warning=doubt(text, tag) if tag else None,
        )

    def _entries(self, section: Section | None) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        if section is None:
            return found
        for name, value, line in section.pairs:
            key = key_of(name)
            if key in found:
                self._wrong(
                    line,
                    f"The config key '{key[:60]}' comes a second time, after line"
                    f" {found[key].line}.",
                    "Say it once; several values are a comma list.",
                )
            else:
                found[key] = Entry(value, line)
        read = {line for _, _, line in section.pairs}
        for line, text in section.loose:
            if line not in read and text.split()[0].lower().rstrip(":=") in (
                "mirrors",
                "fixture",
                "timeout",
                "runs",
            ):
                self._wrong(
                    line,
                    f"'{text[:60]}' is no config line.",
                    f"Write '{text.split()[0]}: <value>'.",
                )
        return found

    # JSON.

    def json(self, given: Doc) -> ScenarioDoc:
        fields: dict[str, Any] = {}
        for key, value in given.items():
            name = _FIELDS.get(key_of(str(key)[:80]))
            if name is None:
                self._wrong(
                    None,
                    f"'scenario.{str(key)[:60]}' is unknown.{nearest(str(key)[:60], _JSON)}",
                    f"The fields are {', '.join(_JSON)}.",
                )
            else:
                fields[name] = value
        texts = {name: self._text(name, fields) for name in ("title", "setup", "prompt")}
        texts["expected"] = self._text("expected", fields)
        if not texts["title"]:
            self._wrong(None, "'scenario.title' is missing.", "Give the scenario a title.")
        config = fields.get("config")
        if not isinstance(config, dict | None):
            self._wrong(None, "'scenario.config' isn't an object.", 'As {"mirrors": ["resend"]}.')
            config = {"mirrors": next(iter(self._catalog))}
        entries = {key_of(str(key)[:80]): Entry(value) for key, value in (config or {}).items()}
        bullets = self._given_bullets(fields.get("criteria"))
        return self._scenario(texts["title"] or "", texts, self._criteria(bullets), entries, None)

    def _text(self, name: str, fields: dict[str, Any]) -> str | None:
        value = fields.get(name)
        if value is not None and not isinstance(value, str):
            self._wrong(None, f"'scenario.{name}' isn't text.", "Give a string, or leave it out.")
        elif value is not None and len(value) > MOST_TEXT:
            self._wrong(None, f"'scenario.{name}' is too long.", f"The most is {MOST_TEXT}.")
        elif value is not None:
            return str(value).strip() or None
        return None

    def _given_bullets(self, given: Any) -> list[Bullet]:
        if not isinstance(given, list) or not given:
            self._wrong(
                None,
                "There are no criteria.",
                'Give \'criteria\' as [{"tag": "check", "text": "Exactly 1 email is created"}].',
            )
            return []
        found = []
        for index, each in enumerate(given):
            text, tag = (each.get("text"), each.get("tag")) if isinstance(each, dict) else (each, 0)
            if not isinstance(text, str):
                self._wrong(
                    None,
                    f"'scenario.criteria.{index}' has no text.",
                    'Give {"tag": "check" or "judge", "text": "..."}.',
                )
                continue
            if tag and (not isinstance(tag, str) or tag.lower() not in TAGS):
                self._wrong(
                    None,
                    f"'scenario.criteria.{index}.tag' can't be '{str(tag)[:60]}'."
                    f"{nearest(str(tag)[:60], ('check', 'judge'))}",
                    "It is 'check', 'judge' or absent.",
                )
                tag = None
            found.append(Bullet(text, None, TAGS[tag.lower()] if isinstance(tag, str) else None))
        return found

    # Both.

    def _scenario(
        self,
        title: str,
        texts: Mapping[str, str | None],
        criteria: list[CriterionDoc],
        entries: dict[str, Entry],
        line: int | None,
    ) -> ScenarioDoc:
        if "fixture" in self._overrides:
            entries = {key: entries[key] for key in entries if key != "fixture-file"}
        config = read_config(entries | self._overrides, self._catalog, self._mistakes, line)
        if self._mistakes:
            raise ScenarioError(tuple(sorted(self._mistakes, key=lambda each: each.line or 0)))
        if config.fixture and config.fixture_file:
            self._warnings.append("'fixture-file' wins over 'fixture', which is ignored.")
        return ScenarioDoc(
            title=title,
            setup=texts.get("setup"),
            prompt=texts.get("prompt"),
            expected_behavior=texts.get("expected"),
            criteria=tuple(criteria),
            config=config,
            warnings=tuple(self._warnings),
        )


_JSON = ("title", "setup", "prompt", "expectedBehavior", "criteria", "config")
