"""What a user proves itself with: password, authenticator app, backup codes.

Source: https://clerk.com/docs/reference/backend-api (Users)
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.users.users import passwords, totp
from mirra_mcp.local.mirrors.clerk.users.users.documents import UserDocuments
from mirra_mcp.local.mirrors.clerk.users.users.params import (
    Credentials,
    RemovePassword,
    SetCompromised,
    VerifyPassword,
    VerifyTotp,
)
from mirra_mcp.local.mirrors.clerk.users.verification import is_verified
from mirra_mcp.wire.model import Doc


class Factors(UserDocuments):
    """Passwords, codes, and the ways to be rid of them."""

    @route("POST /v1/users/{user_id}/verify_password")
    def verify_password(self, user_id: str, params: VerifyPassword) -> Doc:
        """Say that a password is the user's, or refuse.

        Source: https://clerk.com/docs/reference/backend-api (Verify the password of a user)
        """
        user = self.get(user_id)
        if user["_password"] is None:
            raise errors.refusal(
                400,
                "no_password_set",
                "no password set",
                "This user does not have a password set for their account",
            )
        if not passwords.is_right(user, params.password):
            raise errors.refusal(
                422,
                "incorrect_password",
                "incorrect password",
                "The provided password is not the one the user has set",
            )
        return {"verified": True}

    @route("POST /v1/users/{user_id}/verify_totp")
    def verify_totp(self, user_id: str, params: VerifyTotp) -> Doc:
        """Say that a code is the authenticator app's of now, or use up a backup code.

        Source: https://clerk.com/docs/reference/backend-api (Verify a TOTP or backup code)
        """
        user = self.get(user_id)
        if user["_totp_secret"] is None:
            raise errors.refusal(
                400,
                "totp_disabled",
                "TOTP is disabled",
                "This user does not have TOTP enabled in their account",
            )
        if params.code in user["_backup_codes"]:
            left = [code for code in user["_backup_codes"] if code != params.code]
            self.save(user | {"_backup_codes": left})
            return {"verified": True, "code_type": "backup_code"}
        if len(params.code) != totp.DIGITS:
            raise errors.refusal(
                422,
                "totp_invalid_length",
                "invalid length",
                "The provided TOTP code must be 6 characters long.",
            )
        if params.code != totp.code_at(user["_totp_secret"], self.now):
            raise errors.refusal(
                422,
                "totp_incorrect_code",
                "incorrect TOTP",
                "The provided TOTP code is incorrect",
            )
        return {"verified": True, "code_type": "totp"}

    @route("DELETE /v1/users/{user_id}/mfa")
    def disable_mfa(self, user_id: str) -> Doc:
        """Take all second factors off a user: app, backup codes, codes by text.

        Source: https://clerk.com/docs/reference/backend-api (Disable a user's MFA methods)
        """
        user = self.get(user_id)
        self.mirror.phone_numbers.stop_second_factor(user_id)
        self.refresh(user_id, **self.without_factors(user))
        return {"user_id": user_id}

    @route("DELETE /v1/users/{user_id}/totp")
    def delete_totp(self, user_id: str) -> Doc:
        """Take the authenticator app off a user, and the backup codes with it.

        Source: https://clerk.com/docs/reference/backend-api (Delete all the user's TOTPs)
        """
        user = self.get(user_id)
        if user["_totp_secret"] is None:
            raise errors.not_found()
        self.change(user, **self.without_factors(user))
        return {"user_id": user_id}

    @route("DELETE /v1/users/{user_id}/backup_code")
    def delete_backup_codes(self, user_id: str) -> Doc:
        """Take the backup codes off a user.

        Source: https://clerk.com/docs/reference/backend-api (Disable all user's Backup codes)
        """
        user = self.get(user_id)
        if not user["backup_code_enabled"]:
            raise errors.not_found()
        self.change(user, backup_code_enabled=False, _backup_codes=[])
        return {"user_id": user_id}

    @route("POST /v1/users/{user_id}/remove_password")
    def remove_password(self, user_id: str, params: RemovePassword) -> Doc:
        """Take the password off a user; one who has none is returned unchanged.

        Source: https://clerk.com/docs/reference/backend-api (Remove a user's password)
        """
        user = self.get(user_id)
        if user["_password"] is None:
            return self.view(user)
        if params.sign_out_of_other_sessions:
            self.mirror.sessions.revoke_all(user_id)
        return self.view(
            self.change(
                self.get(user_id), _password=None, password_enabled=False, _is_compromised=False
            )
        )

    @route("POST /v1/users/{user_id}/password/set_compromised")
    def set_compromised(self, user_id: str, params: SetCompromised) -> Doc:
        """Let a user choose another password at the next sign-in.

        Source: https://clerk.com/docs/reference/backend-api (Set a user's password as compromised)
        """
        self.get(user_id)
        if params.revoke_all_sessions:
            self.mirror.sessions.revoke_all(user_id)
        return self.view(self.change(self.get(user_id), _is_compromised=True))

    @route("POST /v1/users/{user_id}/password/unset_compromised")
    def unset_compromised(self, user_id: str) -> Doc:
        """Let a user keep its password after all.

        Source: https://clerk.com/docs/reference/backend-api (Unset a user's password as
            compromised)
        """
        return self.view(self.change(self.get(user_id), _is_compromised=False))

    # what signing in and up ask

    def known_by(self, identifier: str) -> Doc | None:
        """Return the user whom an address, a number or a username means; reserved ones count."""
        value = identifier.strip()
        found = self.mirror.email_addresses.at(value) or self.mirror.phone_numbers.at(value)
        if found is not None:
            usable = is_verified(found) or found["reserved"]
            return self.peek(found["user_id"]) if usable else None
        return self.first(username=value) if value else None

    def is_known_besides(self, user_id: str, identification_id: str) -> bool:
        """Tell whether a user can sign in by something else than one address or number."""
        user = self.get(user_id)
        others = [*user["email_addresses"], *user["phone_numbers"]]
        return bool(user["username"] or user["external_accounts"]) or any(
            each["id"] != identification_id and is_verified(each) for each in others
        )

    def second_factors_changed(self, user_id: str) -> Doc:
        """Let a user show whether it has second factors, after its numbers changed.

        Fires: user.updated
        """
        user, now = self.get(user_id), stamp(self.now)
        phones = self.mirror.phone_numbers.of(user_id)
        enabled = user["totp_enabled"] or any(each["reserved_for_second_factor"] for each in phones)
        fields: Doc = {"two_factor_enabled": enabled}
        if enabled != user["two_factor_enabled"]:
            fields["mfa_enabled_at" if enabled else "mfa_disabled_at"] = now
        if not enabled:
            fields |= {"_backup_codes": [], "backup_code_enabled": False}
        return self.refresh(user_id, **fields)

    def has_password(self, user: Doc, password: str) -> bool:
        """Tell whether a password is the user's."""
        return passwords.is_right(user, password)

    def check_password(self, password: str) -> None:
        """Refuse a password that nobody may have."""
        passwords.check(password)

    def set_password(self, user: Doc, password: str) -> Doc:
        """Give a user another password.

        Fires: user.updated
        """
        passwords.check(password)
        return self.change(
            user,
            _password=passwords.kept(user["id"], password),
            password_enabled=True,
            password_last_updated_at=stamp(self.now),
            _is_compromised=False,
        )

    def use_code(self, user: Doc, strategy: str, code: str) -> bool:
        """Tell whether a code of the authenticator app is right, or use up a backup code."""
        if strategy == "backup_code":
            left = [each for each in user["_backup_codes"] if each != code]
            self.save(user | {"_backup_codes": left})
            return len(left) < len(user["_backup_codes"])
        secret = user["_totp_secret"]
        return secret is not None and code == totp.code_at(secret, self.now)

    # what creating and updating set

    def check_credentials(self, params: Credentials) -> None:
        """Refuse a password, digest or secret that can't be set.

        Raises:
            VendorError: the first that is wrong.
        """
        if params.password is not None:
            if params.password_digest is not None:
                raise errors.not_with("password_digest", "password")
            if not params.skip_password_checks:
                passwords.check(params.password)
        if params.password_digest is not None:
            if params.password_hasher is None:
                raise errors.needed_with("password_hasher", "password_digest")
            passwords.check_digest(params.password_hasher, params.password_digest)
        elif params.password_hasher is not None:
            raise errors.needed_with("password_digest", "password_hasher")
        if params.totp_secret is not None:
            totp.key_of(params.totp_secret)

    def credentials(self, user: Doc, params: Credentials) -> Doc:
        """Return the fields of a user that its new credentials set."""
        fields: Doc = {}
        now = stamp(self.now)
        known: Doc | None = None
        if params.password is not None:
            known = passwords.kept(user["id"], params.password)
        elif params.password_digest is not None:
            known = passwords.imported(str(params.password_hasher), params.password_digest)
        if known is not None:
            fields |= {
                "_password": known,
                "password_enabled": True,
                "password_last_updated_at": now,
                "_is_compromised": False,
            }
        if params.totp_secret is not None:
            fields |= {"_totp_secret": params.totp_secret, "totp_enabled": True}
        if params.backup_codes is not None:
            fields |= {
                "_backup_codes": params.backup_codes,
                "backup_code_enabled": bool(params.backup_codes),
            }
        if fields.get("totp_enabled") and not user["two_factor_enabled"]:
            fields |= {"two_factor_enabled": True, "mfa_enabled_at": now}
        return fields

    def without_factors(self, user: Doc) -> Doc:
        """Return the fields of a user without second factors."""
        fields: Doc = {
            "_totp_secret": None,
            "totp_enabled": False,
            "_backup_codes": [],
            "backup_code_enabled": False,
            "two_factor_enabled": False,
        }
        if user["two_factor_enabled"]:
            fields["mfa_disabled_at"] = stamp(self.now)
        return fields


def missing_data(*params: str) -> VendorError:
    """Refuse a user without what the instance asks of each.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `UserDataMissing`)
    """
    named = " ".join(f'"{each}"' for each in params)
    return errors.refusal(
        422,
        "form_data_missing",
        "missing data",
        f"[{named}] data doesn't match user requirements set for this instance",
        param_names=list(params),
    )
