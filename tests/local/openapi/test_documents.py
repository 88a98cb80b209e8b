"""Documents of every version, in one file or several; what is none is refused in words."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from mirra_mcp.local.openapi.document.reading import parsed
from tests.local.openapi.conftest import Mirrored

PETS = """
swagger: "2.0"
info: {title: Pets, version: "1"}
host: pets.example
basePath: /api
produces: [application/json]
consumes: [application/json]
paths:
  /pets:
    get:
      parameters:
        - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: pipes}
      responses: {200: {description: ok, schema: {type: array, items: {$ref: "#/definitions/Pet"}}}}
    post:
      parameters: [{name: pet, in: body, required: true, schema: {$ref: "#/definitions/Pet"}}]
      responses: {201: {description: ok, schema: {$ref: "#/definitions/Pet"}}}
  /pets/{petId}:
    parameters: [{name: petId, in: path, required: true, type: integer}]
    get:
      responses: {200: {description: ok, schema: {$ref: "#/definitions/Pet"}}}
    post:
      consumes: [application/x-www-form-urlencoded]
      parameters:
        - {name: name, in: formData, type: string}
        - {name: age, in: formData, type: integer}
      responses: {200: {description: ok, schema: {$ref: "#/definitions/Pet"}}}
definitions:
  Pet:
    type: object
    required: [name]
    properties:
      id: {type: integer, format: int64}
      name: {type: string}
      age: {type: integer}
      tags: {type: array, items: {type: string}}
