"""The accounts that a session can start with.

Source: https://docs.mirra.run/mirrors/resend
"""

from collections import Counter
from collections.abc import Callable

import pytest
import resend

from mirra_mcp.local.mirrors.resend.seeds import FIXTURES
from tests.local.mirrors.resend.client import Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import letter


def test_a_busy_account_has_a_week_of_emails(open_account: Callable[..., Account]) -> None:
    account = open_account("transactional-busy")
    [domain] = resend.Domains.list()["data"]
    assert (domain["name"], domain["status"]) == ("mail.acme.com", "verified")
    emails = account.state("emails")
    fates = Counter(each["last_event"] for each in emails)
    assert sum(fates.values()) == 100
    assert (fates["bounced"], fates["complained"]) == (2, 1)
    assert fates["delivered"] + fates["opened"] + fates["clicked"] > 90
    days = Counter(each["created_at"][:10] for each in emails)
    assert len(days) in (7, 8)
    assert min(days) >= "2026-04-27"
    assert account.told() == []
    totals = resend.Emails.metrics({"start_date": "2026-04-27"})["totals"]
    assert (totals["sent"], totals["bounce_rate"]) == (100, 0.02)
    given = letter("alice@example.com") | {"from": "hello@mail.acme.com"}
    assert account.call("POST", "/emails", given)[0] == 200


def test_an_account_with_bounces_is_suspended(open_account: Callable[..., Account]) -> None:
    """Source: https://resend.com/docs/knowledge-base/account-quotas-and-limits"""
    account = open_account("bounced-domain")
    totals = resend.Emails.metrics()["totals"]
    assert totals["bounce_rate"] > 0.04
    suspended = refusal(403, "suspended_api_key", "This API key is suspended")
    given = letter("alice@example.com") | {"from": "hello@mail.acme.com"}
    assert account.call("POST", "/emails", given) == (403, suspended)
    assert len(resend.Suppressions.list({"origin": "bounce"})["data"]) == totals["bounced"]


def test_an_account_over_its_quota_sends_nothing(open_account: Callable[..., Account]) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    account = open_account("over-quota")
    words = "You have reached your monthly email sending quota."
    refused = (429, refusal(429, "monthly_quota_exceeded", words))
    given = letter("alice@example.com") | {"from": "hello@mail.acme.com"}
    for _ in range(2):
        assert account.call("POST", "/emails", given) == refused
    with pytest.raises(resend.exceptions.RateLimitError, match="monthly email sending quota"):
        resend.Emails.send(given)
    monthly = resend.Usage.get()["emails"]["monthly"]
    assert (monthly["used"], monthly["limit"]) == (3000, 3000)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_is_the_same_each_time(open_account: Callable[..., Account], name: str) -> None:
    """Ours: a fixture is made by the mirror's own verbs on the session's own clock."""
    first, second = open_account(name), open_account(name)
    for entity in ("emails", "domains", "api_keys", "contacts", "suppressions"):
        assert first.state(entity) == second.state(entity), entity


def test_a_reset_brings_back_the_fixture(open_account: Callable[..., Account]) -> None:
    """Ours: with the same key, so that the code under test needs no other."""
    account = open_account("transactional-busy")
    before = account.state("emails"), plain(resend.Usage.get())
    resend.Emails.send(letter())
    account.simulate(event="account.over_quota")
    assert account.http.post("/_mirra/state/reset", json={}).status_code == 200
    assert (account.state("emails"), plain(resend.Usage.get())) == before


def test_a_snapshot_keeps_counters_and_limits(account: Account) -> None:
    """Ours: what a mirror remembers beside its documents comes back with them."""
    resend.Emails.send(letter())
    account.simulate(event="account.suspended")
    taken = account.http.post("/_mirra/state/snapshot", json={}).json()
    account.simulate(event="account.suspended", suspended=False)
    resend.Emails.send(letter())
    id = taken["snapshotId"]
    restored = account.http.post("/_mirra/state/restore", json={"snapshotId": id})
    assert restored.status_code == 200
    assert account.call("POST", "/emails", letter())[0] == 403
    assert resend.Usage.get()["emails"]["monthly"]["sent"] == 1
