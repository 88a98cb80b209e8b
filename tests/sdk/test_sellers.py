"""A marketplace of three sellers from onboarding to the bank, by the SDKs of Python and Node.

The world moves over MCP alone: what happens is simulated, and the clock is advanced.

Source: https://docs.stripe.com/connect/charges
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
import stripe

from tests.server.conftest import Agent

pytestmark = pytest.mark.anyio

Calls = Callable[..., Any]
FEE = 320
"""What Stripe takes of $100."""
NODE = shutil.which("node") or ""
SDK = Path(os.environ.get("NODE_SDKS", "/nowhere")) / "stripe-23.1.0"
NAMES = {"transfers.reversals.create": "transfers.createReversal"}
"""What Node's SDK calls otherwise."""
MANUAL = {"payouts": {"schedule": {"interval": "manual"}}}


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(each.title() for each in rest)


class Python:
    """Calls of Python's SDK."""

    def __init__(self, env: dict[str, str]) -> None:
        base: Any = {"api": env["STRIPE_API_BASE"], "connect": env["STRIPE_API_BASE"]}
        self.client = stripe.StripeClient(
            env["STRIPE_SECRET_KEY"],
            base_addresses=base,
            client_id=env["STRIPE_CLIENT_ID"],
            max_network_retries=0,
        )

    def call(self, path: str, *args: Any, account: str | None = None) -> Any:
        verb: Any = self.client if path.startswith("oauth.") else self.client.v1
        for name in path.split("."):
            verb = getattr(verb, name)
        options: Any = {"stripe_account": account} if account else {}
        return verb(*args, options).to_dict(recursive=True)

    def close(self) -> None:
        """Nothing is left open."""


class Node:
    """Calls of Node's SDK, in a process that makes them as they are asked for."""

    def __init__(self, env: dict[str, str]) -> None:
        host, _, port = env["STRIPE_API_BASE"].removeprefix("http://").rpartition(":")
        place = {"SDK": str(SDK), "STRIPE_HOST": host, "STRIPE_PORT": port}
        self.process = subprocess.Popen(
            [NODE, str(Path(__file__).parent / "sdk_calls.mjs")],
            env={**os.environ, **env, **place},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, path: str, *args: Any, account: str | None = None) -> Any:
        named = [camel(each) for each in NAMES.get(path, path).split(".")]
        options = {"stripeAccount": account} if account else {}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"path": named, "args": [*args, options]}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "result" in answer, answer
        return answer["result"]

    def close(self) -> None:
        """End the process."""
        self.process.communicate(timeout=20)


@pytest.fixture(params=[Python, Node])
def sdk(request: pytest.FixtureRequest) -> Iterator[Callable[[dict[str, str]], Any]]:
    """Return what makes calls with an official SDK."""
    if request.param is Node and not (NODE and SDK.is_dir()):
        pytest.skip("NODE_SDKS names no folder with stripe-23.1.0")
    made: list[Any] = []

    def start(env: dict[str, str]) -> Any:
        made.append(request.param(env))
        return made[-1]

    yield start
    for each in made:
        each.close()


def money(amount: int, **more: Any) -> dict[str, Any]:
    return {"amount": amount, "currency": "usd", **more}


def sale(method: str = "pm_card_bypassPending", **more: Any) -> dict[str, Any]:
    methods = {"enabled": True, "allow_redirects": "never"}
    paid = money(10000, payment_method=method, confirm=True, automatic_payment_methods=methods)
    return {**paid, **more}


