"""Verifications by code: six digits that are sent, and typed in again within ten minutes.

Source: https://clerk.com/docs/reference/backend-api (Send a verification code to an email address)
"""

import re
from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.pages.answers import led_to, with_query
from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.identity import claims_of, jwt
from mirra_mcp.local.mirrors.clerk.api.params import ClerkQuery
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc

LIFETIME = timedelta(minutes=10)
MOST_ATTEMPTS = 3
TEST_CODE = "424242"
TEST_EMAIL = re.compile(r"[^@]*\+clerk_test@.*")
TEST_PHONE = re.compile(r"\+1\d{3}55501\d\d")
"""Source: https://clerk.com/docs/guides/development/testing/test-emails-and-phones"""
DIGITS = "0123456789"


OWNERS = {"idn": "email_addresses", "sia": "sign_ins", "sua": "sign_ups"}
"""By the prefix of an id the noun that a link verifies something of."""
LINK_SLUGS = {
    "idn": "magic_link_user_profile",
    "sia": "magic_link_sign_in",
    "sua": "magic_link_sign_up",
}
"""Source: https://clerk.com/docs/guides/customizing-clerk/email-sms-templates"""


class FollowLink(ClerkQuery):
    """The query of `GET /v1/verify`."""

    token: str


class SentCodes(ClerkResource):
    """The codes under way: their state shows them, as a phone or a mailbox would."""

    entity, plural = "sent_code", "sent_codes"
    object, prefix, title = "verification_otp", "ver", "verification"
    synonyms = ("verification code",)
    names = ("identifier",)
    indexes = ("identifier",)
    moves = {"unverified": {"verified", "expired", "failed"}}
    blank = {
        "object": "verification_otp",
        "id": "",
        "status": "unverified",
        "strategy": "email_code",
        "attempts": 0,
        "expire_at": None,
        "identifier": "",
        "code": "",
        "created_at": None,
        "_of": None,
        "_redirect_url": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a verification: never its code."""
        names = ("object", "id", "status", "strategy", "attempts", "expire_at")
        shown = {name: doc[name] for name in names}
        if doc["strategy"] == "email_link":
            return shown | {"object": "verification_email_link", "attempts": None}
        return shown | ({"channel": "sms"} if "phone" in doc["strategy"] else {})

    def brief(self, doc: Doc) -> Doc:
        """Return what an identification or an attempt shows of it."""
        return {name: value for name, value in self.view(doc).items() if name != "id"}

    def start(
        self,
        strategy: str,
        identifier: str,
        *,
        of: str | None = None,
        redirect_url: str | None = None,
        **about: Any,
    ) -> Doc:
        """Send a code to an email address or a phone number, or a link to an address.

        `about` says of which user and identification the message tells, `of` which document is
        verified by it.

        Fires: email.created or sms.created, unless a code goes to a test address or number
        """
        is_phone, is_link = "phone" in strategy, strategy == "email_link"
        is_test = (TEST_PHONE if is_phone else TEST_EMAIL).fullmatch(identifier) is not None
        code = TEST_CODE if is_test else self.mirror.ids.token(6, DIGITS)
        doc = self.save(
            self.new(
                strategy=strategy,
                identifier=identifier,
                code="" if is_link else code,
                expire_at=stamp(self.now + LIFETIME),
                _of=of,
                _redirect_url=redirect_url,
            )
        )
        if is_link:
            self._send_link(doc, **about)
        elif not is_test:
            self._send_code(doc, **about)
        return doc

    def _send_code(self, doc: Doc, **about: Any) -> None:
        slug = "reset_password_code" if doc["strategy"].startswith("reset") else "verification_code"
        code, to = doc["code"], doc["identifier"]
        told = {"otp_code": code}
        if "phone" in doc["strategy"]:
            body = f"{code} is your verification code for {self.mirror.application}."
            self.mirror.sent_texts.send(slug, to, body, data=told, **about)
        else:
            subject = f"{code} is your {self.mirror.application} verification code"
            text = f"Enter the following verification code when prompted: {code}"
            self.mirror.sent_emails.send(slug, to, subject, text, data=told, **about)

    def _send_link(self, doc: Doc, **about: Any) -> None:
        claims = {"exp": doc["expire_at"] // 1000, "sid": doc["id"], "st": "email_link"}
        token = jwt(self.mirror.keep_identity(), claims)
        link = f"{self.mirror.frontend_api}/v1/verify?token={token}"
        slug = LINK_SLUGS[(doc["_of"] or "")[:3]]
        told = {"magic_link": link, "ttl_minutes": int(LIFETIME.total_seconds()) // 60}
        subject = f"Your {self.mirror.application} link"
        text = f"Follow this link to verify your email address: {link}"
        self.mirror.sent_emails.send(slug, doc["identifier"], subject, text, data=told, **about)

    @route("GET /v1/verify")
    def follow_link(self, params: FollowLink) -> Answer:
        """Verify what a mailed link was sent for, and lead on to the app.

        Source: https://clerk.com/docs/reference/frontend-api (Verify)
        """
        claims = claims_of(self.mirror.identity, params.token) or {}
        doc = self.peek(str(claims.get("sid"))) if claims.get("st") == "email_link" else None
        if doc is None or doc["_redirect_url"] is None:
            raise errors.refusal(
                400,
                "verification_link_token_invalid",
                "invalid link token",
                "Verification link token is invalid",
            )
        told = {"__clerk_status": "verified"}
        if stamp(self.now) >= doc["expire_at"] or doc["status"] != "unverified":
            told = {"__clerk_status": "expired" if doc["status"] != "verified" else "failed"}
        else:
            doc = self.move(doc, "verified")
            noun: Any = self.mirror.nouns[OWNERS[doc["_of"][:3]]]
            session_id = noun.link_followed(doc["_of"], doc)
            if session_id is not None:
                told["__clerk_created_session"] = session_id
        return led_to(with_query(doc["_redirect_url"], **told))

    def attempt(self, doc: Doc, code: str) -> Doc:
        """Count a try at a code, and say what became of it by its status.

        Raises:
            VendorError: it was verified before.
        """
        if doc["status"] == "verified":
            raise errors.refusal(
                400,
                "verification_already_verified",
                "already verified",
                "This verification has already been verified.",
            )
        if doc["status"] != "unverified":
            return doc
        if stamp(self.now) >= doc["expire_at"]:
            return self.move(doc, "expired")
        doc = doc | {"attempts": doc["attempts"] + 1}
        if code == doc["code"]:
            return self.move(doc, "verified")
        return self.move(doc, "failed") if doc["attempts"] >= MOST_ATTEMPTS else self.save(doc)

    def refusal_of(self, tried: Doc) -> VendorError | None:
        """Return how a browser is told that a code wasn't right: wrong, too late, or too often."""
        if tried["status"] == "verified":
            return None
        if tried["status"] == "expired":
            return errors.refusal(
                400,
                "verification_expired",
                "expired",
                "This verification has expired. You must create a new one.",
            )
        if tried["status"] == "failed":
            return errors.refusal(
                400,
                "verification_failed",
                "failed",
                "Too many failed attempts. You have to try again with the same or another method.",
            )
        return errors.incorrect_code()
