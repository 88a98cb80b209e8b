"""Calls of the vendor's API on a mirror: sent the vendor's way, and answered in its words."""

from typing import Any
from urllib.parse import parse_qsl

import pytest

from mirra_mcp.client.client import MirrorResponse
from mirra_mcp.client.errors import MirraError
from tests.client.scripted import Step, answer, mirroring, raw, reset

pytestmark = pytest.mark.anyio


async def test_the_vendors_answer_is_handed_over_whole() -> None:
    step = raw(
        b"HTTP/1.1 422 Unprocessable Entity\r\n"
        b"Content-Type: application/json; charset=utf-8\r\nContent-Length: 18\r\n"
        b"X-Mirra-Version: resend@0.3.1 \xb7 api=2026-04\r\nX-Mirra-Events: 12-14\r\n"
        b'\r\n{"name":"invalid"}' + b"}"
    )
    async with mirroring(step) as (mirror, server):
        got = await mirror.request(
            "post", "/emails?x=1", body={"to": None}, headers={"Authorization": "Bearer re_1"}
        )
    assert got == MirrorResponse(
        status=422,
        headers={
            "content-type": "application/json; charset=utf-8",
            "content-length": "18",
            "x-mirra-version": "resend@0.3.1 · api=2026-04",
            "x-mirra-events": "12-14",
        },
        body={"name": "invalid"},
        duration_ms=got.duration_ms,
        events=(12, 14),
    )
    assert got.duration_ms > 0
    request = server.requests[0]
    assert (request.method, request.target, request.json) == ("POST", "/emails?x=1", {"to": None})
    assert request.headers["authorization"] == "Bearer re_1"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [200, 301, 400, 401, 404, 429, 500, 502, 503])
async def test_any_status_is_an_answer_and_none_is_repeated(status: int) -> None:
    """A vendor's 429 is what the agent's code must cope with, not what we wait out."""
    step = answer({"statusCode": status}, status, headers={"Retry-After": "1", "Location": "/x"})
    async with mirroring(step) as (mirror, server):
        got = await mirror.request("POST", "/emails", body={})
    assert (got.status, got.body, len(server.requests)) == (status, {"statusCode": status}, 1)


@pytest.mark.parametrize(
    ("step", "body"),
    [
        (answer("", 204, type=""), None),
        (answer("null"), None),
        (answer("[1, 2]"), [1, 2]),
        (answer('{"a": 1.50, "b": 12345678901234567890}'), {"a": 1.5, "b": 12345678901234567890}),
        (answer("{broken"), "{broken"),
        (answer('{"a":1}', type=""), {"a": 1}),
        (answer('{"a":1}', type="application/problem+json"), {"a": 1}),
        (answer('{"a":1}', type="text/plain"), '{"a":1}'),
        (answer("<Response/>", type="text/xml"), "<Response/>"),
        (answer(b"\xff\xfe", type="image/png"), "\ufffd\ufffd"),
        (answer("[" * 100_000), "[" * 100_000),
    ],
)
async def test_a_body_is_json_when_it_is_and_text_otherwise(step: Step, body: Any) -> None:
    async with mirroring(step) as (mirror, _):
        assert (await mirror.request("GET", "/emails")).body == body


@pytest.mark.parametrize(
    "said", ["", "12", "12-", "-14", "a-b", "1-2-3", "1 - 2", "9" * 5000 + "-1"]
)
async def test_event_ids_that_nobody_can_read_are_none(said: str) -> None:
    async with mirroring(answer({}, headers={"x-mirra-events": said})) as (mirror, _):
        assert (await mirror.request("GET", "/emails")).events is None


async def test_a_form_nests_as_the_vendors_sdks_nest_it() -> None:
    """Source: https://docs.stripe.com/api/expanding_objects"""
    body = {
        "customer": "cus_1",
        "items": [{"price": "price_1", "quantity": 2}, {"price": "price_2"}],
        "metadata": {"a b": "ä&=", "empty": None},
        "cancel_at_period_end": True,
        "expand": ["latest_invoice.payment_intent"],
        "discounts": [],
    }
    async with mirroring(answer({})) as (mirror, server):
        await mirror.request("POST", "/v1/subscriptions", body=body, encoding="form")
    request = server.requests[0]
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(request.body.decode(), keep_blank_values=True) == [
        ("customer", "cus_1"),
        ("items[0][price]", "price_1"),
        ("items[0][quantity]", "2"),
        ("items[1][price]", "price_2"),
        ("metadata[a b]", "ä&="),
        ("metadata[empty]", ""),
        ("cancel_at_period_end", "true"),
        ("expand[0]", "latest_invoice.payment_intent"),
    ]


