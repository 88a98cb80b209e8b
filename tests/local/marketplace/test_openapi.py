"""Reading OpenAPI documents that strangers wrote, and filling requests by them."""

import copy
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mirra_mcp.local.marketplace import openapi, plans, publishing, requests, schemas
from mirra_mcp.local.marketplace.addresses import Addresses, origin_of
from mirra_mcp.local.marketplace.errors import Refused
from mirra_mcp.local.marketplace.openapi import Document
from mirra_mcp.wire.marketplace import CreateResource, MethodDefinition
from tests.local.marketplace.shop import METHODS, PRICES

OK = {"responses": {"200": {"description": "Fine."}}}


def _spec(paths: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths, **parts}


def _fill(operation: dict[str, Any], given: dict[str, Any], **method: Any) -> requests.Filled:
    verb, path = method.pop("http_method", "GET"), method.pop("path", "/things")
    document = Document(_spec({path: {verb.lower(): operation | OK}}))
    assert openapi.problems(document.spec) == []
    definition = MethodDefinition(name="m", http_method=verb, path=path, **method)
    return requests.fill(plans.plan(definition, document), given)


def _query(name: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"parameters": [{"name": name, "in": "query", "schema": schema, **more}]}


LIST = {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize(
    ("operation", "given", "query"),
    [
        (_query("a", LIST), {"a": [1, 2]}, "a=1&a=2"),
        (_query("a", LIST, explode=False), {"a": [1, 2]}, "a=1,2"),
        (_query("a", LIST, style="pipeDelimited", explode=False), {"a": [1, 2]}, "a=1%7C2"),
        (_query("a", {"type": "object"}, style="deepObject"), {"a": {"b": {"c": 1}}}, "a[b][c]=1"),
        (_query("a", {"type": "object"}, style="form"), {"a": {"b": 1, "c": True}}, "b=1&c=true"),
        (_query("a", {"type": "boolean"}), {"a": False}, "a=false"),
        (_query("a", {"type": "number"}), {"a": 0.1}, "a=0.1"),
        (_query("a", {"type": "string"}), {"a": "x&y=z #"}, "a=x%26y%3Dz%20%23"),
        (_query("a", {"type": "string", "nullable": True}), {"a": None}, ""),
        (
            {"parameters": [{"name": "a", "in": "query",
                             "content": {"application/json": {"schema": {"type": "object"}}}}]},
            {"a": {"b": [1]}},
            "a=%7B%22b%22%3A%5B1%5D%7D",
        ),
    ],
)  # fmt: skip
def test_queries_are_written_in_the_documented_styles(
    operation: dict[str, Any], given: dict[str, Any], query: str
) -> None:
    """Source: https://spec.openapis.org/oas/v3.0.3.html#style-values"""
    assert "&".join(_fill(operation, given).query) == query


def _body(kind: str, schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema, **more}}}}


FORM = "application/x-www-form-urlencoded"
OBJECT = {"type": "object", "properties": {"a": {}, "b": {}}}


@pytest.mark.parametrize(
    ("operation", "given", "content"),
    [
        (_body("application/json", OBJECT), {"a": [1, None]}, b'{"a":[1,null]}'),
        (_body("application/json", OBJECT), {}, b"{}"),
        (_body("application/vnd.x+json", OBJECT), {"a": "\u00fc"}, '{"a":"\u00fc"}'.encode()),
        (_body("application/json", LIST), {"body": [1, 2]}, b"[1,2]"),
        (_body("text/plain", {"type": "string"}), {"body": "plain"}, b"plain"),
        (_body(FORM, OBJECT), {"a": ["x", "y"], "b": {"c": "d e"}}, b"a=x&a=y&b[c]=d%20e"),
        (
            _body(FORM, OBJECT, encoding={"a": {"style": "deepObject", "explode": True}}),
            {"a": ["x", {"y": 1}]},
            b"a[0]=x&a[1][y]=1",
        ),
        (_body("*/*", {"type": "object"}), {"any": "thing"}, b'{"any":"thing"}'),
        (
            _body("application/json", {"allOf": [OBJECT, {"properties": {"z": {}}}]}),
            {"a": 1, "z": 2},
            b'{"a":1,"z":2}',
        ),
    ],
)
def test_bodies_are_written_in_the_documented_type(
    operation: dict[str, Any], given: dict[str, Any], content: bytes
) -> None:
    filled = _fill(operation, given, http_method="POST")
    assert filled.content == content
    assert (
        filled.headers["Content-Type"] in operation["requestBody"]["content"]
        or "*/*" in (operation["requestBody"]["content"])
    )


