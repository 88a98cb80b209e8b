"""What an agent and a newcomer meet on their way."""

import json
import re
from pathlib import Path

from mcp import Client

from bench.findings.ground import Ground, Mirror, expect, finding
from bench.findings.mcp import asked
from bench.findings.stripe import subscribed
from mirra_mcp.server.answers import size
from tests.local.receiver import Reply, receiving

ROOT = Path(__file__).parent.parent.parent


@finding("U1", "the same experiment after a restore gives the same result")
def experiments(ground: Ground) -> None:
    stripe = ground.start("stripe")
    subscribed(stripe)
    kept = ground.control("POST", f"{stripe.path}/snapshot", {})
    counts = []
    for _ in range(3):
        stripe.advance("70d")
        counts.append(len(stripe.ok("GET", "/v1/invoices?limit=100")["data"]))
        ground.control("POST", f"{stripe.path}/restore", {"snapshotId": kept["snapshotId"]})
    expect(len(set(counts)) == 1, counts)


def hook(ground: Ground, status: int = 400) -> tuple[Mirror, str]:
    """Start a session whose app refuses one delivery; return it and the session's id."""
    with receiving() as receiver:
        stripe = ground.start("stripe", webhooks={"stripe": receiver.url})
        receiver.answers.append(Reply("no signatures found", status))
        stripe.ok("POST", "/v1/customers", {"name": "Ada"})
        receiver.next()
        while not stripe.deliveries()[0]["attempts"]:
            pass
    return stripe, str(stripe.session["sessionId"])


@finding("U2", "redelivery is in the webhooks tool, and `/_mirra/*` speaks JSON for every vendor")
def redelivery(ground: Ground) -> None:
    with receiving() as receiver:
        stripe = ground.start("stripe", webhooks={"stripe": receiver.url})
        stripe.ok("POST", "/v1/customers", {"name": "Ada"})
        receiver.next()
        session = {"session": stripe.session["sessionId"]}
        delivery = stripe.deliveries()[0]["deliveryId"]

        async def ask(agent: Client) -> None:
            one = session | {"delivery": delivery, "send": "again"}
            told = await agent.call_tool("mirra_session_webhooks", one)
            expect(not told.is_error, told)
            wanted = {"method": "POST", "path": "/_mirra/webhooks/retry"}
            body = {"body": {"deliveryId": delivery}}
            told = await agent.call_tool("mirra_session_request", session | wanted | body)
            expect(told.structured_content["status"] == 200, told)

        asked(ground, ask)


@finding("U3", "moving the clock tells deliveries and what receivers answered")
def deliveries(ground: Ground) -> None:
    with receiving() as receiver:
        stripe = ground.start("stripe", webhooks={"stripe": receiver.url})
        receiver.answers.extend([400, 400])
        stripe.ok("POST", "/v1/customers", {"name": "Ada"})
        receiver.next()
        while not stripe.deliveries()[0]["attempts"]:
            pass
        told = stripe.advance("1h")["deliveries"]
        expect([each["responseStatus"] for each in told] == [400], told)


@finding("U4", "a refused delivery tells what the app answered, and what to look at")
def refusals(ground: Ground) -> None:
    _, session = hook(ground)

    async def ask(agent: Client) -> None:
        told = await agent.call_tool("mirra_session_webhooks", {"session": session})
        row = told.structured_content["webhooks"][0]
        expect("no signatures found" in row["tries"][0] and row.get("why"), row)

    asked(ground, ask)


@finding("U5", "one call registers the app's endpoint, and the told secret verifies what comes")
def secrets(ground: Ground) -> None:
    import stripe as sdk
    from svix.webhooks import Webhook

    with receiving() as one, receiving() as other:
        urls = {"stripe": one.url, "resend": other.url}
        world = ground.world({"stripe": "empty", "resend": "transactional-busy"}, webhooks=urls)
        world["stripe"].ok("POST", "/v1/customers", {"name": "Ada"})
        got = one.next()
        secret = world["stripe"].env["STRIPE_WEBHOOK_SECRET"]
        sdk.WebhookSignature.verify_header(
            got.body.decode(), got.headers["stripe-signature"], secret, 300
        )
        mail = {"from": "hello@mail.acme.com", "to": "a@example.org", "subject": "x", "text": "x"}
        world["resend"].ok("POST", "/emails", mail)
        got = other.next()
        Webhook(world["resend"].env["RESEND_WEBHOOK_SECRET"]).verify(got.body, got.headers)


@finding("U6", "a draft tells what the world did, and leaves out what was set up")
def drafts(ground: Ground) -> None:
    resend = ground.start("resend", "transactional-busy")
    mail = {"from": "hello@mail.acme.com", "to": "a@example.org", "subject": "x", "text": "x"}
    sent = resend.ok("POST", "/emails", mail)["id"]
    resend.simulate("email.bounced", emailId=sent)
    resend.ok("POST", "/_mirra/state/snapshot", {})
    body = {"sessionId": resend.session["sessionId"]}
    draft = ground.control("POST", "/v1/scenarios/draft", body)["markdown"]
    expect("bounce" in draft and "snapshot" not in draft, draft)
    checks = re.findall(r"^- check: (.*)$", draft, re.MULTILINE)
    expect(len(checks) == len(set(checks)), checks)


