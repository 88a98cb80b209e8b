"""Many at once, several processes on one data folder, and a process that is killed."""

import json
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra
from mirra_mcp.local.marketplace.addresses import Addresses
from mirra_mcp.local.marketplace.catalog import Catalog
from mirra_mcp.local.marketplace.credentials import Credentials
from mirra_mcp.local.marketplace.definitions import Definition
from mirra_mcp.local.marketplace.installations import Installations
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.local.marketplace.usage import Meter
from mirra_mcp.settings import Settings
from mirra_mcp.wire.marketplace import CreateResource, MethodDefinition, Pricing
from tests.cli.command import environment
from tests.local.kit.toy import Toy
from tests.local.marketplace.shop import METHODS, PRICES, V1, Shop
from tests.local.marketplace.upstream import Upstream

PAID = {"model": "pay-per-call", "basePrice": 0.001}


def test_of_many_installations_at_once_one_is_made(shop: Shop) -> None:
    id = shop.published()
    with ThreadPoolExecutor(10) as pool:
        sent = pool.map(lambda _: shop.send("POST", f"/resources/{id}/install"), range(30))
        statuses = sorted(each.status_code for each in sent)
    assert statuses == [201] + [409] * 29
    assert shop.ok("GET", f"/resources/{id}")["installCount"] == 1


def test_many_accounts_at_once_are_counted_exactly(shop: Shop) -> None:
    id = shop.published()

    def install(number: int) -> None:
        with shop.as_group(f"many-{number}") as user:
            user.ok("POST", f"/resources/{id}/install")
            if number % 2:
                user.ok("DELETE", f"/resources/{id}/install")

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(install, range(20)))
    assert shop.ok("GET", f"/resources/{id}")["installCount"] == 10
    assert shop.ok("GET", f"/resources/{id}/metrics")["totalUsers"] == 20


def test_many_calls_at_once_cost_what_they_cost(
    folder: Path, shop: Shop, upstream: Upstream
) -> None:
    """Two Mirras share the data folder, and count together."""
    id = shop.installed(upstream.url, pricing=PAID)
    settings = Settings(data_dir=folder, resource_hosts=("127.0.0.1",))
    with LocalMirra(settings, kinds={"toy": Toy}) as second, Shop(second) as other:

        def call(number: int) -> None:
            one = (shop, other)[number % 2]
            if number % 5:
                one.call(id, "getPrice", symbol=f"S{number}")
            else:
                one.failed(id, "getPrise")

        with ThreadPoolExecutor(12) as pool:
            list(pool.map(call, range(100)))
        assert other.usage(id)["totalCalls"] == 80
    assert shop.usage(id)["totalCost"] == 0.08
    assert shop.ok("GET", f"/resources/{id}/metrics")["totalRevenue"] == 0.08


def test_a_call_on_the_way_while_it_is_uninstalled_is_answered(
    shop: Shop, upstream: Upstream
) -> None:
    id = shop.installed(upstream.url, pricing=PAID)

    def uninstall(request: object, sock: object) -> bytes:
        shop.ok("DELETE", f"/resources/{id}/install")
        return upstream.echo(upstream.last())

    upstream.script("/prices/SLOW", uninstall)
    assert shop.call(id, "getPrice", symbol="SLOW")["cost"] == 0.001
    assert shop.ok("GET", f"/resources/{id}/metrics")["totalCalls"] == 1


def _start(folder: Path) -> tuple["subprocess.Popen[str]", httpx.Client]:
    env = environment(folder, {"MIRRA_RESOURCE_HOSTS": "127.0.0.1"})
    command = [sys.executable, "-m", "mirra_mcp", "up", "--json"]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    given = json.loads(process.stdout.readline())
    headers = {"x-api-key": given["token"]}
    return process, httpx.Client(base_url=given["url"] + V1, headers=headers, timeout=20)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_nothing_that_was_answered_is_lost_when_the_process_is_killed(
    tmp_path: Path, upstream: Upstream
) -> None:
    body = {
        "name": "Prices",
        "description": "Prices of things",
        "openApiSpec": PRICES,
        "endpoint": {"baseUrl": upstream.url, "authentication": "bearer", "methods": METHODS},
        "pricing": PAID,
    }
    process, http = _start(tmp_path)
    try:
        id = http.post("/resources", json=body).json()["data"]["id"]
        assert http.post(f"/resources/{id}/publish").status_code == 200
        inst = http.post(f"/resources/{id}/install").json()["data"]["installationId"]
        credentials = {"type": "bearer", "credentials": {"token": "survives"}}
        assert http.post(f"/resources/{id}/authenticate", json=credentials).status_code == 200
        answered: list[float] = []

        def call(number: int) -> None:
            given = {"resourceId": id, "method": "getPrice", "params": {"symbol": str(number)}}
            with suppress(httpx.TransportError):
                answer = http.post("/resources/call", json=given)
                assert answer.status_code == 200, answer.text
                answered.append(answer.json()["data"]["cost"])
                if len(answered) == 25:
                    process.send_signal(signal.SIGKILL)

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(call, range(60)))
        assert process.wait(10) == -signal.SIGKILL
    finally:
        process.kill()
        process.wait(10)
        http.close()
        if process.stdout:
            process.stdout.close()
    settings = Settings(data_dir=tmp_path / "data", resource_hosts=("127.0.0.1",))
    with LocalMirra(settings, kinds={"toy": Toy}) as local, Shop(local) as again:
        used = again.ok("GET", f"/resources/installations/{inst}/usage")
        assert len(answered) <= used["totalCalls"] <= len(answered) + 6
        assert used["totalCost"] == used["totalCalls"] / 1000
        again.call(id, "getPrice", symbol="X")
        assert upstream.last().headers["authorization"] == "Bearer survives"


