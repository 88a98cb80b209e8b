"""Setup text: what each mirror's phrases make of it, and that nothing is passed over."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirra_mcp.local.kit.clock import Clock
from mirra_mcp.local.kit.images import Images
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.setup import SetupReport, apply, apply_phrases
from mirra_mcp.settings import JudgeSettings

IMAGES = Images()


def wall() -> datetime:
    return datetime(2026, 5, 4, 12, tzinfo=UTC)


class Account:
    """A session and what Setup text made of it."""

    def __init__(self, *vendors: str, fixture: str = "empty") -> None:
        mirrors = {vendor: MIRRORS[vendor]("http://127.0.0.1:1", fixture) for vendor in vendors}
        clock = Clock(wall, standing=wall())
        self.session = Session("ses_x", "x", "ephemeral", mirrors, clock, wall, IMAGES)

    def read(self, text: str) -> SetupReport:
        return apply_phrases(text, self.session)

    def all(self, vendor: str, plural: str) -> list[dict[str, Any]]:
        return self.session.mirrors[vendor].nouns[plural].find(newest_first=False)


@pytest.fixture
def resend() -> Iterator[Account]:
    account = Account("resend")
    yield account
    account.session.close()


@pytest.fixture
def stripe() -> Iterator[Account]:
    account = Account("stripe")
    yield account
    account.session.close()


def test_the_public_guides_account_is_made(resend: Account) -> None:
    """Source: https://docs.mirra.run/guides/first-scenario"""
    report = resend.read(
        "A Resend account with one verified domain `mail.acme.com` and no emails\nsent yet."
    )
    assert report == SetupReport(
        ["resend: verified domain mail.acme.com", "no emails sent yet"], []
    )
    (domain,) = resend.all("resend", "domains")
    assert (domain["name"], domain["status"]) == ("mail.acme.com", "verified")


def test_the_formats_own_example_is_made(resend: Account) -> None:
    """Source: https://docs.mirra.run/reference/scenario-format"""
    report = resend.read(
        "A Resend account with one verified domain `mail.acme.com` and 50 sent\n"
        "emails across the last 30 days, with a 5% bounce rate."
    )
    assert report.not_applied == []
    emails = resend.all("resend", "emails")
    fates = [email["last_event"] for email in emails]
    assert (len(emails), fates.count("bounced"), fates.count("delivered")) == (50, 3, 47)
    assert emails[0]["created_at"].startswith("2026-04-05")


def test_the_refunds_account_is_made_with_the_ids_that_it_names(stripe: Account) -> None:
    """Source: https://docs.mirra.run/reference/scenario-format"""
    report = stripe.read(
        "A Stripe account with one customer `cus_alice` who paid $120 for a\nsubscription 10 days"
        " ago via payment intent `pi_abc`. No refunds yet."
    )
    assert report.not_applied == []
    (intent,) = stripe.all("stripe", "payment_intents")
    assert intent["id"] == "pi_abc"
    assert (intent["status"], intent["amount"]) == ("succeeded", 12000)
    assert intent["customer"] == "cus_alice"
    assert intent["created"] == int(datetime(2026, 4, 24, 12, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("3 customers, each with an active subscription", ["active"] * 3),
        ("A customer bob@example.com with a past_due subscription for $49/month", ["past_due"]),
        ("Two trialing subscriptions and a canceled subscription", ["trialing"] * 2 + ["canceled"]),
        ("An incomplete subscription of customer `cus_erin`", ["incomplete"]),
        ("There is one customer with two past due subscriptions.", ["past_due"] * 2),
    ],
)
def test_subscriptions_come_in_the_status_that_is_said(
    stripe: Account, text: str, statuses: list[str]
) -> None:
    assert stripe.read(text).not_applied == []
    assert [each["status"] for each in stripe.all("stripe", "subscriptions")] == statuses


@pytest.mark.parametrize(
    ("text", "kinds", "charging"),
    [
        ("Two onboarded express sellers", ["express"] * 2, [True] * 2),
        ("A new custom account", [], []),
        ("A custom connected account (eve@example.com) that is not onboarded", ["custom"], [False]),
        ("3 connected accounts", ["express"] * 3, [True] * 3),
    ],
)
def test_connected_accounts_are_onboarded_unless_it_is_said(
    stripe: Account, text: str, kinds: list[str], charging: list[bool]
) -> None:
    assert (stripe.read(text).not_applied == []) is bool(kinds)
    sellers = [
        each for each in stripe.all("stripe", "accounts") if each["controller"]["type"] != "account"
    ]
    assert [each["type"] for each in sellers] == kinds
    assert [each["charges_enabled"] for each in sellers] == charging


