"""The second factors that a user sets up in a browser: the authenticator app and backup codes.

Source: https://clerk.com/docs/reference/frontend-api (TOTP, Backup Codes)
"""

from base64 import b32encode
from urllib.parse import quote

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.users.users import totp
from mirra_mcp.local.mirrors.clerk.users.users.me import Me
from mirra_mcp.local.mirrors.clerk.users.users.params import AttemptTotp
from mirra_mcp.wire.model import Doc

Codes = list[str]
SECRET_BYTES, CODES, CODE_LENGTH = 20, 10, 8
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


class MyFactors(Me):
    """What users add to their password."""

    @route("POST /v1/me/totp")
    def create_totp(self, call: Call) -> Answer:
        """Make a secret for an authenticator app; it counts once a code of it was right.

        Source: https://clerk.com/docs/reference/frontend-api (Create a TOTP)
        """
        user = self._calling(call)
        if user["totp_enabled"]:
            raise errors.refusal(
                400,
                "totp_already_enabled",
                "TOTP already enabled",
                "TOTP is already enabled on your account",
            )
        digits = self.mirror.ids.token(SECRET_BYTES * 2, "0123456789abcdef")
        secret = b32encode(bytes.fromhex(digits)).decode()
        user = self.save(user | {"_pending_totp": secret, "_totp_at": stamp(self.now)})
        return self.mirror.sessions.wrapped(call, self._totp(user, secret))

    @route("POST /v1/me/totp/attempt_verification")
    def attempt_totp(self, params: AttemptTotp, call: Call) -> Answer:
        """Try a code of the app; the right one enables it, with backup codes if it is the first.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Verify a TOTP)
        """
        user = self._calling(call)
        secret = user["_pending_totp"] or user["_totp_secret"]
        if secret is None:
            raise errors.not_found()
        if params.code != totp.code_at(secret, self.now):
            raise errors.incorrect_code()
        codes = None if user["backup_code_enabled"] else self._fresh_codes()
        fields: Doc = {"_totp_secret": secret, "_pending_totp": None, "totp_enabled": True}
        if codes is not None:
            fields |= {"_backup_codes": codes, "backup_code_enabled": True}
        if not user["two_factor_enabled"]:
            fields |= {"two_factor_enabled": True, "mfa_enabled_at": stamp(self.now)}
        user = self.change(user, **fields)
        shown = self._totp(user, None) | {"backup_codes": codes}
        return self.mirror.sessions.wrapped(call, shown)

    @route("DELETE /v1/me/totp")
    def delete_my_totp(self, call: Call) -> Answer:
        """Take the authenticator app off, and the backup codes if no second factor is left.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Delete a TOTP)
        """
        user = self._calling(call)
        if not user["totp_enabled"]:
            raise errors.not_found()
        fields: Doc = {"_totp_secret": None, "totp_enabled": False}
        if not any(each["reserved_for_second_factor"] for each in user["phone_numbers"]):
            fields = self.mirror.users.without_factors(user)
        self.change(user, **fields)
        gone = {"object": "totp", "id": self._totp_id(user), "deleted": True}
        return self.mirror.sessions.wrapped(call, gone)

    @route("POST /v1/me/backup_codes")
    def create_backup_codes(self, call: Call) -> Answer:
        """Make ten backup codes in the place of those that there were.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Create backup codes)
        """
        user = self._calling(call)
        if not user["two_factor_enabled"]:
            raise errors.refusal(
                400,
                "backup_codes_not_available",
                "Backup codes not available",
                "In order to use backup codes, you have to enable any other Multi-factor method",
            )
        codes = self._fresh_codes()
        self.change(user, _backup_codes=codes, backup_code_enabled=True)
        now = stamp(self.now)
        shown = {"object": "backup_code", "id": f"bkp_3{self.mirror.ids.token(26)}",
                 "codes": codes, "created_at": now, "updated_at": now}  # fmt: skip
        return self.mirror.sessions.wrapped(call, shown)

    def _fresh_codes(self) -> Codes:
        return [self.mirror.ids.token(CODE_LENGTH, LETTERS) for _ in range(CODES)]

    def _totp_id(self, user: Doc) -> str:
        return f"totp_{user['id'].removeprefix('user_')}"

    def _totp(self, user: Doc, secret: str | None) -> Doc:
        """Return what a browser learns of an app: its secret only until it was used."""
        uri = None
        if secret is not None:
            issuer, name = quote(self.mirror.application), quote(self.public(user)["identifier"])
            uri = f"otpauth://totp/{issuer}:{name}?algorithm=SHA1&digits={totp.DIGITS}&issuer="
            uri += f"{issuer}&period={totp.PERIOD}&secret={secret}"
        at = user["_totp_at"] or user["updated_at"]
        return {
            "object": "totp",
            "id": self._totp_id(user),
            "secret": secret,
            "uri": uri,
            "verified": user["totp_enabled"],
            "created_at": at,
            "updated_at": stamp(self.now),
        }
