"""Resend: letters, addresses, dates, automations and what webhooks carry."""

import base64
from typing import Any

from bench.findings.ground import Ground, Mirror, expect, finding

SENDER = "Acme <hello@mail.acme.com>"
MAIL = {"from": SENDER, "to": ["ada@example.org"], "subject": "Hi", "html": "<p>Hi</p>"}


def busy(ground: Ground) -> Mirror:
    """Start a session with a verified domain, mail.acme.com."""
    return ground.start("resend", "transactional-busy")


@finding("E1", "deliveries say what they hold and who sends them")
def headers(ground: Ground) -> None:
    with ground.hearing("resend", "transactional-busy") as (resend, receiver):
        resend.ok("POST", "/emails", MAIL)
        got = receiver.next().headers
        expect(got.get("content-type") == "application/json", got)
        expect("svix" in got.get("user-agent", "").lower(), got)


@finding("E2", "a person is one address, however it is written")
def people(ground: Ground) -> None:
    resend = busy(ground)
    topic = resend.ok("POST", "/topics", {"name": "News", "default_subscription": "opt_in"})["id"]
    resend.ok("POST", "/contacts", {"email": "Bob@Example.org"})
    wanted = {"topics": [{"id": topic, "subscription": "opt_out"}]}
    resend.ok("PATCH", "/contacts/bob@example.org/topics", wanted["topics"])
    told = resend.call("POST", "/emails", {**MAIL, "to": "bob@EXAMPLE.org", "topic_id": topic})
    expect(told.status_code == 422, told.text)


@finding("E3", "a subject is one line")
def subjects(ground: Ground) -> None:
    resend = busy(ground)
    told = resend.refused("POST", "/emails", {**MAIL, "subject": "a\nb"}, 422)
    expect("subject" in told["message"], told)
    resend.refused("POST", "/emails/batch", [{**MAIL, "subject": "a\r\nb"}], 422)


@finding("E4", "addresses and headers are one line and well formed")
def addresses(ground: Ground) -> None:
    resend = busy(ground)
    broken = "Ada\r\nBcc: x@y.com <hello@mail.acme.com>"
    for fields in (
        {"from": broken}, {"to": [broken]}, {"cc": broken}, {"reply_to": broken},
        {"headers": {"X-A": "b\r\nc: d"}}, {"headers": {"X-A\r\nb": "c"}},
        {"from": '"Ada <hello@mail.acme.com>'},
    ):  # fmt: skip
        resend.refused("POST", "/emails", {**MAIL, **fields}, 422)


@finding("E5", "an attachment is what was sent, or refused")
def attachments(ground: Ground) -> None:
    resend = busy(ground)
    for fields in (
        {"content": "a!b?c"},
        {"content": "aGk=", "path": "https://example.org/a.txt"},
        {"path": "nope"},
    ):
        mail = {**MAIL, "attachments": [{"filename": "a.txt", **fields}]}
        resend.refused("POST", "/emails", mail, 422)
    data = base64.b64encode(bytes(range(256))).decode()
    mail = {**MAIL, "attachments": [{"filename": "a.bin", "content": data}]}
    sent = resend.ok("POST", "/emails", mail)["id"]
    (kept,) = resend.ok("GET", f"/emails/{sent}/attachments")["data"]
    expect(ground.plain.get(kept["download_url"]).content == bytes(range(256)), kept)


@finding("E6", "a date is read to its end, or refused")
def dates(ground: Ground) -> None:
    resend = busy(ground)
    for text, means in (
        ("in half an hour", "2026-05-04T12:30"),
        ("day after tomorrow", "2026-05-06T12:00"),
        ("tomorrow at 9am CET", "2026-05-05T07:00"),
        ("tomorrow at 25pm", ""),
    ):
        answer = resend.call("POST", "/emails", {**MAIL, "scheduled_at": text})
        if answer.status_code == 422:
            continue
        at = resend.ok("GET", f"/emails/{answer.json()['id']}")["scheduled_at"]
        expect(means and at.replace(" ", "T").startswith(means), (text, at))


