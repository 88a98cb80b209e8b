"""What the SDK declares of a parameter, a value that it isn't, and a refusal that names it.

Source: https://github.com/twilio/twilio-python
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from mirra_mcp.local.kit.routes import Route
from mirra_mcp.local.mirrors.twilio.mirror import Twilio
from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.api.declared import Parameter, parameters
from tests.local.mirrors.twilio.api.furnished import Furnished
from tests.local.mirrors.twilio.api.test_surface import HEADERS, OF_PAGES
from tests.local.mirrors.twilio.client import Account, refusal

WRONG = {
    "bool": ("maybe",),
    "int": ("many", "1.5"),
    "float": ("much",),
    "datetime": ("someday", "2026-13-45"),
    "date": ("someday",),
    "sid": ("nobody", f"XX{'0' * 32}"),
    "url": ("nowhere at all",),
    "method": ("PATCH",),
    "words": ("nonsense",),
    "str": (),
}
METHODS = ("GET", "POST", "DELETE")
GENERAL = (20001, 20400, 60200)
"""Codes that say nothing of a parameter by themselves; any other is for one alone."""


@cache
def routes() -> tuple[tuple[str, Parameter], ...]:
    """Each parameter that the SDK declares, with the endpoint of the mirror that it is for."""
    return tuple(_routes())


def _routes() -> Iterator[tuple[str, Parameter]]:
    for each in parameters(lambda path: any(_route(method, path) for method in METHODS)):
        spec = _route(each.method, each.path)
        if spec and each.name not in OF_PAGES | HEADERS | {"Accept"}:
            yield spec, each


def _route(method: str, path: str) -> str | None:
    """Return the endpoint of the mirror that a path of the SDK is."""
    account = f"AC{'0' * 32}"
    path = path.replace("{account_sid}", account).replace("{country_code}", "US")
    path = path.replace("/2010-04-01/Accounts/{sid}", f"/2010-04-01/Accounts/{account}")
    sid = "IS" if "conversations" in path else "VA" if path.startswith("/v2") else "MG"
    noun = "+14155552671" if "/v2/Phone" in path else sid + "0" * 32
    target = Twilio.router().find(method, re.sub(r"\{\w+\}", noun, path))
    route = target[0] if isinstance(target, tuple) else None
    return route.spec if isinstance(route, Route) else None


def wrong(each: Parameter) -> Iterator[str]:
    """Yield values that a parameter may not have."""
    yield from WRONG[each.kind]
    low, high = each.bounds or (0, each.longest or 0)
    if each.kind == "int" and each.bounds:
        yield from (str(low - 1), str(high + 1))
    elif high and each.kind == "str":
        yield "1" * (max(high, each.longest or 0) + 1)
        if low > 1:
            yield "1" * (low - 1)


def counted(account: Account) -> Doc:
    """Return how much of everything there is."""
    told = account.http.get("/_mirra/state").json()["state"]
    return {entity: len(docs) for entity, docs in told.items()}


def test_what_a_parameter_can_not_be_is_refused(account: Account) -> None:
    """Whatever type, words, length and bounds the SDK declares; 501 and 404 are refusals, too.

    Source: https://github.com/twilio/twilio-oai
    """
    furnished = Furnished(account)
    before = counted(account)
    taken: list[tuple[Any, ...]] = []
    seen = 0
    for spec, each in routes():
        good, path = furnished.good.get(spec, {}), furnished.path(spec)
        for value in wrong(each):
            seen += 1
            answer = account.call(each.method, path, good | {each.name: value})
            if answer.status_code == 501 or (each.kind == "sid" and answer.status_code == 404):
                continue
            told = answer.json() if answer.content else {}
            is_named = each.name.rstrip("<>") in told.get("message", "")
            if answer.status_code != 400 or (told["code"] in GENERAL and not is_named):
                taken.append((spec, each.name, value[:40], answer.status_code, told))
    assert taken == []
    assert seen > 900, "the sweep no longer sees the SDK's declarations"
    assert counted(account) == before, "a refused call made something"
    assert refused_unspoilt(account, furnished) == []


def refused_unspoilt(account: Account, furnished: Furnished) -> list[tuple[Any, ...]]:
    """Return the sweep's calls that are refused before their values are spoilt, or at a bound."""
    refused: list[tuple[Any, ...]] = []
    for spec, form in furnished.good.items():
        answer = account.call(spec.partition(" ")[0], furnished.path(spec), form)
        if not answer.is_success and answer.json()["code"] not in furnished.once:
            refused.append((spec, answer.text))
    for spec, each in routes():
        if each.kind != "int" or not each.bounds:
            continue
        for bound in each.bounds:
            form = furnished.good.get(spec, {}) | {each.name: bound}
            answer = account.call(each.method, furnished.path(spec), form)
            if not answer.is_success and each.name in answer.text:
                refused.append((spec, each.name, bound, answer.text))
    return refused


OWN: list[tuple[Any, int, str]] = [
        (lambda api: api.messages.create("+15558675310", from_="+15017122661", body="Hi",
         content_retention="some"), 30029,
         "Invalid ContentRetention: some is none of retain, discard"),
        (lambda api: api.incoming_phone_numbers.create(phone_number="+15017122661",
         sms_fallback_url="https://example.com/"), 21406,
         "Cannot set SmsFallbackUrl without setting SmsUrl"),
        (lambda api: api.incoming_phone_numbers.create(phone_number="+15017122661",
         voice_fallback_url="https://example.com/"), 21405,
         "Cannot set VoiceFallbackUrl without setting Url"),
        (lambda api: api.calls.create(to="+15558675310", from_="+15017122661", twiml="<Response/>",
         machine_detection_timeout=60), 21263, "Invalid Answering Machine Detection Parameters"
         " (MachineDetectionTimeout): 60 is not from 3 to 59"),
        (lambda api: api.verify.v2.services.create("Acme", whatsapp_msg_service_sid="MG"), 60200,
         "Invalid parameter: Whatsapp.MsgServiceSid"),
        (lambda api: api.conversations.v1.conversations.create(state="closed"), 50384,
         "Initial state can't be 'closed'"),
        (lambda api: api.conversations.v1.conversations.create(state="open"), 50378,
         "'State' parameter value is invalid: open is none of active, inactive, closed"),
        (lambda api: api.conversations.v1.conversations.create(state="active",
         timers_inactive="soon"), 50379, "TimeToInactive format is invalid"),
        (lambda api: api.conversations.v1.conversations.create(state="active",
         timers_closed="soon"), 50380, "TimeToClosed format is invalid"),
        (lambda api: api.validation_requests.create("+14155552671", call_delay=61), 21454,
         "Invalid CallDelay: 61 is not from 0 to 60"),
]  # fmt: skip
"""What the SDK does, and Twilio's code with its words."""


def test_a_value_is_refused_with_its_own_code(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors"""
    for act, code, words in OWN:
        with pytest.raises(TwilioRestException) as caught:
            act(account.client)
        assert refusal(caught.value)[:2] == (400, code)
        assert caught.value.msg.partition(" record: ")[2].startswith(words), caught.value.msg
