"""Automations and their runs.

Source: https://resend.com/docs/api-reference/automations/create-automation
"""

from itertools import pairwise
from typing import Any

import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal

START: Any = {"key": "start", "type": "trigger", "config": {"event_name": "user.created"}}


def step(key: str, kind: str, /, **config: Any) -> Any:
    """Write a step."""
    return {"key": key, "type": kind, "config": config}


def link(source: str, target: str, type: str = "default") -> Any:
    """Write a connection."""
    return {"from": source, "to": target, "type": type}


def automate(*steps: Any, links: Any = None, status: Any = "enabled") -> str:
    """Make an automation; without `links` its steps follow each other."""
    keys = ["start", *(each["key"] for each in steps)]
    chain = [link(source, target) for source, target in pairwise(keys)]
    links = chain if links is None else links
    made = resend.Automations.create(
        {"name": "Welcome", "status": status, "steps": [START, *steps], "connections": links}
    )
    return made["id"]


def happen(account: Account, **payload: Any) -> None:
    """Tell that Ada's user was created."""
    resend.Events.send({"event": "user.created", "email": "ada@example.com", "payload": payload})


def run_of(automation: str) -> Any:
    """Return the newest run, whole."""
    [run, *_] = resend.Automations.Runs.list(automation)["data"]
    return plain(resend.Automations.Runs.get(automation, run["id"]))


def welcome() -> str:
    """Publish a template."""
    id = resend.Templates.create(
        {
            "name": "Welcome",
            "from": "Acme <hi@acme.com>",
            "subject": "Welcome",
            "html": "<p>{{{PLAN}}} {{{contact.email}}} {{{RESEND_UNSUBSCRIBE_URL}}}</p>",
            "variables": [{"key": "PLAN", "type": "string", "fallback_value": "free"}],
        }
    )["id"]
    resend.Templates.publish(id)
    return id


def test_an_automation_is_created_read_changed_and_deleted(account: Account) -> None:
    steps = [START, step("wait", "delay", duration="1 hour")]
    made = resend.Automations.create(
        {"name": "Welcome", "steps": steps, "connections": [{"from": "start", "to": "wait"}]}
    )
    id = made["id"]
    assert plain(made) == {"object": "automation", "id": id}
    full = {
        "object": "automation",
        "id": id,
        "name": "Welcome",
        "status": "disabled",
        "created_at": NOW,
        "updated_at": NOW,
        "steps": steps,
        "connections": [{"from": "start", "to": "wait", "type": "default"}],
    }
    assert plain(resend.Automations.get(id)) == full
    account.advance("1 hour")
    updated = resend.Automations.update({"automation_id": id, "status": "enabled"})
    assert plain(updated) == {"object": "automation", "id": id}
    listed = {key: full[key] for key in ("id", "name", "created_at")}
    listed |= {"status": "enabled", "updated_at": "2026-05-04 13:00:00+00"}
    page = {"object": "list", "has_more": False, "data": [listed]}
    assert plain(resend.Automations.list()) == page
    assert plain(resend.Automations.list({"status": "enabled"})) == page
    assert resend.Automations.list({"status": "disabled"})["data"] == []
    copy = resend.Automations.duplicate(id)["id"]
    assert resend.Automations.get(copy)["steps"] == steps
    assert resend.Automations.get(copy)["status"] == "disabled"
    gone = {"object": "automation", "id": id, "deleted": True}
    assert plain(resend.Automations.remove(id)) == gone
    missing = refusal(404, "not_found", "Automation not found")
    for method, path in (("GET", ""), ("GET", "/runs"), ("POST", "/stop"), ("POST", "/duplicate")):
        assert account.call(method, f"/automations/{id}{path}") == (404, missing)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"steps": []},
        {"steps": [step("a", "delay", duration="1 hour")]},
        {"steps": [START, START]},
        {"connections": [link("start", "nowhere")]},
        {"steps": [START, step("a", "trigger")]},
        {"steps": [START, step("a", "sleep")]},
        {"steps": [START, step("a", "delay", duration="31 days")]},
        {"steps": [START, step("a", "delay", duration="a while")]},
        {"steps": [START, step("a", "delay", seconds=5)]},
        {"steps": [START, step("a", "send_email", template_id="x")]},
        {"steps": [START, step("a", "wait_for_event", event_name="x", timeout="31 days")]},
        {"steps": [START, step("a", "condition", type="rule", field="plan", operator="eq")]},
        {"steps": [START, step("a", "condition", type="rule", field="event.x", operator="is")]},
        {"steps": [START, step("a", "condition", type="and", rules=[])]},
        {"steps": [START, step("a", "condition", type="or", rules=[5])]},
        {"steps": [START, step("a", "condition", type="rule", field="event.x", operator=[])]},
        {"steps": [START, step("a", "condition")]},
        {"steps": [START, step("a", "send_email", template={"id": "x", "variables": [5]})]},
        {"steps": [START, step("a", "contact_update", unsubscribed="yes")]},
        {"steps": [START, step("a", "contact_update", properties=[])]},
        {"steps": [START, step("a", "add_to_segment")]},
        {"steps": [START, *(step(f"a{n}", "contact_delete") for n in range(150))]},
    ],
)
def test_a_graph_that_can_not_run_is_refused(account: Account, wrong: dict[str, Any]) -> None:
    """Source: https://github.com/resend/resend-openapi (CreateAutomationRequest)"""
    body = {"name": "Welcome", "steps": [START], "connections": []} | wrong
    assert account.call("POST", "/automations", body)[0] == 422
    assert account.state("automations") == []


