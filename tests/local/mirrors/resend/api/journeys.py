"""A walk through every call of the SDK, each at least once, in an order that makes sense."""

import io
from typing import Any

import resend

from tests.local.mirrors.resend.api.fields import Witness
from tests.local.mirrors.resend.client import Account
from tests.local.mirrors.resend.sending.letters import letter


def through_emails(ask: Witness, account: Account) -> None:
    """Send, schedule, receive, report."""
    file = {"filename": "a.txt", "content": "QQ=="}
    tags = [{"name": "kind", "value": "test"}]
    id = ask(resend.Emails.send, letter(attachments=[file], tags=tags))["id"]
    ask(resend.Emails.get, id)
    later = ask(resend.Emails.send, letter(scheduled_at="in 1 hour", text="Later"))["id"]
    ask(resend.Emails.update, {"id": later, "scheduled_at": "in 2 hours"})
    ask(resend.Emails.cancel, later)
    ask(resend.Emails.share, id)
    ask(resend.Emails.list)
    ask(resend.Batch.send, [letter()])
    permissive: Any = {"batch_validation": "permissive"}
    ask(resend.Batch.send, [letter(), letter("nobody")], permissive)
    [sent] = ask(resend.Emails.Attachments.list, id)["data"]
    ask(resend.Emails.Attachments.get, id, sent["id"])
    told = account.simulate(event="email.received", html="<p>Hi</p>", attachments=[file])
    received = told["result"]["id"]
    ask(resend.Emails.Receiving.get, received)
    ask(resend.Emails.Receiving.list)
    [came] = ask(resend.Emails.Receiving.Attachments.list, received)["data"]
    ask(resend.Emails.Receiving.Attachments.get, received, came["id"])
    ask(resend.Emails.metrics, {"dimensions": ["period", "domain"]})
    account.advance("1 minute")
    account.simulate(event="email.clicked", emailId=id)


def through_the_account(ask: Witness, account: Account, url: str) -> None:
    """Domains, keys, webhooks, suppressions and reports. `url` receives the webhooks."""
    domain = ask(resend.Domains.create, {"name": "acme.com", "tracking_subdomain": "links"})["id"]
    ask(resend.Domains.update, {"id": domain, "open_tracking": True})
    ask(resend.Domains.verify, domain)
    account.advance("1 minute")
    ask(resend.Domains.get, domain)
    ask(resend.Domains.list)
    claimed = ask(resend.Domains.Claims.create, {"name": "other.com"})["domain_id"]
    ask(resend.Domains.Claims.get, claimed)
    ask(resend.Domains.Claims.verify, claimed)
    ask(resend.Domains.remove, claimed)
    key = ask(resend.ApiKeys.create, {"name": "Test"})["id"]
    ask(resend.ApiKeys.update, {"id": key, "name": "Tests"})
    ask(resend.ApiKeys.list)
    ask(resend.ApiKeys.remove, key)
    hook = ask(resend.Webhooks.create, {"endpoint": url, "events": ["email.sent"]})["id"]
    ask(resend.Webhooks.get, hook)
    ask(resend.Webhooks.update, {"webhook_id": hook, "status": "enabled"})
    ask(resend.Webhooks.rotate_signing_secret, hook)
    ask(resend.Webhooks.list)
    resend.Emails.send(letter())
    account.advance("1 minute")
    [event] = ask(resend.Webhooks.list_events, hook)["data"]
    ask(resend.Webhooks.get_event, hook, event["id"])
    ask(resend.Webhooks.list_event_attempts, hook, event["id"])
    ask(resend.Webhooks.replay_event, hook, event["id"])
    ask(resend.Webhooks.remove, hook)
    ask(resend.Suppressions.add, {"email": "alice@example.com"})
    ask(resend.Suppressions.get, "alice@example.com")
    ask(resend.Suppressions.list)
    ask(resend.Suppressions.remove, "alice@example.com")
    ask(resend.Suppressions.Batch.add, {"emails": ["bob@example.com"]})
    ask(resend.Suppressions.Batch.remove, {"emails": ["bob@example.com"]})
    ask(resend.Usage.get)
    ask(resend.Logs.get, ask(resend.Logs.list)["data"][0]["id"])
    ask(resend.OAuthGrants.list)


