"""Toolset `marketplace`: give an installation its credentials, and never see one."""

from typing import TYPE_CHECKING

import anyio

from mirra_mcp.client.errors import MirraError
from mirra_mcp.server import credentials
from mirra_mcp.server.caller import Caller
from mirra_mcp.server.errors import Refusal
from mirra_mcp.server.installed import UNKNOWN_HERE, installation_of, resource_of
from mirra_mcp.server.visits import Page, visit
from mirra_mcp.wire.model import Wire

if TYPE_CHECKING:
    from mirra_mcp.client.marketplace import MarketplaceClient

PATIENCE = 20.0
"""Seconds that we wait for a person to enter credentials."""


class AuthenticateAnswer(Wire):
    """Whether an installation has its credentials now."""

    summary: str
    resource_id: str
    is_authenticated: bool
    type: str | None = None
    sent_to: str | None = None
    next: str


async def mirra_resource_authenticate(
    caller: Caller,
    resource: str,
    api_key_env: str | None = None,
    token_env: str | None = None,
    username_env: str | None = None,
    password_env: str | None = None,
    access_token_env: str | None = None,
    refresh_token_env: str | None = None,
    client_id_env: str | None = None,
    client_secret_env: str | None = None,
    expires_at: str | None = None,
    clear: bool = False,
) -> AuthenticateAnswer:
    """Give an installation its credentials, from the server's environment or from a person."""
    market = await caller.marketplace()
    if clear:
        await market.clear_credentials(resource)
        return AuthenticateAnswer(
            summary="The credentials are removed.",
            resource_id=resource,
            is_authenticated=False,
            next="Give others before the next call; uninstall what you don't need any more.",
        )
    installed = await installation_of(market, resource)
    found = None if installed else await resource_of(market, resource)
    needs = credentials.needed(installed, found)
    endpoint = (installed and installed.endpoint) or (found and found.endpoint) or None
    host = credentials.host_of(endpoint)
    named = {
        "api_key_env": api_key_env,
        "token_env": token_env,
        "username_env": username_env,
        "password_env": password_env,
        "access_token_env": access_token_env,
        "refresh_token_env": refresh_token_env,
        "client_id_env": client_id_env,
        "client_secret_env": client_secret_env,
    }
    given = {name: value for name, value in named.items() if value is not None}
    if not given:
        return await _by_a_person(caller, market, resource, needs, host)
    type_, secrets = credentials.read(caller, resource, given, needs, host, expires_at)
    done = await market.authenticate(resource, type_, secrets)
    return AuthenticateAnswer(
        summary=f"{resource} has its credentials ({type_})"
        + (f"; they are sent to {host} only." if host else "."),
        resource_id=resource,
        is_authenticated=done.is_authenticated,
        type=type_,
        sent_to=host,
        next="Call its methods with mirra_resource_call.",
    )


async def _by_a_person(
    caller: Caller, market: "MarketplaceClient", resource: str, needs: str, host: str | None
) -> AuthenticateAnswer:
    """Send a person to a page for the credentials, if the host can, and wait a little for them.

    Raises:
        Refusal: nobody can be asked, or the person didn't want to.
    """
    where = f"{host}, and nobody else, gets them" if host else "The marketplace keeps them"

    async def opened() -> Page:
        page = await market.authentication_page(resource)
        return Page(page.url, page.nonce)

    try:
        asked = f"Enter the credentials of {resource}. {where}."
        visited = await visit(asked, opened) if caller.running.is_here else None
    except MirraError as error:
        if error.code not in UNKNOWN_HERE:
            raise
        visited = None
    if visited is None or visited.action != "accept":
        raise Refusal(
            "mirra.marketplace.credentials_needed",
            f"{resource} needs credentials of kind {needs}, and none were given.",
            credentials.how(resource, needs),
        )
    status = await _settled(caller, market, resource, visited.handle)
    return AuthenticateAnswer(
        summary=f"{resource} has its credentials; {where}."
        if status == "done"
        else "The person was sent to a page for the credentials and hasn't entered them yet.",
        resource_id=resource,
        is_authenticated=status == "done",
        type=needs,
        sent_to=host,
        next="Call its methods with mirra_resource_call."
        if status == "done"
        else "Wait for them to say that it is done; mirra_installation_list shows it.",
    )


async def _settled(caller: Caller, market: "MarketplaceClient", resource: str, nonce: str) -> str:
    began = anyio.current_time()
    while True:
        status = (await market.authentication_status(resource, nonce)).status
        waited = anyio.current_time() - began
        if status != "waiting" or waited >= PATIENCE:
            return status
        await caller.progress(waited, PATIENCE, "Waiting for the credentials to be entered.")
        await anyio.sleep(0.25)
