"""No endpoint of the official SDK is unknown to the mirror, and none of the mirror's to the SDK.

Source: https://github.com/twilio/twilio-python
"""

import ast
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from mirra_mcp.local.kit.routes import Route
from mirra_mcp.local.mirrors.twilio.api import gaps
from mirra_mcp.local.mirrors.twilio.mirror import Twilio
from tests.local.mirrors.twilio.client import Account

APIS = {
    "api/v2010": "/2010-04-01",
    "accounts/v1": "/v1",
    "iam/v1": "/v1",
    "lookups/v2": "/v2",
    "messaging/v1": "/v1",
    "verify/v2": "/v2",
}
MORE = {"GET /_media/{}", "GET /2010-04-01/Accounts/{}/Messages/{}/Media/{}"}
"""Where media are downloaded, which the SDK doesn't do."""
NOUN = {
    "messaging/v1": f"MG{'0' * 32}",
    "verify/v2": f"VA{'0' * 32}",
    "lookups/v2": "+14155552671",
    "iam/v1": f"SK{'0' * 32}",
}
HIDDEN = re.compile("/v1/(token|authorize|OAuth|Organizations?|Users|Roles|Accounts?)(/|$)", re.I)
"""Of identity and access management, only keys are an account's own business."""


def endpoints(api: str) -> set[tuple[str, str]]:
    """Read off the SDK's code what it calls: the methods of each class with the class's URI."""
    spec = find_spec("twilio.rest")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0]) / api
    found = set()
    for path in sorted(folder.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                text = ast.unparse(node)
                methods = set(re.findall(r"method='(\w+)'", text))
                for uri in re.findall(r"self\._uri = '([^']+)'", text):
                    found |= {(method, APIS[api] + uri) for method in methods}
    return found


def is_known(method: str, path: str, noun: str) -> bool:
    """Say whether the mirror answers, or says why it doesn't."""
    if HIDDEN.match(path):
        return True
    account = path.replace("{account_sid}", f"AC{'0' * 32}").replace("{country_code}", "US")
    concrete = re.sub(r"\{\w+\}", noun, account)
    found = Twilio.router().find(method, concrete)
    return not isinstance(found, set) or gaps.reason_of(concrete) is not None


@pytest.mark.parametrize("api", sorted(APIS))
def test_every_endpoint_of_the_sdk_is_mirrored_or_told_as_a_gap(api: str) -> None:
    found = endpoints(api)
    assert found
    unknown = {each for each in found if not is_known(*each, NOUN.get(api, f"MM{'0' * 32}"))}
    assert unknown == set()


def test_every_endpoint_of_the_mirror_is_the_sdks() -> None:
    known = {
        f"{method} {re.sub(r'{[^}]*}', '{}', path)}"
        for api in APIS
        for method, path in endpoints(api)
    }
    nodes = [Twilio.router()._root]
    specs = set()
    while nodes:
        node = nodes.pop()
        for name, inner in node.items():
            if name == "/":
                specs |= {target.spec for target, _ in inner.values() if isinstance(target, Route)}
            else:
                nodes.append(inner)
    ours = {re.sub(r"{[^}]*}", "{}", each) for each in specs}
    assert ours - known - MORE == set()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/Calls.json"),
        ("GET", "/Recordings/RE1.json"),
        ("POST", "/SIP/Domains.json"),
        ("GET", "/Usage/Triggers.json"),
        ("GET", "/v1/Conversations"),
        ("POST", "/v2/Flows/FW1/Executions"),
        ("GET", "/v1/Workspaces"),
        ("GET", "/v1/Rooms"),
        ("GET", "/v1/PhoneNumbers/+14155552671"),
        ("GET", "/v1/CustomerProfiles"),
    ],
)
def test_what_is_not_mirrored_says_so(account: Account, method: str, path: str) -> None:
    status, code, message = account.refused(method, path)
    assert (status, code) == (501, 20501)
    assert message.endswith("See mirra_catalog for what is.")
