"""Sends webhooks: in order for each endpoint, beside the API's answers, never before them.

What goes over a WebSocket is sent by `Wires`, in order for each connection; fault rules and
forgeries leave it alone.
"""

import asyncio
import ipaddress
import logging
import socket
import ssl
from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mirra_mcp.local.kit import strikes, waiting
from mirra_mcp.local.kit.chunks import bounded
from mirra_mcp.local.kit.faults import Rule
from mirra_mcp.local.kit.forgeries import Forgery, another, forgeries, note, wanted
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.webhooks import OPEN, WIRED, Letter, Outcome, Parcel
from mirra_mcp.local.kit.wires import Wires
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    import httpx

log = logging.getLogger("mirra_mcp.local")

TIMEOUT = 15.0
"""Seconds that a receiver has to answer."""
REFUSAL = 600
"""Bytes of a refusal that are kept: enough for what a handler or its framework says."""
HOLD = 3.0
"""Seconds that a webhook is kept back for another one to overtake it."""
PATIENCE = 1.0
"""Seconds after which the next webhook no longer waits for the one before it."""


class Outbox:
    """The sender of one process."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = {host.lower() for host in allowed}
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wires = Wires()

    def kick(self, session: Session, now: datetime) -> None:
        """Begin to send what is due by `now`. The session must not be locked by another."""
        for parcel in session.take_mail(now):
            key = (session.id, f"{parcel.url} {parcel.wire or ''}")
            lane = self._lanes.setdefault(key, Lane())
            lane.known.add(parcel.seq)
            lane.queue.append(parcel)
            if not lane.is_running:
                lane.is_running = True
                self._spawn(self._run_lane(key, lane, session))

    def _spawn(self, work: "asyncio.Future[None] | object") -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type]  # a coroutine
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _run_lane(self, key: tuple[str, str], lane: "Lane", session: Session) -> None:
        while lane.queue:
            parcel = lane.queue.popleft()
            sending = self._spawn(self._deliver(session, parcel, lane))
            patience = None if parcel.method in WIRED else PATIENCE
            await asyncio.wait({sending}, timeout=patience)
        lane.is_running = False
        if not lane.known:
            self._lanes.pop(key, None)

    async def _deliver(self, session: Session, parcel: Parcel, lane: "Lane") -> None:
        try:
            rule = None
            if session.faults.rules and parcel.method not in WIRED:
                rule = session.faults.of_webhook(parcel)
            if rule is None or not await self._spoil(session, parcel, lane, rule):
                await self._send(session, parcel, rule)
        except Exception:
            log.exception("Sending the webhook %s failed.", parcel.id)
        finally:
            lane.known.discard(parcel.seq)
            lane.idle.set()
            lane.idle = asyncio.Event()
        if session.is_open:
            session.on_work(session)

    async def _send(self, session: Session, parcel: Parcel, rule: Rule | None) -> None:
        mirror = session.mirrors[parcel.mirror]
        spoilt = rule is not None and rule.effect == "bad_signature"
        sent = replace(parcel, secret=another(parcel.secret)) if spoilt else parcel
        letter = mirror.letter(sent, session.wall())
        if parcel.method in WIRED:
            outcome = await self._over_wire(session, mirror, parcel, letter)
        else:
            outcome = await self.post(letter, mirror.reads_answers)
        if spoilt and rule is not None:
            outcome = replace(outcome, fault=rule.id)
        forge = await self._conclude(session, parcel, letter, outcome)
        if rule is not None and rule.effect == "twice":
            outcome = await self.post(letter, mirror.reads_answers)
        if rule is not None:
            async with session.lock:
                if session.is_open:
                    done: Doc = {"responseStatus": outcome.status} if outcome.status else {}
                    strikes.tell(session, rule, deliveryId=parcel.id, type=parcel.type, **done)
        elif forge:
            await self._forge(session, parcel, mirror, outcome)

    async def _over_wire(
        self, session: Session, mirror: Mirror, parcel: Parcel, letter: Letter
    ) -> Outcome:
        """Send over a WebSocket, which only an address that webhooks may go to gets."""
        if parcel.method == OPEN and (refusal := await self._refuses(letter.url)):
            return Outcome(None, refusal, 0.0, is_final=True)
        return await self._wires.post(session, mirror, parcel, letter)

    async def _conclude(
        self, session: Session, parcel: Parcel, letter: Letter, outcome: Outcome
    ) -> bool:
        """Write down how an attempt went; tell whether it should be forged."""
        async with session.lock:
            fresh = session.deliveries.find(parcel.id) if session.is_open else None
            if fresh is None or fresh.status != "pending":
                self._wires.drop(session, parcel)
                return False
            session.conclude(fresh, session.mirrors[parcel.mirror], letter, outcome)
            waiting.tell(session, parcel.id, outcome)
            is_wired = parcel.method in WIRED
            forge = outcome.is_accepted and not is_wired and wanted(session, parcel)
            session.forged_next.discard(parcel.id)
            return forge

    async def _spoil(self, session: Session, parcel: Parcel, lane: "Lane", rule: Rule) -> bool:
        """Lose a webhook, or keep it back; tell whether that was all for now."""
        if rule.effect == "out_of_order":
            with suppress(TimeoutError):
                async with asyncio.timeout(HOLD):
                    await lane.idle.wait()
            return False
        if rule.effect not in ("lost", "late"):
            return False
        if rule.effect == "lost":
            letter = session.mirrors[parcel.mirror].letter(parcel, session.wall())
            why = f"Lost on the way: the fault rule {rule.id}."
            lost = Outcome(None, why, 0.0, is_final=True, fault=rule.id)
            await self._conclude(session, parcel, letter, lost)
        async with session.lock:
            if session.is_open:
                if rule.delay is not None:
                    with session.transaction():
                        session.deliveries.again(parcel.id, rule.delay)
                strikes.tell(session, rule, deliveryId=parcel.id, type=parcel.type)
        return True

    async def _forge(
        self, session: Session, parcel: Parcel, mirror: Mirror, outcome: Outcome
    ) -> None:
        """Send the copies of an accepted webhook that its receiver should refuse."""
        taken: list[tuple[Forgery, Outcome]] = [("none", outcome)]
        for forgery, letter in forgeries(mirror, parcel, session.wall()):
            taken.append((forgery, await self.post(letter)))
        async with session.lock:
            if session.is_open:
                with session.transaction():
                    for forgery, done in taken:
                        note(session, parcel, parcel.url or "", forgery, done)

    async def post(self, letter: Letter, most: int = 0) -> Outcome:
        """Make one attempt; of the answer `most` bytes are read, and one more if it is longer."""
        import httpx

        start = perf_counter()

        def failed(error: str, *, is_final: bool = False) -> Outcome:
            return Outcome(None, error, (perf_counter() - start) * 1000, is_final)

        url = letter.url
        refusal = await self._refuses(url)
        if refusal:
            return failed(refusal, is_final=True)
        client = await self._client_for(urlsplit(url).scheme)
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                client.stream(
                    letter.method, url, content=letter.content, headers=letter.headers
                ) as response,
            ):
                most = max(most, letter.most if response.is_success else REFUSAL)
                body = await bounded(response.aiter_bytes(), most) if most else b""
                return Outcome(
                    response.status_code,
                    None,
                    (perf_counter() - start) * 1000,
                    headers=dict(response.headers),
                    body=body,
                )
        except (httpx.TimeoutException, TimeoutError):
            return failed(f"The receiver did not answer within {TIMEOUT:.0f} s.")
        except httpx.ConnectError:
            return failed(f"Nothing accepts connections at {url}.")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            return failed(f"The receiver broke off: {type(error).__name__}.")

    async def _client_for(self, scheme: str) -> "httpx.AsyncClient":
        """Return the client of a scheme. Certificates are read for https only, beside the loop."""
        import httpx

        if scheme not in self._clients:
            verify: ssl.SSLContext | bool = False
            if scheme == "https":
                verify = await asyncio.to_thread(httpx.create_ssl_context, trust_env=False)
            timeout = httpx.Timeout(TIMEOUT, connect=5.0)
            limits = httpx.Limits(max_connections=200, max_keepalive_connections=20)
            self._clients.setdefault(
                scheme,
                httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False, verify=verify),
            )
        return self._clients[scheme]

    async def _refuses(self, url: str) -> str | None:
        """Return why a webhook may not go to `url`: only loopback and allowed hosts may."""
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port or 443
        except ValueError:
            return "The endpoint's URL can't be read."
        if parts.scheme not in ("http", "https", "ws", "wss") or not host:
            return "The endpoint's URL must begin with http:// or https://, or of a socket ws://."
        if host == "localhost" or host.endswith(".localhost"):
            return None
        try:
            if ipaddress.ip_address(host).is_loopback:
                return None
        except ValueError:
            pass
        if host not in self._allowed:
            return (
                f"Not sent: webhooks go to loopback addresses only, and {host} isn't one."
                " Register a URL such as http://127.0.0.1:3000/hook, or allow the host with"
                " --webhook-host."
            )
        try:
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
        except OSError:
            return f"The host {host} can't be found."
        for address in {entry[4][0] for entry in found}:
            ip = ipaddress.ip_address(str(address).split("%")[0])
            if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
                return f"Not sent: {host} points to {ip}, where webhooks never go."
        return None

    async def settle(self, session: Session, now: datetime, most: float) -> None:
        """Wait until everything due by `now` has been tried once, `most` seconds long.

        Answers that are awaited over WebSockets are waited for, too.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + most
        async with session.lock:
            self.kick(session, now)
        while True:
            left = end - loop.time()
            if left <= 0:
                return
            lanes = (each for key, each in self._lanes.items() if key[0] == session.id)
            lane = next((each for each in lanes if each.known), None)
            if lane is None:
                if not await self._wires.settle(session, left):
                    return
            else:
                try:
                    async with asyncio.timeout(left):
                        await lane.idle.wait()
                except TimeoutError:
                    return
            async with session.lock:
                self.kick(session, now)

    def forget(self, session: Session) -> None:
        """Drop what an ended session still wanted to send."""
        for key in [key for key in self._lanes if key[0] == session.id]:
            self._lanes.pop(key).queue.clear()
        self._wires.cut(session.id)

    async def close(self) -> None:
        """Stop sending."""
        await self._wires.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients.values():
            await client.aclose()


class Lane:
    """The webhooks on their way from one session to one endpoint."""

    def __init__(self) -> None:
        self.queue: deque[Parcel] = deque()
        self.known: set[int] = set()
        self.is_running = False
        self.idle = asyncio.Event()
