"""What goes wrong in a test's session, by rules."""

from typing import TYPE_CHECKING, Any

from mirra_mcp.wire.faults import AddFault, Fault

if TYPE_CHECKING:
    from mirra_mcp.testing.mirra import Mirra


class Faults:
    """The session's rules, as `docs/faults.md` tells them; they end with it."""

    def __init__(self, mirra: "Mirra") -> None:
        """Made with the session."""
        self._mirra = mirra

    def add(self, rule: str | None = None, /, **fields: Any) -> Fault:
        """Let calls or webhooks fail by a sentence such as `POST /v1/charges: disconnect after`.

        Or by fields, as `AddFault` has them: `call="POST /v1/charges", effect="latency"`.

        Raises:
            MirraError: nothing like it can happen; the message says what can.
            ValueError: a field is unknown.
        """
        home = self._mirra._home
        return home.ask(home.client.add_fault, self._mirra.id, AddFault(rule=rule, **fields))

    def all(self) -> list[Fault]:
        """List the rules, with how often each was matched and struck."""
        home = self._mirra._home
        return home.ask(home.client.faults, self._mirra.id).faults

    def remove(self, fault: Fault | None = None) -> None:
        """Remove one rule, or all."""
        home = self._mirra._home
        id = fault.fault_id if fault is not None else None
        home.ask(home.client.remove_faults, self._mirra.id, id)
