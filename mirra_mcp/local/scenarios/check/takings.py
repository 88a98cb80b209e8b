"""How often the handler took webhooks: each of them, or all together."""

from dataclasses import dataclass

from mirra_mcp.local.scenarios.check.grades import Clause, Grade, grade
from mirra_mcp.local.scenarios.check.quantities import Quantity
from mirra_mcp.local.scenarios.check.webhooks import Webhooks
from mirra_mcp.local.scenarios.world import Dispatch, World, is_accepted


@dataclass(frozen=True)
class EachSoOften(Clause):
    """The handler took every single event so often: once, though it may come again."""

    webhooks: Webhooks
    times: Quantity

    @property
    def plain(self) -> str:
        """The claim."""
        return f"every one of {self.webhooks.name} answered 2xx {self.times} times"

    @property
    def subject(self) -> Webhooks:
        """What is spoken of."""
        return self.webhooks

    def grade(self, world: World) -> Grade:
        """Count the attempts that were answered 2xx, for each delivery."""
        every = [each for each in self.webhooks.all(world) if each.url is not None]
        odd = [each for each in every if not self.times.holds(_taken(each))]
        told = f"{len(every) - len(odd)} of {len(every)} {self.webhooks.name} were taken so often"
        return grade(not odd and (bool(every) or not self.times.low), told, odd or every)


@dataclass(frozen=True)
class TakenTimes(Clause):
    """The handler took webhooks so often, all together."""

    webhooks: Webhooks
    times: Quantity

    @property
    def plain(self) -> str:
        """The comparison."""
        return f"times that the handler answered {self.webhooks.name} 2xx {self.times.sign}"

    @property
    def subject(self) -> Webhooks:
        """What is spoken of."""
        return self.webhooks

    def grade(self, world: World) -> Grade:
        """Count the attempts that were answered 2xx."""
        every = self.webhooks.all(world)
        count = sum(map(_taken, every))
        told = f"answered 2xx {count} times; expected {self.times}"
        return grade(self.times.holds(count), told, every)


def _taken(dispatch: Dispatch) -> int:
    return sum(is_accepted(each.response_status) for each in dispatch.attempts)
