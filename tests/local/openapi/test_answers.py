"""Every answer fits its schema and HTTP, whatever the document is made of."""

from collections.abc import Callable
from pathlib import Path

from tests.local.openapi.conftest import Mirrored

ODD = """
openapi: 3.0.3
info: {title: Odd, version: "1"}
paths:
  /policies/{policyId}:
    get:
      parameters: [{name: policyId, in: path, required: true, schema: {type: string}}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Policy"}}}}
        "400": {description: no, content: {application/json: {schema: {$ref: "#/components/schemas/Problem"}}}}
  /clean:
    post:
      requestBody: {content: {application/json: {schema: {type: object, required: [name]}}}}
      responses:
        "204": {description: gone, content: {application/json: {schema: {type: object}}}}
        "400": {description: no, content: {application/json: {schema: {$ref: "#/components/schemas/Problem"}}}}
  /items:
    post:
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}
      responses:
        "201": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}
    get:
      parameters:
        - {name: offset, in: query, schema: {type: integer}}
        - {name: limit, in: query, schema: {type: integer}}
        - {name: q, in: query, schema: {type: string}}
      responses:
        "200":
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  items: {type: array, items: {$ref: "#/components/schemas/Item"}}
                  next: {type: string}
                  previous: {type: string}
  /items/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200": {description: ok, content: {application/json: {schema: {$ref: "#/components/schemas/Item"}}}}
components:
  schemas:
    Item: {type: object, properties: {id: {type: string, readOnly: true}, name: {type: string}}}
    Status: {type: string, enum: [IN_PROGRESS, FAILED]}
    Tags: {type: object, minProperties: 2, additionalProperties: {type: integer}}
    Names: {type: array, minItems: 1, items: {type: string, minLength: 20}}
    Policy:
      type: object
      required: [status, tags, names, size]
      properties:
        status: {allOf: [{$ref: "#/components/schemas/Status"}, {description: How it fares.}]}
        tags: {allOf: [{$ref: "#/components/schemas/Tags"}, {description: What it is marked with.}]}
        names: {allOf: [{$ref: "#/components/schemas/Names"}, {description: What it is called.}]}
        size: {allOf: [{type: integer}, {minimum: 40}]}
    Problem:
      type: object
      properties:
        error: {$ref: "#/components/schemas/Problem"}
        message: {type: string}
        details: {type: array, items: {$ref: "#/components/schemas/Problem"}}
"""  # noqa: E501  a document, a response a line


def test_what_a_schema_says_in_parts_holds_for_what_is_made_up(
    start: Callable[..., Mirrored], tmp_path: Path
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(ODD, encoding="utf-8")
    found = start(path).call("GET", "/policies/pol_1").json()
    assert found["status"] in ("IN_PROGRESS", "FAILED")
    assert len(found["tags"]) >= 2
    assert {type(each) for each in found["tags"].values()} == {int}
    assert [len(each) >= 20 for each in found["names"]] == [True]
    assert found["size"] >= 40


def test_a_refusal_whose_schema_holds_itself_ends(
    start: Callable[..., Mirrored], tmp_path: Path
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(ODD, encoding="utf-8")
    refused = start(path).call("POST", "/clean", json={})
    assert refused.status_code == 400
    assert "name" in refused.json()["error"]["message"]


def test_an_answer_of_a_status_without_body_has_none_and_the_connection_goes_on(
    start: Callable[..., Mirrored], tmp_path: Path
) -> None:
    """Source: https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1"""
    path = tmp_path / "odd.yaml"
    path.write_text(ODD, encoding="utf-8")
    odd = start(path)
    for _ in range(2):  # a body would stand where the next answer begins
        gone = odd.call("POST", "/clean", json={"name": "a"})
        assert (gone.status_code, gone.content) == (204, b"")
        assert "content-length" not in gone.headers


def test_a_list_by_offset_leads_on_and_back_and_searches_what_was_written(
    start: Callable[..., Mirrored], tmp_path: Path
) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(ODD, encoding="utf-8")
    odd = start(path)
    ids = [odd.made("/items", name=name)["id"] for name in ("ann", "bob", "cy", "dee", "eve")]
    walked, at = [], "?limit=2"
    while at:
        page = odd.call("GET", f"/items{at}").json()
        walked += [each["id"] for each in page["items"]]
        at = page["next"].removeprefix(f"{odd.base}/items") if "next" in page else ""
    assert walked == ids
    assert page["previous"] == f"{odd.base}/items?limit=2&offset=2"
    assert len(odd.call("GET", "/items?limit=-5").json()["items"]) == 5
    found = odd.call("GET", f"/items?q={ids[0][-6:]}").json()["items"]
    assert found == [], "an id is no text that somebody wrote"
