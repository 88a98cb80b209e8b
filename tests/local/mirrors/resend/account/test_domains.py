"""Domains and the DNS records that they need.

Source: https://resend.com/docs/api-reference/domains/create-domain
"""

from typing import Any

import pytest
import resend

from tests.local.mirrors.resend.client import NOW, Account, plain, refusal
from tests.local.mirrors.resend.sending.letters import NOBODY, letter

SPF = '"v=spf1 include:amazonses.com ~all"'


def listed(domain: Any) -> list[tuple[str, str, str]]:
    """Return what each record is, where it goes, and its type."""
    return [(each["record"], each["name"], each["type"]) for each in domain["records"]]


def test_a_new_domain_has_the_records_to_set(account: Account) -> None:
    made = plain(resend.Domains.create({"name": "mail.acme.com"}))
    mx, txt, dkim = made.pop("records")
    assert made == {
        "id": made["id"],
        "name": "mail.acme.com",
        "status": "not_started",
        "created_at": NOW,
        "region": "us-east-1",
        "open_tracking": False,
        "click_tracking": False,
        "capabilities": {"sending": "enabled", "receiving": "disabled"},
    }
    common = {"ttl": "Auto", "status": "not_started"}
    back = "feedback-smtp.us-east-1.amazonses.com"
    assert mx == common | {
        "record": "SPF",
        "name": "send.mail",
        "type": "MX",
        "value": back,
        "priority": 10,
    }
    assert txt == common | {"record": "SPF", "name": "send.mail", "type": "TXT", "value": SPF}
    key = dkim.pop("value")
    assert dkim == common | {"record": "DKIM", "name": "resend._domainkey.mail", "type": "TXT"}
    assert key.startswith("p=MIGfMA0GCSqGSIb3DQEB")


