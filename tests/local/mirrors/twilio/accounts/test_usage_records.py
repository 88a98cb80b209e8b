"""Usage and balance, driven by the official Python SDK.

Source: https://www.twilio.com/docs/usage/api/usage-record
"""

from datetime import date
from decimal import Decimal

import pytest

from tests.local.mirrors.twilio.client import Account


def test_the_balance_falls_by_what_is_bought(account: Account) -> None:
    """Source: https://www.twilio.com/docs/usage/api/account-balance"""
    assert account.fetch("/Balance.json") == {
        "currency": "USD",
        "balance": "100",
        "account_sid": account.sid,
    }
    account.client.incoming_phone_numbers.create(area_code="415")
    assert account.client.balance.fetch().balance == "98.85"


def test_usage_adds_up_by_category(account: Account) -> None:
    account.client.incoming_phone_numbers.create(area_code="415")
    account.client.incoming_phone_numbers.toll_free.create(phone_number="+18885550123")
    records = account.client.usage.records
    found = {each.category: each for each in records.list()}
    assert found["phonenumbers"].count == "2"
    assert (found["phonenumbers-local"].count, found["phonenumbers-tollfree"].count) == ("1", "1")
    assert found["totalprice"].price == Decimal("3.3")
    assert found["sms"].count == "0"
    assert found["sms"].usage_unit == "segments"
    one = records.list(category="phonenumbers-local")
    assert [each.usage for each in one] == ["1"]


def test_messages_and_codes_are_counted(account: Account) -> None:
    client = account.client
    number = client.incoming_phone_numbers.create(area_code="415").phone_number
    client.messages.create(to="+15558675310", from_=number, body="x" * 161)
    service = client.verify.v2.services.create(friendly_name="Acme")
    for channel in ("sms", "call", "whatsapp"):
        number = f"+1415555267{len(channel)}"
        client.verify.v2.services(service.sid).verifications.create(to=number, channel=channel)
    account.advance("10s")
    found = {each.category: each for each in client.usage.records.today.list()}
    assert (found["sms-outbound"].count, found["sms-outbound"].usage) == ("1", "2")
    assert found["sms"].count == "1"
    assert (found["authy-sms-outbound"].count, found["authy-calls-outbound"].count) == ("1", "1")
    prices = [found[each].price for each in ("sms", "phonenumbers", "authy-sms-outbound")]
    assert found["totalprice"].price > sum(prices) > Decimal("1.15")


def test_a_record_is_told_in_full(account: Account) -> None:
    """Source: https://github.com/twilio/twilio-oai (usage_record)"""
    account.client.incoming_phone_numbers.create(area_code="415")
    page = account.fetch("/Usage/Records/Today.json?Category=phonenumbers")
    base = f"{account.path}/Usage/Records"
    names = {
        "all_time": "AllTime",
        "daily": "Daily",
        "last_month": "LastMonth",
        "monthly": "Monthly",
        "this_month": "ThisMonth",
        "today": "Today",
        "yearly": "Yearly",
        "yesterday": "Yesterday",
    }
    dates = "StartDate=2026-05-04&EndDate=2026-05-04"
    assert page["usage_records"] == [
        {
            "account_sid": account.sid,
            "api_version": "2010-04-01",
            "as_of": "2026-05-04T12:00:00+00:00",
            "category": "phonenumbers",
            "count": "1",
            "count_unit": "numbers",
            "description": "Phone Numbers",
            "end_date": "2026-05-04",
            "price": "1.15",
            "price_unit": "usd",
            "start_date": "2026-05-04",
            "subresource_uris": {
                name: f"{base}/{part}.json?Category=phonenumbers" for name, part in names.items()
            },
            "uri": f"{base}/Today.json?Category=phonenumbers&{dates}",
            "usage": "1",
            "usage_unit": "numbers",
        }
    ]


def test_usage_is_told_by_day_month_and_year(account: Account) -> None:
    account.fetch("/Balance.json")  # the account is made when it is first looked at
    account.advance("30 days")
    account.client.incoming_phone_numbers.create(area_code="415")
    records = account.client.usage.records
    wanted = {"category": "phonenumbers"}
    daily = records.daily.list(**wanted)
    assert (daily[0].start_date, daily[0].count, daily[1].count) == (date(2026, 6, 3), "1", "0")
    some = records.daily.list(start_date=date(2026, 6, 1), end_date=date(2026, 6, 2), **wanted)
    assert [each.start_date for each in some] == [date(2026, 6, 2), date(2026, 6, 1)]
    assert [each.count for each in records.this_month.list(**wanted)] == ["1"]
    assert [each.count for each in records.last_month.list(**wanted)] == ["0"]
    assert [each.count for each in records.yesterday.list(**wanted)] == ["0"]
    assert [each.count for each in records.today.list(**wanted)] == ["1"]
    assert [each.count for each in records.all_time.list(**wanted)] == ["1"]
    months = [(each.start_date, each.end_date) for each in records.monthly.list(**wanted)]
    assert months[0] == (date(2026, 6, 1), date(2026, 6, 3))
    assert records.yearly.list(**wanted)[0].count == "1"


def test_subaccounts_are_counted_when_asked_for(account: Account) -> None:
    made = account.client.api.v2010.accounts.create(friendly_name="sub")
    sub = account.client_for(made.sid, made.auth_token)
    sub.incoming_phone_numbers.create(area_code="415")
    records = account.client.usage.records
    assert records.list(category="phonenumbers", include_subaccounts=False)[0].count == "0"
    assert records.list(category="phonenumbers", include_subaccounts=True)[0].count == "1"


@pytest.mark.parametrize("query", ["Category=nonsense", "StartDate=yesterday"])
def test_what_no_report_can_be_made_of_is_refused(account: Account, query: str) -> None:
    """The words are ours."""
    assert account.refused("GET", f"/Usage/Records.json?{query}")[:2] == (400, 20001)
    for span in ("Yearly", "Monthly", "Daily"):
        account.fetch(f"/Usage/Records/{span}.json?StartDate=0001-01-01&EndDate=9999-12-31")
    assert account.fetch("/Usage/Records.json?StartDate=-30days&Category=sms")["usage_records"][0][
        "start_date"
    ] == ("2026-04-04")
