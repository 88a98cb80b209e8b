"""What Twilio refuses to send, and why.

Source: https://www.twilio.com/docs/api/errors
"""

from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import (
    ALICE,
    BOB,
    OTHER,
    OURS,
    buy,
    form,
    send,
    service,
)

LONDON = "+442079460123"
"""A landline."""
GERMANY = "+4915123456789"
WORDS = "is not a valid, SMS-capable inbound phone number or short code for your account."


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"To": None}, 21604, "A 'To' phone number is required."),
        ({"From": None}, 21603, "A 'From' phone number is required."),
        ({"Body": None}, 21602, "Message body is required."),
        ({"Body": ""}, 21602, "Message body is required."),
        ({"To": "alice"}, 21211, "Invalid 'To' Phone Number: aXXXX"),
        ({"To": "+1555"}, 21211, "Invalid 'To' Phone Number: +XXXX"),
        ({"From": "+12"}, 21212, "The 'From' number +12 is not a valid phone number, shortcode, or"
         " alphanumeric sender ID."),
        ({"From": "Way too long a name"}, 21212, None),
        ({"From": OTHER}, 21606, f"The From phone number {OTHER} {WORDS}"),
        ({"From": "12345"}, 21606, f"The From phone number 12345 {WORDS}"),
        ({"From": "Acme"}, 21612, f"The 'To' phone number: {ALICE}, is not currently reachable"
         " using the 'From' phone number: Acme via SMS."),
        ({"To": OURS}, 21266, f"'To' and 'From' number cannot be the same: {OURS}"),
        ({"To": LONDON}, 21614, f"'To' number: {LONDON}, is not a valid mobile number"),
        ({"Body": "a" * 1601}, 21617, "The concatenated message body exceeds the 1600 character"
         " limit."),
        ({"Body": "😀" * 801}, 21617, None),
        ({"MediaUrl": "nowhere"}, 21620, "Invalid media URL(s)"),
        ({"MediaUrl": ["https://example.com/a.png"] * 11}, 21623,
         "Number of media files exceeds allowed limit"),
        ({"StatusCallback": "my_host"}, 21609, "The 'StatusCallback' URL my_host is not a valid"
         " URL."),
        ({"StatusCallback": "https://my_host.com/"}, 21609, None),
        ({"ValidityPeriod": "0"}, 21624, None),
        ({"ValidityPeriod": "36001"}, 21624, None),
        ({"Body": None, "ContentSid": "HX" + "0" * 32}, 21655, None),
        ({"To": f"whatsapp:{ALICE}"}, 21910, "Invalid From and To pair. From and To should be of"
         " the same channel"),
        ({"To": f"whatsapp:{ALICE}", "From": f"whatsapp:{OURS}"}, 63007, None),
    ],
)  # fmt: skip
def test_a_message_that_can_not_be_sent_is_refused(
    account: Account, fields: Any, code: int, words: str | None
) -> None:
    buy(account)
    status, told, message = account.refused("POST", "/Messages.json", form(**fields))
    assert (status, told) == (400, code)
    assert words in (None, message)
    assert account.state("messages") == []


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("+15005550001", 21211),
        ("+15005550002", 21612),
        ("+15005550003", 21408),
        ("+15005550004", 21610),
        ("+15005550009", 21614),
    ],
)
def test_magic_recipients_are_refused(account: Account, to: str, code: int) -> None:
    """Source: https://www.twilio.com/docs/iam/test-credentials"""
    buy(account)
    with pytest.raises(TwilioRestException) as refused:
        send(account, to=to)
    assert refusal(refused.value)[:2] == (400, code)


@pytest.mark.parametrize(
    ("sender", "status", "code"),
    [
        ("+15005550001", 400, 21212),
        ("+15005550007", 400, 21606),
        ("+15005550008", 400, 21611),
        ("+15005550000", 400, 21606),
    ],
)
def test_magic_senders_are_refused(account: Account, sender: str, status: int, code: int) -> None:
    """Source: https://www.twilio.com/docs/iam/test-credentials"""
    with pytest.raises(TwilioRestException) as refused:
        send(account, from_=sender)
    assert refusal(refused.value)[:2] == (status, code)


def test_a_magic_sender_passes_and_nothing_more_happens(account: Account) -> None:
    """Source: https://www.twilio.com/docs/iam/test-credentials"""
    sent = send(account, from_="+15005550006", status_callback="http://127.0.0.1:9/")
    assert (sent.status, sent.num_segments) == ("queued", "1")
    account.advance("1 hour")
    assert account.client.messages(sent.sid).fetch().status == "queued"
    assert account.webhooks() == []


