"""Emails that are sent later: when, moved, canceled.

Source: https://resend.com/docs/dashboard/emails/schedule-email
"""

from datetime import UTC, datetime

import pytest
import resend

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.resend.api.scheduling import moment
from tests.local.mirrors.account import NOON
from tests.local.mirrors.resend.client import Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import letter, send

FRIDAY = datetime(2026, 5, 8, 12, 0, 0, 250_000, tzinfo=UTC)


def test_a_scheduled_email_waits_for_its_time(account: Account) -> None:
    id = send(scheduled_at="2026-05-04T12:10:00Z")
    email = resend.Emails.get(id)
    assert (email["last_event"], email["scheduled_at"]) == ("scheduled", "2026-05-04 12:10:00+00")  # type: ignore[typeddict-item]  # the SDK's type lacks it
    account.advance("9m 59s")
    assert [type for type, _ in account.told()] == ["email.scheduled"]
    account.advance("1s")
    assert resend.Emails.get(id)["last_event"] == "sent"
    account.advance("2s")
    assert [type for type, _ in account.told()] == [
        "email.scheduled",
        "email.sent",
        "email.delivered",
    ]


def test_a_scheduled_email_is_moved(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/update-email"""
    id = send(scheduled_at="in 10 minutes")
    moved = resend.Emails.update({"id": id, "scheduled_at": "2026-05-05T12:00:00.000Z"})
    assert plain(moved) == {"object": "email", "id": id}
    account.advance("1 hour")
    email = resend.Emails.get(id)
    assert (email["last_event"], email["scheduled_at"]) == ("scheduled", "2026-05-05 12:00:00+00")  # type: ignore[typeddict-item]  # the SDK's type lacks it
    account.advance("1 day")
    assert resend.Emails.get(id)["last_event"] == "delivered"


def test_a_canceled_email_is_never_sent(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/cancel-email"""
    id = send(scheduled_at="in 10 minutes")
    assert plain(resend.Emails.cancel(id)) == {"object": "email", "id": id}
    account.advance("1 day")
    assert resend.Emails.get(id)["last_event"] == "canceled"
    assert [type for type, _ in account.told()] == ["email.scheduled"]


def test_only_a_scheduled_email_is_moved_or_canceled(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/cancel-email (the words are ours)"""
    id = send()
    for method, path, body in (
        ("PATCH", f"/emails/{id}", {"scheduled_at": "in 1 hour"}),
        ("POST", f"/emails/{id}/cancel", None),
    ):
        status, told = account.call(method, path, body)
        assert (status, told["name"]) == (422, "validation_error")
    wrong = refusal(422, "missing_required_field", "Missing `scheduled_at` field.")
    assert account.call("PATCH", f"/emails/{id}", {}) == (422, wrong)


@pytest.mark.parametrize(
    "when", ["2026-05-04T11:59:59Z", "2026-06-03T12:00:01Z", "in 31 days", "whenever", "now"]
)
def test_the_time_lies_within_the_next_30_days(account: Account, when: str) -> None:
    """Source: https://resend.com/changelog/extended-email-scheduling (the words are ours)"""
    status, told = account.call("POST", "/emails", letter(scheduled_at=when))
    assert (status, told["name"]) == (422, "validation_error")
    assert "`scheduled_at`" in told["message"]
    assert send(scheduled_at="2026-06-03T12:00:00Z")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("in 1 min", "2026-05-08T12:01:00.250Z"),
        ("in 90 seconds", "2026-05-08T12:01:30.250Z"),
        ("in two hours", "2026-05-08T14:00:00.250Z"),
        ("in 1 hour and 30 minutes", "2026-05-08T13:30:00.250Z"),
        ("tomorrow at 9am", "2026-05-09T09:00:00Z"),
        ("tomorrow at 9:30am ET", "2026-05-09T13:30:00Z"),
        ("Monday at 3pm PT", "2026-05-11T22:00:00Z"),
        ("next tuesday at 10:00", "2026-05-12T10:00:00Z"),
        ("May 20 at 8pm", "2026-05-20T20:00:00Z"),
        ("in half an hour", "2026-05-08T12:30:00.250Z"),
        ("day after tomorrow", "2026-05-10T12:00:00Z"),
        ("the day after tomorrow at 8am", "2026-05-10T08:00:00Z"),
        ("tomorrow at 9am CET", "2026-05-09T07:00:00Z"),
        ("tomorrow, 9am", "2026-05-09T09:00:00Z"),
        ("2026-05-08T14:30:00+02:00", "2026-05-08T12:30:00Z"),
        ("2026-05-08T12:00:01", "2026-05-08T12:00:01Z"),
    ],
)
def test_times_are_read_in_plain_english(text: str, at: str) -> None:
    """Source: https://resend.com/changelog/schedule-api-with-natural-language"""
    assert moment(text, FRIDAY) == datetime.fromisoformat(at)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "yesterday",
        "in 2 months",
        "2026-13-01T00:00:00Z",
        "tomorrow at 25pm",
        "tomorrow at 13pm",
        "tomorrow at 25:00",
        "tomorrow at 9:75",
        "tomorrow at 9am XYZ",
        "some day tomorrow",
        "tomorrow or so",
    ],
)
def test_other_times_are_not_read(text: str) -> None:
    """Source: https://resend.com/docs/dashboard/emails/schedule-email"""
    with pytest.raises(VendorError):
        moment(text, FRIDAY)


def test_plain_english_follows_the_clock_of_the_session(account: Account) -> None:
    """Source: https://resend.com/changelog/schedule-api-with-natural-language"""
    account.advance("1 day")
    assert NOON.startswith("2026-05-04")
    email = resend.Emails.get(send(scheduled_at="in 1 hour"))
    assert email["scheduled_at"] == "2026-05-05 13:00:00+00"  # type: ignore[typeddict-item]  # the SDK's type lacks it
