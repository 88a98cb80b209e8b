"""`mirra-mcp auth`: enter a resource's credentials where no agent and no log sees them."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from mirra_mcp.cli.asking import asked_of_marketplace
from mirra_mcp.cli.failures import BadUsage
from mirra_mcp.cli.options import as_json, data_dir, settings_from

if TYPE_CHECKING:
    from mirra_mcp.client.marketplace import MarketplaceClient
    from mirra_mcp.wire.installations import CredentialType, Installation

FIELDS: dict[str, tuple[tuple[str, str], ...]] = {
    "api_key": (("apiKey", "API key"),),
    "bearer": (("token", "Bearer token"),),
    "basic": (("username", "User name"), ("password", "Password")),
    "oauth2": (
        ("accessToken", "Access token"),
        ("refreshToken", "Refresh token (empty: none)"),
        ("clientId", "Client id (empty: none)"),
        ("clientSecret", "Client secret (empty: none)"),
    ),
}
"""What each kind of credentials is made of, and how it is asked for."""
SHOWN = {"username", "clientId"}
OPTIONAL = {"refreshToken", "clientId", "clientSecret"}


@click.command()
@click.argument("resource")
@click.option("--clear", is_flag=True, help="Remove the credentials that are stored.")
@data_dir
@as_json
def auth(resource: str, clear: bool, data_dir: Path | None, as_json: bool) -> None:
    """Give an installed marketplace resource its credentials.

    RESOURCE is its id. On a terminal each part is prompted for, and not shown; otherwise each is a
    line of standard input. They are stored encrypted and sent to the resource's own host only;
    running it again replaces them.

    \b
    Examples:
      mirra-mcp auth resource_abc123
      pass show crypto-prices | mirra-mcp auth resource_abc123
      mirra-mcp auth resource_abc123 --clear

    With --json: {"resourceId", "type", "lastFour"} of what is stored, never the credentials; with
    --clear, nothing is.
    """
    settings = settings_from(data_dir=data_dir)
    if settings.is_hosted and not settings.is_marketplace_hosted:
        raise BadUsage(
            "No key of the hosted marketplace is set, and MIRRA_TOKEN is none.",
            "Set MIRRA_API_KEY, or unset MIRRA_TOKEN to use the embedded marketplace.",
        )
    work = _clear if clear else _store
    found, line = asked_of_marketplace(settings, lambda market: work(market, resource))
    stored = found.credential
    told = {"resourceId": found.resource_id} | (
        {"type": found.authentication, "lastFour": stored.last_four} if stored else {}
    )
    click.echo(json.dumps(told) if as_json else line)


async def _clear(market: "MarketplaceClient", resource: str) -> "tuple[Installation, str]":
    found = await _installed(market, resource)
    await market.clear_credentials(found.resource_id)
    now = await market.installation(found.installation_id)
    return now, f"The credentials of {_name(found)} are removed."


async def _store(market: "MarketplaceClient", resource: str) -> "tuple[Installation, str]":
    found = await _installed(market, resource)
    kind = found.authentication
    if kind not in FIELDS:
        raise BadUsage(f"{_name(found)} takes no credentials.", "Call it as it is.")
    secrets = {name: value for name, label in FIELDS[kind] if (value := _ask(name, label))}
    await market.authenticate(found.resource_id, cast("CredentialType", kind), secrets)
    now = await market.installation(found.installation_id)
    ends = f", ending in {now.credential.last_four}" if now.credential else ""
    return now, f"{_name(found)} has its credentials ({kind}{ends})."


async def _installed(market: "MarketplaceClient", resource: str) -> "Installation":
    for each in (await market.installations()).installations:
        if resource in (each.resource_id, each.installation_id):
            return await market.installation(each.installation_id)
    raise BadUsage(
        f"'{resource}' is not installed.",
        "Install it first: an agent does it with mirra_resource_install.",
    )


def _name(found: "Installation") -> str:
    return found.resource_name or found.resource_id


def _ask(name: str, label: str) -> str:
    """Return one part: prompted for on a terminal, else the next line of standard input."""
    if sys.stdin is not None and sys.stdin.isatty():
        default = "" if name in OPTIONAL else None
        hidden = name not in SHOWN
        answer = click.prompt(
            label, hide_input=hidden, default=default, show_default=False, err=True
        )
        return str(answer).strip()
    try:
        line = sys.stdin.readline().strip() if sys.stdin is not None else ""
    except UnicodeDecodeError:
        line = "\0"
    if not line.isprintable():
        raise BadUsage(f"The {label.lower()} is no text.", "Give it as a line of UTF-8.")
    if not line and name not in OPTIONAL:
        raise BadUsage(
            f"No {label.lower()} was given.", "Run it on a terminal, or give it a line of input."
        )
    return line
