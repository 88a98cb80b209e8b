"""Whatever goes wrong on the way: a `MirraError` that says what, where, and what to do next."""

from asyncio import StreamReader, StreamWriter
from pathlib import Path

import anyio
import pytest

from mirra_mcp.client.client import MirraClient
from mirra_mcp.client.errors import MirraError
from mirra_mcp.client.transport import certificates
from tests.client.certificates import self_signed
from tests.client.scripted import (
    SESSION,
    TOKEN,
    Naps,
    Step,
    answer,
    hang,
    playing,
    raw,
    refusal,
    reset,
    serve,
    stream,
)

pytestmark = pytest.mark.anyio

HTML = "<!doctype html><title>Sign in to Cafe WiFi</title>"


async def failure_of(step: Step, *, within: float = 5.0) -> MirraError:
    """The error with which reading a session fails when the server does this."""
    async with playing(step, retries=0, within=within) as (mirra, server, _):
        with pytest.raises(MirraError) as caught:
            await mirra.get_session("ses_a7k2")
        assert TOKEN not in str(caught.value) + repr(caught.value)
        assert caught.value.request == "GET /v1/sessions/ses_a7k2"
        assert server.url in caught.value.message or caught.value.code.startswith("mirra.session")
        return caught.value


async def test_a_refused_connection_names_the_address_and_where_it_is_set(closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    async with MirraClient(url, TOKEN, retries=0) as mirra:
        with pytest.raises(MirraError) as caught:
            await mirra.list_sessions()
    assert vars(caught.value) == {
        "message": f"Nothing answers at {url}: connection refused.",
        "code": "mirra.client.unreachable",
        "request": "GET /v1/sessions",
        "status": None,
        "hint": "Check that Mirra runs there and that MIRRA_API_URL is right.",
        "outcome": "not_done",
        "retry_after": None,
        "details": None,
    }


async def test_a_mirror_that_is_gone_suggests_that_its_session_has_ended(closed_port: int) -> None:
    url = f"http://127.0.0.1:{closed_port}"
    async with MirraClient(url, TOKEN, retries=0) as mirra:
        with pytest.raises(MirraError, match="Nothing answers") as caught:
            await mirra.mirror(url).request("GET", "/emails")
    assert caught.value.hint == "The session may have ended: list the sessions, or start a new one."


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_an_unknown_host_is_named(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _without_proxies(monkeypatch)
    naps = Naps()
    async with MirraClient(f"{scheme}://no-such-host.invalid", None, sleep=naps) as mirra:
        with pytest.raises(MirraError) as caught:
            await mirra.get_session("ses_a7k2")
    assert caught.value.code == "mirra.client.unknown_host"
    assert caught.value.message == (
        "The host no-such-host.invalid is unknown: its name could not be looked up."
    )
    assert caught.value.hint == "Check the network connection and the spelling in MIRRA_API_URL."
    assert naps == []


async def test_a_proxy_that_is_not_there_is_not_mistaken_for_mirra(
    monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port}")
    async with MirraClient("https://api.mirra.run", TOKEN, retries=0) as mirra:
        with pytest.raises(MirraError, match=r"https://api\.mirra\.run") as caught:
            await mirra.get_session("ses_a7k2")
    assert caught.value.outcome != "unknown"


async def test_a_proxy_in_the_environment_is_not_used_for_this_machine(
    monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{closed_port}")
    async with playing(answer(SESSION)) as (mirra, _, _):
        assert (await mirra.get_session("ses_a7k2")).session_id == "ses_a7k2"


async def test_a_proxys_refusal_says_that_it_was_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve(answer("No.", 403)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        async with MirraClient("https://api.mirra.run", TOKEN) as mirra:
            with pytest.raises(MirraError) as caught:
                await mirra.get_session("ses_a7k2")
    assert caught.value.code == "mirra.client.proxy"
    assert "authorization" not in proxy.requests[0].headers


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "gopher://127.0.0.1"),
        ("ALL_PROXY", "socks5://127.0.0.1:1080"),
        ("SSL_CERT_FILE", "no-such-file.pem"),
    ],
)
async def test_an_environment_that_cant_be_used_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _without_proxies(monkeypatch)
    monkeypatch.setenv(name, value)
    certificates.cache_clear()
    async with MirraClient("https://api.mirra.run", TOKEN) as mirra:
        with pytest.raises(MirraError, match="can't be called with the proxy or cert") as caught:
            await mirra.get_session("ses_a7k2")
    certificates.cache_clear()
    assert name in (caught.value.hint or "")


async def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    naps = Naps()
    async with serve(answer(SESSION), tls=self_signed(tmp_path / "server.pem")) as server:
        mirra = MirraClient(server.url, TOKEN, sleep=naps)
        with pytest.raises(MirraError) as caught:
            await mirra.get_session("ses_a7k2")
        await mirra.aclose()
    assert caught.value.code == "mirra.client.tls"
    assert caught.value.message.startswith(f"The certificate of {server.url} is not trusted: self")
    assert "SSL_CERT_FILE" in (caught.value.hint or "")
    assert (server.requests, naps) == ([], [])


async def test_a_certificate_that_is_vouched_for_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = tmp_path / "server.pem"
    async with serve(answer(SESSION), tls=self_signed(pem)) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
        certificates.cache_clear()
        async with MirraClient(server.url, TOKEN) as mirra:
            assert (await mirra.get_session("ses_a7k2")).session_id == "ses_a7k2"
        certificates.cache_clear()
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_https_to_a_server_without_tls_says_so() -> None:
    async with serve(answer(SESSION)) as server:
        mirra = MirraClient(server.url.replace("http:", "https:"), TOKEN)
        with pytest.raises(MirraError, match="may not speak TLS") as caught:
            await mirra.get_session("ses_a7k2")
        await mirra.aclose()
    assert caught.value.code == "mirra.client.tls"


@pytest.mark.parametrize(
    ("said", "what"),
    [
        pytest.param(b"", "nothing", id="silence"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-", "half a head", id="half-a-head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "half a body", id="half"),
    ],
)
async def test_a_server_that_hangs_is_given_up_in_time(said: bytes, what: str) -> None:
    error = await failure_of(hang(said), within=1.5)
    assert (error.code, error.status) == ("mirra.client.timeout", None), what
    assert "did not answer GET /v1/sessions/ses_a7k2 within 1.5 s" in error.message


async def test_a_server_that_trickles_is_given_up_in_time() -> None:
    """Each byte arrives in time; the answer as a whole doesn't."""
    step = _trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
    assert (await failure_of(step, within=1.5)).code == "mirra.client.timeout"


@pytest.mark.parametrize(
    ("step", "code", "says"),
    [
        pytest.param(reset, "disconnected", "closed the connection before", id="reset"),
        pytest.param(raw(b""), "disconnected", "closed the connection before", id="closed"),
        pytest.param(
            raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"),
            "disconnected",
            "closed the connection before",
            id="content-length-too-long",
        ),
        pytest.param(
            raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}"),
            "disconnected",
            "closed the connection before",
            id="cut-chunk",
        ),
        pytest.param(
            raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}\r\n"),
            "malformed_answer",
            "something other than HTTP",
            id="garbled-chunk",
        ),
        pytest.param(
            raw(b"220 mail.acme.com ESMTP\r\n\r\n"),
            "malformed_answer",
            "something other than HTTP",
            id="not-http",
        ),
        pytest.param(
            answer(b"not gzip", headers={"Content-Encoding": "gzip"}),
            "malformed_answer",
            "content-encoding",
            id="wrong-content-encoding",
        ),
        pytest.param(answer(HTML, type="text/html"), "html", "an HTML page", id="html"),
        pytest.param(answer(HTML), "html", "an HTML page", id="html-that-says-json"),
        pytest.param(
            raw(b'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{"sessionId":"ses_a7"'),
            "truncated",
            "breaks off after 20 bytes",
            id="truncated-json",
        ),
        pytest.param(
            raw(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{"sessionId":"ses_a7"'),
            "truncated",
            "breaks off after 2 bytes",
            id="content-length-too-short",
        ),
        pytest.param(answer("hello"), "not_json", "isn't JSON", id="text"),
        pytest.param(answer(b"\xff\xfe\x00"), "not_json", "isn't JSON", id="binary"),
        pytest.param(answer(""), "empty_answer", "with nothing", id="empty"),
        pytest.param(answer("", 204), "empty_answer", "with nothing", id="no-content"),
        pytest.param(
            answer(SESSION | {"createdAt": "yesterday"}),
            "unexpected_shape",
            "is no Session (`createdAt`",
            id="wrong-type",
        ),
        pytest.param(answer({}), "unexpected_shape", "(`sessionId` is missing)", id="bare"),
        pytest.param(answer([]), "unexpected_shape", "is no Session", id="list"),
        pytest.param(answer("null"), "unexpected_shape", "is no Session", id="null"),
        pytest.param(stream("data: {}\n\n"), "event_stream", "event stream", id="event-stream"),
        pytest.param(answer(HTML, 404, type="text/html"), "http_404", "HTML page", id="html-404"),
        pytest.param(answer("", 500), "http_500", "500 Internal Server Error", id="bare-500"),
        pytest.param(answer(HTML, 502, type="text/html"), "http_502", "HTML page", id="html-502"),
        pytest.param(answer('{"error":"no"}', 400), "http_400", "gave no reason", id="foreign"),
        pytest.param(
            raw(b"HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n"), "http_599", "599", id="odd"
        ),
    ],
)
async def test_a_misbehaving_server_is_described(step: Step, code: str, says: str) -> None:
    error = await failure_of(step)
    assert error.code == f"mirra.client.{code}"
    assert says in error.message
    assert error.hint


async def test_an_answers_values_are_not_repeated_when_its_shape_is_wrong() -> None:
    secret = "sk_test_51H8"
    error = await failure_of(answer(SESSION | {"mirrors": [{"vendor": {"key": secret}}]}))
    assert error.code == "mirra.client.unexpected_shape"
    assert secret not in str(error)


@pytest.mark.parametrize("depth", [50, 100_000])
async def test_deeply_nested_json_is_an_answer_like_any_other(depth: int) -> None:
    error = await failure_of(answer("[" * depth + "]" * depth))
    assert error.code in ("mirra.client.unexpected_shape", "mirra.client.not_json")


MIRRAS_WORDS = {"code": "mirra.session.not_found", "message": "No 'ses_x'.", "hint": "List them."}


async def test_mirras_own_words_are_passed_on() -> None:
    error = await failure_of(answer({"error": MIRRAS_WORDS}, 404))
    assert (error.status, error.code, error.message, error.hint) == (
        404,
        "mirra.session.not_found",
        "No 'ses_x'.",
        "List them.",
    )
    assert str(error) == "No 'ses_x'. List them."


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "MIRRA_TOKEN"),
        (402, "overage"),
        (403, "workspace"),
        (404, "Check the id"),
        (409, "another name"),
        (429, "Call again in a moment"),
        (500, "report it"),
        (502, "try again"),
        (503, "maintenance"),
    ],
)
async def test_every_documented_status_has_a_next_step(status: int, hint: str) -> None:
    for step in (answer("", status), refusal(status, "mirra.session.some_code")):
        error = await failure_of(step)
        assert error.status == status
        assert hint in (error.hint or "")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_told_and_not_followed(status: int) -> None:
    async with serve(answer(SESSION)) as elsewhere:
        target = f"{elsewhere.url}/v1/sessions?key=secret".replace("127.0.0.1", "localhost")
        error = await failure_of(answer("", status, headers={"Location": target}))
        assert elsewhere.requests == []
    assert error.code == "mirra.client.redirected"
    assert "to http://localhost, and redirects are not followed" in error.message
    assert "key=secret" not in str(error)
    assert "MIRRA_API_URL" in (error.hint or "")


