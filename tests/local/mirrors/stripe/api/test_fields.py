"""Every document has exactly the fields that Stripe documents for its object and version, no null
where there may be none, and of an enumeration only values that it has.

The types of the official SDKs are the document: the newest SDK's of its version, the old one's
(a folder `stripe-10.12.0` in `PYTHON_SDKS`) of 2024-06-20.
"""

import os
from pathlib import Path

import httpx
import pytest
import stripe

from mirra_mcp.local.kit.routes import routes_of
from mirra_mcp.local.mirrors.stripe.api.versions.shapes import family_named
from mirra_mcp.local.mirrors.stripe.mirror import Stripe
from tests.local.mirrors.stripe.api.node_types import never_null_of
from tests.local.mirrors.stripe.api.sdk_types import kinds, strangeness
from tests.local.mirrors.stripe.client import NEW, OLD, Account
from tests.local.mirrors.stripe.crowd import crowd

NEWEST = Path(stripe.__file__).parent
FOLDER = Path(os.environ.get("PYTHON_SDKS", "/nowhere")) / "stripe-10.12.0" / "stripe"
NODE = Path(os.environ.get("NODE_SDKS", "/nowhere")) / "stripe-23.1.0/node_modules/stripe/cjs"
SDKS = [
    pytest.param(NEW, NEWEST, id=NEW),
    pytest.param(
        OLD,
        FOLDER,
        id=OLD,
        marks=pytest.mark.skipif(
            not FOLDER.is_dir(), reason="PYTHON_SDKS names no folder with stripe-10.12.0"
        ),
    ),
]
LISTS = sorted(
    each.path
    for noun in Stripe.resources
    for each in routes_of(noun, noun.plural)
    if each.method == "GET" and "{" not in each.path and each.path.startswith("/v1/")
    if not each.path.startswith("/v1/account/")
)
"""Every list of the mirror; under `/v1/account/` are older addresses of others."""
ASK_MORE = {
    "/v1/billing/credit_balance_summary",
    "/v1/billing/credit_balance_transactions",
    "/v1/radar/value_list_items",
    "/v1/credit_notes/preview",
    "/v1/credit_notes/preview/lines",
    "/v1/entitlements/active_entitlements",
    "/v1/invoices/upcoming",
    "/v1/invoices/upcoming/lines",
    "/v1/payment_methods",
    "/v1/setup_attempts",
    "/v1/subscription_items",
}
"""Lists that are refused without more parameters; the crowd names them with those."""
LATER = {
    OLD: (
        "/v1/balance_settings",
        "/v1/billing/alerts",
        "/v1/billing/credit_",
        "/v1/invoice_payments",
    ),
    NEW: ("/v1/invoices/upcoming",),
}
"""Lists that a version doesn't have yet, or any more."""
NEEDS = {
    "/v1/subscriptions": "?status=all",
}
"""Lists that want a parameter to show what there is."""


@pytest.mark.parametrize(("version", "sdk"), SDKS)
def test_documents_have_the_fields_that_the_sdk_knows(
    account: Account, version: str, sdk: Path
) -> None:
    """Source: https://github.com/stripe/stripe-python"""
    written: list[httpx.Response] = []
    if version == OLD:  # what the crowd is made with
        account.http.event_hooks = {"response": [lambda answer: written.append(answer)]}
    paths = crowd(account)
    account.http.event_hooks = {}
    wrong: dict[str, list[str]] = {}
    assert version != OLD or len(written) > 60
    for answer in written:
        path = answer.url.path
        is_told = answer.is_success and path.startswith("/v1/")
        is_told = is_told and not path.startswith(LATER[version])
        if is_told and (found := sorted(set(strangeness(answer.json(), sdk)))):
            wrong[f"{answer.request.method} {answer.url.path}"] = found
    empty = []
    for path in [*LISTS, *paths]:
        if path in ASK_MORE or path.endswith("/search") or path.startswith(LATER[version]):
            continue
        answer = account.call("GET", path + NEEDS.get(path, ""), stripe_version=version)
        assert answer.is_success, (path, answer.text)
        if answer.json().get("data") == []:
            empty.append(path)
        if found := sorted(set(strangeness(answer.json(), sdk))):
            wrong[path] = found
    assert wrong == {}
    assert empty == []


def test_the_sweep_sees_what_it_looks_for() -> None:
    """Ours: a guard that never fires guards nothing."""
    reserved = {"object": "balance_settings", "payments": {"payouts": {"status": "off"}}}
    found = list(strangeness({**reserved, "odd": 1}, NEWEST))
    assert "balance_settings.odd is no field of BalanceSettings" in found
    assert "balance_settings.payments.settlement_timing is not there" in found
    status = "balance_settings.payments.payouts.status is 'off', which is none of its values"
    assert status in found
    assert "balance_settings.payments is null" in list(
        strangeness({"object": "balance_settings", "payments": None}, NEWEST)
    )


def test_the_tables_know_the_fields_that_the_newest_sdk_knows() -> None:
    """The tables were read from the Node SDK's types: Python's must say the same."""
    family = family_named("endive")
    wrong = {}
    for name, kind in kinds(NEWEST).items():
        shape = family.shape(name)
        if shape is None or name == "event":
            continue
        ours = {row[0] for row in shape.rows} - {"related_object", "data"}
        theirs = {each.removesuffix("_") for each in kind.fields} - {"deleted", "data"}
        if ours != theirs:
            wrong[name] = ours ^ theirs
    assert wrong == {}


@pytest.mark.skipif(not NODE.is_dir(), reason="NODE_SDKS names no folder with stripe-23.1.0")
def test_the_tables_leave_out_what_the_newest_types_never_call_null() -> None:
    """A field that is optional and not nullable in the Node SDK's types is absent, never null."""
    never_null = never_null_of(NODE)
    family = family_named("endive")
    wrong = {}
    for name, fields in never_null.items():
        shape = family.shape(name)
        if shape is not None:
            nullable = {row[0] for row in shape.rows if row[2]}
            if found := sorted(nullable & fields - {"id"}):
                wrong[name] = found
    assert len(never_null) > 50
    assert wrong == {}
