"""What `demo --long` plays besides: one sign-up that four vendors hear of, graded by code."""

from typing import Any

from mirra_mcp.cli.story import Agent, Stumbled

ANN, PHONE, SHOP = "ann@example.com", "+15555550123", "+14155550100"
SCENARIO = """\
# Make a customer of who signs up

## Setup
A Clerk webhook at `{url}` for `user.created`. A Resend account with one verified domain
`mail.acme.com`. A Stripe account with a product named "Pro" at $20.00 a month. A Twilio
account with the phone number `{shop}`.

## Prompt
When somebody signs up with Clerk: welcome them by email, start a subscription with a trial, and
text them.

## Success Criteria
- check: Exactly 1 user is created in the Clerk mirror
- check: Exactly 1 email is created in the Resend mirror
- check: The email's `to` includes `{ann}`
- check: The subscription's status is `trialing`
- check: A message to `{phone}` was delivered
- check: At least 1 `user.created` webhook was received by the handler
- check: No errors were logged

## Config
mirrors: clerk, resend, stripe, twilio
"""


async def sign_up(agent: Agent) -> None:
    """Let Ann sign up, hear of it by webhook, and tell the other three vendors.

    Raises:
        Stumbled: a step did not do what it promised.
    """
    stage = agent.stage
    stage.step("10. Four vendors in one session: Ann signs up with Clerk")
    scenario = SCENARIO.format(url=agent.inbox.url, shop=SHOP, ann=ANN, phone=PHONE)
    run = await agent.call("mirra_scenario_run", markdown=scenario)
    env = {mirror["vendor"]: mirror["env"] for mirror in run["mirrors"]}
    person = {"email": ANN, "firstName": "Ann"}
    await agent.call("mirra_session_simulate", mirror="clerk", event="user.created", params=person)
    webhook = await agent.heard("user.created")
    if not webhook.is_signed_with(env["clerk"]["CLERK_WEBHOOK_SIGNING_SECRET"]):
        raise Stumbled("the webhook's signature doesn't hold")
    user = webhook.payload["data"]
    stage.line("✓", f"Clerk's webhook user.created holds: {user['id']}, {user['first_name']}")

    stage.step("11. Your code welcomes her by Resend, bills her by Stripe and texts her by Twilio")
    letter = {
        "from": "hello@mail.acme.com",
        "to": [user["email_addresses"][0]["email_address"]],
        "subject": "Welcome to Acme",
        "html": "<p>Glad you are here.</p>",
    }
    await _ask(agent, "resend", "POST", "/emails", letter)
    customer = await _ask(agent, "stripe", "POST", "/v1/customers", {"email": ANN})
    (price,) = (await _ask(agent, "stripe", "GET", "/v1/prices", None))["data"]
    plan = {
        "customer": customer["id"],
        "items": [{"price": price["id"]}],
        "trial_period_days": 14,
    }
    await _ask(agent, "stripe", "POST", "/v1/subscriptions", plan)
    account = env["twilio"]["TWILIO_ACCOUNT_SID"]
    text = {"From": SHOP, "To": PHONE, "Body": "Welcome to Acme!"}
    await _ask(agent, "twilio", "POST", f"/2010-04-01/Accounts/{account}/Messages.json", text)
    await agent.call("mirra_session_clock", advance="1 minute")
    told = await agent.call("mirra_run_finish", run=run["runId"], attempt=1)
    stage.line("←", told["summary"])
    if told["satisfactionScore"] != 1:
        missed = [
            each["label"] for each in told["attempts"][0]["criteria"] if each["result"] != "pass"
        ]
        raise Stumbled(f"the score should be 1; not so: {', '.join(missed)}")


async def _ask(agent: Agent, mirror: str, method: str, path: str, body: Any) -> Any:
    """Call a vendor's API through the session; returns the answer's body."""
    given = {} if body is None else {"body": body}
    answer = await agent.call(
        "mirra_session_request", mirror=mirror, method=method, path=path, **given
    )
    if answer["status"] >= 400:
        raise Stumbled(f"{mirror} answered {answer['status']}")
    return answer["body"]
