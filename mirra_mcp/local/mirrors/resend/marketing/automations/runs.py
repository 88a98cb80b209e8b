"""Automation runs: one contact's way through the steps, on the session's clock.

Source: https://resend.com/docs/dashboard/automations/runs
"""

from types import NoneType
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.addresses import must_be_one_line, read
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.pages import paged
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.local.mirrors.resend.marketing import personal, placeholders
from mirra_mcp.local.mirrors.resend.marketing.automations import rules
from mirra_mcp.local.mirrors.resend.marketing.automations.resource import duration
from mirra_mcp.local.mirrors.resend.marketing.params import ListRuns
from mirra_mcp.wire.model import Doc

STATUSES = ("running", "completed", "failed", "cancelled")
LISTED = ("id", "status", "started_at", "completed_at", "created_at")
FIELDS: dict[str, tuple[type, ...]] = {
    "first_name": (str, NoneType),
    "last_name": (str, NoneType),
    "unsubscribed": (bool,),
}
WAITING = frozenset({"delay", "wait_for_event"})


class AutomationRuns(ResendResource):
    """Runs and the steps that they took."""

    entity, plural = "automation_run", "automation_runs"
    title, object = "Automation run", "automation_run"
    blank = {
        "object": "automation_run",
        "id": None,
        "status": "running",
        "started_at": None,
        "completed_at": None,
        "created_at": None,
        "steps": [],
        "automation_id": None,
        "contact_id": None,
        "_event": None,
        "_waited": {},
        "_graph": None,
    }
    indexes = ("automation_id", "contact_id", "status")
    moves = {"running": {"completed", "failed", "cancelled"}}

    @route("GET /automations/{id}/runs")
    def list(self, id: str, params: ListRuns) -> Doc:
        """List the runs of an automation, newest first, maybe of some statuses.

        Source: https://resend.com/docs/api-reference/automations/list-automation-runs
        """
        self.mirror.automations.get(id)
        wanted = [each.strip() for each in (params.status or "").split(",") if each.strip()]
        for each in wanted:
            if each not in STATUSES:
                known = ", ".join(f"`{status}`" for status in STATUSES)
                raise errors.validation_error(f"The `status` field must be one of: {known}.")
        if not wanted:
            return self.listed(params, automation_id=id)
        rows = [self.brief(run) for run in self.find(automation_id=id) if run["status"] in wanted]
        return paged(rows, params, self.title)

    @route("GET /automations/{id}/runs/{run_id}")
    def retrieve(self, id: str, run_id: str) -> Doc:
        """Return one run with the steps that it took.

        Source: https://resend.com/docs/api-reference/automations/get-automation-run
        """
        self.mirror.automations.get(id)
        run = self.get(run_id)
        if run["automation_id"] != id:
            raise self.missing(run_id)
        return self.view(run)

    # how a run goes

    def begin(self, automation: Doc, contact_id: str, event: str, payload: Doc) -> None:
        """Start a run at the trigger, and go as far as it goes without waiting."""
        at = stamp(self.now)
        run = self.new(
            automation_id=automation["id"],
            contact_id=contact_id,
            started_at=at,
            _event=payload,
            _graph={key: automation[key] for key in ("steps", "connections")},
        )
        trigger = next(
            step
            for step in automation["steps"]
            if step["type"] == "trigger" and step["config"]["event_name"] == event
        )
        self._go(run, [trigger["key"]])

    def resume(self, id: str, key: str, way: str) -> None:
        """Go on after a wait: a delay is over, or an awaited event didn't come in time."""
        run = self.peek(id)
        if run is not None and run["status"] == "running":
            self._finish(run, key)
            self._go(run, self._after(run, key, way))

    def wake(self, contact_id: str, event: str, payload: Doc) -> None:
        """Go on with the contact's runs that wait for this event.

        Source: https://resend.com/docs/dashboard/automations/wait-for-event
        """
        for run in self.find(contact_id=contact_id, status="running", newest_first=False):
            for record in run["steps"]:
                config = self._step(run, record["key"])["config"]
                if record["type"] != "wait_for_event" or record["status"] != "running":
                    continue
                rule = config.get("filter_rule")
                fits = rule is None or rules.holds(
                    rule, lambda field: rules.dug(payload, field.removeprefix("event."))
                )
                if config["event_name"] == event and fits:
                    self.mirror.cancel_timers(
                        "automation_runs.resume", id=run["id"], key=record["key"]
                    )
                    run |= {
                        "_event": run["_event"] | payload,
                        "_waited": run["_waited"] | {event: payload},
                    }
                    self._finish(run, record["key"])
                    self._go(run, self._after(run, record["key"], "event_received"))
                    break

    def cancel_all(self, automation_id: str) -> None:
        """Stop the runs of an automation where they are."""
        for run in self.find(automation_id=automation_id, status="running"):
            self.mirror.cancel_timers("automation_runs.resume", id=run["id"])
            self.move(run | {"completed_at": stamp(self.now)}, "cancelled")

    def view(self, doc: Doc) -> Doc:
        """Return a run as the API shows it."""
        hidden = ("automation_id", "contact_id")
        return {key: value for key, value in super().view(doc).items() if key not in hidden}

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of a run.

        Source: https://github.com/resend/resend-openapi (AutomationRunListItem)
        """
        return {key: doc[key] for key in LISTED}

    def illegal_move(self, doc: Doc, status: str) -> VendorError:
        """Refuse to change a run that is over."""
        return errors.validation_error(f"Automation run is {doc['status']}.")

    def _go(self, run: Doc, keys: Any) -> None:
        """Take steps until each branch ends or waits, and keep what became of the run."""
        ahead = [*keys]
        while ahead:
            step = self._step(run, ahead.pop(0))
            if any(record["key"] == step["key"] for record in run["steps"]):
                continue
            record = self._record(run, step)
            if step["type"] in WAITING:
                self._wait(run, step)
                continue
            contact = self.mirror.contacts.peek(run["contact_id"])
            way, status, output, error = "default", "completed", None, None
            try:
                way, status, output = self._take(run, step, contact)
            except VendorError as refused:
                status, error = "failed", {"message": refused.body["message"]}
            record |= {"status": status, "output": output, "error": error}
            record["completed_at"] = stamp(self.now)
            if error is not None or step["type"] == "contact_delete":
                self._end(run, "failed" if error else "completed")
                return
            ahead = [*self._after(run, step["key"], way), *ahead]
        waits = any(record["status"] == "running" for record in run["steps"])
        if waits:
            self.save(run)
        else:
            self._end(run, "completed")

    def _take(self, run: Doc, step: Doc, contact: Doc | None) -> tuple[str, str, Doc | None]:
        """Do what a step says; return the way on, the step's status and its output."""
        config, type = step["config"], step["type"]
        if type == "condition":
            met = rules.holds(config, lambda field: self._value(run, contact, field))
            return ("condition_met" if met else "condition_not_met"), "completed", None
        if contact is not None and type == "send_email":
            if contact["unsubscribed"]:
                return "default", "skipped", None
            return "default", "completed", {"id": self._send(run, config, contact)}
        if contact is not None and type == "contact_update":
            self._update(run, config, contact)
        if contact is not None and type == "contact_delete":
            self.mirror.contacts.remove(contact)
        if contact is not None and type == "add_to_segment":
            group = self.mirror.segments.get(config["segment_id"])
            self.mirror.contacts.join(contact, [group["id"]])
        return "default", "completed", None

    def _send(self, run: Doc, config: Doc, contact: Doc) -> str:
        """Send a template's email. Fires: email.sent.

        Source: https://resend.com/docs/dashboard/automations/send-email
        """
        given = {
            key: self._resolved(run, contact, value)
            for key, value in (config["template"].get("variables") or {}).items()
        }
        made = self.mirror.templates.rendered(config["template"]["id"], given)
        sender, subject = config.get("from") or made["from"], config.get("subject")
        if not sender:
            raise errors.missing_required_field("from")
        if not (subject or made["subject"]):
            raise errors.missing_required_field("subject")
        address = read("from", [sender])[0]
        self.mirror.domains.check_sender(address, read("to", [contact["email"]]), None)
        id = self.mirror.emails.new_id()
        link = personal.unsubscribe_link(self.mirror, contact, id)
        lookup = personal.lookup_for(personal.fallbacks_of(self.mirror), contact, link)
        filled = {
            part: text and placeholders.fill(text, lookup)
            for part, text in {**made, "subject": subject or made["subject"]}.items()
            if part in ("subject", "html", "text")
        }
        must_be_one_line("subject", filled["subject"])
        reply_to = config.get("reply_to") or made["reply_to"] or []
        email = filled | {
            "id": id,
            "to": [contact["email"]],
            "from": sender,
            "reply_to": [reply_to] if isinstance(reply_to, str) else reply_to,
            "_template_id": made["id"],
            "_contact_id": contact["id"],
            "_domain": address.domain,
        }
        return str(self.mirror.emails.accept(email)["id"])

    def _update(self, run: Doc, config: Doc, contact: Doc) -> None:
        """Change the contact's fields. Fires: contact.updated.

        Source: https://resend.com/docs/dashboard/automations/contact-update
        """
        fields = {
            name: self._resolved(run, contact, config[name]) for name in FIELDS if name in config
        }
        for name, value in fields.items():
            if not isinstance(value, FIELDS[name]):
                raise errors.wrong_type(name, "boolean" if name == "unsubscribed" else "string")
        given = {
            key: self._resolved(run, contact, value)
            for key, value in (config.get("properties") or {}).items()
        }
        self.mirror.contacts.change(
            contact, self.mirror.contact_properties.checked(given), **fields
        )

    def _wait(self, run: Doc, step: Doc) -> None:
        config, key = step["config"], step["key"]
        if step["type"] == "delay":
            length, way = config["duration"], "default"
        else:
            length, way = config.get("timeout"), "timeout"
        if length is not None:
            wait = duration(length, key)
            self.mirror.after(wait, "automation_runs.resume", id=run["id"], key=key, way=way)

    def _record(self, run: Doc, step: Doc) -> Doc:
        at = stamp(self.now)
        record = {
            "key": step["key"],
            "type": step["type"],
            "status": "running",
            "started_at": at,
            "completed_at": None,
            "output": None,
            "error": None,
            "created_at": at,
        }
        run["steps"] = [*run["steps"], record]
        return record

    def _finish(self, run: Doc, key: str) -> None:
        for record in run["steps"]:
            if record["key"] == key and record["status"] == "running":
                record |= {"status": "completed", "completed_at": stamp(self.now)}

    def _end(self, run: Doc, status: str) -> None:
        self.mirror.cancel_timers("automation_runs.resume", id=run["id"])
        self.move(run | {"completed_at": stamp(self.now)}, status)

    def _step(self, run: Doc, key: str) -> Doc:
        found: Doc = next(step for step in run["_graph"]["steps"] if step["key"] == key)
        return found

    def _after(self, run: Doc, key: str, way: str) -> Any:
        """Return the steps that follow; a plain connection serves every way without its own."""
        leaving = [each for each in run["_graph"]["connections"] if each["from"] == key]
        special = [each["to"] for each in leaving if each["type"] == way]
        return special or [each["to"] for each in leaving if each["type"] == "default"]

    def _resolved(self, run: Doc, contact: Doc, value: Any) -> Any:
        """Read `{"var": "event.plan"}`; anything else is itself.

        Source: https://resend.com/docs/dashboard/automations/send-email
        """
        if isinstance(value, dict) and set(value) == {"var"}:
            return self._value(run, contact, str(value["var"]))
        return value

    def _value(self, run: Doc, contact: Doc | None, field: str) -> Any:
        scope, _, name = field.partition(".")
        if scope == "event":
            return rules.dug(run["_event"], name)
        if scope == "wait_events":
            for event, payload in run["_waited"].items():
                if name.startswith(f"{event}."):
                    return rules.dug(payload, name.removeprefix(f"{event}."))
            return None
        name = name.removeprefix("properties.")
        return personal.known_of(contact, name) if contact is not None else None
