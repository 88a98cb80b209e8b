"""For whom a call acts, what it tells later, and what of it is taken back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import orjson

from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.mirrors.stripe.api.versions.releases import DEFAULT
from mirra_mcp.wire.model import Doc


class Acting(Mirror):
    """A mirror that acts for one account or another, and can hold its tongue."""

    account: str | None = None
    """The connected account that this call acts for, from `Stripe-Account`."""
    request_id: str | None = None
    idempotency_key: str | None = None
    call_version: str = DEFAULT
    calls_refused: int = 0
    """How many calls more meet a rate limit."""
    application = "ca_mirra00000000000000000000000000"
    """The platform, as application fees name it."""
    kept_back: list[tuple[str, Doc]] | None = None
    kept_for: str | None = None
    """The account whose events are kept back; other accounts' are told at once."""

    def __init__(self, url: str, fixture: str) -> None:
        super().__init__(url, fixture)
        self.fresh: set[str] = set()
        """Ids that were made up in this call, of documents that nobody has written yet."""

    @contextmanager
    def events_held(self) -> Iterator[list[tuple[str, Doc]]]:
        """Keep back the events that are told inside: what caused them must be told first.

        Whoever holds them emits them afterwards, one by one.
        """
        outer, self.kept_back = (self.kept_back, self.kept_for), []
        self.kept_for = self.account
        try:
            yield self.kept_back
        finally:
            self.kept_back, self.kept_for = outer

    @contextmanager
    def writes_undone(self) -> Iterator[None]:
        """Take back what is written inside, and tell nobody of it: what previews are made in."""
        session, self.session = self.session, None
        try:
            with self.store.rehearsal():
                yield
        finally:
            self.session = session

    @contextmanager
    def later(self, at: int) -> Iterator[None]:
        """Let what is done inside happen at another time, in epoch seconds."""
        outer, self.now = self.now, datetime.fromtimestamp(at, UTC)
        try:
            yield
        finally:
            self.now = outer

    @contextmanager
    def acting_for(self, account: str | None) -> Iterator[None]:
        """Read and write another account's documents."""
        outer, self.account = self.account, account
        try:
            yield
        finally:
            self.account = outer

    def after(self, delay: timedelta, verb: str, **args: Any) -> None:
        """Set a timer that acts for the account that set it."""
        if self.account:
            args["account_"] = self.account
        super().after(delay, verb, **args)

    def call_verb(self, verb: str, args: str) -> None:
        """Do what a timer was set for: nobody's request, for the account that set it."""
        self.account = self.request_id = self.idempotency_key = None
        self.fresh.clear()
        if '"account_"' in args:
            given = orjson.loads(args)
            self.account = given.pop("account_")
            args = orjson.dumps(given).decode()
        try:
            super().call_verb(verb, args)
        finally:
            self.account = None

    def forget_limits(self) -> None:
        """Clear what was asked for of the rate limit."""
        self.calls_refused = 0

    def send_thin(self, event: Doc, targets: list[Target]) -> None:
        """Send a thin event to its destinations."""
        super().emit(event["type"], event, to=targets)

    def tells_accounts(self) -> bool:
        """Tell whether a destination takes thin events of accounts."""
        raise NotImplementedError

    def tell_thin(self, type: str, about: Doc, account: str, data: Doc | None) -> None:
        """Tell a thin event of a connected account to the destinations that want it."""
        raise NotImplementedError

    def give_up(self, url: str) -> None:
        """Send no more of what an endpoint hasn't got yet."""
        if self.session is not None:
            self.session.deliveries.cancel(self.vendor, url)

    # Documents of any noun.

    def by_id(self, id: str) -> Doc | None:
        """Return what an id names, whatever kind of object it is."""
        for noun in (*self._by_prefix.get(id.rpartition("_")[0], ()), *self._by_prefix[""]):
            if (doc := noun.peek(id)) is not None:
                found: Doc = noun.view(doc)
                return found
        return None

    @cached_property
    def _by_prefix(self) -> dict[str, list[Resource]]:
        """The nouns by how their ids begin; under `""` those whose ids callers choose."""
        found: dict[str, list[Resource]] = {"": []}
        for noun in self.nouns.values():
            if prefix := getattr(noun, "prefix", ""):
                found.setdefault(prefix, []).append(noun)
            if getattr(noun, "names_itself", False):
                found[""].append(noun)
        return found

    def includable(self, doc: Doc, name: str) -> Any:
        """Return a field that is there only when asked for, such as `customer.subscriptions`."""
        include = self._includes.get((str(doc.get("object")), name))
        return include(self, doc) if include else None

    @cached_property
    def _includes(self) -> dict[tuple[str, str], Any]:
        return {
            (getattr(noun, "object", ""), name): make
            for noun in self.nouns.values()
            for name, make in getattr(noun, "includes", {}).items()
        }