def test_a_method_may_say_what_its_document_does_not() -> None:
    parameters = {
        "id": {"type": "string", "required": True},
        "tags": {"type": "string[]"},
        "X-Mode": {"type": "string", "in": "header", "enum": ["a", "b"]},
        "note": {"type": "string", "in": "body", "maxLength": 3},
    }
    method = {"http_method": "POST", "path": "/things/{id}", "parameters": parameters}
    path = {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {}}]}
    filled = _fill(path, {"id": "7", "tags": ["x"], "X-Mode": "a", "note": "abc"}, **method)
    assert (filled.path, filled.content) == ("/things/7", b'{"tags":["x"],"note":"abc"}')
    assert filled.headers["X-Mode"] == "a"
    for wrong in ({"tags": "x"}, {"X-Mode": "c"}, {"note": "abcd"}, {"other": 1}):
        with pytest.raises(Refused) as refused:
            _fill(path, {"id": "7", **wrong}, **method)
        assert next(iter(wrong)) in [each["field"] for each in refused.value.details]
    older = {"name": "m", "method": "get", "path": "/p",
             "parameters": [{"name": "q", "type": "string", "required": True}]}  # fmt: skip
    made = plans.plan(MethodDefinition.model_validate(older), None)
    assert requests.fill(made, {"q": "x"}).query == ["q=x"]


def test_parameters_of_a_path_and_behind_references_count() -> None:
    spec = _spec(
        {
            "/things/{thing}": {
                "parameters": [{"$ref": "#/components/parameters/Thing"}],
                "get": {"parameters": [{"$ref": "#/components/parameters/Page"}], **OK},
            }
        },
        components={
            "parameters": {
                "Thing": {"name": "thing", "in": "path", "required": True,
                          "schema": {"$ref": "#/components/schemas/Id"}},
                "Page": {"name": "page", "in": "query", "schema": {"type": "integer"}},
            },
            "schemas": {
                "Id": {"type": "string", "pattern": "^[a-z]+$"},
                "Tree": {"type": "object",
                         "properties": {"kids": {"type": "array",
                                                 "items": {"$ref": "#/components/schemas/Tree"}}}},
            },
        },
    )  # fmt: skip
    assert openapi.problems(spec) == []
    definition = MethodDefinition(name="m", http_method="GET", path="/things/{id}")
    made = plans.plan(definition, Document(spec))
    assert requests.fill(made, {"id": "abc", "page": 2}).path == "/things/abc"
    with pytest.raises(Refused):
        requests.fill(made, {"id": "ABC"})
    assert made.schema() == {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[a-z]+$"},
            "page": {"type": "integer"},
        },
        "required": ["id"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (None, "is needed"),
        ([], "is needed"),
        ({"openapi": "3.0.3"}, "'info' is a required property"),
        (_spec([]), "is not of type 'object'"),  # type: ignore[arg-type]  # that is the point
        (_spec({"/a": None}), "is not of type 'object'"),
        (_spec({"/a": {"get": {}}}), "'responses' is a required property"),
        (_spec({"/a/{b}": {"get": OK}}), "Path parameter 'b'"),
        (_spec({"/a": {"$ref": "https://example.com/a.yaml"}}), "leads outside of the document"),
        (_spec({"/a": {"$ref": "file:///etc/passwd"}}), "leads outside of the document"),
        (_spec({"/a": {"$ref": "#/nowhere"}}), "isn't in the document"),
        (
            _spec({}, components={"schemas": {"A": {"$ref": "#/components/schemas/A"}}}),
            "refers to itself",
        ),
        (
            _spec({"/a": {"get": OK | _query("q", {"type": "strin"})}}),
            "is not valid under any of the given schemas",
        ),
    ],
)
def test_what_is_wrong_with_a_document_is_told(spec: Any, words: str) -> None:
    assert any(words in message for _, message in openapi.problems(spec))


def test_a_document_nested_without_end_is_refused() -> None:
    node: dict[str, Any] = {}
    top = node
    for _ in range(5000):
        node["x-deep"] = node = {}
    assert "nested" in openapi.problems(_spec({}, components=top))[0][1]


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
PLACES = ["openapi", "info", "paths", "components"]


