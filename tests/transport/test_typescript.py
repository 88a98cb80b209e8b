"""The client that most hosts are built on gets every answer and every error of every tool.

`NODE_SDKS` names a folder in which npm installed `@modelcontextprotocol/sdk` into `mcp`.
Source: https://github.com/modelcontextprotocol/typescript-sdk
"""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mirra_mcp.server.app import all_cards
from tests.cli.command import command_for, environment, first_line, running

FOLDER = os.environ.get("NODE_SDKS", "/nowhere")
NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("typescript.mjs")

pytestmark = pytest.mark.skipif(
    not (NODE and Path(FOLDER, "mcp", "node_modules").is_dir()),
    reason="NODE_SDKS names no folder with npm's @modelcontextprotocol/sdk",
)

SCENARIO = """# Welcome email

## Prompt
Send alice@example.com a welcome email.

## Success Criteria
- check: Exactly 1 email is created

## Config
mirrors: resend
"""
DOCUMENT = {
    "openapi": "3.0.3",
    "info": {"title": "Clock", "version": "1"},
    "paths": {
        "/now": {"get": {"operationId": "getTime", "responses": {"200": {"description": "-"}}}}
    },
}
EMAIL = {"from": "onboarding@resend.dev", "to": "delivered@resend.dev", "subject": "S", "text": "T"}
OWN = {"resource": "{{own}}"}
STRIPE = {"resource": "resource_stripe_mirror"}


def call(tool: str, keep: dict[str, str] | None = None, /, **arguments: Any) -> dict[str, Any]:
    return {"tool": f"mirra_{tool}", "arguments": arguments, "keep": keep or {}}


GOOD = [
    call("catalog"),
    call("session_start", {"session": "sessionId"}, mirrors=["resend"]),
    call("session_list"),
    call("session_snapshot", {"snapshot": "snapshot"}),
    call("session_request", method="POST", path="/emails", body=EMAIL),
    call("session_state", entity="emails"),
    call("session_simulate", event="email.bounced"),
    call("session_webhooks"),
    call("events_read"),
    call("session_clock", advance="1 hour"),
    call("scenario_draft", title="One mail is sent"),
    call("session_restore", snapshot="{{snapshot}}"),
    call("session_reset"),
    call("session_end", session="{{session}}"),
    call("scenario_check", markdown=SCENARIO),
    call("scenario_run", {"run": "runId"}, markdown=SCENARIO),
    call("run_get", run="{{run}}"),
    call("run_finish", run="{{run}}"),
    call("marketplace_search"),
    call("resource_install", **STRIPE),
    call("installation_list"),
    call("resource_call", **STRIPE, method="GetCustomers"),
    call("resource_uninstall", **STRIPE),
    call(
        "resource_create",
        {"own": "resourceId"},
        name="Clock",
        description="Tells the time.",
        base_url="https://clock.example.com",
        openapi=DOCUMENT,
        authentication="api_key",
    ),
    call("resource_update", **OWN, description="Tells the hour."),
    call("resource_publish", **OWN),
    call("resource_install", **OWN),
    call("resource_authenticate", **OWN, api_key_env="CLOCK_KEY"),
    call("resource_uninstall", **OWN),
    call("resource_metrics", **OWN),
    call("resource_unpublish", **OWN),
    call("resource_delete", **OWN),
]
NO_SESSION = {"session": "ses_nope1"}
NO_RUN = {"run": "run_nope1"}
NO_RESOURCE = {"resource": "resource_nope1"}
REFUSED = [
    call("catalog", vendor="nope"),
    call("session_start", mirrors=["nope"]),
    call("session_list", status="nope"),
    call("session_snapshot", **NO_SESSION),
    call("session_request", **NO_SESSION, method="GET", path="/emails"),
    call("session_state", **NO_SESSION),
    call("session_simulate", **NO_SESSION, event="email.bounced"),
    call("session_webhooks", **NO_SESSION),
    call("events_read", **NO_SESSION),
    call("session_clock", **NO_SESSION),
    call("scenario_draft", **NO_SESSION),
    call("session_restore", **NO_SESSION, snapshot="snap_x"),
    call("session_reset", **NO_SESSION),
    call("session_end", **NO_SESSION),
    call("scenario_check"),
    call("scenario_run", markdown="# Nothing"),
    call("run_get", **NO_RUN),
    call("run_finish", **NO_RUN),
    call("marketplace_search", limit=0),
    call("resource_install", **NO_RESOURCE),
    call("installation_list", nope=1),
    call("resource_call", **NO_RESOURCE, method="GetCustomers"),
    call("resource_uninstall", **NO_RESOURCE),
    call("resource_create", name="Clock"),
    call("resource_update", **NO_RESOURCE, description="-"),
    call("resource_publish", **NO_RESOURCE),
    call("resource_authenticate", **NO_RESOURCE, api_key_env="CLOCK_KEY"),
    call("resource_metrics", **NO_RESOURCE),
    call("resource_unpublish", **NO_RESOURCE),
    call("resource_delete", **NO_RESOURCE),
]


def test_every_tool_is_called_well_and_badly() -> None:
    tools = {card.name for _, _, card in all_cards()}
    for calls in (GOOD, REFUSED):
        assert {each["tool"] for each in calls} == tools


@pytest.mark.parametrize("over", ["stdio", "http"])
def test_every_answer_and_every_error_reaches_the_host(tmp_path: Path, over: str) -> None:
    env = {"CLOCK_KEY": "ck_of_a_test", "MIRRA_TOOLSETS": "all"}
    env["MIRRA_RESOURCE_ENV"] = "CLOCK_KEY@clock.example.com"
    if over == "stdio":
        told = drive(tmp_path, env, *command_for())
    else:
        with running(tmp_path, "serve", "--http", "--port", "0", env=env) as process:
            told = drive(tmp_path, env, first_line(process).split()[-1])

    assert set(told["tools"]) == {card.name for _, _, card in all_cards()}
    good, refused = told["answers"][: len(GOOD)], told["answers"][len(GOOD) :]
    if over == "http":  # a variable of the server's is read for who started it, over stdio
        (only_local,) = (each for each in good if each["tool"] == "mirra_resource_authenticate")
        assert json.loads(only_local["text"])["error"]["code"] == "mirra.marketplace.not_local"
        good.remove(only_local)
    assert [each for each in good if "thrown" in each or each["isError"]] == []
    assert [each for each in refused if "thrown" in each or not each["isError"]] == []
    for each in refused:
        assert all(json.loads(each["text"])["error"][key] for key in ("code", "message", "hint"))


def drive(folder: Path, env: dict[str, str], *server: str) -> dict[str, Any]:
    """Make all the calls in one process of Node; returns the tools' names and the answers."""
    done = subprocess.run(
        [str(NODE), str(SCRIPT), *server],
        env=environment(folder, {**env, "NODE_SDKS": FOLDER}),
        input=json.dumps(GOOD + REFUSED),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told
