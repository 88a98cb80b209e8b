"""OAuth2 access tokens, renewed before they end.

Source: https://www.rfc-editor.org/rfc/rfc6749#section-6
"""

import asyncio
import sqlite3
from collections import defaultdict
from datetime import timedelta
from urllib.parse import urlencode, urlsplit

from filelock import FileLock, Timeout

from mirra_mcp.local.kit import private
from mirra_mcp.local.kit.clock import Wall
from mirra_mcp.local.marketplace import amounts
from mirra_mcp.local.marketplace.addresses import origin_of
from mirra_mcp.local.marketplace.credentials import Credential, Credentials
from mirra_mcp.local.marketplace.definitions import Definition
from mirra_mcp.local.marketplace.errors import Refused, UpstreamError, conflict
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.local.marketplace.upstream import Outgoing, Upstream

EARLY = timedelta(seconds=60)
"""How long before its end a token is renewed."""
PATIENCE = 30.0
"""Seconds that one process waits for another's renewal."""

Row = sqlite3.Row


class Tokens:
    """Renews the access tokens of one data folder, each once at a time."""

    def __init__(
        self, store: Store, wall: Wall, credentials: Credentials, upstream: Upstream
    ) -> None:
        self._store, self._wall = store, wall
        self._credentials, self._upstream = credentials, upstream
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def fresh(self, row: Row, definition: Definition, credential: Credential) -> Credential:
        """Return a credential that is still good for a while.

        Raises:
            Refused: it has ended, and can't be renewed.
        """
        if not self._is_ending(credential):
            return credential
        url = _token_url(definition)
        if url is None or not credential.fields.get("refresh_token"):
            if self._has_ended(credential):
                raise _ended("The access token has expired and can't be renewed.")
            return credential
        return await self._renew(row, url, None)

    async def after_refusal(
        self, row: Row, definition: Definition, credential: Credential
    ) -> Credential | None:
        """Return another credential where the resource refused this one, if there can be one."""
        url = _token_url(definition)
        if url is None or not credential.fields.get("refresh_token"):
            return None
        try:
            renewed = await self._renew(row, url, credential.fields["access_token"])
        except Refused:
            return None
        is_new = renewed.fields.get("access_token") != credential.fields["access_token"]
        return renewed if is_new else None

    def _is_ending(self, credential: Credential) -> bool:
        ends = credential.expires_at if credential.type == "oauth2" else None
        return ends is not None and ends - EARLY <= self._wall()

    def _has_ended(self, credential: Credential) -> bool:
        ends = credential.expires_at
        return ends is not None and ends <= self._wall()

    async def _renew(self, row: Row, url: str, refused: str | None) -> Credential:
        """Renew a token that is ending or was refused, unless somebody else just has."""
        async with self._locks[row["id"]]:
            lock = FileLock(
                self._store.folder / f"{row['id']}.lock", mode=private.FILE, thread_local=False
            )
            try:
                await asyncio.to_thread(lock.acquire, timeout=PATIENCE)
            except Timeout:
                raise UpstreamError("timeout", "Another call is renewing the token.") from None
            try:
                return await self._renew_alone(row["id"], url, refused)
            finally:
                lock.release()

    async def _renew_alone(self, installation: str, url: str, refused: str | None) -> Credential:
        credential = await asyncio.to_thread(self._credentials.open, installation)
        if credential is None or credential.type != "oauth2":
            raise conflict("NOT_AUTHENTICATED", "The credentials were removed meanwhile.")
        was_refused = credential.fields["access_token"] == refused
        if not was_refused and not self._is_ending(credential):
            return credential
        try:
            fields = await self._ask(url, credential)
        except Refused:
            if was_refused or self._has_ended(credential):
                raise
            return credential
        renewed = Credential("oauth2", {**credential.fields, **fields})
        await asyncio.to_thread(self._keep, installation, credential, renewed)
        return renewed

    def _keep(self, installation: str, old: Credential, renewed: Credential) -> None:
        """Store a renewed token, unless the person has given another one meanwhile."""
        with self._store.change():
            if self._credentials.open(installation) == old:
                self._credentials.put(installation, renewed)

    async def _ask(self, url: str, credential: Credential) -> dict[str, str]:
        held = credential.fields
        form = {"grant_type": "refresh_token", "refresh_token": held["refresh_token"]}
        form |= {name: held[name] for name in ("client_id", "client_secret") if held.get(name)}
        parts = urlsplit(url)
        answer = await self._upstream.send(
            Outgoing(
                "POST",
                origin_of(url),
                parts.path or "/",
                {"Content-Type": "application/x-www-form-urlencoded"},
                urlencode(form).encode(),
            )
        )
        if answer.status in (400, 401, 403):
            raise _ended("The token server refuses to renew the access token.")
        given = answer.value()
        token = given.get("access_token") if isinstance(given, dict) else None
        if answer.status != 200 or not isinstance(token, str) or not token:
            raise UpstreamError(
                "token",
                f"The token server answered {answer.status} and no token.",
                statusCode=answer.status,
            )
        fields = {"access_token": token}
        if isinstance(given.get("refresh_token"), str) and given["refresh_token"]:
            fields["refresh_token"] = given["refresh_token"]
        seconds = given.get("expires_in", 3600)
        if isinstance(seconds, str) and seconds.isdecimal():
            seconds = int(seconds)
        if not isinstance(seconds, int | float) or not 0 < seconds < 10**9:
            seconds = 3600
        fields["expires_at"] = amounts.text(self._wall() + timedelta(seconds=seconds))
        return fields


def _token_url(definition: Definition) -> str | None:
    endpoint = definition.resource.endpoint
    return endpoint.auth_config.token_url if endpoint and endpoint.auth_config else None


def _ended(message: str) -> Refused:
    return conflict("NOT_AUTHENTICATED", f"{message} Authenticate the resource again.")
