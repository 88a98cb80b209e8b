"""Every example body of the documentation, byte for byte, in and out, over real HTTP.

Source: https://docs.getmirra.app/api/resources/endpoints
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
from tests.local.kit.toy import Toy
from tests.local.marketplace.shop import METHODS, PRICES, V1, V2, Shop
from tests.local.marketplace.upstream import Upstream

CREATE = """{
  "name": "Crypto Price API",
  "description": "Real-time cryptocurrency prices",
  "resourceType": "api",
  "category": "crypto",
  "tags": ["crypto", "prices", "trading"],
  "openApiSpec": { /* OpenAPI 3.0 specification */ },
  "endpoint": {
    "baseUrl": "https://api.crypto-prices.com",
    "authentication": "api_key",
    "methods": [ /* Method definitions */ ]
  },
  "pricing": {
    "model": "pay-per-call",
    "basePrice": 0.001,
    "currency": "USDC"
  }
}"""
CREATED = """{
  "success": true,
  "data": {
    "id": "resource_abc123",
    "name": "Crypto Price API",
    "resourceType": "api",
    "status": "draft",
    "createdAt": "2025-11-15T12:00:00Z"
  }
}"""
INSTALLED = """{
  "success": true,
  "data": {
    "installationId": "inst_789",
    "resourceId": "resource_123",
    "userId": "user_456",
    "isAuthenticated": false,
    "status": "active",
    "installedAt": "2025-11-05T12:00:00Z"
  }
}"""
CREDENTIALS = [
    """{
  "type": "api_key",
  "credentials": {
    "apiKey": "sk_live_..."
  }
}""",
    """{
  "type": "oauth2",
  "credentials": {
    "accessToken": "ya29.a0...",
    "refreshToken": "1//0g...",
    "expiresAt": "2025-11-05T13:00:00Z"
  }
}""",
    """{
  "type": "basic",
  "credentials": {
    "username": "user@example.com",
    "password": "password123"
  }
}""",
    """{
  "type": "bearer",
  "credentials": {
    "token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."
  }
}""",
]
USAGE = """{
  "success": true,
  "data": {
    "totalCalls": 547,
    "totalCost": 0.547,
    "callsToday": 23,
    "lastUsedAt": "2025-11-05T11:45:00Z",
    "recentCalls": [
      {
        "timestamp": "2025-11-05T11:45:00Z",
        "method": "getPrice",
        "cost": 0.001,
        "duration": 234,
        "success": true
      }
    ]
  }
}"""
METRICS = """{
  "success": true,
  "data": {
    "totalUsers": 156,
    "totalCalls": 45678,
    "totalRevenue": 45.678,
    "rating": 4.7,
    "reviewCount": 34
  }
}"""
PUBLISHED = """{
  "success": true,
  "data": {
    "id": "resource_abc123",
    "status": "published",
    "publishedAt": "2025-11-15T12:00:00Z"
  }
}"""
UNPUBLISHED = """{
  "success": true,
  "data": {
    "id": "resource_abc123",
    "status": "draft"
  }
}"""
UPDATE = """{
  "description": "Updated description",
  "pricing": {
    "model": "subscription",
    "basePrice": 10.0
  }
}"""
DELETED = """{
  "success": true,
  "message": "Resource deleted successfully"
}"""
UNINSTALLED = """{
  "success": true,
  "message": "Resource uninstalled successfully"
}"""
MARKETPLACE = """{
  "success": true,
  "data": {
    "resources": [
      {
        "id": "resource_123",
        "name": "Crypto Price API",
        "description": "Real-time cryptocurrency prices",
        "resourceType": "api",
        "category": "crypto",
        "pricing": {
          "model": "pay-per-call",
          "basePrice": 0.001
        },
        "rating": 4.8,
        "installCount": 234
      }
    ],
    "total": 150,
    "limit": 10,
    "offset": 0
  }
}"""
INSTALLATIONS = """{
  "success": true,
  "data": {
    "installations": [
      {
        "installationId": "inst_123",
        "resourceId": "resource_456",
        "resourceName": "Crypto Price API",
        "isAuthenticated": true,
        "installedAt": "2025-11-01T10:00:00Z",
        "lastUsedAt": "2025-11-05T11:45:00Z"
      }
    ]
  }
}"""


def _filled(upstream: Upstream | None = None) -> str:
    """The documented body, with its two comments replaced by what they stand for."""
    body = CREATE.replace("{ /* OpenAPI 3.0 specification */ }", json.dumps(PRICES))
    body = body.replace("[ /* Method definitions */ ]", json.dumps(METHODS))
    return body.replace("https://api.crypto-prices.com", upstream.url) if upstream else body


def _as_printed(text: str, **known: str) -> str:
    """An answer as the documentation prints it, with its ids and instants for ours."""
    printed = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    for documented, ours in known.items():
        printed = printed.replace(ours, documented)
    return printed


def _instant(text: str, documented: str) -> str:
    return re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", documented, text)


@pytest.fixture
def own(tmp_path: Path, upstream: Upstream) -> Iterator[Shop]:
    settings = Settings(data_dir=tmp_path, resource_hosts=("127.0.0.1",))
    with LocalMirra(settings, kinds={"toy": Toy}) as local, Shop(local) as shop:
        yield shop


def _post(shop: Shop, path: str, body: str = "") -> str:
    headers = {"content-type": "application/json"}
    return shop.http.post(V1 + path, content=body.encode(), headers=headers).text


def test_a_resource_lives_as_documented(own: Shop, upstream: Upstream) -> None:
    created = _post(own, "/resources", _filled(upstream))
    id = json.loads(created)["data"]["id"]
    assert re.fullmatch(r"resource_[a-z0-9]+", id)
    text = _instant(_as_printed(created, resource_abc123=id), "2025-11-15T12:00:00Z")
    assert text == CREATED

    published = _post(own, f"/resources/{id}/publish")
    text = _instant(_as_printed(published, resource_abc123=id), "2025-11-15T12:00:00Z")
    assert text == PUBLISHED

    installed = _post(own, f"/resources/{id}/install")
    inst = json.loads(installed)["data"]["installationId"]
    known = {"inst_789": inst, "resource_123": id, "user_456": "user_local"}
    assert re.fullmatch(r"inst_[a-z0-9]+", inst)
    assert _instant(_as_printed(installed, **known), "2025-11-05T12:00:00Z") == INSTALLED

    assert json.loads(_post(own, f"/resources/{id}/authenticate", CREDENTIALS[0]))["success"]
    own.call(id, "getPrice", symbol="BTC")
    assert upstream.last().headers["x-api-key"] == "sk_live_..."
    listed = own.send("GET", "/resources/installations").text
    known = {"inst_123": inst, "resource_456": id}
    text = _as_printed(listed, **known)
    for at in ("2025-11-01T10:00:00Z", "2025-11-05T11:45:00Z"):
        text = re.sub(r"(edAt\": )\"202[6-9][^\"]+\"", rf'\1"{at}"', text, count=1)
    assert text == INSTALLATIONS

    changed = own.ok("PATCH", f"/resources/{id}", json.loads(UPDATE))
    assert changed["description"] == "Updated description"
    assert changed["pricing"] == {"model": "subscription", "basePrice": 10.0, "currency": "USDC"}

    unpublished = _post(own, f"/resources/{id}/unpublish")
    assert _as_printed(unpublished, resource_abc123=id) == UNPUBLISHED
    uninstalled = own.send("DELETE", f"/resources/{id}/install").text
    assert _as_printed(uninstalled) == UNINSTALLED
    assert _as_printed(own.send("DELETE", f"/resources/{id}").text) == DELETED


@pytest.mark.parametrize("body", CREDENTIALS, ids=["api_key", "oauth2", "basic", "bearer"])
def test_documented_credentials_are_taken_word_for_word(
    shop: Shop, upstream: Upstream, body: str
) -> None:
    given = json.loads(body)
    id = shop.installed(upstream.url, endpoint={"authentication": given["type"]})
    done = json.loads(_post(shop, f"/resources/{id}/authenticate", body))
    assert done["data"]["isAuthenticated"] is True
    if given["type"] == "oauth2":
        status, error = shop.failed(id, "getPrice", symbol="BTC")  # it expired in 2025
        assert (status, error["code"]) == (409, "NOT_AUTHENTICATED")
    else:
        assert shop.call(id, "getPrice", symbol="BTC")["statusCode"] == 200


def test_usage_metrics_and_the_market_are_shown_as_documented(own: Shop, tmp_path: Path) -> None:
    """The documented figures, put into the database, come out as they are printed."""
    id = json.loads(_post(own, "/resources", _filled()))["data"]["id"]
    own.ok("POST", f"/resources/{id}/publish")
    inst = own.ok("POST", f"/resources/{id}/install")["installationId"]
    with closing(sqlite3.connect(tmp_path / "marketplace" / "marketplace.db")) as db, db:
        _plant(db, id, inst)

    usage = own.ok("GET", f"/resources/installations/{inst}/usage")
    usage["recentCalls"] = usage["recentCalls"][:1]
    assert json.dumps({"success": True, "data": usage}, indent=2) == USAGE

    assert _as_printed(own.send("GET", f"/resources/{id}/metrics").text) == METRICS

    page = own.send("GET", "/resources/marketplace").json()
    assert len(page["data"]["resources"]) == 10
    page["data"]["resources"] = page["data"]["resources"][:1]
    page["data"]["resources"][0]["rating"] = 4.8  # the documents have two figures
    text = _as_printed(json.dumps(page), resource_123=id)
    assert text == MARKETPLACE


def _plant(db: sqlite3.Connection, id: str, inst: str) -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    old = "2025-11-05T11:45:00Z"
    sql = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<?)"
        " INSERT INTO calls (installation, resource, account, at, method, cost, duration, success)"
        " SELECT ?, ?, 'user_local', ?, 'getPrice', 1000000, 234, 1 FROM n"
    )
    db.execute(sql, (45_678 - 547, "inst_other", id, old))
    db.execute(sql, (547 - 24, inst, id, old))
    db.execute(sql, (23, inst, id, now))
    db.execute(sql, (1, inst, id, old))
    db.execute("UPDATE installations SET calls=547, cost=547000000, used=? WHERE id=?", (old, inst))
    db.executemany("INSERT INTO users VALUES (?,?)", [(id, f"u{n}") for n in range(155)])
    stars = [5] * 24 + [4] * 10
    rows = [(id, f"u{n}", each, old) for n, each in enumerate(stars)]
    db.executemany("INSERT INTO ratings VALUES (?,?,?,?)", rows)
    db.execute("UPDATE resources SET installs=234 WHERE id=?", (id,))
    doc = db.execute("SELECT doc FROM resources WHERE id=?", (id,)).fetchone()[0]
    there = db.execute("SELECT COUNT(*) FROM resources").fetchone()[0]
    db.executemany(
        "INSERT INTO resources (id, creator, name, folded, doc, version, status, private, created,"
        " updated) VALUES (?,'x','Other','other',?,1,'published',0,'','')",
        [(f"resource_other{n}", doc) for n in range(150 - there)],
    )


# Calling: not in the documents; as the SDK's source and skills have it.


def _v2(shop: Shop, method: str, params: dict[str, Any]) -> Any:
    body = {"resourceId": "marketplace-resources", "method": method, "params": params}
    answer = shop.http.post(f"{V2}/resources/call", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_the_second_versions_operations_answer_flat(shop: Shop, upstream: Upstream) -> None:
    """Source: the skill `mirra-marketplace-resources` of https://github.com/Oz-Networks/mirra-sdk"""
    id = shop.published(upstream.url, name="Flat prices", endpoint={"authentication": "bearer"})
    record = _v2(shop, "install", {"resourceId": id})
    fields = ["installationId", "userId", "resourceId", "alias", "isAuthenticated", "status",
              "installedAt", "totalCalls", "totalCost", "lastUsedAt"]  # fmt: skip
    assert list(record) == fields
    assert (record["alias"], record["isAuthenticated"]) == ("flat-prices", False)
    given = {"resourceId": id, "type": "bearer", "credentials": {"token": "t"}}
    kept = _v2(shop, "authenticate", given)
    assert list(kept) == ["success", "resourceId", "isAuthenticated", "authenticatedAt"]
    call = {"resourceId": id, "method": "getPrice", "parameters": {"symbol": "BTC"}}
    done = _v2(shop, "call", call)
    assert list(done) == ["result", "cost", "duration", "statusCode"]
    assert _v2(shop, "getInstallation", {"resourceId": id})["totalCalls"] == 1
    all = _v2(shop, "listInstalled", {})
    assert all["count"] == len(all["installations"])
    assert id in [each["resourceId"] for each in all["installations"]]
    gone = _v2(shop, "uninstall", {"resourceId": id})
    assert list(gone) == ["success", "resourceId", "uninstalledAt"]


