"""Silent network authentication: a phone opens an address by mobile data, and its network vouches.

Nothing is typed. The mirror answers at the address as the network does.

Source: https://www.twilio.com/docs/verify/sna
    https://www.twilio.com/docs/verify/sna-testing-guide
    https://www.twilio.com/docs/verify/best-practices-for-verify-sna-error-handling
"""

from typing import Any

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.twilio.api.access import SILENT
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

CHANNEL = "sna"
PENDING = 60519
"""The result of a check before the network has said anything."""
FAILURES = (60510, 60511, 60520)
"""How an attempt may fail: an error, one further downstream, an address that can't be opened.

Source: https://www.twilio.com/docs/api/errors/60510, and a page for each of the others.
"""


class SilentAttempts(TwilioResource):
    """The addresses that phones open, once each."""

    entity, plural, prefix = "silent_attempt", "silent_attempts", "SN"
    synonyms, names = (), ()
    indexes = ("account_sid", "verification_sid")
    blank = {
        "account_sid": None,
        "verification_sid": None,
        "attempt_sid": None,
        "to": None,
        "carrier": None,
        "is_open": True,
        "error_code": None,
        "date_created": None,
    }

    @route(f"GET {SILENT}{{Token}}")
    @route(f"POST {SILENT}{{Token}}")
    def invoke(self, Token: str) -> Answer:
        """Let a phone open an address: its network vouches for the number.

        Raises:
            VendorError: 20404, there is none, or it was opened before.
        """
        doc = self.peek(Token)
        verification = self.mirror.verifications.peek(doc["verification_sid"]) if doc else None
        if doc is None or not doc["is_open"] or verification is None:
            raise self.missing(Token)
        if verification["status"] != "pending":
            raise self.missing(Token)
        self.end(doc)
        told = f"ErrorCode=0&ErrorDescription=Success&Carrier={doc['carrier']}"
        return Answer(200, told.encode(), {"content-type": "text/plain"})

    def begin(self, verification: Doc, attempt: Doc) -> str:
        """Lay out an address for a phone to open, and return its path."""
        doc = self.save(
            self.new(
                id=self.prefix + self.mirror.ids.token(48),
                account_sid=verification["account_sid"],
                verification_sid=verification["sid"],
                attempt_sid=attempt["sid"],
                to=verification["to"],
                carrier=attempt["channel_data"]["carrier"],
            )
        )
        return f"{SILENT}{doc['id']}"

    def end(self, doc: Doc, error_code: int | None = None) -> Doc:
        """Note what a network said."""
        return self.save(doc | {"is_open": False, "error_code": error_code})

    def newest(self, verification: Doc) -> Doc | None:
        """Return the newest attempt of a verification."""
        found = self.find(verification_sid=verification["sid"], limit=1)
        return found[0] if found else None

    def errors_of(self, verification: Doc) -> list[dict[str, Any]]:
        """Return what went wrong with the attempts of a verification; one may be pending."""
        docs = self.find(verification_sid=verification["sid"], newest_first=False)
        codes = [(doc, PENDING if doc["is_open"] else doc["error_code"]) for doc in docs]
        return [{"attempt_sid": doc["attempt_sid"], "code": code} for doc, code in codes if code]
