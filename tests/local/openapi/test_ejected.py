"""A document's mirror, written out as Python, is the same mirror, and can be edited."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mirra_mcp.local.app import LocalMirra, StartError
from mirra_mcp.local.openapi.ejecting import ejected
from mirra_mcp.local.openapi.making import mirror_of
from mirra_mcp.settings import Settings
from tests.local.openapi.conftest import HERE, Mirrored
from tests.local.openapi.test_behaviour import FILE
from tests.local.openapi.test_documents import odd, ok

PROJECT = Path(__file__).parents[3] / "pyproject.toml"
CLOCK = {"clock": "2026-05-04T12:00:00Z"}


def _eject(*words: str, cwd: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "mirra_mcp", "mirror", "eject", *words, "--json"]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shop and its behaviour file, ejected."""
    folder = tmp_path_factory.mktemp("ejected")
    (folder / "corner.yaml").write_bytes((HERE / "shop.yaml").read_bytes())
    (folder / "corner.mirra.yaml").write_text(FILE, encoding="utf-8")
    told = _eject("corner.yaml", cwd=folder)
    assert (told["folder"], told["mirror"]) == ("corner_mirror", "corner")
    return folder


@pytest.fixture(scope="module")
def mine(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A Mirra that has been told of the folder."""
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("mine"), vendors=(folder / "corner_mirror",)
    )
    with LocalMirra(settings) as local:
        headers = {"authorization": f"Bearer {local.token}"}
        with httpx.Client(base_url=local.url, headers=headers, timeout=30) as client:
            yield client


def _started(control: httpx.Client) -> Mirrored:
    wanted = {"mirrors": ["corner"], "seeds": {"corner": "busy"}, "name": "corner", **CLOCK}
    answer = control.post("/v1/sessions", json=wanted)
    assert answer.status_code == 201, answer.text
    return Mirrored(control, answer.json())


def _life(shop: Mirrored) -> list[tuple[int, Any]]:
    """Make, list, change, act on and delete all kinds of documents; return every answer."""
    answers = []

    def call(method: str, path: str, **kwargs: Any) -> Any:
        answer = shop.call(method, path, **kwargs)
        body = answer.json() if answer.content else None
        answers.append((answer.status_code, body))
        return body

    customer = call("POST", "/customers", json={"email": "eve@example.com", "name": "Eve"})
    call("POST", "/customers", json={"name": 1})
    call("GET", "/customers?limit=1")
    call("PATCH", f"/customers/{customer['id']}", json={"name": None})
    order = call("POST", "/orders", json={"customer_id": customer["id"], "total": 50})
    call("POST", "/orders", json={"customer_id": "nobody", "total": 50})
    call("POST", "/orders", json={"customer_id": customer["id"], "total": 5000})
    call("PATCH", f"/orders/{order['id']}", json={"total": 60})
    call("PATCH", f"/orders/{order['id']}", json={"total": 40})
    call("POST", f"/orders/{order['id']}/notes", json={"text": "Ring"})
    call("GET", f"/orders/{order['id']}/notes")
    call("POST", "/orders/none/notes", json={"text": "Ring"})
    call("GET", f"/orders/{order['id']}/notes/1")
    call("POST", f"/orders/{order['id']}/fulfil")
    call("POST", f"/orders/{order['id']}/pay")
    call("POST", f"/orders/{order['id']}/fulfil")
    call("GET", f"/orders/{order['id']}")
    call("GET", "/orders?status=paid,shipped&sort=-total&per_page=1&page=2")
    hook = call("POST", "/webhooks", json={"url": "http://127.0.0.1:9/h", "events": ["x"]})
    call("DELETE", f"/webhooks/{hook['id']}")
    call("DELETE", f"/customers/{customer['id']}")
    call("GET", f"/customers/{customer['id']}")
    call("PUT", "/customers")
    call("GET", "/nowhere")
    for _ in range(4):
        call("POST", "/customers", json={"email": "a@example.com"})
    return answers


def test_an_ejected_mirror_lives_as_the_documents_own_does(
    mine: httpx.Client, control: httpx.Client, folder: Path
) -> None:
    made = control.post("/v1/mirrors", json={"path": str(folder / "corner.yaml")})
    assert made.status_code == 201, made.text
    ejected, document = _started(mine), _started(control)
    lived, expected = _life(ejected), _life(document)
    assert lived == expected
    assert {status for status, _ in expected} >= {200, 201, 204, 404, 405, 409, 429}
    known = [
        each.control.get(f"{each.root}/_mirra/metadata").json() for each in (ejected, document)
    ]
    own, documents = ({**each, "simulateEvents": None, "simulate": None} for each in known)
    assert own == documents
    ejected.admin("simulate", event="order.created", id="ord_1")
    for each in (ejected, document):
        each.control.delete(f"/v1/sessions/{each.session['sessionId']}")


def test_what_is_written_passes_the_houses_own_checks(folder: Path) -> None:
    cache = PROJECT.parent / ".mypy_cache"
    for command in (
        ["ruff", "check", "--config", PROJECT, "--config", f"src=['{folder.as_posix()}']"],
        ["ruff", "format", "--check", "--config", PROJECT],
        ["mypy", "--config-file", PROJECT, "--cache-dir", cache],
    ):
        words = [sys.executable, "-m", *map(str, command), "corner_mirror"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_an_edit_holds_for_the_next_session_and_a_slip_is_told_with_its_line(
    mine: httpx.Client, folder: Path
) -> None:
    file = folder / "corner_mirror" / "orders.py"
    written = file.read_text(encoding="utf-8")
    pay = '        order = asked.acted(asked.one(), to="paid")\n'
    assert pay in written
    guard = (
        "        order = asked.one()\n"
        '        if order["total"] > 100:\n'
        '            raise asked.refusal(402, "The card is declined.", code="too_much")\n'
        '        order = asked.acted(order, to="paid")\n'
    )
    try:
        file.write_text(written.replace(pay, guard), encoding="utf-8")
        shop = _started(mine)
        order = shop.made("/orders", customer_id="cus_1", total=200)
        declined = shop.call("POST", f"/orders/{order['id']}/pay")
        assert (declined.status_code, declined.json()["error"]["code"]) == (402, "too_much")
        assert shop.call("GET", f"/orders/{order['id']}").json()["status"] == "pending"
        for slip, told in (
            ("    x = (\n", f"corner_mirror/orders.py:{written.count(chr(10)) + 1}: SyntaxError"),
            ("    x = y\n", f"corner_mirror/orders.py:{written.count(chr(10)) + 1}: NameError"),
            (
                '    @operation("POST /order")\n    def more(self, asked: Asked) -> Answer: ...\n',
                "no operation 'POST /order'. Did you mean 'POST /orders'?",
            ),
        ):
            file.write_text(written + slip, encoding="utf-8")
            refused = mine.post("/v1/sessions", json={"mirrors": ["corner"]})
            assert refused.status_code == 400
            assert told in refused.json()["error"]["message"]
    finally:
        file.write_text(written, encoding="utf-8")


def test_a_folder_is_named_by_whoever_starts_mirra_alone(
    control: httpx.Client, folder: Path, tmp_path: Path
) -> None:
    for path in (folder / "corner_mirror", folder / "corner_mirror" / "mirror.py"):
        refused = control.post("/v1/mirrors", json={"path": str(path)})
        assert refused.json()["error"]["code"] == "mirra.mirror.invalid"
        named = control.post("/v1/sessions", json={"mirrors": [str(path)]})
        assert named.json()["error"]["code"] == "mirra.session.mirror_not_in_catalog"
    with pytest.raises(StartError, match="no mirror of your own"):
        LocalMirra(Settings(data_dir=tmp_path, vendors=(tmp_path,))).start()


def test_a_folder_that_python_cannot_import_is_not_written(tmp_path: Path) -> None:
    words = ["mirror", "eject", str(HERE / "shop.yaml"), "--to", "my-shop"]
    command = [sys.executable, "-m", "mirra_mcp", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, list(tmp_path.iterdir())) == (64, [])


def test_what_a_document_says_never_becomes_code() -> None:
    slip = 'x"); raise SystemExit("""\\\n'
    thing = {"type": "object", "properties": {"id": {"type": "string"}, "status": {"enum": []}}}
    thing["properties"]["status"]["enum"] = [slip, "paid" + slip]  # type: ignore[index]
    said = {"summary": slip, "responses": ok("Thing"), "tags": [slip]}
    paths = {
        "/things": {"get": {"responses": {"200": ok("Thing")["200"]}}, "post": said},
        f"/things/{{{slip}}}": {"get": said, "delete": said},
        f"/things/{{{slip}}}/{slip}": {"post": said},
    }
    document = odd(paths, Thing=thing) | {"info": {"title": slip, "version": slip}}
    document["webhooks"] = {slip: {"post": {"responses": {}}}}
    rules = {
        "things": {"defaults": {"status": slip}, "refuse": [{"when": "True", "message": slip}]}
    }
    kind = mirror_of("things", document, rules)
    files = ejected("things_mirror", "things", document, kind.plan, rules)
    for path, content in files.items():
        if path.endswith(".py"):
            names = {each.id for each in ast.walk(ast.parse(content)) if isinstance(each, ast.Name)}
            assert "SystemExit" not in names
            assert not any(isinstance(each, ast.Raise) for each in ast.walk(ast.parse(content)))
