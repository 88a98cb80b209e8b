"""No endpoint of the official SDK is unknown to the mirror, and none of the mirror's to the SDK.

Source: https://github.com/twilio/twilio-python
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from mirra_mcp.local.kit.routes import Route
from mirra_mcp.local.mirrors.twilio.api import gaps, hosts
from mirra_mcp.local.mirrors.twilio.mirror import Twilio
from tests.local.mirrors.twilio.client import Account, refusal

APIS = {
    "api/v2010": "/2010-04-01",
    "accounts/v1": "/v1",
    "content/v1": "/v1",
    "content/v2": "/v2",
    "conversations/v1": "/conversations.twilio.com/v1",
    "iam/v1": "/v1",
    "lookups/v1": "/v1",
    "lookups/v2": "/v2",
    "monitor/v1": "/v1",
    "oauth/v1": "/v1",
    "oauth/v2": "/v2",
    "pricing/v1": "/v1",
    "pricing/v2": "/v2",
    "trusthub/v1": "/v1",
    "messaging/v1": "/v1",
    "messaging/v2": "/v2",
    "messaging/v3": "/v3",
    "verify/v2": "/v2",
    "voice/v1": "/v1",
}
MORE = {
    "GET /_media/{}",
    "GET /_sna/{}",
    "POST /_sna/{}",
    "GET /2010-04-01/Accounts/{}/Messages/{}/Media/{}",
    "GET /2010-04-01/Accounts/{}/Recordings/{}",
    "GET /2010-04-01/Accounts/{}/Recordings/{}.wav",
    "POST /conversations.twilio.com/v1/Services/{}/Media",
    "GET /conversations.twilio.com/v1/Services/{}/Media/{}",
    "GET /conversations.twilio.com/v1/Services/{}/Media/{}/Content",
    "DELETE /conversations.twilio.com/v1/Services/{}/Media/{}",
}
"""Where media are up- and downloaded, and what phones open: the SDK does neither."""
NOUN = {
    "messaging/v1": f"MG{'0' * 32}",
    "verify/v2": f"VA{'0' * 32}",
    "conversations/v1": f"IS{'0' * 32}",
    "lookups/v1": "+14155552671",
    "lookups/v2": "+14155552671",
    "iam/v1": f"SK{'0' * 32}",
}
SPEC = find_spec("twilio.rest")
PRODUCTS = {
    product.name.replace("_", "-"): product
    for folder in ((SPEC and SPEC.submodule_search_locations) or ())
    for product in sorted(Path(folder).iterdir())
    if product.is_dir() and product.name != "__pycache__"
}
"""Every product that the SDK knows, by the first part of its host."""
AMBIGUOUS = {("POST", "/v2/PhoneNumbers/{phone_number}")}
"""Of Routes; without the host it could be Lookup's."""
SID = {"messaging": f"MG{'0' * 32}", "verify": f"VA{'0' * 32}", "lookups": "+14155552671"}
OF_PAGES = {"PageSize", "Page", "PageToken", "Content-Type", "X-Twilio-Api-Version"}
HEADERS = {"X-Twilio-Webhook-Enabled"}
HIDDEN = re.compile("/v1/(token|authorize|OAuth|Organizations?|Users|Roles|Accounts?)(/|$)", re.I)
"""Of identity and access management, only keys are an account's own business."""


def endpoints(api: str) -> set[tuple[str, str]]:
    """Read off the SDK's code what it calls: the methods of each class with the class's URI."""
    spec = find_spec("twilio.rest")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    folder = Path(spec.submodule_search_locations[0]) / api
    return {(method, APIS[api] + uri) for method, uri in routes_in(folder)}