def test_every_form_of_a_call_is_served(shop: Shop, upstream: Upstream) -> None:
    id = shop.installed(upstream.url)
    flat = {"resourceId": id, "method": "getPrice", "params": {"symbol": "X"}}
    inner = {"resourceId": id, "method": "getPrice", "parameters": {"symbol": "X"}}
    wrapped = {"resourceId": "marketplace-resources", "method": "call", "params": inner}
    for path, body in (
        (f"{V1}/resources/call", flat),
        (f"{V2}/resources/call", flat),
        (f"{V1}/resources/call", wrapped),
        (f"{V2}/resources/call", wrapped),
        (f"{V1}/marketplaceResources/call", inner),
    ):
        data = shop.http.post(path, json=body).json()["data"]
        assert list(data) == ["result", "cost", "duration", "statusCode"]
    assert shop.usage(id)["totalCalls"] == 5


def test_the_older_lists_of_the_market_are_served(shop: Shop) -> None:
    item = shop.ok("GET", "/marketplace/search", params={"q": "toy mirror"})[0]
    assert (item["id"], item["type"], item["author"]) == (
        "resource_toy_mirror",
        "resource",
        "user_mirra",
    )
    assert item in shop.ok("GET", "/marketplace")
    assert shop.ok("GET", "/marketplace", params={"type": "agent"}) == []
