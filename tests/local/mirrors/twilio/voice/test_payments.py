"""A caller keys in what they pay with.

Source: https://www.twilio.com/docs/voice/twiml/pay
"""

from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.twiml.voice_response import VoiceResponse

from tests.local.mirrors.twilio.client import Account, refusal
from tests.local.mirrors.twilio.messaging.texts import buy
from tests.local.mirrors.twilio.voice.phone import ALICE, answers, asked, call, heard
from tests.local.receiver import Receiver

CARD = ("4242424242424242", "1228", "123", "94105#")
BANK = ("110000000", "000123456789#")


def paying(
    account: Account, receiver: Receiver, *keys: str, status: bool = False, **attributes: Any
) -> dict[str, str]:
    """Let Alice key this in when she is asked to pay; return what the action is told."""
    buy(account)
    script = [{"digits": each} if each else {"silence": True} for each in keys]
    account.simulate("line.answers", phoneNumber=ALICE, script=script)
    if status:
        attributes["status_callback"] = receiver.url + "/status"
    document = VoiceResponse()
    pay = document.pay(action=receiver.url, **attributes)
    pay.prompt(for_="expiration-date", attempt="1 2").say("When does it end?")
    answers(receiver, *(["<Response/>"] * 12 if status else ["<Response/>"]))
    call(account, twiml=str(document))
    account.advance("5 minutes")
    told = asked(account, receiver)
    while "Result" not in told:
        told = asked(account, receiver)
    return told


