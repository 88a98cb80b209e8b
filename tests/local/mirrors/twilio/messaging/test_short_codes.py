"""Short codes: given by carriers, set up by their owner.

Source: https://www.twilio.com/docs/messaging/api/short-code-resource
"""

import pytest

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import RFC_NOON, Account


def assigned(account: Account, code: str = "12345") -> Doc:
    """Let the carriers give the account a short code."""
    result: Doc = account.simulate("short_code.assigned", shortCode=code)["result"]
    return result


def test_a_short_code_is_read_and_set_up(account: Account) -> None:
    code = assigned(account)
    path = f"{account.path}/SMS/ShortCodes/{code['sid']}.json"
    whole = {
        "account_sid": account.sid,
        "api_version": "2010-04-01",
        "date_created": RFC_NOON,
        "date_updated": RFC_NOON,
        "friendly_name": "12345",
        "short_code": "12345",
        "sid": code["sid"],
        "sms_fallback_method": "POST",
        "sms_fallback_url": None,
        "sms_method": "POST",
        "sms_url": None,
        "uri": path,
    }
    assert account.fetch(path) == whole
    settings = {
        "friendly_name": "Votes",
        "sms_url": "https://example.com/in",
        "sms_method": "GET",
        "sms_fallback_url": "https://example.com/fallback",
        "sms_fallback_method": "GET",
    }
    short_codes = account.client.api.account.short_codes
    short_codes(code["sid"]).update(**settings, api_version="2010-04-01")
    assert account.fetch(path) == whole | settings
    assert short_codes(code["sid"]).update(friendly_name="", sms_url="").friendly_name == "12345"
    assert account.fetch(path)["sms_url"] is None


def test_short_codes_are_listed_by_name_and_code(account: Account) -> None:
    first, second = assigned(account), assigned(account, "54321")
    short_codes = account.client.api.account.short_codes
    short_codes(first["sid"]).update(friendly_name="Votes")
    assert [each.sid for each in short_codes.list()] == [second["sid"], first["sid"]]
    assert [each.sid for each in short_codes.list(friendly_name="Votes")] == [first["sid"]]
    assert [each.sid for each in short_codes.list(short_code="54321")] == [second["sid"]]


@pytest.mark.parametrize(
    "fields",
    [
        {"FriendlyName": "a" * 65},
        {"SmsUrl": "nowhere"},
        {"SmsMethod": "PUT"},
        {"ApiVersion": "2020-01-01"},
    ],
)
def test_settings_that_can_not_be_are_refused(account: Account, fields: Doc) -> None:
    path = f"/SMS/ShortCodes/{assigned(account)['sid']}.json"
    assert account.refused("POST", path, fields)[:2] == (400, 20001)


def test_a_short_code_is_assigned_once(account: Account) -> None:
    """Ours: a simulation says what is wrong with it."""
    assigned(account)
    for code in ("12345", "1", "abcde"):
        body = {"event": "short_code.assigned", "shortCode": code}
        told = account.http.post("/_mirra/simulate", json=body)
        assert told.json()["error"]["code"] == "mirra.simulate.invalid"
