"""A resource from draft to deletion, for its creator and for who uses it."""

from typing import Any

import pytest

from tests.local.marketplace.shop import METHODS, PRICES, V1, Shop
from tests.local.marketplace.upstream import Upstream, answer

PAID = {"model": "pay-per-call", "basePrice": 0.25}


def test_a_draft_is_seen_by_its_creator_alone(shop: Shop) -> None:
    id = shop.draft(name="Hidden treasure")
    assert shop.ok("GET", f"/resources/{id}")["status"] == "draft"
    assert id in [each["id"] for each in shop.ok("GET", "/resources")]
    found = shop.ok("GET", "/resources/marketplace", params={"search": "Hidden treasure"})
    assert found["total"] == 0
    with shop.as_group("others") as other:
        assert other.no("GET", f"/resources/{id}")[0] == 404
        assert other.no("POST", f"/resources/{id}/install")[0] == 404
    status, error = shop.no("POST", f"/resources/{id}/install")
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    assert "publish it first" in error["message"]


def test_publishing_names_every_failing_requirement_at_once(shop: Shop) -> None:
    """Source: https://docs.getmirra.app/api/resources/endpoints (Publishing Requirements)"""
    id = shop.ok("POST", "/resources", {"name": "Bare"})["id"]
    status, error = shop.no("POST", f"/resources/{id}/publish")
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    told = {each["field"] for each in error["details"]}
    assert told == {"description", "openApiSpec", "endpoint"}
    assert shop.ok("GET", f"/resources/{id}")["status"] == "draft"


def test_a_draft_may_lack_parts_but_not_have_wrong_ones(shop: Shop) -> None:
    """Ours: what is wrong is told where it is said."""
    spec = {"openapi": "3.0.3", "info": {"title": "T"}, "paths": {"/a": {"get": {}}}}
    endpoint = {
        "baseUrl": "ftp://user:pw@host",
        "authentication": "none",
        "methods": [
            {"name": "a", "httpMethod": "GET", "path": "/a"},
            {"name": "a", "httpMethod": "GET", "path": "a/../b"},
        ],
        "headers": {"X-Api-Key": "sk_live_1"},
    }
    body = {"name": "Broken", "openApiSpec": spec, "endpoint": endpoint,
            "pricing": {"model": "free", "basePrice": 1}}  # fmt: skip
    status, error = shop.no("POST", "/resources", body)
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    fields = {each["field"] for each in error["details"]}
    assert "description" not in fields
    assert fields >= {
        "pricing.basePrice",
        "openApiSpec.info",
        "openApiSpec.paths./a.get",
        "endpoint.baseUrl",
        "endpoint.headers.X-Api-Key",
        "endpoint.methods.1 (a)",
    }
    assert "Broken" not in [each["name"] for each in shop.ok("GET", "/resources")]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"openApiSpec": None}, "openApiSpec", "OpenAPI document is needed"),
        ({"openApiSpec": {"openapi": "4.0.0"}}, "openApiSpec.openapi", "not '4.0.0'"),
        ({"openApiSpec": {"swagger": "2.0"}}, "openApiSpec", "'paths' is a required property"),
        ({"endpoint": None}, "endpoint", "base URL"),
        ({"endpoint": {"baseUrl": "https://x.example", "methods": []}}, "endpoint.methods", "one"),
        (
            {"endpoint": {"baseUrl": "http://x.example", "authentication": "bearer",
                          "methods": METHODS}},
            "endpoint.baseUrl",
            "https",
        ),
        (
            {"endpoint": {"baseUrl": "https://x.example/?key=1", "methods": METHODS}},
            "endpoint.baseUrl",
            "query",
        ),
        (
            {"endpoint": {"baseUrl": "https://x.example",
                          "methods": [{"name": "z", "httpMethod": "GET", "path": "/z"}]}},
            "endpoint.methods.0 (z)",
            "isn't in the OpenAPI specification",
        ),
    ],
)  # fmt: skip
def test_each_requirement_is_checked(
    shop: Shop, change: dict[str, Any], field: str, words: str
) -> None:
    id = shop.draft()
    is_missing = list(change.values()) == [None] or field == "endpoint.methods"
    if is_missing:
        shop.ok("PATCH", f"/resources/{id}", change)
        _, error = shop.no("POST", f"/resources/{id}/publish")
    else:
        _, error = shop.no("PATCH", f"/resources/{id}", change)
    told = {each["field"]: each["message"] for each in error["details"]}
    assert words in told[field]


