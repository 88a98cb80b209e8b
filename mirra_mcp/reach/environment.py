"""The environment in which a program, unchanged, calls a session's mirrors."""

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mirra_mcp.client.urls import is_loopback
from mirra_mcp.reach.keys import dressed
from mirra_mcp.vendors import VENDORS
from mirra_mcp.wire.sessions import MirrorInfo

PRELOAD = Path(__file__).parent / "preload"
PYTHON = PRELOAD / "python"
NODE = PRELOAD / "node" / "preload.cjs"
RUBY = PRELOAD / "ruby"
PROXIES = ("http_proxy", "https_proxy", "all_proxy")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a program is started with."""

    variables: dict[str, str]
    hidden: list[str]
    """The variables whose values were real, and are not passed on."""


def led(
    environ: Mapping[str, str],
    mirrors: Sequence[MirrorInfo],
    *,
    report: Path | None = None,
    live: Collection[str] = (),
) -> Surroundings:
    """Return an environment that leads the vendors' hosts to these mirrors.

    Mirrors elsewhere get their keys and addresses alone: nobody is led off this machine.

    Args:
        environ: What the program would have had.
        mirrors: The session's.
        report: A file to which each program adds a line when it is led, and for each refused call.
        live: Vendors' hosts that may be called all the same.
    """
    variables, hidden = dressed(environ, {each.vendor: each.env for each in mirrors}, live)
    if not all(is_loopback(address_of(each.url)[0]) for each in mirrors):
        return Surroundings(variables, hidden)
    variables["MIRRA_PRELOAD"] = table(mirrors, live)
    variables.pop("MIRRA_PRELOAD_REPORT", None)
    if report is not None:
        variables["MIRRA_PRELOAD_REPORT"] = str(report)
    variables["PYTHONPATH"] = _before(str(PYTHON), environ.get("PYTHONPATH"))
    variables["NODE_OPTIONS"] = _required(environ.get("NODE_OPTIONS"))
    variables["RUBYLIB"] = _before(str(RUBY), environ.get("RUBYLIB"))
    variables["RUBYOPT"] = _with_ruby(environ.get("RUBYOPT"))
    if any(environ.get(name) or environ.get(name.upper()) for name in PROXIES):
        for name in ("no_proxy", "NO_PROXY"):
            variables[name] = _past_proxies(environ)
    return Surroundings(variables, hidden)


def table(mirrors: Sequence[MirrorInfo], live: Collection[str] = ()) -> str:
    """Return, as JSON, what the preloads need to know: whose hosts lead where."""
    return json.dumps(
        {
            "domains": {
                each: vendor for vendor, known in VENDORS.items() for each in known.domains
            },
            "hosts": hosts(mirrors),
            "mirrors": {each.vendor: list(address_of(each.url)) for each in mirrors},
            "live": sorted(host.lower().rstrip(".") for host in live),
        },
        separators=(",", ":"),
    )


def hosts(mirrors: Sequence[MirrorInfo]) -> dict[str, str]:
    """Return whose mirror each host leads to: the vendors', and those that a document names.

    A document may name a vendor's host; where the session mirrors that vendor, it stays there.
    """
    ours = {
        host: vendor for vendor, each in VENDORS.items() for host in (*each.hosts, *each.unmirrored)
    }
    there = {each.vendor for each in mirrors}
    taken = {host for name in there if name in VENDORS for host in VENDORS[name].hosts}
    return ours | {
        host: each.vendor for each in mirrors for host in each.hosts or () if host not in taken
    }


def address_of(url: str) -> tuple[str, int]:
    """Return host and port of a mirror's URL."""
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 80


def _before(folder: str, others: str | None) -> str:
    known = [each for each in (others or "").split(os.pathsep) if each and each != folder]
    return os.pathsep.join([folder, *known])


def _required(options: str | None) -> str:
    path = str(NODE).replace("\\", "\\\\")
    ours = f'--require "{path}"' if " " in path else f"--require {path}"
    if options and ours in options:
        return options
    return f"{options} {ours}" if options else ours


def _with_ruby(options: str | None) -> str:
    """Name the preload only: a path with a blank can't be said here, so `RUBYLIB` has it."""
    ours = "-rmirra_preload"
    known = (options or "").split()
    return " ".join(known if ours in known else [*known, ours])


def _past_proxies(environ: Mapping[str, str]) -> str:
    """Keep the vendors' hosts and this machine's from a proxy of the user's."""
    said = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    domains = [each for vendor in VENDORS.values() for each in vendor.domains]
    ours = ["localhost", "127.0.0.1", "::1", *domains]
    known = [each.strip() for each in said.split(",") if each.strip()]
    return ",".join([*known, *(each for each in ours if each not in known)])
