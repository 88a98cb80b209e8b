"""What a user's document is, and how it follows its email addresses and phone numbers.

Source: https://clerk.com/docs/reference/backend-api (Users)
"""

from typing import Any

import orjson

from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.identity import base64url
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.users.verification import is_verified
from mirra_mcp.wire.model import Doc

ATTEMPTS = 10
"""How many failed attempts lock an account.

Source: https://clerk.com/docs/guides/secure/user-lockout
"""


class UserDocuments(ClerkResource):
    """The documents of users."""

    entity, plural = "user", "users"
    object = prefix = title = "user"
    indexes = ("external_id", "username")
    synonyms = ("account", "person")
    names = ("username", "external_id", "first_name", "last_name")
    blank = {
        "id": "",
        "object": "user",
        "username": None,
        "first_name": None,
        "last_name": None,
        "locale": None,
        "image_url": "",
        "has_image": False,
        "primary_email_address_id": None,
        "primary_phone_number_id": None,
        "primary_web3_wallet_id": None,
        "password_enabled": False,
        "two_factor_enabled": False,
        "totp_enabled": False,
        "backup_code_enabled": False,
        "email_addresses": [],
        "phone_numbers": [],
        "web3_wallets": [],
        "passkeys": [],
        "external_accounts": [],
        "saml_accounts": [],
        "enterprise_accounts": [],
        "password_last_updated_at": None,
        "public_metadata": {},
        "private_metadata": {},
        "unsafe_metadata": {},
        "external_id": None,
        "last_sign_in_at": None,
        "banned": False,
        "locked": False,
        "deprovisioned": False,
        "lockout_expires_in_seconds": None,
        "verification_attempts_remaining": ATTEMPTS,
        "created_at": None,
        "updated_at": None,
        "delete_self_enabled": True,
        "create_organization_enabled": True,
        "create_organizations_limit": None,
        "last_active_at": None,
        "mfa_enabled_at": None,
        "mfa_disabled_at": None,
        "legal_accepted_at": None,
        "bypass_client_trust": False,
        "profile_image_url": "",
        "_password": None,
        "_is_compromised": False,
        "_totp_secret": None,
        "_totp_at": None,
        "_pending_totp": None,
        "_backup_codes": [],
        "_tokens": {},
        "_locked_until": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a user: its lock and its accounts."""
        shown = super().view(doc)
        until = doc["_locked_until"]
        if doc["locked"] and until is not None:
            left = max(0, until - stamp(self.now))
            shown["lockout_expires_in_seconds"] = -(-left // 1000)
        return self._with_sso(shown)

    def _with_sso(self, shown: Doc) -> Doc:
        """Return a user with its enterprise accounts, where the instance has connections."""
        connections = self.mirror.enterprise_connections
        if not connections.count() and not any(map(_is_marked, shown["email_addresses"])):
            return shown
        emails = [
            each
            | {"matches_sso_connection": connections.for_email(each["email_address"]) is not None}
            for each in shown["email_addresses"]
        ]
        accounts = self.mirror.enterprise_accounts.of(shown["id"])
        return shown | {"email_addresses": emails} | accounts

    def change(self, doc: Doc, **fields: Any) -> Doc:
        """Save changed fields of a user, and tell it: `user.updated`."""
        return self.save(self.touch(doc, **fields), event="user.updated")

    def refresh(self, user_id: str, **fields: Any) -> Doc:
        """Let a user show its email addresses and phone numbers as they are now.

        Fires: user.updated
        """
        emails = self.mirror.email_addresses.of(user_id)
        phones = self.mirror.phone_numbers.of(user_id)
        return self.change(
            self.get(user_id), email_addresses=emails, phone_numbers=phones, **fields
        )

    def picture(self, user_id: str, first_name: str | None, last_name: str | None) -> str:
        """Return the address of the picture of a user who has none: initials on a colour.

        Source: https://clerk.com/docs/reference/javascript/user (`imageUrl`)
        """
        initials = "".join((name or "")[:1] for name in (first_name, last_name)).upper()
        about = {"type": "default", "iid": self.mirror.identity.id, "rid": user_id}
        if initials:
            about["initials"] = initials
        return f"https://img.clerk.com/{base64url(orjson.dumps(about))}"

    def frontend(self, user: Doc) -> Doc:
        """Return a user as its own browser gets it: without private metadata."""
        shown = self.view(user)
        del shown["private_metadata"]
        members = self.mirror.organization_memberships
        return shown | {"organization_memberships": members.seen_of(user["id"])}

    def public(self, user: Doc) -> Doc:
        """Return what others learn of a user.

        Source: https://github.com/clerk/openapi-specs (fapi, Client.PublicUserData)
        """
        email = _primary(user, "email_address", "email_addresses")
        phone = _primary(user, "phone_number", "phone_numbers")
        identifier = (
            (email and email["email_address"])
            or (phone and phone["phone_number"])
            or user["username"]
        )
        names = ("first_name", "last_name", "image_url", "has_image", "username", "banned")
        about = {name: user[name] for name in names}
        return about | {
            "identifier": identifier or "",
            "profile_image_url": user["image_url"],
            "user_id": user["id"],
        }

    def shortcodes(self, session: Doc) -> Doc:
        """Return what the shortcodes of templates stand for, of the user of a session.

        Source: https://clerk.com/docs/guides/sessions/jwt-templates#shortcodes
        """
        about = self.shortcodes_of(self.get(session["user_id"]))
        known = {"user": about, "session": {"id": session["id"], "actor": session["actor"]}}
        return known | self.mirror.organization_memberships.shortcodes(session)

    def shortcodes_of(self, user: Doc) -> Doc:
        """Return what is told of a user in tokens."""
        email = _primary(user, "email_address", "email_addresses")
        phone = _primary(user, "phone_number", "phone_numbers")
        names = [name for name in (user["first_name"], user["last_name"]) if name]
        about = {
            name: user[name]
            for name in ("id", "external_id", "username", "first_name", "last_name", "image_url",
                         "has_image", "public_metadata", "unsafe_metadata", "two_factor_enabled")
        }  # fmt: skip
        return about | {
            "full_name": " ".join(names) or None,
            "primary_email_address": email and email["email_address"],
            "primary_phone_number": phone and phone["phone_number"],
            "primary_web3_wallet": None,
            "email_verified": email is not None and is_verified(email),
            "phone_number_verified": phone is not None and is_verified(phone),
            "created_at": user["created_at"] // 1000,
            "updated_at": user["updated_at"] // 1000,
            "last_sign_in_at": user["last_sign_in_at"] and user["last_sign_in_at"] // 1000,
        }


def _is_marked(email: Doc) -> bool:
    return bool(email["matches_sso_connection"])


def _primary(user: Doc, kind: str, plural: str) -> Doc | None:
    id = user[f"primary_{kind}_id"]
    return next((each for each in user[plural] if each["id"] == id), None)
