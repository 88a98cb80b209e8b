"""The mirror has every route of Clerk's SDK, as itself or as a told gap.

Source: https://github.com/clerk/clerk-sdk-python
"""

import ast
from pathlib import Path

import clerk_backend_api
import pytest

from mirra_mcp.local.mirrors import MIRRORS
from tests.local.mirrors.clerk.client import Account, error

KIT = Path(clerk_backend_api.__file__).parent
ROUTER = MIRRORS["clerk"].router()


def calls() -> set[tuple[str, str]]:
    """Every call of the SDK: method and path."""
    found = set()
    for file in KIT.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or "_build_request" not in ast.unparse(node.func):
                continue
            said = {
                each.arg: str(each.value.value)
                for each in node.keywords
                if isinstance(each.value, ast.Constant)
            }
            if "path" in said:
                found.add((said["method"], f"/v1{said['path']}"))
    return found


def test_every_route_of_the_sdk_is_mirrored_or_told_as_a_gap() -> None:
    """Source: https://github.com/clerk/clerk-sdk-python"""
    found = calls()
    assert len(found) > 200, "the sweep no longer sees the SDK's calls"
    assert [each for each in sorted(found) if isinstance(ROUTER.find(*each), set)] == []
    assert isinstance(ROUTER.find("POST", "/v1/nothing/of/the/sort"), set)


@pytest.mark.parametrize(
    ("headers", "code", "long"),
    [
        (
            {"authorization": ""},
            "authorization_header_format_invalid",
            "Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'",
        ),
        (
            {"authorization": "Bearer sk_test_ofSomebodyElse"},
            "clerk_key_invalid",
            "The provided Clerk Secret Key is invalid. Make sure that your Clerk Secret Key is "
            "correct.",
        ),
    ],
)
def test_who_has_no_key_of_the_instance_is_refused(
    account: Account, headers: dict[str, str], code: str, long: str
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    answer = account.http.get("/v1/users", headers=headers)
    assert (answer.status_code, error(answer.json())) == (401, (code, long, {}))
    assert len(answer.json()["clerk_trace_id"]) == 32
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "/v1/users?limit=501", None, 422, ("form_param_value_too_large", "limit")),
        ("GET", "/v1/users?limit=many", None, 422, ("form_param_type_invalid", "limit")),
        ("GET", "/v1/users?order_by=height", None, 422, ("form_param_value_invalid", "order_by")),
        ("GET", "/v1/sessions?status=new", None, 422, ("form_param_value_invalid", "status")),
        ("POST", "/v1/users", {"emial": "a@b.c"}, 422, ("form_param_unknown", "emial")),
        ("POST", "/v1/users", {"first_name": 7}, 422, ("form_param_value_invalid", "first_name")),
        ("POST", "/v1/sessions", {}, 422, ("form_param_missing", "user_id")),
    ],
)
def test_parameters_that_cannot_be_are_named(
    account: Account, method: str, path: str, body: object, status: int, said: tuple[str, str]
) -> None:
    """Source: https://github.com/clerk/clerk-docs (data/api_errors.json)"""
    found, told = account.call(method, path, body)
    code, _, meta = error(told)
    assert (found, (code, meta["param_name"])) == (status, said)


@pytest.mark.parametrize(
    ("version", "query", "status"),
    [("2026-05-12", "", 200), ("1999-01-01", "", 400), ("2025-04-10", "2025-04-10", 400)],
)
def test_a_version_is_one_that_there_is_and_said_once(
    account: Account, version: str, query: str, status: int
) -> None:
    """Source: https://clerk.com/docs/guides/development/upgrading/versioning"""
    path = f"/v1/users?__clerk_api_version={query}" if query else "/v1/users"
    found, told = account.call("GET", path, clerk_api_version=version)
    assert found == status
    assert status == 200 or told["errors"][0]["code"] == "api_version_invalid"


def test_metadata_is_set_apart_since_the_newest_version(account: Account) -> None:
    """Source: https://clerk.com/docs/guides/development/upgrading/versioning#2026-05-12"""
    path, body = f"/v1/users/{account.user().id}", {"public_metadata": {"plan": "pro"}}
    status, told = account.call("PATCH", path, body)
    assert (status, error(told)[0]) == (422, "form_param_unknown")
    status, told = account.call("PATCH", path, body, clerk_api_version="2025-11-10")
    assert (status, told["public_metadata"]) == (200, {"plan": "pro"})
    status, told = account.call("GET", path)
    assert told["public_metadata"] == {"plan": "pro"}
