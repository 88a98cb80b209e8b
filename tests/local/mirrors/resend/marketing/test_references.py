"""What steps of automations look up: the event, the contact, events that were waited for.

Source: https://resend.com/docs/dashboard/automations/send-email
"""

from typing import Any

import pytest
import resend

from tests.local.mirrors.resend.client import Account
from tests.local.mirrors.resend.marketing.test_automations import (
    START,
    automate,
    happen,
    link,
    run_of,
    step,
    welcome,
)

WAIT = step("wait", "wait_for_event", event_name="payment.completed", timeout="3 days")


def letter_about(**variables: Any) -> Any:
    """Write a step that sends the welcome with these variables."""
    return step("send", "send_email", template={"id": welcome(), "variables": variables})


def pay(**payload: Any) -> None:
    """Tell that Ada paid."""
    told: Any = {"event": "payment.completed", "email": "ada@example.com", "payload": payload}
    resend.Events.send(told)


def test_an_awaited_event_fills_a_variable(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/send-email"""
    account.verify_domain()
    plan = {"var": "wait_events.payment.completed.plan"}
    made = automate(WAIT, letter_about(PLAN=plan))
    happen(account, plan="basic")
    pay(plan="pro")
    assert run_of(made)["status"] == "completed"
    assert account.state("emails")[0]["html"].startswith("<p>pro ")


def test_an_awaited_event_decides_and_is_written_down(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/condition"""
    field = "wait_events.payment.completed.card.country"
    check = step("check", "condition", type="rule", field=field, operator="eq", value="FR")
    name = step("name", "contact_update", first_name={"var": "wait_events.payment.completed.name"})
    links = [link("start", "wait"), link("wait", "check"), link("check", "name", "condition_met")]
    automate(WAIT, check, name, links=links)
    happen(account)
    pay(card={"country": "FR"}, name="Ada")
    assert resend.Contacts.get(email="ada@example.com")["first_name"] == "Ada"


def test_a_wait_filters_without_naming_the_kind_of_rule(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/wait-for-event"""
    rule = {"field": "event.status", "operator": "eq", "value": "succeeded"}
    made = automate(
        step("wait", "wait_for_event", event_name="payment.completed", filter_rule=rule)
    )
    happen(account)
    pay(status="failed")
    assert run_of(made)["status"] == "running"
    pay(status="succeeded")
    assert run_of(made)["status"] == "completed"


@pytest.mark.parametrize(
    ("given", "where"),
    [
        (step("a", "contact_update", first_name={"var": "contct.x"}), "first_name.var"),
        (step("a", "contact_update", properties={"p": {"var": "evnt.x"}}), "properties.p.var"),
        (step("a", "contact_update", first_name={"var": "event."}), "first_name.var"),
        (
            step("a", "send_email", template={"id": "t", "variables": {"A": {"var": "name"}}}),
            "template.variables.A.var",
        ),
        (
            step("a", "contact_update", first_name={"var": "wait_events.other.x"}),
            "first_name.var",
        ),
        (
            step("a", "condition", type="rule", field="wait_events.other.x", operator="exists"),
            "field",
        ),
        (step("a", "condition", type="rule", field="contct.x", operator="exists"), "field"),
    ],
)
def test_what_can_not_be_looked_up_is_refused_at_once(
    account: Account, given: Any, where: str
) -> None:
    """Ours: the names of what may be looked up are documented, the words of the refusal aren't."""
    body = {"name": "A", "steps": [START, given], "connections": [link("start", "a")]}
    status, told = account.call("POST", "/automations", body)
    assert (status, told["name"]) == (422, "validation_error")
    assert f"`steps[1].config.{where}`" in told["message"]
    assert account.state("automations") == []


def test_a_variable_without_a_value_takes_its_fallback(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/templates/template-variables"""
    account.verify_domain()
    made = automate(letter_about(PLAN={"var": "contact.first_name"}))
    happen(account)
    assert run_of(made)["status"] == "completed"
    assert account.state("emails")[0]["html"].startswith("<p>free ")
