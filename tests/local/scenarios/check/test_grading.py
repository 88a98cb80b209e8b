"""What criteria come to on real sessions, and how they explain it."""

from collections.abc import Callable

import pytest

from tests.local.scenarios.check.apps import Handler, pay, subscribe, text, welcome
from tests.local.scenarios.check.stage import Stage

Play = Callable[..., Stage]


def judge(stage: Stage, expected: dict[str, bool]) -> None:
    """Grade criteria and compare all of the results at once."""
    results = stage.results(*expected)
    assert dict(zip(expected, results, strict=True)) == expected


def test_a_failure_names_what_was_found(play: Play) -> None:
    stage = play("resend")
    first, second = welcome(stage), welcome(stage, subject="Again")
    grade = stage.grade("Exactly 1 email is created")
    assert grade.result == "fail"
    assert grade.explanation == f"found 2 emails: {first}, {second}; expected exactly 1"
    assert [str(line).split(" (")[0] for line in grade.evidence] == [
        f"email {first}",
        f"email {second}",
    ]
    told = stage.grade("The email's subject is `Again`").explanation
    assert told == f'email {first}: subject is "Welcome to Acme"; expected = "Again"'


def test_what_just_missed_is_shown(play: Play) -> None:
    stage = play("resend")
    sent = welcome(stage)
    for criterion in (
        "Exactly 1 email was sent to bob@example.com",
        "The email was sent to bob@example.com",
        "The email to bob@example.com has a subject",
    ):
        grade = stage.grade(criterion)
        assert not grade.passed
        assert [str(line).split(" (")[0] for line in grade.evidence] == [f"email {sent}"]


def test_a_sentence_stays_short_and_the_evidence_whole(play: Play) -> None:
    stage = play("resend")
    for number in range(12):
        welcome(stage, subject=f"Number {number}")
    grade = stage.grade("No emails were sent")
    assert grade.explanation.endswith("and 4 more; expected none")
    told = [str(each) for each in grade.evidence]
    assert len(told) == 12
    assert all(f"subject Number {number}," in line for number, line in enumerate(told)), told


def test_present_counts_take_all_rows_and_past_ones_those_of_the_attempt(play: Play) -> None:
    """C9: "exists", "has" and "there are" count all rows."""
    stage = play("resend", seed="marketing-list")
    stage.call("POST", "/contacts", {"email": "new@example.com"})
    judge(
        stage,
        {
            "There are exactly 1001 contacts": True,
            "Exactly 1 contact was created": True,
            "Exactly 1001 contacts were created": False,
            "A contact with email `new@example.com` exists": True,
            "A contact with email `old@example.com` exists": False,
            "The Resend mirror has more than 1000 contacts": True,
            "No contacts were deleted": True,
            "Contact `new@example.com` exists": True,
        },
    )


def test_what_is_deleted_counts_as_deleted_and_as_created(play: Play) -> None:
    stage = play("resend")
    stage.call("POST", "/contacts", {"email": "bob@example.com", "first_name": "Bob"})
    stage.call("DELETE", "/contacts/bob@example.com")
    judge(
        stage,
        {
            "Exactly 1 contact was created": True,
            "Exactly 1 contact was deleted": True,
            "The contact bob@example.com was deleted": True,
            "The contact bob@example.com no longer exists": True,
            "The contact bob@example.com exists": False,
            "There are no contacts": True,
            "Exactly 1 contact with first name `Bob` was deleted": True,
        },
    )


def test_fields_compare_by_kind(play: Play) -> None:
    stage = play("resend")
    welcome(stage, to=["delivered@resend.dev", "delivered+b@resend.dev"], text="Hi Bob")
    judge(
        stage,
        {
            "The email is from onboarding@resend.dev": True,
            "The email's from is `ONBOARDING@resend.dev`": True,
            "The email's from contains `Acme`": True,
            "The email's from is one of `a@b.co`, `onboarding@resend.dev`": True,
            "The email's `to` is `delivered@resend.dev`": False,
            "The email has exactly 2 recipients": True,
            "The email's `to[1]` is `delivered+b@resend.dev`": True,
            "The email's recipients include delivered@resend.dev and a@b.co": False,
            "The email's subject matches /^welcome to \\w+$/i": True,
            "The email's subject matches /^welcome/": False,
            "The email's subject ends with `Acme` and its bcc is empty": True,
            "The email has a reply_to": False,
            "The email has no cc": True,
            "The email's body mentions `Bob`": True,
            "The email contains `Welcome!`": True,
            "The email does not contain `undefined`": True,
            "The email does not contain `Bob`": False,
            "The email's subject is not empty": True,
        },
    )


