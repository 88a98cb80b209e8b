"""API versions at the edge: documents are kept in one shape, and shown in the caller's.

A kept document has every field that any version shows; what a version doesn't know is left out,
and what it has elsewhere is moved there.

Source: https://docs.stripe.com/changelog
"""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.versions.shapes import Family, family_named
from mirra_mcp.wire.model import Doc

DEFAULT = "2024-06-20"
"""Mirra's documented target: what a call without `Stripe-Version` gets."""
NEWEST = "2026-10-28.endive"
"""What the newest official SDKs send."""
BETAS = re.compile(r"(; ?[a-z0-9_]+=v?\d+)*$")
SINCE = (
    ("2026-09-30", "endive"),
    ("2026-03-25", "dahlia"),
    ("2025-09-30", "clover"),
    ("2025-03-31", "basil"),
    ("2024-09-30", "acacia"),
)
"""The first day of each family, newest first. Source: https://docs.stripe.com/changelog"""


def check_version(header: str | None, path: str = "") -> str:
    """Return the version of a call.

    Source: https://docs.stripe.com/api/versioning

    Raises:
        VendorError: there never was such a version.
    """
    if not header:
        return NEWEST if path.startswith("/v2/") else DEFAULT
    if not _is_released(header):
        raise errors.invalid(
            f"Invalid Stripe API version: {header}. You can manage your API version settings at"
            " https://dashboard.stripe.com/developers."
        )
    return header


@lru_cache(maxsize=256)
def _is_released(header: str) -> bool:
    version = BETAS.sub("", header, count=1)
    day, _, name = version.partition(".")
    days = {each[:10] for each in releases()} if name == "preview" else ()
    return version in releases() or day in days


@cache
def releases() -> frozenset[str]:
    """Return every version that there was, from a table with a line a year."""
    table = files("mirra_mcp.local.mirrors.stripe.api.versions") / "releases.txt"
    return frozenset(table.read_text(encoding="utf-8").split())


@lru_cache(maxsize=256)
def name_of(version: str) -> str:
    """Return the name of the family that a version belongs to."""
    return next((name for since, name in SINCE if version >= since), DEFAULT)


@lru_cache(maxsize=256)
def family_of(version: str) -> Family:
    """Return the fields that a version shows."""
    return family_named(name_of(version))


def shaped(body: Any, version: str, *, whole: bool = True) -> Any:
    """Return a document, with all that is nested in it, as `version` shows it.

    An event's own object is left alone: it keeps the version that the event was rendered in.
    With `whole` false nothing that is absent is filled in.
    """
    family = family_of(version)
    if body.__class__ is dict and "object" not in body and isinstance(body.get("data"), list):
        return {**body, "data": [family.show(each) for each in body["data"]]}
    if body.__class__ is dict and "error" in body:
        return {"error": {name: shaped(each, version) for name, each in body["error"].items()}}
    return family.show(body, whole=whole)


def read(form: Doc, version: str, path: str) -> Doc:
    """Return parameters as the mirror's verbs take them, whichever version wrote them.

    Source: https://docs.stripe.com/changelog/endive/2026-09-30/polymorphic-billing-cycle-anchor
    """
    for holder in (form, form.get("subscription_details")):
        anchor = holder.get("billing_cycle_anchor") if isinstance(holder, dict) else None
        if isinstance(anchor, dict) and name_of(version) == "endive" and holder:
            holder["billing_cycle_anchor"] = anchor.get("timestamp", anchor.get("type"))
    return form