"""


def test_swagger_2_is_mirrored_as_openapi_3_is(
    start: Callable[..., Mirrored], tmp_path: Path
) -> None:
    path = tmp_path / "pets.yaml"
    path.write_text(PETS)
    pets = start(path)
    assert pets.base.endswith("/api")
    rex = pets.made("/pets", name="Rex", tags=["big", "kind"])
    pets.made("/pets", name="Max", tags=["small"])
    assert rex == {"id": 1, "name": "Rex", "tags": ["big", "kind"]}
    older = pets.call("POST", "/pets/1", data={"age": "3"}).json()
    assert older == rex | {"age": 3}
    found = pets.call("GET", "/pets?tags=kind|other").json()
    assert [each["name"] for each in found] == ["Rex"]
    assert pets.call("POST", "/pets", json={"name": 1}).status_code == 400


def test_files_beside_a_document_are_read(start: Callable[..., Mirrored], tmp_path: Path) -> None:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "cat.json").write_text(
        '{"Cat": {"type": "object", "properties": {"id": {"type": "integer"},'
        ' "owner": {"$ref": "../people.yaml#/Person"}}}}'
    )
    (tmp_path / "people.yaml").write_text(
        "Person: {type: object, required: [name], properties: {name: {type: string}}}\n"
    )
    path = tmp_path / "openapi.yaml"
    path.write_text(
        "openapi: 3.0.3\ninfo: {title: Cat Café, version: '1'}\npaths:\n"
        "  /cats:\n    post:\n      requestBody: {content: {application/json: {schema: &cat"
        " {$ref: './schemas/cat.json#/Cat'}}}}\n"
        "      responses: {'201': {description: ok, content: {application/json: {schema: *cat}}}}\n"
        "  /cats/{id}:\n    get:\n      parameters: [{name: id, in: path, required: true,"
        " schema: {type: integer}}]\n"
        "      responses: {'200': {description: ok, content: {application/json: {schema: *cat}}}}\n"
    )
    cats = start(path)
    assert cats.vendor == "cat_caf"
    made = cats.made("/cats", owner={"name": "Ada"})
    assert made == {"id": 1, "owner": {"name": "Ada"}}
    assert cats.call("GET", "/cats/1").json() == made
    assert cats.call("POST", "/cats", json={"owner": {}}).status_code == 400


HEAD = "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[1, 2]", "it isn't an object"),
        ('{\n  "openapi": "3.1.0",\n  "info": }', "line 3, column 11"),
        ("openapi: 3.1.0\n  bad: [", "line 2"),
        ("openapi: 4.0.0\npaths: {/a: {}}", "'openapi' is '4.0.0'"),
        ("swagger: '1.2'", "'swagger' is '1.2'"),
        ("hello: world", "it has no 'openapi' field"),
        (HEAD, "it has no paths"),
        (HEAD + "paths: {}", "it has no paths"),
        (HEAD + "paths: {/a: {$ref: 'https://example.com/a.yaml'}}", "on another host"),
        (HEAD + "paths: {/a: {$ref: '../../etc/a.yaml'}}", "doesn't lie beside it"),
        (HEAD + "paths: {/a: {$ref: './nowhere.yaml'}}", "can't be read: No such file"),
    ],
)
def test_what_is_no_document_is_refused_with_the_place(
    control: httpx.Client, tmp_path: Path, text: str, told: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    refused = control.post("/v1/mirrors", json={"path": str(path)})
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "mirra.mirror.invalid"
    assert told in refused.json()["error"]["message"]


def test_a_document_may_come_as_text_and_takes_no_vendors_name(control: httpx.Client) -> None:
    made = control.post("/v1/mirrors", json={"document": PETS})
    assert made.status_code == 201
    assert made.json()["name"] == "pets"
    assert made.json()["endpoints"] == 4
    taken = control.post("/v1/mirrors", json={"document": PETS, "name": "toy"})
    assert taken.status_code == 400
    both = control.post("/v1/mirrors", json={"document": PETS, "path": "x"})
    assert both.status_code == 400


def test_schemas_that_refer_to_each_other_in_a_circle(control: httpx.Client) -> None:
    schemas = {
        "A": {"allOf": [{"$ref": "#/components/schemas/B"}]},
        "B": {"allOf": [{"$ref": "#/components/schemas/A"}]},
        "Tree": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "integer", "readOnly": True},
                "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
                "odd": {"$ref": "#/components/schemas/A"},
            },
        },
    }
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    ok = {"201": {"description": "ok", "content": body}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Trees", "version": "1"},
        "paths": {
            "/trees": {"post": {"requestBody": {"content": body}, "responses": ok}},
            "/trees/{id}": {"get": {"parameters": [key], "responses": ok}},
        },
        "components": {"schemas": schemas},
    }
    made = control.post("/v1/mirrors", json={"document": document})
    assert made.status_code == 201, made.text
    session = control.post("/v1/sessions", json={"mirrors": ["trees"]}).json()
    url = session["mirrors"][0]["url"]
    grown = control.post(f"{url}/trees", json={"children": [{}]})
    assert grown.status_code == 201
    assert grown.json() == {"id": 1, "children": [{"id": 1}]}


def odd(paths: dict[str, Any], **schemas: Any) -> dict[str, Any]:
    info = {"title": "Odd", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def body_of(name: str) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


def ok(name: str, status: str = "200") -> dict[str, Any]:
    return {status: {"description": "ok", **body_of(name)}}


def _list(name: str) -> dict[str, Any]:
    schema = {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}
    return {"200": {"description": "ok", "content": {"application/json": {"schema": schema}}}}


def _path(*names: str) -> list[dict[str, Any]]:
    text = {"type": "string"}
    return [{"name": name, "in": "path", "required": True, "schema": text} for name in names]


GONE = {"204": {"description": "gone"}}
THING = {"type": "object", "properties": {"x_id": {"type": "string"}, "n": {"type": "integer"}}}
SEAT = {
    "type": "object",
    "properties": {"row": {"type": "string"}, "number": {"type": "string"}},
}
ODD = odd(
    {
        "/things": {
            "post": {"requestBody": body_of("Thing"), "responses": ok("Thing", "201")},
            "get": {
                "parameters": [
                    {"name": "n", "in": "query", "schema": {"type": "integer"}},
                    {"name": "colour", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": _list("Thing"),
            },
            "delete": {"responses": GONE},
        },
        "/things/{x-id}": {
            "parameters": _path("x-id"),
            "get": {"responses": ok("Thing")},
            "delete": {"responses": GONE},
        },
        "/things/{other}": {
            "parameters": _path("other"),
            "get": {"responses": GONE},
            "patch": {"requestBody": body_of("Thing"), "responses": ok("Thing")},
        },
        "/things/{x-id}.{form}": {
            "parameters": _path("x-id", "form"),
            "get": {"responses": {"204": {"description": "two parts"}}},
        },
        "/seats/{row}/{number}": {
            "parameters": _path("row", "number"),
            "put": {
                "requestBody": body_of("Seat"),
                "responses": ok("Seat") | ok("Seat", "201"),
            },
            "get": {"responses": ok("Seat")},
        },
        "/clubs/{club}": {
            "parameters": _path("club"),
            "get": {"responses": ok("Club")},
            "delete": {"responses": GONE},
        },
    },
    Thing=THING,
    Seat=SEAT,
    Club={"type": "object", "required": ["club"], "properties": {"club": {"type": "string"}}},
)


def test_odd_paths_keys_and_collections(control: httpx.Client) -> None:
    made = control.post("/v1/mirrors", json={"document": ODD}).json()
    told = "GET /things/{other}: is never called, as its path can't be told from GET /things/{x-id}"
    assert told in made["guesses"]
    assert "GET /things: takes 'colour' without effect" in made["guesses"]
    session = control.post("/v1/sessions", json={"mirrors": ["odd"]}).json()
    url = session["mirrors"][0]["url"]

    def call(method: str, path: str, **body: Any) -> tuple[int, Any]:
        answer = control.request(method, url + path, json=body or None)
        return answer.status_code, answer.json() if answer.content else None

    for x, n in (("a", 1), ("b", 2), ("c", 2)):
        assert call("POST", "/things", x_id=x, n=n)[0] == 201
    id = call("GET", "/things")[1][0]["x_id"]
    assert call("GET", f"/things/{id}") == (200, {"x_id": "a", "n": 1})
    assert call("PATCH", f"/things/{id}", n=3) == (200, {"x_id": "a", "n": 3})
    assert call("GET", f"/things/{id}.csv") == (204, None)
    assert call("DELETE", "/things") == (204, None)
    assert call("GET", "/things") == (200, [])

    assert call("GET", "/seats/A/1")[0] == 404
    assert call("PUT", "/seats/A/1", row="A", number="1")[0] == 201
    assert call("PUT", "/seats/A/1", row="A", number="1")[0] == 200
    assert call("GET", "/seats/A/1") == (200, {"row": "A", "number": "1"})

    assert call("GET", "/clubs/red") == (200, {"club": "red"})
    assert call("DELETE", "/clubs/red")[0] == 204
    assert call("GET", "/clubs/red")[0] == 404
    control.delete(f"/v1/sessions/{session['sessionId']}")


@pytest.mark.parametrize("text", ["no", "on", "12:30", "2026-01-01", "0123"])
def test_plain_texts_of_yaml_stay_texts(text: str) -> None:
    """Source: https://yaml.org/spec/1.2.2/#103-core-schema"""
    assert parsed(f"{text}: {text}".encode(), "file") == {text: text}


