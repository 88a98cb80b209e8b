"""The nouns of the mirror by name: how they and the stories meet. `peers.pyi` says what each is."""

from mirra_mcp.local.mirrors.resend.api.speech import Speech


class Peers(Speech):
    """The mirror with its nouns, `api_keys` to `webhooks`, as its areas see it."""
