"""What OpenAPI says beyond 3.0 and JSON: the marketplace reads and sends all of it."""

import socket
from base64 import b64encode
from email import message_from_bytes, policy
from typing import Any

import pytest

from tests.local.marketplace.shop import Shop, auth
from tests.local.marketplace.upstream import Request, Upstream, answer

OK = {"200": {"description": "fine"}}
FILE = {"type": "string", "format": "binary"}
ZOO = {
    "openapi": "3.1.0",
    "info": {"title": "Zoo", "version": "1"},
    "servers": [{"url": "https://{r}.zoo.example", "variables": {"r": {"default": "eu"}}}],
    "paths": {
        "/pets": {
            "post": {
                "operationId": "addPet",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}
                    },
                },
                "responses": OK,
            }
        },
        "/shapes": {
            "post": {
                "operationId": "addShape",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Shape"}}
                    },
                },
                "responses": OK,
            }
        },
        "/odd": {
            "post": {
                "operationId": "addOdd",
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Odd%2Eone"}}
                    }
                },
                "responses": OK,
            }
        },
        "/rooms/{id}": {
            "servers": [{"url": "/v2"}],
            "get": {
                "operationId": "getRoom",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "id", "in": "query", "schema": {"type": ["integer", "null"]}},
                    {"name": "seen", "in": "cookie", "schema": {"type": "array", "items": {}}},
                    {"name": "session", "in": "cookie", "required": True, "schema": {}},
                ],
                "responses": OK,
            },
        },
        "/photos": {
            "post": {
                "operationId": "upload",
                "requestBody": {
                    "required": True,
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "required": ["file"],
                                "properties": {
                                    "file": FILE,
                                    "more": {"type": "array", "items": FILE},
                                    "about": {"type": "object"},
                                    "title": {"type": "string", "maxLength": 5},
                                },
                            },
                            "encoding": {"file": {"contentType": "image/png"}},
                        }
                    },
                },
                "responses": OK,
            }
        },
        "/raw": {
            "put": {
                "operationId": "putRaw",
                "requestBody": {"content": {"image/png": {"schema": FILE}}},
                "responses": OK,
            }
        },
        "/ticks": {"get": {"operationId": "listen", "responses": OK}},
        "/lines": {"get": {"operationId": "lines", "responses": OK}},
    },
    "components": {
        "schemas": {
            "Pet": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"type": "string"}, "name": {"type": ["string", "null"]}},
                "discriminator": {"propertyName": "kind", "mapping": {"kitty": "Cat"}},
            },
            "Cat": {
                "allOf": [
                    {"$ref": "#/components/schemas/Pet"},
                    {"type": "object", "required": ["lives"],
                     "properties": {"lives": {"type": "integer"}}},
                ]
            },
            "Dog": {
                "allOf": [
                    {"$ref": "#/components/schemas/Pet"},
                    {"type": "object", "properties": {"tricks": {"type": "integer"}}},
                ]
            },
            "Shape": {
                "oneOf": [
                    {"$ref": "#/components/schemas/Circle"},
                    {"$ref": "#/components/schemas/Square"},
                ],
                "discriminator": {"propertyName": "is", "mapping": {"o": "Circle"}},
            },
            "Circle": {"type": "object", "properties": {"is": {}, "size": {"type": "integer"}}},
            "Square": {"type": "object", "properties": {"is": {}, "size": {"type": "string"}}},
            "Odd.one": {"allOf": [{"$ref": "#/components/schemas/Even"}]},
            "Even": {"allOf": [{"$ref": "#/components/schemas/Odd.one"}]},
        }
    },
}  # fmt: skip


def _methods() -> list[dict[str, Any]]:
    return [
        {"name": operation["operationId"], "httpMethod": verb.upper(), "path": path}
        for path, item in ZOO["paths"].items()  # type: ignore[attr-defined]  # an object
        for verb, operation in item.items()
        if verb != "servers"
    ]


@pytest.fixture(scope="module")
def zoo(shop: Shop, upstream: Upstream) -> str:
    return shop.installed(
        f"{upstream.url}/v1", name="Zoo", openApiSpec=ZOO, endpoint={"methods": _methods()}
    )


def test_a_discriminator_says_which_schema_holds(shop: Shop, upstream: Upstream, zoo: str) -> None:
    """Source: https://spec.openapis.org/oas/v3.1.1.html#discriminator-object"""
    shop.call(zoo, "addPet", kind="kitty", lives=9, name=None)
    assert upstream.last().json == {"kind": "kitty", "lives": 9, "name": None}
    shop.call(zoo, "addPet", kind="Dog", tricks=2)
    for wrong, field in (({"kind": "kitty"}, "lives"), ({"kind": "Dog", "tricks": "x"}, "tricks")):
        _, error = shop.failed(zoo, "addPet", **wrong)
        assert error["details"][0]["field"] == field
    shop.call(zoo, "addShape", **{"is": "o", "size": 1})
    shop.call(zoo, "addShape", **{"is": "Square", "size": "1"})
    _, error = shop.failed(zoo, "addShape", **{"is": "o", "size": "1"})
    assert error["details"][0] == {"field": "size", "message": "must be a whole number"}
    _, error = shop.failed(zoo, "addShape", **{"is": "star"})
    assert error["details"][0]["message"] == "must be one of o, Square"