def test_a_card_is_charged(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/pay#twilios-post-request-to-your-action-url"""
    told = paying(account, receiver, *CARD, charge_amount="20.45")
    assert told["PaymentConfirmationCode"].startswith("ch_")
    assert "PaymentToken" not in told
    shown = {
        "Result": "success",
        "PaymentMethod": "credit-card",
        "PaymentCardNumber": "xxxxxxxxxxxx4242",
        "PaymentCardType": "visa",
        "ExpirationDate": "1228",
        "SecurityCode": "***",
        "PaymentCardPostalCode": "94105",
    }
    assert {name: told[name] for name in shown} == shown
    [payment] = account.state("call_payments")
    assert (payment["status"], payment["charge_amount"], payment["card_number"]) == (
        "success", "20.45", "4242",
    )  # fmt: skip
    said = heard(account)
    assert ("application", "said", "When does it end?") in said
    assert not any(CARD[0] in words for _, _, words in said)


def test_an_account_is_made_a_token(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/pay#paymentmethod"""
    told = paying(account, receiver, *BANK, payment_method="ach-debit", token_type="payment-method")
    assert told["PaymentToken"].startswith("pm_")
    assert told["ProfileId"].startswith("cus_")
    assert (told["BankRoutingNumber"], told["BankAccountNumber"]) == (
        "110000000", "**********89",
    )  # fmt: skip
    assert told["BankAccountType"] == "consumer-checking"


def test_the_status_callback_hears_each_step(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/pay#statuscallback"""
    paying(account, receiver, "4242424242424241", *CARD, status=True)
    told = [each["payload"] for each in account.webhooks("call.payment")]
    assert [(each["For"], each["Attempt"], each.get("ErrorType")) for each in told] == [
        ("payment-card-number", "1", None),
        ("payment-card-number", "2", "invalid-card-number"),
        ("expiration-date", "1", None),
        ("security-code", "1", None),
        ("postal-code", "1", None),
        ("payment-processing", "1", None),
    ]
    assert told[-1]["PaymentCardNumber"] == "xxxxxxxxxxxx4242"


@pytest.mark.parametrize(
    ("keys", "attributes", "result", "error"),
    [
        (("4242*",), {}, "caller-interrupted-with-star", None),
        (("", ""), {}, "too-many-failed-attempts", "input-timeout"),
        (("6011111111111117", "4242#"), {}, "too-many-failed-attempts", "invalid-card-number"),
        (("6011111111111117",) * 2, {}, "too-many-failed-attempts", "invalid-card-type"),
        ((CARD[0], "0426", "1326"), {}, "too-many-failed-attempts", "invalid-date"),
        ((*CARD[:2], "12#", "1#"), {}, "too-many-failed-attempts", "invalid-security-code"),
        (("4000000000000002", *CARD[1:]), {}, "payment-connector-error", "card is declined"),
        (
            (),
            {"charge_amount": "-0.59"},
            "validation-error",
            "paymentAmount='-0.59' (not a number between 0.00 - 1,000,000.00)",
        ),
    ],
)
def test_a_payment_fails(
    account: Account,
    receiver: Receiver,
    keys: tuple[str, ...],
    attributes: dict[str, Any],
    result: str,
    error: str | None,
) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/pay#result"""
    told = paying(account, receiver, *keys, **attributes)
    assert (told["Result"], told.get("PaymentError")) == (result, error)
    assert "PaymentToken" not in told
    assert account.state("call_payments")[0]["status"] == result


def test_who_hangs_up_pays_nothing(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/twiml/pay#result"""
    buy(account)
    document = VoiceResponse()
    document.pay(action=receiver.url, security_code=False, postal_code="94105")
    call(account, twiml=str(document))
    account.advance("4s")
    account.simulate("call.pressed", digits=CARD[0])
    account.simulate("call.hung_up")
    account.advance("1ms")
    told = asked(account, receiver)
    assert (told["Result"], told["CallStatus"]) == ("caller-hung-up", "completed")
    assert (told["PaymentCardNumber"], told["PaymentCardPostalCode"]) == (
        "xxxxxxxxxxxx4242", "94105",
    )  # fmt: skip


def led(account: Account, **fields: Any) -> tuple[Any, Any]:
    """Begin a payment by the API in a call with Alice; return its call and its context."""
    buy(account)
    made = call(account, twiml="<Response><Pause length='300'/></Response>")
    account.advance("4s")
    calls = account.client.calls(made.sid)
    fields = {"idempotency_key": "1", "status_callback": "https://example.com/pay"} | fields
    return calls, calls.payments(calls.payments.create(**fields).sid)


def test_an_agent_leads_a_payment(account: Account, receiver: Receiver) -> None:
    """Source: https://www.twilio.com/docs/voice/api/payment-resource#update-a-payment-session"""
    _, payment = led(account, charge_amount=20.45, postal_code=False, status_callback=receiver.url)
    told = [asked(account, receiver)]
    assert told[0]["Required"] == "PaymentCardNumber,ExpirationDate,SecurityCode"
    for key, (step, keys) in enumerate(
        [
            ("payment-card-number", "4242424242424241"),
            ("payment-card-number", CARD[0]),
            ("security-code", "123"),
            ("expiration-date", "1228"),
        ]
    ):
        payment.update(str(key), receiver.url, capture=step)
        told.append(asked(account, receiver))
        account.simulate("call.pressed", digits=keys)
        told.append(asked(account, receiver))
    assert [
        (each["Capture"], each["PartialResult"], each.get("ErrorType")) for each in told[1:]
    ] == [
        ("payment-card-number", "true", None),
        ("payment-card-number", "false", "invalid-card-number"),
        ("payment-card-number", "true", None),
        ("payment-card-number", "false", None),
        ("security-code", "true", None),
        ("security-code", "false", None),
        ("expiration-date", "true", None),
        ("expiration-date", "false", None),
    ]
    assert told[4]["Required"] == "ExpirationDate,SecurityCode"
    assert (told[4]["PaymentCardNumber"], told[4]["PaymentCardType"]) == ("x" * 12 + "4242", "visa")
    assert "Required" not in told[-1]
    assert payment.update("9", receiver.url, status="complete").sid == told[0]["Sid"]
    ended = asked(account, receiver)
    assert ended["Result"] == "success"
    assert ended["PaymentConfirmationCode"].startswith("ch_")
    payment.update("9", receiver.url, status="complete")
    [kept] = account.state("call_payments")
    assert (kept["status"], kept["card_number"]) == ("success", "4242")
    assert CARD[0] not in account.http.get("/_mirra/state").text
    assert not any(CARD[0] in words for _, _, words in heard(account))


@pytest.mark.parametrize(
    ("keys", "status"),
    [("4242*", "caller-interrupted-with-star"), ("", "caller-hung-up"), ("42", "in-progress")],
)
def test_a_payment_that_an_agent_leads_ends(account: Account, keys: str, status: str) -> None:
    """Source: https://www.twilio.com/docs/voice/api/payment-resource#result"""
    _, payment = led(account)
    payment.update("2", "https://example.com/pay", capture="payment-card-number")
    if keys:
        account.simulate("call.pressed", digits=keys)
        account.advance("6s")
    else:
        account.simulate("call.hung_up")
    assert account.state("call_payments")[0]["status"] == status
    last = account.webhooks("call.payment")[-1]["payload"]
    if status == "in-progress":
        assert (last["PartialResult"], last["ErrorType"]) == ("false", "invalid-card-number")
        payment.update("3", "https://example.com/pay", status="cancel")
        assert account.state("call_payments")[0]["status"] == "canceled"
    else:
        assert last["Result"] == status


def test_a_payment_is_begun_once_in_a_call_that_goes_on(account: Account) -> None:
    """Source: https://www.twilio.com/docs/voice/api/payment-resource#create-a-payment-session"""
    calls, payment = led(account)
    again = calls.payments.create("1", "https://example.com/pay")
    assert again.sid == payment._solution["sid"]
    refused: dict[str, Any] = {
        "20409 A payment": lambda: calls.payments.create("2", "https://example.com/pay"),
        "20001 Invalid parameter Status": lambda: payment.update(
            "3", "https://example.com/pay", status="complete"),
        "20001 Invalid parameter Capture": lambda: payment.update(
            "4", "https://example.com/pay", capture="bank-routing-number"),
        "20001 Missing required parameter": lambda: payment.update("5", "https://example.com/pay"),
    }  # fmt: skip
    for words, act in refused.items():
        with pytest.raises(TwilioRestException) as caught:
            act()
        _, code, message = refusal(caught.value)
        assert (str(code), words[6:] in message) == (words[:5], True)
    calls.update(status="completed")
    with pytest.raises(TwilioRestException) as caught:
        calls.payments.create("6", "https://example.com/pay")
    assert refusal(caught.value)[:2] == (400, 21220)
    assert len(account.state("call_payments")) == 1
