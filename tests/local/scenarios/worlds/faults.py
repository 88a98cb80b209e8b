"""Worlds in which calls and webhooks go wrong, and apps of more and of less care."""

from typing import Any

from tests.local.scenarios.check.stage import HOOK, Stage

Names = dict[str, str]
CHARGE: Any = {"amount": 4900, "currency": "usd", "source": "tok_visa", "description": "order 1"}
MAIL = {"from": "onboarding@resend.dev", "to": ["delivered@resend.dev"], "subject": "Receipt",
        "text": "You paid."}  # fmt: skip
LOST = "stripe POST /v1/charges: disconnect after"


def _charge(stage: Stage, key: str | None = None, status: int | None = None, **more: str) -> None:
    headers = {"idempotency_key": key} if key else {}
    stage.call("POST", "/v1/charges", CHARGE | more, vendor="stripe", status=status, **headers)


def _mail(stage: Stage) -> None:
    stage.call("POST", "/emails", MAIL)


def _hooked(stage: Stage, rule: str) -> Names:
    hook = {"url": HOOK, "enabled_events[]": "*"}
    stage.call("POST", "/v1/webhook_endpoints", hook, vendor="stripe")
    stage.begin()
    stage.fail(rule)
    _charge(stage)
    return {}


def retried_with_a_key(stage: Stage) -> Names:
    stage.begin()
    stage.fail(LOST)
    for _ in range(2):
        _charge(stage, "key 1")
    return {}


def retried_without_a_key(stage: Stage) -> Names:
    stage.begin()
    stage.fail(LOST)
    for _ in range(2):
        _charge(stage)
    return {}


def retried_with_another_key(stage: Stage) -> Names:
    stage.begin()
    stage.fail(LOST)
    for key in ("key 1", "key 2"):
        _charge(stage, key)
    return {}


def given_up(stage: Stage) -> Names:
    """The answer was lost, and nobody asked again."""
    stage.begin()
    stage.fail(LOST)
    _charge(stage, "key 1")
    return {}


def calm(stage: Stage) -> Names:
    """One charge, and nothing went wrong."""
    stage.begin()
    _charge(stage, "key 1")
    return {}


def another_order(stage: Stage) -> Names:
    """What follows the lost answer is another charge, not the same again."""
    stage.begin()
    stage.fail(LOST)
    _charge(stage)
    _charge(stage, description="order 2")
    return {}


def retried_after_a_limit(stage: Stage) -> Names:
    stage.begin()
    stage.fail("stripe POST /v1/charges: rate_limit")
    _charge(stage, status=429)
    _charge(stage)
    return {}


def retried_in_vain(stage: Stage) -> Names:
    stage.begin()
    stage.fail("stripe POST /v1/charges: api_error, twice")
    for _ in range(2):
        _charge(stage, status=500)
    return {}


def never_arrived_then_retried(stage: Stage) -> Names:
    stage.begin()
    stage.fail("stripe POST /v1/charges: disconnect before")
    for _ in range(2):
        _charge(stage)
    return {}


def cut_then_retried_with_a_key(stage: Stage) -> Names:
    stage.begin()
    stage.fail("stripe POST /v1/charges: cut answer")
    for _ in range(2):
        _charge(stage, "key 1")
    return {}


def slow_and_charged(stage: Stage) -> Names:
    stage.begin()
    stage.fail("stripe POST /v1/charges: latency 0.01s")
    _charge(stage)
    return {}


def twice_and_mailed_once(stage: Stage) -> Names:
    names = _hooked(stage, "stripe webhook charge.succeeded: sent twice")
    _mail(stage)
    return names


def twice_and_mailed_twice(stage: Stage) -> Names:
    names = twice_and_mailed_once(stage)
    _mail(stage)
    return names


def twice_and_not_mailed(stage: Stage) -> Names:
    return _hooked(stage, "stripe webhook charge.succeeded: sent twice")


def another_twice_and_mailed_once(stage: Stage) -> Names:
    """Another webhook came twice: of a customer, not of the charge."""
    names = _hooked(stage, "stripe webhook customer.created: sent twice")
    stage.stripe("customers", email="ann@example.com")
    _mail(stage)
    return names


def once_and_mailed_once(stage: Stage) -> Names:
    """The rule was there, and its turn never came."""
    names = _hooked(stage, "stripe webhook charge.succeeded: sent twice, skip 1")
    _mail(stage)
    return names


def late_and_mailed_once(stage: Stage) -> Names:
    names = _hooked(stage, "stripe webhook charge.succeeded: late 10m")
    stage.pass_time(700)
    _mail(stage)
    return names


def lost_and_mailed_once(stage: Stage) -> Names:
    names = _hooked(stage, "stripe webhook charge.succeeded: lost")
    _mail(stage)
    return names


def out_of_order_and_mailed_once(stage: Stage) -> Names:
    names = _hooked(stage, "stripe webhook charge.succeeded: out of order")
    _mail(stage)
    return names
