"""The email addresses and phone numbers that a user adds and verifies in a browser.

Source: https://clerk.com/docs/reference/frontend-api (Email Addresses, Phone Numbers)
"""

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Answer, Call
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.users.identifiers import Identifiers
from mirra_mcp.local.mirrors.clerk.users.verification import is_verified
from mirra_mcp.wire.model import Doc


class OwnIdentifiers(Identifiers):
    """What users do with the identifiers that they have."""

    def list_own(self, call: Call) -> Answer:
        """List the calling user's."""
        return Answer(200, self.of(self.mirror.sessions.calling(call)["user_id"]))

    def own(self, id: str, call: Call) -> Doc:
        """Return one of the calling user's.

        Raises:
            VendorError: it isn't there, or is somebody else's.
        """
        user_id = self.mirror.sessions.calling(call)["user_id"]
        doc = self.peek(id)
        if doc is None or doc["user_id"] != user_id:
            raise errors.not_found("Resource not found", "Resource not found")
        return doc

    def add_own(self, value: str, call: Call, **fields: bool) -> Answer:
        """Give the calling user one more, which it has to verify.

        Fires: user.updated
        """
        user_id = self.mirror.sessions.calling(call)["user_id"]
        doc = self.add(user_id, self.checked(value), status="unverified", **fields)
        self.mirror.users.refresh(user_id)
        return self.answered(call, doc)

    def prepare_own(self, id: str, call: Call, strategy: str, redirect_url: str | None) -> Answer:
        """Send a code, or a link, to one of the calling user's.

        Fires: email.created or sms.created
        """
        doc = self.own(id, call)
        if is_verified(doc):
            raise already_verified()
        about = {"user_id": doc["user_id"], f"{self.kind}_id": id}
        sent = self.mirror.sent_codes.start(
            strategy, doc[self.kind], of=id, redirect_url=redirect_url, **about
        )
        shown = self.mirror.sent_codes.brief(sent)
        doc = self.save(self.touch(doc, _code=sent["id"], verification=shown))
        return self.answered(call, doc)

    def attempt_own(self, id: str, code: str, call: Call) -> Answer:
        """Try a code; the right one verifies it.

        Fires: user.updated
        """
        doc = self.own(id, call)
        if is_verified(doc):
            raise already_verified()
        if doc["_code"] is None:
            raise errors.not_prepared()
        codes = self.mirror.sent_codes
        tried = codes.attempt(codes.get(doc["_code"]), code)
        doc = self.save(self.touch(doc, verification=codes.brief(tried)))
        if refusal := codes.refusal_of(tried):
            return self.mirror.counted(call, refusal)
        self.mirror.users.refresh(doc["user_id"], **self.primary_fields(doc, primary=None))
        return self.answered(call, doc)

    def link_followed(self, id: str, sent: Doc) -> str | None:
        """Verify an address, whose owner followed a link; no session comes of it.

        Fires: user.updated
        """
        doc = self.peek(id)
        if doc is not None and not is_verified(doc):
            shown = self.mirror.sent_codes.brief(sent)
            doc = self.save(self.touch(doc, verification=shown))
            self.mirror.users.refresh(doc["user_id"], **self.primary_fields(doc, primary=None))
        return None

    def delete_own(self, id: str, call: Call) -> Answer:
        """Take one off the calling user, who keeps at least one that it can sign in with.

        Fires: user.updated
        """
        doc = self.own(id, call)
        users, user_id = self.mirror.users, doc["user_id"]
        verified = [each for each in self.find(user_id=user_id) if is_verified(each)]
        settings = self.mirror.instance.settings()
        if is_verified(doc) and len(verified) == 1 and settings[f"requires_{self.kind}"]:
            raise errors.refusal(
                400,
                "last_required_identification_deletion_failed",
                f"You are required to maintain at least one {self.title} in your account at all "
                "times",
            )
        if not users.is_known_besides(user_id, doc["id"]):
            raise errors.refusal(
                400,
                "identification_deletion_failed",
                "Deletion failed",
                "You cannot delete your last identification.",
            )
        return self.mirror.sessions.wrapped(call, self.removed(id))

    def answered(self, call: Call, doc: Doc) -> Answer:
        """Answer with one of the calling user's."""
        return self.mirror.sessions.wrapped(call, self.view(doc))


def already_verified() -> VendorError:
    """Say that there is nothing left to verify.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json,
        `VerificationAlreadyVerified`)
    """
    return errors.refusal(
        400,
        "verification_already_verified",
        "already verified",
        "This verification has already been verified.",
    )
