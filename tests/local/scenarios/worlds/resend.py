"""Worlds with mail: each a function that plays real calls and returns the ids to speak of."""

from typing import Any

from tests.local.scenarios.check.apps import Handler, subscribe
from tests.local.scenarios.check.stage import HOOK, Stage

Names = dict[str, str]

HTML = (
    '<p class="sent-2026">Hello <b>Alice</b>, your order 1042 is on its way.</p><!-- null -->'
    '<a href="https://acme.com/reset?t=1">Reset</a>'
)


def _domain(stage: Stage) -> Names:
    """Setup: a domain that is verified, and nobody has been written to."""
    made = stage.call("POST", "/domains", {"name": "mail.acme.com"})["id"]
    stage.call("POST", f"/domains/{made}/verify")
    stage.simulate("resend", "domain.updated", domainId=made, status="verified")
    stage.begin()
    return {"domain": made}


def send(stage: Stage, status: int | None = None, **fields: Any) -> str:
    given = {
        "from": "Acme <hello@mail.acme.com>", "to": ["alice@example.com"], "subject": "Welcome",
        "html": HTML, "text": "Hello Alice, your order 1042 is on its way.",
    }  # fmt: skip
    given |= {name.rstrip("_"): value for name, value in fields.items()}
    sent = stage.call(
        "POST", "/emails", {k: v for k, v in given.items() if v is not None}, status=status
    )
    return str(sent.get("id", ""))


def quiet(stage: Stage) -> Names:
    return _domain(stage)


def on_its_way(stage: Stage) -> Names:
    names = _domain(stage)
    return names | {"email": send(stage)}


def delivered(stage: Stage) -> Names:
    names = on_its_way(stage)
    stage.pass_time(10)
    return names


def delivered_in_setup(stage: Stage) -> Names:
    names = delivered(stage)
    stage.begin()
    return names


def opened(stage: Stage) -> Names:
    names = delivered(stage)
    stage.simulate("resend", "email.opened")
    return names


def bounced(stage: Stage) -> Names:
    names = on_its_way(stage)
    stage.simulate("resend", "email.bounced")
    return names


def to_bob(stage: Stage) -> Names:
    names = _domain(stage)
    names |= {"email": send(stage, to=["bob@example.com"])}
    stage.pass_time(10)
    return names


def to_both(stage: Stage) -> Names:
    names = _domain(stage)
    names |= {"email": send(stage)}
    send(stage, to=["bob@example.com"])
    stage.pass_time(10)
    return names


def twice(stage: Stage) -> Names:
    names = delivered(stage)
    send(stage)
    stage.pass_time(10)
    return names


def copied(stage: Stage) -> Names:
    """Bob gets a copy that Alice sees."""
    names = _domain(stage)
    names |= {"email": send(stage, cc=["Bob <bob@example.com>"])}
    stage.pass_time(10)
    return names


def copied_secretly(stage: Stage) -> Names:
    names = _domain(stage)
    names |= {"email": send(stage, bcc=["BOB@example.com"])}
    stage.pass_time(10)
    return names


def in_a_batch(stage: Stage) -> Names:
    names = _domain(stage)
    mails = [
        {"from": "hello@mail.acme.com", "to": [f"{who}@example.com"], "subject": "Hi", "text": "Hi"}
        for who in ("alice", "bob", "carol")
    ]
    answer = stage.call("POST", "/emails/batch", mails)  # type: ignore[arg-type]  # a list
    stage.pass_time(10)
    return names | {"email": answer["data"][0]["id"]}


def scheduled(stage: Stage) -> Names:
    names = _domain(stage)
    return names | {"email": send(stage, scheduled_at="2026-05-05T09:00:00Z")}


def scheduled_later(stage: Stage) -> Names:
    names = _domain(stage)
    return names | {"email": send(stage, scheduled_at="2026-05-06T09:00:00Z")}


def unscheduled(stage: Stage) -> Names:
    names = scheduled(stage)
    stage.call("POST", f"/emails/{names['email']}/cancel")
    return names


def suppressed(stage: Stage) -> Names:
    names = on_its_way(stage)
    stage.simulate("resend", "email.suppressed")
    return names


def spoofed(stage: Stage) -> Names:
    """The display name holds the address that was asked for."""
    names = _domain(stage)
    return names | {"email": send(stage, from_="hello@mail.acme.com <evil@mail.acme.com>")}


def dressed(stage: Stage) -> Names:
    """With tags, headers and plain text only."""
    names = _domain(stage)
    sent = send(
        stage, html=None, tags=[{"name": "category", "value": "welcome"}],
        headers={"List-Unsubscribe": "<https://acme.com/u>"}, reply_to=["help@acme.com"],
    )  # fmt: skip
    return names | {"email": sent}