def test_a_service_sends_only_from_its_pool(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21703"""
    number = buy(account)
    empty = service(account)
    filled = service(account, number)
    named = service(account)
    named.alpha_senders.create(alpha_sender="Acme")
    asked: list[tuple[Any, int, int]] = [
        ({"MessagingServiceSid": "MG" + "0" * 32}, 404, 21701),
        ({"MessagingServiceSid": empty.sid}, 400, 21704),
        ({"MessagingServiceSid": named.sid}, 400, 21703),
        ({"MessagingServiceSid": filled.sid, "From": OTHER}, 400, 21711),
    ]
    for fields, status, code in asked:
        told = account.refused("POST", "/Messages.json", form(From=None) | fields)
        assert told[:2] == (status, code)
    assert send(account, messaging_service_sid=filled.sid, from_=OURS).from_ == OURS


def test_names_send_where_carriers_take_them(account: Account) -> None:
    """Source: https://help.twilio.com/articles/223133767"""
    sent = send(account, to=GERMANY, from_="Acme")
    assert (sent.from_, sent.status) == ("Acme", "queued")
    media = form(To=GERMANY, From="Acme", MediaUrl="https://example.com/a.png")
    assert account.refused("POST", "/Messages.json", media)[:2] == (400, 21621)


def test_a_country_may_be_forbidden(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21408"""
    buy(account)
    account.simulate("account.geo_permission", country="de")
    told = account.refused("POST", "/Messages.json", form(To=GERMANY))
    words = "Permission to send an SMS has not been enabled for the region indicated by the 'To'"
    assert told == (400, 21408, f"{words} number: {GERMANY}.")
    account.simulate("account.geo_permission", country="DE", allowed=True)
    assert send(account, to=GERMANY).status == "queued"


def test_a_full_queue_refuses(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21611"""
    buy(account)
    account.simulate("number.queue_full")
    told = account.refused("POST", "/Messages.json", form())
    assert told[:2] == (400, 21611)
    account.simulate("number.queue_full", phoneNumber=OURS, full=False)
    assert send(account, to=BOB).status == "queued"


def test_a_trial_account_texts_only_verified_numbers(
    open_account: Callable[..., Account],
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21608"""
    trial = open_account("verified-numbers")
    own = trial.client.incoming_phone_numbers.list()[0].phone_number
    told = trial.refused("POST", "/Messages.json", form(From=own, To=BOB))
    assert told[:2] == (400, 21608)
    assert f"The number {BOB} is unverified." in told[2]
    sent = send(trial, to="+15555550123", from_=own)
    assert sent.body == "Sent from your Twilio trial account - Hello"


def test_short_codes_send_in_their_own_country(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21606"""
    account.simulate("short_code.assigned", shortCode="12345")
    assert send(account, from_="12345").from_ == "12345"
    told = account.refused("POST", "/Messages.json", form(To=GERMANY, From="12345"))
    assert told[:2] == (400, 21606)


def test_a_number_that_only_talks_sends_nothing(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21606"""
    buy(account, LONDON)
    told = account.refused("POST", "/Messages.json", form(From=LONDON))
    assert told[:2] == (400, 21606)


def test_numbers_of_other_countries_do_not_reach_north_america(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21612"""
    buy(account, "+447400123456")
    told = account.refused("POST", "/Messages.json", form(From="+447400123456"))
    assert told[:2] == (400, 21612)


def test_a_service_learns_of_a_full_queue_when_it_has_chosen(account: Account) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21611"""
    made = service(account, buy(account))
    account.simulate("number.queue_full")
    sent = send(account, messaging_service_sid=made.sid)
    assert sent.status == "accepted"
    account.advance("3s")
    assert account.client.messages(sent.sid).fetch().error_code == 21611


@pytest.mark.parametrize("url", ["http://127.0.0.1/a b", "http://a_b.co/", "ftp://a.co", "http://"])
@pytest.mark.parametrize("field", ["SmsUrl", "SmsFallbackUrl", "VoiceUrl", "StatusCallback"])
def test_an_address_that_is_never_called_is_not_kept(
    account: Account, field: str, url: str
) -> None:
    """Source: https://www.twilio.com/docs/api/errors/21402"""
    number = buy(account)
    path = f"/IncomingPhoneNumbers/{number.sid}.json"
    told = account.refused("POST", path, {field: url})
    assert told == (400, 21402, f"{field} is not a valid URL: {url}")
