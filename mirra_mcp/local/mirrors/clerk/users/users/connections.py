"""Accounts of other providers that users sign in with, and the pictures that they show.

Source: https://clerk.com/docs/reference/backend-api (Users)
"""

from hashlib import sha256
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.identity import base64url
from mirra_mcp.local.mirrors.clerk.api.params import MaybePaged
from mirra_mcp.local.mirrors.clerk.users.users.documents import UserDocuments
from mirra_mcp.wire.model import Doc

LARGEST_IMAGE = 10 * 1024 * 1024
SCOPES = "email openid profile"


class Connections(UserDocuments):
    """What other providers know of a user."""

    @route("GET /v1/users/{user_id}/oauth_access_tokens/{provider}")
    def list_access_tokens(self, user_id: str, provider: str, params: MaybePaged) -> Any:
        """List a user's access tokens of a provider: `oauth_google`, or `google`.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve the OAuth access token)
        """
        user, name = self.get(user_id), f"oauth_{provider.removeprefix('oauth_')}"
        rows = [
            {
                "object": "oauth_access_token",
                "external_account_id": each["id"],
                "provider_user_id": each["provider_user_id"],
                "token": user["_tokens"][each["id"]],
                "expires_at": None,
                "provider": name,
                "public_metadata": {},
                "label": None,
                "scopes": SCOPES.split(),
            }
            for each in user["external_accounts"]
            if each["provider"] == name
        ]
        shown = rows[params.offset : params.offset + params.limit]
        return {"data": shown, "total_count": len(rows)} if params.paginated else shown

    @route("DELETE /v1/users/{user_id}/external_accounts/{external_account_id}")
    def delete_external_account(self, user_id: str, external_account_id: str) -> Doc:
        """Disconnect an account of another provider.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Delete External Account)
        """
        user = self.get(user_id)
        accounts = user["external_accounts"]
        left = [each for each in accounts if each["id"] != external_account_id]
        if len(left) == len(accounts):
            raise no_external_account()
        self.change(user, external_accounts=left)
        return {"object": "external_account", "id": external_account_id, "deleted": True}

    @route("DELETE /v1/users/{user_id}/passkeys/{passkey_identification_id}")
    def delete_passkey(self, user_id: str, passkey_identification_id: str) -> Doc:
        """Take a passkey off a user, who is told by email.

        Fires: email.created, user.updated
        Source: https://clerk.com/docs/reference/backend-api (Delete a user passkey)
        """
        user = self.get(user_id)
        found = [each for each in user["passkeys"] if each["id"] == passkey_identification_id]
        if not found:
            raise errors.not_found(f"No passkey was found with id {passkey_identification_id}")
        email = next(
            (
                each
                for each in user["email_addresses"]
                if each["id"] == user["primary_email_address_id"]
            ),
            None,
        )
        if email is not None:
            self.mirror.sent_emails.send(
                "passkey_removed",
                email["email_address"],
                "A passkey was removed from your account",
                f"The passkey {found[0]['name']} was removed from your account.",
                user_id=user_id,
                email_address_id=email["id"],
            )
        self.change(user, passkeys=[each for each in user["passkeys"] if each != found[0]])
        return {"object": "passkey", "id": passkey_identification_id, "deleted": True}

    def add_passkey(self, user: Doc, name: str) -> Doc:
        """Let a user have a passkey more.

        Fires: user.updated
        """
        passkey = {
            "id": f"idn_3{self.mirror.ids.token(26)}",
            "object": "passkey",
            "name": name,
            "last_used_at": stamp(self.now),
            "verification": {
                "object": "verification_passkey",
                "status": "verified",
                "strategy": "passkey",
                "nonce": "nonce",
                "message": None,
                "attempts": None,
                "expire_at": None,
            },
        }
        return self.change(user, passkeys=[*user["passkeys"], passkey])

    @route("POST /v1/users/{user_id}/profile_image")
    def set_picture(self, user_id: str, call: Call) -> Doc:
        """Let a user show a picture. It is looked at only for its size.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Set user profile image)
        """
        user = self.get(user_id)
        url = self.uploaded(call)
        fields = {"image_url": url, "profile_image_url": url, "has_image": True}
        return self.view(self.change(user, **fields))

    @route("DELETE /v1/users/{user_id}/profile_image")
    def delete_picture(self, user_id: str) -> Doc:
        """Let a user show its initials again.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Delete user profile image)
        """
        user = self.get(user_id)
        url = self.picture(user_id, user["first_name"], user["last_name"])
        fields = {"image_url": url, "profile_image_url": url, "has_image": False}
        return self.view(self.change(user, **fields))

    def uploaded(self, call: Call) -> str:
        """Return the address of a picture that a call uploads, of a user or an organization.

        Raises:
            VendorError: there is no file, or it is over 10 MB.
        """
        if b'name="file"' not in call.body:
            raise errors.missing("file")
        if len(call.body) > LARGEST_IMAGE:
            raise errors.refusal(
                413,
                "image_too_large",
                "Image too large",
                "The image being uploaded is more than 10MB. Please choose a smaller one.",
            )
        name = base64url(sha256(call.body).digest()[:20])
        return f"https://img.clerk.com/{name}"

    def connect(self, user: Doc, provider: str) -> Doc:
        """Connect an account of another provider, which has the user's address and name.

        Fires: user.updated
        """
        now, ids = stamp(self.now), self.mirror.ids
        emails = [each["email_address"] for each in user["email_addresses"]]
        account = {
            "object": "external_account",
            "id": f"eac_3{ids.token(26)}",
            "provider": f"oauth_{provider.removeprefix('oauth_')}",
            "identification_id": f"idn_3{ids.token(26)}",
            "provider_user_id": ids.token(21, "0123456789"),
            "approved_scopes": SCOPES,
            "email_address": emails[0] if emails else "",
            "first_name": user["first_name"] or "",
            "last_name": user["last_name"] or "",
            "image_url": None,
            "username": None,
            "phone_number": None,
            "public_metadata": {},
            "label": None,
            "created_at": now,
            "updated_at": now,
            "verification": {
                "object": "verification_oauth",
                "status": "verified",
                "strategy": f"oauth_{provider.removeprefix('oauth_')}",
                "attempts": None,
                "expire_at": now,
            },
        }
        tokens = user["_tokens"] | {account["id"]: f"ya29.{ids.token(60)}"}
        accounts = [*user["external_accounts"], account]
        return self.change(user, external_accounts=accounts, _tokens=tokens)


def no_external_account() -> VendorError:
    """Say that a user has no such account of another provider.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `ExternalAccountNotFound`)
    """
    return errors.refusal(
        404,
        "external_account_not_found",
        "Invalid external account",
        "The External Account was not found.",
    )
