"""A support chat between web and SMS, by both SDKs in real frameworks, played and graded over MCP.

Source: https://www.twilio.com/docs/conversations/conversations-webhooks
"""

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
import uvicorn

from tests.server.conftest import Agent
from tests.server.support_chat.app import desk

pytestmark = [pytest.mark.anyio]

HERE = Path(__file__).parent
NODE = shutil.which("node")
SDKS = Path(os.environ.get("NODE_SDKS", "/nowhere"))
HAS_SDKS = bool(NODE) and (SDKS / "node_modules/twilio").is_dir() and (SDKS / "express").is_dir()
CUSTOMER = "+15555550123"
REDACTED = 'No conversation message contains "4242"'
SCENARIO = f"""# Support Chat

## Setup
The fixture has the thread of the agent and the customer.

## Prompt
Answer who writes; card numbers never reach the conversation.

## Success Criteria
- check: {REDACTED}
- check: A conversation message contains "[redacted]"
- check: Exactly 4 conversation messages were created
- check: Exactly 2 SMS were sent to {CUSTOMER}
- check: A message contains "looking into it"
- check: The webhook signature was verified
- check: No errors were logged

## Config
mirrors: twilio
fixture: support-chat
"""


@contextmanager
def starlette(env: dict[str, str], *, redacts: bool) -> Iterator[None]:
    """Serve the Starlette application."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = desk(env, url, redacts=redacts)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield
        server.should_exit = True
        thread.join(5)


@contextmanager
def express(env: dict[str, str], *, redacts: bool) -> Iterator[None]:
    """Serve the Express application."""
    given = {**os.environ, **env, "REDACTS": "yes" if redacts else "no"}
    served = [str(NODE), str(HERE / "app.mjs")]
    with subprocess.Popen(served, env=given, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        yield
        process.terminate()


async def play(agent: Agent, serve: Any, *, redacts: bool) -> list[str]:
    """Let the customer text and the agent write; return the criteria that failed."""
    begun = await agent.call("mirra_scenario_run", markdown=SCENARIO, timeout_seconds=600)
    (mirror,) = begun["mirrors"]
    session = begun["sessionId"]

    async def simulate(event: str, **params: Any) -> None:
        given = {"event": event, "params": params, "session": session}
        await agent.call("mirra_session_simulate", **given)
        await agent.call("mirra_session_clock", session=session, advance="10s")

    with serve(mirror["env"], redacts=redacts):
        with anyio.fail_after(60):
            await simulate("message.received", body="Where is my order?", **{"from": CUSTOMER})
            await simulate(
                "message.received", body="My card is 4242 4242 4242 4242.", **{"from": CUSTOMER}
            )
    done = await agent.call("mirra_run_finish", run=begun["runId"])
    (attempt,) = done["attempts"]
    return [each["label"] for each in attempt["criteria"] if each["result"] != "pass"]


@pytest.mark.parametrize(
    "serve",
    [
        starlette,
        pytest.param(
            express, marks=pytest.mark.skipif(not HAS_SDKS, reason="NODE_SDKS has no twilio")
        ),
    ],
)
async def test_a_chat_between_web_and_sms_is_redacted(
    agent: Agent, serve: Callable[..., Any]
) -> None:
    assert await play(agent, serve, redacts=True) == []
    assert await play(agent, serve, redacts=False) == [
        REDACTED,
        'A conversation message contains "[redacted]"',
    ]
