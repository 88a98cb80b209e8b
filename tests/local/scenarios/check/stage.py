"""A real session played in process: calls, time, webhooks and a handler, without a network."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import orjson

from mirra_mcp.local.kit import forgeries, strikes
from mirra_mcp.local.kit.clock import Clock, wall
from mirra_mcp.local.kit.http import answer_vendor
from mirra_mcp.local.kit.images import Images
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.restoring import fixture_named
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.kit.stories import find_story
from mirra_mcp.local.kit.webhooks import Letter, Outcome
from mirra_mcp.local.mirrors import MIRRORS
from mirra_mcp.local.scenarios.check.grades import Grade
from mirra_mcp.local.scenarios.check.reading import Reading, read_all
from mirra_mcp.local.scenarios.vocabulary import Vocabulary
from mirra_mcp.local.scenarios.world import Mark, World
from mirra_mcp.wire.faults import AddFault
from tests.local.kit.toy import Toy

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
IMAGES = Images()
HOOK = "http://127.0.0.1:9/hook"
Handler = Callable[[Letter], int | bytes | None]
"""Answers with a status, or with a body of its own."""


def trusting(letter: Letter) -> int:
    """A handler that takes everything."""
    return 200


def credentials(vendor: str, env: Mapping[str, str]) -> str:
    """Return the header by which the account's owner is known."""
    if vendor == "twilio":
        pair = f"{env['TWILIO_ACCOUNT_SID']}:{env['TWILIO_AUTH_TOKEN']}"
        return f"Basic {b64encode(pair.encode()).decode()}"
    names = {
        "clerk": "CLERK_SECRET_KEY",
        "resend": "RESEND_API_KEY",
        "stripe": "STRIPE_SECRET_KEY",
        "toy": "TOY_KEY",
    }
    return f"Bearer {env[names[vendor]]}"


class Stage:
    """A session, and the mark at which its attempt began."""

    def __init__(self, *vendors: str, seed: str = "empty", handler: Handler = trusting) -> None:
        known: Mapping[str, type[Mirror]] = {**MIRRORS, "toy": Toy}
        kinds = {vendor: known[vendor] for vendor in vendors}
        mirrors = {
            v: kind("http://127.0.0.1:1", fixture_named(kind("", "empty"), seed))
            for v, kind in kinds.items()
        }
        clock = Clock(wall, standing=NOON)
        self.session = Session("ses_test", "test", "ephemeral", mirrors, clock, wall, IMAGES)
        self.session.open()
        self.vocabulary = Vocabulary(kinds)
        self.handler = handler
        self.mark = Mark.of(self.session)

    def begin(self) -> None:
        """Let the attempt begin now."""
        self.mark = Mark.of(self.session)

    def world(self) -> World:
        return World(self.session, self.mark)

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None,
        vendor: str = "resend", status: int | None = None, **headers: str,
    ) -> Any:  # fmt: skip
        """Call a vendor's API, and let the webhooks that follow be delivered."""
        mirror = self.session.mirrors[vendor]
        sent = {"authorization": credentials(vendor, mirror.env()), "host": "127.0.0.1"}
        sent["user-agent"] = "demo/1"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        path, _, query = path.partition("?")
        content = b""
        if body is not None and mirror.encoding == "json":
            content, sent["content-type"] = orjson.dumps(body), "application/json"
        elif body is not None:
            content = urlencode(body).encode()
            sent["content-type"] = "application/x-www-form-urlencoded"
        now = self.session.clock.now()
        call = Call(method, path, query, sent, content, now)
        rule = self.session.faults.of_call(mirror, call)
        if rule is not None:
            strikes.tell(self.session, rule, method=method, path=path)
            call.fault = rule.id
            if rule.effect == "disconnect_before":
                return None
        answer = answer_vendor(self.session, mirror, call, perf_counter(), rule)
        if status is None:
            assert answer.status < 300, answer.body
        else:
            assert answer.status == status, answer.body
        self.deliver()
        raw = answer.encoded()
        return orjson.loads(raw) if raw else None

    def fail(self, rule: str) -> None:
        """Let calls or webhooks go wrong from now on."""
        self.session.faults.add(self.session.mirrors, AddFault(rule=rule))

    def stripe(self, path: str, status: int | None = None, **form: Any) -> Any:
        """Post a form to Stripe; `a__b` is `a[b]`."""
        body = {
            name.replace("__", "[", 1) + ("]" if "__" in name else ""): value
            for name, value in form.items()
        }
        return self.call("POST", f"/v1/{path}", body, vendor="stripe", status=status)

    def simulate(self, vendor: str, event: str, **params: Any) -> None:
        """Let something happen to the account."""
        mirror = self.session.mirrors[vendor]
        story = find_story(mirror.stories, event)
        assert story is not None
        with self.session.unit(mirror, self.session.clock.now()):
            story.run(mirror, params)
        self.deliver()

    def pass_time(self, seconds: float) -> None:
        """Let time go by, with all that falls due."""
        clock, session = self.session.clock, self.session
        clock.move_to(clock.now() + timedelta(seconds=seconds))
        session.agenda.fire_due(clock.now())
        self.deliver()

    def deliver(self) -> None:
        """Send what is due to the handler, and forged copies if they are wanted."""
        session = self.session
        for parcel in session.take_mail(session.clock.now()):
            mirror = session.mirrors[parcel.mirror]
            letter = mirror.letter(parcel, session.wall())
            rule = session.faults.of_webhook(parcel)
            if rule is not None:
                strikes.tell(session, rule, deliveryId=parcel.id, type=parcel.type)
            if rule is not None and rule.delay is not None:
                with session.transaction():
                    session.deliveries.again(parcel.id, rule.delay)
                continue
            if rule is not None and rule.effect == "lost":
                done = Outcome(None, "Lost on the way.", 0.0, is_final=True)
            else:
                done = self._answer(letter)
            if rule is not None and rule.effect == "twice":
                self._answer(letter)
            fresh = session.deliveries.find(parcel.id)
            assert fresh is not None
            session.conclude(fresh, mirror, letter, done)
            if done.is_accepted and forgeries.wanted(session, parcel):
                taken: list[tuple[forgeries.Forgery, Outcome]] = [("none", done)]
                for forgery, copy in forgeries.forgeries(mirror, parcel, session.wall()):
                    taken.append((forgery, self._answer(copy)))
                with session.transaction():
                    for forgery, outcome in taken:
                        forgeries.note(session, parcel, letter.url, forgery, outcome)

    def _answer(self, letter: Letter) -> Outcome:
        answer = self.handler(letter)
        status, body = (200, answer) if isinstance(answer, bytes) else (answer, b"")
        headers = {"content-type": "text/xml" if body[:1] == b"<" else "application/json"}
        error = None if status else "The receiver broke off."
        return Outcome(status, error, 1.0, headers=headers if body else {}, body=body)

    def forge(self) -> None:
        """Send forged webhooks from now on."""
        self.session.forging = True

    def read(self, *texts: str) -> list[Reading | None]:
        return read_all(texts, self.vocabulary)

    def grade(self, text: str, *beside: str) -> Grade:
        """Read a criterion among others, and grade it."""
        reading = self.read(text, *beside)[0]
        assert reading is not None, f"not read: {text}"
        return reading.grade(self.world())

    def results(self, *texts: str) -> list[bool | None]:
        """Grade criteria: passed, failed, or None where they aren't read."""
        world = self.world()
        return [each.grade(world).passed if each else None for each in self.read(*texts)]
