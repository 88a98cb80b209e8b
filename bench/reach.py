"""What leading a program costs a call: the same SDK call under `exec`'s preload and by base URL.

python -m bench.reach
"""

import importlib.util
import statistics
import time
from collections.abc import Callable

import anyio
import stripe

from mirra_mcp.client.client import MirraClient
from mirra_mcp.local.app import LocalMirra
from mirra_mcp.reach.environment import PYTHON, table
from mirra_mcp.settings import Settings
from mirra_mcp.wire.sessions import CreateSession, Session

CALLS, ROUNDS = 100, 7
MOST = 0.2
"""Milliseconds that a call may take more."""


def main() -> None:
    with LocalMirra(Settings()) as local:
        session = anyio.run(_start, local)
        (mirror,) = session.mirrors
        spec = importlib.util.spec_from_file_location("mirra_preload", PYTHON / "mirra_preload.py")
        assert spec is not None
        assert spec.loader is not None
        preload = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(preload)
        preload.configure(table(session.mirrors))
        key = mirror.env["STRIPE_SECRET_KEY"]
        direct = stripe.StripeClient(key, base_addresses={"api": mirror.url})
        led = stripe.StripeClient(key)
        by = {"by base URL": direct, "led": led}
        took: dict[str, list[float]] = {name: [] for name in by}
        for _ in range(ROUNDS):
            for name, client in by.items():
                took[name].append(_per_call(client.v1.balance.retrieve))
    best = {name: min(each) for name, each in took.items()}
    for name, each in took.items():
        print(f"{name:12} {min(each):.3f} ms a call at best, {statistics.median(each):.3f} median")
    more = best["led"] - best["by base URL"]
    print(
        f"led takes {more:+.3f} ms more; at most {MOST} is {'held' if more <= MOST else 'MISSED'}"
    )


async def _start(local: LocalMirra) -> Session:
    async with MirraClient(local.url, local.token) as client:
        return await client.create_session(CreateSession(mirrors=["stripe"]))


def _per_call(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return (time.perf_counter() - start) * 1000 / CALLS


if __name__ == "__main__":
    main()