@settings(max_examples=60, deadline=None)
@given(place=st.sampled_from(PLACES), depth=st.integers(0, 5), value=json_values, data=st.data())
def test_no_document_breaks_the_check(
    place: str, depth: int, value: Any, data: st.DataObject
) -> None:
    """Anything put anywhere in a valid document is published or refused, never a crash."""
    spec: Any = copy.deepcopy(PRICES)
    node, key = spec, place
    for _ in range(depth):
        inner = node[key]
        if not isinstance(inner, dict) or not inner:
            break
        node, key = inner, data.draw(st.sampled_from(sorted(inner)))
    node[key] = value
    resource = CreateResource.model_validate(
        {
            "name": "x",
            "description": "x",
            "openApiSpec": spec,
            "endpoint": {"baseUrl": "https://x.example", "methods": METHODS},
        }
    )
    assert isinstance(publishing.unmet(resource, Addresses(())), list)


@settings(max_examples=80, deadline=None)
@given(
    given=st.dictionaries(st.sampled_from(["symbol", "days", "X-Trace", "x", "body"]), json_values)
)
def test_no_parameters_lead_astray(given: dict[str, Any]) -> None:
    """They are refused, or fill exactly one segment of the path."""
    document = Document(PRICES)
    for each in METHODS:
        made = plans.plan(MethodDefinition.model_validate(each), document)
        try:
            filled = requests.fill(made, given)
        except Refused:
            continue
        assert filled.path.count("/") == each["path"].count("/")
        assert filled.path.isascii()
        if each["name"] == "getPrice":
            assert unquote(filled.path) == f"/prices/{given['symbol']}"
        "&".join(filled.query).encode("ascii")


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "a*a*a*a*a*b", r"(.*)\1x", "(?=a+)(a*)*b", "([", "x" * 500]
)
def test_a_strangers_pattern_never_takes_forever(pattern: str) -> None:
    schema = {"type": "string", "pattern": pattern}
    found = schemas.mistakes(schema, Document({}), "a" * 5000 + "!", "x")
    assert found == ([] if pattern in ("([", r"(.*)\1x") else [("x", f"must match {pattern}")])


@pytest.mark.parametrize(
    "url",
    ["", "x", "//host", "ftp://h", "https://", "https://a@h", "https://u:p@h", "http://h:0",
     "http://h:99999", "http://h\\@evil", "http://h /", "http://h\r\nx: y", "http://[::1",
     "javascript:alert(1)", "https://" + "a" * 300 + ".com"],
)  # fmt: skip
def test_a_url_that_could_be_misread_is_none(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        origin_of(url)


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin_of("HTTPS://Bücher.Example./x").netloc == "xn--bcher-kva.example"
    assert origin_of("http://[::1]:8080/x").netloc == "[::1]:8080"
    assert origin_of("http://a.example:80").netloc == "a.example"


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ({"parameters": {"q": {"type": "strin"}}}, "no valid schema"),
        ({"parameters": {"q": {"type": "string", "pattern": "(("}}}, "no valid schema"),
        ({"parameters": {"Host": {"in": "header"}}}, "can't be set by a parameter"),
        ({"parameters": {"x": {"in": "path"}}}, "lacks it"),
        ({"requestBody": {"type": 5}}, "no valid schema"),
        ({"requestBody": {"content": {"application/json": {"schema": {"type": 5}}}}}, "no valid"),
    ],
)
def test_what_is_wrong_with_a_method_is_told(method: dict[str, Any], words: str) -> None:
    definition = {"name": "order", "httpMethod": "POST", "path": "/orders", **method}
    made = plans.plan(MethodDefinition.model_validate(definition), Document(PRICES))
    assert any(words in message for _, message in plans.mistakes(made))


def test_a_method_with_schemas_of_its_own_is_fit() -> None:
    definition = {
        "name": "order",
        "httpMethod": "POST",
        "path": "/orders",
        "parameters": {"symbol": {"type": "string", "required": True, "enum": ["BTC"]}},
        "requestBody": {"required": True, "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/Order"}}}},
    }  # fmt: skip
    made = plans.plan(MethodDefinition.model_validate(definition), Document(PRICES))
    assert plans.mistakes(made) == []
    assert requests.fill(made, {"symbol": "BTC", "amount": 1}).content
    with pytest.raises(Refused):
        requests.fill(made, {"symbol": "ETH", "amount": 1})
