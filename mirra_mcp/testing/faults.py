"""What goes wrong in a test's session, by rules."""

from collections.abc import Callable
from typing import Any

from mirra_mcp.client.client import MirraClient
from mirra_mcp.wire.faults import AddFault, Fault


class Faults:
    """The session's rules, as `docs/faults.md` tells them; they end with it."""

    def __init__(self, ask: Callable[..., Any], client: MirraClient, session_id: str) -> None:
        """Made with the session; `ask` runs a call of the client to its end."""
        self._ask, self._client, self._session_id = ask, client, session_id

    def add(self, rule: str | None = None, /, **fields: Any) -> Fault:
        """Let calls or webhooks fail by a sentence such as `POST /v1/charges: disconnect after`.

        Or by fields, as `AddFault` has them: `call="POST /v1/charges", effect="latency"`.

        Raises:
            MirraError: nothing like it can happen; the message says what can.
            ValueError: a field is unknown.
        """
        wanted = AddFault(rule=rule, **fields)
        added: Fault = self._ask(self._client.add_fault, self._session_id, wanted)
        return added

    def all(self) -> list[Fault]:
        """List the rules, with how often each was matched and struck."""
        found: list[Fault] = self._ask(self._client.faults, self._session_id).faults
        return found

    def remove(self, fault: Fault | None = None) -> None:
        """Remove one rule, or all."""
        id = fault.fault_id if fault is not None else None
        self._ask(self._client.remove_faults, self._session_id, id)
