"""The parameters of the instance.

Source: https://github.com/clerk/openapi-specs (bapi/2026-05-12.yml)
"""

from mirra_mcp.local.mirrors.clerk.api.params import ClerkParams


class UpdateRestrictions(ClerkParams):
    """The body of `PATCH /v1/instance/restrictions`."""

    allowlist: bool | None = None
    blocklist: bool | None = None
    allowlist_blocklist_disabled_on_sign_in: bool | None = None
    block_email_subaddresses: bool | None = None
    block_disposable_email_domains: bool | None = None
