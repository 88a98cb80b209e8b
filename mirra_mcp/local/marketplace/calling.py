"""Calling a method of an installed resource: checked, filled, authenticated, sent and metered.

Source: https://docs.getmirra.app/api/resources/endpoints
"""

import asyncio
import sqlite3
from base64 import b64encode
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from mirra_mcp.local.marketplace import requests
from mirra_mcp.local.marketplace.addresses import origin_of
from mirra_mcp.local.marketplace.contents import encoded
from mirra_mcp.local.marketplace.credentials import Credential, Credentials
from mirra_mcp.local.marketplace.definitions import Definition
from mirra_mcp.local.marketplace.errors import Refused, UpstreamError, conflict
from mirra_mcp.local.marketplace.installations import Installations
from mirra_mcp.local.marketplace.listings.mirrors import SESSION, MirrorDefinition
from mirra_mcp.local.marketplace.requests import Filled
from mirra_mcp.local.marketplace.servers import address_of
from mirra_mcp.local.marketplace.sessions import Place, Sessions
from mirra_mcp.local.marketplace.store import Store
from mirra_mcp.local.marketplace.styles import in_query
from mirra_mcp.local.marketplace.tokens import Tokens
from mirra_mcp.local.marketplace.upstream import Incoming, Outgoing, Upstream
from mirra_mcp.local.marketplace.usage import Meter
from mirra_mcp.wire.installations import CallResult
from mirra_mcp.wire.marketplace import AuthConfig, EndpointDefinition, MethodDefinition
from mirra_mcp.wire.model import Doc

MASK = "[redacted]"
SHORTEST = 4
"""Characters of a secret that is worth hiding; a shorter one would blank half of the answer."""

Row = sqlite3.Row


@dataclass
class Job:
    """One call that may be made."""

    row: Row
    definition: Definition
    method: MethodDefinition
    filled: Filled | None
    credential: Credential | None


class Caller:
    """Makes the calls of one Mirra."""

    def __init__(
        self,
        store: Store,
        installations: Installations,
        credentials: Credentials,
        meter: Meter,
        tokens: Tokens,
        upstream: Upstream,
        sessions: Sessions,
    ) -> None:
        self._store = store
        self._installations, self._credentials = installations, credentials
        self._meter, self._tokens = meter, tokens
        self._upstream, self._sessions = upstream, sessions

    async def call(self, account: str, resource: str, method: str, given: Doc) -> CallResult:
        """Call a method of a resource that an account has installed.

        Raises:
            Refused: nothing was sent, and nothing is counted.
            UpstreamError: the resource failed; the call is counted, and costs nothing.
        """
        job = await asyncio.to_thread(self._prepare, account, resource, method, given)
        place = None
        if isinstance(job.definition, MirrorDefinition):
            definition = job.definition
            _, route = definition.method(method)
            definition.fill(route, given, "any")  # before a session is started in vain
            place = await self._sessions.place(definition.vendor, given.get(SESSION))
            filled = definition.fill(route, given, place.user)
            outgoing, secrets = _to_mirror(place, filled)
        else:
            if job.credential is not None:
                fresh = await self._tokens.fresh(job.row, job.definition, job.credential)
                job = replace(job, credential=fresh)
            outgoing, secrets = _to_resource(job, job.credential)
        began = perf_counter()
        incoming, failure = None, None
        try:
            incoming = await self._upstream.send(outgoing, place.address if place else None)
            if incoming.status == 401 and (again := await self._renewed(job)) is not None:
                outgoing, secrets = _to_resource(job, again)
                incoming = await self._upstream.send(outgoing)
        except UpstreamError as error:
            failure = error
        duration = round((perf_counter() - began) * 1000)
        if incoming is not None:
            value, failure = await asyncio.to_thread(_read, incoming, secrets)
        cost = await asyncio.to_thread(
            self._meter.record,
            job.row,
            job.definition.resource.pricing,
            job.method,
            duration=duration,
            status=incoming.status if incoming else None,
            ok=failure is None,
        )
        if failure is not None or incoming is None:
            raise failure or UpstreamError("broken", "The resource gave no answer.")
        return CallResult(result=value, cost=cost, duration=duration, status_code=incoming.status)

    async def _renewed(self, job: Job) -> Credential | None:
        credential = job.credential
        if credential is None or credential.type != "oauth2":
            return None
        return await self._tokens.after_refusal(job.row, job.definition, credential)

    def _prepare(self, account: str, resource: str, method: str, given: Doc) -> Job:
        with self._store.look():
            row = self._installations.row(account, resource)
            definition = self._installations.definition(row)
        if isinstance(definition, MirrorDefinition):
            found, _ = definition.method(method)
            return Job(row, definition, found, None, None)
        plan = definition.plan(method)
        if plan.unfit:
            name, why = plan.unfit[0]
            raise Refused(400, "VALIDATION_ERROR", f"'{method}' can't be called: '{name}' {why}.")
        filled = requests.fill(plan, given)
        credential = None
        if definition.authentication != "none":
            credential = self._credentials.open(row["id"])
            if credential is None:
                raise conflict(
                    "NOT_AUTHENTICATED",
                    f"'{definition.resource.name}' needs credentials of type"
                    f" '{definition.authentication}'."
                    f" Authenticate first: POST /resources/{resource}/authenticate.",
                    {"authentication": definition.authentication},
                )
        return Job(row, definition, plan.method, filled, credential)


