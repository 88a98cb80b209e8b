"""What becomes of machines and API keys: people make keys, and take them back.

Source: https://clerk.com/docs/guides/development/machine-auth/overview
"""

from typing import Annotated

from pydantic import Field

from mirra_mcp.local.kit.stories import story, the_one
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.local.mirrors.clerk.machines.params import CreateApiKey
from mirra_mcp.local.mirrors.clerk.simulate.refusals import refusals_told
from mirra_mcp.local.mirrors.clerk.simulate.users import UserId, user_of
from mirra_mcp.wire.model import Doc


@story("api_key.created", fires=())
def key_created(
    clerk: Peers,
    user_id: UserId = None,
    name: Annotated[str, Field(description="What the key is called.")] = "My key",
) -> Doc:
    """A user makes an API key on the profile page."""
    with refusals_told():
        user = user_of(clerk, user_id)
        params = CreateApiKey(name=name, subject=user["id"], created_by=user["id"])
        made = clerk.api_keys.make(params)
    return clerk.api_keys.view(made)


@story("api_key.revoked", fires=())
def key_revoked(
    clerk: Peers,
    key_id: Annotated[
        str | None, Field(description="The key; the only good one, if left out.")
    ] = None,
    reason: Annotated[str, Field(description="Why.")] = "Revoked by its owner",
) -> Doc:
    """A user takes an API key back: nobody is let in by it any more."""
    doc = the_one(clerk.api_keys, key_id, "keyId", revoked=False)
    return clerk.api_keys.view(clerk.api_keys.taken_back(doc, reason))


@story("m2m_token.revoked", fires=())
def token_revoked(
    clerk: Peers,
    token_id: Annotated[
        str | None, Field(description="The token; the only good one, if left out.")
    ] = None,
    reason: Annotated[str, Field(description="Why.")] = "Leaked",
) -> Doc:
    """Somebody takes an opaque M2M token back in the dashboard."""
    doc = the_one(clerk.m2m_tokens, token_id, "tokenId", revoked=False)
    return clerk.m2m_tokens.view(clerk.m2m_tokens.taken_back(doc, reason))
