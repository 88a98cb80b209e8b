"""The mirror as its nouns see it: `stripe.charges` and all the others, typed in `peers.pyi`."""

from mirra_mcp.local.mirrors.stripe.api.acting import Acting


class Peers(Acting):
    """A mirror with its nouns as attributes."""