@finding("E7", "a deleted contact is told as `contact`")
def deleted(ground: Ground) -> None:
    resend = busy(ground)
    resend.ok("POST", "/contacts", {"email": "eve@example.org"})
    told = resend.ok("DELETE", "/contacts/eve@example.org")
    expect(told["object"] == "contact" and told["deleted"] is True and "contact" in told, told)


@finding("E8", "metrics, and documents whole")
def documents(ground: Ground) -> None:
    resend = busy(ground)
    resend.ok("GET", "/emails/metrics?start=2026-05-01&end=2026-05-04")
    later = {**MAIL, "scheduled_at": "2026-05-05T12:00:00Z"}
    sent = resend.ok("POST", "/emails", later)["id"]
    moved = resend.ok("PATCH", f"/emails/{sent}", {"scheduled_at": "2026-05-06T12:00:00Z"})
    expect(moved["id"] == sent and moved["object"] == "email", moved)
    expect(resend.ok("POST", f"/emails/{sent}/cancel")["id"] == sent)


@finding("E9", "no refusal is in a library's words")
def words(ground: Ground) -> None:
    resend = busy(ground)
    hook = {"endpoint": "https://a.example/hook", "events": []}
    for path, body in (("/webhooks", hook), ("/emails/batch", [1])):
        answer = resend.call("POST", path, body)
        expect(400 <= answer.status_code < 500, answer.text)
        expect("after validation" not in answer.text and "Input" not in answer.text, answer.text)


def automation(steps: list[Any], edges: list[tuple[str, str]]) -> Any:
    """Return an automation that a `user.joined` starts."""
    start = {"key": "start", "type": "trigger", "config": {"event_name": "user.joined"}}
    joined = [{"from": one, "to": other} for one, other in edges]
    return {"name": "A", "status": "enabled", "steps": [start, *steps], "connections": joined}


@finding("E10", "a reference that leads nowhere is refused when the automation is made")
def references(ground: Ground) -> None:
    resend = busy(ground)
    step = {
        "key": "mark", "type": "contact_update",
        "config": {"first_name": {"var": "contct.first_name"}},
    }  # fmt: skip
    resend.refused("POST", "/automations", automation([step], [("start", "mark")]), 422)


@finding("E11", "a variable without a value falls back")
def fallbacks(ground: Ground) -> None:
    resend = busy(ground)
    made = resend.ok("POST", "/templates", {
        "name": "Hello", "subject": "Hi", "from": SENDER, "html": "<p>Hi {{{NAME}}}</p>",
        "variables": [{"key": "NAME", "type": "string", "fallback_value": "friend"}],
    })["id"]  # fmt: skip
    resend.ok("POST", f"/templates/{made}/publish")
    sent = {"to": "ada@example.org", "from": SENDER, "template": {"id": made, "variables": {}}}
    mail = resend.ok("GET", f"/emails/{resend.ok('POST', '/emails', sent)['id']}")
    expect("Hi friend" in mail["html"], mail["html"])


@finding("E12", "the secret that an app is told verifies what it gets")
def secrets(ground: Ground) -> None:
    with ground.hearing("resend", "transactional-busy") as (resend, receiver):
        resend.ok("POST", "/emails", MAIL)
        got = receiver.next()
        from svix.webhooks import Webhook

        Webhook(resend.env["RESEND_WEBHOOK_SECRET"]).verify(got.body, got.headers)


@finding("E13", "who names no client is refused")
def agents(ground: Ground) -> None:
    resend = busy(ground)
    refused = resend.call("GET", "/domains", user_agent="")
    expect(refused.status_code == 403, refused.text)


@finding("E14", "the log of API calls holds API calls, with the client that made them")
def logs(ground: Ground) -> None:
    resend = busy(ground)
    resend.ok("POST", "/emails", MAIL)
    for each in resend.ok("GET", "/logs")["data"]:
        expect(each["user_agent"], each)
        expect(not each["endpoint"].startswith("/_mirra"), each)
