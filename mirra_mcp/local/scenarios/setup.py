"""Setup text: what a scenario says of the state before it, made so in the mirrors of a session.

The phrases that each mirror knows are looked for. What they don't read whole, a language model, if
the judge has a provider, writes as a seed, which is checked before anything is planted. Whatever
could not be made so is reported, never passed over.

Source: https://docs.mirra.run/reference/scenario-format
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import orjson

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.phrases import Phrase, Said
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.store import Frozen
from mirra_mcp.local.scenarios.judge.judge import Judge
from mirra_mcp.local.scenarios.mishaps import Mishaps, read_mishaps, sentences
from mirra_mcp.local.scenarios.seeds import SeedError, quietly
from mirra_mcp.settings import JudgeSettings

log = logging.getLogger("mirra_mcp.local")

_FRAME = re.compile(
    r"(?:(?:there (?:is|are|exists?)|we have|you have|given|assume|suppose|imagine|create|add"
    r"|set up|starts? (?:with|from)|begins? with|the (?:session|world) (?:has|starts with))\s+)?"
    r"(?:(?:an?|the|our|your|this)\s+)?(?:(?:new|fresh|clean|empty|test|single)\s+)*"
    r"(?:{mirrors})\s+(?:mirror|account|project|workspace|environment|team|sandbox)s?"
    r"(?:\s+(?:also|already))?"
    r"(?:\s+(?:with|has|have|contains?|containing|holds?|that has|having))?",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"(?:there (?:is|are|exists?)|we have|you have|it (?:also )?has|they have|given|assume|suppose"
    r"|create|add|set up|starts? with|the account (?:also )?has)\s+(?:already\s+)?",
    re.IGNORECASE,
)
_JOINT = re.compile(
    r"[\s,.;:!]*(?:\b(?:and|also|plus|with|as well as|but|has|have)\b[\s,]*)*", re.I
)
_BREAK = re.compile(r",|\band\b|\bwith\b|\bbut\b|\bplus\b", re.IGNORECASE)
_NONE = re.compile(
    r"(?:there (?:is|are) )?(?:no|zero|without(?: any)?|nothing|not any) (?P<noun>[a-z][a-z ]*?)"
    r"(?: (?:sent|created|made|issued|received|registered|exist|recorded))?"
    r"(?: (?:yet|so far|at all))*(?=\s*(?:[,.;]|$|\band\b|\bwith\b|\bbut\b))",
    re.IGNORECASE,
)


@dataclass(slots=True)
class SetupReport:
    """What became of the Setup text."""

    applied: list[str] = field(default_factory=list)
    """What was made, in words."""
    not_applied: list[str] = field(default_factory=list)
    """Parts of the text that made nothing, each with the reason where there is one."""
    faults: list[str] = field(default_factory=list)
    """The fault rules that it says."""


async def apply(
    text: str, session: Session, settings: JudgeSettings, model: str = ""
) -> SetupReport:
    """Make a Setup text so, in a session that nobody holds the lock of.

    What the phrases read whole needs no language model. Else one, if there is any, writes the whole
    text anew as a seed; if what it writes doesn't fit, what the phrases made stays.
    """
    said = read_mishaps(text, {vendor: type(each) for vendor, each in session.mirrors.items()})
    async with session.lock:
        session.open()
        before = session.freeze()
        report = apply_phrases(said.rest, session)
    if not report.not_applied:
        return _joined(said, report)
    judge = Judge.of(settings, model)
    if judge is None:
        return _joined(said, report)
    from mirra_mcp.local.scenarios.seed_writer import write_seed

    try:
        written = await write_seed(said.rest, session.mirrors, judge.model)
    finally:
        await judge.aclose()
    if written is None:
        return _joined(said, report)
    seed, left_out = written
    async with session.lock:
        _go_back(session, before)
        try:
            return _joined(said, SetupReport(seed.plant(session), list(left_out)))
        except SeedError:
            _go_back(session, before)
            return _joined(said, apply_phrases(said.rest, session))


def _joined(said: Mishaps, report: SetupReport) -> SetupReport:
    """Add what was read of faults to what became of the rest."""
    return SetupReport(
        [*report.applied, *(f"fault: {rule}" for rule in said.faults)],
        [*report.not_applied, *said.wrong],
        said.faults,
    )


def _go_back(session: Session, states: Mapping[str, Frozen]) -> None:
    fixtures = {vendor: mirror.fixture for vendor, mirror in session.mirrors.items()}
    session.reset(fixtures, states)


def apply_phrases(text: str, session: Session) -> SetupReport:
    """Make so what the mirrors' phrases read. The caller holds the session's lock."""
    session.open()
    report = SetupReport()
    for sentence in sentences(text):
        _Sentence(sentence, session, report).apply()
    return report


class _Sentence:
    """One sentence, read from left to right: phrases, joints, and what nobody reads."""

    def __init__(self, text: str, session: Session, report: SetupReport) -> None:
        self.text, self.session, self.report = text, session, report
        names = "|".join(map(re.escape, session.mirrors))
        self._frame = re.compile(_FRAME.pattern.replace("{mirrors}", names), re.IGNORECASE)
        self._vendors = list(session.mirrors)

    def apply(self) -> None:
        """Make so what can be read, and report the rest."""
        at = self._begin()
        while at < len(self.text):
            if (joint := _JOINT.match(self.text, at)) and joint.end() > at:
                at = joint.end()
                continue
            if lead := _LEAD.match(self.text, at):
                at = lead.end()
                continue
            if (frame := self._framed(at)) is not None:
                at = frame
                continue
            at = self._take(at)

    def _begin(self) -> int:
        return self._framed(0) or 0

    def _framed(self, at: int) -> int | None:
        frame = self._frame.match(self.text, at)
        if frame is None:
            return None
        said = frame[0].lower()
        self._vendors = [name for name in self.session.mirrors if name.lower() in said]
        return frame.end()

    def _take(self, at: int) -> int:
        """Make the longest phrase at this place so, or report what stands there."""
        found = [
            (len(said.text), vendor, phrase, said)
            for vendor in self._vendors
            for phrase in self.session.mirrors[vendor].phrases
            if (said := phrase.match(self.text, at)) is not None
        ]
        if found:
            length, vendor, phrase, said = max(found, key=lambda each: each[0])
            self._build(vendor, phrase, said)
            return at + length
        if none := _NONE.match(self.text, at):
            self._check_none(none)
            return none.end()
        start = _BREAK.search(self.text, at + 1)
        end = start.start() if start else len(self.text)
        self.report.not_applied.append(self.text[at:end].strip())
        return end

    def _build(self, vendor: str, phrase: Phrase, said: Said) -> None:
        mirror = self.session.mirrors[vendor]
        try:
            with quietly(self.session, mirror):
                told = phrase.build(mirror, said)
            self.report.applied.append(f"{vendor}: {told}")
        except VendorError as refused:
            why = orjson.dumps(refused.body).decode()
            self.report.not_applied.append(f"{said.text}: the mirror refuses it: {why}")
        except (LookupError, ValueError, SeedError) as problem:
            self.report.not_applied.append(f"{said.text}: {problem}")
        except Exception:  # the edge: a mirror's own phrase has a bug
            log.exception("The mirror %s failed over '%s' of a Setup text.", vendor, said.text)
            self.report.not_applied.append(f"{said.text}: the mirror failed over it")

    def _check_none(self, none: re.Match[str]) -> None:
        """`No emails sent yet` makes nothing, but must be true."""
        noun = none["noun"].lower().strip()
        counts = {
            f"{count} {vendor} {plural}": count
            for vendor in self._vendors
            for plural, count in _counted(self.session.mirrors[vendor], noun)
        }
        if not counts:
            self.report.not_applied.append(none[0].strip())
        elif there := [told for told, count in counts.items() if count]:
            self.report.not_applied.append(f"{none[0].strip()}: there are {', '.join(there)}")
        else:
            self.report.applied.append(none[0].strip())


def _counted(mirror: Mirror, word: str) -> Iterator[tuple[str, int]]:
    """Count the documents that a word stands for."""
    for plural, noun in mirror.nouns.items():
        known = {plural, noun.entity, *noun.synonyms, *(f"{each}s" for each in noun.synonyms)}
        if word in {each.replace("_", " ") for each in known}:
            yield plural, noun.count()
