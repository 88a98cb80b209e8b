"""Texting in tests: numbers to send from, people to send to, and what they get."""

from typing import Any

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account

OURS, OTHER = "+15017122661", "+15017122662"
"""Numbers that a test buys."""
ALICE, BOB = "+15558675310", "+14155550123"
"""People with phones."""
NOBODY = "SM" + "0" * 32


def buy(account: Account, number: str = OURS, **settings: Any) -> Any:
    """Buy a number with the SDK."""
    return account.client.incoming_phone_numbers.create(phone_number=number, **settings)


def send(account: Account, body: str = "Hello", **fields: Any) -> Any:
    """Send a message with the SDK: from our number to Alice, unless `fields` say otherwise."""
    fields.setdefault("to", ALICE)
    if "messaging_service_sid" not in fields:
        fields.setdefault("from_", OURS)
    return account.client.messages.create(body=body, **fields)


def receive(account: Account, body: str = "Hi", sender: str = ALICE, **given: Any) -> Doc:
    """Let somebody text us; return what the simulation says of the message."""
    told = account.simulate("message.received", body=body, **{"from": sender, **given})
    result: Doc = told["result"]
    return result


def service(account: Account, *numbers: Any, **settings: Any) -> Any:
    """Make a messaging service with numbers in its pool."""
    settings.setdefault("friendly_name", "Shop")
    made = account.client.messaging.v1.services.create(**settings)
    for number in numbers:
        made.phone_numbers.create(phone_number_sid=number.sid)
    return made


def form(**fields: Any) -> Doc:
    """Return the form of a message that would be sent, but for the given fields."""
    wanted: Doc = {"To": ALICE, "From": OURS, "Body": "Hello"} | fields
    return {name: value for name, value in wanted.items() if value is not None}