def test_installations_stay_at_their_version_until_they_upgrade(
    shop: Shop, upstream: Upstream
) -> None:
    id = shop.installed(upstream.url)
    moved = {"/v9" + path: item for path, item in PRICES["paths"].items()}
    endpoint = {
        "baseUrl": upstream.url,
        "methods": [{**each, "path": "/v9" + each["path"]} for each in METHODS],
    }
    shop.ok(
        "PATCH",
        f"/resources/{id}",
        {"endpoint": endpoint, "openApiSpec": PRICES | {"paths": moved}},
    )
    shop.call(id, "getPrice", symbol="X")
    assert upstream.last().path == "/prices/X"
    shown = shop.installation(id)
    assert (shown["version"], shown["latestVersion"]) == (1, 2)
    done = shop.ok("POST", f"/resources/{id}/upgrade")
    assert (done["fromVersion"], done["version"]) == (1, 2)
    shop.call(id, "getPrice", symbol="X")
    assert upstream.last().path == "/v9/prices/X"


def test_what_is_published_must_stay_fit_for_it(shop: Shop) -> None:
    id = shop.published()
    status, error = shop.no("PATCH", f"/resources/{id}", {"description": " "})
    assert (status, error["details"][0]["field"]) == (400, "description")
    assert shop.ok("GET", f"/resources/{id}")["description"] == "Prices of things"
    assert shop.ok("GET", f"/resources/{id}")["version"] == 1
    same = {"description": "Prices of things"}
    assert shop.ok("PATCH", f"/resources/{id}", same)["version"] == 1


def test_unpublishing_ends_new_installations_and_leaves_old_ones(
    shop: Shop, upstream: Upstream
) -> None:
    id = shop.installed(upstream.url, name="Going soon")
    shop.ok("POST", f"/resources/{id}/unpublish")
    assert shop.call(id, "getPrice", symbol="X")["statusCode"] == 200
    with shop.as_group("late") as late:
        assert late.no("POST", f"/resources/{id}/install")[0] == 404
    found = shop.ok("GET", "/resources/marketplace", params={"search": "Going soon"})
    assert found["total"] == 0
    status, error = shop.no("DELETE", f"/resources/{id}")
    assert (status, error["code"]) == (409, "ACTIVE_INSTALLATIONS")
    shop.ok("DELETE", f"/resources/{id}/install")
    assert shop.ok("DELETE", f"/resources/{id}") == "Resource deleted successfully"
    assert shop.no("GET", f"/resources/{id}")[0] == 404


def test_a_second_installation_is_refused_and_named(shop: Shop) -> None:
    id = shop.published()
    first = shop.ok("POST", f"/resources/{id}/install")["installationId"]
    status, error = shop.no("POST", f"/resources/{id}/install")
    assert (status, error["code"]) == (409, "ALREADY_INSTALLED")
    assert error["details"] == {"installationId": first}
    shop.ok("DELETE", f"/resources/{id}/install")
    status, error = shop.no("DELETE", f"/resources/{id}/install")
    assert (status, error["code"]) == (409, "NOT_INSTALLED")


def test_only_the_creator_may_change_a_resource(shop: Shop) -> None:
    id = shop.published()
    with shop.as_group("strangers") as other:
        for method, path, body in (
            ("PATCH", "", {"name": "Mine now"}),
            ("DELETE", "", None),
            ("POST", "/publish", None),
            ("POST", "/unpublish", None),
            ("GET", "/metrics", None),
        ):
            status, error = other.no(method, f"/resources/{id}{path}", body)
            assert (status, error["code"]) == (403, "PERMISSION_DENIED")


