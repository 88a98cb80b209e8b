"""Calling in tests: an application that answers so, and what was told and heard."""

from typing import Any

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account
from tests.local.receiver import Receiver, Reply

OURS, OTHER = "+15017122661", "+15017122662"
ALICE, BOB = "+15558675310", "+14155550123"


def call(account: Account, **fields: Any) -> Any:
    """Call Alice with the SDK, from our number."""
    fields.setdefault("to", ALICE)
    return account.client.calls.create(from_=OURS, **fields)


def answers(receiver: Receiver, *documents: Any) -> None:
    """Let the application answer so, one request after the other."""
    receiver.answers.extend(
        each if isinstance(each, Reply | int) else Reply(str(each)) for each in documents
    )


def asked(account: Account, receiver: Receiver) -> dict[str, str]:
    """Return the parameters of the next request, whose signature holds."""
    return account.verified(receiver.next())


def settled(account: Account) -> None:
    """Wait until the mirror has done what the application answered."""
    account.advance("1ms")


def heard(account: Account) -> list[tuple[str, str, str]]:
    """Return the transcript of the only call: who did what, and the words."""
    [doc] = [each for each in account.state("calls") if each["parent_call_sid"] is None]
    return [(each["who"], each["what"], each["words"]) for each in doc["transcript"]]


def receive(account: Account, *script: Doc, **given: Any) -> str:
    """Let Alice call us, and do this when she is asked for something; return the call's SID."""
    told = account.simulate("call.received", script=list(script), **{"from": ALICE}, **given)
    return str(told["result"]["sid"])
