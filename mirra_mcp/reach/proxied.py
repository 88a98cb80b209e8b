"""The surroundings of a program that reaches the mirrors by a proxy: whom to ask, whom to trust."""

import json
import os
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from mirra_mcp.reach.authority import PASSWORD, Authority, roots
from mirra_mcp.reach.environment import table
from mirra_mcp.reach.preload.python.mirra_preload import look_up
from mirra_mcp.reach.proxy import Proxy, UnusableProxy, Upstream, listening
from mirra_mcp.vendors import VENDORS
from mirra_mcp.wire.sessions import MirrorInfo

__all__ = ["UnusableProxy", "proxied"]

PHP = Path(__file__).parent / "preload" / "php" / "preload.php"
BUNDLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Variables that name a file of certificates to trust."""
HERE = ("localhost", "127.0.0.1", "::1")


@contextmanager
def proxied(
    environ: Mapping[str, str],
    variables: Mapping[str, str],
    mirrors: Sequence[MirrorInfo],
    *,
    report: Path | None = None,
    live: Collection[str] = (),
) -> Iterator[dict[str, str]]:
    """Run a proxy that leads to these mirrors; gives `variables` with what tells programs of it.

    Args:
        environ: What the program would have had: the user's own proxy and certificates are in it.
        variables: What it has by now.
        mirrors: The session's.
        report: A file that gets a line for each refused call.
        live: Vendors' hosts that may be called all the same.

    Raises:
        UnusableProxy: the user's own proxy can't be gone on to.
    """
    upstream = Upstream(environ)
    known = json.loads(table(mirrors, live))
    ours = {host for mirror in mirrors for host in mirror.hosts or ()}
    domains = {each for vendor in VENDORS.values() for each in vendor.domains} | ours
    authority = Authority(domains)
    proxy = Proxy(lambda host: look_up(host, known), authority, upstream, report)
    with listening(proxy) as port, tempfile.TemporaryDirectory(prefix="mirra-") as name:
        folder = Path(name)  # 0700
        trusted = roots([environ.get(each) for each in BUNDLES])
        bundle = folder / "trusted.pem"
        bundle.write_text(f"{trusted}\n{authority.pem}", encoding="utf-8")
        yield {
            **variables,
            **_asking(variables, port),
            **dict.fromkeys(BUNDLES, str(bundle)),
            "JAVA_TOOL_OPTIONS": _java(variables, port, folder, authority.java_store(trusted)),
            "PHP_INI_SCAN_DIR": _php(variables, folder, bundle),
            "MIRRA_CA_BUNDLE": str(bundle),
        }


def _asking(variables: Mapping[str, str], port: int) -> dict[str, str]:
    asked: dict[str, str] = {}
    said = variables.get("no_proxy") or variables.get("NO_PROXY") or ""
    ours = tuple(each for vendor in VENDORS.values() for each in vendor.domains)
    past = [each.strip() for each in said.split(",") if each.strip()]
    past = [each for each in past if each != "*" and not each.lstrip(".").endswith(ours)]
    names = ",".join(dict.fromkeys([*past, *HERE]))
    for scheme in ("http_proxy", "https_proxy"):
        asked |= dict.fromkeys((scheme, scheme.upper()), f"http://127.0.0.1:{port}")
    return asked | {"no_proxy": names, "NO_PROXY": names}


def _java(variables: Mapping[str, str], port: int, folder: Path, store: bytes) -> str:
    path = folder / "trusted.p12"
    path.write_bytes(store)
    options = [
        *(f"-D{scheme}.proxy{what}" for scheme in ("http", "https") for what in
          ("Host=127.0.0.1", f"Port={port}")),
        f'"-Djavax.net.ssl.trustStore={path}"',
        f"-Djavax.net.ssl.trustStorePassword={PASSWORD}",
        "-Djavax.net.ssl.trustStoreType=PKCS12",
    ]  # fmt: skip
    return " ".join([variables.get("JAVA_TOOL_OPTIONS", ""), *options]).strip()


def _php(variables: Mapping[str, str], folder: Path, bundle: Path) -> str:
    """Write a file of settings; an empty name in the list stands for the folder of PHP's own."""
    (folder / "php").mkdir()
    settings = {"curl.cainfo": bundle, "openssl.cafile": bundle, "auto_prepend_file": PHP}
    lines = [f'{name}="{path}"\n' for name, path in settings.items()]
    (folder / "php" / "zz-mirra.ini").write_text("".join(lines), encoding="utf-8")
    return os.pathsep.join([variables.get("PHP_INI_SCAN_DIR", ""), str(folder / "php")])