def test_attachments_are_told_without_their_content(play: Play) -> None:
    stage = play("resend")
    welcome(stage, attachments=[{"filename": "invoice.pdf", "content": "aGk="}])
    judge(
        stage,
        {
            "The email has an attachment": True,
            "The email has exactly 1 attachment": True,
            "The email has no attachments": False,
            "The email's attachments include `invoice.pdf`": True,
            "The email's `attachments[0].filename` ends with `.pdf`": True,
            "The email's `attachments[0].content` is empty": True,
        },
    )


def test_money_is_read_in_the_documents_own_unit(play: Play) -> None:
    stage = play("stripe")
    pay(stage, "alice@example.com")
    judge(
        stage,
        {
            "The payment intent's amount is 4500": True,
            "The payment intent's amount is 4500 (in cents)": True,
            "The payment intent's amount is $45.00": True,
            "The payment intent's amount is $45.01": False,
            "The payment intent's amount is 45 USD": True,
            "The payment intent's amount is \u20ac45.00": False,
            "The payment intent's amount is at least $40": True,
            "The payment intent's amount is between $46 and $50": False,
            "The payment intent's amount is less than 4501": True,
            "Exactly 1 charge of $45.00 was created": True,
            "Exactly 1 charge for alice@example.com was created": True,
            "Exactly 1 charge for bob@example.com was created": False,
        },
    )
    stage.begin()
    stage.stripe("payment_intents", amount=4500, currency="jpy")
    assert stage.grade("The payment intent's amount is 4500 yen").passed
    assert not stage.grade("The payment intent's amount is 45 yen").passed


def test_statuses_are_followed_through_the_log(play: Play) -> None:
    stage = play("stripe", seed="subscription-lifecycle")
    stage.begin()
    trial = next(
        doc
        for doc in stage.world().mirrors["stripe"].documents("subscriptions")
        if doc["status"] == "trialing"
    )["id"]
    judge(stage, {f"The subscription `{trial}` stays trialing": True})
    stage.call("DELETE", f"/v1/subscriptions/{trial}", vendor="stripe")
    results = stage.results(
        f"The subscription `{trial}` went from trialing to canceled",
        f"The subscription `{trial}` went from active to canceled",
        f"The subscription `{trial}` is canceled",
        f"The subscription `{trial}` is no longer trialing",
        f"The subscription `{trial}` stays trialing",
        "The subscription was canceled",
        "Exactly 1 subscription was cancelled",
        f"No subscription other than `{trial}` was canceled",
        "A `customer.subscription.deleted` webhook was dispatched",
    )
    assert results == [True, False, True, True, False, True, True, True, True]


def test_order_and_time_are_the_sessions(play: Play) -> None:
    handler = Handler()
    stage = play("resend", handler=handler)
    subscribe(stage, "email.sent", "email.delivered")
    stage.begin()
    stage.call("POST", "/contacts", {"email": "bob@example.com"})
    stage.pass_time(30)
    welcome(stage)
    stage.pass_time(10)
    judge(
        stage,
        {
            "The contact was created before the email was sent": True,
            "The contact was created after the email was sent": False,
            "The email was sent after the contact": True,
            "POST /contacts was called before POST /emails": True,
            "POST /emails was called before POST /contacts": False,
            "`email.sent` was received before `email.delivered`": True,
            "`email.delivered` was received before `email.sent`": False,
            "The email was delivered within 2 seconds": True,
            "The email was delivered within 1 second": False,
            "The email was sent within 10 seconds": False,
            "The email was sent within a minute": True,
            "The email was sent within 30 seconds of the contact": True,
            "The email was sent within 29 seconds of the contact": False,
            "The `email.sent` webhook was received within 1 second": True,
            "The email was sent before the domain": False,
        },
    )


def test_requests_are_counted_with_their_answers_and_headers(play: Play) -> None:
    stage = play("resend")
    stage.call("POST", "/contacts", {"email": "a@b.co"}, user_agent="demo/1")
    stage.call("POST", "/domains", {}, status=422)
    id = welcome(stage)
    stage.call("GET", f"/emails/{id}")
    judge(
        stage,
        {
            "Exactly 4 requests were made": True,
            "Exactly 3 POST requests were made": True,
            "`GET /emails/{id}` was called once": True,
            "GET /emails was called": False,
            f"GET /emails/{id} was called exactly once": True,
            "POST /domains returned 422": True,
            "POST /domains succeeded": False,
            "All requests succeeded": False,
            "Exactly 1 request failed": True,
            "No request returned a 5xx": True,
            "Every POST request carries an idempotency key": False,
            "The `User-Agent` header is `demo/1`": True,
            "No errors were logged": False,
            "Exactly 1 error was logged": True,
            "An error with code `validation_error` was returned": False,
            "An error with code `missing_required_field` was returned": True,
            "DELETE /emails/{id} was never called": True,
        },
    )
    told = stage.grade("No errors were logged").explanation
    assert told.startswith("found 1 error: POST /domains -> 422 (")