async def test_a_closed_client_says_that_it_is_closed() -> None:
    async with serve() as server:
        mirra = MirraClient(server.url, TOKEN)
        await mirra.aclose()
        with pytest.raises(MirraError, match="this client is closed"):
            await mirra.list_sessions()
        assert server.requests == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("api.mirra.run", "scheme is missing"),
        ("ftp://api.mirra.run", "scheme is ftp"),
        ("https://", "names no host"),
        ("https://me:pw@api.mirra.run", "user name or password"),
        ("https://api.mirra.run?x=1", "a query or a fragment"),
        ("https://api.mirra.run:port", "is not a URL"),
        ("https://api.mirra .run", "is not a URL"),
        ("https://[::1", "is not a URL"),
        ("https://api.mirra.run\r\nx: y", "is not a URL"),
        ("", "scheme is missing"),
    ],
)
async def test_a_url_that_cant_be_used_says_why(url: str, says: str) -> None:
    with pytest.raises(MirraError, match=r"^MIRRA_API_URL can't be used") as caught:
        MirraClient(url, TOKEN)
    assert says in caught.value.message
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("session_id", ["", " ", ".", "..", "..."])
async def test_an_id_that_would_lead_elsewhere_is_refused(session_id: str) -> None:
    async with playing() as (mirra, server, _):
        with pytest.raises(MirraError, match="is not a session id"):
            await mirra.get_session(session_id)
        assert server.requests == []


@pytest.mark.parametrize(
    ("session_id", "path"),
    [
        ("a/b", "a%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("ä", "%C3%A4"),
        ("\ud800", "%3F"),
        ("a b", "a%20b"),
    ],
)
async def test_an_odd_id_stays_one_segment_of_the_path(session_id: str, path: str) -> None:
    async with playing(refusal(404, "mirra.session.not_found")) as (mirra, server, _):
        with pytest.raises(MirraError):
            await mirra.get_session(session_id)
        assert server.requests[0].target == f"/v1/sessions/{path}"


def _without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def _trickle(head: bytes) -> Step:
    async def step(_: StreamReader, writer: StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(b" ")
            await writer.drain()
            await anyio.lowlevel.checkpoint()

    return step
