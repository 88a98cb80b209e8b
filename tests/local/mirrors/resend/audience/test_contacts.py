"""Contacts: global, or as members of an audience.

Source: https://resend.com/docs/api-reference/contacts/create-contact and recorded answers in
https://github.com/resend/resend-node
"""

from urllib.parse import urlencode

import pytest
import resend
from resend.exceptions import ResendError

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.resend.client import NOW, Account, plain, refusal

NOBODY = "00000000-0000-0000-0000-000000000000"
NOT_FOUND = refusal(404, "not_found", "Contact not found")


def test_a_contact_is_created_and_read_by_id_and_by_email(account: Account) -> None:
    made = resend.Contacts.create({"email": "ada@example.com"})
    assert plain(made) == {"object": "contact", "id": made["id"]}
    expected: Doc = {
        "object": "contact",
        "id": made["id"],
        "email": "ada@example.com",
        "first_name": None,
        "last_name": None,
        "created_at": NOW,
        "unsubscribed": False,
        "properties": {},
    }
    assert plain(resend.Contacts.get(id=made["id"])) == expected
    assert plain(resend.Contacts.get(email="ada@example.com")) == expected


def test_creating_and_updating_and_deleting_a_contact_fires_webhooks(account: Account) -> None:
    """Source: https://resend.com/docs/webhooks/contacts/updated"""
    group = resend.Segments.create({"name": "Members"})["id"]
    id = resend.Contacts.create({"email": "ada@example.com", "segments": [{"id": group}]})["id"]
    account.advance("1 minute")
    resend.Contacts.update({"id": id, "first_name": "Ada"})
    resend.Contacts.remove(id=id)
    created = {
        "id": id,
        "audience_id": group,
        "segment_ids": [group],
        "created_at": "2026-05-04T12:00:00.000Z",
        "updated_at": "2026-05-04T12:00:00.000Z",
        "email": "ada@example.com",
        "first_name": None,
        "last_name": None,
        "unsubscribed": False,
    }
    updated = created | {"updated_at": "2026-05-04T12:01:00.000Z", "first_name": "Ada"}
    assert account.told() == [
        ("contact.created", created),
        ("contact.updated", updated),
        ("contact.deleted", updated),
    ]


def test_a_contact_without_segments_is_told_without_audience(account: Account) -> None:
    """Source: https://github.com/resend/resend-openapi (ContactEventData)"""
    resend.Contacts.create({"email": "ada@example.com"})
    [(_, data)] = account.told("contact.created")
    assert data["segment_ids"] == []
    assert "audience_id" not in data


def test_creating_the_same_address_again_rewrites_the_contact(account: Account) -> None:
    """Source: https://github.com/akhileshrangani4/teachanything/pull/392"""
    first = resend.Contacts.create(
        {"email": "ada@example.com", "first_name": "Ada", "unsubscribed": True}
    )
    again = resend.Contacts.create({"email": "ada@example.com", "last_name": "Lovelace"})
    assert again["id"] == first["id"]
    found = resend.Contacts.get(id=first["id"])
    assert (found["first_name"], found["last_name"]) == (None, "Lovelace")
    assert found["unsubscribed"] is False
    assert [type for type, _ in account.told()] == ["contact.created", "contact.updated"]


def test_a_contact_is_created_with_properties_segments_and_topics(account: Account) -> None:
    group = resend.Segments.create({"name": "Members"})["id"]
    topic = resend.Topics.create({"name": "News", "default_subscription": "opt_out"})["id"]
    resend.ContactProperties.create({"key": "plan", "type": "string"})
    made = resend.Contacts.create(
        {
            "email": "ada@example.com",
            "properties": {"plan": "pro"},
            "segments": [{"id": group}],
            "topics": [{"id": topic, "subscription": "opt_in"}],
        }
    )
    found = resend.Contacts.get(id=made["id"])
    assert found["properties"] == {"plan": {"value": "pro", "type": "string"}}
    assert [each["id"] for each in resend.Contacts.list(segment_id=group)["data"]] == [made["id"]]
    [choice] = resend.Contacts.Topics.list(contact_id=made["id"])["data"]
    assert choice["subscription"] == "opt_in"


