"""What lies beyond a document: broken parts of it, other hosts, other servers."""

import json
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from mirra_mcp.local.kinds import Kinds
from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.openapi.document.reading import parsed
from mirra_mcp.wire.mirrors import CreateMirror
from tests.local.openapi.test_documents import body_of, odd, ok

BROKEN = """\
openapi: 3.1.0
info: {title: Broken, version: "1"}
paths:
  /things:
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              properties:
                name: {type: strng}
                code:
                  type: string
                  pattern: "[a-"
                size: {type: integer, minimum: 9, maximum: 3}
                lost: {$ref: "#/components/schemas/Lost"}
                inner: {properties: []}
                least: {type: string, minLength: -1}
                example: {type: strng}
                fine: {type: [string, "null"], example: {type: strng}}
      responses: {"201": {description: ok}}
"""
FAULTS = [
    (12, "type 'strng' isn't one of string, number, integer, boolean, object, array, null"),
    (15, "pattern '[a-' can't be read: no text is held to it"),
    (16, "minimum 9 is above maximum 3: neither is held"),
    (17, "'#/components/schemas/Lost' isn't in the document: anything is taken in its place"),
    (18, "properties isn't an object of schemas: it says nothing"),
    (19, "minLength isn't a whole number from 0: it isn't held"),
    (20, "type 'strng' isn't one of string, number, integer, boolean, object, array, null"),
]


@pytest.mark.parametrize("kind", ["yaml", "json", "text"])
def test_what_is_broken_in_a_document_is_told_with_its_line(
    control: httpx.Client, tmp_path: Path, kind: str
) -> None:
    text = BROKEN
    if kind == "json":
        text = json.dumps(parsed(BROKEN.encode(), ""), indent=1)
    path = tmp_path / f"broken.{kind}"
    path.write_text(text, encoding="utf-8")
    body = {"document": text} if kind == "text" else {"path": str(path)}
    made = control.post("/v1/mirrors", json=body).json()
    name = "document" if kind == "text" else path.name
    for line, told in FAULTS:
        if kind == "json":
            assert any(each.startswith("broken.json:") and told in each for each in made["guesses"])
        else:
            assert any(each.startswith(f"{name}:{line}: {told}") for each in made["guesses"])
    assert len(made["guesses"]) == len(FAULTS) + 2
    limits = control.get(f"/v1/catalog/{made['name']}").json()["gaps"]
    assert set(made["guesses"]) <= set(limits)
    session = control.post("/v1/sessions", json={"mirrors": [made["name"]]}).json()
    url = session["mirrors"][0]["url"]
    assert control.post(f"{url}/things", json={"name": 5, "code": "?"}).status_code == 201
    assert control.post(f"{url}/things", json={"fine": 5}).status_code == 400
    control.delete(f"/v1/sessions/{session['sessionId']}")


class _Files(BaseHTTPRequestHandler):
    """Serves a schema, something endless, a redirect, and nothing."""

    def do_GET(self) -> None:
        if self.path == "/pet.json":
            self._answer(200, b'{"Pet": {"type": "object", "required": ["name"]}}')
        elif self.path == "/away.json":
            self._answer(302, b"", ("location", "http://127.0.0.1/other.json"))
        elif self.path == "/large.json":
            self._answer(200, b" " * (17 * 1024 * 1024))
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        with suppress(OSError):
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def test_files_on_other_hosts_are_read_where_that_is_allowed(tmp_path: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Files)
    Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    kinds = Kinds({}, hosts=(host,))

    def made(file: str, kinds: Kinds = kinds) -> type[Mirror]:
        pet = {"content": {"application/json": {"schema": {"$ref": f"http://{host}/{file}#/Pet"}}}}
        post = {"requestBody": pet, "responses": {"201": {"description": "ok"}}}
        document = odd({"/pets": {"post": post}})
        return kinds[kinds.add(CreateMirror(document=document)).name]

    try:
        plan = made("pet.json").plan  # type: ignore[attr-defined]  # a document's mirror has one
        (body,) = plan.spec.operations[0].bodies.values()
        assert plan.schemas.shape(body).required == {"name"}
        for file, told in (
            ("away.json", "the host answers 302"),
            ("large.json", "it has more than 16,777,216 bytes"),
            ("none.json", "the host answers 404"),
        ):
            with pytest.raises(Refusal, match=told):
                made(file)
        with pytest.raises(Refusal, match="on another host") as refused:
            made("pet.json", Kinds({}, hosts=("127.0.0.1:1", "example.com")))
        assert f"MIRRA_DOCUMENT_HOSTS={host}" in str(refused.value.hint)
    finally:
        server.shutdown()
        server.server_close()