def through_contacts(ask: Witness, account: Account) -> tuple[str, str]:
    """People, and how they are grouped. Returns a contact and its segment."""
    group = ask(resend.Segments.create, {"name": "Members"})["id"]
    ask(resend.Segments.get, group)
    ask(resend.Segments.list)
    old = ask(resend.Audiences.create, {"name": "Old"})["id"]
    ask(resend.Audiences.get, old)
    ask(resend.Audiences.list)
    ask(resend.Audiences.remove, old)
    field = {"key": "plan", "type": "string", "fallback_value": "free"}
    prop = ask(resend.ContactProperties.create, field)["id"]
    ask(resend.ContactProperties.get, prop)
    ask(resend.ContactProperties.list)
    ask(resend.ContactProperties.update, {"id": prop, "fallback_value": "none"})
    topic = ask(resend.Topics.create, {"name": "News", "default_subscription": "opt_in"})["id"]
    ask(resend.Topics.get, topic)
    ask(resend.Topics.list)
    ask(resend.Topics.update, topic, {"description": "What is new"})
    person = {"email": "alice@example.com", "first_name": "Alice", "properties": {"plan": "pro"}}
    contact = ask(resend.Contacts.create, person)["id"]
    ask(resend.Contacts.update, {"id": contact, "last_name": "Adams"})
    ask(resend.Contacts.get, id=contact)
    ask(resend.Contacts.list)
    both = {"contact_id": contact, "segment_id": group}
    ask(resend.Contacts.Segments.add, both)
    ask(resend.Contacts.Segments.list, {"contact_id": contact})
    ask(resend.Contacts.Segments.remove, both)
    ask(resend.Contacts.Segments.add, both)
    chosen = {"id": contact, "topics": [{"id": topic, "subscription": "opt_out"}]}
    ask(resend.Contacts.Topics.update, chosen)
    ask(resend.Contacts.Topics.list, contact_id=contact)
    table = io.BytesIO(b"email,first_name\nbob@example.com,Bob\n")
    job = ask(resend.Contacts.Imports.create, {"file": table.read()})["id"]
    account.advance("1 minute")
    ask(resend.Contacts.Imports.get, job)
    ask(resend.Contacts.Imports.list)
    ask(resend.Contacts.remove, email="bob@example.com")
    ask(resend.Topics.remove, topic)
    ask(resend.ContactProperties.remove, prop)
    spare = ask(resend.Segments.create, {"name": "Spare"})["id"]
    ask(resend.Segments.update, spare, {"name": "Spare one"})
    ask(resend.Segments.remove, spare)
    return contact, group


def through_campaigns(ask: Witness, account: Account, group: str) -> None:
    """Broadcasts, templates, automations and their events."""
    mail = {
        "from": "Acme <news@acme.com>",
        "subject": "News",
        "html": '<a href="https://a.co">A</a>',
    }
    id = ask(resend.Broadcasts.create, mail | {"segment_id": group})["id"]
    ask(resend.Broadcasts.update, {"broadcast_id": id, "name": "May"})
    copy = ask(resend.Broadcasts.duplicate, id)["id"]
    ask(resend.Broadcasts.send, {"broadcast_id": copy, "scheduled_at": "in 1 hour"})
    ask(resend.Broadcasts.cancel, copy)
    ask(resend.Broadcasts.remove, copy)
    ask(resend.Broadcasts.send, {"broadcast_id": id})
    account.advance("1 minute")
    [sent] = [each for each in account.state("emails") if each["subject"] == "News"]
    account.simulate(event="email.clicked", emailId=sent["id"])
    ask(resend.Broadcasts.get, id)
    ask(resend.Broadcasts.list)
    ask(resend.Broadcasts.recipients, id, {"type": "clicked"})
    ask(resend.Broadcasts.clicked_links, id)
    variables = [{"key": "WHO", "type": "string", "fallback_value": "you"}]
    page = {"name": "Welcome", "html": "<p>Hi {{{WHO}}}</p>", "variables": variables}
    template = ask(resend.Templates.create, page | {"subject": "Hi"})["id"]
    ask(resend.Templates.get, template)
    ask(resend.Templates.list)
    ask(resend.Templates.update, {"id": template, "name": "Welcome!"})
    ask(resend.Templates.publish, template)
    ask(resend.Templates.remove, ask(resend.Templates.duplicate, template)["id"])
    name = "user.created"
    event = ask(resend.Events.create, {"name": name, "schema": {"plan": "string"}})["id"]
    ask(resend.Events.get, event)
    ask(resend.Events.list)
    ask(resend.Events.update, {"identifier": event, "schema": {"plan": "string"}})
    steps = [
        {"key": "start", "type": "trigger", "config": {"event_name": name}},
        {
            "key": "hello",
            "type": "send_email",
            "config": {"template": {"id": template}, "from": "hi@acme.com"},
        },
    ]
    connections = [{"from": "start", "to": "hello", "type": "default"}]
    flow = {"name": "Welcome", "steps": steps, "connections": connections, "status": "enabled"}
    automation = ask(resend.Automations.create, flow)["id"]
    ask(resend.Automations.get, automation)
    ask(resend.Automations.list)
    ask(resend.Automations.update, {"automation_id": automation, "name": "Welcome!"})
    ask(resend.Events.send, {"event": name, "email": "alice@example.com"})
    account.advance("1 minute")
    [run] = ask(resend.Automations.Runs.list, automation)["data"]
    ask(resend.Automations.Runs.get, automation, run["id"])
    ask(resend.Automations.stop, automation)
    ask(resend.Automations.remove, ask(resend.Automations.duplicate, automation)["id"])
    ask(resend.Events.remove, event)
