"""What Resend counts and writes down: usage, metrics, logs, grants.

Source: https://resend.com/docs/api-reference/usage/retrieve-usage
"""

from typing import Any

import httpx
import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import NOBODY, letter, send


def test_usage_counts_recipients_of_the_day_and_the_month(account: Account) -> None:
    send(["delivered+1@resend.dev", "delivered+2@resend.dev"], cc="delivered+3@resend.dev")
    account.simulate(event="email.received")
    usage = plain(resend.Usage.get())
    assert usage["emails"] == {
        "daily": {
            "used": 4,
            "limit": None,
            "sent": 3,
            "received": 1,
            "resets_at": "2026-05-05T00:00:00.000Z",
        },
        "monthly": {
            "used": 4,
            "limit": 50_000,
            "sent": 3,
            "received": 1,
            "resets_at": "2026-06-01T00:00:00.000Z",
        },
    }
    assert usage["rate_limit"] == {"limit": 10, "duration": "1000ms"}
    account.advance("1 day")
    tomorrow = resend.Usage.get()["emails"]
    assert (tomorrow["daily"]["used"], tomorrow["monthly"]["used"]) == (0, 4)
    account.advance("31 days")
    assert resend.Usage.get()["emails"]["monthly"]["used"] == 0


def test_usage_counts_what_the_account_has(account: Account) -> None:
    resend.Domains.create({"name": "acme.com"})
    resend.Contacts.create({"email": "alice@example.com"})
    resend.Segments.create({"name": "VIP"})
    usage = resend.Usage.get()
    assert [usage[name]["used"] for name in ("domains", "contacts", "segments")] == [1, 1, 1]
    assert usage["broadcasts"]["used"] == 0


def test_metrics_count_fates(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/get-metrics (rates: ours)"""
    for to in ("delivered@resend.dev", "bounced@resend.dev", "complained@resend.dev"):
        send(to)
    account.advance("1 minute")
    opened = send()
    account.simulate(event="email.opened", emailId=opened)
    account.simulate(event="email.opened", emailId=opened)
    totals: Any = resend.Emails.metrics()["totals"]
    expected = {
        "sent": 4,
        "delivered": 3,
        "bounced": 1,
        "bounced_permanent": 1,
        "complained": 1,
        "opened": 2,
        "unique_opened": 1,
        "delivery_rate": 0.75,
        "bounce_rate": 0.25,
    }
    assert {name: totals[name] for name in expected} == expected


def test_metrics_are_split_and_narrowed(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/emails/get-metrics"""
    first = send()
    account.advance("1 day")
    send()
    send()
    split = plain(
        resend.Emails.metrics({"metrics": ["sent"], "dimensions": ["period"], "timezone": "UTC"})
    )
    assert split["data"] == [
        {"period": "2026-05-04T00:00:00.000Z", "sent": 1},
        {"period": "2026-05-05T00:00:00.000Z", "sent": 2},
    ]
    assert (split["metrics"], split["granularity"]) == (["sent"], "daily")
    one = resend.Emails.metrics({"email_id": [first]})
    assert one["totals"]["sent"] == 1
    first_day = resend.Emails.metrics({"start_date": "2026-05-04", "end_date": "2026-05-04"})
    assert first_day["totals"]["sent"] == 1
    by_domain = resend.Emails.metrics({"metrics": ["sent"], "dimensions": ["domain"]})
    assert by_domain["data"] == [{"domain_id": None, "domain_name": "resend.dev", "sent": 3}]


@pytest.mark.parametrize(
    "query",
    [
        "metrics=read",
        "granularity=yearly",
        "dimensions=colour",
        "timezone=Mars/Base",
        "start_date=someday",
        "start_date=2026-05-04&end_date=2026-05-01",
        "dimensions=email,broadcast",
    ],
)
def test_metrics_that_do_not_exist_are_refused(account: Account, query: str) -> None:
    """Source: https://resend.com/docs/api-reference/emails/get-metrics (the words are ours)"""
    status, told = account.call("GET", f"/emails/metrics?{query}")
    assert (status, told["name"]) == (422, "validation_error")


def test_every_call_is_in_the_logs(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/logs/list-logs"""
    send()
    account.call("POST", "/emails", letter("nobody"))
    refused, sent = resend.Logs.list()["data"]
    assert (sent["endpoint"], sent["method"], sent["response_status"]) == ("/emails", "POST", 200)
    assert (refused["response_status"], refused["created_at"]) == (422, NOW)
    log = plain(resend.Logs.get(refused["id"]))
    assert (log["object"], log["id"]) == ("log", refused["id"])
    assert log["request_body"]["to"] == "nobody"
    assert log["response_body"]["name"] == "validation_error"


def test_logs_tell_who_called_the_api(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/logs/retrieve-log"""
    account.http.headers["user-agent"] = "app/1.0"
    send(attachments=[{"filename": "a.txt", "content": "aGk="}])
    id = account.state("emails")[0]["id"]
    [file] = account.call("GET", f"/emails/{id}/attachments")[1]["data"]
    for _ in range(5):
        assert httpx.get(file["download_url"]).content == b"hi"
    account.call("GET", "/domains")
    last, before, *_ = resend.Logs.list({"limit": 2})["data"]
    assert (last["endpoint"], last["user_agent"]) == ("/domains", "app/1.0")
    assert before["endpoint"] == f"/emails/{id}/attachments"
    [newer] = resend.Logs.list({"limit": 1, "before": before["id"]})["data"]
    assert newer["endpoint"] in ("/domains", "/logs")


def test_pages_of_logs_go_both_ways(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/pagination"""
    for number in range(5):
        account.call("GET", f"/domains?limit={number + 1}")
    page = resend.Logs.list({"limit": 2})
    assert page["has_more"] is True
    older = resend.Logs.list({"limit": 2, "after": page["data"][1]["id"]})
    newer = resend.Logs.list({"limit": 2, "before": older["data"][0]["id"]})
    assert [each["id"] for each in newer["data"]] == [each["id"] for each in page["data"]]
    missing = refusal(404, "not_found", "Log not found")
    assert account.call("GET", f"/logs/{NOBODY}") == (404, missing)


def test_nobody_granted_anything(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/oauth/list-grants"""
    assert plain(resend.OAuthGrants.list()) == {"object": "list", "has_more": False, "data": []}
    missing = refusal(404, "not_found", "OAuth grant not found")
    assert account.call("DELETE", f"/oauth/grants/{NOBODY}") == (404, missing)
