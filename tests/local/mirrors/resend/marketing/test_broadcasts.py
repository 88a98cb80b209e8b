"""Broadcasts: drafts, schedules, sending, and what is told of them afterwards.

Source: https://resend.com/docs/api-reference/broadcasts/create-broadcast
"""

from typing import Any

import httpx
import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal

HTML = '<p>Hi {{{FIRST_NAME|there}}}! <a href="{{{RESEND_UNSUBSCRIBE_URL}}}">Unsubscribe</a></p>'


def segment_of(*people: dict[str, Any]) -> str:
    """Make a segment of new contacts."""
    group = resend.Segments.create({"name": "Members"})["id"]
    for person in people:
        resend.Contacts.create({**person, "segments": [{"id": group}]})  # type: ignore[typeddict-item]  # spread
    return group


def draft(group: str, **fields: Any) -> str:
    """Make a broadcast of Acme."""
    given: Any = {"from": "Acme <news@acme.com>", "subject": "News", "html": HTML}
    given |= {"segment_id": group, **fields}
    return resend.Broadcasts.create(given)["id"]


def test_a_draft_has_every_documented_field(account: Account) -> None:
    group = segment_of()
    made = resend.Broadcasts.create(
        {
            "from": "Acme <news@acme.com>",
            "subject": "News",
            "segment_id": group,
            "html": HTML,
            "reply_to": "help@acme.com",
            "name": "May news",
            "preview_text": "What is new",
        }
    )
    id = made["id"]
    assert plain(made) == {"object": "broadcast", "id": id}
    full = {
        "object": "broadcast",
        "id": id,
        "name": "May news",
        "audience_id": group,
        "segment_id": group,
        "from": "Acme <news@acme.com>",
        "subject": "News",
        "reply_to": ["help@acme.com"],
        "preview_text": "What is new",
        "status": "draft",
        "created_at": NOW,
        "scheduled_at": None,
        "sent_at": None,
        "topic_id": None,
        "html": HTML,
        "text": None,
    }
    assert plain(resend.Broadcasts.get(id)) == full
    not_listed = ("object", "from", "subject", "reply_to", "preview_text", "html", "text")
    listed = {key: value for key, value in full.items() if key not in not_listed}
    assert plain(resend.Broadcasts.list()) == {
        "object": "list",
        "has_more": False,
        "data": [listed],
    }


def test_the_former_audience_id_still_works(account: Account) -> None:
    group = segment_of()
    id = resend.Broadcasts.create(
        {"from": "news@acme.com", "subject": "News", "audience_id": group, "text": "Hi"}
    )["id"]
    assert resend.Broadcasts.get(id)["segment_id"] == group


@pytest.mark.parametrize(
    ("without", "message"),
    [
        ("from", "Missing `from` field."),
        ("subject", "Missing `subject` field."),
        ("segment_id", "Missing `segment_id` field."),
    ],
)
def test_a_broadcast_needs_sender_subject_and_segment(
    account: Account, without: str, message: str
) -> None:
    body = {"from": "news@acme.com", "subject": "News", "segment_id": segment_of()}
    del body[without]
    assert account.call("POST", "/broadcasts", body) == (
        422,
        refusal(422, "missing_required_field", message),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "acme.com"},
        {"scheduled_at": "in 1 hour"},
        {"send": True, "html": None},
        {"send": True, "scheduled_at": "some day"},
        {"send": True, "scheduled_at": "2020-01-01T00:00:00Z"},
    ],
)
def test_what_makes_no_sense_is_refused(account: Account, wrong: dict[str, Any]) -> None:
    account.verify_domain()
    body = {"from": "news@acme.com", "subject": "News", "segment_id": segment_of(), "html": "Hi"}
    status, answer = account.call("POST", "/broadcasts", body | wrong)
    assert (status, answer["name"]) == (422, "validation_error")
    assert account.state("broadcasts") == []


def test_unknown_segments_and_topics_are_not_found(account: Account) -> None:
    body = {"from": "news@acme.com", "subject": "News", "segment_id": "nobody"}
    assert account.call("POST", "/broadcasts", body)[1]["message"] == "Audience not found"
    body |= {"segment_id": segment_of(), "topic_id": "nothing"}
    assert account.call("POST", "/broadcasts", body)[1]["message"] == "Topic not found"