def tagged_otherwise(stage: Stage) -> Names:
    names = _domain(stage)
    tags = [{"name": "welcome", "value": "category"}]
    return names | {"email": send(stage, text="", html="<p>List-Unsubscribe, 10423</p>", tags=tags)}


def refused(stage: Stage) -> Names:
    names = _domain(stage)
    send(stage, status=403, from_="hello@other.com")
    return names


def first_to_alice(stage: Stage) -> Names:
    """The last one goes to Bob, with another subject."""
    names = _domain(stage)
    names |= {"email": send(stage)}
    stage.pass_time(10)
    send(stage, to=["bob@example.com"], subject="Goodbye")
    stage.pass_time(10)
    return names


def first_to_bob(stage: Stage) -> Names:
    names = _domain(stage)
    send(stage, to=["bob@example.com"], subject="Goodbye")
    stage.pass_time(10)
    names |= {"email": send(stage)}
    stage.pass_time(10)
    return names


def _hook(stage: Stage, *answers: int) -> Names:
    names = _domain(stage)
    waiting = list(answers)
    stage.handler = lambda letter: waiting.pop(0) if waiting else 200
    stage.call("POST", "/webhooks", {"endpoint": HOOK, "events": ["email.sent"]})
    stage.begin()
    return names | {"email": send(stage)}


def told(stage: Stage) -> Names:
    """The handler takes the webhook at once."""
    return _hook(stage)


def told_at_the_second_try(stage: Stage) -> Names:
    names = _hook(stage, 500)
    stage.pass_time(60)
    return names


def never_told(stage: Stage) -> Names:
    names = _hook(stage, *[500] * 50)
    stage.pass_time(600)
    return names


def told_to_nobody(stage: Stage) -> Names:
    return on_its_way(stage)


def contacts(stage: Stage) -> Names:
    names = _domain(stage)
    for who in ("alice", "bob"):
        stage.call("POST", "/contacts", {"email": f"{who}@example.com"})
    stage.begin()
    stage.call("PATCH", "/contacts/bob@example.com", {"unsubscribed": True})
    return names


def contacts_undone(stage: Stage) -> Names:
    names = contacts(stage)
    stage.call("PATCH", "/contacts/bob@example.com", {"unsubscribed": False})
    return names


def contact_made(stage: Stage) -> Names:
    names = _domain(stage)
    stage.call("POST", "/contacts", {"email": "bob@example.com", "first_name": "Bob"})
    return names


def domain_lost(stage: Stage) -> Names:
    made = stage.call("POST", "/domains", {"name": "news.acme.com"})["id"]
    stage.begin()
    stage.call("POST", f"/domains/{made}/verify")
    stage.simulate("resend", "domain.updated", domainId=made, status="verified")
    stage.simulate("resend", "domain.updated", domainId=made, status="failed")
    return {"domain": made}


def domain_verified(stage: Stage) -> Names:
    made = stage.call("POST", "/domains", {"name": "news.acme.com"})["id"]
    stage.begin()
    stage.call("POST", f"/domains/{made}/verify")
    stage.simulate("resend", "domain.updated", domainId=made, status="verified")
    return {"domain": made}


def _watched(stage: Stage, *, verifies: bool) -> Names:
    """A handler of two kinds of webhooks that is tried with forged ones."""
    names = _domain(stage)
    stage.forge()
    handler = Handler()
    stage.handler = handler
    secret = subscribe(stage, "email.sent", "email.delivered")
    handler.secret = secret if verifies else None
    stage.begin()
    return names | {"email": send(stage)}


def verified(stage: Stage) -> Names:
    names = _watched(stage, verifies=True)
    stage.pass_time(10)
    return names


def trusting(stage: Stage) -> Names:
    names = _watched(stage, verifies=False)
    stage.pass_time(10)
    return names


def verified_in_part(stage: Stage) -> Names:
    """Only the first webhook has come."""
    return _watched(stage, verifies=True)


def _keyed(stage: Stage, *keys: str) -> Names:
    names = _domain(stage)
    mail = {
        "from": "hello@mail.acme.com",
        "to": ["alice@example.com"],
        "subject": "Hi",
        "text": ".",
    }
    for key in keys:
        headers = {"idempotency_key": key} if key else {}
        names["email"] = stage.call("POST", "/emails", mail, **headers)["id"]  # type: ignore[arg-type]
    return names


def keyed(stage: Stage) -> Names:
    return _keyed(stage, "one", "two")


def keyed_alike(stage: Stage) -> Names:
    return _keyed(stage, "one", "one")


def keyed_once(stage: Stage) -> Names:
    return _keyed(stage, "one", "")
