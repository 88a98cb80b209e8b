"""Content templates: made, found, approved, and said in messages.

Source: https://www.twilio.com/docs/content/content-api-resources
"""

import json
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.content.templates import TEXT, VALUES, status_of, submit, template
from tests.local.mirrors.twilio.messaging.texts import ALICE, OURS, buy

MENU = {"body": "Menu", "button": "Look", "items": [{"id": "1", "item": "Soup"}]}
REPLY = {"body": "Hi {{1}}?", "actions": [{"title": "Yes", "id": "y"}, {"title": "No", "id": "n"}]}


def test_a_template_is_made_found_changed_and_deleted(account: Account) -> None:
    made = template(account)
    assert (made.sid[:2], made.language, made.variables) == ("HX", "en", VALUES)
    assert made.types == TEXT
    assert made.links["approval_fetch"] == f"{account.url}/v1/Content/{made.sid}/ApprovalRequests"
    assert [each.sid for each in account.client.content.v1.contents.list()] == [made.sid]
    put = account.http.put(
        f"/v1/Content/{made.sid}", json={"types": {"twilio/text": {"body": "A"}}}
    )
    assert put.json()["types"] == {"twilio/text": {"body": "A"}}
    assert (put.json()["friendly_name"], put.json()["variables"]) == ("order_shipped", VALUES)
    assert made.delete()
    with pytest.raises(TwilioRestException) as caught:
        made.fetch()
    assert refusal(caught.value)[:2] == (404, 20404)
    assert account.client.content.v1.legacy_contents.list() == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"language": "en"}, "Missing required parameter types"),
        ({"language": "en", "types": {}}, "a template has at least one"),
        ({"types": TEXT}, "Missing required parameter language"),
        ({"language": "english", "types": TEXT}, "language"),
        ({"language": "en", "types": {"twilio/fax": {"body": "A"}}}, "twilio/fax is none of"),
        ({"language": "en", "types": {"twilio/text": {"body": "A" * 1601}}}, "1600"),
        ({"language": "en", "types": {"twilio/list-picker": MENU | {"items": []}}}, "items"),
        ({"language": "en", "types": {"twilio/quick-reply": REPLY | {"actions": [{}]}}}, "title"),
        ({"language": "en", "types": TEXT, "variables": {"a b": "c"}}, "'a b'"),
        ({"language": "en", "types": TEXT, "variables": {str(n): "c" for n in range(101)}}, "100"),
    ],
)
def test_what_is_no_template_is_refused(account: Account, given: Any, words: str) -> None:
    """Source: https://www.twilio.com/docs/content/using-variables-with-content-api"""
    answer = account.http.post("/v1/Content", json=given)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert words in answer.json()["message"]
    assert account.state("contents") == []


def test_whatsapp_approves_what_was_submitted(account: Account) -> None:
    """Source: https://www.twilio.com/docs/whatsapp/tutorial/message-template-approvals-statuses"""
    made = template(account)
    assert status_of(made) == "unsubmitted"
    asked = submit(made)
    assert (asked.status, asked.content_type, asked.category) == (
        "received",
        "twilio/text",
        "UTILITY",
    )
    account.advance("1s")
    assert status_of(made) == "pending"
    account.advance("1s")
    assert status_of(made) == "approved"
    [told] = account.client.content.v1.content_and_approvals.list()
    assert (told.sid, told.approval_requests["status"]) == (made.sid, "approved")
    account.simulate("whatsapp.template_reviewed", status="paused", reason="Low quality")
    assert made.approval_fetch().fetch().whatsapp["rejection_reason"] == "Low quality"
    with pytest.raises(TwilioRestException) as caught:
        submit(made)
    assert refusal(caught.value)[:2] == (409, 20409)


def test_whatsapp_may_reject_first(account: Account) -> None:
    made = template(account)
    submit(made)
    account.simulate("content.rejected", contentSid=made.sid)
    account.advance("1m")
    assert status_of(made) == "rejected"


@pytest.mark.parametrize(
    ("name", "category", "types"),
    [
        ("Order Shipped", "UTILITY", TEXT),
        ("order_shipped", "NEWS", TEXT),
        ("menu", "UTILITY", {"twilio/list-picker": MENU}),
    ],
)
def test_what_whatsapp_never_approves_cannot_be_submitted(
    account: Account, name: str, category: str, types: Any
) -> None:
    """Source: https://www.twilio.com/docs/content/twiliolist-picker"""
    made = template(account, types)
    with pytest.raises(TwilioRestException) as caught:
        submit(made, name, category)
    assert refusal(caught.value)[:2] == (400, 20001)
    assert status_of(made) == "unsubmitted"


