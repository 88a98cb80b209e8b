"""The parameters of templates.

Source: https://github.com/clerk/openapi-specs (bapi/2026-05-12.yml, Templates)
"""

from mirra_mcp.local.mirrors.clerk.api.params import ClerkParams, MaybePaged


class ListTemplates(MaybePaged):
    """The query of `GET /v1/templates/{template_type}`."""


class PreviewTemplate(ClerkParams):
    """The body of `POST /v1/templates/{template_type}/{slug}/preview`."""

    subject: str | None = None
    body: str | None = None
    from_email_name: str | None = None
    reply_to_email_name: str | None = None


class UpdateTemplate(PreviewTemplate):
    """The body of `PUT /v1/templates/{template_type}/{slug}`."""

    name: str | None = None
    markup: str | None = None
    delivered_by_clerk: bool | None = None


class ToggleDelivery(ClerkParams):
    """The body of `POST /v1/templates/{template_type}/{slug}/toggle_delivery`."""

    delivered_by_clerk: bool | None = None