@cache
def classes(path: Path) -> list[tuple[list[str], list[tuple[str, set[str]]]]]:
    """Read off a module of the SDK, once, the URIs of each class and what its methods send."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = []
    for node in ast.parse(text).body:
        if not isinstance(node, ast.ClassDef):
            continue
        uris = re.findall(r"""self\._uri = \(?\s*['"]([^'"]+)['"]""", code_of(node, lines))
        sent = []
        for verb in node.body if uris else ():
            method = re.search(r"""method=['"](\w+)['"]""", code_of(verb, lines))
            names = {
                key.value
                for call in ast.walk(verb)
                if isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr == "of"
                and isinstance(call.args[0], ast.Dict)
                for key in call.args[0].keys
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
            if method:
                sent.append((method[1], names))
        found.append((uris, sent))
    return found


def code_of(node: ast.stmt, lines: list[str]) -> str:
    """Cut a statement out of its module."""
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


def routes_in(folder: Path) -> set[tuple[str, str]]:
    """Read off a version of a product what the SDK calls."""
    return {
        (method, uri)
        for path in sorted(folder.rglob("*.py"))
        for uris, sent in classes(path)
        for uri in uris
        for method, _ in sent
    }


def is_known(method: str, path: str, noun: str) -> bool:
    """Say whether the mirror answers, or says why it doesn't."""
    if HIDDEN.match(path):
        return True
    account = path.replace("{account_sid}", f"AC{'0' * 32}").replace("{country_code}", "US")
    concrete = re.sub(r"\{\w+\}", noun, account)
    found = Twilio.router().find(method, concrete)
    told = concrete.removeprefix(hosts.CONVERSATIONS)
    return not isinstance(found, set) or gaps.reason_of(told) is not None


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
        ("GET", "/Calls/CA1/UserDefinedMessages.json"),
        ("GET", "/Recordings/RE1/AddOnResults.json"),
        ("POST", "/v2/Flows/FW1/Executions"),
        ("GET", "/v1/Workspaces"),
        ("GET", "/v1/Rooms"),
        ("POST", "/v1/ComplianceInquiries/Customers/Initialize"),
    ],
)
def test_what_is_not_mirrored_says_so(account: Account, method: str, path: str) -> None:
    status, code, message = account.refused(method, path)
    assert (status, code) == (501, 20501)
    assert message.endswith("See mirra_catalog for what is.")


@pytest.mark.parametrize("product", sorted(PRODUCTS))
def test_every_route_of_every_product_is_known(product: str) -> None:
    """With its host a route is mirrored or told as a gap; without, it is never just not found."""
    found = {
        (method, f"/{'2010-04-01' if version.name == 'v2010' else version.name}{uri}")
        for version in PRODUCTS[product].iterdir()
        if version.is_dir() and version.name != "__pycache__"
        for method, uri in routes_in(version)
    }
    assert product in hosts.MIRRORED or hosts.reason_of(product)
    unknown = set()
    for method, path in found - AMBIGUOUS:
        concrete = path.replace("{account_sid}", f"AC{'0' * 32}").replace("{country_code}", "US")
        concrete = re.sub(r"\{\w+\}", SID.get(product, f"IS{'0' * 32}"), concrete)
        known = hosts.routed(product, concrete)
        is_route = not isinstance(Twilio.router().find(method, known), set)
        if product in hosts.MIRRORED:
            is_route = is_route and hosts.has(product, concrete)
        if not is_route and not gaps.reason_of(concrete) and not HIDDEN.match(path):
            unknown.add((method, path))
    assert unknown == set()


@pytest.mark.parametrize(
    ("product", "act"),
    [
        ("Programmable Chat", lambda client: client.chat.v2.services.create("A")),
        ("Sync", lambda client: client.sync.v1.services.create()),
        ("Notify", lambda client: client.notify.v1.services.create()),
        ("Serverless", lambda client: client.serverless.v1.services.create("a", "A")),
        ("Proxy", lambda client: client.proxy.v1.services.create("a")),
        ("Routes", lambda client: client.routes.v2.phone_numbers("+14155552671").fetch()),
    ],
)
def test_a_product_is_not_taken_for_another(account: Account, product: str, act: Any) -> None:
    """Source: https://www.twilio.com/docs/usage/api#base-urls"""
    with pytest.raises(TwilioRestException) as caught:
        act(account.client)
    assert refusal(caught.value)[:2] == (501, 20501)
    assert f"{product} is not mirrored." in caught.value.msg
    for entity in ("messaging_services", "verify_services"):
        assert account.state(entity) == []