@pytest.mark.parametrize("answer", [500, None])
def test_webhooks_that_the_handler_did_not_take_are_told_apart(
    play: Play, answer: int | None
) -> None:
    handler = Handler(answers=[answer])
    stage = play("resend", handler=handler)
    subscribe(stage, "email.sent")
    stage.begin()
    welcome(stage)
    judge(
        stage,
        {
            "An `email.sent` webhook was dispatched": True,
            "An `email.sent` webhook was received": False,
            "No webhook failed": False,
            "No errors were logged": False,
            "The `email.sent` webhook was retried": False,
        },
    )
    stage.pass_time(6)
    judge(
        stage,
        {
            "An `email.sent` webhook was received": True,
            "No webhook failed": False,
            "No errors were logged": True,
            "No warnings were logged": False,
            "The `email.sent` webhook was retried exactly once": True,
            "Every `email.sent` webhook was accepted on the first attempt": False,
        },
    )


def test_each_forgery_is_told_apart(play: Play) -> None:
    handler = Handler()
    stage = play("resend", handler=handler)
    stage.forge()
    subscribe(stage, "email.sent")
    stage.begin()
    welcome(stage)
    grade = stage.grade("The webhook signature was verified")
    assert grade.explanation == (
        "the handler accepted webhooks with a stale timestamp and a tampered body"
        " and a wrong signature"
    )
    assert stage.results("The handler rejects webhooks with a stale timestamp") == [False]
    reading = stage.read("The webhook signature was verified", "No errors were logged")
    assert [each.forges for each in reading if each] == [True, False]


def test_without_forged_webhooks_nothing_shows_verification(play: Play) -> None:
    stage = play("resend")
    subscribe(stage, "email.sent")
    stage.begin()
    welcome(stage)
    grade = stage.grade("The webhook signature was verified")
    assert grade.result == "fail"
    assert "no forged webhook was sent" in grade.explanation


def test_texts_are_graded_like_emails(play: Play) -> None:
    stage = play("twilio", seed="verified-numbers", handler=Handler())
    stage.forge()
    text(stage, "+15555550123", "Your code is 123456")
    stage.pass_time(30)
    judge(
        stage,
        {
            "Exactly 1 message was sent to +15555550123": True,
            "Exactly 1 SMS was sent to `+15555550124`": False,
            "The message was delivered": True,
            "The message went from queued to sent to delivered": True,
            "The message's body contains `123456`": True,
            "At least 1 `message.delivered` webhook was received by the handler": True,
            "The handler rejects tampered webhooks": False,
            "Nothing else changed": True,
            "No errors were logged": True,
        },
    )


def test_what_follows_from_a_call_is_no_collateral_damage(play: Play) -> None:
    stage = play("stripe")
    _, payment = pay(stage, "alice@example.com")
    stage.begin()
    stage.stripe("refunds", payment_intent=payment)
    beside = f"Exactly 1 refund is created on payment_intent `{payment}`"
    assert stage.grade("Nothing else changed", beside).passed
    stage.stripe("customers", email="mallory@example.com")
    grade = stage.grade("Nothing else changed", beside)
    assert not grade.passed
    assert "created by POST /v1/customers -> 200" in grade.explanation
    assert not stage.grade("No other customer was created", beside).passed


def test_the_second_of_an_unlimited_count_is_another_one(play: Play) -> None:
    stage = play("resend")
    welcome(stage)
    assert stage.results("An email was sent", "No other emails were sent") == [True, True]
    welcome(stage)
    assert stage.results("An email was sent", "No other emails were sent") == [True, False]


def test_a_mirror_that_the_session_does_not_have_is_empty(play: Play) -> None:
    stage, other = play("resend"), play("resend", "stripe")
    texts = (
        "There are no customers", "The customer cus_1 exists", "Exactly 1 refund was created",
        "The refund's amount is 5", "No `charge.refunded` webhook was dispatched",
    )  # fmt: skip
    graded = [each.grade(stage.world()).passed for each in other.read(*texts) if each]
    assert graded == [True, False, False, False, True]


def test_what_belongs_to_a_document_is_told_from_the_rest(play: Play) -> None:
    stage = play("stripe", seed="subscription-lifecycle")
    stage.begin()
    customer = stage.stripe("customers", email="new@example.com")["id"]
    judge(
        stage,
        {
            "The customer has no subscriptions": True,
            f"Customer `{customer}` has exactly 1 subscription": False,
            "There is at least 1 active subscription": True,
            "The customer's subscription is active": False,
        },
    )


def test_a_webhook_that_is_sent_again_was_received_more_than_once(play: Play) -> None:
    stage = play("resend")
    subscribe(stage, "email.sent")
    stage.begin()
    welcome(stage)
    criteria = ("No webhook was received more than once", "Every webhook was received exactly once")
    assert stage.results(*criteria) == [True, True]
    with stage.session.transaction():
        stage.session.deliveries.again(stage.world().deliveries[0].id)
    stage.deliver()
    assert stage.results(*criteria) == [False, False]
