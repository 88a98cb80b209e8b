"""What people, Twilio and registries do about an account's numbers.

Source: https://www.twilio.com/docs/voice/api/outgoing-caller-ids
    https://www.twilio.com/docs/messaging/compliance/a2p-10dlc
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.twilio.accounts import access_tokens
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.wire.model import Doc

Number = Annotated[str | None, Field(description="In E.164; the only one, if left out.")]
Reason = Annotated[str | None, Field(description="Why, in the registry's words.")]


@story("caller_id.verified", aliases=("number.verified",), fires=())
def caller_id_verified(twilio: Peers, phone_number: Number = None) -> Doc:
    """Somebody types in the code of a call, and their number counts as verified."""
    waiting = twilio.setting("validations", {})
    if phone_number is None:
        if len(waiting) != 1:
            raise SimulateError(
                f"{len(waiting)} numbers wait to be verified.", "Name one as 'phoneNumber'."
            )
        phone_number = next(iter(waiting))
    phone = phones.parse(phone_number)
    if phone is None:
        raise SimulateError(f"'{phone_number}' is no phone number.", "Write it in E.164.")
    account, name = waiting.pop(phone.e164, (None, None))
    twilio.set_setting("validations", waiting)
    found = twilio.outgoing_caller_ids.first(phone_number=phone.e164)
    doc = found or twilio.outgoing_caller_ids.verify(phone.e164, account, name)
    return twilio.outgoing_caller_ids.shown(doc)


@story("number.reclaimed", aliases=("number.released",), fires=())
def number_reclaimed(twilio: Peers, phone_number: Number = None) -> Doc:
    """Twilio takes a number back, as after an unpaid bill: it leaves the account and its pools."""
    noun = twilio.incoming_phone_numbers
    id = None
    if phone_number is not None:
        doc = noun.first(phone_number=phone_number)
        id = doc["id"] if doc else phone_number
    doc = the_one(noun, id, "phoneNumber")
    noun.release(doc)
    return noun.shown(doc)


@story("account.suspended", fires=())
def account_suspended(
    twilio: Peers,
    account_sid: Annotated[str | None, Field(description="The session's own, if left out.")] = None,
    suspended: bool = True,
) -> Doc:
    """Twilio suspends an account, as when its money is used up: every call gets 401."""
    doc = twilio.accounts.peek(account_sid or twilio.account_sid)
    if doc is None:
        raise SimulateError(f"No account '{account_sid}'.", "GET /2010-04-01/Accounts.json")
    status = "suspended" if suspended else "active"
    return twilio.accounts.shown(twilio.accounts.change(doc, status=status))


@story("a2p.brand_reviewed", aliases=("brand.failed",), fires=())
def brand_reviewed(
    twilio: Peers,
    sid: Annotated[str | None, Field(description="The brand; the only one, if left out.")] = None,
    status: Literal["APPROVED", "FAILED", "IN_REVIEW", "SUSPENDED"] = "FAILED",
    reason: Reason = None,
) -> Doc:
    """The Campaign Registry decides about a brand."""
    noun = twilio.brand_registrations
    return noun.shown(noun.decide(the_one(noun, sid, "sid"), status, reason))


@story("a2p.campaign_reviewed", aliases=("campaign.failed",), fires=())
def campaign_reviewed(
    twilio: Peers,
    sid: Annotated[str | None, Field(description="The campaign; the only one, if absent.")] = None,
    status: Literal["VERIFIED", "FAILED", "SUSPENDED"] = "FAILED",
    reason: Reason = None,
) -> Doc:
    """The carriers decide about a campaign."""
    noun = twilio.us_app_to_persons
    return noun.shown(noun.decide(the_one(noun, sid, "sid"), status, reason))


@story("tollfree.reviewed", aliases=("tollfree.rejected",), fires=())
def tollfree_reviewed(
    twilio: Peers,
    sid: Annotated[str | None, Field(description="The verification; the only one, if absent.")] = (
        None
    ),
    status: Literal["IN_REVIEW", "TWILIO_APPROVED", "TWILIO_REJECTED"] = "TWILIO_REJECTED",
    reason: Reason = None,
) -> Doc:
    """Twilio decides about a toll-free verification."""
    noun = twilio.tollfree_verifications
    return noun.shown(noun.decide(the_one(noun, sid, "sid"), status, reason))


@story("access_token.shown", fires=())
def token_shown(
    twilio: Peers,
    token: Annotated[str, Field(description="Made with the SDK's `AccessToken`.")],
) -> Doc:
    """A client shows the access token that its server made; the result says what is in it."""
    claims = access_tokens.check(twilio, token)
    return {
        "accountSid": claims.account,
        "keySid": claims.key,
        "identity": claims.identity or None,
        "grants": claims.grants,
    }