@pytest.mark.parametrize(
    ("text", "plural", "expected"),
    [
        ("The domains `a.com` and `b.com` are verified.", "domains",
         [{"name": "a.com", "status": "verified"}, {"name": "b.com", "status": "verified"}]),
        ("b.com is a pending domain", "domains", [{"name": "b.com", "status": "pending"}]),
        ("A not yet verified domain c.com", "domains", [{"status": "not_started"}]),
        ("a contact named Alice Smith (alice@example.com)", "contacts",
         [{"email": "alice@example.com", "first_name": "Alice", "last_name": "Smith"}]),
        ("two unsubscribed contacts", "contacts", [{"unsubscribed": True}] * 2),
        ("A webhook at http://127.0.0.1:3000/hook for `email.bounced`.", "webhooks",
         [{"endpoint": "http://127.0.0.1:3000/hook", "events": ["email.bounced"]}]),
        ("An email to alice@example.com and a bounced email to bob@example.com", "emails",
         [{"to": ["alice@example.com"], "last_event": "delivered"},
          {"to": ["bob@example.com"], "last_event": "bounced"}]),
    ],
)  # fmt: skip
def test_resends_phrases(
    resend: Account, text: str, plural: str, expected: list[dict[str, Any]]
) -> None:
    assert resend.read(text).not_applied == []
    made = resend.all("resend", plural)
    assert [{k: doc[k] for k in want} for doc, want in zip(made, expected, strict=True)] == expected


def test_an_audience_has_its_contacts(resend: Account) -> None:
    report = resend.read("An audience `Beta` with 20 contacts, 3 of them unsubscribed.")
    assert report.not_applied == []
    contacts = resend.all("resend", "contacts")
    assert len(contacts) == 20
    assert sum(each["unsubscribed"] for each in contacts) == 3
    assert [each["name"] for each in resend.all("resend", "segments")] == ["Beta"]


def test_stripes_taxes_and_cash_are_set_up(stripe: Account) -> None:
    report = stripe.read(
        "Stripe Tax is set up in US-TX and DE. A customer `cus_ada` with a cash balance of $50."
    )
    assert report.not_applied == []
    registered = [each["country"] for each in stripe.all("stripe", "tax_registrations")]
    assert sorted(registered) == ["DE", "US"]
    (balance,) = stripe.all("stripe", "cash_balances")
    assert (balance["customer"], balance["available"]) == ("cus_ada", {"usd": 5000})


def test_several_mirrors_are_set_up_by_one_text() -> None:
    account = Account("stripe", "resend")
    report = account.read(
        "A Stripe account with a customer `cus_1`, a 20% off coupon `WELCOME` and a product named"
        " Team at $12 per month.\n- A Resend account with a verified domain `acme.com`"
    )
    assert report.not_applied == []
    assert len(report.applied) == 4
    (price,) = account.all("stripe", "prices")
    assert (price["unit_amount"], price["recurring"]["interval"]) == (1200, "month")
    account.session.close()


def test_what_nobody_reads_is_reported_and_the_rest_is_made(resend: Account) -> None:
    report = resend.read(
        "A verified domain a.com, an elephant and 2 contacts. The moon is full. No customers yet."
    )
    assert report.applied == ["resend: verified domain a.com", "resend: 2 contacts"]
    assert report.not_applied == ["an elephant", "The moon is full", "No customers yet"]


def test_what_is_there_already_is_not_made_twice_and_what_is_untrue_is_told() -> None:
    """A fixture comes first, and Setup text on top of it."""
    account = Account("resend", fixture="transactional-busy")
    report = account.read("One verified domain `mail.acme.com` and no emails sent yet")
    assert report.applied == ["resend: verified domain mail.acme.com"]
    assert report.not_applied == ["no emails sent yet: there are 100 resend emails"]
    assert len(account.all("resend", "domains")) == 1
    account.session.close()


def test_what_the_vendor_refuses_is_told_in_its_words(resend: Account) -> None:
    report = resend.read("A verified domain `not a domain`, and 9,999,999 contacts")
    assert report.applied == []
    refused, too_many = report.not_applied
    assert "The domain name is not valid" in refused
    assert "too many" in too_many
    assert resend.all("resend", "contacts") == []


