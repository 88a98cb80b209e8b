"""The marketplace of one Mirra, put together when it is first asked for."""

import asyncio
from pathlib import Path

from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.kit.folder import default_folder
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.marketplace.addresses import Addresses
from mirra_mcp.local.marketplace.calling import Caller
from mirra_mcp.local.marketplace.catalog import Catalog
from mirra_mcp.local.marketplace.credentials import Credentials
from mirra_mcp.local.marketplace.definitions import Definition
from mirra_mcp.local.marketplace.installations import Installations
from mirra_mcp.local.marketplace.listings.mirrors import SCHEME, MirrorDefinition, id_of
from mirra_mcp.local.marketplace.listings.starter import stock
from mirra_mcp.local.marketplace.pages import Pages
from mirra_mcp.local.marketplace.rehearsals import Rehearsals
from mirra_mcp.local.marketplace.sessions import Sessions
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.local.marketplace.tokens import Tokens
from mirra_mcp.local.marketplace.upstream import Upstream
from mirra_mcp.local.marketplace.usage import Meter
from mirra_mcp.wire.marketplace import ResourceMethod
from mirra_mcp.wire.model import Doc


class Market:
    """All of a marketplace's parts."""

    def __init__(self, host: Host, wall: Wall) -> None:
        """Open it; this blocks for as long as the disk takes.

        Raises:
            Refused: the data folder can't be used.
        """
        settings = host.settings
        self._host = host
        folder: Path = settings.data_dir or default_folder()
        self._store = store = Store(folder / "marketplace")
        addresses = Addresses(settings.resource_hosts)
        self.catalog = Catalog(store, wall, addresses, self._define)
        credentials = Credentials(store, wall)
        self.installations = Installations(store, wall, self.catalog, credentials)
        self.meter = Meter(store, wall, self.catalog, self.installations)
        self._upstream = upstream = Upstream(addresses, settings.resource_timeout)
        self.pages = Pages(wall)
        tokens = Tokens(store, wall, credentials, upstream)
        self.caller = Caller(
            store,
            self.installations,
            credentials,
            self.meter,
            tokens,
            upstream,
            Sessions(host),
        )
        self.rehearsals = Rehearsals(host, store, self.installations, upstream)
        try:
            stock(store, self.catalog, host.kinds)
        except BaseException:
            store.close()
            raise

    def _define(self, id: str, doc: Doc) -> Definition:
        base = str((doc.get("endpoint") or {}).get("baseUrl", ""))
        if base.startswith(SCHEME) and id == id_of(base.removeprefix(SCHEME)):
            return MirrorDefinition(doc, self._host.kinds)
        return Definition(doc)

    def shown_method(self, account: str, resource: str, name: str) -> ResourceMethod:
        """Return a method as an account would call it: of the version that it has installed.

        Raises:
            Refused: there is no such resource or method.
        """
        with self._store.look():
            found = self.catalog.row(account, resource)
            definition = self.installations.pinned(account, resource) or self.catalog.of(found)
        return definition.shown_method(name)

    async def close(self) -> None:
        """Close everything that is open."""
        await self._upstream.close()
        await asyncio.to_thread(self._store.close)