def test_a_private_resource_is_its_creators_alone(shop: Shop, upstream: Upstream) -> None:
    id = shop.installed(upstream.url, name="For me only", isPrivate=True)
    shop.call(id, "getPrice", symbol="X")
    with shop.as_group("curious") as other:
        assert other.no("GET", f"/resources/{id}")[0] == 404
        query = {"search": "For me only"}
        assert other.ok("GET", "/resources/marketplace", params=query)["total"] == 0
        assert shop.ok("GET", "/resources/marketplace", params=query)["total"] == 1


def test_usage_metrics_revenue_and_ratings_come_from_real_calls(
    shop: Shop, upstream: Upstream
) -> None:
    id = shop.published(upstream.url, pricing=PAID)
    upstream.script("/prices/BAD", answer({}, 500))
    for number, name in enumerate(("one", "two", "three")):
        with shop.as_group(name) as user:
            status, error = user.no("POST", f"/resources/{id}/rating", {"rating": 5})
            assert (status, error["code"]) == (403, "PERMISSION_DENIED")
            user.ok("POST", f"/resources/{id}/install")
            for _ in range(number + 1):
                user.call(id, "getPrice", symbol="X")
            user.failed(id, "getPrice", symbol="BAD")
            used = user.usage(id)
            assert (used["totalCalls"], used["totalCost"]) == (number + 2, 0.25 * (number + 1))
            assert used["callsToday"] == number + 2
            user.ok("POST", f"/resources/{id}/rating", {"rating": 5 - number})
            user.ok("POST", f"/resources/{id}/rating", {"rating": 4 - number})
    assert shop.ok("GET", f"/resources/{id}/metrics") == {
        "totalUsers": 3,
        "totalCalls": 9,
        "totalRevenue": 1.5,
        "rating": 3.0,
        "reviewCount": 3,
    }
    assert shop.no("POST", f"/resources/{id}/rating", {"rating": 5})[0] == 403
    with shop.as_group("one") as user:
        user.ok("DELETE", f"/resources/{id}/install")
    metrics = shop.ok("GET", f"/resources/{id}/metrics")
    assert (metrics["totalUsers"], metrics["totalRevenue"]) == (3, 1.5)
    assert shop.ok("GET", f"/resources/{id}")["installCount"] == 2


