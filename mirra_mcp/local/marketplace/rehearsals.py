"""Calls that are rehearsed: on a stateful mirror of the resource, made from its document.

Nothing is sent to the resource, no credential is read, nothing is spent or counted. The mirror
stands in a session of its own, one a version of a resource and account, so that what one rehearsed
call makes the next one finds.
"""

import asyncio
from dataclasses import replace
from time import perf_counter
from typing import Any, Protocol, cast

from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.host import Host
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.session import Session
from mirra_mcp.local.marketplace import requests
from mirra_mcp.local.marketplace.addresses import origin_of
from mirra_mcp.local.marketplace.definitions import Definition
from mirra_mcp.local.marketplace.errors import Refused, bad, translated
from mirra_mcp.local.marketplace.installations import Installations
from mirra_mcp.local.marketplace.listings.mirrors import MirrorDefinition
from mirra_mcp.local.marketplace.openapi import Document
from mirra_mcp.local.marketplace.requests import Filled
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.local.marketplace.upstream import Outgoing, Upstream
from mirra_mcp.local.openapi import access
from mirra_mcp.local.openapi.making import mirror_of
from mirra_mcp.local.openapi.mirror import DocumentMirror
from mirra_mcp.wire.installations import Rehearsal
from mirra_mcp.wire.model import Doc
from mirra_mcp.wire.sessions import CreateSession


class Lender(Protocol):
    """Where a session finds the mirrors that only rehearsals have."""

    def lend(self, name: str, kind: type[Mirror]) -> None:
        """Have a mirror without listing it."""


class Rehearsals:
    """The rehearsals of one Mirra."""

    def __init__(
        self, host: Host, store: Store, installations: Installations, upstream: Upstream
    ) -> None:
        self._host, self._store = host, store
        self._installations, self._upstream = installations, upstream
        self._sessions: dict[tuple[str, str], str] = {}
        self._starting = asyncio.Lock()

    async def call(self, account: str, resource: str, method: str, given: Doc) -> Rehearsal:
        """Call a method on the mirror of a resource that an account has installed.

        Raises:
            Refused: the call itself is wrong, or there is nothing to make a mirror of.
        """
        definition, name = await asyncio.to_thread(self._find, account, resource)
        plan = definition.plan(method)
        if plan.unfit:
            field, why = plan.unfit[0]
            raise bad(field, f"'{method}' can't be called: '{field}' {why}.")
        filled = requests.fill(plan, given)
        document = definition.document
        if document is None:
            raise bad("resource", f"'{definition.resource.name}' has no document to rehearse with.")
        session = await self._session(account, name, document)
        outgoing = _outgoing(cast("DocumentMirror", session.mirrors[name]), document, filled)
        began = perf_counter()
        incoming = await self._upstream.send(outgoing, outgoing.origin.host)
        return Rehearsal(
            result=incoming.value(),
            duration=round((perf_counter() - began) * 1000),
            status_code=incoming.status,
            session_id=session.id,
            mirror=name,
        )

    def _find(self, account: str, resource: str) -> tuple[Definition, str]:
        with self._store.look():
            row = self._installations.row(account, resource)
            definition = self._installations.definition(row)
        if isinstance(definition, MirrorDefinition):
            raise bad(
                "resource",
                f"'{definition.resource.name}' is a mirror itself: a call costs nothing and"
                " changes nothing real. Call it as it is.",
            )
        return definition, f"{resource}_v{row['version']}".replace("-", "_")

    async def _session(self, account: str, name: str, document: Document) -> Session:
        """Return the session of a resource's rehearsals, begun if there is none."""
        async with self._starting:
            known = self._sessions.get((account, name))
            for entry in self._host.entries():
                if entry.session.id == known and entry.is_live:
                    return entry.session
            try:
                kind = await asyncio.to_thread(mirror_of, name, document.spec)
                cast("Lender", self._host.kinds).lend(name, kind)
                wanted = CreateSession(mirrors=[name], seeds={name: "examples"})
                entry = await self._host.create(wanted)
            except Refusal as refusal:
                raise translated(refusal) from None
            self._sessions[account, name] = entry.session.id
            return entry.session


def _outgoing(mirror: DocumentMirror, document: Document, filled: Filled) -> Outgoing:
    """Return the request as it goes to the mirror, with a credential that any mirror takes."""
    operation = document.find(filled.method, filled.template)
    if operation is None:
        raise Refused(
            400,
            "VALIDATION_ERROR",
            f"{filled.method} {filled.template} isn't in the resource's document, so it can't be"
            " rehearsed.",
        )
    headers, query = access.credentials(mirror.plan.spec, operation)
    target = mirror.plan.spec.base + filled.path
    parts = [*filled.query, *query]
    target += f"?{'&'.join(parts)}" if parts else ""
    cookies: list[Any] = [each["Cookie"] for each in (filled.headers, headers) if "Cookie" in each]
    together = {"Cookie": "; ".join(cookies)} if cookies else {}
    origin = origin_of(mirror.url)
    ready = Outgoing(filled.method, origin, target, filled.headers, filled.content)
    return replace(ready, headers=filled.headers | headers | together)
