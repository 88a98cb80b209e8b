"""Resources: drafted, published, found, changed and deleted.

Source: https://docs.getmirra.app/api/resources/endpoints
"""

import json
import sqlite3
import unicodedata
from collections.abc import Callable
from threading import Lock
from typing import Any

from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.marketplace import amounts, publishing
from mirra_mcp.local.marketplace.addresses import Addresses
from mirra_mcp.local.marketplace.definitions import Definition
from mirra_mcp.local.marketplace.errors import bad, conflict, denied, invalid, not_found
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.wire import marketplace as wire
from mirra_mcp.wire.model import Doc

CLEARABLE = {"category", "open_api_spec", "endpoint"}
"""What an update may set to null."""
KEPT = 64
"""Definitions that are kept in memory."""
WHERE_TO_FIND = "GET /resources/marketplace lists what there is."

Row = sqlite3.Row


def folded(text: str) -> str:
    """Return text as it is compared in a search: case and forms of characters don't matter."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


class Catalog:
    """The resources of one data folder."""

    def __init__(
        self, store: Store, wall: Wall, addresses: Addresses, make: Callable[[str, Doc], Definition]
    ) -> None:
        """Keep resources in `store`; `make` reads a definition, given the resource's id."""
        self._store, self._wall, self._addresses, self._make = store, wall, addresses, make
        self._definitions: dict[tuple[str, int], Definition] = {}
        self._lock = Lock()

    # Finding one.

    def row(self, account: str, id: str) -> Row:
        """Return a resource that an account can see.

        Raises:
            Refused: there is none.
        """
        row = self._store.row("SELECT * FROM resources WHERE id=?", id)
        if row is None or not self._sees(account, row):
            known = self._store.rows("SELECT id FROM resources WHERE creator=? LIMIT 200", account)
            raise not_found("resource", id, [each["id"] for each in known], hint=WHERE_TO_FIND)
        return row

    def _sees(self, account: str, row: Row) -> bool:
        if row["creator"] == account or (row["status"] == "published" and not row["private"]):
            return True
        sql = "SELECT 1 FROM installations WHERE resource=? AND account=?"
        return self._store.row(sql, row["id"], account) is not None

    def own(self, account: str, id: str) -> Row:
        """Return a resource that an account made.

        Raises:
            Refused: there is none, or it is another's.
        """
        row = self.row(account, id)
        if row["creator"] != account:
            raise denied(f"'{row['name']}' isn't yours: only its creator can do this.")
        return row

    def definition(
        self, id: str, version: int, doc: str | None = None, *, is_fit: bool = False
    ) -> Definition:
        """Return a resource at a version."""
        with self._lock:
            found = self._definitions.get((id, version))
        if found is not None:
            return found
        is_fit = is_fit or doc is None  # only what was published is installed
        if doc is None:
            doc = self._store.value(
                "SELECT doc FROM versions WHERE resource=? AND version=?", id, version
            )
        found = self._make(id, json.loads(doc or "{}"))
        found.is_fit = is_fit
        with self._lock:
            while len(self._definitions) >= KEPT:
                del self._definitions[next(iter(self._definitions))]
            self._definitions[id, version] = found
        return found

    def of(self, row: Row) -> Definition:
        """Return a resource as it is now."""
        is_fit = row["status"] == "published"
        return self.definition(row["id"], row["version"], row["doc"], is_fit=is_fit)

    # Making and changing.

    def create(self, account: str, wanted: wire.CreateResource) -> wire.CreatedResource:
        """Keep a draft, of which parts may be missing.

        Raises:
            Refused: what is there is unfit to be published.
        """
        self._fit(wanted)
        id = amounts.new_id("resource_")
        with self._store.change():
            now = self.insert(id, account, wanted, "draft")
        return wire.CreatedResource(
            id=id,
            name=wanted.name,
            resource_type=wanted.resource_type,
            status="draft",
            created_at=amounts.instant(now),
        )

    def insert(self, id: str, account: str, wanted: wire.CreateResource, status: str) -> str:
        """Write a new resource and return when that was. Call it inside a change."""
        now = amounts.text(self._wall())
        self._store.run(
            "INSERT INTO resources (id, creator, name, folded, category, doc, version, status,"
            " private, created, updated, published) VALUES (?,?,?,?,?,?,1,?,?,?,?,?)",
            id,
            account,
            *_columns(wanted),
            status,
            int(wanted.is_private),
            now,
            now,
            now if status == "published" else None,
        )
        self._tag(id, wanted)
        return now

    def replace(self, id: str, wanted: wire.CreateResource) -> None:
        """Write a resource's next version. Call it inside a change."""
        self._store.run(
            "UPDATE resources SET name=?, folded=?, category=?, doc=?, version=version+1,"
            " private=?, updated=? WHERE id=?",
            *_columns(wanted),
            int(wanted.is_private),
            amounts.text(self._wall()),
            id,
        )
        self._tag(id, wanted)

    def _tag(self, id: str, wanted: wire.CreateResource) -> None:
        self._store.run("DELETE FROM tags WHERE resource=?", id)
        for tag in {folded(each) for each in wanted.tags}:
            self._store.run("INSERT INTO tags (resource, tag) VALUES (?,?)", id, tag)

    def update(self, account: str, id: str, changes: wire.UpdateResource) -> wire.Resource:
        """Change a resource; what is installed stays at its version.

        Raises:
            Refused: it is another's, or would no longer be fit to be published.
        """
        given = changes.model_fields_set
        if not given:
            fields = ", ".join(f.alias or n for n, f in wire.UpdateResource.model_fields.items())
            raise bad("body", f"Name what should change: {fields}.")
        for name in sorted(given - CLEARABLE):
            if getattr(changes, name) is None:
                alias = wire.UpdateResource.model_fields[name].alias or name
                raise bad(alias, f"'{alias}' can't be null.")
        with self._store.change():
            row = self.own(account, id)
            old = wire.CreateResource.model_validate_json(row["doc"])
            wanted = old.model_copy(update={name: getattr(changes, name) for name in given})
            if row["status"] == "published":
                self._check(wanted, "It is published, so it must stay fit for that: ")
            else:
                self._fit(wanted)
            if wanted != old:
                self.replace(id, wanted)
        return self.retrieve(account, id)

    def _check(self, wanted: wire.CreateResource, what: str) -> None:
        if problems := publishing.unmet(wanted, self._addresses):
            raise invalid(problems, what=what)

    def _fit(self, wanted: wire.CreateResource) -> None:
        if problems := publishing.mistaken(wanted, self._addresses):
            raise invalid(problems, what="A draft may lack parts, but not have wrong ones: ")

    def publish(self, account: str, id: str) -> wire.PublishedResource:
        """Put a resource on the market; doing so again changes nothing.

        Raises:
            Refused: it is another's, or requirements are not met.
        """
        row = self.own(account, id)
        wanted = wire.CreateResource.model_validate_json(row["doc"])
        self._check(wanted, "It can't be published yet: ")
        now = amounts.text(self._wall())
        with self._store.change():
            row = self.own(account, id)
            if wire.CreateResource.model_validate_json(row["doc"]) != wanted:
                raise conflict("VALIDATION_ERROR", "It was changed meanwhile: publish it again.")
            if row["status"] != "published":
                self._store.run(
                    "UPDATE resources SET status='published', published=? WHERE id=?", now, id
                )
            else:
                now = row["published"]
        return wire.PublishedResource(id=id, status="published", published_at=amounts.instant(now))

    def unpublish(self, account: str, id: str) -> wire.UnpublishedResource:
        """Take a resource off the market; installations keep working."""
        with self._store.change():
            self.own(account, id)
            self._store.run("UPDATE resources SET status='draft', published=NULL WHERE id=?", id)
        return wire.UnpublishedResource(id=id, status="draft")

    def delete(self, account: str, id: str) -> None:
        """Delete a resource for good.

        Raises:
            Refused: it is another's, or installed somewhere.
        """
        with self._store.change():
            row = self.own(account, id)
            if count := row["installs"]:
                many = f"{count} installations" if count > 1 else "an installation"
                raise conflict(
                    "ACTIVE_INSTALLATIONS",
                    f"'{row['name']}' still has {many}. Unpublish it, and delete it when"
                    " nobody has it installed any more.",
                    {"installCount": count},
                )
            for table in ("tags", "versions", "users", "calls", "ratings"):
                self._store.run(f"DELETE FROM {table} WHERE resource=?", id)
            self._store.run("DELETE FROM resources WHERE id=?", id)

    # Showing.

    def retrieve(self, account: str, id: str, *, spec: bool = False) -> wire.Resource:
        """Return all about a resource."""
        row = self.row(account, id)
        shown = self.show(account, row, methods=True)
        if spec:
            shown.open_api_spec = self.of(row).spec()
        return shown

    def show(self, account: str, row: Row, *, methods: bool) -> wire.Resource:
        """Return a resource as the API has it."""
        definition = self.of(row)
        resource = definition.resource
        rating, reviews = self.rating(row["id"])
        sql = "SELECT id FROM installations WHERE resource=? AND account=?"
        installation = self._store.value(sql, row["id"], account)
        shown = wire.Resource(
            id=row["id"],
            name=resource.name,
            description=resource.description,
            resource_type=resource.resource_type,
            category=resource.category,
            tags=resource.tags,
            status=row["status"],
            version=row["version"],
            endpoint=definition.shown_endpoint(methods=methods),
            pricing=definition.shown_pricing(),
            is_private=resource.is_private,
            created_by=row["creator"],
            created_at=amounts.instant(row["created"]),
            updated_at=amounts.instant(row["updated"]),
            published_at=amounts.instant(row["published"]) if row["published"] else None,
            rating=rating,
            review_count=reviews,
            install_count=row["installs"],
        )
        if installation:
            shown.installation_id = installation
        return shown

    def mine(self, account: str, limit: int, offset: int) -> list[wire.Resource]:
        """List what an account made, the newest first."""
        with self._store.look():
            rows = self._store.rows(
                "SELECT * FROM resources WHERE creator=? ORDER BY seq DESC LIMIT ? OFFSET ?",
                account,
                limit,
                offset,
            )
            return [self.show(account, row, methods=False) for row in rows]

    def rating(self, id: str) -> tuple[float | None, int]:
        """Return a resource's mean rating and how many there are."""
        row = self._store.row("SELECT AVG(rating), COUNT(*) FROM ratings WHERE resource=?", id)
        if row is None or not row[1]:
            return None, 0
        return round(row[0], 1), row[1]

    def find(
        self,
        account: str,
        *,
        category: str | None,
        tags: list[str],
        search: str | None,
        limit: int,
        offset: int,
    ) -> tuple[list[Row], int]:
        """Return a page of what is on the market and how much there is, most installed first."""
        clauses = ["status='published'", "(private=0 OR creator=?)"]
        args: list[Any] = [account]
        if category:
            clauses.append("category=?")
            args.append(folded(category))
        for tag in {folded(each) for each in tags}:
            clauses.append("EXISTS (SELECT 1 FROM tags WHERE tag=? AND resource=resources.id)")
            args.append(tag)
        for word in folded(search or "").split()[:20]:
            clauses.append("INSTR(folded, ?)")
            args.append(word)
        where = " AND ".join(clauses)
        with self._store.look():
            total = self._store.value(f"SELECT COUNT(*) FROM resources WHERE {where}", *args)
            rows = self._store.rows(
                f"SELECT * FROM resources WHERE {where} ORDER BY installs DESC, seq"
                " LIMIT ? OFFSET ?",
                *args,
                limit,
                offset,
            )
        return rows, total

    def browse(self, account: str, limit: int, offset: int, **filters: Any) -> wire.MarketplacePage:
        """Return a page of what is on the market."""
        rows, total = self.find(account, limit=limit, offset=offset, **filters)
        return wire.MarketplacePage(
            resources=[
                wire.MarketplaceResource(
                    id=row["id"],
                    name=row["name"],
                    description=self.of(row).resource.description,
                    resource_type=self.of(row).resource.resource_type,
                    category=self.of(row).resource.category,
                    pricing=self.of(row).shown_pricing(currency=False),
                    rating=self.rating(row["id"])[0],
                    install_count=row["installs"],
                )
                for row in rows
            ],
            total=total,
            limit=limit,
            offset=offset,
        )


def _columns(wanted: wire.CreateResource) -> tuple[Any, ...]:
    doc = json.dumps(wanted.to_json(), separators=(",", ":"))
    text = folded(f"{wanted.name}\n{wanted.description}")
    return wanted.name, text, wanted.category and folded(wanted.category), doc