def test_an_unknown_broadcast_is_not_found(account: Account) -> None:
    id = "559ac32e-9ef5-46fb-82a1-b76b840c0f7b"
    missing = refusal(404, "not_found", "Broadcast not found")
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/send"),
        ("POST", "/cancel"),
        ("POST", "/duplicate"),
        ("GET", "/recipients?type=sent"),
        ("GET", "/clicked-links"),
    ):
        assert account.call(method, f"/broadcasts/{id}{path}") == (404, missing)


def test_a_draft_is_changed_and_then_sent_to_each_subscribed_contact(account: Account) -> None:
    account.verify_domain()
    group = segment_of(
        {"email": "ada@example.com", "first_name": "Ada"},
        {"email": "alan@example.com"},
        {"email": "grace@example.com", "unsubscribed": True},
    )
    id = draft(group)
    updated = resend.Broadcasts.update(
        {"broadcast_id": id, "subject": "For {{{contact.first_name|you}}}", "from": "n@acme.com"}
    )
    assert plain(updated) == {"object": "broadcast", "id": id}
    assert plain(resend.Broadcasts.send({"broadcast_id": id})) == {"id": id}
    assert resend.Broadcasts.get(id)["status"] == "queued"
    account.advance("1 second")
    sent = resend.Broadcasts.get(id)
    assert (sent["status"], sent["sent_at"]) == ("sent", "2026-05-04 13:00:01+00")
    emails = {each["to"][0]: each for each in account.state("emails")}
    assert sorted(emails) == ["ada@example.com", "alan@example.com"]
    ada, alan = emails["ada@example.com"], emails["alan@example.com"]
    assert (ada["subject"], alan["subject"]) == ("For Ada", "For you")
    assert ada["html"].startswith("<p>Hi Ada!")
    assert alan["html"].startswith("<p>Hi there!")
    assert ada["from"] == "n@acme.com"
    account.advance("1 minute")
    told = account.told("email.sent", "email.delivered")
    assert [type for type, _ in told] == ["email.sent"] * 2 + ["email.delivered"] * 2
    assert {data["broadcast_id"] for _, data in told} == {id}


