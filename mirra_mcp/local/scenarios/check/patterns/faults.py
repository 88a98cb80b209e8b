"""Faults: what the app made of calls and webhooks that went wrong on purpose."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mirra_mcp.local.scenarios.check.documents import Selection
from mirra_mcp.local.scenarios.check.grades import Clause, Grade, Moment, grade, kept
from mirra_mcp.local.scenarios.check.mishaps import Mishap, retries
from mirra_mcp.local.scenarios.check.patterns.pattern import Pattern
from mirra_mcp.local.scenarios.check.phrases import Things
from mirra_mcp.local.scenarios.check.shapes import Reader
from mirra_mcp.local.scenarios.check.tokens import Token
from mirra_mcp.local.scenarios.world import Change, World


@dataclass(frozen=True)
class NoSecond(Clause):
    """Calls that were made again, as their answer was lost or failed, made one document."""

    selection: Selection

    @property
    def plain(self) -> str:
        """The claim."""
        return (
            "each call that was made again, as its answer was lost or failed, made one of"
            f" {self.selection.many} together with that, and at least one was made again"
        )

    @property
    def subject(self) -> Selection:
        """What was made."""
        return self.selection

    def grade(self, world: World) -> Grade:
        """Count what each call and its repetitions made."""
        chains = retries(world)
        if not chains:
            told = "no call was made again after its answer was lost or failed, so nothing shows it"
            return grade(False, told, world.requests)
        made: dict[int, list[Change]] = {}
        for noun in self.selection.nouns:
            for change in world.changes_of.get((noun.vendor, noun.entity), ()):
                call = world.call_of(change) if change.before is None else None
                if call is not None:
                    made.setdefault(call.entry, []).append(change)
        of_chain = [
            [each for call in chain for each in made.get(call.entry, ())] for chain in chains
        ]
        twice = [each for each in of_chain if len(each) > 1]
        if twice:
            told = f"{len(twice[0])} {self.selection.many} were made by one call and its repetition"
            return grade(False, told, [*twice[0], *chains[of_chain.index(twice[0])]])
        if not any(of_chain):
            told = f"neither the calls nor their repetitions made any {self.selection.one}"
            return grade(False, told, [each for chain in chains for each in chain])
        told = f"{len(chains)} calls were made again, and none made a second {self.selection.one}"
        return grade(True, told, [each for chain in chains for each in chain])


@dataclass(frozen=True)
class Despite(Clause):
    """A claim that holds though something went wrong."""

    claim: Clause
    mishap: Mishap

    @property
    def plain(self) -> str:
        """The claim, and what must have happened."""
        return f"{self.claim.plain}; though {self.mishap.plain}"

    @property
    def subjects(self) -> tuple[object, ...]:
        """What the claim speaks of."""
        return self.claim.subjects

    @property
    def subject(self) -> object:
        """What the claim speaks of first."""
        return self.claim.subject

    def grade(self, world: World) -> Grade:
        """See that it went wrong, and then whether the claim holds."""
        found = self.mishap.find(world)
        if not found:
            told = f"it never happened that {self.mishap.plain}, so nothing shows it"
            return grade(False, told)
        own = self.claim.grade(world)
        shown = grade(True, "", found).evidence
        told = f"{own.explanation}; {len(found)} times a fault rule struck"
        return Grade(own.result, told, kept([*own.evidence, *shown]))

    def moments(self, world: World) -> list[Moment] | None:
        """When what is claimed happened."""
        return self.claim.moments(world)


@dataclass(frozen=True)
class AllStruck(Clause):
    """Each fault rule did something."""

    @property
    def plain(self) -> str:
        """The claim."""
        return "there are fault rules, and each struck at least once"

    def grade(self, world: World) -> Grade:
        """Look at the rules."""
        rules = [rule.show() for rule in world.session.faults.rules]
        idle = [each.rule for each in rules if not each.struck]
        if not rules:
            return grade(False, "there is no fault rule")
        told = f"{len(rules) - len(idle)} of {len(rules)} fault rules struck"
        return grade(not idle, told, [f"never struck: {each}" for each in idle])


def _no_second(reader: Reader, thing: Things) -> NoSecond | None:
    selection = thing.selection
    if selection.filters or selection.how != "there":
        return None
    return NoSecond(replace(selection, how="there"))


Tokens = tuple[Token, ...]


class Though(Pattern):
    """A pattern of two halves: any claim, and what went wrong."""

    def read(self, reader: Reader) -> Iterator[Clause]:
        """List the claims that a whole text makes by this pattern."""
        for at in range(len(reader.tokens)):
            for end, bound in reader.match(self.shapes[0], at):
                made = self.build(reader, reader.tokens[:at], reader.tokens[end:], **bound)
                if made is not None:
                    yield made


def _though(reader: Reader, head: Tokens, tail: Tokens) -> Despite | None:
    wrong = Reader(tail, reader.context, reader.antecedent)
    mishap = next((bound["mishap"] for bound in wrong.whole("{mishap}")), None)
    return _despite(reader, head, mishap) if mishap is not None else None


def _though_first(reader: Reader, head: Tokens, tail: Tokens, mishap: Mishap) -> Despite | None:
    return None if head else _despite(reader, tail, mishap)


def _despite(reader: Reader, tokens: Tokens, mishap: Mishap) -> Despite | None:
    for claim in reader.context.claims(tokens, reader.antecedent):
        if not isinstance(claim, Despite):
            return Despite(claim, mishap)
    return None


PATTERNS = (
    Pattern(
        "fault.no_second",
        (
            "[the/a/any/each] (retried|repeated) request/requests/call/calls"
            " created/creates/create/made/makes/make"
            " no second/duplicate/additional/further {thing}",
            "[the/a/any] retry/retries created/creates/create/made/makes/make"
            " no second/duplicate/additional/further {thing}",
            "[the/a/any] (retry|retries|retried request|retried call) (did not|does not|do not)"
            " create/make [a/any] second/duplicate/additional/further {thing}",
            "(retrying|repeating) [the] [request/call] (did not|does not) create/make [a/any]"
            " second/duplicate/additional/further {thing}",
            "no second/duplicate/additional/further {thing} {was} created/made by/after/on"
            " [the/a/any] (retry|retries|retried request|retried call)",
        ),
        _no_second,
        (
            "The retried request created no second charge",
            "The retry did not create a duplicate charge",
        ),
    ),
    Pattern(
        "fault.all_struck",
        (
            "[the/a/each/every/all] fault/faults [rule/rules] struck [at least once]",
            "[the/each/every/all] fault/faults [rule/rules] {was} met",
        ),
        lambda reader: AllStruck(),
        ("Every fault rule struck",),
    ),
    Though(
        "fault.though",
        ("[,] [even] though/although",),
        _though,
        (
            "The app sent exactly one email though the webhook came twice",
            "Exactly 1 charge was created even though the answer was lost",
            "Exactly 1 charge was created although the request was rate limited",
        ),
    ),
    Though(
        "fault.though_first",
        ("[even] though/although {mishap} ,",),
        _though_first,
        ("Though the `charge.succeeded` webhook came late, exactly 1 email was sent",),
    ),
)  # fmt: skip
