"""What the mirror covers of Stripe's API: no endpoint of the SDK is unknown to it.

The services of the official SDK are the list of what there is.
"""

import re
from pathlib import Path

import pytest
import stripe

from mirra_mcp.local.kit.metadata import describe
from mirra_mcp.local.mirrors.stripe.api.endpoints.parameters import table
from mirra_mcp.local.mirrors.stripe.api.webhooks.types import EVENT_TYPES, MIRRORED
from mirra_mcp.local.mirrors.stripe.mirror import Stripe
from mirra_mcp.vendors import VENDORS
from tests.local.mirrors.stripe.client import Account

SDK = Path(stripe.__file__).parent
CALL = re.compile(r'_request(?:_stream)?\(\s*"(get|post|delete)",\s*"(/v[12]/[^"]+)"')


def of_the_sdk() -> set[str]:
    """Return the endpoints that the newest SDK calls."""
    found = set()
    for path in SDK.rglob("*_service.py"):
        for method, url in CALL.findall(path.read_text(encoding="utf-8")):
            found.add(f"{method.upper()} {re.sub(r'{[^}]*}', '{}', url)}")
    return found


def test_every_endpoint_of_the_sdk_is_answered_or_a_gap() -> None:
    """Source: https://github.com/stripe/stripe-python"""
    wanted = of_the_sdk()
    assert len(wanted) > 600
    router = Stripe.router()
    unanswered = []
    for spec in wanted:
        method, path = spec.split(" ")
        found = router.find(method, path.replace("{}", "x"))
        if isinstance(found, set):
            unanswered.append(spec)
    assert unanswered == []


def test_the_table_of_parameters_has_the_endpoints_of_the_sdk() -> None:
    """Source: https://github.com/stripe/stripe-python"""
    ours = {key for key in table("endive").lines if key[0] not in "@$"}
    assert of_the_sdk() ^ ours == set()


def test_every_gap_answers_501(account: Account) -> None:
    """Ours: what Stripe has and the mirror hasn't says so, wherever it is."""
    for spec in list(Stripe.gaps)[::17]:
        method, path = spec.split(" ")
        answer = account.call(method, path.replace("{id}", "x"))
        assert answer.status_code == 501, spec
        assert answer.json()["error"]["code"] == "not_implemented"


def test_gaps_are_told_by_their_reasons() -> None:
    """Ours: the catalog stays readable."""
    gaps = describe(Stripe).gaps
    assert len(gaps) < 60
    assert any("Terminal is not mirrored." in each for each in gaps)


def test_all_types_of_events_can_be_subscribed_to() -> None:
    """Source: https://docs.stripe.com/api/events/types"""
    text = (SDK / "_event.py").read_text(encoding="utf-8")
    theirs = set(re.findall(r'"([a-z0-9_]+\.[a-z0-9_.]+)"', text))
    assert set(EVENT_TYPES) == theirs
    assert set(MIRRORED) < theirs


def test_stories_fire_events_that_stripe_has() -> None:
    """Ours: what a simulated event says it fires is a type of Stripe's."""
    fired = {each for story in Stripe.stories.values() for each in story.fires}
    assert fired - set(MIRRORED) == set()


@pytest.mark.parametrize(
    "path",
    [
        "/v1/linked_accounts/fca_1/owners",
        "/v1/linked_accounts",
    ],
)
def test_addresses_that_the_sdks_call_no_more_are_known(account: Account, path: str) -> None:
    """Source: https://github.com/stripe/openapi"""
    assert account.refused(501, "GET", path)["code"] == "not_implemented"


def test_every_host_that_the_sdk_calls_leads_here(account: Account) -> None:
    """Source: https://github.com/stripe/stripe-python (the hosts that it calls)"""
    text = (SDK / "__init__.py").read_text(encoding="utf-8")
    known = VENDORS["stripe"]
    assert set(re.findall(r'"https://([a-z-]+\.stripe\.com)"', text)) == {
        *known.hosts, *known.unmirrored
    }  # fmt: skip
    host, path = "meter-events.stripe.com", "/v2/billing/meter_event_stream"
    answer = account.http.post(path, headers={"host": host})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
    assert account.http.get("/v1/files", headers={"host": "files.stripe.com"}).status_code == 200
