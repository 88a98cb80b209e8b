"""Which webhooks a criterion speaks of, and what became of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Literal

from mirra_mcp.local.scenarios.check.conditions import Condition
from mirra_mcp.local.scenarios.check.grades import Moment
from mirra_mcp.local.scenarios.check.values import address_of, at_path, leaves
from mirra_mcp.local.scenarios.world import Dispatch, World, is_accepted

Fate = Literal["told", "accepted", "refused", "retried", "stumbled"]
SPOKEN: dict[Fate, str] = {
    "told": "dispatched",
    "accepted": "received by the handler (answered 2xx)",
    "refused": "not accepted by the handler",
    "retried": "tried more than once",
    "stumbled": "not accepted at some try",
}


@dataclass(frozen=True, slots=True)
class ByPayload:
    """A field of the payload, or of its `data`, must be so."""

    path: str
    condition: Condition

    @property
    def plain(self) -> str:
        """The condition."""
        return f"whose {self.path} {self.condition.plain}"

    def holds(self, dispatch: Dispatch) -> bool:
        """Tell whether the payload is so, seen whole, from `data` or from `data.object`."""
        payload = dispatch.payload
        inner = payload.get("data")
        roots = [payload, inner, inner.get("object") if isinstance(inner, dict) else None]
        values = [at_path(root, self.path) for root in roots if isinstance(root, dict)]
        known = [each for each in values if each is not None]
        return self.condition.holds(known[0] if known else None, payload)


@dataclass(frozen=True, slots=True)
class ByMention:
    """The payload must mention something."""

    name: str

    @property
    def plain(self) -> str:
        """What is mentioned."""
        return f'that mention "{self.name}"'

    def holds(self, dispatch: Dispatch) -> bool:
        """Tell whether any value in the payload is this."""
        texts = [each for each in leaves(dispatch.payload) if isinstance(each, str)]
        if self.name in texts:
            return True
        return "@" in self.name and any(address_of(each) == self.name.lower() for each in texts)


PayloadFilter = ByPayload | ByMention


@dataclass(frozen=True)
class Webhooks:
    """Vendor events of this attempt: of some types, of one mirror, with some payload."""

    types: tuple[str, ...] = ()
    """Patterns such as `invoice.*`; none means all."""
    vendor: str = ""
    filters: tuple[PayloadFilter, ...] = ()
    fate: Fate = "told"

    one, many = "webhook", "webhooks"

    @property
    def name(self) -> str:
        """The kind of webhook in plain words."""
        kind = " or ".join(f"`{each}`" for each in self.types)
        parts = [kind, "webhooks", f"of {self.vendor}" if self.vendor else ""]
        return " ".join(each for each in (*parts, *(f.plain for f in self.filters)) if each)

    @property
    def plain(self) -> str:
        """The selection in plain words."""
        return f"{self.name} {SPOKEN[self.fate]}"

    def of(self, fate: Fate) -> "Webhooks":
        """Return the same webhooks with another fate."""
        return replace(self, fate=fate)

    def all(self, world: World) -> list[Dispatch]:
        """List every delivery of these webhooks, whatever became of it."""
        return [each for each in world.deliveries if self._is_one(each)]

    def has_type(self, type: str) -> bool:
        """Tell whether webhooks of a type are meant."""
        return not self.types or any(fnmatchcase(type, each) for each in self.types)

    def _is_one(self, each: Dispatch) -> bool:
        if self.vendor and each.mirror != self.vendor:
            return False
        if not self.has_type(each.type):
            return False
        return all(test.holds(each) for test in self.filters)

    def find(self, world: World) -> list[Dispatch]:
        """List one delivery for each event that had this fate."""
        found = [each for each in self.all(world) if had(each, self.fate)]
        return list({(each.mirror, each.message, each.type): each for each in found}.values())

    def moments(self, world: World) -> list[Moment]:
        """Return when each had its fate."""
        found = []
        for each in self.find(world):
            at: datetime = each.created
            since = None
            entry = each.entry + 0.5
            if self.fate != "told":
                since = each.created
                for number, attempt in enumerate(each.attempts, 1):
                    if self.fate != "accepted" or attempt is each.accepted:
                        at = attempt.at
                        entry = world.entry_of.get((each.id, number), entry)
                        break
            found.append(Moment(entry, at, f"webhook {each.type}", since))
        return found


def had(dispatch: Dispatch, fate: Fate) -> bool:
    """Tell whether a delivery had a fate."""
    if fate == "told":
        return True
    if fate == "accepted":
        return dispatch.accepted is not None
    if fate == "refused":
        return dispatch.url is not None and dispatch.accepted is None and bool(dispatch.attempts)
    if fate == "stumbled":
        return any(not is_accepted(each.response_status) for each in dispatch.attempts)
    return len(dispatch.attempts) > 1
