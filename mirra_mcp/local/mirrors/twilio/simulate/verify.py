"""What people and carriers do to verifications.

Source: https://www.twilio.com/docs/verify/api/verification-check
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.errors import SimulateError, one_of
from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.verifications import silent
from mirra_mcp.wire.model import Doc

Sid = Annotated[
    str | None, Field(description="The verification (VE...); the only pending one, if left out.")
]
To = Annotated[str | None, Field(description="Or the number or address that it went to.")]


@story("verify.check_failed", aliases=("verification.check_failed",), fires=())
def check_failed(
    twilio: Peers,
    sid: Sid = None,
    to: To = None,
    code: Annotated[str | None, Field(description="What is typed; a wrong code.")] = None,
) -> Doc:
    """A person types a wrong code. After five of them the verification takes no more."""
    doc = _typed(twilio, sid, to)
    if code is not None and code == doc["code"]:
        raise SimulateError(
            "That is the right code.", "Use 'verify.approved', or leave 'code' out."
        )
    return twilio.verification_checks.typed(doc, code or _wrong(doc["code"]))


@story("verify.approved", aliases=("verification.approved",), fires=())
def approved(twilio: Peers, sid: Sid = None, to: To = None) -> Doc:
    """A person types the right code, and the application passes it on."""
    doc = _typed(twilio, sid, to)
    return twilio.verification_checks.typed(doc, doc["code"])


@story("verify.expired", aliases=("verification.expired",), fires=())
def expired(twilio: Peers, sid: Sid = None, to: To = None) -> Doc:
    """Ten minutes have passed for a verification: Twilio has forgotten it."""
    return twilio.verifications.become(_open(twilio, sid, to), "expired")


@story("verify.undelivered", aliases=("verification.undelivered",), fires=())
def undelivered(
    twilio: Peers,
    sid: Sid = None,
    to: To = None,
    error_code: Annotated[int, Field(description="The carrier's, as for messages.")] = 30003,
) -> Doc:
    """The newest code of a verification doesn't arrive; only its attempt tells."""
    doc = _pending(twilio, sid, to)
    attempt = doc["send_code_attempts"][-1]["attempt_sid"]
    twilio.cancel_timers("verification_attempts.arrive", sid=attempt)
    twilio.verification_attempts.arrive(attempt, "undelivered", str(error_code))
    return twilio.verification_attempts.view(twilio.verification_attempts.get(attempt))


@story("verify.refused", aliases=("verify.blocked",), fires=())
def refused(
    twilio: Peers,
    to: Annotated[str, Field(description="The number or address that it would go to.")],
    error_code: Annotated[
        int, Field(description="One of Verify's codes: 60212, 60223, 60238, 60410...")
    ] = 60410,
) -> Doc:
    """The next verification to a number or address is refused, once."""
    if error_code not in errors.CODES:
        known = one_of(map(str, errors.CODES))
        raise SimulateError(f"Verify has no error {error_code}.", f"It has: {known}.")
    target = _target(to)
    doc = twilio.carrier_lines.happen(target, next_verification_error=error_code)
    return twilio.carrier_lines.shown(doc)


@story("sna.invoked", fires=())
def invoked(
    twilio: Peers,
    sid: Sid = None,
    to: To = None,
    error_code: Annotated[
        int | None, Field(description="Why it fails: 60510, 60511 or 60520; it works, if absent.")
    ] = None,
) -> Doc:
    """A phone opens the address of a silent network authentication; its network has an answer."""
    doc = _pending(twilio, sid, to)
    attempt = twilio.silent_attempts.newest(doc)
    if doc["channel"] != silent.CHANNEL or attempt is None or not attempt["is_open"]:
        raise SimulateError(
            f"Verification '{doc['sid']}' has no address to open.", "Start one with channel 'sna'."
        )
    if error_code is not None and error_code not in silent.FAILURES:
        known = one_of(map(str, silent.FAILURES))
        raise SimulateError(f"No attempt ends with {error_code}.", f"It may with {known}.")
    return twilio.silent_attempts.shown(twilio.silent_attempts.end(attempt, error_code))


def _pending(twilio: Peers, sid: str | None, to: str | None) -> Doc:
    doc = _open(twilio, sid, to)
    if doc["status"] != "pending":
        raise SimulateError(
            f"Verification '{doc['sid']}' takes no more codes: it is {doc['status']}.",
            "Let it expire, or cancel it; then a new one can be started.",
        )
    return doc


def _typed(twilio: Peers, sid: str | None, to: str | None) -> Doc:
    doc = _pending(twilio, sid, to)
    if doc["channel"] == silent.CHANNEL:
        raise SimulateError(
            f"Nobody types a code for verification '{doc['sid']}'.", "Simulate 'sna.invoked'."
        )
    return doc


def _open(twilio: Peers, sid: str | None, to: str | None) -> Doc:
    """Return the verification that is meant.

    Raises:
        Refusal: there is none, it has ended, or several could be meant.
    """
    if sid is None and to is not None:
        sent = twilio.verifications.find(_target=_target(to))
        going = [each for each in sent if twilio.verifications.is_open(each)]
        if not going:
            raise SimulateError(f"No verification of '{to}' is pending.", "Start one first.")
        return going[0]
    doc = the_one(twilio.verifications, sid, "sid", status="pending")
    if not twilio.verifications.is_open(doc):
        raise SimulateError(
            f"Verification '{doc['sid']}' has ended: it is {doc['status']}.", "Start another one."
        )
    return doc


def _target(to: str) -> str:
    if "@" in to:
        return to.lower()
    phone = phones.parse(to)
    if phone is None:
        raise SimulateError(f"'{to}' is no phone number.", "Write it as +15555550123.")
    return phone.e164


def _wrong(code: str) -> str:
    """Return a code of the same length that isn't this one."""
    return ("1" if code[0] != "1" else "2") + code[1:]
