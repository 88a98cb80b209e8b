"""What email addresses and phone numbers have in common: one user's, unique, maybe verified.

Source: https://clerk.com/docs/reference/backend-api (Email Addresses, Phone Numbers)
"""

from typing import Any, ClassVar

from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.users.params import AttemptVerification
from mirra_mcp.local.mirrors.clerk.users.verification import BY_ADMIN, is_verified
from mirra_mcp.wire.model import Doc


class Identifiers(ClerkResource):
    """A noun by which users are known."""

    prefix = "idn"
    indexes = ("user_id", "_value")
    kind: ClassVar[str]
    """The field that holds it: `email_address`."""
    taken_words: ClassVar[str]
    strategy: ClassVar[str]
    """How it is verified: `email_code`."""

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows: whose it is, it doesn't say."""
        shown = super().view(doc)
        del shown["user_id"]
        return shown

    def checked(self, value: str) -> str:
        """Return an identifier as it is kept, if nobody has it yet.

        Raises:
            VendorError: it can't be one, or another user has it.
        """
        found = self.normal(value)
        if self.first(_value=found) is not None:
            raise errors.taken(self.kind, self.taken_words)
        return found

    def normal(self, value: str) -> str:
        """Return an identifier as it is kept.

        Raises:
            VendorError: it can't be one.
        """
        raise NotImplementedError

    def add(self, user_id: str, value: str, *, status: str = "verified", **fields: Any) -> Doc:
        """Give a user one more, which was checked: `verified`, `reserved` or `unverified`."""
        verification = dict(BY_ADMIN) if status == "verified" else None
        doc = {"user_id": user_id, "_value": value, self.kind: value, "verification": verification}
        return self.save(self.new(**doc, reserved=status == "reserved", **fields))

    def of(self, user_id: str) -> list[Doc]:
        """Return what is shown of a user's, oldest first."""
        return [self.view(doc) for doc in self.find(user_id=user_id, newest_first=False)]

    def owner(self, value: str) -> Doc | None:
        """Return the user that has an identifier."""
        found = self.at(value)
        return None if found is None else self.mirror.users.peek(found["user_id"])

    def proven_owner(self, value: str) -> Doc | None:
        """Return the user who was shown to have an identifier."""
        found = (doc for doc in self.find(_value=value) if is_verified(doc))
        doc = next(found, None)
        return None if doc is None else self.mirror.users.peek(doc["user_id"])

    def at(self, value: str) -> Doc | None:
        """Return what is known of an identifier."""
        return self.first(_value=value.strip().lower())

    def forget(self, user_id: str) -> None:
        """Drop all of a user that is being deleted."""
        for doc in self.find(user_id=user_id):
            self.drop(doc)

    def prepared(self, id: str) -> Doc:
        """Send a code to an identifier, and return the verification that it is for.

        Fires: email.created or sms.created
        """
        doc = self.get(id)
        about = {"user_id": doc["user_id"], f"{self.kind}_id": id}
        started = self.mirror.sent_codes.start(self.strategy, doc[self.kind], **about)
        self.mirror.sent_codes.save(started | {"_of": id})
        return self.mirror.sent_codes.view(started)

    def attempted(self, id: str, params: AttemptVerification) -> Doc:
        """Try a code; the right one verifies the identifier, if it wasn't yet.

        Fires: user.updated, if it does
        """
        doc = self.get(id)
        verifications = self.mirror.sent_codes
        known = verifications.peek(params.verification_id)
        if known is None or known["_of"] != id:
            raise errors.resource_missing("verification_id")
        tried = verifications.attempt(known, params.code)
        if tried["status"] == "verified" and not is_verified(doc):
            doc = self.save(self.touch(doc, verification=verifications.brief(tried)))
            self.mirror.users.refresh(doc["user_id"], **self.primary_fields(doc, primary=None))
            self.enroll(doc)
        return verifications.view(tried)

    def enroll(self, doc: Doc) -> None:
        """Let what was verified of a user have its effect on others."""

    def replaced(self, user_id: str, value: str, status: str) -> Doc:
        """Put one identifier in the place of all that a user has.

        Fires: user.updated
        """
        user = self.mirror.users.get(user_id)
        found = self.normal(value)
        other = self.first(_value=found)
        if other is not None and other["user_id"] != user["id"]:
            raise errors.taken(self.kind, self.taken_words)
        self.forget(user_id)
        doc = self.add(user_id, found, status=status)
        self.mirror.users.refresh(user_id, **{f"primary_{self.kind}_id": doc["id"]})
        return doc

    def removed(self, id: str) -> Doc:
        """Take an identifier off its user.

        Fires: user.updated
        """
        doc = self.get(id)
        fields = self.without(doc)
        self.drop(doc)
        self.mirror.users.refresh(doc["user_id"], **fields)
        return self.gone(doc)

    def primary_fields(self, doc: Doc, *, primary: bool | None) -> Doc:
        """Return what makes an identifier its user's primary one, if it shall be.

        Raises:
            VendorError: it isn't verified.
        """
        name = f"primary_{self.kind}_id"
        user = self.mirror.users.get(doc["user_id"])
        wanted = primary or (user[name] is None and is_verified(doc))
        if primary and not is_verified(doc):
            raise errors.unverified(name)
        return {name: doc["id"]} if wanted else {}

    def without(self, doc: Doc) -> Doc:
        """Return which identifier becomes the primary one when another goes."""
        name = f"primary_{self.kind}_id"
        user = self.mirror.users.get(doc["user_id"])
        if user[name] != doc["id"]:
            return {}
        rest = self.find(user_id=doc["user_id"], newest_first=False)
        left = (each["id"] for each in rest if each["id"] != doc["id"] and is_verified(each))
        return {name: next(left, None)}
