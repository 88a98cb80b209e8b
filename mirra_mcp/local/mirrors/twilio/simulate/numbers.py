"""What carriers do to numbers that send or get messages, and what the account may do.

Source: https://www.twilio.com/docs/api/errors
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.messaging.messages.wishes import NO_RCS_PHONES
from mirra_mcp.local.mirrors.twilio.messaging.senders import SHORT
from mirra_mcp.local.mirrors.twilio.simulate.messaging import ErrorCode, known_code
from mirra_mcp.wire.model import Doc

Country = Annotated[str, Field(description="Two letters, as in GB.", pattern="^[A-Za-z]{2}$")]
Anyone = Annotated[str | None, Field(description="A handset's number, in E.164.")]


@story("carrier.outage", aliases=("number.unreachable",), fires=())
def outage(
    twilio: Peers,
    phone_number: Anyone = None,
    country: Annotated[str | None, Field(description="Or a whole country, as in GB.")] = None,
    error_code: ErrorCode = 30003,
) -> Doc:
    """From now on messages to a number, or to a country, end undelivered."""
    code = known_code(error_code)
    trouble = twilio.carrier_troubles.begin(troubled(phone_number, country), code)
    return twilio.carrier_troubles.shown(trouble)


@story("carrier.recovered", aliases=("number.reachable",), fires=())
def recovered(
    twilio: Peers,
    phone_number: Anyone = None,
    country: Annotated[str | None, Field(description="Or a whole country, as in GB.")] = None,
) -> Doc:
    """Messages to a number, or to a country, get through again."""
    of = troubled(phone_number, country)
    trouble = twilio.carrier_troubles.end(of)
    if trouble is None:
        raise SimulateError(f"Nothing troubles messages to {of}.", "Tell 'carrier.outage' first.")
    return twilio.carrier_troubles.shown(trouble)


@story("carrier.rcs_changed", fires=())
def rcs_changed(
    twilio: Peers,
    phone_number: Annotated[str, Field(description="Whose phone.")],
    reachable: Annotated[bool, Field(description="Whether RCS reaches it.")] = False,
) -> Doc:
    """A phone can't be reached over RCS any more, or can again; at first all can."""
    phone = phones.parse(phone_number)
    if phone is None:
        raise SimulateError(f"'{phone_number}' is no number.", "Write it as +15558675310.")
    others = [each for each in twilio.setting(NO_RCS_PHONES, ()) if each != phone.e164]
    twilio.set_setting(NO_RCS_PHONES, others if reachable else [*others, phone.e164])
    return {"phoneNumber": phone.e164, "reachable": reachable}


@story("number.queue_full", fires=())
def queue_full(
    twilio: Peers,
    phone_number: Annotated[
        str | None, Field(description="Your number; the only one, if left out.")
    ] = None,
    full: bool = True,
) -> Doc:
    """The queue of a number is full: it refuses to send with 21611."""
    if phone_number is None:
        phone_number = the_one(twilio.incoming_phone_numbers, None, "phoneNumber")["phone_number"]
    number = twilio.incoming_phone_numbers.first(phone_number=phone_number)
    if number is None:
        raise SimulateError(f"'{phone_number}' is none of the account's numbers.", "Buy it first.")
    others = [each for each in twilio.setting("full_queues", ()) if each != phone_number]
    twilio.set_setting("full_queues", others + [phone_number] * full)
    return {"phone_number": phone_number, "full": full}


@story("short_code.assigned", fires=())
def short_code_assigned(
    twilio: Peers,
    short_code: Annotated[str, Field(description="5 or 6 digits.")],
    country: Country = "US",
) -> Doc:
    """The carriers give the account a short code. No API does that."""
    if not SHORT.fullmatch(short_code):
        raise SimulateError(f"'{short_code}' is no short code.", "Write it as 12345.")
    if twilio.short_codes.first(short_code=short_code) is not None:
        raise SimulateError(f"{short_code} is somebody's already.", "Choose another one.")
    code = twilio.short_codes.assign(twilio.account_sid, short_code, country.upper())
    return twilio.short_codes.view(code)


@story("account.geo_permission", fires=())
def geo_permission(twilio: Peers, country: Country, allowed: bool = False) -> Doc:
    """Somebody forbids messages to a country in the console (21408), or allows them again."""
    code = country.upper()
    others = [each for each in twilio.setting("no_permission", ()) if each != code]
    twilio.set_setting("no_permission", others + [code] * (not allowed))
    return {"country": code, "allowed": allowed}


def troubled(phone_number: str | None, country: str | None) -> str:
    """Return whom a trouble is about: a number or a country.

    Raises:
        Refusal: it is about neither.
    """
    if phone_number is None and country is None:
        raise SimulateError(
            "Nobody is named.", "Say whom messages don't reach: 'phoneNumber' or 'country'."
        )
    if phone_number is None:
        return str(country).upper()
    phone = phones.parse(phone_number)
    if phone is None:
        raise SimulateError(f"'{phone_number}' is no phone number.", "Write it as +15555550123.")
    return phone.e164
