"""Verifications by code: six digits that are sent, and typed in again within ten minutes.

Source: https://clerk.com/docs/reference/backend-api (Send a verification code to an email address)
"""

import re
from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.wire.model import Doc

LIFETIME = timedelta(minutes=10)
MOST_ATTEMPTS = 3
TEST_CODE = "424242"
TEST_EMAIL = re.compile(r"[^@]*\+clerk_test@.*")
TEST_PHONE = re.compile(r"\+1\d{3}55501\d\d")
"""Source: https://clerk.com/docs/guides/development/testing/test-emails-and-phones"""
DIGITS = "0123456789"


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
    }

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a verification: never its code."""
        names = ("object", "id", "status", "strategy", "attempts", "expire_at")
        return {name: doc[name] for name in names} | (
            {"channel": "sms"} if "phone" in doc["strategy"] else {}
        )

    def brief(self, doc: Doc) -> Doc:
        """Return what an identification or an attempt shows of it."""
        return {name: value for name, value in self.view(doc).items() if name != "id"}

    def start(self, strategy: str, identifier: str, **about: Any) -> Doc:
        """Send a code to an email address or a phone number.

        `about` says of which user and identification the message tells.

        Fires: email.created or sms.created, unless it is a test address or number
        """
        is_phone = "phone" in strategy
        is_test = (TEST_PHONE if is_phone else TEST_EMAIL).fullmatch(identifier) is not None
        code = TEST_CODE if is_test else self.mirror.ids.token(6, DIGITS)
        doc = self.save(
            self.new(
                strategy=strategy,
                identifier=identifier,
                code=code,
                expire_at=stamp(self.now + LIFETIME),
            )
        )
        if is_test:
            return doc
        slug = "reset_password_code" if strategy.startswith("reset") else "verification_code"
        told = {"otp_code": code}
        if is_phone:
            body = f"{code} is your verification code for {self.mirror.application}."
            self.mirror.sent_texts.send(slug, identifier, body, data=told, **about)
        else:
            subject = f"{code} is your {self.mirror.application} verification code"
            text = f"Enter the following verification code when prompted: {code}"
            self.mirror.sent_emails.send(slug, identifier, subject, text, data=told, **about)
        return doc

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
        return errors.refusal(
            422, "form_code_incorrect", "is incorrect", "Incorrect code", param_name="code"
        )
