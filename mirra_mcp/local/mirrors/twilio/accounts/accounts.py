"""Accounts and subaccounts: whose everything is, and who may call.

Source: https://www.twilio.com/docs/iam/api/account
    https://www.twilio.com/docs/iam/api/subaccounts
"""

from typing import ClassVar, Literal, get_args

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.mirrors.twilio.api import errors
from mirra_mcp.local.mirrors.twilio.api.access import ACCOUNT_SID, AUTH_TOKEN
from mirra_mcp.local.mirrors.twilio.api.params import HEX, TwilioParams, Values, any_of
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, Credentials
from mirra_mcp.wire.model import Doc

Status = Literal["active", "suspended", "closed"]
STATUS = any_of(*get_args(Status))

SUBRESOURCES: tuple[tuple[str, str], ...] = (
    ("addresses", "Addresses"),
    ("available_phone_numbers", "AvailablePhoneNumbers"),
    ("calls", "Calls"),
    ("conferences", "Conferences"),
    ("incoming_phone_numbers", "IncomingPhoneNumbers"),
    ("notifications", "Notifications"),
    ("outgoing_caller_ids", "OutgoingCallerIds"),
    ("recordings", "Recordings"),
    ("sandbox", "Sandbox"),
    ("sip", "SIP"),
    ("transcriptions", "Transcriptions"),
    ("messages", "Messages"),
    ("media", "Media"),
    ("authorized_connect_apps", "AuthorizedConnectApps"),
    ("connect_apps", "ConnectApps"),
    ("usage", "Usage"),
    ("queues", "Queues"),
    ("applications", "Applications"),
    ("groups", "Groups"),
    ("signing_keys", "SigningKeys"),
    ("keys", "Keys"),
)


class CreateAccount(TwilioParams):
    """A new subaccount."""

    friendly_name: str | None = None


class UpdateAccount(TwilioParams):
    """A change to an account."""

    values: ClassVar[Values] = {"Status": STATUS.coded(21475)}

    friendly_name: str | None = None
    status: Status | None = None


class Accounts(Credentials):
    """The session's own account, and its subaccounts."""

    entity, plural, prefix, is_2010 = "account", "accounts", "AC", True
    blank: ClassVar[Doc] = {
        "auth_token": None,
        "date_created": None,
        "date_updated": None,
        "friendly_name": None,
        "owner_account_sid": None,
        "sid": None,
        "status": "active",
        "subresource_uris": None,
        "type": "Full",
        "uri": None,
    }
    indexes = ("owner_account_sid", "status")
    moves: ClassVar[dict[str, set[str]]] = {
        "active": {"suspended", "closed"},
        "suspended": {"active", "closed"},
    }
    secret_fields = ("auth_token",)
    names = ("friendly_name",)
    filters: ClassVar[Values] = {"Status": STATUS}

    def lay_out(self) -> Doc:
        """Make the session's own account, whose SID and token are always the same."""
        return self._save_new(ACCOUNT_SID, AUTH_TOKEN, ACCOUNT_SID, "Mirra")

    def _save_new(self, sid: str, token: str, owner: str, name: str) -> Doc:
        path = ACCOUNT.format(account=sid)
        doc = self.new(
            id=sid,
            auth_token=token,
            friendly_name=name,
            owner_account_sid=owner,
            subresource_uris={key: f"{path}/{part}.json" for key, part in SUBRESOURCES},
            uri=f"{path}.json",
        )
        return self.save(doc)

    def target(self, account: str, url: str, method: str = "POST") -> Target:
        """Return an address of an account's webhook, signed with the account's token."""
        owner = self.peek(account)
        token = owner["auth_token"] if owner else AUTH_TOKEN
        return Target(account, url, token, method.upper() or "POST")

    def get(self, id: str) -> Doc:
        """Return the account, if the caller is it or its owner.

        Raises:
            VendorError: it isn't there for the caller.
        """
        doc = self.peek(id)
        seen = (self.mirror.account_sid, None)
        if doc is None or (id not in seen and doc["owner_account_sid"] not in seen):
            raise self.missing(id)
        return doc

    def illegal_move(self, doc: Doc, status: str) -> VendorError:
        """Say that a closed account stays closed."""
        return errors.refusal(20001, message=f"Account is {doc['status']}; it can't be {status}.")

    @route("POST /2010-04-01/Accounts.json", status=201)
    def create(self, params: CreateAccount) -> Doc:
        """Create a subaccount. Subaccounts have none of their own.

        Source: https://www.twilio.com/docs/iam/api/subaccounts#create-a-subaccount
        """
        if self.mirror.account_sid != ACCOUNT_SID:
            raise errors.refusal(20003)
        now = self.now.strftime("%Y-%m-%d %I:%M %p")
        name = params.friendly_name or f"SubAccount Created at {now}"
        if len(name) > 64:
            raise errors.refusal(20002)
        sid, token = self.new_id(), self.mirror.ids.token(32, HEX)
        return self.view(self._save_new(sid, token, ACCOUNT_SID, name))

    @route("GET /2010-04-01/Accounts/{account}.json")
    def fetch(self, account: str) -> Doc:
        """Return the own account or a subaccount."""
        return self.view(self.get(account))

    @route("GET /2010-04-01/Accounts.json")
    def index(self, call: Call) -> Doc:
        """List the own account and its subaccounts, by name and status."""
        name, status = call.query.get("FriendlyName"), call.query.get("Status")
        own = self.mirror.account_sid

        def keep(doc: Doc) -> bool:
            mine = own in (doc["sid"], doc["owner_account_sid"])
            return mine and (name is None or doc["friendly_name"] == name)

        where: Doc = {"status": status} if status else {}
        return self.listed(call, keep=keep, **where)

    @route("POST /2010-04-01/Accounts/{account}.json")
    def update(self, account: str, params: UpdateAccount) -> Doc:
        """Rename an account; suspend, activate or close a subaccount, whose numbers are released.

        Source: https://www.twilio.com/docs/iam/api/account#update-an-account
        """
        doc = self.get(account)
        if params.friendly_name and len(params.friendly_name) > 64:
            raise errors.refusal(20002)
        status = params.status
        if status and status != doc["status"]:
            if account == ACCOUNT_SID:
                raise errors.refusal(20001, message="Only subaccounts can be suspended or closed.")
            if status not in self.moves.get(doc["status"], ()):
                raise self.illegal_move(doc, status)
        fields = {"friendly_name": params.friendly_name, "status": status}
        doc = self.change(doc, **{name: value for name, value in fields.items() if value})
        if status == "closed":
            for number in self.mirror.incoming_phone_numbers.find(account_sid=account):
                self.mirror.incoming_phone_numbers.release(number)
        return self.view(doc)
