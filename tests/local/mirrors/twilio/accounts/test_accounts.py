"""Accounts and subaccounts, driven by the official Python SDK.

Source: https://www.twilio.com/docs/iam/api/account
"""

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import RFC_NOON, Account, refusal


def test_the_own_account_is_there(account: Account) -> None:
    own = account.client.api.v2010.account.fetch()
    assert (own.sid, own.status, own.type) == (account.sid, "active", "Full")
    assert (own.owner_account_sid, own.auth_token) == (account.sid, account.token)
    raw = account.fetch(f"/2010-04-01/Accounts/{account.sid}.json")
    assert raw["date_created"].endswith(" +0000")
    assert raw["subresource_uris"]["messages"] == f"{account.path}/Messages.json"


def test_a_subaccount_is_made_renamed_listed_and_closed(account: Account) -> None:
    client = account.client
    made = client.api.v2010.accounts.create(friendly_name="Customer 7")
    assert made.sid.startswith("AC")
    assert len(made.sid) == 34
    assert made.owner_account_sid == account.sid
    renamed = client.api.v2010.accounts(made.sid).update(friendly_name="Customer 8")
    assert renamed.friendly_name == "Customer 8"
    listed = client.api.v2010.accounts.list(friendly_name="Customer 8")
    assert [each.sid for each in listed] == [made.sid]
    assert len(client.api.v2010.accounts.list()) == 2
    assert client.api.v2010.accounts(made.sid).update(status="closed").status == "closed"
    with pytest.raises(TwilioRestException) as caught:
        client.api.v2010.accounts(made.sid).update(status="active")
    assert caught.value.status == 400
    assert [each.status for each in client.api.v2010.accounts.list(status="closed")] == ["closed"]


