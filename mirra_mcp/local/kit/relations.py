"""Documents as tables of a SQLite database in memory: a schema a mirror, a table an entity.

Only what a query reads is fed in: the tables that it names, and of those the columns.
"""

import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from mirra_mcp.local.kit.differences import kinds_of
from mirra_mcp.local.kit.moments import Moment
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.store import Frozen
from mirra_mcp.local.kit.tables import Documents
from mirra_mcp.wire.model import Doc

SAMPLE = 20
"""Documents at either end of a table whose fields are columns, too, if they weren't known."""
BATCH = 500
WORD = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|(\w+)', re.ASCII)
LARGEST = 2**63
Column = Callable[[Doc, str | None], Any]
"""Returns what a column holds of a document, and of the account whose it is."""


@dataclass
class Relation:
    """One table."""

    schema: str
    noun: Resource
    tables: list[tuple[str | None, Documents]]
    """The documents, each table with whose they are: the own account's first."""
    columns: dict[str, Column]
    used: set[str] = field(default_factory=set)
    """The columns that the query reads, in lower case; "": it counts rows."""

    @property
    def name(self) -> str:
        """What SQL calls it."""
        return f"{quoted(self.schema)}.{quoted(self.noun.plural)}"


class Database:
    """A database in memory with the tables that a query may mean, empty until they are fed."""

    def __init__(self, moment: Moment, sql: str) -> None:
        self.db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        mirrors = moment.session.mirrors
        self.names = {schema_of(vendor): list(mirrors[vendor].kept) for vendor in moment.states}
        """The names of all tables by schema."""
        self.relations: dict[tuple[str, str], Relation] = {}
        """The tables that the query may mean, by schema and name in lower case."""
        words = words_of(sql)
        wants_all = bool(words & {"sqlite_schema", "sqlite_master"})
        room = self.db.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED)
        for vendor in sorted(moment.states, key=lambda each: each.lower() not in words)[:room]:
            self.db.execute(f"ATTACH ':memory:' AS {quoted(schema_of(vendor))}")
            for plural, noun in mirrors[vendor].kept.items():
                if wants_all or plural.lower() in words:
                    self._make(schema_of(vendor), noun, moment.states[vendor])
        self.shared = self._shared()
        """The tables that a bare name can mean, where there are several."""

    def _make(self, schema: str, noun: Resource, state: Frozen) -> None:
        kinds = {kind: state.tables.get(kind) for kind in kinds_of(noun.plural, state)}
        tables = [
            (kind.partition("@")[2] or None, each)
            for kind, each in kinds.items()
            if isinstance(each, Documents)
        ]
        columns = columns_of(noun, [each for _, each in tables])
        relation = Relation(schema, noun, tables, columns)
        self._create(relation.name, columns)
        self.relations[schema.lower(), noun.plural.lower()] = relation

    def _create(self, name: str, columns: Iterable[str]) -> None:
        self.db.execute(f"CREATE TABLE {name} ({', '.join(quoted(each) for each in columns)})")

    def _shared(self) -> dict[str, list[str]]:
        """Find bare names that mean several tables; one in front of them tells when it is read."""
        holders: dict[str, list[Relation]] = {}
        for (_, name), relation in self.relations.items():
            holders.setdefault(name, []).append(relation)
        shared = {name: each for name, each in holders.items() if len(each) > 1}
        for name, relations in shared.items():
            columns = {column.lower() for each in relations for column in each.columns}
            self._create(f"main.{quoted(name)}", sorted(columns))
        return {
            name: [f"{plain(each.schema)}.{plain(each.noun.plural)}" for each in relations]
            for name, relations in shared.items()
        }

    def feed(self, check: Callable[[], None]) -> int:
        """Fill the tables that the query reads; return the length of the longest document.

        `check` is called now and then, and may raise.
        """
        return max((self._fill(each, check) for each in self.relations.values()), default=0)

    def _fill(self, relation: Relation, check: Callable[[], None]) -> int:
        if not relation.used:
            return 0
        chosen = {
            name: each for name, each in relation.columns.items() if name.lower() in relation.used
        }
        names = ", ".join(["rowid", *(quoted(each) for each in chosen)])
        marks = ", ".join("?" * (len(chosen) + 1))
        insert = f"INSERT INTO {relation.name} ({names}) VALUES ({marks})"
        values, shown, longest = list(chosen.values()), relation.noun.shown, 0
        for account, table in relation.tables:
            for start in range(0, len(table.order), BATCH):
                check()
                rows = []
                for seq in table.order[start : start + BATCH]:
                    body = table.bodies[seq]
                    longest = max(longest, len(body))
                    doc = shown(orjson.loads(body)) if values else {}
                    rows.append((seq, *(value(doc, account) for value in values)))
                self.db.executemany(insert, rows)
        return longest


def words_of(sql: str) -> set[str]:
    """Return the words of a query in lower case, those in quotes whole."""
    return {"".join(each).replace('""', '"').lower() for each in WORD.findall(sql)}


def quoted(name: str) -> str:
    """Write a name as SQL takes it, whatever it is."""
    return '"' + name.replace('"', '""') + '"'


def plain(name: str) -> str:
    """Write a name as one would by hand: in quotes only where they are needed."""
    return name if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) else quoted(name)


def schema_of(vendor: str) -> str:
    """Return the schema of a mirror: its name, unless SQLite has one of that name."""
    return f"{vendor}_" if vendor.lower() in ("main", "temp") else vendor


def columns_of(noun: Resource, tables: Iterable[Documents]) -> dict[str, Column]:
    """Return what each column holds: the fields that are known or seen at both ends, our own."""
    names = dict.fromkeys(noun.columns())
    for table in tables:
        for seq in {*table.order[:SAMPLE], *table.order[-SAMPLE:]}:
            names.update(dict.fromkeys(noun.shown(orjson.loads(table.bodies[seq]))))
    columns: dict[str, Column] = {}
    seen = set[str]()
    for name in names:
        if name.lower() not in seen:
            seen.add(name.lower())
            columns[name] = partial(_field, name)
    if noun.has_accounts:
        columns["_account"] = lambda doc, account: account
    columns["_doc" if "doc" in seen else "doc"] = lambda doc, account: orjson.dumps(doc).decode()
    return columns


def _field(name: str, doc: Doc, account: str | None) -> Any:
    return cell(doc.get(name))


def cell(value: Any) -> Any:
    """Return what a column holds: plain values as they are, others as JSON."""
    if isinstance(value, bool):
        return int(value)
    if value is None or isinstance(value, str | float):
        return value
    if isinstance(value, int):
        return value if abs(value) < LARGEST else float(value)
    return orjson.dumps(value).decode()