def test_templates_are_searched(account: Account) -> None:
    first = template(account)
    menu = template(account, {"twilio/list-picker": MENU}, friendly_name="menu", language="de")
    submit(first)
    account.advance("2s")

    def found(**query: Any) -> list[str]:
        return [each.sid for each in account.client.content.v2.contents.list(**query)]

    assert found() == [menu.sid, first.sid]
    assert found(content_name="^order") == [first.sid]
    assert found(content="Soup") == [menu.sid]
    assert found(language=["de", "fr"]) == [menu.sid]
    assert found(content_type=["twilio/text"]) == [first.sid]
    assert found(channel_eligibility=["whatsapp:approved"]) == [first.sid]
    assert found(sort_by_content_name="desc") == [first.sid, menu.sid]
    told = account.client.content.v2.content_and_approvals.list(
        channel_eligibility=["whatsapp:unsubmitted"]
    )
    assert [each.sid for each in told] == [menu.sid]
    assert account.refused("GET", "/v2/Content?ContentName=(")[:2] == (400, 20001)


def say(account: Account, sid: str, **fields: Any) -> Any:
    fields.setdefault("to", ALICE)
    fields.setdefault("from_", OURS)
    return account.client.messages.create(content_sid=sid, **fields)


def test_a_message_says_a_template_with_its_variables(account: Account) -> None:
    """Source: https://www.twilio.com/docs/content/using-variables-with-content-api"""
    buy(account)
    made = template(account)
    sent = say(account, made.sid, content_variables=json.dumps({"order": "1042"}))
    assert sent.body == "Hi there, your order 1042 has shipped."
    [noted] = account.state("content_sends")
    assert (noted["message_sid"], noted["content_sid"]) == (sent.sid, made.sid)
    assert noted["variables"] == {"1": "there", "order": "1042"}


def test_a_text_message_shows_the_richest_type_that_it_can(account: Account) -> None:
    """Source: https://www.twilio.com/docs/content/content-types-overview"""
    buy(account)
    media = {"body": "Look", "media": [f"{account.url}/a.png"]}
    both = template(account, TEXT | {"twilio/media": media, "twilio/quick-reply": REPLY})
    sent = say(account, both.sid)
    assert (sent.sid[:2], sent.body, sent.num_media) == ("MM", "Look", "1")
    only = template(account, {"twilio/quick-reply": REPLY})
    with pytest.raises(TwilioRestException) as caught:
        say(account, only.sid)
    assert refusal(caught.value)[:2] == (400, 216602)


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ("{", 21656),
        ("[]", 21656),
        ('{"1": ""}', 21656),
        ('{"1": null}', 21656),
        ('{"1": "a\\nb"}', 21656),
        ('{"1": "a     b"}', 21656),
        (json.dumps({"1": "a" * 1601}), 21658),
    ],
)
def test_variables_that_cannot_be_are_refused(account: Account, variables: str, code: int) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21656"""
    buy(account)
    made = template(account)
    with pytest.raises(TwilioRestException) as caught:
        say(account, made.sid, content_variables=variables)
    assert refusal(caught.value)[:2] == (400, code)
    assert account.client.messages.list() == []


@pytest.mark.parametrize("body", ["Hi {{name}}", "Hi {{}}", "Hi {{1}"])
def test_a_place_without_a_value_is_refused(account: Account, body: str) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21656"""
    buy(account)
    made = template(account, {"twilio/text": {"body": body}})
    with pytest.raises(TwilioRestException) as caught:
        say(account, made.sid)
    assert refusal(caught.value)[:2] == (400, 21656)


def test_a_template_that_is_not_there_is_refused(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21654 and /21655"""
    buy(account)
    for fields, code in (
        ({"content_sid": "HX" + "0" * 32}, 21655),
        ({"content_sid": "HX1"}, 21655),
        ({"body": "A", "content_variables": "{}"}, 21654),
    ):
        with pytest.raises(TwilioRestException) as caught:
            account.client.messages.create(to=ALICE, from_=OURS, **fields)
        assert refusal(caught.value)[:2] == (400, code)
