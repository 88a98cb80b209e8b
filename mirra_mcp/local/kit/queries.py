"""SQL over what mirrors hold: one SELECT, bounded in time, rows and bytes, that changes nothing.

Each query has a database of its own, in memory and beside the loop, and so it can do no harm; the
guards are there to say what is wrong in a sentence.
"""

import asyncio
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from time import perf_counter
from typing import Any

from mirra_mcp.local.kit.errors import Refusal, nearest, one_of
from mirra_mcp.local.kit.moments import Moment
from mirra_mcp.local.kit.reading import invalid
from mirra_mcp.local.kit.relations import Database, plain
from mirra_mcp.local.kit.wildcards import FUNCTIONS
from mirra_mcp.wire.states import QueryResult

SECONDS = 2.0
"""How long a query may run, and how long its tables may take to be fed."""
BYTES = 1024 * 1024
"""Of an answer's values, about."""
LONGEST = 100_000
"""Bytes that a value may have, if no document is longer."""
STEPS = 2_000
"""Of SQLite's, after which the time is looked at."""
AT_ONCE = 2
"""Queries of this process that run at the same time; others wait."""
BEGINNING = re.compile(r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?(?:\*/|\Z)|;|\()*([A-Za-z]*)", re.DOTALL)
WRITES = {
    "insert", "update", "delete", "replace", "create", "drop", "alter", "reindex", "vacuum",
    "analyze", "begin", "commit", "end", "rollback", "savepoint", "release",
}  # fmt: skip
READS = {
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE,
}  # fmt: skip
KINDS = {
    sqlite3.SQLITE_INSERT: "insert", sqlite3.SQLITE_UPDATE: "update",
    sqlite3.SQLITE_DELETE: "delete", sqlite3.SQLITE_ATTACH: "attach",
    sqlite3.SQLITE_DETACH: "detach", sqlite3.SQLITE_PRAGMA: "pragma",
}  # fmt: skip
FUNCTIONS_OF_TABLES = ("json_each", "json_tree")
FORBIDDEN = {"zeroblob", "randomblob", "load_extension", "sqlite_compileoption_get"}
LIMITS = {
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 32,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
}


async def run(moment: Moment, sql: str, limit: int) -> QueryResult:
    """Run one SELECT over the state of a moment.

    Raises:
        Refusal: it isn't one, names what isn't there, or takes too long.
    """
    check(sql)
    start = perf_counter()
    loop = asyncio.get_running_loop()
    columns, rows, is_cut = await loop.run_in_executor(_threads(), _run, moment, sql, limit)
    return QueryResult(
        columns=columns,
        rows=rows,
        is_cut=is_cut,
        as_of=moment.show(),
        duration_ms=round((perf_counter() - start) * 1000, 1),
    )


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mirra-query")


def check(sql: str) -> None:
    """See that a text begins as a query does.

    Raises:
        Refusal: it doesn't.
    """
    if "\0" in sql:
        raise invalid("The query holds a NUL character.", "Leave it out.")
    match = BEGINNING.match(sql)
    word = match[1].lower() if match else ""
    if word in ("select", "with", "values"):
        return
    if not word:
        raise invalid("There is no query.", f"It begins with SELECT: {EXAMPLE}")
    raise refused(word)


EXAMPLE = "SELECT id, email FROM stripe.customers LIMIT 5"


def refused(word: str) -> Refusal:
    """Say why a statement of another kind isn't run."""
    if word in WRITES:
        return invalid(
            f"A query reads and changes nothing: {word.upper()} isn't run.",
            "State changes by calls of the vendor's API, by simulating events, or by a restore.",
        )
    if word in ("attach", "detach"):
        return invalid(
            "A query sees the mirrors of its session and no other database.",
            "Each mirror is a schema already, as stripe.customers.",
        )
    if word == "pragma":
        return invalid(
            "PRAGMA isn't run: a query reads the mirrors' documents alone.",
            "SELECT name, sql FROM stripe.sqlite_schema lists the tables and their columns.",
        )
    if word == "explain":
        return invalid("EXPLAIN isn't run.", "Give the SELECT alone.")
    return invalid(
        f"A query begins with SELECT or WITH, not with {word[:20].upper()}.", f"As: {EXAMPLE}"
    )


NO_TABLE = invalid(
    "A query reads the tables of mirrors, and json_each and json_tree; no others of SQLite's.",
    "SELECT name, sql FROM stripe.sqlite_schema lists the tables and their columns.",
)


def _run(moment: Moment, sql: str, limit: int) -> tuple[list[str], list[list[Any]], bool]:
    tables = Database(moment, sql)
    try:
        return _Query(sql, tables).run(limit)
    finally:
        tables.db.close()


class _Query:
    """One query on its way."""

    def __init__(self, sql: str, tables: Database) -> None:
        self.sql, self.tables, self.db = sql, tables, tables.db
        self._read: set[tuple[str, str]] = set()
        self._denied: Refusal | None = None
        self._end = 0.0

    def run(self, limit: int) -> tuple[list[str], list[list[Any]], bool]:
        """Return columns, rows, and whether there are more.

        Raises:
            Refusal: SQLite doesn't run it, or not to its end.
        """
        try:
            self._prepare()
            self._end = perf_counter() + SECONDS
            longest = self.tables.feed(self._check)
            self.db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(LONGEST, 2 * longest))
            self.db.set_authorizer(self._authorize)
            self._end = perf_counter() + SECONDS
            self.db.set_progress_handler(self._is_late, STEPS)
            return self._rows(limit)
        except (sqlite3.Error, sqlite3.Warning, MemoryError) as error:
            raise self._denied or self._failed(str(error)) from None

    def _prepare(self) -> None:
        """Let SQLite read the query, to see which columns of which tables it is about."""
        for name, arguments, function in FUNCTIONS:
            self.db.create_function(name, arguments, function, deterministic=True)
        for bound, most in LIMITS.items():
            self.db.setlimit(bound, most)
        for each in FUNCTIONS_OF_TABLES:  # the first use declares them, which is a write
            self.db.execute(f"SELECT 1 FROM {each}('[]')").close()
        self.db.text_factory = lambda raw: raw.decode(errors="replace")
        self.db.set_authorizer(self._authorize)
        self.db.execute(f"EXPLAIN {self.sql}").close()
        self.db.set_authorizer(None)
        for name, meant in self.tables.shared.items():
            if ("main", name) in self._read:
                raise invalid(
                    f"Several mirrors have a table '{name}'.", f"Write {' or '.join(meant)}."
                )

    def _rows(self, limit: int) -> tuple[list[str], list[list[Any]], bool]:
        cursor = self.db.execute(self.sql)
        columns = [each[0] for each in cursor.description or ()]
        rows: list[list[Any]] = []
        size = 0
        for row in cursor:
            if len(rows) == limit or size > BYTES:
                return columns, rows, True
            rows.append([_told(each) for each in row])
            size += sum(len(each) for each in rows[-1] if isinstance(each, str))
        return columns, rows, False

    def _authorize(
        self, action: int, first: str | None, second: str | None, schema: str | None, _: str | None
    ) -> int:
        if action == sqlite3.SQLITE_READ:
            table, name = (first or "").lower(), (schema or "").lower()
            self._read.add((name, table))
            if relation := self.tables.relations.get((name, table)):
                relation.used.add((second or "").lower())
            return sqlite3.SQLITE_OK
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in FORBIDDEN:
            self._denied = invalid(f"The function {second} isn't there.", "It reads no document.")
            return sqlite3.SQLITE_DENY
        if action in READS:
            return sqlite3.SQLITE_OK
        is_inner = (first or "").lower() in ("sqlite_master", "sqlite_temp_master")
        self._denied = NO_TABLE if is_inner else refused(KINDS.get(action, "insert"))
        return sqlite3.SQLITE_DENY

    def _check(self) -> None:
        if perf_counter() > self._end:
            raise Refusal(
                413,
                "mirra.query.too_large",
                f"The tables that the query reads hold more than can be read in {SECONDS:g} s.",
                "Name fewer tables and the columns that you need, not * or doc.",
            )

    def _is_late(self) -> int:
        return perf_counter() > self._end

    def _failed(self, said: str) -> Refusal:
        """Put what SQLite says into a sentence that helps."""
        if said == "interrupted":
            return Refusal(
                408,
                "mirra.query.too_long",
                f"The query ran for {SECONDS:g} s and was cut.",
                "Join on equal ids, let a recursion end, or choose with WHERE first.",
            )
        what, _, name = said.partition(": ")
        if what == "no such table":
            return self._no_table(name)
        if what == "no such column":
            return self._no_column(name)
        if said.startswith("You can only execute one statement"):
            return invalid("A query is one statement; after its end there is more.", "Send one.")
        if "number of bindings" in said:
            return invalid("The query has placeholders.", "Write the values into it, 'quoted'.")
        if "too big" in said or "memory" in said or "is full" in said or not said:
            return Refusal(
                413, "mirra.query.too_large", "A value of the query grows too large.", "Cut it."
            )
        hint = 'Names that are words of SQL go into double quotes: "from"; texts into single ones.'
        return invalid(f"SQLite can't run the query: {said}.", hint if "syntax" in said else None)

    def _no_table(self, name: str) -> Refusal:
        schema, dot, table = name.rpartition(".")
        known = {each.lower(): each for each in self.tables.names}
        whole = {
            f"{plain(each)}.{plain(table)}": None
            for each, tables in self.tables.names.items()
            for table in tables
        }
        if dot and schema.lower() not in known:
            return invalid(
                f"The session has no mirror '{schema[:60]}'.{nearest(schema, known.values())}",
                f"It has {one_of(known.values())}.",
            )
        if dot:
            own = self.tables.names[known[schema.lower()]]
            listed = f"{known[schema.lower()]} has {one_of(own)}."
            return invalid(f"There is no table {name[:120]}.{nearest(table, own)}", listed)
        bare = [each for tables in self.tables.names.values() for each in tables]
        close = nearest(table, bare) or nearest(name, whole)
        return invalid(
            f"There is no table '{name[:120]}'.{close}",
            "A table is an entity of a mirror, as "
            f"{next(iter(whole), 'stripe.customers')}; mirra's state lists what there is.",
        )

    def _no_column(self, name: str) -> Refusal:
        column = name.rpartition(".")[2]
        known = {
            each: None for relation in self.tables.relations.values() for each in relation.columns
        }
        return invalid(
            f"There is no column '{name[:120]}'.{nearest(column, known)}",
            f"There are {', '.join(known)}. Deeper fields: doc ->> '$.a.b'."
            if known
            else "The query names no table.",
        )


def _told(value: Any) -> Any:
    return f"x'{value.hex()}'" if isinstance(value, bytes) else value