def test_a_subscription_is_paid_with_the_first_call_of_each_thirty_days(tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def wall() -> datetime:
        return now

    store = Store(tmp_path)
    catalog = Catalog(store, wall, Addresses(()), lambda id, doc: Definition(doc))
    installations = Installations(store, wall, catalog, Credentials(store, wall))
    meter = Meter(store, wall, catalog, installations)
    pricing = Pricing(model="subscription", base_price=9.9)
    method = MethodDefinition(name="m", http_method="GET", path="/m")
    with store.change():
        catalog.insert(
            "resource_s", "maker", CreateResource(name="S", pricing=pricing), "published"
        )
    row = installations.install("me", "resource_s")
    costs = []
    for days in (0, 29.9, 30.1, 59, 125, 149, 150.1):
        now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=days)
        costs.append(meter.record(row, pricing, method, duration=1, status=200, ok=True))
    assert costs == [9.9, 0.0, 9.9, 0.0, 9.9, 0.0, 9.9]
    assert meter.usage("me", row["id"]).total_cost == 39.6
    assert meter.usage("me", row["id"]).calls_today == 1
    store.close()


@pytest.mark.parametrize("ruin", ["garbage", "newer", "a folder"])
def test_a_database_that_can_not_be_used_is_told(tmp_path: Path, ruin: str) -> None:
    folder = tmp_path / "marketplace"
    folder.mkdir()
    path = folder / "marketplace.db"
    if ruin == "garbage":
        path.write_bytes(b"not a database" * 1000)
    elif ruin == "newer":
        store = Store(folder)
        store.run("PRAGMA user_version=999")
        store.close()
    else:
        path.mkdir()
    with LocalMirra(Settings(data_dir=tmp_path), kinds={"toy": Toy}) as local, Shop(local) as shop:
        status, error = shop.no("GET", "/resources/marketplace")
        assert (status, error["code"]) == (503, "UNAVAILABLE")
        assert "MIRRA_DATA_DIR" in error["message"]
        assert shop.http.get("/healthz").status_code == 200


LAZY = """
import sys
from pathlib import Path
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.settings import Settings
with LocalMirra(Settings(data_dir=Path(sys.argv[1]))):
    heavy = ("mirra_mcp.local.marketplace", "openapi", "jsonschema", "cryptography", "keyring")
    print([name for name in sys.modules if name.startswith(heavy)])
"""


def test_nothing_is_loaded_before_the_first_request(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LAZY, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "[]"


def test_the_rate_limit_holds_here_too_where_it_is_asked_for(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, rate_limit=3)
    with LocalMirra(settings, kinds={"toy": Toy}) as local, Shop(local) as shop:
        for _ in range(3):
            shop.ok("GET", "/resources")
        status, error = shop.no("GET", "/resources")
        assert (status, error["code"]) == (429, "RATE_LIMITED")
        assert 0 < error["details"]["retryAfter"] <= 60


def test_nothing_is_opened_before_the_first_request(tmp_path: Path) -> None:
    with LocalMirra(Settings(data_dir=tmp_path), kinds={"toy": Toy}) as local, Shop(local) as shop:
        bearer = {"authorization": f"Bearer {local.token}"}
        assert shop.http.get("/v1/sessions", headers=bearer).status_code == 200
        assert not (tmp_path / "marketplace").exists()
        shop.ok("GET", "/resources/marketplace")
        assert (tmp_path / "marketplace" / "marketplace.db").exists()
