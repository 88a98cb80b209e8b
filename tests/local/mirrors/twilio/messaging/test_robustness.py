"""No call breaks messaging, whatever it carries.

Source: https://www.twilio.com/docs/api/errors
"""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.kit.routes import Route, routes_of
from mirra_mcp.local.mirrors.twilio.messaging.messages import twiml
from tests.local.mirrors.twilio.client import Account, area
from tests.local.mirrors.twilio.messaging.texts import ALICE, OTHER, OURS, buy, form, send, service

ODD = (
    *("", "x", "-1", "1.5", "true", "null", "\x00", "😀", "+", "+1", "whatsapp:", "http://["),
    *("http://a:b/", "9999-12-31T23:59:59Z", "0001-01-01", "2026-05-04", "9" * 400, "é" * 2000),
)
"""Values that some field may not expect."""
NAMES = st.sampled_from(
    ["To", "From", "Body", "MediaUrl", "MessagingServiceSid", "StatusCallback", "SendAt",
     "ScheduleType", "ValidityPeriod", "SmartEncoded", "ContentSid", "SendAsMms", "Odd"]
)  # fmt: skip
VALUES = st.one_of(st.sampled_from([*ODD, ALICE, OURS, "fixed"]), st.text(max_size=30))


@pytest.fixture(scope="module")
def shop(mirra: LocalMirra) -> Iterator[Account]:
    """An account that all of these tests share."""
    account = Account(mirra.url, mirra.token)
    yield account
    account.close()


def calls(route: Route, known: dict[str, str], sid: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Paths and forms for an endpoint: queries for reads, odd values for each parameter."""
    path = route.path
    for name, value in (known | {"Sid": sid}).items():
        path = path.replace(f"{{{name}}}", value)
    yield path, {}
    if route.method == "GET":
        for query in ("PageSize=0", "PageToken=x", "DateSent=x", "DateCreated<=x", "Page=9"):
            yield f"{path}?{query}", {}
    if route.params is not None and sid.isascii():
        for name, field in route.params.model_fields.items():
            for odd in ODD:
                yield path, {field.alias or name: odd}


def test_no_call_breaks_the_mirror(shop: Account) -> None:
    number = buy(shop)
    made = service(shop, number)
    sent = send(shop, media_url=["https://example.com/a.png"])
    code = shop.simulate("short_code.assigned", shortCode="12345")["result"]["sid"]
    known = {"account": shop.sid, "MessageSid": sent.sid, "ServiceSid": made.sid}
    sids = {
        "messages": sent.sid,
        "messaging_services": made.sid,
        "short_codes": code,
        "service_phone_numbers": number.sid,
    }
    broken = [
        (route.spec, path, form)
        for noun in area("messaging")
        for route in routes_of(noun, noun.plural)
        for sid in (sids.get(noun.plural, "x"), "é", "😀")
        for path, form in calls(route, known, sid)
        if shop.call(route.method, path, form or None).status_code >= 500
    ]
    assert broken == []


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_no_message_breaks_the_mirror(shop: Account, fields: dict[str, str]) -> None:
    answer = shop.call("POST", "/Messages.json", form(**fields))
    assert answer.status_code in (201, 400, 404, 429)


def test_every_message_comes_to_an_end(shop: Account) -> None:
    """Source: https://www.twilio.com/docs/messaging/api/message-resource"""
    service(shop, buy(shop, OTHER), smart_encoding=False)
    for text in ODD[:12]:
        shop.call("POST", "/Messages.json", form(From=OTHER, Body=text))
    shop.advance("40 days")
    ends = {each["status"] for each in shop.state("messages")}
    assert ends <= {"delivered", "undelivered", "failed", "canceled"}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.binary(max_size=200), st.sampled_from(["text/xml", "text/plain; charset=x", "", "a/b"]))
def test_no_answer_breaks_the_interpreter(content: bytes, kind: str) -> None:
    """Source: https://www.twilio.com/docs/messaging/twiml"""
    for step in twiml.read(content, kind):
        assert isinstance(step, twiml.Say | twiml.Turn | twiml.Fault)


DOCUMENTS = st.recursive(
    st.text("<>&;\"'ab \n", max_size=8),
    lambda inner: st.builds(
        lambda name, attributes, parts: f"<{name} {attributes}>{''.join(parts)}</{name}>",
        st.sampled_from(["Response", "Message", "Body", "Media", "Redirect", "Sms", "Other"]),
        st.sampled_from(["", 'to="+1"', 'method="GET"', 'action=""', "from='x'"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(DOCUMENTS)
def test_no_document_breaks_the_interpreter(document: str) -> None:
    """Source: https://www.twilio.com/docs/messaging/twiml"""
    for step in twiml.read(f"<Response>{document}</Response>".encode(), "application/xml"):
        assert isinstance(step, twiml.Say | twiml.Turn | twiml.Fault)
