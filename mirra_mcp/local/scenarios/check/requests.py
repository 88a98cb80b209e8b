"""Which calls of vendors' APIs a criterion speaks of."""

import re
from dataclasses import dataclass
from functools import cached_property

from mirra_mcp.local.scenarios.check.bodies import is_whole, sent, text_of
from mirra_mcp.local.scenarios.check.conditions import Condition
from mirra_mcp.local.scenarios.check.grades import Moment
from mirra_mcp.local.scenarios.check.values import at_path
from mirra_mcp.local.scenarios.world import Request, World

Statuses = tuple[int, int]
"""The lowest and the highest status of an answer."""


@dataclass(frozen=True)
class Requests:
    """Calls in this attempt: by method, path, mirror, answer and headers."""

    method: str = ""
    path: str = ""
    """As in documentation: `/emails/{id}` or `/emails/:id`; a query isn't looked at."""
    vendor: str = ""
    statuses: Statuses | None = None
    headers: tuple[tuple[str, Condition], ...] = ()
    mentions: str = ""
    """What the body must mention."""
    fields: tuple[tuple[str, Condition], ...] = ()
    """Fields of the body, and how they must be."""
    says: Condition | None = None
    """How the body's text must be."""
    answers: Condition | None = None
    """How the text of a refusal must be; the log keeps no other answers."""

    one, many = "request", "requests"

    @property
    def plain(self) -> str:
        """The calls in plain words."""
        name = " ".join(each for each in (self.method, self.path) if each)
        parts = [f"requests {name}".strip()]
        if self.vendor:
            parts.append(f"to {self.vendor}")
        if self.statuses:
            low, high = self.statuses
            parts.append(f"answered {low}" if low == high else f"answered {low} to {high}")
        parts += [f"whose header {name} {condition.plain}" for name, condition in self.headers]
        if self.mentions:
            parts.append(f'whose body mentions "{self.mentions}"')
        parts += [f"whose body's {name} {condition.plain}" for name, condition in self.fields]
        if self.says is not None:
            parts.append(f"whose body {self.says.plain}")
        if self.answers is not None:
            parts.append(f"that were refused with an answer that {self.answers.plain}")
        return " ".join(parts)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        steps = self.path.partition("?")[0].rstrip("/").split("/")
        shape = "/".join("[^/]+" if _is_placeholder(each) else re.escape(each) for each in steps)
        return re.compile(shape + "/?")

    def has_path(self, mirror: str, method: str, path: str) -> bool:
        """Tell whether a call of such a method and path may be one of these."""
        if self.method not in ("", method) or self.vendor not in ("", mirror):
            return False
        return not self.path or self._pattern.fullmatch(path) is not None

    def fits(self, each: Request) -> bool:
        """Tell whether a call is one of these."""
        if not self.has_path(each.mirror, each.method, each.path):
            return False
        if self.statuses and not self.statuses[0] <= each.status <= self.statuses[1]:
            return False
        if self.mentions and self.mentions not in str(each.body) + each.path + each.query:
            return False
        if not self._fits_body(each):
            return False
        return all(condition.holds(each.headers.get(name), {}) for name, condition in self.headers)

    def _fits_body(self, each: Request) -> bool:
        """Tell whether the bodies are as they must be; of one that was cut no denial holds."""
        doc = sent(each) if self.fields else {}
        tests = [(condition, at_path(doc, name)) for name, condition in self.fields]
        if self.says is not None:
            tests.append((self.says, text_of(each.body)))
        if self.answers is not None:
            if each.status < 400:
                return False
            tests.append((self.answers, text_of(each.error)))
        if any(condition.is_not for condition, _ in tests) and not is_whole(each):
            return False
        return all(condition.holds(value, doc) for condition, value in tests)

    def find(self, world: World) -> list[Request]:
        """List the calls, in order."""
        return [each for each in world.requests if self.fits(each)]

    def moments(self, world: World) -> list[Moment]:
        """Return when they were made."""
        return [Moment(each.entry, each.at, str(each)) for each in self.find(world)]


def _is_placeholder(step: str) -> bool:
    return step[:1] in ("{", ":", "<") or step == "*"
