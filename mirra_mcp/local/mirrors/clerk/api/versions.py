"""Versions of Clerk's API, by the day of their release.

Source: https://clerk.com/docs/guides/development/upgrading/versioning
"""

from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.mirrors.clerk.api import errors

VERSIONS = ("2021-02-05", "2024-10-01", "2025-03-12", "2025-04-10", "2025-11-10", "2026-05-12")
"""Source: https://github.com/clerk/openapi-specs (bapi/)"""
LATEST = VERSIONS[-1]
AS_LATEST = ("2026-08-20",)
"""What newer SDKs ask for, and no published description has: answered as the latest.

Source: https://www.npmjs.com/package/@clerk/clerk-js (6.40.0, `SUPPORTED_FAPI_VERSION`)
"""
METADATA_APART = "2026-05-12"
"""Since when users and organizations take metadata at endpoints of its own only."""
IN_QUERY, IN_HEADER = "__clerk_api_version", "clerk-api-version"


def version_of(call: Call) -> str:
    """Return the version that a call asks for; the first of all without one.

    Raises:
        VendorError: there is no such version, or it is asked for in two places.
    """
    told, asked = call.headers.get(IN_HEADER), None
    if IN_QUERY in call.query_string:
        asked = call.query.get(IN_QUERY)
    if told is not None and asked is not None:
        raise errors.invalid_version("given as a header and in the query, use one of them")
    version = told or asked
    if version is None:
        return VERSIONS[0]
    if version not in (*VERSIONS, *AS_LATEST):
        raise errors.invalid_version(f"there is no version {version[:40]}")
    return version