async def test_a_form_repeats_keys_as_twilios_sdks_repeat_them() -> None:
    """Source: https://github.com/twilio/twilio-python/blob/main/twilio/base/serialize.py"""
    body = {
        "To": "+15005550006",
        "MediaUrl": ["https://example.com/a.png", "https://example.com/b.png"],
        "RateLimits": {"end_user_ip": "1.2.3.4"},
        "SmartEncoded": True,
        "PersistentAction": [],
        "Body": None,
    }
    async with mirroring(answer({}), answer({})) as (mirror, server):
        await mirror.request("POST", "/Messages.json", body=body, encoding="form-repeated")
        await mirror.request("GET", "/x?a=1", body={"b": [1, 2]}, encoding="form-repeated")
    posted, read = server.requests
    assert posted.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(posted.body.decode(), keep_blank_values=True) == [
        ("To", "+15005550006"),
        ("MediaUrl", "https://example.com/a.png"),
        ("MediaUrl", "https://example.com/b.png"),
        ("RateLimits", '{"end_user_ip": "1.2.3.4"}'),
        ("SmartEncoded", "true"),
        ("Body", ""),
    ]
    assert read.target == "/x?a=1&b=1&b=2"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_a_read_is_given_becomes_its_query(method: str) -> None:
    async with mirroring(answer("", 204)) as (mirror, server):
        await mirror.request(method, "/emails?a=1", body={"limit": 2, "created": {"gte": 5}})
    request = server.requests[0]
    assert (request.target, request.body) == ("/emails?a=1&limit=2&created%5Bgte%5D=5", b"")
    assert "content-type" not in request.headers


@pytest.mark.parametrize(
    ("path", "kind", "encoding", "sent"),
    [
        ("/_mirra/webhooks/retry", None, "form", b'{"a":{"b":1}}'),
        ("/_mirra/simulate?x=1", None, "form-repeated", b'{"a":{"b":1}}'),
        ("/v2/core/events", "application/json", "form", b'{"a":{"b":1}}'),
        ("/v2/core/events", "application/vnd.x+json; charset=utf-8", "form", b'{"a":{"b":1}}'),
        ("/emails", "application/x-www-form-urlencoded", "json", b"a%5Bb%5D=1"),
        ("/v1/customers", None, "form", b"a%5Bb%5D=1"),
    ],
)
async def test_a_body_is_written_as_its_content_type_says(
    path: str, kind: str | None, encoding: Any, sent: bytes
) -> None:
    headers = {"content-Type": kind} if kind else {}
    async with mirroring(answer({})) as (mirror, server):
        await mirror.request("POST", path, body={"a": {"b": 1}}, headers=headers, encoding=encoding)
    assert server.requests[0].body == sent
    got = server.requests[0].headers["content-type"]
    assert got == (kind or ("application/json" if sent[:1] == b"{" else got))


@pytest.mark.parametrize("body", ['{"broken', b'{"broken'])
async def test_text_and_bytes_are_sent_as_they_are(body: str | bytes) -> None:
    """How an agent tries what its code does with a malformed request."""
    async with mirroring(answer({})) as (mirror, server):
        await mirror.request("POST", "/emails", body=body, headers={"Content-Type": "text/x"})
    assert server.requests[0].body == b'{"broken'
    assert server.requests[0].headers["content-type"] == "text/x"


@pytest.mark.parametrize("body", [0, False, [], "", {}])
async def test_an_empty_value_is_a_body_all_the_same(body: Any) -> None:
    async with mirroring(answer({})) as (mirror, server):
        await mirror.request("POST", "/emails", body=body)
    assert server.requests[0].body.decode() == ("" if body == "" else str(body).lower())


