"""Every document has exactly the fields that Stripe documents for its object and version.

The types of the official SDKs are the document: the newest SDK's of its version, the old one's
(a folder `stripe-10.12.0` in `PYTHON_SDKS`) of 2024-06-20.
"""

import os
from pathlib import Path

import pytest
import stripe

from mirra_mcp.local.kit.routes import routes_of
from mirra_mcp.local.mirrors.stripe.mirror import Stripe
from mirra_mcp.local.mirrors.stripe.shapes import family_named
from tests.local.mirrors.stripe.account import NEW, OLD, Account
from tests.local.mirrors.stripe.crowd import crowd
from tests.local.mirrors.stripe.sdk_types import kinds, strangeness

NEWEST = Path(stripe.__file__).parent
FOLDER = Path(os.environ.get("PYTHON_SDKS", "/nowhere")) / "stripe-10.12.0" / "stripe"
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
    if each.method == "GET" and "{" not in each.path and not each.path.startswith("/v2/")
)
NEEDS = {
    "/v1/payment_methods": "?type=card",
    "/v1/subscriptions": "?status=all",
}
"""Lists that want a parameter to show what there is."""
"""Every list of the mirror."""


@pytest.mark.parametrize(("version", "sdk"), SDKS)
def test_documents_have_the_fields_that_the_sdk_knows(
    account: Account, version: str, sdk: Path
) -> None:
    """Source: https://github.com/stripe/stripe-python"""
    paths = crowd(account)
    wrong: dict[str, list[str]] = {}
    for path in [*LISTS, *paths]:
        answer = account.call("GET", path + NEEDS.get(path, ""), stripe_version=version)
        if answer.status_code in (400, 404):
            continue
        assert answer.is_success, (path, answer.text)
        if found := sorted(set(strangeness(answer.json(), sdk))):
            wrong[path] = found
    assert wrong == {}


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
