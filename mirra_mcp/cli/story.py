"""What `demo` plays: an agent works with the Resend mirror, over a real MCP connection."""

import dataclasses
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.to_thread
import click
import httpx
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult

from mirra_mcp.cli.failures import CommandFailed
from mirra_mcp.cli.receiver import Received, Receiver, receiver
from mirra_mcp.cli.running import quiet_environment

LONGEST, PATIENCE = 120.0, 30.0
"""Seconds after which the play, and one step of it, are called off."""
PROTOCOL = "2026-07-28"
"""Said, not asked for: where a server starts slowly, a client that asks takes an old one."""
WIDTH = 110
EMAIL = {
    "from": "hello@mail.acme.com",
    "to": ["alice@example.com"],
    "subject": "Welcome",
    "html": "<p>Glad you are here.</p>",
}
SCORE = 0.88
"""Seven of eight gradings."""
WRONG = EMAIL | {"from": "noreply@mail.acme.com"}
SCENARIO = """\
# Welcome a new user

## Prompt
Alice has signed up as alice@example.com. Send her one welcome email.

## Success Criteria
- check: Exactly 1 email is sent
- check: The email's `from` is `hello@mail.acme.com`
- check: The email's `to` includes `alice@example.com`
- check: No errors were logged

## Config
mirrors: resend
fixture: transactional-busy
runs: 2
"""


class Stumbled(Exception):
    """A step did not do what it promised."""


