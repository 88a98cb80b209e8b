"""`--proxy` leads the runtimes that no preload reaches, and is good for nothing else."""

import base64
import os
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from mirra_mcp.reach.account import Account
from mirra_mcp.reach.proxied import proxied
from tests.reach import commands
from tests.reach.conftest import Place

HERE = Path(__file__).parent
URL = "https://api.stripe.com/v1/customers"
ALONE = f"""
import os, urllib.request, httpx, requests
key = {{"authorization": "Bearer " + os.environ["STRIPE_SECRET_KEY"]}}
asked = urllib.request.Request("{URL}", headers=key)
print(requests.get("{URL}", headers=key).status_code, httpx.get("{URL}", headers=key).status_code,
      urllib.request.urlopen(asked).status)
try: requests.get("https://console.twilio.com/")
except requests.ConnectionError as problem: print("403" in str(problem))
"""
PHP = f"""
$call = curl_init("{URL}");
$options = [CURLOPT_RETURNTRANSFER => 1, CURLOPT_USERPWD => getenv("STRIPE_SECRET_KEY") . ":"];
curl_setopt_array($call, $options);
curl_exec($call);
echo curl_getinfo($call, CURLINFO_HTTP_CODE), "\\n";
"""
CURL = f"""
curl -s -o /dev/null -w "%{{http_code}}\\n" -u "$STRIPE_SECRET_KEY:" {URL}
curl -s -o /dev/null -w "%{{http_connect}}\\n" https://console.twilio.com/
"""
TRIED = {
    "python": ([sys.executable, "-I", "-c", ALONE], "200 200 200\nTrue\n"),
    "curl": (["sh", "-c", CURL], "200\n403\n"),
    "java": (["java", str(HERE / "Client.java")], "200 200 true\n"),
    "php": (["php", "-r", PHP], "200\n"),
}
"""Command, and what it prints; `python -I` takes no notice of our preload."""


@pytest.mark.parametrize("runtime", TRIED)
def test_a_runtime_without_a_preload_is_led_by_the_proxy(place: Place, runtime: str) -> None:
    command, printed = TRIED[runtime]
    if shutil.which(command[0]) is None or (runtime == "curl" and not shutil.which("curl")):
        pytest.skip(f"there is no {runtime}")
    if runtime == "php" and not _has_curl():
        pytest.skip("this PHP has no curl")
    done = commands.execute(
        place.folder, "--session", place.id, "--proxy", "--json", "--", *command
    )
    assert done.stdout == printed, done.stderr
    assert "stripe GET /v1/customers" in commands.calls(done)
    live = [] if runtime == "php" else [{"host": "console.twilio.com", "count": 1}]
    assert commands.account(done)["live"] == live


def _has_curl() -> bool:
    said = subprocess.run(["php", "-m"], capture_output=True, text=True, check=False)
    return "curl" in said.stdout.split()


@pytest.fixture
def around(place: Place, tmp_path: Path) -> Iterator[dict[str, str]]:
    report = tmp_path / "report"
    report.touch()
    with proxied({}, {"REPORT": str(report)}, place.session.mirrors, report=report) as variables:
        yield variables


def port_of(variables: dict[str, str]) -> int:
    return int(variables["https_proxy"].rpartition(":")[2])


def ask(variables: dict[str, str], head: str) -> bytes:
    """Send a head to the proxy, and return what comes first."""
    with socket.create_connection(("127.0.0.1", port_of(variables)), 10) as line:
        line.sendall(f"{head}\r\n\r\n".encode())
        return line.recv(65_536)