def test_placeholders_take_value_then_fallback_then_the_propertys_own(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/audiences/properties"""
    account.verify_domain()
    resend.ContactProperties.create({"key": "plan", "type": "string", "fallback_value": "free"})
    resend.ContactProperties.create({"key": "BALANCE", "type": "number"})
    group = segment_of(
        {"email": "ada@example.com", "properties": {"plan": "pro", "BALANCE": 5}},
        {"email": "alan@example.com"},
    )
    text = "{{{plan}}} {{{contact.plan|none}}} {{{BALANCE|0}}} {{{EMAIL}}} {{{LAST_NAME}}}|"
    draft(group, html=None, text=text, send=True)
    account.advance("1 second")
    texts = {each["to"][0]: each["text"] for each in account.state("emails")}
    assert texts == {
        "ada@example.com": "pro pro 5 ada@example.com |",
        "alan@example.com": "free none 0 alan@example.com |",
    }


def test_the_unsubscribe_link_works_and_is_a_header_too(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/audiences/managing-unsubscribe-list"""
    account.verify_domain()
    group = segment_of({"email": "ada@example.com"})
    id = draft(group, send=True)
    account.advance("1 second")
    [email] = account.state("emails")
    link = email["html"].partition('href="')[2].partition('"')[0]
    [(_, told)] = account.told("email.sent")
    assert told["headers"] == [
        {"name": "List-Unsubscribe", "value": f"<{link}>"},
        {"name": "List-Unsubscribe-Post", "value": "List-Unsubscribe=One-Click"},
    ]
    assert httpx.post(link, trust_env=False).status_code == 200
    assert resend.Contacts.get(email="ada@example.com")["unsubscribed"] is True
    assert httpx.get(link, trust_env=False).status_code == 200
    assert len(account.told("contact.updated")) == 1
    assert httpx.get(link[:-1], trust_env=False).status_code == 404
    [row] = resend.Broadcasts.recipients(id, {"type": "unsubscribed"})["data"]
    assert row["email"] == "ada@example.com"


def test_a_topic_keeps_those_away_who_opted_out(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/topics/introduction"""
    account.verify_domain()
    topic = resend.Topics.create({"name": "Sales", "default_subscription": "opt_out"})["id"]
    wanting: Any = [{"id": topic, "subscription": "opt_in"}]
    group = segment_of(
        {"email": "ada@example.com", "topics": wanting}, {"email": "alan@example.com"}
    )
    draft(group, topic_id=topic, send=True)
    account.advance("1 second")
    assert [each["to"] for each in account.state("emails")] == [["ada@example.com"]]


def test_a_broadcast_is_scheduled_in_plain_english(account: Account) -> None:
    account.verify_domain()
    group = segment_of({"email": "ada@example.com"})
    id = draft(group)
    resend.Broadcasts.send({"broadcast_id": id, "scheduled_at": "in 2 hours"})
    found = resend.Broadcasts.get(id)
    assert (found["status"], found["scheduled_at"]) == ("scheduled", "2026-05-04 15:00:00+00")
    account.advance("119 minutes")
    assert resend.Broadcasts.get(id)["status"] == "scheduled"
    account.advance("1 minute")
    assert resend.Broadcasts.get(id)["status"] == "queued"
    account.advance("1 second")
    assert resend.Broadcasts.get(id)["status"] == "sent"
    assert len(account.state("emails")) == 1


def test_a_broadcast_is_created_and_scheduled_at_once(account: Account) -> None:
    account.verify_domain()
    id = draft(segment_of(), send=True, scheduled_at="2026-05-05T08:00:00Z")
    assert resend.Broadcasts.get(id)["scheduled_at"] == "2026-05-05 08:00:00+00"


def test_canceling_a_scheduled_broadcast_makes_it_a_draft(account: Account) -> None:
    """Source: https://resend.com/changelog/cancel-broadcast-api"""
    account.verify_domain()
    id = draft(segment_of({"email": "ada@example.com"}), send=True, scheduled_at="in 1 hour")
    assert plain(resend.Broadcasts.cancel(id)) == {"object": "broadcast", "id": id}
    found: Any = resend.Broadcasts.get(id)
    assert (found["status"], found["scheduled_at"]) == ("draft", None)
    account.advance("2 hours")
    assert account.state("emails") == []


def test_canceling_a_queued_broadcast_stops_it_midway(account: Account) -> None:
    """Source: https://resend.com/changelog/cancel-broadcast-api"""
    account.verify_domain()
    rows = "".join(f"n{number}@example.com\n" for number in range(250))
    group = resend.Segments.create({"name": "Many"})["id"]
    resend.Contacts.Imports.create(
        {"file": b"email\n" + rows.encode(), "segments": [{"id": group}]}
    )
    account.advance("2 seconds")
    id = draft(group, send=True)
    account.advance("2 seconds")
    resend.Broadcasts.cancel(id)
    account.advance("1 minute")
    assert resend.Broadcasts.get(id)["status"] == "canceled"
    assert len(account.state("emails")) == 200


def test_who_unsubscribes_while_it_is_queued_gets_none(account: Account) -> None:
    account.verify_domain()
    group = segment_of({"email": "ada@example.com"}, {"email": "alan@example.com"})
    draft(group, send=True)
    resend.Contacts.update({"email": "ada@example.com", "unsubscribed": True})
    resend.Contacts.remove(email="alan@example.com")
    account.advance("1 second")
    assert account.state("emails") == []


def test_only_drafts_are_changed_or_sent_and_sent_ones_stay(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/broadcasts/delete-broadcast"""
    account.verify_domain()
    id = draft(segment_of(), send=True)
    account.advance("1 second")
    for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "/send"), ("POST", "/cancel")):
        status, answer = account.call(method, f"/broadcasts/{id}{path}", {})
        assert (status, answer["name"]) == (422, "validation_error")
    assert resend.Broadcasts.get(id)["status"] == "sent"


def test_deleting_a_draft_or_a_scheduled_broadcast(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/broadcasts/delete-broadcast"""
    account.verify_domain()
    group = segment_of({"email": "ada@example.com"})
    for id in (draft(group), draft(group, send=True, scheduled_at="in 1 hour")):
        assert plain(resend.Broadcasts.remove(id)) == {
            "object": "broadcast",
            "id": id,
            "deleted": True,
        }
    account.advance("2 hours")
    assert (account.state("broadcasts"), account.state("emails")) == ([], [])


def test_a_copy_is_a_draft_named_after_the_original(account: Account) -> None:
    """Source: https://github.com/resend/resend-python/blob/main/resend/broadcasts/_broadcasts.py"""
    account.verify_domain()
    original = draft(segment_of(), name="May", send=True)
    account.advance("1 second")
    copy = resend.Broadcasts.duplicate(original)
    assert plain(copy) == {"object": "broadcast", "id": copy["id"]}
    found: Any = resend.Broadcasts.get(copy["id"])
    assert (found["name"], found["status"], found["sent_at"]) == ("May (copy)", "draft", None)
    assert found["html"] == HTML


def test_the_senders_domain_must_be_verified(account: Account) -> None:
    id = draft(segment_of({"email": "ada@example.com"}))
    status, answer = account.call("POST", f"/broadcasts/{id}/send", {})
    assert (status, answer["name"]) == (403, "validation_error")
    assert "acme.com domain is not verified" in answer["message"]


def test_resend_dev_can_not_send_to_others(account: Account) -> None:
    """Source: https://resend.com/docs/knowledge-base/403-error-resend-dev-domain"""
    group = segment_of({"email": "ada@example.com"})
    id = draft(group, **{"from": "onboarding@resend.dev"})
    assert account.call("POST", f"/broadcasts/{id}/send", {})[0] == 403


def test_recipients_are_told_by_what_happened_to_them(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/broadcasts/list-broadcast-recipients"""
    account.verify_domain()
    people = ("ada@example.com", "alan@example.com", "bounced@resend.dev")
    group = segment_of(*({"email": each} for each in people))
    id = draft(group, send=True)
    account.advance("1 minute")
    contact = resend.Contacts.get(email="ada@example.com")["id"]
    opened, _, _ = sorted(account.state("emails"), key=lambda each: str(each["to"]))
    link = "https://acme.com/news"
    for event in (
        {"event": "email.opened"},
        {"event": "email.opened"},
        {"event": "email.clicked", "link": link},
        {"event": "email.clicked", "link": link},
    ):
        assert account.simulate(**event, emailId=opened["id"])
    sent = resend.Broadcasts.recipients(id, {"type": "sent", "limit": 2})
    first, second = sent["data"]
    assert dict(first) == {
        "id": "b2Zmc2V0OjA",
        "contact_id": contact,
        "email": "ada@example.com",
    }
    assert (second["id"], sent["has_more"]) == ("b2Zmc2V0OjE", True)
    rest = resend.Broadcasts.recipients(id, {"type": "sent", "after": second["id"]})
    assert [each["email"] for each in rest["data"]] == ["bounced@resend.dev"]
    delivered = resend.Broadcasts.recipients(id, {"type": "delivered", "email": "ADA"})
    assert [each["email"] for each in delivered["data"]] == ["ada@example.com"]
    [row] = resend.Broadcasts.recipients(id, {"type": "opened"})["data"]
    assert (row["email"], row["count"]) == ("ada@example.com", 2)
    [row] = resend.Broadcasts.recipients(id, {"type": "clicked"})["data"]
    assert (row["count"], row["clicked_links"]) == (2, [{"url": link, "clicks": 2}])
    [row] = resend.Broadcasts.recipients(id, {"type": "bounced"})["data"]
    assert (row["email"], row["bounce_type"]) == ("bounced@resend.dev", "permanent")
    soft: Any = {"type": "bounced", "bounce_type": "transient"}
    assert resend.Broadcasts.recipients(id, soft)["data"] == []
    assert plain(resend.Broadcasts.clicked_links(id)) == {
        "object": "list",
        "has_more": False,
        "data": [{"id": "b2Zmc2V0OjA", "url": link, "clicks": 2, "unique_clicks": 1}],
    }


def test_recipients_need_a_type_and_bounce_types_belong_to_bounces(account: Account) -> None:
    id = draft(segment_of())
    assert account.call("GET", f"/broadcasts/{id}/recipients") == (
        422,
        refusal(422, "missing_required_field", "Missing `type` field."),
    )
    for query in ("type=read", "type=sent&bounce_type=permanent"):
        assert account.call("GET", f"/broadcasts/{id}/recipients?{query}")[0] == 422
