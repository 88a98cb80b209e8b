"""Topics, and contacts' choices of them.

Source: https://resend.com/docs/api-reference/topics/create-topic
"""

from typing import Any

import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal

NOBODY = "00000000-0000-0000-0000-000000000000"


def test_a_topic_is_created_read_updated_and_deleted(account: Account) -> None:
    made = resend.Topics.create({"name": "Weekly", "default_subscription": "opt_in"})
    id = made["id"]
    assert plain(made) == {"object": "topic", "id": id}
    full = {
        "object": "topic",
        "id": id,
        "name": "Weekly",
        "description": None,
        "default_subscription": "opt_in",
        "visibility": "private",
        "created_at": NOW,
    }
    assert plain(resend.Topics.get(id)) == full
    updated = resend.Topics.update(id, {"name": "Monthly", "description": "Once a month"})
    assert plain(updated) == {"object": "topic", "id": id}
    full |= {"name": "Monthly", "description": "Once a month"}
    assert plain(resend.Topics.list()) == {"object": "list", "has_more": False, "data": [full]}
    assert plain(resend.Topics.remove(id)) == {"object": "topic", "id": id, "deleted": True}
    assert account.call("GET", f"/topics/{id}") == (
        404,
        refusal(404, "not_found", "Topic not found"),
    )


def test_topics_fire_webhooks(account: Account) -> None:
    """Source: https://github.com/resend/resend-python/blob/main/resend/webhooks/_webhook_event.py"""
    id = resend.Topics.create({"name": "Weekly", "default_subscription": "opt_out"})["id"]
    account.advance("1 minute")
    resend.Topics.update(id, {"description": "News"})
    resend.Topics.remove(id)
    created = {
        "id": id,
        "name": "Weekly",
        "description": None,
        "default_subscription": "opt_out",
        "deleted": False,
        "created_at": "2026-05-04T12:00:00.000Z",
        "updated_at": "2026-05-04T12:00:00.000Z",
    }
    updated = created | {"description": "News", "updated_at": "2026-05-04T12:01:00.000Z"}
    assert account.told() == [
        ("topic.created", created),
        ("topic.updated", updated),
        ("topic.deleted", updated | {"deleted": True}),
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"default_subscription": "opt_in"}, "Missing `name` field."),
        ({"name": "Weekly"}, "Missing `default_subscription` field."),
        (
            {"name": "Weekly", "default_subscription": "maybe"},
            "The `default_subscription` field must be one of: `opt_in`, `opt_out`.",
        ),
        (
            {"name": "x" * 51, "default_subscription": "opt_in"},
            "The `name` field must be 50 characters or less.",
        ),
        (
            {"name": "x", "default_subscription": "opt_in", "description": "x" * 201},
            "The `description` field must be 200 characters or less.",
        ),
    ],
)
def test_a_topic_must_be_right(account: Account, body: dict[str, str], message: str) -> None:
    status, answer = account.call("POST", "/topics", body)
    assert (status, answer["message"]) == (422, message)


def test_the_default_subscription_can_not_be_changed(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/topics/update-topic"""
    id = resend.Topics.create({"name": "Weekly", "default_subscription": "opt_out"})["id"]
    assert account.call("PATCH", f"/topics/{id}", {"default_subscription": "opt_in"})[0] == 200
    assert resend.Topics.get(id)["default_subscription"] == "opt_out"


def test_a_contact_has_the_default_until_it_chooses(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/contacts/list-contact-topics"""
    news = resend.Topics.create({"name": "News", "default_subscription": "opt_in"})["id"]
    sales = resend.Topics.create({"name": "Sales", "default_subscription": "opt_out"})["id"]
    contact = resend.Contacts.create({"email": "ada@example.com"})["id"]
    listed = resend.Contacts.Topics.list(email="ada@example.com")
    assert plain(listed) == {
        "object": "list",
        "has_more": False,
        "data": [
            {"id": sales, "name": "Sales", "description": None, "subscription": "opt_out"},
            {"id": news, "name": "News", "description": None, "subscription": "opt_in"},
        ],
    }
    choices: Any = [{"id": sales, "subscription": "opt_in"}]
    updated = resend.Contacts.Topics.update({"id": contact, "topics": choices})
    assert plain(updated) == {
        "object": "contact_topics",
        "id": contact,
        "contact_id": contact,
        "topics": choices,
    }
    listed = resend.Contacts.Topics.list(contact_id=contact)
    assert [each["subscription"] for each in listed["data"]] == ["opt_in", "opt_in"]
    assert account.told("contact.topics.updated") == [
        ("contact.topics.updated", {"email": "ada@example.com", "topics": choices})
    ]


def test_choices_may_come_in_an_object(account: Account) -> None:
    """Source: https://github.com/resend/resend-openapi (UpdateContactTopicsOptions)"""
    topic = resend.Topics.create({"name": "News", "default_subscription": "opt_in"})["id"]
    contact = resend.Contacts.create({"email": "ada@example.com"})["id"]
    body = {"topics": [{"id": topic, "subscription": "opt_out"}]}
    assert account.call("PATCH", f"/contacts/{contact}/topics", body)[0] == 200
    [choice] = resend.Contacts.Topics.list(contact_id=contact)["data"]
    assert choice["subscription"] == "opt_out"


def test_an_unknown_topic_can_not_be_chosen(account: Account) -> None:
    contact = resend.Contacts.create({"email": "ada@example.com"})["id"]
    body = [{"id": NOBODY, "subscription": "opt_out"}]
    assert account.call("PATCH", f"/contacts/{contact}/topics", body) == (
        404,
        refusal(404, "not_found", "Topic not found"),
    )
