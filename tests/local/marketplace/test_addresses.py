"""Which addresses may be called, and that a name keeps the address that was checked."""

import asyncio
import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mirra_mcp.local.marketplace.addresses import Addresses, is_public, origin_of
from mirra_mcp.local.marketplace.errors import Refused, UpstreamError
from mirra_mcp.local.marketplace.upstream import Outgoing, Upstream
from tests.local.marketplace import upstream as scripted

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("240.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::a00:1", False),
        ("2002:0a00:0001::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
    ],
)
def test_public_is_what_the_open_internet_routes(address: str, expected: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is expected


@pytest.mark.parametrize(
    ("allowed", "host", "expected"),
    [
        (("127.0.0.1",), "127.0.0.1", True),
        (("127.0.0.1",), "127.0.0.2", False),
        (("127.0.0.0/8",), "127.9.9.9", True),
        (("[::1]",), "::1", True),
        (("localhost",), "localhost", True),
        (("localhost",), "127.0.0.1", False),
        ((), "127.0.0.1", False),
    ],
)
async def test_a_setting_allows_names_addresses_and_networks(
    allowed: tuple[str, ...], host: str, expected: bool
) -> None:
    addresses = Addresses(allowed)
    origin = origin_of(f"http://{f'[{host}]' if ':' in host else host}:81")
    if expected:
        assert await addresses.find(origin)
        assert addresses.may_be_private(origin.host)
    else:
        with pytest.raises(Refused, match="MIRRA_RESOURCE_HOSTS"):
            await addresses.find(origin)
        assert not addresses.may_be_private(origin.host)


async def test_a_name_is_resolved_once_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: what the name becomes later, even between redirects, doesn't matter."""
    asked = []

    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "10.255.255.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with scripted.serving() as server:
        server.script("/a", scripted.answer({}, 302, location="/b"))
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        upstream = Upstream(Addresses(("rebind.example",)), 5)
        origin = origin_of(f"http://rebind.example:{server.port}")
        incoming = await upstream.send(Outgoing("GET", origin, "/a", {}, None))
        await upstream.close()
    assert incoming.value() == {"path": "/b", "query": []}
    assert asked == ["rebind.example"]
    assert {each.headers["host"] for each in server.requests} == {f"rebind.example:{server.port}"}


async def test_the_certificate_must_be_the_names_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to an address, the handshake speaks of the name."""
    names: list[str | None] = []
    context = _untrusted(tmp_path, "tls.example")
    context.sni_callback = lambda sock, name, _: names.append(name)
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, port, *args, **kwargs: [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
        ],
    )

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        upstream = Upstream(Addresses(("tls.example",)), 5)
        origin = origin_of(f"https://tls.example:{port}")
        with pytest.raises(UpstreamError) as refused:
            await upstream.send(Outgoing("GET", origin, "/", {"Authorization": "x"}, None))
        await upstream.close()
    assert refused.value.details["reason"] == "unreachable"
    assert "certificate" in refused.value.message
    assert names == ["tls.example"]


def _untrusted(folder: Path, name: str) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, plain)
    path = folder / "own.pem"
    path.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("93.184.216.34", "127.0.0.1")
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Refused, match="MIRRA_RESOURCE_HOSTS"):
        await Addresses(()).find(origin_of("https://both.example"))


async def test_the_next_address_is_tried_where_one_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def resolve(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in ("127.0.0.9", "127.0.0.1")
        ]

    with scripted.serving() as server:
        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        upstream = Upstream(Addresses(("two.example",)), 5)
        origin = origin_of(f"http://two.example:{server.port}")
        incoming = await upstream.send(Outgoing("GET", origin, "/x", {}, None))
        await upstream.close()
    assert incoming.status == 200
