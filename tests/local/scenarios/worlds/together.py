"""Worlds of several vendors: what came first, and how long after."""

from tests.local.scenarios.check.stage import Stage
from tests.local.scenarios.worlds import stripe

Names = dict[str, str]
MAIL = {"from": "onboarding@resend.dev", "to": ["delivered@resend.dev"], "subject": "Receipt",
        "text": "You paid $49.00."}  # fmt: skip


def _write(stage: Stage) -> None:
    stage.call("POST", "/emails", MAIL, vendor="resend")


def paid_then_told(stage: Stage) -> Names:
    names = stripe.paid(stage)
    stage.pass_time(60)
    _write(stage)
    return names


def paid_then_told_late(stage: Stage) -> Names:
    names = stripe.paid(stage)
    stage.pass_time(600)
    _write(stage)
    return names


def told_then_paid(stage: Stage) -> Names:
    names = stripe.people(stage)
    _write(stage)
    stage.pass_time(60)
    stripe.pay(stage, names["alice"])
    return names


def told_though_declined(stage: Stage) -> Names:
    names = stripe.declined(stage)
    stage.pass_time(60)
    _write(stage)
    return names


def told_after_a_decline_and_before_the_payment(stage: Stage) -> Names:
    names = stripe.declined(stage)
    _write(stage)
    stage.pass_time(60)
    stripe.pay(stage, names["alice"])
    return names


def only_paid(stage: Stage) -> Names:
    return stripe.paid(stage)


def only_told(stage: Stage) -> Names:
    stage.begin()
    _write(stage)
    return {}


def texted_and_mailed(stage: Stage) -> Names:
    names = paid_then_told(stage)
    stage.pass_time(10)
    return names