def test_a_domain_is_read_listed_and_deleted(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/domains/list-domains"""
    made = plain(resend.Domains.create({"name": "acme.com", "region": "eu-west-1"}))
    id = made["id"]
    assert plain(resend.Domains.get(id)) == {"object": "domain"} | made
    brief = {name: value for name, value in made.items() if name != "records"}
    assert plain(resend.Domains.list()) == {"object": "list", "has_more": False, "data": [brief]}
    assert plain(resend.Domains.remove(id)) == {"object": "domain", "id": id, "deleted": True}
    missing = refusal(404, "not_found", "Domain not found")
    assert account.call("GET", f"/domains/{id}") == (404, missing)


def test_verification_is_pending_and_then_done(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/domains/verify-domain"""
    id = resend.Domains.create({"name": "acme.com"})["id"]
    assert plain(resend.Domains.verify(id)) == {"object": "domain", "id": id}
    assert resend.Domains.get(id)["status"] == "pending"
    account.advance("5s")
    domain = resend.Domains.get(id)
    assert domain["status"] == "verified"
    assert {each["status"] for each in domain["records"] or []} == {"verified"}
    assert [(type, data["status"]) for type, data in account.told()] == [
        ("domain.created", "not_started"),
        ("domain.updated", "pending"),
        ("domain.updated", "verified"),
    ]


def test_records_under_invalid_are_never_found(account: Account) -> None:
    """Ours: RFC 2606 keeps this ending free of records."""
    id = resend.Domains.create({"name": "acme.invalid"})["id"]
    resend.Domains.verify(id)
    account.advance("5s")
    assert resend.Domains.get(id)["status"] == "failed"
    resend.Domains.verify(id)
    assert resend.Domains.get(id)["status"] == "pending"


def test_a_domain_is_told_with_its_records(account: Account) -> None:
    """Source: https://resend.com/docs/webhooks/domains/created"""
    made = plain(resend.Domains.create({"name": "acme.com"}))
    resend.Domains.remove(made["id"])
    told = {
        "id": made["id"],
        "name": "acme.com",
        "status": "not_started",
        "created_at": "2026-05-04T12:00:00.000Z",
        "region": "us-east-1",
        "records": made["records"],
    }
    assert account.told() == [("domain.created", told), ("domain.deleted", told)]


def test_tracking_and_receiving_need_records_of_their_own(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/receiving/custom-domains"""
    id = resend.Domains.create({"name": "acme.com", "custom_return_path": "out"})["id"]
    changed = account.call(
        "PATCH",
        f"/domains/{id}",
        {"open_tracking": True, "tracking_subdomain": "links", "tls": "enforced"}
        | {"capabilities": {"receiving": "enabled"}},
    )
    assert changed == (200, {"object": "domain", "id": id})
    domain: Any = resend.Domains.get(id)
    assert (domain["open_tracking"], domain["tracking_subdomain"]) == (True, "links")
    assert domain["capabilities"] == {"sending": "enabled", "receiving": "enabled"}
    assert listed(domain) == [
        ("SPF", "out", "MX"),
        ("SPF", "out", "TXT"),
        ("DKIM", "resend._domainkey", "TXT"),
        ("Tracking", "links.acme.com", "CNAME"),
        ("Receiving", "acme.com", "MX"),
    ]


def test_a_domain_that_may_not_send_does_not(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/domains/update-domain (`capabilities`)"""
    id = account.verify_domain()
    use = {"capabilities": {"sending": "disabled", "receiving": "enabled"}}
    assert account.call("PATCH", f"/domains/{id}", use)[0] == 200
    given = letter("alice@example.com") | {"from": "hi@acme.com"}
    assert account.call("POST", "/emails", given)[0] == 403
    none = {"capabilities": {"receiving": "disabled"}}
    status, told = account.call("PATCH", f"/domains/{id}", none)
    assert (status, told["name"]) == (422, "validation_error")


@pytest.mark.parametrize(
    ("body", "status", "name", "message"),
    [
        ({}, 422, "missing_required_field", "Missing `name` field."),
        ({"name": 7}, 422, "validation_error", "The `name` field must be a `string`."),
        (
            {"name": "not a domain"},
            422,
            "validation_error",
            "Invalid `name` field. The domain name is not valid.",
        ),
        (
            {"name": "b.com", "region": "mars-1"},
            422,
            "invalid_region",
            'Region must be "us-east-1" | "eu-west-1" | "sa-east-1" | "ap-northeast-1".',
        ),
        (
            {"name": "Acme.com"},
            403,
            "validation_error",
            "The acme.com domain has been registered already.",
        ),
    ],
)
def test_what_is_no_new_domain_is_refused(
    account: Account, body: Any, status: int, name: str, message: str
) -> None:
    """Source: https://resend.com/docs/api-reference/errors"""
    resend.Domains.create({"name": "acme.com"})
    assert account.call("POST", "/domains", body) == (status, refusal(status, name, message))


def test_all_domains_come_without_a_limit_and_in_pages_with_one(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/pagination"""
    for number in range(22):
        resend.Domains.create({"name": f"acme{number}.com"})
    assert len(resend.Domains.list()["data"]) == 22
    page = resend.Domains.list({"limit": 2})
    assert [each["name"] for each in page["data"]] == ["acme21.com", "acme20.com"]
    assert page["has_more"] is True
    rest = resend.Domains.list({"limit": 2, "after": page["data"][1]["id"]})
    assert [each["name"] for each in rest["data"]] == ["acme19.com", "acme18.com"]


def test_a_claimed_domain_is_proved_by_a_record(account: Account) -> None:
    """Source: https://resend.com/docs/api-reference/domains/claim-domain"""
    claim = plain(resend.Domains.Claims.create({"name": "acme.com"}))
    assert claim == {
        "object": "domain_claim",
        "id": claim["id"],
        "name": "acme.com",
        "status": "pending",
        "domain_id": claim["domain_id"],
        "region": "us-east-1",
        "record": claim["record"],
        "blocked_reason": None,
        "failure_reason": None,
        "created_at": NOW,
        "expires_at": "2026-05-11 12:00:00+00",
    }
    assert (claim["record"]["type"], claim["record"]["name"]) == ("TXT", "acme.com")
    assert plain(resend.Domains.Claims.create({"name": "acme.com"})) == claim
    id = claim["domain_id"]
    assert plain(resend.Domains.Claims.verify(id)) == claim
    account.advance("5s")
    assert resend.Domains.Claims.get(id)["status"] == "completed"
    assert resend.Domains.get(id)["status"] == "not_started"


def test_a_claim_expires(account: Account) -> None:
    """Source: https://resend.com/docs/dashboard/domains/claim"""
    claim: Any = resend.Domains.Claims.create({"name": "acme.com"})
    id = claim["domain_id"]
    account.advance("7 days")
    assert resend.Domains.Claims.get(id)["status"] == "expired"
    missing = refusal(404, "not_found", "Domain claim not found")
    assert account.call("GET", f"/domains/{NOBODY}/claim") == (404, missing)
