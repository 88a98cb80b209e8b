"""The bodies that Mirra documents are read whole, and written as they came.

Source: https://docs.mirra.run/reference/api, in examples of our own where it gives only fields.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from mirra_mcp.wire.admin import (
    Catalog,
    Metadata,
    ResetDone,
    ResetState,
    Restored,
    RestoreSnapshot,
    RetryWebhook,
    Simulated,
    Snapshot,
    State,
    TakeSnapshot,
)
from mirra_mcp.wire.errors import ErrorBody
from mirra_mcp.wire.events import DeliveryPage, Event, EventPage
from mirra_mcp.wire.model import Body, Wire
from mirra_mcp.wire.runs import (
    CreateRun,
    FinishRun,
    Run,
    RunPage,
    RunStarted,
    ScenarioConfig,
)
from mirra_mcp.wire.sessions import (
    ClockMoved,
    CreateSession,
    MoveClock,
    Session,
    SessionPage,
)

AT = "2026-04-22T18:02:14Z"
SESSION = {
    "sessionId": "ses_a7k2",
    "status": "ready",
    "mirrors": [
        {"vendor": "stripe", "url": "https://stripe-a7k2.mirra.run", "version": "0.7.3"},
        {"vendor": "resend", "url": "https://resend-a7k2.mirra.run", "version": "0.3.1"},
        {"vendor": "twilio", "url": "https://twilio-a7k2.mirra.run", "version": "0.4.0"},
    ],
    "createdAt": AT,
    "expiresAt": "2026-04-22T19:02:14Z",
}
RUN = {
    "runId": "run_9xkp2m",
    "status": "complete",
    "scenario": {"title": "Welcome mail"},
    "satisfactionScore": 0.87,
    "runs": 3,
    "criteria": [
        {"label": "One email is created", "kind": "check", "passed": 3, "total": 3},
        {"label": "Bounces are handled", "kind": "judge", "passed": 0, "total": 3},
    ],
    "durationMs": 14812,
}
DELIVERY = {
    "deliveryId": "dlv_1",
    "mirror": "resend",
    "type": "email.sent",
    "status": "delivered",
    "url": "http://127.0.0.1:9000/hook",
    "payload": {"type": "email.sent", "data": {"email_id": "em_abc", "tags": None}},
    "headers": {"svix-id": "msg_1"},
    "createdAt": AT,
    "attempts": [{"at": AT, "responseStatus": 200, "durationMs": 3.5}],
    "afterEvent": 12,
}
METADATA = {
    "name": "resend",
    "version": "0.3.1",
    "vendorApiVersion": "2026-04",
    "encoding": "json",
    "endpoints": [{"method": "POST", "path": "/emails"}],
    "webhookEvents": ["email.sent"],
    "simulateEvents": [
        {
            "event": "email.bounced",
            "description": "A mailbox refuses.",
            "params": {"emailId": {"type": "string", "required": True, "description": "Which."}},
            "fires": ["email.bounced"],
            "aliases": [],
        }
    ],
    "fixtures": [{"name": "empty", "description": "Nothing."}],
    "entities": [{"name": "email", "plural": "emails", "statuses": {"queued": ["sent"]}}],
    "gaps": ["suppression lists"],
}

ANSWERS: list[Any] = [
    pytest.param(Session, SESSION, id="session"),
    pytest.param(
        Session,
        SESSION | {"stats": {"requests": 12, "webhooks": 4, "errors": 0}},
        id="session-with-counts",
    ),
    pytest.param(SessionPage, {"sessions": [SESSION], "nextCursor": "c2"}, id="sessions"),
    pytest.param(
        ClockMoved,
        {
            "at": AT,
            "fired": [{"mirror": "resend", "timer": "deliver", "at": AT, "webhooks": ["a.b"]}],
            "firedCount": 1,
        },
        id="clock-moved",
    ),
    pytest.param(
        RunStarted,
        {
            "runId": "run_9xkp2m",
            "status": "running",
            "sessionId": "ses_a7k2",
            "dashboardUrl": "https://app.mirra.run/runs/run_9xkp2m",
        },
        id="run-started",
    ),
    pytest.param(Run, RUN, id="run"),
    pytest.param(
        Run,
        {
            "runId": "run_9xkp2m",
            "status": "running",
            "progress": {"attempt": 1, "of": 3, "phase": "waiting_for_driver", "graded": 0},
        },
        id="run-in-progress",
    ),
    pytest.param(RunPage, {"runs": [RUN]}, id="runs"),
    pytest.param(
        EventPage,
        {
            "events": [
                {
                    "id": 7,
                    "type": "state.changed",
                    "data": {"entity": "email", "before": None, "after": {"status": "sent"}},
                }
            ],
            "nextAfter": 7,
        },
        id="events",
    ),
    pytest.param(DeliveryPage, {"webhooks": [DELIVERY]}, id="webhooks"),
    pytest.param(ResetDone, {"mirror": "stripe", "seed": "empty", "counts": {}}, id="reset"),
    pytest.param(
        Simulated,
        {
            "event": "invoice.payment_failed",
            "changes": [
                {
                    "entity": "subscription",
                    "entityId": "sub_Qzp",
                    "before": {"status": "active", "ended_at": None},
                    "after": {"status": "past_due", "ended_at": None},
                }
            ],
            "webhooks": [{"type": "invoice.payment_failed", "id": "evt_1"}],
            "result": {"id": "in_1", "next_payment_attempt": None},
        },
        id="simulated",
    ),
    pytest.param(Snapshot, {"snapshotId": "snap_xyz"}, id="snapshot"),
    pytest.param(
        Restored, {"mirror": "resend", "snapshotId": "snap_xyz", "counts": {}}, id="restored"
    ),
    pytest.param(
        State,
        {
            "mirror": "resend",
            "version": "0.3.1",
            "at": AT,
            "state": {"emails": [{"id": "em_abc", "reply_to": None}]},
            "counts": {"emails": 1},
        },
        id="state",
    ),
    pytest.param(Metadata, METADATA, id="metadata"),
    pytest.param(
        Catalog,
        {
            "mirrors": [
                {
                    "name": "resend",
                    "version": "0.3.1",
                    "vendorApiVersion": "2026-04",
                    "description": "Email.",
                    "fixtures": ["empty"],
                }
            ]
        },
        id="catalog",
    ),
    pytest.param(
        ErrorBody,
        {
            "error": {
                "code": "mirra.session.mirror_not_in_catalog",
                "message": "There is no mirror 'github'.",
                "hint": "List the catalog.",
            }
        },
        id="error",
    ),
]

REQUESTS: list[Any] = [
    pytest.param(
        CreateSession,
        {
            "mirrors": ["stripe", "resend", "twilio"],
            "seeds": {"stripe": "subscription-lifecycle"},
            "persistent": False,
            "name": "ci-run-42",
            "timeoutSeconds": 3600,
        },
        id="create-session",
    ),
    pytest.param(MoveClock, {"advance": "3d"}, id="advance-clock"),
    pytest.param(MoveClock, {"to": AT}, id="set-clock"),
    pytest.param(
        CreateRun,
        {
            "scenario": {
                "title": "Welcome mail",
                "criteria": [
                    {"text": "One email is created", "tag": "check"},
                    {"text": "Bounces are handled", "tag": "judge"},
                    {"text": "No errors were logged"},
                ],
                "config": {
                    "mirrors": ["resend"],
                    "fixture": "resend:transactional-busy",
                    "timeout": 60,
                    "runs": 3,
                },
                "setup": "One verified domain.",
                "prompt": "Send it.",
                "expectedBehavior": "It is sent.",
            }
        },
        id="create-run",
    ),
    pytest.param(CreateRun, {"scenarioMarkdown": "# Welcome mail\n"}, id="create-run-markdown"),
    pytest.param(
        FinishRun,
        {"verdicts": [{"criterion": 0, "result": "pass", "explanation": "It is."}]},
        id="finish-run",
    ),
    pytest.param(ResetState, {"seed": "stripe:subscription-lifecycle"}, id="reset-state"),
    pytest.param(ResetState, {}, id="reset-state-to-the-first"),
    pytest.param(TakeSnapshot, {"name": "before"}, id="take-snapshot"),
    pytest.param(RestoreSnapshot, {"snapshotId": "snap_xyz"}, id="restore-snapshot"),
    pytest.param(RetryWebhook, {"deliveryId": "dlv_1"}, id="retry-webhook"),
]

EVENTS: list[Any] = [
    pytest.param(
        "traffic.request_completed",
        {"mirror": "resend", "method": "POST", "path": "/emails", "status": 200, "durationMs": 34},
        id="traffic",
    ),
    pytest.param(
        "webhook.dispatched",
        {"mirror": "resend", "type": "email.sent", "emailId": "em_abc", "signature": "v1,x"},
        id="webhook",
    ),
    pytest.param(
        "state.changed",
        {"entity": "email", "before": {"status": "queued"}, "after": {"status": "sent"}},
        id="state",
    ),
    pytest.param("session.lifecycle", {"action": "reset", "seed": "empty"}, id="lifecycle"),
    pytest.param(
        "evaluation.criterion_graded",
        {"runId": "run_9xkp2m", "index": 0, "result": "pass"},
        id="graded",
    ),
    pytest.param("something.newer", {"any": None}, id="unknown-type"),
]


@pytest.mark.parametrize(("model", "body"), ANSWERS)
def test_an_answer_is_read_and_written_as_it_came(model: type[Wire], body: dict[str, Any]) -> None:
    """Null is kept inside documents, where it means something, and left out elsewhere."""
    written = model.model_validate(body).to_json()
    assert written == _with_defaults(body, written)
    assert model.model_validate(written) == model.model_validate(body)


@pytest.mark.parametrize(("model", "body"), REQUESTS)
def test_a_request_is_read_and_written_as_it_came(model: type[Body], body: dict[str, Any]) -> None:
    assert model.model_validate(body).to_json() == body


@pytest.mark.parametrize(("model", "body"), REQUESTS)
def test_a_misspelt_field_of_a_request_is_refused(model: type[Body], body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model.model_validate(body | {"presistent": True})


@pytest.mark.parametrize(("type", "data"), EVENTS)
def test_an_event_keeps_its_data_as_it_came(type: str, data: dict[str, Any]) -> None:
    body = {"id": 1, "type": type, "data": data}
    assert Event.model_validate(body).to_json() == body


def test_an_unknown_field_of_an_answer_is_ignored() -> None:
    assert Session.model_validate(SESSION | {"region": "eu"}) == Session.model_validate(SESSION)


@pytest.mark.parametrize("key", ["fixtureFile", "fixture_file", "fixture-file"])
def test_config_keys_are_taken_in_each_spelling_and_written_in_camel_case(key: str) -> None:
    config = ScenarioConfig.model_validate({"mirrors": ["resend"], key: "a.json"})
    assert config.fixture_file == "a.json"
    assert config.to_json()["fixtureFile"] == "a.json"


def test_names_are_camel_case_on_the_wire_and_snake_case_here() -> None:
    session = Session.model_validate(SESSION)
    assert session.session_id == "ses_a7k2"
    assert session.created_at == datetime(2026, 4, 22, 18, 2, 14, tzinfo=UTC)
    assert CreateSession(mirrors=["resend"], timeout_seconds=60) == CreateSession.model_validate(
        {"mirrors": ["resend"], "timeoutSeconds": 60}
    )


@pytest.mark.parametrize(
    "body",
    [
        {"mirrors": []},
        {"mirrors": ["resend"], "timeoutSeconds": 0},
        {"mirrors": "resend"},
        {"mirrors": ["resend"], "seeds": ["empty"]},
        {},
    ],
)
def test_a_session_that_cant_be_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CreateSession.model_validate(body)


def _with_defaults(body: Any, written: Any) -> Any:
    """The body with what its models add by themselves, so that the rest can be compared whole."""
    if isinstance(body, dict) and isinstance(written, dict):
        return written | {key: _with_defaults(body[key], written.get(key)) for key in body}
    if isinstance(body, list) and isinstance(written, list):
        return [_with_defaults(one, other) for one, other in zip(body, written, strict=True)]
    return body