def _to_mirror(place: Place, filled: Filled) -> tuple[Outgoing, list[str]]:
    target = filled.path + (f"?{'&'.join(filled.query)}" if filled.query else "")
    headers = filled.headers | {"Authorization": _authorization(place.user, place.secret)}
    return Outgoing(filled.method, place.origin, target, headers, filled.content), []


def _authorization(user: str | None, secret: str) -> str:
    if user is None:
        return f"Bearer {secret}"
    return f"Basic {b64encode(f'{user}:{secret}'.encode()).decode()}"


def _to_resource(job: Job, credential: Credential | None) -> tuple[Outgoing, list[str]]:
    endpoint, filled = job.definition.resource.endpoint, job.filled
    if endpoint is None or filled is None:
        raise Refused(400, "VALIDATION_ERROR", "The resource has no endpoint.")
    given = {name.lower() for name in filled.headers}
    fixed = {name: text for name, text in endpoint.headers.items() if name.lower() not in given}
    headers = fixed | filled.headers
    query = filled.query
    secrets: list[str] = []
    if credential is not None:
        headers, query, secrets = _inject(job, endpoint, credential, headers, query)
    url = address_of(endpoint.base_url, filled.server)
    target = urlsplit(url).path.rstrip("/") + filled.path + (f"?{'&'.join(query)}" if query else "")
    origin = origin_of(url)
    if secrets and origin != origin_of(endpoint.base_url):
        told = "has a server of its own, and credentials are sent to the resource's host alone"
        raise Refused(400, "VALIDATION_ERROR", f"'{job.method.name}' {told}.")
    return Outgoing(filled.method, origin, target, headers, filled.content), secrets


def _inject(
    job: Job,
    endpoint: EndpointDefinition,
    credential: Credential,
    headers: dict[str, str],
    query: list[str],
) -> tuple[dict[str, str], list[str], list[str]]:
    """Put credentials where the resource wants them; nothing else may stand in that place."""
    fields = credential.fields
    secrets = credential.secrets()
    name, value = "Authorization", ""
    if credential.type == "api_key":
        config = endpoint.auth_config or _declared(job.definition) or AuthConfig()
        if config.place == "query":
            own = encoded([(config.name, fields["api_key"])])
            name = own.partition("=")[0]
            kept_query = [part for part in query if part.partition("=")[0] != name]
            return headers, [*kept_query, own], secrets
        name, value = config.name, (config.prefix or "") + fields["api_key"]
        if config.place == "cookie":
            cookie = in_query(config.name, value, "form", None)
            others = [text for each, text in headers.items() if each.lower() == "cookie"]
            name, value = "Cookie", "; ".join([*others, *cookie])
    elif credential.type == "basic":
        value = _authorization(fields["username"], fields["password"])
        secrets.append(value.removeprefix("Basic "))
    else:
        value = f"Bearer {fields.get('token') or fields['access_token']}"
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        raise conflict(
            "NOT_AUTHENTICATED",
            "The credentials have characters that a header can't carry: authenticate again.",
        ) from None
    kept = {each: text for each, text in headers.items() if each.lower() != name.lower()}
    return {**kept, name: value}, query, secrets


def _declared(definition: Definition) -> AuthConfig | None:
    """Return where the OpenAPI document says that the key goes."""
    document = definition.document
    if document is None:
        return None
    for scheme in document.read.security_schemes.values():
        if scheme.get("type") == "apiKey" and scheme.get("in") in ("header", "query", "cookie"):
            return AuthConfig.model_validate({"in": scheme["in"], "name": scheme.get("name")})
    return None


def _read(incoming: Incoming, secrets: list[str]) -> tuple[Any, UpstreamError | None]:
    """Return what an answer says, without the secrets that it may repeat."""
    value = incoming.value()
    if secrets:
        value = _masked(value, _spellings(secrets))
    if incoming.status < 300:
        return value, None
    details: Doc = {"statusCode": incoming.status, "result": value}
    if incoming.status == 429 and (after := incoming.headers.get("retry-after")):
        details["retryAfter"] = after[:40]
    told = _told(value)
    message = f"The resource answered {incoming.status}{f': {told}' if told else ''}."
    return None, UpstreamError("status", message.replace("..", "."), **details)


def _spellings(secrets: list[str]) -> list[str]:
    found = {
        form
        for each in secrets
        if len(each) >= SHORTEST
        for form in (each, quote(each, safe=""), quote_plus(each))
    }
    found |= {b64encode(each.encode()).decode() for each in secrets if len(each) >= SHORTEST}
    return sorted(found, key=len, reverse=True)


def _masked(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, str):
        for each in secrets:
            value = value.replace(each, MASK)
        return value
    if isinstance(value, list):
        return [_masked(each, secrets) for each in value]
    if isinstance(value, dict):
        return {_masked(key, secrets): _masked(each, secrets) for key, each in value.items()}
    return value


def _told(value: Any) -> str:
    """Return the sentence in which an API says what is wrong, if it can be found."""
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = next(
            (
                value[key]
                for key in ("error", "message", "detail", "title", "errors")
                if key in value
            ),
            None,
        )
        if isinstance(value, list):
            value = value[0] if value else None
    return " ".join(value.split())[:200] if isinstance(value, str) else ""