def test_what_a_document_lacks_is_told_and_takes_anything(control: httpx.Client) -> None:
    things = {"post": {"requestBody": body_of("Lost"), "responses": ok("Lost", "201")}}
    document = odd({"/things": things}) | {"info": {"title": "Lacking", "version": "1"}}
    made = control.post("/v1/mirrors", json={"document": document}).json()
    told = "'#/components/schemas/Lost' isn't in the document: anything is taken in its place"
    assert told in made["guesses"]
    session = control.post("/v1/sessions", json={"mirrors": ["lacking"]}).json()
    url = session["mirrors"][0]["url"]
    assert control.post(f"{url}/things", json={"any": "thing"}).status_code == 201
    control.delete(f"/v1/sessions/{session['sessionId']}")


def test_a_document_of_twenty_megabytes_is_read(control: httpx.Client, tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    schema = {"type": "object", "description": "x" * 20_000, "properties": {}}
    schemas = {f"S{n}": schema for n in range(1000)}
    things = {"post": {"requestBody": body_of("S1"), "responses": ok("S1", "201")}}
    path.write_bytes(orjson.dumps(odd({"/things": things}, **schemas)))
    assert path.stat().st_size > 20_000_000
    answered = 0
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(control.post, "/v1/mirrors", json={"path": str(path)})
        while not made.done():
            assert control.get("/v1/sessions").status_code == 200
            answered += 1
    assert made.result().status_code == 201
    assert answered > 1, "nobody else is answered while it is read"