async def test_mirras_own_paths_may_be_called_like_any_other() -> None:
    """The guide for agents simulates through this call."""
    async with mirroring(answer({"event": "x"})) as (mirror, server):
        got = await mirror.request("POST", "/_mirra/simulate", body={"event": "x"})
    assert got.body == {"event": "x"}
    assert server.requests[0].target == "/_mirra/simulate"


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/emails/a b", "/emails/a%20b"),
        ("/emails/ä", "/emails/%C3%A4"),
        ("/a/..b/c...", "/a/..b/c..."),
        ("/search?query=email:x@y.z AND <b>", "/search?query=email:x@y.z%20AND%20%3Cb%3E"),
        ("/a?next=https://x/../y", "/a?next=https://x/../y"),
        ("/emails#part", "/emails"),
        ("/emails/%2F", "/emails/%2F"),
    ],
)
async def test_an_odd_path_arrives_on_the_mirror(path: str, target: str) -> None:
    async with mirroring(answer({})) as (mirror, server):
        await mirror.request("GET", path)
    assert server.requests[0].target == target


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("http://evil.example/emails", "a whole URL"),
        ("HTTPS://evil.example", "a whole URL"),
        ("//evil.example/emails", "a whole URL"),
        ("emails", "begin with a slash"),
        ("@evil.example/", "begin with a slash"),
        (":80@evil.example/", "begin with a slash"),
        ("", "begin with a slash"),
        ("/../emails", "climbs out"),
        ("/a/../../emails", "climbs out"),
        ("/%2e%2E/emails", "climbs out"),
        ("/%252e%252e/emails", "climbs out"),
        ("/..\\emails", "climbs out"),
        ("/a\r\nHost: evil.example", "characters that no URL can"),
        ("/a\x00", "characters that no URL can"),
        ("/\ud800", "characters that no URL can"),
    ],
)
async def test_a_path_that_leaves_the_mirror_is_refused(path: str, says: str) -> None:
    async with mirroring() as (mirror, server):
        with pytest.raises(MirraError) as caught:
            await mirror.request("GET", path)
        assert server.requests == []
    assert caught.value.code == "mirra.client.outside_mirror"
    assert says in caught.value.message


async def test_the_hint_for_a_whole_url_is_its_path() -> None:
    async with mirroring() as (mirror, server):
        with pytest.raises(MirraError) as caught:
            await mirror.request("GET", f"{server.url}/emails/em_1?x=1")
    assert "as /emails/em_1" in (caught.value.hint or "")


@pytest.mark.parametrize("method", ["", "FETCH", "CONNECT", "GET / HTTP/1.1\r\n\r\n"])
async def test_an_unknown_method_names_the_known_ones(method: str) -> None:
    async with mirroring() as (mirror, server):
        with pytest.raises(MirraError, match="is not a method") as caught:
            await mirror.request(method, "/emails")
        assert server.requests == []
    assert "GET, POST" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Host", "evil.example"),
        ("content-length", "5"),
        ("Transfer-Encoding", "chunked"),
        ("X-A", "1\r\nX-B: 2"),
        ("X A", "1"),
        ("X-A\r\n", "1"),
        ("", "1"),
        ("X-A", "€"),
    ],
)
async def test_a_header_that_cant_be_sent_is_named(name: str, value: str) -> None:
    async with mirroring() as (mirror, server):
        with pytest.raises(MirraError, match=r"^The header") as caught:
            await mirror.request("GET", "/emails", headers={name: value})
        assert server.requests == []
    assert caught.value.code == "mirra.request.invalid"


@pytest.mark.parametrize("body", [float("nan"), {"a": object()}, {"a": {1, 2}}])
async def test_a_body_that_is_no_json_is_refused(body: Any) -> None:
    async with mirroring() as (mirror, server):
        with pytest.raises(MirraError, match="can't be written as JSON"):
            await mirror.request("POST", "/emails", body=body)
        assert server.requests == []


async def test_a_form_must_be_an_object() -> None:
    async with mirroring() as (mirror, _):
        with pytest.raises(MirraError, match="must be an object"):
            await mirror.request("POST", "/v1/customers", body=[1], encoding="form")


async def test_half_a_surrogate_in_a_body_is_sent_as_something() -> None:
    async with mirroring(answer({}), answer({}), answer({})) as (mirror, server):
        await mirror.request("POST", "/a", body={"a": "\ud800"})
        await mirror.request("POST", "/a", body={"a": "\ud800"}, encoding="form")
        await mirror.request("POST", "/a", body="\ud800")
    assert [r.body for r in server.requests] == [b'{"a":"\\ud800"}', b"a=%3F", b"?"]


async def test_an_answer_that_never_came_is_an_error_that_warns() -> None:
    async with mirroring(reset) as (mirror, server):
        with pytest.raises(MirraError, match="closed the connection") as caught:
            await mirror.request("POST", "/emails", body={})
    assert caught.value.hint == "It may have been done all the same: look before you repeat it."
    assert len(server.requests) == 1


async def test_one_mirrors_cookies_are_not_sent_to_another() -> None:
    """Cookies know no ports: a jar would carry one session's into the next."""
    crumb = answer({}, headers={"Set-Cookie": "sid=1; Path=/"})
    async with mirroring(crumb, answer({})) as (mirror, server):
        for _ in range(2):
            await mirror.request("GET", "/emails")
    assert "cookie" not in server.requests[1].headers
