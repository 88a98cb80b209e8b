"""Credentials, named by environment variables: no secret passes through an argument or a result."""

import os
import re
from urllib.parse import urlsplit

from mirra_mcp.server.caller import Caller
from mirra_mcp.server.errors import Refusal, listed
from mirra_mcp.wire.installations import CredentialType, Installation
from mirra_mcp.wire.marketplace import Resource, ResourceEndpoint
from mirra_mcp.wire.model import Doc

KINDS: dict[CredentialType, dict[str, str]] = {
    "api_key": {"api_key_env": "apiKey"},
    "bearer": {"token_env": "token"},
    "basic": {"username_env": "username", "password_env": "password"},
    "oauth2": {
        "access_token_env": "accessToken",
        "refresh_token_env": "refreshToken",
        "client_id_env": "clientId",
        "client_secret_env": "clientSecret",
    },
}
"""Each kind's arguments, and what the marketplace calls the secret that each one names."""
OPTIONAL = {"refresh_token_env", "client_id_env", "client_secret_env"}
OURS = {"MIRRA_TOKEN", "MIRRA_API_KEY", "MIRRA_MCP_TOKEN", "MIRRA_JUDGE_KEY"}
"""Variables that no resource gets."""
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_SHOWN = re.compile(r"[A-Z_][A-Z0-9_]{0,127}")


def how(resource: str, kind: str) -> str:
    """Say how credentials of a kind are given."""
    wanted = [name for name in KINDS.get(kind, {}) if name not in OPTIONAL] or ["api_key_env"]  # type: ignore[call-overload]  # a newer marketplace may know more
    named = ", ".join(f'"{name}": "NAME_OF_A_VARIABLE"' for name in wanted)
    return (
        f'Name variables that MIRRA_RESOURCE_ENV allows: {{"resource": "{resource}", {named}}} to '
        f"mirra_resource_authenticate. Or a person runs `mirra-mcp auth {resource}` in a terminal."
    )


def needed(installed: Installation | None, found: Resource | None) -> str:
    """Return the kind of credentials that calling takes.

    Raises:
        Refusal: it takes none.
    """
    if installed is not None:
        kind = installed.authentication
    else:
        kind = found.endpoint.authentication if found and found.endpoint else "unknown"
    if kind == "none":
        raise Refusal(
            "mirra.marketplace.needs_no_credentials",
            "This resource takes no credentials.",
            "Call its methods with mirra_resource_call.",
        )
    return kind


def host_of(endpoint: ResourceEndpoint | None) -> str | None:
    """Return the host that gets the credentials."""
    return urlsplit(endpoint.base_url).netloc or None if endpoint else None


def read(
    caller: Caller,
    resource: str,
    given: dict[str, str],
    needs: str,
    host: str | None,
    expires_at: str | None,
) -> tuple[CredentialType, Doc]:
    """Return the kind and the credentials, out of the variables that are named.

    Raises:
        Refusal: they don't make up one kind, or a variable isn't there, or nobody allowed that
            this host gets it.
    """
    if not caller.running.is_local:
        raise Refusal(
            "mirra.marketplace.not_local",
            "Environment variables are read only by a server that its client starts over stdio.",
            f"A person can run `mirra-mcp auth {resource}` in a terminal on this machine.",
        )
    kind = _kind(given, needs, resource)
    for argument, name in given.items():
        _allow(caller, argument, name, host, resource)
    secrets: Doc = {KINDS[kind][argument]: _value(name) for argument, name in given.items()}
    if kind == "oauth2" and expires_at is not None:
        secrets["expiresAt"] = expires_at
    return kind, secrets


def _kind(given: dict[str, str], needs: str, resource: str) -> CredentialType:
    for kind, names in KINDS.items():
        required = set(names) - OPTIONAL
        if needs in (kind, "unknown") and required <= given.keys() <= names.keys():
            return kind
    raise Refusal(
        "mirra.request.invalid",
        f"{resource} takes credentials of kind {needs}, which {listed(given)} don't make up.",
        how(resource, needs),
    )


def _allow(caller: Caller, argument: str, name: str, host: str | None, resource: str) -> None:
    """Let a variable go to a host only if a person said so: the model may have chosen both.

    Raises:
        Refusal: nobody did, or it is no name of a variable at all.
    """
    if not _VARIABLE.fullmatch(name) or name.upper() in OURS:
        raise Refusal(
            "mirra.marketplace.no_such_variable",
            f"`{argument}` must be the name of an environment variable that is meant for this.",
            "Never pass a secret itself: it would stay in this conversation.",
        )
    bare = (host or "").rpartition(":")[0] if ":" in (host or "") else host
    hosts = {f"{name}@{each}".lower() for each in (host, bare, "*") if each}
    if hosts & {each.lower() for each in caller.running.access.settings.resource_env}:
        return
    shown = name if _SHOWN.fullmatch(name) else f"that `{argument}` names"
    told = name if _SHOWN.fullmatch(name) else "NAME"
    raise Refusal(
        "mirra.marketplace.variable_not_allowed",
        f"Nobody allowed the variable {shown} to be sent to {host or 'this resource'}.",
        f"A person allows it with MIRRA_RESOURCE_ENV={told}@{bare or '*'} in this server's entry of"
        f" the MCP client, or enters the credentials: `mirra-mcp auth {resource}` in a terminal.",
    )


def _value(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise Refusal(
            "mirra.marketplace.no_such_variable",
            f"The environment variable {name} is not set where this server runs.",
            "Set it in the server's entry of your MCP client (`env`) and restart it, or let a "
            "person run `mirra-mcp auth` in a terminal.",
        )
    return value
