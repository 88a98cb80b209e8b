"""One billing integration, unmodified, on the official SDKs of Python and Node, old and new.

`PYTHON_SDKS` is a folder in which `pip install --target <it>/stripe-10.12.0 stripe==10.12.0` was
run; `NODE_SDKS` one in which npm installed `stripe@16.12.0` into `stripe-16.12.0` and
`stripe@23.1.0` into `stripe-23.1.0`. Python's newest SDK is always there.

Source: https://github.com/stripe/stripe-python and https://github.com/stripe/stripe-node
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import stripe

from mirra_mcp.local.app import LocalMirra
from tests.local.mirrors.stripe.client import NEW, OLD, Account

HERE = Path(__file__).parent
PYTHONS = Path(os.environ.get("PYTHON_SDKS", "/nowhere"))
NODES = Path(os.environ.get("NODE_SDKS", "/nowhere"))
NODE = shutil.which("node") or ""
LISTS = [
    "accounts",
    "balanceTransactions",
    "billing.meters",
    "billingPortal.configurations",
    "charges",
    "checkout.sessions",
    "coupons",
    "creditNotes",
    "customers",
    "disputes",
    "events",
    "fileLinks",
    "files",
    "invoiceItems",
    "invoices",
    "paymentIntents",
    "paymentLinks",
    "paymentMethods",
    "payouts",
    "plans",
    "prices",
    "products",
    "promotionCodes",
    "radar.earlyFraudWarnings",
    "refunds",
    "setupIntents",
    "shippingRates",
    "subscriptions",
    "subscriptionSchedules",
    "taxIds",
    "taxRates",
    "testHelpers.testClocks",
    "webhookEndpoints",
]


def snake(name: str) -> str:
    """Write `billingPortal.x` as `billing_portal.x`."""
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def run(account: Account, mirra: LocalMirra, command: list[str], version: str, **more: str) -> Any:
    """Run the integration as a program of its own and return what it saw."""
    host, _, port = account.url.removeprefix("http://").rpartition(":")
    environ = {
        **os.environ,
        **account.env,
        "MIRRA_URL": mirra.url,
        "MIRRA_TOKEN": mirra.token,
        "MIRRA_SESSION": account.id,
        "STRIPE_HOST": host,
        "STRIPE_PORT": port,
        "STRIPE_VERSION": version,
        **more,
    }
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def check(got: Any, version: str) -> None:
    """Compare what the integration saw with what Stripe documents."""
    told = got.pop("told")
    assert {each["version"] for each in told} == {version}
    kinds = Counter(each["type"] for each in told)
    assert kinds["customer.subscription.created"] == 1
    assert kinds["customer.subscription.trial_will_end"] == 1
    assert kinds["customer.subscription.deleted"] == 1
    assert kinds["invoice.payment_failed"] >= 4
    assert kinds["charge.dispute.closed"] == kinds["charge.refunded"] == 1
    order = [each["type"] for each in told]
    assert order.index("customer.created") < order.index("customer.subscription.created")
    assert order.index("invoice.payment_failed") < order.index("customer.subscription.deleted")
    is_old = version == OLD
    assert 40 < got.pop("walked") < len(told)  # events can be listed for 30 days
    assert set(got.pop("lists").values()) == {"list"}
    del got["version"]
    assert got == {
        "replayed": True,
        "statuses": ["trialing", "active", "past_due", "canceled"],
        "hasPeriodAtTop": is_old,
        "hasPeriodOnItem": not is_old,
        "upgrade": ["paid", got["upgrade"][1]],
        "refund": "succeeded",
        "dispute": "won",
        "declined": ["StripeCardError", "card_declined", "insufficient_funds", 402],
        "hasRequestId": True,
        "found": 1,
    }
    assert 1900 < got["upgrade"][1] <= 2000


@pytest.mark.parametrize("version", [OLD, NEW])
def test_the_python_sdk_bills_from_trial_to_dispute(
    account: Account, mirra: LocalMirra, version: str
) -> None:
    if version == OLD:
        folder = PYTHONS / "stripe-10.12.0"
        if not folder.is_dir():
            pytest.skip("PYTHON_SDKS names no folder with stripe-10.12.0")
    else:
        folder = Path(stripe.__file__).parent.parent
    command = [sys.executable, str(HERE / "sdk_billing.py")]
    lists = ",".join(map(snake, LISTS))
    check(run(account, mirra, command, version, PYTHONPATH=str(folder), LISTS=lists), version)


@pytest.mark.parametrize(("release", "version"), [("stripe-16.12.0", OLD), ("stripe-23.1.0", NEW)])
def test_the_node_sdk_bills_from_trial_to_dispute(
    account: Account, mirra: LocalMirra, release: str, version: str
) -> None:
    folder = NODES / release
    if not (NODE and (folder / "node_modules").is_dir()):
        pytest.skip(f"NODE_SDKS names no folder with {release}")
    command = [NODE, str(HERE / "sdk_billing.mjs")]
    lists = ",".join(LISTS)
    check(run(account, mirra, command, version, SDK=str(folder), LISTS=lists), version)


def test_the_node_sdk_taxes_verifies_and_funds(account: Account, mirra: LocalMirra) -> None:
    """Source: https://docs.stripe.com/tax/checkout"""
    folder = NODES / "stripe-23.1.0"
    if not (NODE and (folder / "node_modules").is_dir()):
        pytest.skip("NODE_SDKS names no folder with stripe-23.1.0")
    command = [NODE, str(HERE / "sdk_payments.mjs")]
    assert run(account, mirra, command, NEW, SDK=str(folder)) == {
        "taxed": [2145, 145, "complete"],
        "waited": "verify_with_microdeposits",
        "verified": "succeeded",
        "transfer": ["funded", 500],
        "identity": "verified",
    }