def test_it_happens_unseen_and_replays(resend: Account) -> None:
    """As a fixture does: nothing of it is in the log or among the webhooks."""
    resend.read("A verified domain a.com and 5 sent emails")
    types = [each.type for each in resend.session.log.page(0, 100).events]
    assert types == ["session.lifecycle"]
    assert resend.session.deliveries.page({}, 10, None).webhooks == []
    again = Account("resend")
    again.read("A verified domain a.com and 5 sent emails")
    assert again.all("resend", "emails") == resend.all("resend", "emails")
    again.session.close()


@pytest.mark.anyio
async def test_without_a_provider_the_phrases_are_applied_under_the_sessions_lock() -> None:
    account = Account("resend")
    report = await apply("a verified domain a.com", account.session, JudgeSettings())
    assert report.applied == ["resend: verified domain a.com"]
    account.session.close()


WORDS = st.sampled_from(
    ["a", "3", "verified", "domain", "`a.com`", "customers", "with", "and", "no", "emails", ".",
     "$5", "10 days", "ago", "for", "5%", "the", "\n- ", ",", "cus_a", "paid", "subscription",
     "active", "named", "Bob", "(", "+15555550123", "resend account", "`", '"', "\u2028", "é"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=60))
@settings(max_examples=40, deadline=2000)
def test_any_text_ends_in_a_report(text: str) -> None:
    account = Account("resend")
    report = account.read(text)
    assert all(isinstance(each, str) for each in report.applied + report.not_applied)
    account.session.close()


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("An organization Acme with 3 members.", ["org:admin", "org:member", "org:member"]),
        ("An organization called Acme.", []),
    ],
)
def test_an_organization_has_an_admin_and_members(text: str, roles: list[str]) -> None:
    account = Account("clerk")
    assert account.read(text).not_applied == []
    assert [each["name"] for each in account.all("clerk", "organizations")] == ["Acme"]
    assert [each["role"] for each in account.all("clerk", "organization_memberships")] == roles


@pytest.mark.parametrize(
    ("text", "plural", "found"),
    [
        ("2 invitations to a@acme.com and b@acme.com.", "invitations", ["pending", "pending"]),
        ("A revoked invitation to a@acme.com.", "invitations", ["revoked"]),
        ("Three expired invitations.", "invitations", ["expired", "expired", "expired"]),
        ("A waitlist entry for a@acme.com.", "waitlist_entries", ["pending"]),
    ],
)
def test_people_were_invited_or_wait(text: str, plural: str, found: list[str]) -> None:
    account = Account("clerk")
    assert account.read(text).not_applied == []
    assert [each["status"] for each in account.all("clerk", plural)] == found
    account.session.close()


def test_companies_have_identity_providers() -> None:
    account = Account("clerk")
    text = (
        "A SAML connection for acme.com of the organization Acme. An SSO connection for `zoo.com`."
    )
    assert account.read(text).not_applied == []
    found = account.all("clerk", "enterprise_connections")
    (organization,) = account.all("clerk", "organizations")
    assert {(each["domains"][0], each["active"], each["organization_id"]) for each in found} == {
        ("acme.com", True, organization["id"]),
        ("zoo.com", True, None),
    }
    account.session.close()


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("Sign-ups are invite-only.", "sign_up_mode", "restricted"),
        ("Sign-ups are by waitlist.", "sign_up_mode", "waitlist"),
        ("An allowlist with `*@acme.com`.", "allowlist", True),
        ("A blocklist of `eve@acme.com`.", "blocklist", True),
    ],
)
def test_who_may_sign_up_is_restricted(text: str, name: str, value: object) -> None:
    account = Account("clerk")
    assert account.read(text).not_applied == []
    (instance,) = account.all("clerk", "instance")
    assert instance[name] == value
    account.session.close()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A billing plan Pro at $20 a month.", ("pro", "user", 2_000, None, [])),
        (
            "A Clerk plan `Team` for organizations at $49.50 per month, with a 14-day trial, "
            "with the features `exports` and `sso`.",
            ("team", "org", 4_950, 14, ["exports", "sso"]),
        ),
    ],
)
def test_plans_of_clerk_billing_are_made(text: str, found: tuple[object, ...]) -> None:
    account = Account("clerk")
    assert account.read(text).not_applied == []
    free, made = account.all("clerk", "billing_plans")
    slugs = [each["slug"] for each in made["features"]]
    told = (made["slug"], made["for_payer_type"], made["fee"]["amount"], made["free_trial_days"])
    assert (*told, slugs) == found
    assert free["is_default"]
    assert account.read(text).not_applied != []
    account.session.close()
