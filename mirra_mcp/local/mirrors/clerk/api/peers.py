"""The nouns of the mirror by name: how they and the stories meet. `peers.pyi` says what each is."""

from mirra_mcp.local.mirrors.clerk.api.speech import Speech


class Peers(Speech):
    """The mirror with its nouns, `clients` to `users`, as its areas see it."""
