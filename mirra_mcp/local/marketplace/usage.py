"""What calls cost, and what they add up to: usage for who calls, metrics for who made it.

Everything is computed from the calls that were made.

Source: https://docs.getmirra.app/api/resources/endpoints
"""

import sqlite3
from datetime import datetime, timedelta

from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.marketplace import amounts
from mirra_mcp.local.marketplace.catalog import Catalog
from mirra_mcp.local.marketplace.errors import denied
from mirra_mcp.local.marketplace.installations import Installations
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.wire.installations import Metrics, Rated, RecentCall, Usage
from mirra_mcp.wire.marketplace import MethodDefinition, Pricing

RECENT = 20
PERIOD = timedelta(days=30)
"""What a subscription's price is for."""

Row = sqlite3.Row


class Meter:
    """Counts the calls of one data folder."""

    def __init__(
        self, store: Store, wall: Wall, catalog: Catalog, installations: Installations
    ) -> None:
        self._store, self._wall = store, wall
        self._catalog, self._installations = catalog, installations

    def record(
        self,
        row: Row,
        pricing: Pricing,
        method: MethodDefinition,
        *,
        duration: int,
        status: int | None,
        ok: bool,
    ) -> float:
        """Write down one call, and return what it cost. A failed one costs nothing."""
        at = self._wall()
        now = amounts.text(at)
        price = pricing.base_price if method.cost is None else method.cost
        with self._store.change():
            fresh = self._store.row("SELECT * FROM installations WHERE id=?", row["id"])
            cost = 0
            if ok and pricing.model == "pay-per-call":
                cost = amounts.stored(price)
            elif ok and pricing.model == "subscription" and fresh is not None:
                cost = self._due(fresh, at, pricing.base_price)
            self._store.run(
                "INSERT INTO calls (installation, resource, account, at, method, cost, duration,"
                " success, status) VALUES (?,?,?,?,?,?,?,?,?)",
                *(row["id"], row["resource"], row["account"], now, method.name, cost, duration),
                *(int(ok), status),
            )
            self._store.run(
                "UPDATE installations SET calls=calls+1, cost=cost+?, used=? WHERE id=?",
                cost,
                now,
                row["id"],
            )
        return amounts.shown(cost)

    def _due(self, row: Row, at: datetime, price: float) -> int:
        """Charge a subscription's period with the first call in it."""
        if row["paid_until"] and at < amounts.instant(row["paid_until"]):
            return 0
        installed = amounts.instant(row["installed"])
        until = installed + PERIOD * ((at - installed) // PERIOD + 1)
        sql = "UPDATE installations SET paid_until=? WHERE id=?"
        self._store.run(sql, amounts.text(until), row["id"])
        return amounts.stored(price)

    def usage(self, account: str, id: str) -> Usage:
        """Return what an installation has used and cost."""
        today = amounts.text(self._wall())[:10]
        with self._store.look():
            row = self._installations.by_id(account, id)
            recent = self._store.rows(
                "SELECT * FROM calls WHERE installation=? ORDER BY seq DESC LIMIT ?", id, RECENT
            )
            count = "SELECT COUNT(*) FROM calls WHERE installation=? AND at>=?"
            calls_today = self._store.value(count, id, today)
        return Usage(
            total_calls=row["calls"],
            total_cost=amounts.shown(row["cost"]),
            calls_today=calls_today,
            last_used_at=amounts.instant(row["used"]) if row["used"] else None,
            recent_calls=[
                RecentCall(
                    timestamp=amounts.instant(each["at"]),
                    method=each["method"],
                    cost=amounts.shown(each["cost"]),
                    duration=each["duration"],
                    success=bool(each["success"]),
                )
                for each in recent
            ],
        )

    def metrics(self, account: str, resource: str) -> Metrics:
        """Return how a resource does, to its creator."""
        with self._store.look():
            self._catalog.own(account, resource)
            users = self._store.value("SELECT COUNT(*) FROM users WHERE resource=?", resource)
            calls = self._store.row(
                "SELECT COUNT(*), COALESCE(SUM(cost), 0) FROM calls WHERE resource=?", resource
            )
            rating, reviews = self._catalog.rating(resource)
        return Metrics(
            total_users=users,
            total_calls=calls[0] if calls else 0,
            total_revenue=amounts.shown(calls[1] if calls else 0),
            rating=rating,
            review_count=reviews,
        )

    def rate(self, account: str, resource: str, stars: int) -> Rated:
        """Rate a resource, or change one's rating: whoever has called it may, but its creator.

        Raises:
            Refused: the account may not.
        """
        with self._store.change():
            found = self._catalog.row(account, resource)
            if found["creator"] == account:
                raise denied("Creators can't rate their own resources.")
            sql = "SELECT 1 FROM calls WHERE resource=? AND account=? AND success=1"
            if self._store.row(sql, resource, account) is None:
                raise denied("Only who has called a resource with success can rate it.")
            self._store.run(
                "INSERT OR REPLACE INTO ratings VALUES (?,?,?,?)",
                resource,
                account,
                stars,
                amounts.text(self._wall()),
            )
            rating, reviews = self._catalog.rating(resource)
        return Rated(resource_id=resource, rating=rating or 0, review_count=reviews)
