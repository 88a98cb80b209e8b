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
from mirra_mcp.local.mirrors.stripe.api.versions.releases import family_of
from mirra_mcp.local.mirrors.stripe.api.versions.shapes import Shape, family_named
from mirra_mcp.local.mirrors.stripe.mirror import Stripe
from tests.local.mirrors.stripe.api.node_types import Scope, misfits, objects_of, unlike
from tests.local.mirrors.stripe.api.sdk_types import kinds, strangeness
from tests.local.mirrors.stripe.client import NEW, OLD, Account
from tests.local.mirrors.stripe.crowd import crowd

NEWEST = Path(stripe.__file__).parent
FOLDER = Path(os.environ.get("PYTHON_SDKS", "/nowhere")) / "stripe-10.12.0" / "stripe"
NODE = Path(os.environ.get("NODE_SDKS", "/nowhere"))
NODES = {
    OLD: "16.12.0",
    "2025-02-24.acacia": "17.7.0",
    "2025-08-27.basil": "18.5.0",
    "2026-02-25.clover": "20.4.1",
    "2026-08-26.dahlia": "22.6.2",
    NEW: "23.1.0",
}
"""The last release of each family of versions, and the Node SDK that was made for it."""
FAMILIES = {
    version: folder
    for version, sdk in NODES.items()
    if (folder := NODE / f"stripe-{sdk}" / "node_modules" / "stripe").is_dir()
}
with_types = pytest.mark.skipif(not FAMILIES, reason="NODE_SDKS names no folder with stripe-23.1.0")
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
    "/v1/payment_attempt_records",
    "/v1/payment_methods",
    "/v1/setup_attempts",
    "/v1/subscription_items",
    "/v1/tax/associations/find",
}
"""Lists that are refused without more parameters; the crowd names them with those."""
LATER = {
    "/v1/balance_settings": "2025-09-30",
    "/v1/billing/alerts": "2024-09-30",
    "/v1/billing/credit_": "2024-09-30",
    "/v1/invoice_payments": "2025-03-31",
    "/v1/payment_attempt_records": "2025-09-30",
    "/v1/payment_records": "2025-09-30",
    "/v1/tax/associations/": "2025-09-30",
}
"""Lists that no version before one of that day has."""
GONE = {"/v1/invoices/upcoming": "2025-03-31"}
"""Lists that no version from one of that day on has."""
NEEDS = {
    "/v1/subscriptions": "?status=all",
}
"""Lists that want a parameter to show what there is."""


def is_of(version: str, path: str) -> bool:
    """Tell whether a version knows a path."""
    return not any(path.startswith(each) and version < day for each, day in LATER.items()) and (
        not any(path.startswith(each) and version >= day for each, day in GONE.items())
    )


def asked(paths: list[str], version: str) -> list[str]:
    """Return what a version is asked for: every list, and what no list shows."""
    return [
        path + NEEDS.get(path, "")
        for path in [*LISTS, *paths]
        if path not in ASK_MORE and not path.endswith("/search") and is_of(version, path)
    ]


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
        is_told = is_told and is_of(version, path)
        if is_told and (found := sorted(set(strangeness(answer.json(), sdk)))):
            wrong[f"{answer.request.method} {answer.url.path}"] = found
    empty = []
    for path in asked(paths, version):
        answer = account.call("GET", path, stripe_version=version)
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


@with_types
def test_the_sweep_of_families_sees_what_it_looks_for() -> None:
    """Ours: of the kinds of misfit, each one."""
    payments = {"payouts": {"status": "off"}}
    balance = {"object": "balance_settings", "payments": payments, "odd": 1}
    found = set(misfits(balance, FAMILIES[NEW]))
    assert "balance_settings.odd is no field" in found
    assert "balance_settings.payments.settlement_timing is not there" in found
    status = "balance_settings.payments.payouts.status is 'off', which is none of its values"
    assert status in found
    assert "balance_settings.payments.payouts.schedule is not there" in found
    assert "file.purpose is null" in set(
        misfits({"object": "file", "purpose": None}, FAMILIES[OLD])
    )
    assert "file.size is 'big', which is none of its values" in set(
        misfits({"object": "file", "size": "big"}, FAMILIES[OLD])
    )
    assert set(unlike(family_of(OLD).shape("price") or Shape(family_of(OLD)), Scope(), "price"))


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


@with_types
def test_documents_fit_the_types_of_each_family_null_by_null(account: Account) -> None:
    """Source: https://github.com/stripe/stripe-node"""
    paths = crowd(account)
    wrong: dict[str, list[str]] = {}
    for version, sdk in FAMILIES.items():
        for path in asked(paths, version):
            answer = account.call("GET", path, stripe_version=version)
            assert answer.is_success, (version, path, answer.text)
            found = set(misfits(answer.json(), sdk))
            if found - ({"invoice.id is not there"} if "/upcoming?" in path else set()):
                wrong[f"{version} {path}"] = sorted(found)
    assert wrong == {}


@with_types
def test_the_tables_say_what_the_types_of_each_family_say() -> None:
    """Every field that must be there is in the tables, at whatever depth, and none is there
    that the types don't know or never call null."""
    wrong: dict[str, list[str]] = {}
    apart = {(OLD, "billing.alert")} | {(each, "v2.core.event") for each in FAMILIES}
    for version, sdk in FAMILIES.items():
        family = family_of(version)
        for name, kind in objects_of(sdk).items():
            shape = None if (version, name) in apart else family.shape(name)
            if shape is not None and (found := sorted(set(unlike(shape, kind, name)))):
                wrong[f"{version} {name}"] = found
    assert wrong == {}
