"""How an OAuth server says no.

Source: https://www.rfc-editor.org/rfc/rfc6749#section-5.2
"""

from mirra_mcp.local.kit.errors import VendorError


def refused(status: int, error: str, description: str) -> VendorError:
    """Make a refusal as OAuth words it: `{"error", "error_description"}`."""
    return VendorError(status, {"error": error, "error_description": description})


def invalid_request(description: str) -> VendorError:
    """Refuse a request that can't be read."""
    return refused(400, "invalid_request", description)


def invalid_client() -> VendorError:
    """Refuse a client that nobody knows, or whose secret is wrong."""
    return refused(401, "invalid_client", "Client authentication failed.")


def invalid_grant(description: str) -> VendorError:
    """Refuse a code or a refresh token.

    Source: https://github.com/clerk/openapi-specs (fapi/2026-05-12.yml, OAuth.TokenError400)
    """
    return refused(400, "invalid_grant", description)
