"""Timers of one mirror: verbs that are called when their time has come."""

import sqlite3
from typing import Any

import orjson

Timer = tuple[float, int, str, str]
"""When it is due, in epoch seconds, its id, the verb, the arguments as JSON."""


class Timers:
    """Kept in lanes: the session's clock is '', a clock of the vendor's own has another name."""

    def __init__(self, db: sqlite3.Connection, schema: str) -> None:
        self._db, self._table = db, f"{schema}.timers"

    def add(self, lane: str, due: float, verb: str, args: dict[str, Any]) -> None:
        """Set a timer."""
        self._db.execute(
            f"INSERT INTO {self._table} (lane, due, verb, args) VALUES (?,?,?,?)",
            (lane, due, verb, orjson.dumps(args, option=orjson.OPT_SORT_KEYS).decode()),
        )

    def cancel(self, verb: str | None, args: dict[str, Any]) -> None:
        """Forget the timers of a verb, or of all, whose arguments include the given ones."""
        clauses = ["1"] + [f"json_extract(args, '$.{name}')=?" for name in args]
        values = list(args.values())
        if verb:
            clauses.append("verb=?")
            values.append(verb)
        self._db.execute(f"DELETE FROM {self._table} WHERE {' AND '.join(clauses)}", values)

    def next(self, lane: str) -> Timer | None:
        """Return the timer of a lane that falls due first."""
        sql = f"SELECT due, id, verb, args FROM {self._table} WHERE lane=? ORDER BY due, id LIMIT 1"
        return self._db.execute(sql, (lane,)).fetchone()  # type: ignore[no-any-return]

    def delay(self, seconds: float) -> None:
        """Let every timer of the session's clock fall due later."""
        self._db.execute(f"UPDATE {self._table} SET due=due+? WHERE lane=''", (seconds,))

    def drop(self, id: int) -> None:
        """Forget one timer."""
        self._db.execute(f"DELETE FROM {self._table} WHERE id=?", (id,))