@contextmanager
def listening(answer: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Answer each connection with these bytes once it has said something."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with line:
                    heard.append(line.recv(65_536))
                    line.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield server.getsockname()[1], heard
        finally:
            server.shutdown(socket.SHUT_RDWR)


def test_no_key_is_written_and_the_folder_is_the_users_own(around: dict[str, str]) -> None:
    folder = Path(around["SSL_CERT_FILE"]).parent
    if os.name != "nt":
        assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.rglob("*.*"):
        assert b"PRIVATE KEY" not in (path.read_bytes() if path.is_file() else b"")


def test_a_vendors_host_speaks_for_itself_to_who_trusts_the_session(around: dict[str, str]) -> None:
    """And to nobody else; only HTTP/1.1 is agreed on."""
    for cafile in (around["SSL_CERT_FILE"], None):
        context = ssl.create_default_context(cafile=cafile)
        context.set_alpn_protocols(["h2", "http/1.1"])
        with socket.create_connection(("127.0.0.1", port_of(around)), 10) as line:
            line.sendall(b"CONNECT api.dublin.ie1.twilio.com:443 HTTP/1.1\r\n\r\n")
            assert line.recv(65_536) == b"HTTP/1.1 200 Connection established\r\n\r\n"
            if cafile is None:
                with pytest.raises(ssl.SSLCertVerificationError):
                    context.wrap_socket(line, server_hostname="api.dublin.ie1.twilio.com")
                continue
            with context.wrap_socket(line, server_hostname="api.dublin.ie1.twilio.com") as tls:
                assert tls.selected_alpn_protocol() == "http/1.1"


def test_who_doesnt_trust_the_session_is_told_of(around: dict[str, str]) -> None:
    """One that only went away isn't."""
    for context in (ssl.create_default_context(), None):
        with socket.create_connection(("127.0.0.1", port_of(around)), 10) as line:
            line.sendall(b"CONNECT api.stripe.com:443 HTTP/1.1\r\n\r\n")
            assert line.recv(65_536).startswith(b"HTTP/1.1 200 ")
            if context is None:
                continue
            with context.wrap_socket(
                line, server_hostname="api.stripe.com", do_handshake_on_connect=False
            ) as tls:
                with pytest.raises(ssl.SSLCertVerificationError):
                    tls.do_handshake()
                while socket.socket.recv(tls, 65_536):  # until the proxy has closed it
                    pass
    account = Account("ses_1")
    account.read_report(Path(around["REPORT"]))
    assert account.distrusted == {"api.stripe.com": 1}
    assert account.told() == [
        "not led: api.stripe.com: this client doesn't trust the proxy's certificate;"
        " nothing was sent"
    ]


def test_the_authority_is_good_for_the_vendors_hosts_only(tmp_path: Path) -> None:
    """Even one who had its key could play no other host."""
    from mirra_mcp.reach.authority import Authority

    authority = Authority(["stripe.com"])
    bundle = tmp_path / "ours.pem"
    bundle.write_text(authority.pem, encoding="utf-8")
    for host, is_trusted in (("api.stripe.com", True), ("example.com", False)):
        ours, theirs = socket.socketpair()
        served = authority.context_of(host)
        client = ssl.create_default_context(cafile=str(bundle))

        def serve(line: socket.socket = theirs, context: ssl.SSLContext = served) -> None:
            with suppress(OSError), context.wrap_socket(line, server_side=True):
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        if is_trusted:
            client.wrap_socket(ours, server_hostname=host).close()
        else:
            with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
                client.wrap_socket(ours, server_hostname=host)
        ours.close()
        thread.join(5)
        theirs.close()


def test_what_isnt_mirrored_is_refused_in_words_and_reported(around: dict[str, str]) -> None:
    said = ask(around, "CONNECT console.twilio.com:443 HTTP/1.1")
    assert said.startswith(b"HTTP/1.1 403 ")
    assert b"the twilio mirror doesn't play this host" in said
    assert "console.twilio.com" in Path(around["REPORT"]).read_text(encoding="utf-8")
    assert ask(around, "GET / HTTP/1.1").startswith(b"HTTP/1.1 400 ")
    assert ask(around, "CONNECT [::1 HTTP/1.1").startswith(b"HTTP/1.1 400 ")
    assert ask(around, "CONNECT 127.0.0.1:9 HTTP/1.1").startswith(b"HTTP/1.1 502 ")


def test_an_ordinary_host_gets_through_unread(around: dict[str, str]) -> None:
    with listening(b"hello") as (port, heard):
        address = ("127.0.0.1", port_of(around))
        with socket.create_connection(address, 10) as line:
            line.sendall(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n".encode())
            assert line.recv(65_536).startswith(b"HTTP/1.1 200 ")
            line.sendall(b"\x16\x03 no TLS of ours")
            assert line.recv(65_536) == b"hello"
        assert heard == [b"\x16\x03 no TLS of ours"]
    with listening(b"HTTP/1.1 204 No Content\r\n\r\n") as (port, heard):
        head = (
            f"GET http://127.0.0.1:{port}/a?b=c HTTP/1.1\r\nHost: x\r\nProxy-Connection: keep-alive"
        )
        assert ask(around, head).startswith(b"HTTP/1.1 204 ")
        assert heard == [b"GET /a?b=c HTTP/1.1\r\nHost: x\r\nconnection: close\r\n\r\n"]


def test_the_users_own_proxy_is_gone_on_to(place: Place) -> None:
    """For ordinary hosts alone, with its password, and past what the user keeps from it."""
    with listening(b"HTTP/1.1 200 OK\r\n\r\nhello") as (port, heard):
        own = {"HTTPS_PROXY": f"http://ann:s%20t@127.0.0.1:{port}", "NO_PROXY": "past.example"}
        with proxied(own, own, place.session.mirrors) as variables:
            assert ask(variables, "CONNECT far.example:443 HTTP/1.1").startswith(b"HTTP/1.1 200 ")
            assert not ask(variables, "CONNECT past.example:443 HTTP/1.1").startswith(
                b"HTTP/1.1 200 "
            )
            assert variables["NO_PROXY"] == "past.example,localhost,127.0.0.1,::1"
        secret = base64.b64encode(b"ann:s t").decode()
        asked = "CONNECT far.example:443 HTTP/1.1\r\nhost: far.example:443\r\n"
        assert heard == [f"{asked}proxy-authorization: Basic {secret}\r\n\r\n".encode()]


def test_what_the_user_has_set_for_a_runtime_stays(place: Place, tmp_path: Path) -> None:
    trusted = tmp_path / "own.pem"
    trusted.write_text("mine", encoding="utf-8")
    own = {
        "JAVA_TOOL_OPTIONS": "-Xmx1g",
        "PHP_INI_SCAN_DIR": "/etc/own",
        "SSL_CERT_FILE": str(trusted),
    }
    with proxied(own, own, place.session.mirrors) as variables:
        assert variables["JAVA_TOOL_OPTIONS"].startswith("-Xmx1g -D")
        assert variables["PHP_INI_SCAN_DIR"].startswith(f"/etc/own{os.pathsep}")
        assert (
            Path(variables["SSL_CERT_FILE"]).read_text(encoding="utf-8").startswith("mine\n-----")
        )


def test_a_proxy_of_the_users_that_cant_be_gone_on_to_is_told(place: Place) -> None:
    done = commands.execute(
        place.folder, "--session", place.id, "--proxy", "--", "true",
        env={"HTTPS_PROXY": "socks5://127.0.0.1:9"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "Your own proxy for https (socks5://127.0.0.1) isn't one" in done.stderr