def test_an_automation_needs_a_name(account: Account) -> None:
    assert account.call("POST", "/automations", {"steps": [START], "connections": []}) == (
        422,
        refusal(422, "missing_required_field", "Missing `name` field."),
    )


def test_steps_and_connections_change_together(account: Account) -> None:
    """Source: https://github.com/resend/resend-openapi (PatchAutomationRequest)"""
    id = automate()
    halves: Any = ({"steps": [START]}, {"connections": []}, {})
    for body in halves:
        assert account.call("PATCH", f"/automations/{id}", body)[0] == 422
    body = {"steps": [START, step("end", "contact_delete")], "connections": []}
    assert account.call("PATCH", f"/automations/{id}", body)[0] == 200
    assert len(resend.Automations.get(id)["steps"]) == 2


def test_an_event_sends_a_templates_email_after_a_delay(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/delay"""
    account.verify_domain()
    template = {"id": welcome(), "variables": {"PLAN": {"var": "event.plan"}}}
    id = automate(
        step("wait", "delay", duration="3 days"), step("mail", "send_email", template=template)
    )
    happen(account, plan="pro")
    run = run_of(id)
    at = "2026-05-04 13:00:00+00"
    begun = {"started_at": at, "created_at": at, "output": None, "error": None}
    trigger = {"key": "start", "type": "trigger", "status": "completed", "completed_at": at}
    waiting = {"key": "wait", "type": "delay", "status": "running", "completed_at": None}
    assert run == {
        "object": "automation_run",
        "id": run["id"],
        "status": "running",
        "started_at": at,
        "completed_at": None,
        "created_at": at,
        "steps": [trigger | begun, waiting | begun],
    }
    assert account.state("emails") == []
    account.advance("3 days")
    run, later = run_of(id), "2026-05-07 13:00:00+00"
    assert (run["status"], run["completed_at"]) == ("completed", later)
    assert [each["status"] for each in run["steps"]] == ["completed"] * 3
    [email] = account.state("emails")
    assert run["steps"][2]["output"] == {"id": email["id"]}
    assert email["html"].startswith("<p>pro ada@example.com http")
    assert (email["from"], email["to"]) == ("Acme <hi@acme.com>", ["ada@example.com"])


def test_an_unknown_address_becomes_a_contact_when_an_automation_runs(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/events/send-event"""
    automate()
    happen(account)
    assert resend.Contacts.get(email="ada@example.com")["unsubscribed"] is False
    assert [type for type, _ in account.told()] == ["contact.created"]


def test_a_disabled_automation_does_nothing(account: Account) -> None:
    id = automate(status="disabled")
    happen(account)
    assert resend.Automations.Runs.list(id)["data"] == []


def test_every_enabled_automation_with_the_trigger_runs(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/custom-events"""
    ids = [automate(), automate()]
    happen(account)
    assert [run_of(id)["status"] for id in ids] == ["completed", "completed"]


@pytest.mark.parametrize(
    ("rule", "payload", "taken"),
    [
        ({"operator": "eq", "value": "pro"}, "pro", "yes"),
        ({"operator": "eq", "value": "pro"}, "free", "no"),
        ({"operator": "neq", "value": "pro"}, "free", "yes"),
        ({"operator": "gte", "value": 5}, 5, "yes"),
        ({"operator": "gt", "value": 5}, 5, "no"),
        ({"operator": "lt", "value": 5}, "text", "no"),
        ({"operator": "lte", "value": 5}, 4, "yes"),
        ({"operator": "contains", "value": "ro"}, "pro", "yes"),
        ({"operator": "starts_with", "value": "p"}, "pro", "yes"),
        ({"operator": "ends_with", "value": "p"}, "pro", "no"),
        ({"operator": "exists"}, None, "no"),
        ({"operator": "is_empty"}, "", "yes"),
    ],
)
def test_a_condition_chooses_the_way(
    account: Account, rule: dict[str, Any], payload: Any, taken: str
) -> None:
    """Source: https://resend.com/docs/dashboard/automations/condition"""
    yes = resend.Segments.create({"name": "yes"})["id"]
    no = resend.Segments.create({"name": "no"})["id"]
    id = automate(
        step("check", "condition", type="rule", field="event.plan", **rule),
        step("yes", "add_to_segment", segment_id=yes),
        step("no", "add_to_segment", segment_id=no),
        links=[
            link("start", "check"),
            link("check", "yes", "condition_met"),
            link("check", "no", "condition_not_met"),
        ],
    )
    happen(account, plan=payload)
    assert run_of(id)["status"] == "completed"
    [group] = resend.Contacts.Segments.list({"email": "ada@example.com"})["data"]
    assert group["name"] == taken


def test_rules_are_joined_and_may_ask_for_the_contact(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/condition"""
    group = resend.Segments.create({"name": "yes"})["id"]
    resend.ContactProperties.create({"key": "city", "type": "string"})
    resend.Contacts.create({"email": "ada@example.com", "properties": {"city": "London"}})
    plan = {"type": "rule", "field": "event.plan", "operator": "eq", "value": "pro"}
    city = {"type": "rule", "field": "contact.city", "operator": "eq", "value": "London"}
    either = {"type": "or", "rules": [plan, city]}
    automate(
        step("check", "condition", type="and", rules=[either, city]),
        step("yes", "add_to_segment", segment_id=group),
        links=[link("start", "check"), link("check", "yes", "condition_met")],
    )
    happen(account)
    assert len(resend.Contacts.list(segment_id=group)["data"]) == 1


def test_a_run_waits_for_an_event_that_fits(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/wait-for-event"""
    paid = resend.Segments.create({"name": "paid"})["id"]
    late = resend.Segments.create({"name": "late"})["id"]
    rule = {"type": "rule", "field": "event.amount", "operator": "gte", "value": 10}
    id = automate(
        step(
            "wait",
            "wait_for_event",
            event_name="payment.completed",
            timeout="3 days",
            filter_rule=rule,
        ),
        step("paid", "add_to_segment", segment_id=paid),
        step("late", "add_to_segment", segment_id=late),
        links=[
            link("start", "wait"),
            link("wait", "paid", "event_received"),
            link("wait", "late", "timeout"),
        ],
    )
    happen(account)
    body: Any = {"event": "payment.completed", "email": "ada@example.com"}
    resend.Events.send(body | {"payload": {"amount": 5}})
    resend.Events.send(body | {"email": "alan@example.com", "payload": {"amount": 50}})
    assert run_of(id)["status"] == "running"
    resend.Events.send(body | {"payload": {"amount": 50}})
    assert run_of(id)["status"] == "completed"
    account.advance("4 days")
    assert len(resend.Contacts.list(segment_id=paid)["data"]) == 1
    happen(account)
    account.advance("3 days")
    assert run_of(id)["status"] == "completed"
    assert len(resend.Contacts.list(segment_id=late)["data"]) == 1


def test_a_contact_is_updated_from_the_event_and_deleted(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/contact-update"""
    resend.ContactProperties.create({"key": "company", "type": "string"})
    config: Any = {
        "first_name": {"var": "event.firstName"},
        "last_name": "Lovelace",
        "properties": {"company": {"var": "event.company"}},
    }
    automate(
        step("update", "contact_update", **config),
        step("wait", "delay", duration="1 day"),
        step("delete", "contact_delete"),
        step("never", "delay", duration="1 day"),
    )
    happen(account, firstName="Ada", company="Acme")
    found = resend.Contacts.get(email="ada@example.com")
    assert (found["first_name"], found["last_name"]) == ("Ada", "Lovelace")
    assert found["properties"]["company"] == {"value": "Acme", "type": "string"}
    account.advance("1 day")
    assert account.state("contacts") == []
    [run] = account.state("automation_runs")
    assert (run["status"], len(run["steps"])) == ("completed", 4)
    types = [type for type, _ in account.told()]
    assert types == ["contact.created", "contact.updated", "contact.deleted"]


def test_an_unsubscribed_contact_gets_no_email_but_the_other_steps(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/runs (skipped steps)"""
    account.verify_domain()
    group = resend.Segments.create({"name": "Members"})["id"]
    resend.Contacts.create({"email": "ada@example.com", "unsubscribed": True})
    id = automate(
        step("mail", "send_email", template={"id": welcome()}),
        step("join", "add_to_segment", segment_id=group),
    )
    happen(account)
    run = run_of(id)
    assert [each["status"] for each in run["steps"]] == ["completed", "skipped", "completed"]
    assert (run["status"], account.state("emails")) == ("completed", [])


def test_a_step_that_fails_ends_the_run_and_says_why(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/runs (debugging failed runs)"""
    id = automate(
        step("mail", "send_email", template={"id": "nothing"}),
        step("wait", "delay", duration="1 day"),
    )
    happen(account)
    run = run_of(id)
    assert (run["status"], len(run["steps"])) == ("failed", 2)
    assert run["steps"][1]["status"] == "failed"
    assert run["steps"][1]["error"] == {"message": "Template not found"}


def test_a_value_of_the_wrong_kind_fails_the_step_and_changes_nothing(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/automations/contact-update"""
    config: Any = {"first_name": "Ada", "unsubscribed": {"var": "event.left"}}
    id = automate(step("update", "contact_update", **config))
    happen(account, left="yes")
    assert run_of(id)["status"] == "failed"
    found = resend.Contacts.get(email="ada@example.com")
    assert (found["first_name"], found["unsubscribed"]) == (None, False)


def test_stopping_an_automation_cancels_its_runs(account: Account) -> None:
    """Source: https://github.com/resend/resend-skills (resend-cli: automations stop)"""
    group = resend.Segments.create({"name": "Members"})["id"]
    id = automate(
        step("wait", "delay", duration="1 day"), step("join", "add_to_segment", segment_id=group)
    )
    happen(account)
    stopped = resend.Automations.stop(id)
    assert plain(stopped) == {"object": "automation", "id": id, "status": "disabled"}
    account.advance("2 days")
    assert run_of(id)["status"] == "cancelled"
    assert resend.Contacts.list(segment_id=group)["data"] == []


def test_runs_are_listed_by_status(account: Account) -> None:
    id = automate(step("wait", "delay", duration="1 day"))
    happen(account)
    account.advance("1 day")
    happen(account)
    newest, oldest = resend.Automations.Runs.list(id)["data"]
    now = "2026-05-05 12:00:00+00"
    times = {"started_at": now, "completed_at": None, "created_at": now}
    assert dict(newest) == {"id": newest["id"], "status": "running"} | times
    done = resend.Automations.Runs.list(id, {"status": "completed,failed"})["data"]
    assert [each["id"] for each in done] == [oldest["id"]]
    assert account.call("GET", f"/automations/{id}/runs?status=over")[0] == 422
    other = automate()
    missing = refusal(404, "not_found", "Automation run not found")
    assert account.call("GET", f"/automations/{other}/runs/{oldest['id']}") == (404, missing)


def test_a_step_is_taken_once_even_in_a_circle(account: Account) -> None:
    """Our choice: Resend's editor draws no circles."""
    circle = [link("start", "a"), link("a", "a")]
    id = automate(step("a", "contact_update", first_name="Ada"), links=circle)
    happen(account)
    assert len(run_of(id)["steps"]) == 2
