"""Documents of every version, in one file or several; what is none is refused in words."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

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
