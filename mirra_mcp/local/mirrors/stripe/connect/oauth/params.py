"""What OAuth's endpoints take. Source: https://docs.stripe.com/connect/oauth-reference"""

from mirra_mcp.local.mirrors.stripe.api.forms.params import StripeParams


class Exchange(StripeParams):
    """What a code or a refresh token is exchanged with."""

    grant_type: str | None = None
    code: str | None = None
    refresh_token: str | None = None
    scope: str | None = None
    client_secret: str | None = None
    client_id: str | None = None
    redirect_uri: str | None = None
    assert_capabilities: list[str] | None = None


class Disconnect(StripeParams):
    """Which account is let go."""

    client_id: str | None = None
    stripe_user_id: str | None = None
    client_secret: str | None = None
