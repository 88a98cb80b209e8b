"""Memory: what an idle session, a used one, and the MCP server with its embedded Mirra take.

`python -m bench.memory [--sessions 1,100,1000]`
"""

import argparse
import time

from bench.common import Mirra, mirra, resident_kb, table, verdict
from bench.rpc import BARE, ERAS, OURS, stdio

PER_SESSION = 100.0
"""KiB for each further idle session."""
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


def grown(up: Mirra, sizes: list[int], *, used: bool) -> list[list[str]]:
    """Start sessions up to each size, and use each once if wanted."""
    rows = []
    first = up.start("transactional-busy")
    with first.connect() as resend:
        resend.call("GET", "/emails")  # builds the fixture, compiles the statements
    one, live = settled(up.pid), 1
    for size in sizes:
        while live < size:
            session = up.start("transactional-busy")
            live += 1
            if used:
                with session.connect() as resend:
                    resend.call("GET", "/emails")
        now = settled(up.pid)
        each = (now - one) / (size - 1) if size > 1 else 0.0
        kind = "used once" if used else "idle"
        judged = verdict(each, PER_SESSION) if size > 1 and not used else ""
        told = f"{each:.0f}" if size > 1 else ""
        rows.append([f"{size:,} {kind}", f"{now / 1024:.1f}", told, judged])
    return rows


def servers() -> list[list[str]]:
    """Compare the MCP server, with a session of a used mirror, to the bare SDK."""
    rows = []
    with stdio(BARE, ERAS[0]) as bare, stdio(OURS, ERAS[0]) as ours:
        for client in (bare, ours):
            client.shake_hands()
            client.ask("tools/list")
        rows.append(["bare SDK, tools listed", f"{settled(bare.pid) / 1024:.1f}", ""])
        ours.tool(
            "mirra_session_start",
            {"mirrors": ["resend"], "seeds": {"resend": "transactional-busy"}},
        )
        ours.tool("mirra_session_state")
        now = settled(ours.pid) / 1024
        rows.append(["mirra-mcp, one session used", f"{now:.1f}", verdict(now, TOTAL)])
    return rows


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", default="1,100,1000")
    sizes = [int(size) for size in parser.parse_args().sessions.split(",")]
    rows = []
    for used in (False, True):
        with mirra() as up:
            rows += grown(up, sizes, used=used)
    table(
        "`mirra-mcp up` with sessions of one Resend mirror",
        ["sessions", "RSS MiB", "KiB a further one", f"idle: budget {PER_SESSION:g}"],
        rows,
    )
    table("Over stdio", ["process", "RSS MiB", f"budget {TOTAL:g}"], servers())


if __name__ == "__main__":
    main()
