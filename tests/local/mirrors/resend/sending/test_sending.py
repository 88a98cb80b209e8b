"""Emails that are sent now, and what the API shows of them.

Source: https://resend.com/docs/api-reference/emails/send-email
"""

from typing import Any

import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import NOBODY, TESTER, letter, send


def test_an_email_has_every_documented_field(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/retrieve-email"""
    sent = resend.Emails.send(letter(text="Hello!", reply_to="help@acme.com"))
    assert list(plain(sent)) == ["id"]
    id = sent["id"]
    assert plain(resend.Emails.get(id)) == {
        "object": "email",
        "id": id,
        "message_id": f"<{id}@resend.dev>",
        "to": ["delivered@resend.dev"],
        "from": TESTER,
        "created_at": NOW,
        "subject": "Hello",
        "html": "<p>Hello!</p>",
        "text": "Hello!",
        "bcc": [],
        "cc": [],
        "reply_to": ["help@acme.com"],
        "last_event": "sent",
        "scheduled_at": None,
    }


def test_recipients_come_as_a_string_or_as_a_list(account: Account) -> None:
    several = ["delivered+1@resend.dev", "Bob <delivered+2@resend.dev>"]
    id = send(several, cc="delivered+3@resend.dev", bcc=several)
    email = resend.Emails.get(id)
    assert (email["to"], email["cc"], email["bcc"]) == (
        several,
        ["delivered+3@resend.dev"],
        several,
    )


def test_tags_are_shown_and_told(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/emails/tags"""
    id = send(tags=[{"name": "category", "value": "welcome"}])
    assert resend.Emails.get(id)["tags"] == [{"name": "category", "value": "welcome"}]  # type: ignore[typeddict-item]  # the SDK's type lacks it
    [(_, told)] = account.told("email.sent")
    assert told["tags"] == {"category": "welcome"}


def test_headers_are_told(account: Account) -> None:
    """Source: https://resend.com/docs/webhooks/emails/sent"""
    send(headers={"X-Entity-Ref-ID": "42"})
    [(_, told)] = account.told("email.sent")
    assert told["headers"] == [{"name": "X-Entity-Ref-ID", "value": "42"}]


def test_sending_is_told_at_once(account: Account) -> None:
    """Source: https://resend.com/docs/webhooks/emails/sent"""
    id = send()
    assert account.told() == [
        (
            "email.sent",
            {
                "email_id": id,
                "created_at": "2026-05-04T12:00:00.000Z",
                "from": TESTER,
                "to": ["delivered@resend.dev"],
                "subject": "Hello",
                "message_id": f"<{id}@resend.dev>",
            },
        )
    ]


def test_a_list_shows_emails_newest_first_without_their_bodies(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/list-emails"""
    ids = [send(subject=str(number)) for number in range(3)]
    listed = resend.Emails.list()
    assert [each["id"] for each in listed["data"]] == ids[::-1]
    assert (listed["object"], listed["has_more"]) == ("list", False)
    full = plain(resend.Emails.get(ids[2]))
    for name in ("object", "html", "text"):
        del full[name]
    assert listed["data"][0] == full


def test_pages_go_both_ways(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/pagination"""
    ids = [send() for _ in range(25)][::-1]
    first = resend.Emails.list()
    assert [each["id"] for each in first["data"]] == ids[:20]
    assert first["has_more"] is True
    second = resend.Emails.list({"limit": 4, "after": ids[19]})
    assert [each["id"] for each in second["data"]] == ids[20:24]
    assert second["has_more"] is True
    rest = resend.Emails.list({"limit": 4, "after": ids[23]})
    assert ([each["id"] for each in rest["data"]], rest["has_more"]) == (ids[24:], False)
    back = resend.Emails.list({"limit": 2, "before": ids[20]})
    assert ([each["id"] for each in back["data"]], back["has_more"]) == (ids[18:20], True)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", "1.5"])
def test_a_page_holds_1_to_100(account: Account, limit: str) -> None:
    """Source: https://resend.com/docs/api-reference/pagination"""
    assert account.call("GET", f"/emails?limit={limit}") == (
        422,
        refusal(
            422,
            "validation_error",
            "The pagination limit must be a number between 1 and 100. "
            "See https://resend.com/docs/pagination for more information.",
        ),
    )


def test_a_page_has_one_direction(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/pagination (the words are ours)"""
    id = send()
    status, body = account.call("GET", f"/emails?after={id}&before={id}")
    assert (status, body["name"]) == (422, "validation_error")
    assert account.call("GET", f"/emails?after={NOBODY}")[0] == 404


def test_an_id_is_a_uuid(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    wrong = refusal(422, "invalid_parameter", "The `id` must be a valid UUID.")
    assert account.call("GET", "/emails/none") == (422, wrong)
    missing = refusal(404, "not_found", "Email not found")
    assert account.call("GET", f"/emails/{NOBODY}") == (404, missing)


def test_only_a_verified_domain_may_send(account: Account) -> None:
    """Source: https://github.com/resend/resend-node/issues/455"""
    words = (
        "The acme.com domain is not verified. "
        "Please, add and verify your domain on https://resend.com/domains"
    )
    given = letter("alice@example.com", **{"from": "Acme <hi@acme.com>"})
    refused = (403, refusal(403, "validation_error", words))
    assert account.call("POST", "/emails", given) == refused
    resend.Domains.create({"name": "acme.com"})
    assert account.call("POST", "/emails", given) == refused
    account.simulate(event="domain.verified")
    assert account.call("POST", "/emails", given)[0] == 200
    assert account.call("POST", "/emails", given | {"from": "hi@mail.acme.com"})[0] == 403


def test_the_test_domain_sends_to_the_owner_and_to_test_addresses(account: Account) -> None:
    """Source: https://resend.com/docs/knowledge-base/403-error-resend-dev-domain"""
    words = (
        "You can only send testing emails to your own email address (owner@example.com). To send "
        "emails to other recipients, please verify a domain at resend.com/domains, and change the "
        "`from` address to an email using this domain."
    )
    refused = (403, refusal(403, "validation_error", words))
    assert account.call("POST", "/emails", letter("alice@example.com")) == refused
    both = ["owner@example.com", "alice@example.com"]
    assert account.call("POST", "/emails", letter(both)) == refused
    assert account.call("POST", "/emails", letter(cc="alice@example.com")) == refused
    for owner in ("owner@example.com", "Owner <OWNER@example.com>", "bounced+x@resend.dev"):
        assert account.call("POST", "/emails", letter(owner))[0] == 200


def test_example_addresses_are_accepted(account: Account) -> None:
    """Resend refuses them with 422, so that examples don't bounce; here nothing leaves.

    Source: https://resend.com/docs/dashboard/emails/send-test-emails
    """
    account.verify_domain()
    for to in ("alice@example.com", "bob@test.com"):
        assert send(to, **{"from": "hi@acme.com"})


def test_an_email_to_a_topic_reaches_who_wants_it(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/send-email (`topic_id`)"""
    account.verify_domain()
    topic = resend.Topics.create({"name": "News", "default_subscription": "opt_out"})["id"]
    contact = resend.Contacts.create({"email": "alice@example.com"})["id"]
    resend.Contacts.Topics.update(
        {"id": contact, "topics": [{"id": topic, "subscription": "opt_in"}]}
    )
    given = {"from": "hi@acme.com", "topic_id": topic}
    id = send(["alice@example.com", "bob@example.com"], **given)
    email = resend.Emails.get(id)
    assert (email["to"], email["topic_id"]) == (["alice@example.com"], topic)  # type: ignore[typeddict-item]  # the SDK's type lacks it
    status, body = account.call("POST", "/emails", letter("bob@example.com", **given))
    assert (status, body["name"]) == (422, "validation_error")
    assert account.call("POST", "/emails", letter(topic_id=NOBODY))[0] == 404


def test_a_shared_email_is_seen_without_a_key(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/share-email"""
    id = send()
    shared = plain(resend.Emails.share(id, {"expires_in": "1h"}))
    assert shared == {"object": "email", "id": id, "url": shared["url"]}
    seen = account.control.get(shared["url"], headers={"authorization": ""})
    assert (seen.status_code, seen.text) == (200, "<p>Hello!</p>")
    status, body = account.call("POST", f"/emails/{id}/share", {"expires_in": "3d"})
    assert (status, body["name"]) == (422, "validation_error")


def test_a_template_gives_what_the_email_leaves_out(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/templates/introduction"""
    made = resend.Templates.create(
        {
            "name": "Order",
            "alias": "order",
            "from": TESTER,
            "subject": "Order {{{NUMBER}}}",
            "html": "<p>{{{NUMBER}}} for {{{WHO}}}</p>",
            "variables": [
                {"key": "NUMBER", "type": "number"},
                {"key": "WHO", "type": "string", "fallback_value": "you"},
            ],
        }
    )
    resend.Templates.publish(made["id"])
    given: Any = {
        "to": "delivered@resend.dev",
        "template": {"id": "order", "variables": {"NUMBER": 7}},
    }
    email = resend.Emails.get(resend.Emails.send(given)["id"])
    assert (email["from"], email["subject"]) == (TESTER, "Order 7")
    assert email["html"] == "<p>7 for you</p>"
    assert account.told("email.sent")[0][1]["template_id"] == made["id"]
    status, body = account.call("POST", "/emails", given | {"html": "<p>x</p>"})
    assert (status, body["name"]) == (422, "validation_error")


@pytest.mark.anyio
async def test_the_asynchronous_sdk_works_too(account: Account) -> None:
    """Source: https://github.com/resend/resend-python"""
    sent = await resend.Emails.send_async(letter())
    assert (await resend.Emails.get_async(sent["id"]))["last_event"] == "sent"
