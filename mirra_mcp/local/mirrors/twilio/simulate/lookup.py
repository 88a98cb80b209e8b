"""What carriers do to phone numbers: Lookup tells of it, and verifications meet it.

Source: https://www.twilio.com/docs/lookup/v2-api
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.lookup.carriers import LineType
from mirra_mcp.wire.model import Doc

Number = Annotated[str, Field(description="Anybody's number, in E.164.")]
Status = Literal["active", "reachable", "unreachable", "inactive", "unknown"]


@story("carrier.sim_swapped", fires=())
def sim_swapped(twilio: Peers, phone_number: Number) -> Doc:
    """The SIM of a number is changed: its owner's new phone, or a thief's."""
    return _happen(twilio, phone_number, sim_swapped_at=iso(twilio.now))


@story("carrier.ported", fires=())
def ported(
    twilio: Peers,
    phone_number: Number,
    carrier: Annotated[str, Field(description="The name of its new carrier.")],
    line_type: Annotated[
        LineType | None, Field(description="What kind of line it is now, if that changes.")
    ] = None,
) -> Doc:
    """A number moves to another carrier."""
    changed = {"line_type": line_type} if line_type else {}
    return _happen(twilio, phone_number, carrier_name=carrier, **changed)


@story("carrier.line_changed", fires=())
def line_changed(
    twilio: Peers,
    phone_number: Number,
    line_type: Annotated[LineType | None, Field(description="What it turns out to be.")] = None,
    status: Annotated[Status | None, Field(description="Whether it is in use.")] = None,
    call_forwarding: Annotated[
        bool | None, Field(description="Whether calls are passed on to another number.")
    ] = None,
    caller_name: Annotated[str | None, Field(description="Whose name calls show.")] = None,
    caller_type: Literal["CONSUMER", "BUSINESS", "UNDETERMINED"] | None = None,
    owner: Annotated[
        dict[str, str] | None,
        Field(description="Who owns it, for identity_match: first_name, last_name, city..."),
    ] = None,
) -> Doc:
    """Something about a number's line or owner becomes known."""
    changed = {
        "line_type": line_type,
        "status": status,
        "call_forwarding_enabled": call_forwarding,
        "caller_name": caller_name,
        "caller_type": caller_type,
        "owner": owner,
    }
    changed = {name: value for name, value in changed.items() if value is not None}
    if not changed:
        raise SimulateError(
            "Nothing is said of the line.", "Give 'lineType', 'status', 'owner' or another."
        )
    return _happen(twilio, phone_number, **changed)


@story("carrier.number_reassigned", fires=())
def number_reassigned(twilio: Peers, phone_number: Number) -> Doc:
    """A number is given to somebody else."""
    return _happen(twilio, phone_number, reassigned_at=iso(twilio.now))


@story("carrier.pumping_detected", fires=())
def pumping_detected(
    twilio: Peers,
    phone_number: Number,
    score: Annotated[int, Field(ge=0, le=100, description="The risk, from 0 to 100.")] = 95,
) -> Doc:
    """Fraud Guard finds that somebody earns from texts to a number, and blocks it."""
    changed = {"blocked_at": iso(twilio.now), "sms_pumping_risk_score": score}
    return _happen(twilio, phone_number, next_verification_error=60410, **changed)


def _happen(twilio: Peers, number: str, **changed: Any) -> Doc:
    phone = phones.parse(number)
    if phone is None:
        raise SimulateError(f"'{number}' is no phone number.", "Write it as +15555550123.")
    return twilio.carrier_lines.shown(twilio.carrier_lines.happen(phone.e164, **changed))