def test_a_subaccount_has_credentials_of_its_own_until_it_is_suspended(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/20003"""
    made = account.client.api.v2010.accounts.create(friendly_name="sub")
    sub = account.client_for(made.sid, made.auth_token)
    assert sub.api.v2010.account.fetch().sid == made.sid
    with pytest.raises(TwilioRestException) as caught:
        sub.api.v2010.accounts(account.sid).fetch()
    assert refusal(caught.value)[:2] == (401, 20003)
    account.client.api.v2010.accounts(made.sid).update(status="suspended")
    with pytest.raises(TwilioRestException) as caught:
        sub.api.v2010.account.fetch()
    assert refusal(caught.value)[:2] == (401, 20003)
    account.client.api.v2010.accounts(made.sid).update(status="active")
    assert sub.api.v2010.account.fetch().status == "active"


def test_a_closed_subaccount_loses_its_numbers(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/api/subaccounts#closing-a-subaccount"""
    made = account.client.api.v2010.accounts.create(friendly_name="sub")
    theirs = account.client.api.v2010.accounts(made.sid)
    number = theirs.incoming_phone_numbers.create(area_code="415").phone_number
    theirs.update(status="closed")
    assert account.state("incoming_phone_numbers") == []
    bought = account.client.incoming_phone_numbers.create(phone_number=number)
    assert bought.account_sid == account.sid


def test_the_own_account_cannot_be_closed(account: Account) -> None:
    path = f"/2010-04-01/Accounts/{account.sid}.json"
    assert account.refused("POST", path, {"Status": "closed"})[:2] == (400, 20001)
    assert account.refused("POST", path, {"Status": "asleep"})[:2] == (400, 21475)


@pytest.mark.parametrize(
    ("user", "password"),
    [("own", "wrong"), (f"AC{'9' * 32}", "own"), (f"SK{'9' * 32}", "own"), ("", "")],
)
def test_wrong_credentials_are_refused(account: Account, user: str, password: str) -> None:
    """Source: https://www.twilio.com/docs/api/errors/20003"""
    pair = (
        account.sid if user == "own" else user,
        account.token if password == "own" else password,
    )
    answer = account.http.get(f"{account.path}.json", auth=pair)
    assert answer.json() == {
        "code": 20003,
        "message": "Authenticate",
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
    }
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_what_does_not_exist_is_named_by_its_path(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/20404"""
    path = f"/2010-04-01/Accounts/AC{'9' * 32}.json"
    words = f"The requested resource {path} was not found"
    assert account.refused("GET", path) == (404, 20404, words)
    assert account.refused("GET", "/v1/Nonsense") == (
        404,
        20404,
        "The requested resource /Nonsense was not found",
    )
    assert account.refused("DELETE", "/2010-04-01/Accounts.json") == (
        405,
        20004,
        "Method not allowed",
    )


def test_lists_are_paged_by_uri(account: Account) -> None:
    """Source: https://www.twilio.com/docs/usage/twilios-response"""
    accounts = account.client.api.v2010.accounts
    sids = [accounts.create(friendly_name=f"n{each}").sid for each in range(5)][::-1]
    everything = [*sids, account.sid]
    assert [each.sid for each in accounts.list(page_size=2)] == everything
    first = account.fetch("/2010-04-01/Accounts.json?PageSize=2")
    assert {key: value for key, value in first.items() if key != "accounts"} == {
        "first_page_uri": "/2010-04-01/Accounts.json?PageSize=2&Page=0",
        "end": 1,
        "previous_page_uri": None,
        "uri": "/2010-04-01/Accounts.json?PageSize=2",
        "page_size": 2,
        "start": 0,
        "next_page_uri": f"/2010-04-01/Accounts.json?PageSize=2&Page=1&PageToken=PA{sids[1]}",
        "page": 0,
    }
    second = account.fetch(first["next_page_uri"])
    assert [each["sid"] for each in second["accounts"]] == everything[2:4]
    assert (second["page"], second["start"], second["end"]) == (1, 2, 3)
    back = account.fetch(second["previous_page_uri"])
    assert [each["sid"] for each in back["accounts"]] == everything[:2]
    page = accounts.page(page_size=4)
    following = page.next_page()
    assert following is not None
    assert [each.sid for each in following] == everything[4:]
    assert account.refused("GET", "/2010-04-01/Accounts.json?PageToken=PAnone")[:2] == (400, 20400)
    assert account.refused("GET", "/2010-04-01/Accounts.json?PageSize=x")[:2] == (400, 20400)


def test_dates_are_the_sessions(account: Account) -> None:
    made = account.post("/2010-04-01/Accounts.json", FriendlyName="now")
    assert (made["date_created"], made["date_updated"]) == (RFC_NOON, RFC_NOON)
    account.advance("1 day")
    sid = made["sid"]
    changed = account.post(f"/2010-04-01/Accounts/{sid}.json", FriendlyName="later")
    assert changed["date_updated"] == "Tue, 05 May 2026 12:00:00 +0000"
    assert changed["date_created"] == RFC_NOON


def test_tokens_show_only_their_end_outside_of_the_api(account: Account) -> None:
    made = account.post("/2010-04-01/Accounts.json", FriendlyName="secret")
    shown = account.state("accounts")[0]
    assert shown["auth_token"] == f"…{made['auth_token'][-4:]}"
    events = account.control.get(
        f"/v1/sessions/{account.id}/events", headers={"accept": "application/json"}
    )
    assert made["auth_token"] not in events.text


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("POST", f"/Calls/CA{0:032}/UserDefinedMessages.json", "Voice"),
        ("GET", "/v1/Credentials", "This part of Conversations"),
        ("GET", "/v2/Flows", "Studio"),
        ("POST", "/v3/mail/send", "SendGrid"),
    ],
)
def test_other_products_answer_501_in_twilios_shape(
    account: Account, method: str, path: str, words: str
) -> None:
    status, code, message = account.refused(method, path)
    assert (status, code) == (501, 20501)
    assert message.startswith(words)
