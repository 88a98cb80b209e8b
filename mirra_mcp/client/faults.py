"""Calls about what goes wrong in a session on purpose (extension)."""

from mirra_mcp.client import extensions
from mirra_mcp.client.api import Api
from mirra_mcp.client.urls import segment
from mirra_mcp.wire.faults import AddFault, Fault, FaultList, FaultsRemoved


class FaultCalls:
    """The part of `MirraClient` that adds, lists and removes fault rules."""

    _api: Api

    async def add_fault(self, session_id: str, fault: AddFault) -> Fault:
        """Let calls or webhooks of a session go wrong from now on (extension)."""
        return await self._api.post(_path(session_id), fault, Fault, extension=extensions.FAULTS)

    async def faults(self, session_id: str) -> FaultList:
        """List a session's fault rules, and what each has done (extension)."""
        return await self._api.get(_path(session_id), FaultList, extension=extensions.FAULTS)

    async def remove_faults(
        self, session_id: str, fault_id: str | None = None, *, mirror: str | None = None
    ) -> FaultsRemoved:
        """Remove one fault rule, a mirror's, or all (extension)."""
        return await self._api.delete(
            _path(session_id),
            FaultsRemoved,
            query={"faultId": fault_id, "mirror": mirror},
            extension=extensions.FAULTS,
        )


def _path(session_id: str) -> str:
    return f"/v1/sessions/{segment(session_id, of='session id')}/faults"
