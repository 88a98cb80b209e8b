"""Memory: what an idle session, a used one, and the MCP server with its embedded Mirra take.

`python -m bench.memory [--vendor resend|stripe|twilio] [--sessions 1,100,1000]`
"""

import argparse
import time

from bench.common import Http, Mirra, key_of, mirra, resident_kb, table, verdict
from bench.rpc import BARE, ERAS, OURS, Stdio, stdio
from bench.vendors import RESEND, STRIPE, TWILIO, VENDORS, Vendor

PER_SESSION = 100.0
"""KiB for each further idle session."""
STARTED = 3.0
"""Seconds after which the embedded Mirra has started by itself."""
TOTAL = 120.0
"""MiB for the MCP server with its mirrors."""


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
    table("Over stdio", ["process", "RSS MiB", f"budget {TOTAL:g}"], servers())


if __name__ == "__main__":
    main()
