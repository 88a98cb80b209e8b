"""The SafeList: numbers that Fraud Guard leaves alone.

Source: https://www.twilio.com/docs/verify/preventing-toll-fraud/verify-safe-list
"""

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import AddToSafeList
from mirra_mcp.wire.model import Doc


class SafeListNumbers(TwilioResource):
    """Numbers whose verifications aren't blocked as fraud."""

    entity, plural, prefix = "safe_list_number", "safe_list_numbers", "GN"
    names = ("phone_number",)
    indexes = ("_account", "phone_number")
    blank = {"sid": None, "phone_number": None, "url": None}

    @route("POST /v2/SafeList/Numbers", status=201)
    def create(self, params: AddToSafeList) -> Doc:
        """Put a number on the list."""
        phone = phones.parse(params.phone_number)
        if phone is None:
            raise errors.invalid("PhoneNumber")
        if self.first(_account=self.mirror.account, phone_number=phone.e164):
            raise errors.refuse(60411)
        doc = self.new(phone_number=phone.e164, _account=self.mirror.account)
        return self.view(self.save(doc))

    @route("GET /v2/SafeList/Numbers/{PhoneNumber}")
    def fetch(self, PhoneNumber: str) -> Doc:
        """Return a number that is on the list."""
        return self.view(self._of(PhoneNumber))

    @route("DELETE /v2/SafeList/Numbers/{PhoneNumber}", status=204)
    def delete(self, PhoneNumber: str) -> None:
        """Take a number off the list."""
        self.drop(self._of(PhoneNumber))

    def has(self, number: str) -> bool:
        """Say whether a number is on anybody's list."""
        return self.count(phone_number=number) > 0

    def path_of(self, doc: Doc) -> str:
        """Return the path of a number."""
        return f"/v2/SafeList/Numbers/{doc['phone_number']}"

    def _of(self, number: str) -> Doc:
        doc = self.first(_account=self.mirror.account, phone_number=number)
        if doc is None:
            raise self.missing(number)
        return doc
