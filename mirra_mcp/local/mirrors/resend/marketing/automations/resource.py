"""Automations: steps that run for a contact when an event is heard.

Source: https://resend.com/docs/api-reference/automations/create-automation and
https://resend.com/docs/dashboard/automations/introduction
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from pytimeparse2 import parse  # type: ignore[import-untyped]  # ships no types

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.marketing.automations import rules
from mirra_mcp.local.mirrors.resend.marketing.params import (
    Connections,
    CreateAutomation,
    ListAutomations,
    Step,
    Steps,
    UpdateAutomation,
)
from mirra_mcp.wire.model import Doc

LONGEST_WAIT = timedelta(days=30)
"""Source: https://resend.com/docs/dashboard/automations/delay"""

LISTED = ("id", "name", "status", "created_at", "updated_at")


class Automations(ResendResource):
    """Graphs of steps, and whether they are enabled."""

    entity, plural = "automation", "automations"
    title, object = "Automation", "automation"
    blank = {
        "object": "automation",
        "id": None,
        "name": None,
        "status": "disabled",
        "created_at": None,
        "updated_at": None,
        "steps": [],
        "connections": [],
        "_triggers": [],
    }
    indexes = ("status", "_triggers")

    @route("POST /automations", status=201)
    def create(self, params: CreateAutomation) -> Doc:
        """Make an automation; it is disabled unless told otherwise.

        Source: https://resend.com/docs/api-reference/automations/create-automation
        """
        graph = self._graph(params.steps, params.connections)
        automation = self.new(name=params.name, status=params.status, **graph)
        return self.ref(self.save(automation | {"updated_at": automation["created_at"]}))

    @route("GET /automations")
    def list(self, params: ListAutomations) -> Doc:
        """List the automations, newest first, maybe of one status.

        Source: https://resend.com/docs/api-reference/automations/list-automations
        """
        return self.listed(params, **({"status": params.status} if params.status else {}))

    @route("GET /automations/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one automation with its steps and connections.

        Source: https://resend.com/docs/api-reference/automations/get-automation
        """
        return self.view(self.get(id))

    @route("PATCH /automations/{id}")
    def update(self, id: str, params: UpdateAutomation) -> Doc:
        """Change name, status, or the graph: steps and connections only together.

        Source: https://github.com/resend/resend-openapi (PatchAutomationRequest)
        """
        automation = self.get(id)
        if (params.steps is None) != (params.connections is None):
            raise errors.validation_error("`steps` and `connections` must be provided together.")
        given = params.model_dump(include={"name", "status"}, exclude_none=True)
        if params.steps is not None and params.connections is not None:
            given |= self._graph(params.steps, params.connections)
        if not given:
            raise errors.validation_error(
                "At least one of `name`, `status`, or `steps` and `connections` must be provided."
            )
        return self.ref(self.save(automation | given | {"updated_at": stamp(self.now)}))

    @route("DELETE /automations/{id}")
    def delete(self, id: str) -> Doc:
        """Remove an automation, and cancel its runs.

        Source: https://resend.com/docs/api-reference/automations/delete-automation
        """
        automation = self.get(id)
        self.mirror.automation_runs.cancel_all(automation["id"])
        self.drop(automation)
        return self.ref(automation, deleted=True)

    @route("POST /automations/{id}/duplicate", status=201)
    def duplicate(self, id: str) -> Doc:
        """Make a disabled automation with the same graph.

        Source: https://github.com/resend/resend-openapi (automations/duplicate)
        """
        original = self.get(id)
        graph = {key: original[key] for key in ("steps", "connections", "_triggers")}
        copy = self.new(name=f"{original['name']} (copy)", **graph)
        return self.ref(self.save(copy | {"updated_at": copy["created_at"]}))

    @route("POST /automations/{id}/stop")
    def stop(self, id: str) -> Doc:
        """Disable an automation, and cancel its runs.

        Source: https://github.com/resend/resend-skills (resend-cli: automations stop)
        """
        changed = {"status": "disabled", "updated_at": stamp(self.now)}
        automation = self.save(self.get(id) | changed)
        self.mirror.automation_runs.cancel_all(id)
        return self.ref(automation, status="disabled")

    def hear(self, name: str, contact_id: str | None, email: str | None, payload: Doc) -> None:
        """Start every enabled automation that this event triggers, and wake runs that wait for it.

        Source: https://resend.com/docs/dashboard/automations/trigger
        """
        contacts = self.mirror.contacts
        contact = contacts.peek(contact_id or "") or (contacts.at(email) if email else None)
        if contact is not None:
            self.mirror.automation_runs.wake(contact["id"], name, payload)
        for automation in self.find(_triggers=name, status="enabled", newest_first=False):
            if contact is None and email is not None:
                contact = contacts.arrive(email)
            if contact is not None:
                self.mirror.automation_runs.begin(automation, contact["id"], name, payload)

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of an automation.

        Source: https://github.com/resend/resend-openapi (AutomationListItem)
        """
        return {key: doc[key] for key in LISTED}

    def _graph(self, steps: Steps, connections: Connections) -> Doc:
        """Check a graph and return it as a document keeps it.

        Source: https://github.com/resend/resend-skills (automations: constraints)
        """
        keys = [step.key for step in steps]
        for key in keys:
            if keys.count(key) > 1:
                raise errors.validation_error(f"The step key `{key}` is used more than once.")
        for each in connections:
            for key in (each.source, each.target):
                if key not in keys:
                    raise errors.validation_error(f"A connection names the unknown step `{key}`.")
        triggers = [step for step in steps if step.type == "trigger"]
        if not triggers:
            raise errors.validation_error("At least one step must be of type `trigger`.")
        awaited = [step.config.get("event_name") for step in steps if step.type == "wait_for_event"]
        for index, step in enumerate(steps):
            CHECKS[step.type](step, f"steps[{index}].config")
            for where, reference in _references(step.config, f"steps[{index}].config"):
                _check_awaited(reference, where, awaited)
        return {
            "steps": [step.model_dump() for step in steps],
            "connections": [each.model_dump(by_alias=True) for each in connections],
            "_triggers": [step.config["event_name"] for step in triggers],
        }


def duration(text: Any, where: str) -> timedelta:
    """Read "30 minutes" or "3 days".

    Raises:
        VendorError: it can't be read, or is more than 30 days.

    Source: https://resend.com/docs/dashboard/automations/delay
    """
    seconds = parse(text) if isinstance(text, str) else None
    if not seconds or not 0 < seconds <= LONGEST_WAIT.total_seconds():
        raise errors.validation_error(
            f"The `{where}` field must be a duration of up to 30 days, like `1 hour`."
        )
    return timedelta(seconds=float(seconds))


def _references(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield every field that a step looks up, and where it says so.

    Raises:
        VendorError: one is of no known namespace.
    """
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _references(each, f"{where}[{index}]")
    elif isinstance(value, dict) and set(value) == {"var"}:
        rules.check_reference(value["var"], f"{where}.var")
        yield f"{where}.var", value["var"]
    elif isinstance(value, dict):
        if isinstance(value.get("field"), str) and "operator" in value:
            yield f"{where}.field", value["field"]
        for name, each in value.items():
            yield from _references(each, f"{where}.{name}")


def _check_awaited(reference: str, where: str, awaited: list[Any]) -> None:
    """Check that an event whose payload is looked up is one that the automation waits for.

    Source: https://resend.com/docs/dashboard/automations/send-email
    """
    if reference.startswith("wait_events."):
        name = reference.removeprefix("wait_events.")
        if not any(name.startswith(f"{event}.") for event in awaited):
            raise errors.validation_error(
                f"The `{where}` field names an event that no `wait_for_event` step waits for."
            )


def _needs(name: str) -> Any:
    def check(step: Step, where: str) -> None:
        if not isinstance(step.config.get(name), str) or not step.config[name]:
            raise errors.missing_required_field(f"{where}.{name}")

    return check


def _check_email(step: Step, where: str) -> None:
    template = step.config.get("template")
    if not isinstance(template, dict) or not isinstance(template.get("id"), str):
        raise errors.missing_required_field(f"{where}.template")
    _check_kind(template, where + ".template", "variables", dict, "object")
    for name in ("from", "subject", "reply_to"):
        _check_kind(step.config, where, name, str, "string")


def _check_update(step: Step, where: str) -> None:
    for name in ("first_name", "last_name"):
        _check_kind(step.config, where, name, str, "string", or_var=True)
    _check_kind(step.config, where, "unsubscribed", bool, "boolean", or_var=True)
    _check_kind(step.config, where, "properties", dict, "object")


def _check_kind(
    config: Doc, where: str, name: str, type: type, word: str, *, or_var: bool = False
) -> None:
    value = config.get(name)
    is_var = or_var and isinstance(value, dict) and set(value) == {"var"}
    if value is not None and not is_var and not isinstance(value, type):
        raise errors.wrong_type(f"{where}.{name}", word)


def _check_delay(step: Step, where: str) -> None:
    if "duration" not in step.config:
        raise errors.missing_required_field(f"{where}.duration")
    duration(step.config["duration"], f"{where}.duration")


def _check_wait(step: Step, where: str) -> None:
    _needs("event_name")(step, where)
    if step.config.get("timeout") is not None:
        duration(step.config["timeout"], f"{where}.timeout")
    if step.config.get("filter_rule") is not None:
        rules.check(step.config["filter_rule"], f"{where}.filter_rule", ("event.",))


def _check_nothing(step: Step, where: str) -> None:
    """Whatever is there is fine."""


CHECKS = {
    "trigger": _needs("event_name"),
    "send_email": _check_email,
    "delay": _check_delay,
    "wait_for_event": _check_wait,
    "condition": lambda step, where: rules.check(step.config, where),
    "contact_update": _check_update,
    "contact_delete": _check_nothing,
    "add_to_segment": _needs("segment_id"),
}
