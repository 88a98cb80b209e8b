"""By which factors a user may sign in, and how they are told to a browser.

Source: https://clerk.com/docs/reference/frontend-api (Sign Ins)
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.peers import Peers
from mirra_mcp.wire.model import Doc

CODES = (
    "email_code",
    "email_link",
    "phone_code",
    "reset_password_email_code",
    "reset_password_phone_code",
)
TICKETS = {
    "sign_in_token": "sign_in_tokens",
    "actor_token": "actor_tokens",
    "organization_invitation": "organization_invitations",
}
"""By the `st` of a ticket the noun that gave it out."""


def user_data(user: Doc) -> Doc:
    """Return what a browser learns of a user who isn't signed in yet."""
    names = ("first_name", "last_name", "image_url", "has_image", "profile_image_url")
    return {name: user[name] for name in names}


def first(clerk: Peers, user: Doc) -> list[Doc]:
    """List the first factors of a user."""
    found: list[Doc] = []
    if user["password_enabled"]:
        found.append({"strategy": "password"})
    for email in clerk.email_addresses.of(user["id"]):
        if not _is_usable(email):
            continue
        about = {
            "email_address_id": email["id"],
            "safe_identifier": email["email_address"],
            "primary": email["id"] == user["primary_email_address_id"],
        }
        found.append({"strategy": "email_code", **about})
        found.append({"strategy": "email_link", **about})
        if user["password_enabled"]:
            found.append({"strategy": "reset_password_email_code", **about})
    for phone in clerk.phone_numbers.of(user["id"]):
        if not _is_usable(phone):
            continue
        about = {
            "phone_number_id": phone["id"],
            "safe_identifier": phone["phone_number"],
            "primary": phone["id"] == user["primary_phone_number_id"],
        }
        found.append({"strategy": "phone_code", **about})
        if user["password_enabled"]:
            found.append({"strategy": "reset_password_phone_code", **about})
    return found


def _is_usable(doc: Doc) -> bool:
    known = doc["verification"]
    return bool(doc["reserved"]) or (known is not None and known["status"] == "verified")


def second(clerk: Peers, user: Doc) -> list[Doc]:
    """List the second factors of a user."""
    found: list[Doc] = [
        {
            "strategy": "phone_code",
            "phone_number_id": phone["id"],
            "safe_identifier": phone["phone_number"],
            "default": phone["default_second_factor"],
        }
        for phone in clerk.phone_numbers.of(user["id"])
        if phone["reserved_for_second_factor"]
    ]
    if user["totp_enabled"]:
        found.append({"strategy": "totp"})
    if user["backup_code_enabled"] and found:
        found.append({"strategy": "backup_code"})
    return found


def address_of(clerk: Peers, factor: Doc) -> tuple[str, Doc]:
    """Return where a code of a factor goes, and the identification that this is."""
    if "email_address_id" in factor:
        id = factor["email_address_id"]
        return clerk.email_addresses.get(id)["email_address"], {"email_address_id": id}
    id = factor["phone_number_id"]
    return clerk.phone_numbers.get(id)["phone_number"], {"phone_number_id": id}


def compromised() -> VendorError:
    """Say that a password isn't safe any more.

    Source: https://clerk.com/docs/guides/development/custom-flows/error-handling
    """
    return errors.refusal(
        422,
        "form_password_compromised",
        "Your password may be compromised. To protect your account, please continue with an "
        "alternative sign-in method. You will be required to reset your password after signing in.",
        param_name="password",
    )
