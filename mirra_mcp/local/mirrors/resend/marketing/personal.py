"""What a broadcast or an automation writes to one contact, filled from what is known of them.

Source: https://resend.com/docs/dashboard/broadcasts/send-broadcast-with-api and
https://resend.com/docs/dashboard/audiences/properties
"""

from hashlib import blake2b
from typing import Any

from mirra_mcp.local.mirrors.resend.api.peers import Peers
from mirra_mcp.local.mirrors.resend.marketing.placeholders import Lookup
from mirra_mcp.wire.model import Doc

PREFIX = "/unsubscribe/"
NAMES = {"FIRST_NAME": "first_name", "LAST_NAME": "last_name", "EMAIL": "email"}
LINKS = frozenset({"RESEND_UNSUBSCRIBE_URL", "UNSUBSCRIBE_URL"})


def fallbacks_of(resend: Peers) -> Doc:
    """Return what is written where a contact lacks a property, by its key."""
    return {each["key"]: each["fallback_value"] for each in resend.contact_properties.find()}


def lookup_for(fallbacks: Doc, contact: Doc, link: str) -> Lookup:
    """Return what fills placeholders.

    The contact's value, else the fallback beside the key, else the property's, else nothing.
    """

    def value(key: str, fallback: str | None) -> Any:
        if key in LINKS:
            return link
        name = NAMES.get(key, key.removeprefix("contact."))
        known = known_of(contact, name)
        if known not in (None, ""):
            return known
        own = fallbacks.get(name)
        return fallback if fallback is not None else "" if own is None else own

    return value


def known_of(contact: Doc, name: str) -> Any:
    """Return a field or property of a contact, or None."""
    if name in NAMES.values() or name == "unsubscribed":
        return contact[name]
    return contact["properties"].get(name, {}).get("value")


def unsubscribe_link(resend: Peers, contact: Doc, email_id: str) -> str:
    """Return the address under which the contact unsubscribes; it works on this mirror.

    Resend's own is under `unsubscribe.resend.com`, with a signed token.
    """
    return f"{resend.url}{PREFIX}{email_id}/{token_of(contact['id'], email_id)}"


def token_of(contact_id: str, email_id: str) -> str:
    """Return what proves that a link was written into this email to this contact."""
    return blake2b(f"{contact_id} {email_id}".encode(), digest_size=16).hexdigest()


def headers_of(link: str) -> dict[str, str]:
    """Return the headers by which mail programs offer to unsubscribe with one click.

    Source: https://resend.com/docs/dashboard/emails/add-unsubscribe-to-transactional-emails
    """
    return {
        "List-Unsubscribe": f"<{link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
