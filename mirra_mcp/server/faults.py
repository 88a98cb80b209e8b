"""Faults as an agent sees them: events of `mirra_session_simulate`, notes of what they touched."""

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server.errors import Refusal, listed, nearest
from mirra_mcp.wire.faults import AddFault
from mirra_mcp.wire.model import Doc
from mirra_mcp.wire.problems import flaw

if TYPE_CHECKING:
    from mirra_mcp.client.client import MirraClient

EVENTS = ("fault.add", "fault.list", "fault.remove")
HEADER = "x-mirra-fault"
BROKEN = ("disconnect_before", "disconnect_after", "cut_answer")


async def change(
    mirra: "MirraClient", session_id: str, event: str, params: dict[str, Any], mirror: str | None
) -> Doc:
    """Add, list or remove fault rules; return what there is to tell.

    Raises:
        Refusal: the parameters make no sense.
        MirraError: Mirra refuses them.
    """
    if event == "fault.add":
        given = {"mirror": mirror, **params} if mirror else params
        try:
            wanted = AddFault.model_validate(given)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(map(str, first["loc"])) or "params"
            fields = [each.alias or name for name, each in AddFault.model_fields.items()]
            raise Refusal(
                "mirra.request.invalid",
                f"'{field}' of 'fault.add' {flaw(first)}.{nearest(field, fields)}",
                'As {"rule": "POST /v1/charges: disconnect after, once"}, or with fields: '
                f"{listed(fields)}.",
            ) from None
        return (await mirra.add_fault(session_id, wanted)).to_json()
    if event == "fault.remove":
        if unknown := set(params) - {"faultId"}:
            raise Refusal(
                "mirra.request.invalid",
                f"'fault.remove' takes no '{min(unknown)}'.",
                "It takes 'faultId', or nothing to remove all.",
            )
        return (
            await mirra.remove_faults(session_id, params.get("faultId"), mirror=mirror)
        ).to_json()
    if params:
        raise Refusal(
            "mirra.request.invalid", "'fault.list' takes no parameters.", "Leave 'params' out."
        )
    return (await mirra.faults(session_id)).to_json()


def touched(headers: dict[str, str]) -> str | None:
    """Say that a rule struck a request, if one did."""
    id = headers.get(HEADER)
    return f"The fault rule {id} struck this request." if id else None


async def blamed(mirra: "MirraClient", session_id: str, error: MirraError) -> MirraError:
    """Return a failure to get an answer, saying that a rule of the session wanted it so."""
    try:
        rules = (await mirra.faults(session_id)).faults
    except MirraError:
        return error
    for rule in rules:
        if rule.effect in BROKEN and rule.struck:
            kept = " What the request did was kept." if rule.effect != "disconnect_before" else ""
            return MirraError(
                f"No whole answer came: the fault rule {rule.fault_id} struck ({rule.rule}).{kept}",
                code="mirra.fault.struck",
                request=error.request,
                hint="That is what the rule is for. mirra_session_state shows what was kept.",
            )
    return error
