"""An email integration, written against the official SDK, in either protocol era.

Source: https://resend.com/docs/dashboard/webhooks/introduction
"""

from pathlib import Path
from typing import Any, Literal

import anyio
import mcp.types as t
import pytest
import resend
from mcp import Client
from mcp.shared.subscriptions import ResourceUpdated
from svix.webhooks import Webhook, WebhookVerificationError

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.server.app import build_server
from mirra_mcp.settings import Settings
from tests.local.receiver import Receiver
from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio


@pytest.mark.filterwarnings("ignore:resources/subscribe")  # the older era's way
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_bounce_reaches_handler_and_agent(
    tmp_path: Path,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    mode: Literal["auto", "legacy"],
) -> None:
    send, receive = anyio.create_memory_object_stream[str](1000)

    async def on_message(message: Any) -> None:
        if isinstance(message, t.ResourceUpdatedNotification):
            await send.send(str(message.params.uri))

    with send, receive, LocalMirra(Settings(data_dir=tmp_path)) as local:

        async def connect(token: str | None) -> MirraClient:
            return MirraClient(local.url, local.token)

        server = build_server(connect, Settings())
        async with Client(server, mode=mode, message_handler=on_message) as client:
            agent = Agent(client)
            started = await agent.call(
                "mirra_session_start",
                mirrors=["resend"],
                seeds={"resend": "transactional-busy"},
            )
            env = started["mirrors"][0]["env"]
            monkeypatch.setattr(resend, "api_url", env["RESEND_API_URL"])
            monkeypatch.setattr(resend, "api_key", env["RESEND_API_KEY"])
            uri = f"mirra://sessions/{started['sessionId']}/events"

            def send_email() -> str:
                hook = resend.Webhooks.create(
                    {"endpoint": receiver.url, "events": ["email.sent", "email.bounced"]}
                )
                secrets.append(hook["signing_secret"])
                sent = resend.Emails.send(
                    {
                        "from": "hello@mail.acme.com",
                        "to": ["alice@example.com"],
                        "subject": "Welcome",
                        "html": "<p>Hello</p>",
                    }
                )
                return str(sent["id"])

            secrets: list[str] = []
            email = await anyio.to_thread.run_sync(send_email)
            snapshot = (await agent.call("mirra_session_snapshot"))["snapshot"]
            before = await agent.call("mirra_session_state", entity="emails", id=email)

            async def bounce() -> None:
                bounced = await agent.call(
                    "mirra_session_simulate",
                    event="email.bounced",
                    params={
                        "emailId": email,
                        "bounce": {"type": "hard", "reason": "user not found"},
                    },
                )
                assert [each["type"] for each in bounced["webhooks"]] == [
                    "email.bounced",
                    "suppression.added",
                ]

            with anyio.fail_after(10):
                if mode == "auto":
                    async with client.listen(resource_subscriptions=[uri]) as updates:
                        await bounce()
                        assert await anext(aiter(updates)) == ResourceUpdated(uri=uri)
                else:
                    await client.session.subscribe_resource(uri)
                    await bounce()
                    assert await receive.receive() == uri

            got = [await anyio.to_thread.run_sync(receiver.next) for _ in range(2)]
            assert [each.json["type"] for each in got] == ["email.sent", "email.bounced"]
            for each in got:
                Webhook(secrets[0]).verify(each.body, each.headers)
                with pytest.raises(WebhookVerificationError):
                    Webhook(secrets[0]).verify(each.body + b" ", each.headers)

            log = await agent.call("mirra_events_read", types=["state.changed"])
            changed = [each["data"] for each in log["events"] if each["data"]["entityId"] == email]
            assert changed[-1]["after"]["last_event"] == "bounced"

            await agent.call("mirra_session_restore", snapshot=snapshot)
            after = await agent.call("mirra_session_state", entity="emails", id=email)
            assert after["mirrors"][0]["documents"] == before["mirrors"][0]["documents"]