def test_schemas_that_are_made_of_each_other_say_nothing(
    shop: Shop, upstream: Upstream, zoo: str
) -> None:
    shop.call(zoo, "addOdd", body={"any": "thing"})
    assert upstream.last().json == {"any": "thing"}


def test_cookies_servers_and_one_name_in_two_places(
    shop: Shop, upstream: Upstream, zoo: str
) -> None:
    shop.call(zoo, "getRoom", id="a", id_in_query=7, session="x; y", seen=["1", "2"])
    sent = upstream.last()
    assert sent.target == "/v2/rooms/a?id=7"
    assert sent.headers["cookie"] == "seen=1; seen=2; session=x%3B%20y"
    _, error = shop.failed(zoo, "getRoom", id="a")
    assert error["details"][0] == {"field": "session", "message": "is required"}


def test_files_and_parts_are_sent(shop: Shop, upstream: Upstream, zoo: str) -> None:
    picture = {"base64": b64encode(b"\x89PNG\x00").decode(), "filename": "a.png"}
    about = {"by": "Ada"}
    shop.call(zoo, "upload", file=picture, more=["one", "two"], about=about, title="Hi")
    sent = upstream.last()
    head = f"content-type: {sent.headers['content-type']}\r\n\r\n".encode()
    parts = message_from_bytes(head + sent.body, policy=policy.HTTP).iter_parts()
    seen = [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in parts
    ]
    assert seen == [
        ("file", "a.png", "image/png", b"\x89PNG\x00"),
        ("more", "more", "application/octet-stream", b"one"),
        ("more", "more", "application/octet-stream", b"two"),
        ("about", None, "application/json", b'{"by":"Ada"}'),
        ("title", None, "text/plain", b"Hi"),
    ]
    for wrong, field in (
        ({"file": {"base64": "?"}}, "body"),
        ({"title": "Hi"}, "file"),
        ({"file": "x", "title": "too long"}, "title"),
    ):
        _, error = shop.failed(zoo, "upload", **wrong)
        assert field in [each["field"] for each in error["details"]]


def test_bytes_are_sent_as_they_are(shop: Shop, upstream: Upstream, zoo: str) -> None:
    shop.call(zoo, "putRaw", body={"base64": b64encode(b"\x00\xff").decode()})
    assert (upstream.last().headers["content-type"], upstream.last().body) == (
        "image/png",
        b"\x00\xff",
    )
    _, error = shop.failed(zoo, "putRaw", body=5)
    assert "base64" in error["details"][0]["message"]


def test_a_stream_is_read_for_a_while(shop: Shop, upstream: Upstream, zoo: str) -> None:
    def endless(request: Request, sock: socket.socket) -> bytes | None:
        sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
        try:
            for n in range(10_000):
                sock.sendall(f'event: tick\nid: {n}\ndata: {{"n": {n}}}\n\n'.encode())
        except OSError:
            pass
        return None

    upstream.script("/v1/ticks", endless)
    events = shop.call(zoo, "listen")["result"]
    assert events[:2] == [
        {"event": "tick", "id": "0", "data": {"n": 0}},
        {"event": "tick", "id": "1", "data": {"n": 1}},
    ]
    assert len(events) == 200
    ndjson = answer(b'{"a": 1}\n{"a": 2}\n', content_type="application/x-ndjson")
    upstream.script("/v1/lines", ndjson)
    assert shop.call(zoo, "lines")["result"] == [{"a": 1}, {"a": 2}]


def test_what_cannot_be_sent_is_refused_when_the_resource_is_made(shop: Shop) -> None:
    body = shop.body("https://{region}.zoo.example", openApiSpec=ZOO,
                     endpoint={"methods": _methods()})  # fmt: skip
    _, error = shop.no("POST", "/resources", body)
    assert "has {region}, which nothing fills" in error["message"]
    paths = {"/x": {"get": {"operationId": "x", "servers": [{"url": "https://other.example"}],
                            "responses": OK}}}  # fmt: skip
    methods = [{"name": "x", "httpMethod": "GET", "path": "/x"}]
    body = shop.body(openApiSpec=ZOO | {"paths": paths},
                     endpoint=auth("bearer") | {"methods": methods})  # fmt: skip
    _, error = shop.no("POST", "/resources", body)
    assert "credentials go to the base URL's alone" in error["message"]


def test_a_key_may_go_into_a_cookie(shop: Shop, upstream: Upstream) -> None:
    schemes = {"key": {"type": "apiKey", "in": "cookie", "name": "sid"}}
    spec = ZOO | {"components": ZOO["components"] | {"securitySchemes": schemes}}  # type: ignore[operator]
    id = shop.installed(
        upstream.url, openApiSpec=spec, endpoint=auth("api_key") | {"methods": _methods()}
    )
    shop.authenticate(id, "api_key", apiKey="s3cret")
    shop.call(id, "putRaw", body="x")
    assert upstream.last().headers["cookie"] == "sid=s3cret"