@pytest.mark.parametrize(
    "host",
    ["verify.twilio.com", "api.twilio.com", "nowhere.twilio.com", "verify.dublin.ie1.twilio.com"],
)
def test_a_host_has_its_own_paths_only(account: Account, host: str) -> None:
    """Source: https://www.twilio.com/docs/usage/api#base-urls"""
    headers = {"X-Mirra-Host": host}
    services = account.http.get("/v2/Services", headers=headers)
    assert services.status_code == (200 if host.startswith("verify") else 404)
    assert account.http.get("/v1/Services", headers=headers).status_code == 404
    own = account.http.get("/v1/Services", headers={"X-Mirra-Host": "127.0.0.1:8080"})
    assert own.status_code == 200


def test_pages_lead_to_the_host_that_was_called(account: Account) -> None:
    """Source: https://www.twilio.com/docs/usage/twilios-response#response-formats-list-paging-information"""
    host = "https://messaging.twilio.com"
    for base, headers in ((host, {"X-Mirra-Host": host.partition("//")[2]}), (account.url, {})):
        for name in ("One", "Two"):
            account.client.messaging.v1.services.create(friendly_name=name)
        page = account.http.get("/v1/Services?PageSize=1", headers=headers).json()
        told = [page["meta"][f"{which}_url"] for which in ("first_page", "next_page")]
        assert [each.partition("?")[0] for each in told] == [f"{base}/v1/Services"] * 2
        assert page["meta"]["url"].startswith(f"{base}/v1/Services?")


def test_every_host_of_the_sdk_is_known() -> None:
    """Source: https://github.com/twilio/twilio-python"""
    theirs = {
        host
        for folder in PRODUCTS.values()
        for path in folder.glob("*Base.py")
        for host in re.findall(
            r'"https://([a-z-]+)\.twilio\.com"', path.read_text(encoding="utf-8")
        )
    }
    assert len(theirs) > 30
    assert theirs - set(hosts.MIRRORED) - set(hosts.OTHERS) == set()


def sent_by(folder: Path) -> Iterator[tuple[str, str, set[str]]]:
    """Yield what each method of the SDK sends: HTTP method, path, and the names of parameters."""
    prefix = "/2010-04-01" if folder.name == "v2010" else f"/{folder.name}"
    for path in sorted(folder.rglob("*.py")):
        for uris, sent in classes(path):
            for method, names in sent:
                if names:
                    yield from ((method, prefix + uri, names) for uri in uris)


def texts_of(node: ast.AST) -> Iterator[str]:
    """Yield the texts of code, but for what only says what values may be."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if {"values", "filters", "FILTERS"} & {ast.unparse(each) for each in targets}:
            return
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "check":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for inner in ast.iter_child_nodes(node):
        yield from texts_of(inner)


@cache
def texts_of_the_mirror() -> set[str]:
    """Read off the mirror's code the texts that may name a parameter."""
    return {
        text
        for path in Path(gaps.__file__).parents[1].rglob("*.py")
        if path.stem != "gaps"
        for text in texts_of(ast.parse(path.read_text(encoding="utf-8")))
    }


@pytest.mark.parametrize("product", sorted(hosts.MIRRORED.keys() & PRODUCTS.keys()))
def test_every_parameter_of_the_sdk_is_read_or_told_as_unread(product: str) -> None:
    """Ours: what is taken without an effect is said so, and only that."""
    code = texts_of_the_mirror()
    found: dict[str, set[str]] = {}
    seen: set[str] = set()
    for version in PRODUCTS[product].iterdir():
        for method, path, names in sent_by(version) if version.is_dir() else ():
            concrete = path.replace("{account_sid}", f"AC{'0' * 32}")
            concrete = concrete.replace("{country_code}", "US")
            concrete = re.sub(r"\{\w+\}", SID.get(product, f"MM{'0' * 32}"), concrete)
            target = Twilio.router().find(method, hosts.routed(product, concrete))
            if isinstance(target, set) or not isinstance(target[0], Route):
                continue
            seen.add(target[0].spec)
            fields = target[0].params.model_fields if target[0].params else {}
            known = {field.alias or name for name, field in fields.items()}
            known |= OF_PAGES | HEADERS
            for name in {name.rstrip("<>") for name in names} - known:
                if fields or name not in code:
                    found.setdefault(target[0].spec, set()).add(name)
    told = {spec: set(names) for spec, names in gaps.UNREAD.items() if spec in seen}
    assert found == told
