"""How webhooks go over the wire: signed over the whole URL, and known again when repeated.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import pytest
from twilio.request_validator import RequestValidator

from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.messaging.texts import buy, receive, send
from tests.local.receiver import Receiver


def test_a_repeated_webhook_has_the_same_token(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""
    receiver.answers.append(503)
    buy(account)
    send(account, status_callback=f"{receiver.url}?a=1#rc=1&rp=5xx")
    account.advance("3s")
    first, again = receiver.next(), receiver.next()
    assert first.url == again.url == f"{receiver.url}?a=1"
    assert account.verified(first) == account.verified(again)
    token = "i-twilio-idempotency-token"
    assert first.headers[token] == again.headers[token]
    assert first.headers["user-agent"] == "TwilioProxy/1.1"
    account.advance("5s")
    assert receiver.next().headers[token] != first.headers[token]


@pytest.mark.parametrize(
    ("override", "tries"),
    [("", 1), ("#rc=0&rp=all", 1), ("#rc=2&rp=4xx", 1), ("#rc=2&rp=all", 3), ("#rc=9&rp=5xx", 2)],
)
def test_connection_overrides_say_what_is_repeated(
    account: Account, receiver: Receiver, override: str, tries: int
) -> None:
    """Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides"""
    receiver.answers.extend([503] * 9)
    buy(account)
    send(account, status_callback=receiver.url + override)
    account.advance("3s")
    assert receiver.inbox.qsize() == tries
    assert account.webhooks("message.sent")[0]["status"] == "failed"


def test_credentials_in_the_address_are_sent_and_signed(
    account: Account, receiver: Receiver
) -> None:
    """Source: https://www.twilio.com/docs/usage/security#http-authentication

    What is signed is the address that the application sees: it has no password.
    """
    url = receiver.url.replace("://", "://ann:s3cret@")
    buy(account)
    send(account, status_callback=url)
    account.advance("3s")
    got = receiver.next()
    assert got.headers["authorization"] == "Basic YW5uOnMzY3JldA=="
    account.verified(got)
    signature = got.headers["x-twilio-signature"]
    assert not RequestValidator(account.token).validate(url, got.form, signature)


@pytest.mark.parametrize("path", ["/é?q=ü", "/a/../b", "/a%20b", "/a?b=c&d=", "/a?x=1#rc=0", ""])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_what_is_signed_is_what_the_application_sees(
    account: Account, receiver: Receiver, path: str, method: str
) -> None:
    """Source: https://github.com/twilio/twilio-python/blob/main/twilio/request_validator.py"""
    url = receiver.url.replace("http://", "HTTP://Ann:p%40ss@") + path
    buy(account, sms_url=url, sms_method=method)
    receive(account)
    got = receiver.next()
    assert got.method == method
    assert got.headers["authorization"] == "Basic QW5uOnBAc3M="
    assert account.verified(got)["Body"] == "Hi"
