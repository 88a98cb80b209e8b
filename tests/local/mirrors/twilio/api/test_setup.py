"""What a session answers as `env` and `setup` is enough to use the official SDKs, word for word.

Source: https://www.twilio.com/docs/libraries/reference/twilio-python
"""

from collections.abc import Callable
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from tests.local.mirrors.twilio.client import Account


def setup_of(account: Account) -> dict[str, str]:
    """Return the lines for each language."""
    session = account.ask("GET", f"/v1/sessions/{account.id}")
    found: dict[str, str] = session["mirrors"][0]["setup"]
    return found


def test_the_python_lines_work_as_they_are(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All hosts: api, messaging, verify, lookups, accounts."""
    for name, value in account.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_PROXY", "*")
    space: dict[str, Any] = {}
    exec(setup_of(account)["python"], space)
    client = space["client"]
    with client.http_client.session:
        number = client.incoming_phone_numbers.create(area_code="415").phone_number
        sent = client.messages.create(to="+15558675310", from_=number, body="Hi")
        assert sent.status == "queued"
        service = client.messaging.v1.services.create(friendly_name="Orders")
        assert service.sid.startswith("MG")
        verify = client.verify.v2.services.create(friendly_name="Acme")
        assert client.verify.v2.services(verify.sid).fetch().friendly_name == "Acme"
        assert client.lookups.v2.phone_numbers("+14155552671").fetch().valid is True
        assert client.accounts.v1.messaging_geopermissions.fetch(country_code="US").permissions
        numbers = client.verify.v2.services.list(page_size=1)
        assert [each.sid for each in numbers] == [verify.sid]


@pytest.mark.parametrize(
    ("seed", "names"),
    [
        ("verify-flow", {"TWILIO_VERIFY_SERVICE_SID"}),
        ("verified-numbers", {"TWILIO_PHONE_NUMBER"}),
    ],
)
def test_env_names_what_a_fixture_holds(
    open_account: Callable[..., Account], seed: str, names: set[str]
) -> None:
    """Ours: an application finds its service without asking for it."""
    account = open_account(seed)
    assert names <= set(account.env)
    if "TWILIO_VERIFY_SERVICE_SID" in names:
        sid = account.env["TWILIO_VERIFY_SERVICE_SID"]
        assert account.client.verify.v2.services(sid).fetch().sid == sid
    else:
        numbers = account.client.incoming_phone_numbers.list()
        assert [each.phone_number for each in numbers] == [account.env["TWILIO_PHONE_NUMBER"]]


def test_the_signature_is_the_documented_example() -> None:
    """Source: https://www.twilio.com/docs/usage/security"""
    from mirra_mcp.local.mirrors.twilio.api.signing import signature

    url = "https://example.com/myapp.php?foo=1&bar=2"
    params = {"Digits": "1234", "To": "+18005551212", "From": "+14158675310"}
    assert RequestValidator("12345").compute_signature(url, params) == signature(
        "12345", url, params
    )