class Stage:
    """Where the play is seen: line by line on a terminal, or as one document at its end."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._steps: list[dict[str, Any]] = []
        self._began = time.perf_counter()

    def step(self, title: str) -> None:
        """Begin a step."""
        self._steps.append({"title": title, "lines": []})
        if not self._as_json:
            click.echo(f"\n{click.style(title, bold=True)}")

    def line(self, mark: str, text: str) -> None:
        """Show what was sent, came back or was found."""
        self._steps[-1]["lines"].append(f"{mark} {text}")
        if not self._as_json:
            color = {"→": "cyan", "←": "green", "✓": "green", "✗": "red"}.get(mark)
            click.echo(f"   {click.style(mark, fg=color)} {text}")

    def close(self) -> None:
        """Tell how long it took, and what comes next."""
        seconds = round(time.perf_counter() - self._began, 1)
        if self._as_json:
            click.echo(json.dumps({"seconds": seconds, "steps": self._steps}))
            return
        click.echo(f"\nAll of that took {seconds} s. Yours: ", nl=False)
        click.echo("'mirra-mcp install' gives it to your IDE, 'mirra-mcp --help' tells the rest.")


Sequel = Callable[["Agent"], Awaitable[None]]


def play(*, as_json: bool, sequel: Sequel | None = None) -> None:
    """Play the whole session, and what follows it.

    Raises:
        CommandFailed: a step failed.
    """
    stage = Stage(as_json=as_json)
    try:
        with receiver() as inbox, tempfile.TemporaryDirectory() as folder:
            anyio.run(_play, stage, inbox, folder, sequel)
    except BaseExceptionGroup as group:
        problem: BaseException = group
        while isinstance(problem, BaseExceptionGroup):
            problem = problem.exceptions[0]
        raise _failure(problem) from group
    except (Stumbled, OSError, TimeoutError, httpx.HTTPError) as problem:
        raise _failure(problem) from problem
    stage.close()


def _failure(problem: BaseException) -> CommandFailed:
    if isinstance(problem, KeyboardInterrupt | BrokenPipeError):
        raise problem
    said = str(problem) or f"nothing happened within {LONGEST:.0f} seconds"
    return CommandFailed(f"The demo stopped: {said}", "'mirra-mcp doctor' looks for the cause.")


async def _play(stage: Stage, inbox: Receiver, folder: str, sequel: Sequel | None) -> None:
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "mirra_mcp"], env=quiet_environment(folder)
    )
    with anyio.fail_after(LONGEST):
        stage.step("1. An IDE starts the server and shakes hands")
        stage.line("$", "mirra-mcp")
        async with Client(command, mode=PROTOCOL) as client:
            tools = (await client.list_tools()).tools
            stage.line("←", f"protocol {client.protocol_version}, {len(tools)} tools")
            agent = Agent(stage, client, inbox)
            await agent.work()
            if sequel is not None:
                await sequel(agent)


@dataclasses.dataclass
class Agent:
    """Stands in for a coding agent and for the code that it writes."""

    stage: Stage
    client: Client
    inbox: Receiver

    async def work(self) -> None:
        """Do the main job once."""
        session = await self.start()
        secret = await self.register()
        email_id = await self.send(session["mirrors"][0])
        snapshot = await self.bounce(session["sessionId"], email_id)
        await self.verify(secret, email_id)
        await self.bring_back(snapshot, email_id)
        await self.end()
        await self.be_graded()

    async def start(self) -> dict[str, Any]:
        """Start a session; returns it."""
        self.stage.step("2. The agent starts a mirror of Resend; nothing leaves this machine")
        session = await self.call(
            "mirra_session_start", mirrors=["resend"], seeds={"resend": "transactional-busy"}
        )
        mirror = session["mirrors"][0]
        self.stage.line(
            "←", f"{session['sessionId']} {session['status']}, resend@{mirror['version']}"
        )
        for name, value in mirror["env"].items():
            self.stage.line(" ", f"{name}={value}")
        return session

    async def register(self) -> str:
        """Register the receiver; returns the secret that its webhooks are signed with."""
        self.stage.step("3. It registers your webhook endpoint, as your code would with Resend")
        registered = await self.call(
            "mirra_session_request",
            method="POST",
            path="/webhooks",
            body={"endpoint": self.inbox.url, "events": ["email.bounced", "email.delivered"]},
        )
        self.stage.line("←", f"{registered['status']} {_short(registered['body'])}")
        return str(_field(registered["body"], "signing_secret"))

    async def send(self, mirror: dict[str, Any]) -> str:
        """Send the email as an application does; returns its id."""
        self.stage.step("4. Your code sends an email: plain HTTP, with the session's own key")
        return await self.post(mirror, EMAIL)

    async def bounce(self, session_id: str, email_id: str) -> str:
        """Keep the state, let the mail bounce, and be told live; returns the snapshot."""
        self.stage.step("5. The agent keeps this state, then lets the mail bounce and watches live")
        kept = await self.call("mirra_session_snapshot")
        self.stage.line("←", kept["snapshot"])
        log = f"mirra://sessions/{session_id}/events"
        async with self.client.listen(resource_subscriptions=[log]) as updates:
            why = {"type": "hard", "reason": "user not found"}
            done = await self.call(
                "mirra_session_simulate",
                event="email.bounced",
                params={"emailId": email_id, "bounce": why},
            )
            for change in done["changes"]:
                what = f"{change['entity']} {change['entityId']}"
                self.stage.line(
                    "←", f"{what}: {_short(change.get('before'))} → {_short(change['after'])}"
                )
            with anyio.fail_after(PATIENCE):
                update = await anext(aiter(updates))
            self.stage.line("←", f"live: {getattr(update, 'uri', log)} changed")
        return str(kept["snapshot"])

    async def verify(self, secret: str, email_id: str) -> None:
        """Take the webhook from the receiver and check its signature, and that a forgery fails."""
        self.stage.step("6. Your endpoint got the webhook, signed as Resend signs it")
        webhook = await self.next_of(email_id, "email.bounced")
        for name in ("svix-id", "svix-timestamp", "svix-signature"):
            self.stage.line("←", f"{name}: {webhook.headers.get(name)}")
        self.stage.line("←", _short(webhook.payload))
        forged = Received(webhook.headers, webhook.body.replace(b"alice@", b"mallory@"))
        if not webhook.is_signed_with(secret) or forged.is_signed_with(secret):
            raise Stumbled("the webhook's signature doesn't hold")
        self.stage.line("✓", "the signature holds, and a tampered copy is refused")
        await self.show(email_id, "bounced")

    async def bring_back(self, snapshot: str, email_id: str) -> None:
        """Restore the state from before the bounce, and let time pass instead."""
        self.stage.step(
            "7. It brings back the state from before the bounce, and moves the clock instead"
        )
        await self.call("mirra_session_restore", snapshot=snapshot)
        await self.show(email_id, "sent")
        moved = await self.call("mirra_session_clock", advance="1 hour")
        fired = [webhook for timer in moved["fired"] for webhook in timer["webhooks"]]
        self.stage.line("←", f"it is now {moved['at']}; fired: {', '.join(fired) or 'nothing'}")
        await self.show(email_id, "delivered")

    async def end(self) -> None:
        """End the session."""
        self.stage.step("8. It ends the session: ports, memory and state are gone")
        ended = await self.call("mirra_session_end")
        self.stage.line("←", f"{ended['sessionId']} {ended['status']}")

    async def be_graded(self) -> None:
        """Play a scenario's driver twice: the first attempt has a mistake, the second has none."""
        self.stage.step(
            "9. A scenario grades the work: two attempts, the first of them with a mistake"
        )
        for line in (line for line in SCENARIO.splitlines() if line.startswith(("# ", "-"))):
            self.stage.line(" ", line)
        run = await self.call("mirra_scenario_run", markdown=SCENARIO)
        self.stage.line("←", f"{run['summary']} Prompt: {_short(run['prompt'])}")
        for number, email in enumerate((WRONG, EMAIL), start=1):
            await self.post(run["mirrors"][0], email)
            told = await self.call("mirra_run_finish", run=run["runId"], attempt=number)
            attempt = next(each for each in told["attempts"] if each["attempt"] == number)
            for missed in (each for each in attempt["criteria"] if each["result"] != "pass"):
                self.stage.line("✗", f"{missed['label']}: {missed['explanation']}")
            self.stage.line("←", told["summary"])
        if told["satisfactionScore"] != SCORE:
            raise Stumbled(f"the score should be {SCORE}, and is {told['satisfactionScore']}")

    async def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a tool and show the call; returns its structured result."""
        self.stage.line("→", f"{tool} {_short(arguments)}" if arguments else tool)
        result = await self.client.call_tool(tool, arguments)
        assert isinstance(result, CallToolResult)
        if result.is_error:
            told = "".join(getattr(part, "text", "") for part in result.content)
            raise Stumbled(f"{tool}: {json.loads(told)['error']['message']}")
        return result.structured_content or {}

    async def next_of(self, email_id: str, kind: str) -> Received:
        """Wait for the webhook of this type about this email."""
        while webhook := await self.heard(kind):
            if webhook.payload["data"].get("email_id") == email_id:
                break
        return webhook

    async def heard(self, kind: str) -> Received:
        """Wait for the next webhook of a type."""
        while webhook := await anyio.to_thread.run_sync(lambda: self.inbox.next(timeout=PATIENCE)):
            if webhook.payload["type"] == kind:
                return webhook
        raise Stumbled(f"no {kind} webhook arrived within {PATIENCE:.0f} seconds")

    async def show(self, email_id: str, expected: str) -> None:
        """Ask the mirror how the email fares."""
        state = await self.call("mirra_session_state", entity="emails", id=email_id)
        email = state["mirrors"][0]["documents"]["emails"][0]
        self.stage.line(
            "←", f"{email['subject']!r} to {', '.join(email['to'])}: {email['last_event']}"
        )
        if email["last_event"] != expected:
            raise Stumbled(f"the email should be {expected}, and is {email['last_event']}")

    async def post(self, mirror: dict[str, Any], email: dict[str, Any]) -> str:
        """Send an email as an application does; returns its id."""
        key = {"authorization": f"Bearer {mirror['env']['RESEND_API_KEY']}"}
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as http:
            self.stage.line("$", f"POST {mirror['url']}/emails {_short(email)}")
            answer = await http.post(f"{mirror['url']}/emails", json=email, headers=key)
        self.stage.line("←", f"{answer.status_code} {answer.text}")
        return str(_field(answer.json(), "id"))


def _field(body: Any, name: str) -> Any:
    if not isinstance(body, dict) or name not in body:
        raise Stumbled(f"the mirror answered without '{name}': {_short(body)}")
    return body[name]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
