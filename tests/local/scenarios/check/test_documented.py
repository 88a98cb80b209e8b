"""Every check that the public documents quote grades as they say.

Source: https://docs.mirra.run/reference/evaluation-dp and the scenarios of the guides.
"""

from collections.abc import Callable

from tests.local.scenarios.check.apps import Handler, pay, subscribe, welcome
from tests.local.scenarios.check.stage import HOOK, Stage

Play = Callable[..., Stage]

WELCOME = (
    "Exactly 1 email is created in the Resend mirror",
    "The email's `from` address is `onboarding@resend.dev`",
    "The email's `to` includes `delivered@resend.dev`",
    "At least 1 `email.sent` webhook was received by the handler",
    "The webhook signature was verified",
    "The webhook signature was verified (no signature errors logged)",
    "Exactly 1 email is created with `from` equal to `onboarding@resend.dev`",
    "From address is `onboarding@resend.dev`",
    "Signature was verified",
    "No errors were logged",
    "No errors logged",
)
"""The guide's, with addresses that need no verified domain."""
REFUND = (
    "Exactly 1 refund is created on payment_intent `{payment}`",
    "The refund amount is 4500 (in cents)",
    "A `charge.refunded` webhook was received and signature-verified",
)
FOR_A_JUDGE = (
    "The user's internal billing record shows `refunded: 45`",
    "The error message is clear",
    "Error handling for bounces is implemented",
    "Error handling for bounces is implemented in the code",
    "The email subject and body are appropriate for a welcome message",
    "The subject and body are appropriate for a welcome email",
    "The log line for the refund includes the customer id",
    "Error handling exists for refund-creation failure",
)


def test_the_welcome_email_passes_as_the_guide_says(play: Play) -> None:
    handler = Handler()
    stage = play("resend", handler=handler)
    stage.forge()
    handler.secret = subscribe(stage, "email.sent", "email.delivered")
    stage.begin()
    welcome(stage)
    stage.pass_time(10)
    assert stage.results(*WELCOME) == [True] * len(WELCOME)


def test_without_the_work_nothing_passes_but_that_nothing_went_wrong(play: Play) -> None:
    stage = play("resend")
    stage.forge()
    assert stage.results(*WELCOME) == [False] * 9 + [True, True]


def test_the_refund_passes_as_the_guide_says(play: Play) -> None:
    handler = Handler()
    stage = play("stripe", handler=handler)
    stage.forge()
    endpoint = stage.call(
        "POST", "/v1/webhook_endpoints",
        {"url": HOOK, "enabled_events[]": "charge.refunded"}, vendor="stripe",
    )  # fmt: skip
    handler.secret = endpoint["secret"]
    _, payment = pay(stage, "alice@example.com")
    stage.begin()
    stage.stripe("refunds", payment_intent=payment)
    criteria = [each.format(payment=payment) for each in REFUND]
    assert stage.results(*criteria) == [True, True, True]
    stage.stripe("refunds", payment_intent=payment, status=400)
    assert stage.results(*criteria, "No errors were logged") == [True, True, True, False]


def test_counts_of_what_was_created_leave_out_the_fixtures_rows(play: Play) -> None:
    """`transactional-busy` has 100 emails; "created" counts what the attempt made."""
    stage = play("resend", seed="transactional-busy")
    for _ in range(3):
        welcome(stage)
    assert stage.results(
        "Exactly 3 emails were sent", "There are exactly 103 emails", "Exactly 3 emails exist"
    ) == [True, True, False]


def test_an_endpoint_for_an_event_is_found_among_the_endpoints(play: Play) -> None:
    stage = play("stripe")
    criterion = "A webhook endpoint for `invoice.payment_failed` was registered"
    assert stage.results(criterion) == [False]
    path, given = "/v1/webhook_endpoints", {"url": HOOK, "enabled_events[]": "invoice.paid"}
    stage.call("POST", path, given, vendor="stripe")
    assert stage.results(criterion) == [False]
    stage.call("POST", path, given | {"enabled_events[]": "*"}, vendor="stripe")
    assert stage.results(criterion) == [True]


def test_what_no_mirror_can_know_goes_to_the_judge(play: Play) -> None:
    for vendors in (("resend",), ("stripe",), ("resend", "stripe")):
        stage = play(*vendors)
        assert stage.results(*FOR_A_JUDGE) == [None] * len(FOR_A_JUDGE)