async def test_three_sellers_onboard_sell_refund_lose_a_dispute_and_are_paid_out(
    agent: Agent, sdk: Callable[[dict[str, str]], Any]
) -> None:
    started = await agent.call("mirra_session_start", mirrors=["stripe"])
    app = sdk(started["mirrors"][0]["env"])

    async def call(path: str, *args: Any, account: str | None = None) -> Any:
        return await anyio.to_thread.run_sync(partial(app.call, path, *args, account=account))

    async def happens(event: str, **params: Any) -> Any:
        told = await agent.call(
            "mirra_session_simulate", mirror="stripe", event=event, params=params
        )
        return told["result"]

    async def worth(account: str | None) -> int:
        """What an account has, which is what its book adds up to."""
        balance = await call("balance.retrieve", {}, account=account)
        total: int = sum(each["amount"] for each in (*balance["available"], *balance["pending"]))
        lines = await call("balance_transactions.list", {"limit": 100}, account=account)
        assert total == sum(each["net"] for each in lines["data"])
        return total

    async def check() -> None:
        assert {each: await worth(each) for each in expected} == expected

    asked = {name: {"requested": True} for name in ("card_payments", "transfers")}
    custom, express = [
        (await call("accounts.create", {"type": kind, "capabilities": asked, "settings": MANUAL}))[
            "id"
        ]
        for kind in ("custom", "express")
    ]
    for seller in (custom, express):
        await happens("account.onboarded", account=seller)
        assert (await call("accounts.retrieve", seller, {}))["payouts_enabled"] is True
    code = (await happens("oauth.approved", email="eve@example.com"))["code"]
    given = await call("oauth.token", {"grant_type": "authorization_code", "code": code})
    standard = given["stripe_user_id"]
    await call("accounts.update", standard, {"settings": MANUAL})

    direct = await call(
        "payment_intents.create", sale(application_fee_amount=1000), account=standard
    )
    share = {"destination": express}
    destination = await call(
        "payment_intents.create", sale(application_fee_amount=1500, transfer_data=share)
    )
    await call("payment_intents.create", sale(transfer_group="order_7"))
    for seller, part in ((custom, 6000), (express, 2000)):
        await call("transfers.create", money(part, destination=seller, transfer_group="order_7"))
    expected = {
        None: 1000 + (1500 - FEE) + (10000 - FEE - 8000),
        standard: 10000 - FEE - 1000,
        express: 8500 + 2000,
        custom: 6000,
    }
    await check()

    half = {"amount": 5000}
    await call("refunds.create", {**half, "payment_intent": direct["id"]}, account=standard)
    both = {"refund_application_fee": True, "reverse_transfer": True}
    await call("refunds.create", {**half, **both, "payment_intent": destination["id"]})
    expected[standard] -= 5000
    expected[express] -= 5000 - 750
    expected[None] -= 750
    await check()

    lost = await call("payment_intents.create", sale(), account=standard)
    await happens("charge.dispute.created", account=standard, charge=lost["latest_charge"])
    (dispute,) = (await call("disputes.list", {}, account=standard))["data"]
    evidence = {"evidence": {"uncategorized_text": "losing_evidence"}}
    await call("disputes.update", dispute["id"], evidence, account=standard)
    await agent.call("mirra_session_clock", advance="3s")
    closed = await call("disputes.retrieve", dispute["id"], {}, account=standard)
    assert closed["status"] == "lost"
    expected[standard] += (10000 - FEE) - (10000 + 1500)
    await check()

    payouts = {}
    for seller in (custom, express, standard):
        sent = await call("payouts.create", money(expected[seller]), account=seller)
        payouts[seller] = sent["id"]
        expected[seller] = 0
    await happens("payout.failed", account=custom, payout=payouts[custom])
    expected[custom] = 6000
    await agent.call("mirra_session_clock", advance="7 days")
    for seller, status in ((custom, "failed"), (express, "paid"), (standard, "paid")):
        found = await call("payouts.retrieve", payouts[seller], {}, account=seller)
        assert found["status"] == status
    await check()

    client = started["mirrors"][0]["env"]["STRIPE_CLIENT_ID"]
    gone = await call("oauth.deauthorize", {"client_id": client, "stripe_user_id": standard})
    assert gone["stripe_user_id"] == standard
    assert len((await call("accounts.list", {}))["data"]) == 2
