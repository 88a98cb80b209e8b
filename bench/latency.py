"""How soon others hear of a change: a webhook's receiver, and an MCP client that subscribed.

Both from the instant at which the caller has the mirror's answer.
`python -m bench.latency [--rounds 60]`
"""

import argparse
import queue
import statistics
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bench.common import EMAIL, Http, milliseconds, mirra, table, verdict
from bench.rpc import ERAS, OURS, Era, stdio

WEBHOOK, NOTIFICATION = 50.0, 100.0
"""Budgets in milliseconds."""
APART = 0.12
"""Seconds between two emails: a burst would be told as one change."""
SEED = "transactional-busy"


class Receiver(BaseHTTPRequestHandler):
    """Notes when a webhook came."""

    protocol_version = "HTTP/1.1"
    came: queue.Queue[float] = queue.Queue()

    def do_POST(self) -> None:
        """Take it."""
        now = time.perf_counter()
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()
        self.came.put(now)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def answered(resend: Http, path: str, body: object) -> float:
    """Create something and return when the answer was there."""
    resend.call("POST", path, body)
    return time.perf_counter()


def webhooks(rounds: int) -> list[float]:
    """Send emails to a mirror whose `email.sent` goes to a receiver of ours."""
    receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    taken = []
    try:
        with mirra() as up, up.start(SEED).connect() as resend:
            hook = f"http://127.0.0.1:{receiver.server_port}/hook"
            resend.call("POST", "/webhooks", {"endpoint": hook, "events": ["email.sent"]})
            for _ in range(rounds + 3):
                start = answered(resend, "/emails", EMAIL)
                taken.append(max(0.0, Receiver.came.get(timeout=10) - start))
                time.sleep(APART)
    finally:
        receiver.shutdown()
        receiver.server_close()
    return taken[3:]


def notifications(era: Era, rounds: int) -> list[float]:
    """Create contacts in a session whose log an MCP client subscribed to.

    Nothing happens to a contact later by itself, as it does to an email.
    """
    taken = []
    with stdio(OURS, era) as client:
        client.shake_hands()
        session = client.tool(
            "mirra_session_start", {"mirrors": ["resend"], "seeds": {"resend": SEED}}
        )
        client.watch(f"mirra://sessions/{session['sessionId']}/events")
        mirror = session["mirrors"][0]
        with Http(mirror["url"], mirror["env"]["RESEND_API_KEY"]) as resend:
            for number in range(rounds + 3):
                client.forget()
                start = answered(resend, "/contacts", {"email": f"reader{number}@example.com"})
                told = client.told("notifications/resources/updated")
                taken.append(max(0.0, told - start))
                time.sleep(APART)
    return taken[3:]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    found = {"webhook at a loopback receiver": (webhooks(rounds), WEBHOOK)}
    for era in ERAS:
        found[f"notification to an MCP client, {era}"] = (notifications(era, rounds), NOTIFICATION)
    rows = []
    for name, (taken, budget) in found.items():
        late = 1000 * sorted(taken)[int(0.95 * len(taken))]
        held = verdict(1000 * statistics.median(taken), budget)
        rows.append([name, milliseconds(taken), f"{late:.1f}", f"{budget:g}", held])
    table(
        f"From the mirror's answer, ms: median (min-max) of {rounds}",
        ["until", "ms", "95th percentile", "budget", ""],
        rows,
    )


if __name__ == "__main__":
    main()