@finding("U8", "an API of one's own is a resource in one call, and the toolset is found")
def resources(ground: Ground) -> None:
    with receiving() as receiver:
        receiver.answers.append(Reply('{"now": 1}', 200, "application/json"))
        document = {
            "openapi": "3.0.3", "info": {"title": "Clock", "version": "1"},
            "servers": [{"url": receiver.url}],
            "paths": {"/now": {"get": {
                "operationId": "getTime", "responses": {"200": {"description": "The time"}}}}},
        }  # fmt: skip

        async def found(agent: Client) -> None:
            expect("publishing" in (agent.instructions or ""), agent.instructions)

        async def ask(agent: Client) -> None:
            wanted = {"openapi": document, "install": True}
            made = await agent.call_tool("mirra_resource_create", wanted)
            expect(not made.is_error, made)
            call = {"resource": made.structured_content["resourceId"], "method": "getTime"}
            told = await agent.call_tool("mirra_resource_call", call)
            expect(not told.is_error and '"now"' in json.dumps(told.structured_content), told)

        asked(ground, found)
        asked(ground, ask, toolsets=("all",))


@finding("U9", "two sessions have other ids, and a strange id is told to the agent alone")
def strangers(ground: Ground) -> None:
    one, other = ground.start("stripe", name="bench-a"), ground.start("stripe", name="bench-b")
    ids = [each.ok("POST", "/v1/customers", {"name": "Ada"})["id"] for each in (one, other)]
    expect(ids[0] != ids[1], ids)
    told = other.call("GET", f"/v1/customers/{ids[0]}")
    expect(told.status_code == 404 and "bench-a" not in told.text, told.text)
    expect("bench-a" not in str(told.headers), told.headers)
    log = json.dumps(other.log()[-1])
    expect("bench-a" in log, log)

    async def ask(agent: Client) -> None:
        wanted = {"method": "GET", "path": f"/v1/customers/{ids[0]}", "session": "bench-b"}
        said = (await agent.call_tool("mirra_session_request", wanted)).structured_content
        expect("bench-a" in (said.get("note") or ""), said)

    asked(ground, ask)


@finding("U10", "answers cost half of what they did")
def costs(ground: Ground) -> None:
    stripe = ground.start("stripe")
    subscribed(stripe)
    stripe.advance("70d")
    session = {"session": stripe.session["sessionId"]}

    async def ask(agent: Client) -> None:
        for tool, wanted, most in (
            ("mirra_catalog", {"vendor": "stripe", "about": "events"}, 2500),
            ("mirra_session_webhooks", session, 2450),
            ("mirra_events_read", session | {"limit": 50}, 3000),
            ("mirra_session_state", session, 1600),
        ):
            told = await agent.call_tool(tool, wanted)
            tokens = size(told.structured_content) / 4
            expect(tokens < most * 2, f"{tool}: {tokens} tokens")

    asked(ground, ask)


@finding("U11", "without any client, install shows what it would write, and where")
def installing(ground: Ground) -> None:
    home = ground.folder / "nobody"
    home.mkdir()
    done = ground.command("install", "--print", HOME=str(home), USERPROFILE=str(home), PATH="")
    expect(done.returncode == 0 and "mcpServers" in done.stdout, done.stdout + done.stderr)


@finding("U13", "a stray call with the told keys is refused by the real vendor")
def keys(ground: Ground) -> None:
    world = ground.world({"stripe": "empty", "twilio": "empty"})
    expect("mirra" in world["stripe"].env["STRIPE_SECRET_KEY"])
    text = (ROOT / "docs/embedded.md").read_text(encoding="utf-8")
    expect("SDKs read `STRIPE_API_BASE`" not in text)


@finding("U14", "`previous_attributes` is in `*.updated` alone")
def previous(ground: Ground) -> None:
    stripe = ground.start("stripe")
    paid = {"amount": 100, "currency": "usd", "payment_method": "pm_card_chargeDeclined",
            "confirm": True, "payment_method_types": ["card"]}  # fmt: skip
    stripe.call("POST", "/v1/payment_intents", paid)
    subscribed(stripe)
    for each in stripe.ok("GET", "/v1/events?limit=100")["data"]:
        is_update = each["type"].endswith(".updated")
        expect(is_update or "previous_attributes" not in each["data"], each["type"])


@finding("U15", "the examples are there after an installation")
def examples(ground: Ground) -> None:
    folder = ground.folder / "examples"
    done = ground.command("scenario", "new", "stripe-refund", "--dir", str(folder))
    expect(done.returncode == 0, done.stdout + done.stderr)
    expect((folder / "stripe-refund.md").is_file(), done.stdout)


@finding("U16", "the table of `docs/embedded.md` has every route of a mirror's own")
def tables(ground: Ground) -> None:
    from mirra_mcp.local.kit.admin import VERBS

    text = (ROOT / "docs/embedded.md").read_text(encoding="utf-8")
    for path in VERBS:
        expect(path.replace("/_mirra", "") in text, path)
