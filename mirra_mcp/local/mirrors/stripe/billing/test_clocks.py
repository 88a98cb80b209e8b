"""Test clocks: a time of their own for some customers, moved by hand.

Source: https://docs.stripe.com/billing/testing/test-clocks and
https://docs.stripe.com/api/test_clocks
"""

import logging
from datetime import UTC, datetime
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, StripeParams, Timestamp
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.billing.periods import DAY, step
from mirra_mcp.wire.model import Doc

log = logging.getLogger("mirra_mcp.local")

LIFE = 30 * DAY
MOST_TIMERS = 20_000
EVENT = "test_helpers.test_clock"


class CreateClock(StripeParams):
    """What a new clock takes."""

    frozen_time: Timestamp
    name: str | None = None


class AdvanceClock(StripeParams):
    """Where a clock goes."""

    frozen_time: Timestamp


class TestClocks(StripeResource):
    """Clocks that stand still until they are advanced."""

    entity, plural = "test_clock", "test_clocks"
    object, prefix = "test_helpers.test_clock", "clock"
    title, path = "test clock", "/v1/test_helpers/test_clocks"
    blank: ClassVar[Doc] = {
        "created": None,
        "deletes_after": None,
        "frozen_time": None,
        "livemode": False,
        "name": None,
        "status": "ready",
        "status_details": {},
    }

    def enter(self, doc: Doc | None) -> None:
        """Let the rest of this call happen on the clock that a document is attached to."""
        id = (doc or {}).get("test_clock")
        clock = self.peek(id) if id else None
        if clock is None or self.mirror.lane == id:
            return
        self.mirror.lane = clock["id"]
        self.mirror.now = datetime.fromtimestamp(clock["frozen_time"], UTC)

    @route("POST /v1/test_helpers/test_clocks")
    def create(self, params: CreateClock) -> Doc:
        """Set up a clock. Fires: test_helpers.test_clock.created."""
        doc = self.new(**params.given(), deletes_after=self.at + LIFE)
        return self.view(self.save(doc, event=f"{EVENT}.created"))

    @route("GET /v1/test_helpers/test_clocks/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one clock."""
        return self.view(self.get(id))

    @route("GET /v1/test_helpers/test_clocks")
    def index(self, params: ListParams) -> Doc:
        """List clocks."""
        return self.listed(params)

    @route("POST /v1/test_helpers/test_clocks/{id}/advance")
    def advance(self, id: str, params: AdvanceClock) -> Doc:
        """Move a clock forward; all that falls due on the way happens in order.

        The answer says `advancing`, as Stripe's does; by then everything has happened, and the
        clock that is read next is `ready`.

        Fires: test_helpers.test_clock.advancing, whatever happens, test_helpers.test_clock.ready.
        """
        clock, target = self.get(id), params.frozen_time
        self._must_be_reachable(clock, target)
        advancing = self.save(
            clock
            | {
                "status": "advancing",
                "status_details": {"advancing": {"target_frozen_time": target}},
            },
            event=f"{EVENT}.advancing",
        )
        self._pass_time(id, clock["frozen_time"], target)
        ready = {"frozen_time": target, "status": "ready", "status_details": {}}
        self.save(self.get(id) | ready, event=f"{EVENT}.ready")
        return self.view(advancing)

    @route("DELETE /v1/test_helpers/test_clocks/{id}")
    def delete(self, id: str) -> Doc:
        """Remove a clock with its customers and all that is theirs.

        Fires: test_helpers.test_clock.deleted.
        """
        clock = self.get(id)
        for plural in ("subscriptions", "subscription_schedules", "invoices", "invoice_items"):
            noun = self.mirror.nouns[plural]
            for doc in noun.find(test_clock=id):
                noun.drop(doc)
        for customer in self.stripe.customers.find(test_clock=id):
            self.stripe.customers.drop(customer)
        while (timer := self.mirror.next_timer(id)) is not None:
            self.mirror.drop_timer(timer[1])
        self.drop(clock, event=f"{EVENT}.deleted")
        return self.deleted(clock)

    def _must_be_reachable(self, clock: Doc, target: int) -> None:
        if clock["status"] != "ready":
            raise errors.invalid(
                "The test clock is currently advancing. Wait until its status is `ready`."
            )
        if target <= clock["frozen_time"]:
            raise errors.invalid(
                "`frozen_time` must be after the test clock's current frozen time.", "frozen_time"
            )
        live = [
            each
            for each in self.stripe.subscriptions.find(test_clock=clock["id"])
            if each["status"] not in ("canceled", "incomplete_expired")
        ]
        recurring = [item["price"]["recurring"] for sub in live for item in sub["items"]["data"]]
        reach = [
            step(clock["frozen_time"], each["interval"], each["interval_count"], 2)
            for each in recurring
        ]
        if reach and target > min(reach):
            raise errors.invalid(
                "Cannot advance the test clock more than two intervals in the future from the"
                " shortest subscription in the test clock.",
                "frozen_time",
            )
        if target > step(clock["frozen_time"], "year", 1, 2):
            raise errors.invalid(
                "Cannot advance the test clock more than two years in the future.", "frozen_time"
            )

    def _pass_time(self, id: str, since: int, target: int) -> None:
        """Fire the timers of the clock's lane until `target`, each at its own instant."""
        mirror = self.mirror
        home = mirror.now, mirror.lane, mirror.account, mirror.request_id, mirror.idempotency_key
        mirror.lane = id
        try:
            for _ in range(MOST_TIMERS):
                timer = mirror.next_timer(id)
                if timer is None or timer[0] > target:
                    break
                due, key, verb, args = timer
                mirror.drop_timer(key)
                mirror.now = datetime.fromtimestamp(max(due, since), UTC)
                mirror.call_verb(verb, args)
        finally:
            mirror.now, mirror.lane, mirror.account = home[:3]
            mirror.request_id, mirror.idempotency_key = home[3:]
