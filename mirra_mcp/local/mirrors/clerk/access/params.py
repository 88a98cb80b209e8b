"""The parameters of invitations, lists of identifiers and the waitlist.

Source: https://github.com/clerk/openapi-specs (bapi/2026-05-12.yml)
"""

from typing import Annotated, Literal

from pydantic import Field

from mirra_mcp.local.mirrors.clerk.api.params import (
    ClerkParams,
    FrontendParams,
    MaybePaged,
    Metadata,
    Paging,
)


class CreateInvitation(ClerkParams):
    """The body of `POST /v1/invitations`, and each of `POST /v1/invitations/bulk`."""

    email_address: str
    public_metadata: Metadata | None = None
    redirect_url: str | None = None
    notify: bool | None = None
    ignore_existing: bool | None = None
    expires_in_days: Annotated[int, Field(ge=1, le=365)] | None = None
    template_slug: Literal["invitation", "waitlist_invitation"] | None = None


class ListInvitations(MaybePaged):
    """The query of `GET /v1/invitations`."""

    status: Literal["pending", "accepted", "revoked", "expired"] | None = None
    query: str | None = None
    order_by: str = "-created_at"


class CreateAllowlistIdentifier(ClerkParams):
    """The body of `POST /v1/allowlist_identifiers`."""

    identifier: str
    notify: bool | None = None


class CreateBlocklistIdentifier(ClerkParams):
    """The body of `POST /v1/blocklist_identifiers`."""

    identifier: str


class CreateWaitlistEntry(ClerkParams):
    """The body of `POST /v1/waitlist_entries`, and each of `POST /v1/waitlist_entries/bulk`."""

    email_address: str
    notify: bool | None = None


class InviteWaitlistEntry(ClerkParams):
    """The body of `POST /v1/waitlist_entries/{waitlist_entry_id}/invite`."""

    ignore_existing: bool | None = None


class ListWaitlistEntries(Paging):
    """The query of `GET /v1/waitlist_entries`."""

    query: str | None = None
    status: Literal["pending", "invited", "completed", "rejected"] | None = None
    order_by: str = "-created_at"


class JoinWaitlist(FrontendParams):
    """The form of `POST /v1/waitlist`."""

    email_address: str
    locale: str | None = None
    timezone: str | None = None