def test_a_subscription_is_paid_once_a_period_and_a_method_may_have_its_own_price(
    shop: Shop, upstream: Upstream
) -> None:
    upstream.script("/prices/BAD", answer({}, 500))
    id = shop.installed(upstream.url, pricing={"model": "subscription", "basePrice": 10.0})
    shop.failed(id, "getPrice", symbol="BAD")
    assert [shop.call(id, "getPrice", symbol="X")["cost"] for _ in range(3)] == [10.0, 0.0, 0.0]
    assert shop.usage(id)["totalCost"] == 10.0
    methods = [METHODS[0] | {"cost": 0.5}, METHODS[1]]
    dear = shop.installed(upstream.url, pricing=PAID, endpoint={"methods": methods})
    assert shop.call(dear, "getPrice", symbol="X")["cost"] == 0.5
    assert shop.call(dear, "order", symbol="X", amount=1)["cost"] == 0.25
    free = shop.installed(upstream.url)
    assert shop.call(free, "getPrice", symbol="X")["cost"] == 0.0


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/resources", {}, "name"),
        ("POST", "/resources", {"name": ""}, "name"),
        ("POST", "/resources", {"nmae": "x", "name": "x"}, "nmae"),
        ("POST", "/resources", {"name": "x", "resourceType": "toy"}, "resourceType"),
        ("POST", "/resources", {"name": "x", "tags": "a"}, "tags"),
        ("POST", "/resources", {"name": "x", "pricing": {"basePrice": -1}}, "pricing.basePrice"),
        (
            "POST",
            "/resources",
            {"name": "x", "endpoint": {"baseUrl": "x", "methods": [{"name": "a b"}]}},
            "endpoint.methods.0.name",
        ),
        ("POST", "/resources/call", {"method": "x"}, "resourceId"),
        ("POST", "/resources/call", {"resourceId": "x", "method": "x", "params": []}, "params"),
        ("POST", "/marketplaceResources/install", {}, "resourceId"),
    ],
)
def test_a_body_that_does_not_fit_is_told_field_by_field(
    shop: Shop, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    status, error = shop.no(method, path, body)
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")
    assert field in [each["field"] for each in error["details"]]


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b"{" * 100_000, b'{"a":' * 500 + b"1" + b"}" * 500,
     b'{"name": "\\ud800"}', b"\x00"],
)  # fmt: skip
@pytest.mark.parametrize(
    "path",
    ["/resources", "/resources/call", "/resources/x/authenticate", "/marketplaceResources/call"],
)
def test_nonsense_is_refused_in_the_envelope(shop: Shop, content: bytes, path: str) -> None:
    answer = shop.http.post(V1 + path, content=content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=-1", "offset=-1",
                                   "offset=99999999999", "limit=%F0%9D%9F%8F"])  # fmt: skip
def test_a_page_that_can_not_be_is_refused(shop: Shop, query: str) -> None:
    status, error = shop.no("GET", f"/resources/marketplace?{query}")
    assert (status, error["code"]) == (400, "VALIDATION_ERROR")


def test_strangers_get_nothing(shop: Shop) -> None:
    url = str(shop.http.base_url)
    for headers, status, code in (
        ({}, 401, "AUTHENTICATION_ERROR"),
        ({"x-api-key": "mirra_wrong"}, 401, "AUTHENTICATION_ERROR"),
        ({"authorization": "Bearer wrong"}, 401, "AUTHENTICATION_ERROR"),
        ({"x-api-key": shop.mirra.token, "host": "evil.example"}, 403, "PERMISSION_DENIED"),
        (
            {"x-api-key": shop.mirra.token, "origin": "https://evil.example"},
            403,
            "PERMISSION_DENIED",
        ),
    ):
        answer = shop.http.build_request("GET", f"{url}{V1}/resources")
        del answer.headers["x-api-key"]
        answer.headers.update(headers)
        got = shop.http.send(answer)
        assert (got.status_code, got.json()["error"]["code"]) == (status, code)
        assert "wrong" not in got.text
    bearer = {"authorization": f"Bearer {shop.mirra.token}"}
    request = shop.http.build_request("GET", f"{url}{V1}/resources", headers=bearer)
    del request.headers["x-api-key"]
    assert shop.http.send(request).status_code == 200


def test_other_paths_and_methods_are_refused_clearly(shop: Shop) -> None:
    status, error = shop.no("GET", "/resorces")
    assert (status, error["code"]) == (404, "NOT_FOUND")
    assert f"{V1}/resources" in error["message"]
    status, error = shop.no("PUT", "/resources")
    assert (status, error["message"]) == (405, f"{V1}/resources doesn't take PUT: use GET, POST.")
    status, error = shop.no("POST", "/marketplaceResources/instal", {})
    assert "Did you mean 'install'?" in error["message"]


def test_a_draft_without_a_document_can_be_looked_at(shop: Shop) -> None:
    id = shop.draft(openApiSpec={})
    shown = shop.ok("GET", f"/resources/{id}", params={"spec": "true"})
    assert shown["openApiSpec"] == {}
    assert [each["name"] for each in shown["endpoint"]["methods"]] == ["getPrice", "order"]
    assert shop.ok("GET", f"/resources/{id}/methods/getPrice")["inputSchema"]["required"] == [
        "symbol"
    ]
