"""Installing resources, and what an installation has used and cost.

An installation stays at the version that it installed until it is upgraded.

Source: https://docs.getmirra.app/api/resources/endpoints
"""

import re
import sqlite3
import unicodedata
from datetime import datetime

from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.marketplace import amounts, credentials
from mirra_mcp.local.marketplace.addresses import origin_of
from mirra_mcp.local.marketplace.catalog import Catalog
from mirra_mcp.local.marketplace.credentials import Credentials
from mirra_mcp.local.marketplace.definitions import Definition
from mirra_mcp.local.marketplace.errors import bad, conflict, not_found
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.wire import installations as wire
from mirra_mcp.wire.model import Doc

Row = sqlite3.Row


class Installations:
    """The installations of one data folder."""

    def __init__(
        self, store: Store, wall: Wall, catalog: Catalog, credentials: Credentials
    ) -> None:
        self._store, self._wall = store, wall
        self._catalog, self._credentials = catalog, credentials

    # Finding.

    def row(self, account: str, resource: str) -> Row:
        """Return an account's installation of a resource.

        Raises:
            Refused: there is no such resource, or it isn't installed.
        """
        row = self._store.row(
            "SELECT * FROM installations WHERE resource=? AND account=?", resource, account
        )
        if row is None:
            known = self._catalog.row(account, resource)
            raise conflict(
                "NOT_INSTALLED",
                f"'{known['name']}' is not installed."
                f" Install it first: POST /resources/{resource}/install.",
            )
        return row

    def by_id(self, account: str, id: str) -> Row:
        """Return one of an account's installations.

        Raises:
            Refused: it has none with this id.
        """
        row = self._store.row("SELECT * FROM installations WHERE id=? AND account=?", id, account)
        if row is None:
            known = [each["id"] for each in self.rows(account)]
            hint = "GET /resources/installations lists them."
            raise not_found("installation", id, known, hint=hint)
        return row

    def rows(self, account: str) -> list[Row]:
        """List an account's installations, the newest first."""
        return self._store.rows(
            "SELECT * FROM installations WHERE account=? ORDER BY seq DESC", account
        )

    def definition(self, row: Row) -> Definition:
        """Return the version that an installation has."""
        return self._catalog.definition(row["resource"], row["version"])

    def pinned(self, account: str, resource: str) -> Definition | None:
        """Return the version that an account has installed, if it has."""
        sql = "SELECT * FROM installations WHERE resource=? AND account=?"
        row = self._store.row(sql, resource, account)
        return None if row is None else self.definition(row)

    # Installing.

    def install(self, account: str, resource: str) -> Row:
        """Install a resource as it is now.

        Raises:
            Refused: it is no published resource, or is installed already.
        """
        now = amounts.text(self._wall())
        with self._store.change():
            found = self._catalog.row(account, resource)
            there = self._store.value(
                "SELECT id FROM installations WHERE resource=? AND account=?", resource, account
            )
            if there is not None:
                raise conflict(
                    "ALREADY_INSTALLED",
                    f"'{found['name']}' is already installed: {there}.",
                    {"installationId": there},
                )
            if found["status"] != "published":
                raise bad("resourceId", f"'{found['name']}' is a draft: publish it first.")
            self._pin(found)
            self._store.run(
                "INSERT INTO installations (id, resource, account, alias, version, status,"
                " installed) VALUES (?,?,?,?,?,'active',?)",
                amounts.new_id("inst_"),
                resource,
                account,
                self._alias(account, found["name"]),
                found["version"],
                now,
            )
            self._store.run("UPDATE resources SET installs=installs+1 WHERE id=?", resource)
            self._store.run("INSERT OR IGNORE INTO users VALUES (?,?)", resource, account)
            return self.row(account, resource)

    def _pin(self, resource: Row) -> None:
        self._store.run(
            "INSERT OR IGNORE INTO versions VALUES (?,?,?)",
            resource["id"],
            resource["version"],
            resource["doc"],
        )

    def _alias(self, account: str, name: str) -> str:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "resource"
        taken = {each["alias"] for each in self.rows(account)}
        alias, number = stem, 1
        while alias in taken:
            number += 1
            alias = f"{stem}-{number}"
        return alias

    def uninstall(self, account: str, resource: str) -> datetime:
        """Remove an installation and its credentials; return when that was."""
        now = amounts.text(self._wall())
        with self._store.change():
            row = self.row(account, resource)
            self._credentials.drop(row["id"])
            self._store.run("DELETE FROM installations WHERE id=?", row["id"])
            self._store.run("UPDATE resources SET installs=installs-1 WHERE id=?", resource)
            self._tidy(resource)
        return amounts.instant(now)

    def _tidy(self, resource: str) -> None:
        """Forget the versions that nobody has installed any more."""
        self._store.run(
            "DELETE FROM versions WHERE resource=?1 AND version NOT IN"
            " (SELECT version FROM installations WHERE resource=?1)",
            resource,
        )

    def upgrade(self, account: str, resource: str) -> wire.Upgraded:
        """Move an installation to the resource's latest version.

        Credentials are kept only if they would still go to the same place.
        """
        with self._store.change():
            row = self.row(account, resource)
            found = self._catalog.row(account, resource)
            if found["status"] != "published":
                raise bad(
                    "resourceId", f"'{found['name']}' is not published, so it stays as it is."
                )
            old, new = self.definition(row), self._catalog.of(found)
            if _destination(old) != _destination(new):
                self._credentials.drop(row["id"])
            self._pin(found)
            sql = "UPDATE installations SET version=? WHERE id=?"
            self._store.run(sql, found["version"], row["id"])
            self._tidy(resource)
            return wire.Upgraded(
                installation_id=row["id"],
                resource_id=resource,
                from_version=row["version"],
                version=found["version"],
                is_authenticated=self.is_authenticated(self.row(account, resource)),
            )

    # Credentials.

    def is_authenticated(self, row: Row) -> bool:
        """Tell whether a resource can be called: it has credentials, or needs none."""
        if self.definition(row).authentication == "none":
            return True
        sql = "SELECT 1 FROM credentials WHERE installation=?"
        return self._store.row(sql, row["id"]) is not None

    def authenticate(self, account: str, resource: str, type: str, given: Doc) -> datetime:
        """Keep credentials in place of the ones before; return when that was.

        Raises:
            Refused: it isn't installed, takes others, or they are no such credentials.
        """
        now = amounts.text(self._wall())
        self._fitting(account, resource, type)
        credential = credentials.read(type, given)
        self._credentials.ready()
        with self._store.change():
            row = self._fitting(account, resource, type)
            self._credentials.put(row["id"], credential)
        return amounts.instant(now)

    def _fitting(self, account: str, resource: str, type: str) -> Row:
        with self._store.look():
            row = self.row(account, resource)
            wanted = self.definition(row).authentication
        if wanted == "none":
            raise bad("type", "This resource needs no credentials: call it as it is.")
        if type != wanted:
            raise bad("type", f"This resource takes credentials of type '{wanted}'.")
        return row

    def clear(self, account: str, resource: str) -> bool:
        """Forget an installation's credentials; tell whether there were any."""
        with self._store.change():
            return self._credentials.drop(self.row(account, resource)["id"])

    # Showing.

    def installed(self, row: Row) -> wire.Installed:
        """Return what installing answers."""
        return wire.Installed(
            installation_id=row["id"],
            resource_id=row["resource"],
            user_id=row["account"],
            is_authenticated=self.is_authenticated(row),
            status=row["status"],
            installed_at=amounts.instant(row["installed"]),
        )

    def listed(self, account: str) -> wire.InstallationList:
        """List an account's installations."""
        with self._store.look():
            return wire.InstallationList(
                installations=[
                    wire.InstalledResource(
                        installation_id=row["id"],
                        resource_id=row["resource"],
                        resource_name=self.definition(row).resource.name,
                        is_authenticated=self.is_authenticated(row),
                        installed_at=amounts.instant(row["installed"]),
                        last_used_at=amounts.instant(row["used"]) if row["used"] else None,
                    )
                    for row in self.rows(account)
                ]
            )

    def record_of(self, row: Row) -> wire.InstallationRecord:
        """Return an installation as the second version of the API has it."""
        return wire.InstallationRecord(
            installation_id=row["id"],
            user_id=row["account"],
            resource_id=row["resource"],
            alias=row["alias"],
            is_authenticated=self.is_authenticated(row),
            status=row["status"],
            installed_at=amounts.instant(row["installed"]),
            total_calls=row["calls"],
            total_cost=amounts.shown(row["cost"]),
            last_used_at=amounts.instant(row["used"]) if row["used"] else None,
        )

    def records(self, account: str) -> list[wire.InstallationRecord]:
        """List an account's installations, as the second version of the API has them."""
        with self._store.look():
            return [self.record_of(row) for row in self.rows(account)]

    def detail(self, account: str, id: str) -> wire.Installation:
        """Return all about one installation."""
        with self._store.look():
            row = self.by_id(account, id)
            definition = self.definition(row)
            record = self.record_of(row)
            credential = self._credentials.show(id)
            latest = self._store.value("SELECT version FROM resources WHERE id=?", row["resource"])
            stars = "SELECT rating FROM ratings WHERE resource=? AND account=?"
            rating = self._store.value(stars, row["resource"], account)
        shown = wire.Installation(
            **record.model_dump(),
            resource_name=definition.resource.name,
            version=row["version"],
            latest_version=latest,
            authentication=definition.authentication,
            pricing=definition.shown_pricing(),
            endpoint=definition.shown_endpoint(),
        )
        if credential is not None:
            shown.credential = credential
        if row["paid_until"]:
            shown.paid_until = amounts.instant(row["paid_until"])
        if rating is not None:
            shown.rating = rating
        return shown


def _destination(definition: Definition) -> tuple[object, ...]:
    """Return where credentials go."""
    endpoint = definition.resource.endpoint
    if endpoint is None or endpoint.base_url.startswith("mirra:"):
        return (None,)
    config = endpoint.auth_config
    return origin_of(endpoint.base_url), endpoint.authentication, config