def test_segments_may_be_given_as_bare_ids(account: Account) -> None:
    """Source: https://github.com/resend/resend-openapi (CreateContactOptions)"""
    group = resend.Segments.create({"name": "Members"})["id"]
    body = {"email": "ada@example.com", "segments": [group]}
    assert account.call("POST", "/contacts", body)[0] == 201
    assert len(resend.Contacts.list(segment_id=group)["data"]) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Missing `email` field."),
        ({"email": 5}, "The `email` field must be a `string`."),
        (
            {"email": "nobody"},
            "Invalid `email` field. The email address needs to follow the `email@example.com` or "
            "`Name <email@example.com>` format.",
        ),
        (
            {"email": "ada@example.com", "unsubscribed": "yes"},
            "The `unsubscribed` field must be a `boolean`.",
        ),
    ],
)
def test_a_contact_needs_an_email_address(
    account: Account, body: dict[str, object], message: str
) -> None:
    status, answer = account.call("POST", "/contacts", body)
    assert (status, answer["message"]) == (422, message)
    assert account.state("contacts") == []


def test_unknown_segments_and_topics_are_refused_and_nothing_is_kept(account: Account) -> None:
    for field in (
        {"segments": [{"id": NOBODY}]},
        {"topics": [{"id": NOBODY, "subscription": "opt_in"}]},
    ):
        assert account.call("POST", "/contacts", {"email": "ada@example.com"} | field)[0] == 404
    assert account.state("contacts") == []


