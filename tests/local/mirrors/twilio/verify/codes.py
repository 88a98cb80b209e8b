"""What the tests of Verify share: a service, and the code that only the person sees."""

from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal

ALICE = "+15555550123"
BOB = "+15555550124"
GONE = (404, 20404)
LONDON = "+442079460018"
"""A landline."""


def service_of(account: Account, **fields: Any) -> Any:
    """Make a service, and return the SDK's handle on it."""
    verify = account.client.verify.v2
    return verify.services(verify.services.create(friendly_name="Acme", **fields).sid)


def code_of(account: Account, to: str = ALICE) -> str:
    """Return the code that was sent to somebody last."""
    docs = account.state("verifications")
    return next(str(doc["code"]) for doc in docs if doc["to"] == to)


def refused(call: Callable[[], Any]) -> tuple[int, int | None]:
    """Return the HTTP status and the code with which a call of the SDK is refused."""
    with pytest.raises(TwilioRestException) as caught:
        call()
    return refusal(caught.value)[:2]
