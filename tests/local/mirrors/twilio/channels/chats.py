"""WhatsApp in tests: a sender that is online, and somebody who writes to it."""

from typing import Any

from twilio.rest.messaging.v2.channels_sender import ChannelsSenderList

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import ALICE, OURS, buy

US, HER = f"whatsapp:{OURS}", f"whatsapp:{ALICE}"
SANDBOX = "whatsapp:+14155238886"


def register(account: Account, sender: str = US, **fields: Any) -> Any:
    """Register a sender with the SDK."""
    given = {"sender_id": sender, "profile": {"name": "Acme"}} | fields
    request = ChannelsSenderList.MessagingV2ChannelsSenderRequestsCreate(given)
    return account.client.messaging.v2.channels_senders.create(request)


def online(account: Account, **fields: Any) -> Any:
    """Register a sender whose number is the account's, and wait until it is online."""
    buy(account, OURS)
    made = register(account, **fields)
    account.advance("2s")
    return made


def write(account: Account, body: str = "Hi", sender: str = ALICE, **given: Any) -> Doc:
    """Let somebody write to us."""
    told = account.simulate("whatsapp.message_received", body=body, **{"from": sender, **given})
    result: Doc = told["result"]
    return result


def answer(account: Account, body: str | None = "Hello", **fields: Any) -> Any:
    """Send a message over WhatsApp with the SDK."""
    fields = {"from_": US, "to": HER, "body": body} | fields
    return account.client.messages.create(**{k: v for k, v in fields.items() if v is not None})


def ended(account: Account, message: Any) -> tuple[str, int | None]:
    """Let time pass, and return how a message ended."""
    account.advance("10s")
    found = message.fetch()
    return found.status, found.error_code


def why_not(account: Account, event: str, **given: Any) -> str:
    """Return why something can't happen."""
    answer = account.http.post("/_mirra/simulate", json={"event": event, **given})
    assert answer.status_code == 400
    return answer.text
