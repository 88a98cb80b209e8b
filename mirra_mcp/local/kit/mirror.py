"""A vendor's API: its nouns, its rules, and the state behind them."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import orjson

from mirra_mcp.local.kit import guard
from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.hearing import Hearing
from mirra_mcp.local.kit.idempotency import Idempotency, Replays
from mirra_mcp.local.kit.ids import Ids
from mirra_mcp.local.kit.meanings import Words
from mirra_mcp.local.kit.params import Problem
from mirra_mcp.local.kit.phrases import Phrase
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.routes import Answer, Call, Route, Router, routes_of
from mirra_mcp.local.kit.store import Store
from mirra_mcp.local.kit.stories import Story
from mirra_mcp.local.kit.surroundings import Surroundings
from mirra_mcp.local.kit.webhooks import Letter, Parcel, Target
from mirra_mcp.wire.admin import Encoding
from mirra_mcp.wire.model import Doc

log = logging.getLogger("mirra_mcp.local")


@dataclass(frozen=True, slots=True)
class Fixture:
    """A named state to start from. `build` runs on an empty mirror, unseen by log and webhooks."""

    description: str
    build: Callable[[Any], None]


@dataclass(slots=True)
class Changed:
    """What became of a document, told when somebody asks."""

    mirror: str
    noun: Resource
    id: str
    before: bytes | None
    after: bytes | None

    def differences(self) -> tuple[Doc | None, Doc | None]:
        """Return the fields that differ before and after; all of one that is new or gone."""
        old, new = (
            None if body is None else self.noun.shown(orjson.loads(body))
            for body in (self.before, self.after)
        )
        if old is not None and new is not None:
            names = [name for name in old | new if old.get(name) != new.get(name)]
            old, new = ({name: doc[name] for name in names if name in doc} for doc in (old, new))
        return old, new

    def told(self) -> Doc:
        """Return what the log tells of it."""
        before, after = self.differences()
        about = {"mirror": self.mirror, "entity": self.noun.entity, "entityId": self.id}
        return about | {"before": before, "after": after}


@dataclass(slots=True)
class Unit:
    """What one call, timer or story has done so far."""

    changes: list["Changed"] = field(default_factory=list)
    webhooks: list[tuple[str, int]] = field(default_factory=list)
    """Type and number of the delivery."""


class Mirror(Hearing):
    """The base of every vendor's mirror.

    A mirror is plain synchronous code inside one transaction: guards first, then writes.
    """

    vendor: ClassVar[str]
    version: ClassVar[str]
    api_version: ClassVar[str]
    description: ClassVar[str]
    hosts: ClassVar[tuple[str, ...]] = ()
    """Where the API is called, if it is none of `VENDORS`: programs are led from there."""
    encoding: ClassVar[Encoding] = "json"
    resources: ClassVar[tuple[type[Resource], ...]] = ()
    stories: ClassVar[Mapping[str, Story]] = {}
    fixtures: ClassVar[Mapping[str, Fixture]] = {}
    phrases: ClassVar[tuple[Phrase, ...]] = ()
    """How the Setup text of a scenario speaks of this vendor's state."""
    meanings: ClassVar[Mapping[str, Words]] = {}
    """By entity what people's words mean of its documents: read by the checks of scenarios."""
    gaps: ClassVar[Mapping[str, str]] = {}
    """Endpoints that the vendor has and the mirror doesn't: `"POST /x"` to the reason."""
    served: ClassVar[tuple[str, ...]] = ()
    """What it answers besides its nouns' own verbs: `"POST /x"`."""
    limits: ClassVar[tuple[str, ...]] = ()
    """Other known differences, a sentence each."""
    fault_errors: ClassVar[Mapping[str, Callable[[], VendorError]]] = {}
    """The vendor's own errors that a fault rule can make it answer, by name."""
    declines: ClassVar[tuple[str, ...]] = ()
    """Why a bank may say no: what a fault rule can let a payment meet."""
    declining: str | None = None
    """The one of `declines` that payments of the present call meet."""
    webhook_events: ClassVar[tuple[str, ...]] = ()
    webhook_secret: ClassVar[str]
    """Signs the events that no endpoint subscribed to."""
    message_prefix: ClassVar[str] = "msg_"
    event_id_key: ClassVar[str | None] = None
    idempotency: ClassVar[Idempotency | None] = None
    logged_headers: ClassVar[tuple[str, ...]] = ("content-type", "user-agent", "idempotency-key")
    """The request headers that the log keeps, in lower case; never one that holds a secret."""
    max_body: ClassVar[int] = 50 * 1024 * 1024

    store: Store
    ids: Ids
    now: datetime
    seed: str = ""
    """What its ids follow from; another session's mirror of the vendor has another."""
    lane: str = ""
    """Where `after` puts its timers: the session's clock, or a clock of the vendor's own."""

    def __init__(self, url: str, fixture: str) -> None:
        self.url = url
        self.fixture = fixture
        self.unit = Unit()
        self.version_told = f"{self.vendor}@{self.version} · api={self.api_version}"
        """How answers tell what made them."""
        self.session: Surroundings | None = None
        self.nouns = {noun.plural: noun(self) for noun in self.resources}
        self.kept = {plural: noun for plural, noun in self.nouns.items() if noun.keeps}
        for plural, noun in self.nouns.items():
            setattr(self, plural, noun)

    def bind(self, store: Store, session: Surroundings | None) -> None:
        """Attach the mirror to its state; without a session nothing is logged or sent."""
        self.session = session
        self.store, self.ids = store, store.ids
        self.ids.seed = self.seed or self.vendor
        self.replays = Replays(store)
        self.recall()

    def recall(self) -> None:
        """Read what is kept in memory besides, after the state has been replaced."""

    def keep_counters(self) -> None:
        """Write what is counted in memory: the state is being given out, or kept."""

    @classmethod
    def routes(cls) -> list[Route]:
        """List the endpoints of this vendor, in the order of its code."""
        return [each for noun in cls.resources for each in routes_of(noun, noun.plural)]

    @classmethod
    def router(cls) -> Router:
        """Return the endpoints of this vendor, found once."""
        if "_router" not in cls.__dict__:
            router = Router()
            for each in cls.routes():
                router.add(each.method, each.path, each)
            for spec, reason in cls.gaps.items():
                method, path = spec.split(" ", 1)
                router.add(method, path, reason)
            cls._router = router  # type: ignore[attr-defined]  # a cache per subclass
        return cls._router  # type: ignore[attr-defined,no-any-return]

    def find(self, call: Call) -> tuple[Any, dict[str, str]] | set[str]:
        """Return the endpoint that a call is for, as `Router.find` does."""
        return self.router().find(call.method, call.path)

    def base_of(self, call: Call) -> str:
        """Return the URL before a call's path: that of the API's own host if the call named it.

        Who named it is led here from there, so that what it follows comes back.
        """
        named = guard.host_named(call.headers.get("x-mirra-host"), self.vendor, self.hosts)
        return self.url if named is None else f"https://{named}"

    @classmethod
    def gaps_told(cls) -> list[str]:
        """Tell the gaps a line each, for a reader."""
        return [f"{spec}: {reason}" for spec, reason in cls.gaps.items()]

    # What verbs use.

    def changed(self, noun: Resource, before: Doc | None, after: Doc | None) -> None:
        """Log what became of a document. Called by the resource that wrote it."""
        if self.session is None:
            return
        old: bytes | None = None
        if before is not None:
            if after is not None and not noun.shows(before, after):
                return
            old = self.store.replaced
        id = (after or before or {})["id"]
        new = None if after is None else self.store.body(noun.kind, id)
        change = Changed(self.vendor, noun, id, old, new)
        self.unit.changes.append(change)
        self.session.log.append("state.changed", self.vendor, change)

    def emit(self, event: str, data: Doc, *, to: list[Target] | None = None) -> None:
        """Tell a vendor event to the webhooks: those that subscribed, or the addresses `to`."""
        if self.session is not None:
            self.send(event, data, self.endpoints(event) if to is None else to)

    def send(self, event: str, data: Doc, targets: list[Target], body: bytes | None = None) -> None:
        """Address a vendor event; `body` is the data's JSON, where it is known."""
        if self.session is not None:
            for seq in self.session.deliveries.add(self, event, data, targets, body):
                self.unit.webhooks.append((event, seq))

    def after(self, delay: timedelta, verb: str, **args: Any) -> None:
        """Call `verb` (`emails.deliver`) on the session's clock, `delay` from now."""
        due = (self.now + delay).timestamp()
        self.store.add_timer(self.lane, due, verb, args)

    def cancel_timers(self, verb: str | None = None, **args: Any) -> None:
        """Forget the timers of a verb whose arguments include the given ones."""
        self.store.cancel_timers(verb, args)

    def next_timer(self, lane: str = "") -> tuple[float, int, str, str] | None:
        """Return the timer of a lane that falls due first: when, id, verb, arguments."""
        return self.store.next_timer(lane)

    def drop_timer(self, id: int) -> None:
        """Forget one timer."""
        self.store.drop_timer(id)

    def call_verb(self, verb: str, args: str) -> None:
        """Do what a timer was set for."""
        noun, name = verb.split(".")
        getattr(self.nouns[noun], name)(**orjson.loads(args))

    def setting(self, name: str, default: Any = None) -> Any:
        """Return a small value that is part of the mirror's state."""
        value = self.store.setting(name)
        return default if value is None else value

    def set_setting(self, name: str, value: Any) -> None:
        """Keep a small value as part of the mirror's state."""
        self.store.set_setting(name, value)

    # What a vendor says. These have sensible defaults.

    def install(self) -> None:
        """Lay out what every account has, before the fixture: the default key and settings."""

    def read_body(self, call: Call) -> Any:
        """Return what the body says, for the parameters' model.

        Raises:
            ValueError: it can't be read.
        """
        return call.json

    def read_query(self, call: Call) -> Any:
        """Return what the query says, for the parameters' model."""
        return call.query

    def read_fields(self, call: Call) -> Any:
        """Return what a call sends, read before the mirror has looked at it.

        Raises:
            ValueError, VendorError: it can't be read.
        """
        return self.read_body(call) if call.body else self.read_query(call)

    def invoke(self, route: Route, args: dict[str, Any]) -> Any:
        """Let the verb of a route answer."""
        return getattr(self.nouns[route.noun], route.verb)(**args)

    def authenticate(self, call: Call) -> Any:
        """Return who is calling.

        Raises:
            VendorError: nobody that the vendor knows.
        """

    def admit(self, call: Call, spec: str) -> None:
        """Check permissions, quotas and rate limits of an authenticated call.

        Raises:
            VendorError: refused.
        """

    def decorate(self, call: Call, status: int) -> dict[str, str]:
        """Return the headers that every vendor answer carries."""
        return {}

    def shape(self, call: Call, answer: Answer) -> Answer:
        """Give an answer the form that the caller asked for: a version, expanded fields."""
        return answer

    def refused(self, call: Call, answer: Answer) -> None:
        """Complete what a refused call is answered."""

    def letter(self, parcel: Parcel, at: datetime) -> Letter:
        """Return what goes over the wire when a delivery is tried `at` an instant."""
        headers = self.sign(parcel.secret, parcel.message, at, parcel.payload)
        return Letter(parcel.method, parcel.url or "", headers, parcel.payload)

    def forget_limits(self) -> None:
        """Clear rate-limit counters: the mirror is being reset."""

    def event_ref(self, data: Doc) -> str | None:
        """Return the id of what an event is about."""
        return data.get("id")

    def idempotency_invalid(self, key: str) -> VendorError | None:
        """Refuse a key that the vendor would not take."""
        return None

    # What a vendor must say.

    def invalid(self, problems: list[Problem], call: Call) -> VendorError:
        """Put what is wrong with the parameters into the vendor's words."""
        raise NotImplementedError

    def malformed(self, call: Call) -> VendorError:
        """Say that the body can't be read."""
        raise NotImplementedError

    def too_large(self, call: Call) -> VendorError:
        """Say that the body is over `max_body`."""
        raise NotImplementedError

    def unknown_path(self, call: Call) -> VendorError:
        """Say that the vendor has no such endpoint."""
        raise NotImplementedError

    def wrong_method(self, call: Call, allowed: set[str]) -> VendorError:
        """Say that the endpoint takes other methods."""
        raise NotImplementedError

    def gap(self, call: Call, reason: str) -> VendorError:
        """Say that the vendor has this endpoint and the mirror doesn't: 501."""
        raise NotImplementedError

    def crashed(self, call: Call) -> VendorError:
        """Say that the mirror itself failed."""
        raise NotImplementedError

    def idempotency_conflict(self, call: Call) -> VendorError:
        """Say that the key was used for another request."""
        raise NotImplementedError

    def payload(self, event: str, data: Doc) -> Doc:
        """Return a webhook's body."""
        raise NotImplementedError

    def subscribe(self, url: str) -> bool:
        """Send everything to an address, signed with the secret that `env` tells.

        Returns:
            Whether there is anything that it would be sent from.

        Raises:
            VendorError: the vendor wouldn't take the address.
        """
        return False

    def payload_for(self, target: Target, payload: Doc) -> Doc:
        """Return the body as one endpoint gets it, where that differs."""
        return payload

    def endpoints(self, event: str) -> list[Target]:
        """List the endpoints that subscribed to an event."""
        raise NotImplementedError

    def sign(self, secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """Return the headers of a webhook, signature included."""
        raise NotImplementedError

    def signature_of(self, headers: dict[str, str]) -> str:
        """Pick the signature from a webhook's headers."""
        raise NotImplementedError

    def env(self) -> dict[str, str]:
        """Return the variables that point the vendor's SDKs at this mirror."""
        raise NotImplementedError

    def setup(self) -> dict[str, str]:
        """Return, by language, the lines that point the vendor's SDK at this mirror."""
        raise NotImplementedError