def test_a_document_is_answered_under_the_path_of_each_of_its_servers(
    control: httpx.Client,
) -> None:
    things = {"get": {"responses": ok("Thing")}, "post": {"responses": ok("Thing", "201")}}
    health = {"get": {"servers": [{"url": "/status"}], "responses": {"204": {"description": ""}}}}
    versions = {"version": {"default": "v2", "enum": ["v1", "v2"]}}
    document = odd({"/things": things, "/health": health}, Thing={"type": "object"}) | {
        "info": {"title": "Placed", "version": "1"},
        "servers": [
            {"url": "https://api.placed.example/{version}", "variables": versions},
            {"url": "https://eu.placed.example/rest"},
        ],
    }
    assert control.post("/v1/mirrors", json={"document": document}).status_code == 201
    session = control.post("/v1/sessions", json={"mirrors": ["placed"]}).json()
    mirror = session["mirrors"][0]
    url = mirror["url"]
    assert mirror["env"]["PLACED_BASE_URL"] == f"{url}/v2"
    for base in ("/v2", "/v1", "/rest"):
        assert control.post(f"{url}{base}/things").status_code == 201
    assert control.get(f"{url}/status/health").status_code == 204
    assert control.get(f"{url}/things").status_code == 404
    assert control.get(f"{url}/v3/things").status_code == 404
    control.delete(f"/v1/sessions/{session['sessionId']}")


NONSENSE: list[dict[str, Any]] = [
    {"get": {"responses": "no"}},
    {"get": {"responses": {"200": None}, "parameters": "x"}, "parameters": "y"},
    {"post": {"requestBody": "x", "responses": {"200": {"content": "x", "headers": "y"}}}},
    {"put": {"security": "x", "tags": "a", "servers": "x", "callbacks": "x", "responses": {}}},
    {"get": {"responses": {"200": {"content": {"application/json": "x"}}}}},
    {"get": {"parameters": [{"name": 5, "in": "query"}, "x", None], "responses": {}}},
    {"get": {"parameters": [{"name": "q", "in": "query", "schema": "no"}], "responses": {}}},
]


@pytest.mark.parametrize("item", NONSENSE)
def test_nonsense_in_a_part_never_fails_a_call(control: httpx.Client, item: dict[str, Any]) -> None:
    schema = {
        "type": "object",
        "required": "id",
        "properties": {
            "id": {"type": "integer", "minimum": "a", "multipleOf": None},
            "text": {"type": "string", "minLength": "x", "maxLength": None, "format": 5},
            "listed": {"type": "array", "minItems": "2", "items": ["x"]},
            "inner": {"properties": {"a": "nope"}, "allOf": {"type": "object"}, "enum": "a"},
        },
    }
    things = {"post": {"requestBody": body_of("Thing"), "responses": ok("Thing", "201")}}
    document = odd({"/things": things, "/odd": item}, Thing=schema)
    document |= {"info": {"title": "Nonsense", "version": "1"}, "webhooks": {"a": {"post": "d"}}}
    made = control.post("/v1/mirrors", json={"document": document})
    assert made.status_code == 201, made.text
    session = control.post("/v1/sessions", json={"mirrors": ["nonsense"]}).json()
    url = session["mirrors"][0]["url"]
    (method,) = (each for each in item if each != "parameters")
    assert control.request(method, f"{url}/odd").status_code < 500
    assert control.post(f"{url}/things", json={"text": "a"}).status_code == 201
    control.delete(f"/v1/sessions/{session['sessionId']}")
