"""The account's second auth token, which a rotation promotes to the first.

Source: https://www.twilio.com/docs/iam/api/authtoken
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.errors import not_found
from mirra_mcp.local.mirrors.twilio.api.params import FLAG, HEX, TwilioParams, Values
from mirra_mcp.local.mirrors.twilio.api.resource import Credentials
from mirra_mcp.wire.model import Doc

SECONDARY = "/v1/AuthTokens/Secondary"
PROMOTE = "/v1/AuthTokens/Promote"


class Rotation(TwilioParams):
    """A step from one token to the next, of which nobody is told by mail."""

    values: ClassVar[Values] = {"SuppressEmailNotification": FLAG}


class SecondaryAuthTokens(Credentials):
    """At most one an account."""

    entity, plural, prefix = "secondary_auth_token", "secondary_auth_tokens", ""
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "date_created": None,
        "date_updated": None,
        "secondary_auth_token": None,
        "url": None,
    }
    secret_fields = ("secondary_auth_token",)

    def path_of(self, doc: Doc) -> str:
        """Return where it is made."""
        return SECONDARY

    @route(f"POST {SECONDARY}", status=201)
    def create(self, params: Rotation) -> Doc:
        """Make a second token, which is accepted beside the first; there is one already: that."""
        account = self.mirror.account_sid
        doc = self.peek(account)
        if doc is None:
            token = self.mirror.ids.token(32, HEX)
            doc = self.save(self.new(id=account, account_sid=account, secondary_auth_token=token))
        return self.view(doc)

    @route(f"DELETE {SECONDARY}", status=204)
    def delete(self, params: Rotation) -> None:
        """Forget the second token."""
        self.drop(self.get(self.mirror.account_sid))

    @route(f"POST {PROMOTE}")
    def promote(self, params: Rotation) -> Doc:
        """Make the second token the first. The one that was first is refused from now on."""
        account = self.mirror.accounts.peek(self.mirror.account_sid)
        doc = self.peek(self.mirror.account_sid)
        if account is None or doc is None:
            raise not_found(self.mirror.path)
        token = doc["secondary_auth_token"]
        self.mirror.accounts.change(account, auth_token=token)
        self.drop(doc)
        return {
            "account_sid": account["sid"],
            "auth_token": token,
            "date_created": doc["date_created"],
            "date_updated": self.stamp(),
            "url": self.mirror.url + PROMOTE,
        }