def test_a_property_must_exist_and_have_its_type(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/audiences/properties"""
    resend.ContactProperties.create({"key": "age", "type": "number"})
    for properties in ({"plan": "pro"}, {"Age": 5}, {"age": "five"}, {"age": True}):
        body = {"email": "ada@example.com", "properties": properties}
        status, answer = account.call("POST", "/contacts", body)
        assert (status, answer["name"]) == (422, "validation_error")
    assert account.state("contacts") == []


def test_a_null_clears_a_name_and_removes_a_property(account: Account) -> None:
    """Source: https://github.com/resend/resend-node (update-contact.interface.ts)"""
    resend.ContactProperties.create({"key": "plan", "type": "string"})
    resend.ContactProperties.create({"key": "city", "type": "string"})
    id = resend.Contacts.create(
        {
            "email": "ada@example.com",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "properties": {"plan": "pro", "city": "London"},
        }
    )["id"]
    body: Doc = {"first_name": None, "properties": {"plan": None, "city": "Paris"}}
    assert account.call("PATCH", f"/contacts/{id}", body) == (200, {"object": "contact", "id": id})
    found = resend.Contacts.get(id=id)
    assert (found["first_name"], found["last_name"]) == (None, "Lovelace")
    assert found["properties"] == {"city": {"value": "Paris", "type": "string"}}


def test_a_contact_is_updated_and_unsubscribed_by_email(account: Account) -> None:
    resend.Contacts.create({"email": "ada@example.com"})
    resend.Contacts.update({"email": "ada@example.com", "unsubscribed": True})
    assert resend.Contacts.get(email="ada@example.com")["unsubscribed"] is True


def test_a_contact_gets_another_address_that_nobody_has(account: Account) -> None:
    """Source: https://github.com/resend/resend-openapi (UpdateContactOptions)"""
    id = resend.Contacts.create({"email": "ada@example.com"})["id"]
    resend.Contacts.create({"email": "alan@example.com"})
    assert account.call("PATCH", f"/contacts/{id}", {"email": "lovelace@example.com"})[0] == 200
    assert resend.Contacts.get(email="lovelace@example.com")["id"] == id
    assert account.call("PATCH", f"/contacts/{id}", {"email": "alan@example.com"})[0] == 422


def test_a_contact_is_deleted_by_id_or_email(account: Account) -> None:
    ada = resend.Contacts.create({"email": "ada@example.com"})["id"]
    alan = resend.Contacts.create({"email": "alan@example.com"})["id"]
    gone = {"object": "contact", "id": ada, "contact": ada, "deleted": True}
    assert plain(resend.Contacts.remove(id=ada)) == gone
    assert resend.Contacts.remove(email="alan@example.com")["contact"] == alan
    assert account.state("contacts") == []
    assert account.call("GET", f"/contacts/{ada}") == (404, NOT_FOUND)


def test_an_unknown_contact_is_not_found(account: Account) -> None:
    for method in ("GET", "PATCH", "DELETE"):
        body: Doc | None = {} if method == "PATCH" else None
        assert account.call(method, f"/contacts/{NOBODY}", body) == (404, NOT_FOUND)


def test_contacts_are_listed_newest_first_without_their_properties(account: Account) -> None:
    ids = [resend.Contacts.create({"email": f"test.{n}@example.com"})["id"] for n in range(6)][::-1]
    page = resend.Contacts.list(params={"limit": 5})
    assert page["has_more"] is True
    assert [each["id"] for each in page["data"]] == ids[:5]
    assert dict(page["data"][0]) == {
        "id": ids[0],
        "email": "test.5@example.com",
        "first_name": None,
        "last_name": None,
        "created_at": NOW,
        "unsubscribed": False,
    }
    rest = resend.Contacts.list(params={"limit": 5, "after": ids[4]})
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == (ids[5:], False)
    whole = resend.Contacts.list()
    assert (len(whole["data"]), whole["has_more"]) == (6, False)


def test_both_cursors_or_a_wrong_limit_are_refused(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/pagination"""
    id = resend.Contacts.create({"email": "ada@example.com"})["id"]
    for query in ({"after": id, "before": id}, {"limit": 0}, {"limit": 101}, {"limit": "many"}):
        assert account.call("GET", f"/contacts?{urlencode(query)}")[0] == 422


def test_members_of_an_audience_are_seen_only_in_it(account: Account) -> None:
    readers = resend.Segments.create({"name": "Readers"})["id"]
    writers = resend.Segments.create({"name": "Writers"})["id"]
    made = resend.Contacts.create({"email": "ada@example.com", "audience_id": readers})
    assert plain(made) == {"object": "contact", "id": made["id"]}
    assert resend.Contacts.get(readers, email="ada@example.com")["id"] == made["id"]
    with pytest.raises(ResendError, match="Contact not found"):
        resend.Contacts.get(writers, email="ada@example.com")
    updated = resend.Contacts.update(
        {"audience_id": readers, "id": made["id"], "first_name": "Ada"}
    )
    assert plain(updated) == {"object": "contact", "id": made["id"]}
    [listed] = resend.Contacts.list(readers)["data"]
    assert listed["first_name"] == "Ada"


def test_removing_a_member_keeps_the_contact(account: Account) -> None:
    readers = resend.Segments.create({"name": "Readers"})["id"]
    id = resend.Contacts.create({"email": "ada@example.com", "audience_id": readers})["id"]
    removed = resend.Contacts.remove(readers, email="ada@example.com")
    assert plain(removed) == {"object": "contact", "contact": "ada@example.com", "deleted": True}
    with pytest.raises(ResendError, match="Contact not found"):
        resend.Contacts.get(readers, id=id)
    again = resend.Contacts.create({"email": "ada@example.com", "audience_id": readers})
    assert again["id"] == id
    nobody = resend.Contacts.remove(readers, id=NOBODY)
    assert plain(nobody) == {"object": "contact", "contact": NOBODY, "deleted": True}


def test_the_case_of_an_address_does_not_count(account: Account) -> None:
    """Ours: who is `Bob@Example.org` in one place is nobody else in another."""
    id = resend.Contacts.create({"email": "Bob@Example.org"})["id"]
    assert resend.Contacts.create({"email": "bob@example.ORG"})["id"] == id
    assert resend.Contacts.get(email="BOB@example.org")["email"] == "Bob@Example.org"
    other = resend.Contacts.create({"email": "ada@example.org"})["id"]
    taken = account.call("PATCH", f"/contacts/{other}", {"email": "bob@EXAMPLE.org"})
    assert taken[1]["message"] == "A contact with this email already exists."
    assert len(resend.Contacts.list()["data"]) == 2


def test_who_opted_out_is_reached_under_no_spelling(account: Account) -> None:
    """Ours: topics know a recipient however the address is written."""
    account.verify_domain()
    topic = resend.Topics.create({"name": "News", "default_subscription": "opt_in"})["id"]
    resend.Contacts.create({"email": "Bob@Example.org"})
    resend.Contacts.Topics.update(
        {"email": "bob@example.org", "topics": [{"id": topic, "subscription": "opt_out"}]}
    )
    for to in ("Bob@Example.org", "bob@example.org", "Bob <BOB@example.org>"):
        given = {"from": "hi@acme.com", "to": to, "subject": "x", "html": "x", "topic_id": topic}
        status, told = account.call("POST", "/emails", given)
        assert (status, told["message"]) == (422, "The recipient has opted out of the topic.")


def test_events_and_imports_know_a_contact_by_any_spelling(account: Account) -> None:
    """Ours: an event or a row about a contact never makes a second one."""
    resend.Contacts.create({"email": "Bob@Example.org"})
    resend.Automations.create(
        {
            "name": "A",
            "status": "enabled",
            "steps": [{"key": "a", "type": "trigger", "config": {"event_name": "happened"}}],
            "connections": [],
        }
    )
    resend.Events.send({"event": "happened", "email": "bob@example.org", "payload": {}})
    files = {"file": ("c.csv", b"email,first_name\nbob@EXAMPLE.org,Bob\n", "text/csv")}
    assert account.http.post("/contacts/imports", files=files).status_code == 201
    account.advance("1 minute")
    [contact] = resend.Contacts.list()["data"]
    assert (contact["email"], contact["first_name"]) == ("Bob@Example.org", "Bob")
