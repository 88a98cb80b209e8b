"""Memory: what an idle session, a used one, and the MCP server with its embedded Mirra take.

`python -m bench.memory [--vendor NAME] [--sessions 1,100,1000] [--stored 100000]`
"""

import argparse
import time

from bench.common import Http, Mirra, fill, key_of, mirra, resident_kb, table, verdict
from bench.rpc import BARE, ERAS, OURS, Stdio, stdio
from bench.vendors import RESEND, STRIPE, TWILIO, VENDORS, Vendor

PER_SESSION = 100.0
"""KiB for each further idle session."""
STARTED = 3.0
"""Seconds after which the embedded Mirra has started by itself."""
TOTAL = 120.0
"""MiB for the MCP server with its mirrors."""
FORK = 1.0
"""MiB for a fork that hasn't written yet."""
CLOCK = "2026-05-04T12:00:00Z"
"""A clock that stands, so that nothing falls due while memory is looked at."""


def settled(pid: int) -> int:
    """Return a process's memory once it stands still, in KiB."""
    before = -1
    for _ in range(20):
        now = resident_kb(pid)
        if now == before:
            break
        before = now
        time.sleep(0.1)
    return before


def grown(up: Mirra, vendor: Vendor, sizes: list[int], *, used: bool) -> list[list[str]]:
    """Start sessions up to each size, and use each once if wanted."""
    rows = []
    first = up.start(vendor.seed, vendor.name)
    with first.connect() as line:
        line.call("GET", vendor.path)  # builds the fixture, compiles the statements
    one, live = settled(up.pid), 1
    for size in sizes:
        while live < size:
            session = up.start(vendor.seed, vendor.name)
            live += 1
            if used:
                with session.connect() as line:
                    line.call("GET", vendor.path)
        now = settled(up.pid)
        each = (now - one) / (size - 1) if size > 1 else 0.0
        kind = "used once" if used else "idle"
        judged = verdict(each, PER_SESSION) if size > 1 and not used else ""
        told = f"{each:.0f}" if size > 1 else ""
        rows.append([f"{size:,} {kind}", f"{now / 1024:.1f}", told, judged])
    return rows


def holding(up: Mirra, vendor: Vendor, wanted: int) -> list[list[str]]:
    """Fill a session through its API, fork it, and let the fork write once."""
    session = up.start(vendor.seed, vendor.name, clock=CLOCK)
    with session.connect() as line:
        vendor.create(line)
        empty = settled(up.pid)
        if vendor is RESEND:
            fill(session, wanted)
        else:
            for _ in range(wanted):
                vendor.create(line)
    full = settled(up.pid)
    each = 1024 * (full - empty) / wanted
    rows = [[f"{wanted:,} stored", f"{full / 1024:.1f}", f"{each:,.0f} bytes each", ""]]
    with up.control() as control:
        fork = control.call("POST", f"/v1/sessions/{session.id}/fork", {})
        before = settled(up.pid)
        fork = control.call("POST", f"/v1/sessions/{session.id}/fork", {})
        shared = settled(up.pid)
        took = (shared - before) / 1024
        rows.append(["a fork", f"{shared / 1024:.1f}", f"{took:.2f} MiB", verdict(took, FORK)])
        with Http(fork["mirrors"][0]["url"], session.key, form=vendor.form) as line:
            vendor.create(line)
        wrote = settled(up.pid)
        told = f"{(wrote - shared) / 1024:.1f} MiB"
        rows.append(["the fork, once it has written", f"{wrote / 1024:.1f}", told, ""])
    return rows


def servers() -> list[list[str]]:
    """Compare the MCP server, with a session of used mirrors, to the bare SDK."""
    with stdio(BARE, ERAS[0]) as bare:
        bare.shake_hands()
        bare.ask("tools/list")
        rows = [["bare SDK, tools listed", f"{settled(bare.pid) / 1024:.1f}", ""]]
    for vendors in ([], [RESEND], [STRIPE], [TWILIO], [RESEND, STRIPE, TWILIO]):
        with stdio(OURS, ERAS[0]) as ours:
            ours.shake_hands()
            ours.ask("tools/list")
            if vendors:
                use(ours, vendors)
            else:
                time.sleep(STARTED)
            now = settled(ours.pid) / 1024
        told = " and ".join(vendor.name for vendor in vendors)
        told = f"a session of {told} used" if told else "no session yet"
        rows.append([f"mirra-mcp, {told}", f"{now:.1f}", verdict(now, TOTAL)])
    return rows


def use(client: Stdio, vendors: list[Vendor]) -> None:
    """Start a session, create something in each mirror and look at its state."""
    names = [vendor.name for vendor in vendors]
    seeds = {vendor.name: vendor.seed for vendor in vendors}
    session = client.tool("mirra_session_start", {"mirrors": names, "seeds": seeds})
    for vendor, mirror in zip(vendors, session["mirrors"], strict=True):
        key = key_of(vendor.name, mirror["env"])
        with Http(mirror["url"], key, form=vendor.form) as line:
            vendor.create(line)
        client.tool("mirra_session_state", {"mirror": vendor.name})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vendor", choices=VENDORS, default="resend")
    parser.add_argument("--sessions", default="1,100,1000")
    parser.add_argument("--stored", type=int, default=100_000)
    given = parser.parse_args()
    vendor = VENDORS[given.vendor]
    sizes = [int(size) for size in given.sessions.split(",")]
    rows = []
    for used in (False, True):
        with mirra() as up:
            rows += grown(up, vendor, sizes, used=used)
    table(
        f"`mirra-mcp up` with sessions of one {vendor.name} mirror",
        ["sessions", "RSS MiB", "KiB a further one", f"idle: budget {PER_SESSION:g}"],
        rows,
    )
    if given.stored:
        with mirra() as up:
            table(
                f"`mirra-mcp up` with {vendor.name} objects, all made by calls",
                ["state", "RSS MiB", "more", f"fork: budget {FORK:g}"],
                holding(up, vendor, given.stored),
            )
    table("Over stdio", ["process", "RSS MiB", f"budget {TOTAL:g}"], servers())


if __name__ == "__main__":
    main()
