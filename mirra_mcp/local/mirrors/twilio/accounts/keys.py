"""API keys: revocable credentials of an account. The secret is shown once.

Source: https://www.twilio.com/docs/iam/api-keys/key-resource-v1
    https://www.twilio.com/docs/usage/api/keys
"""

from typing import Any, ClassVar

import orjson

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import errors, pages
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import TwilioParams, Values, sid, text
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, Credentials
from mirra_mcp.wire.model import Doc

KEYS, SIGNING = f"{ACCOUNT}/Keys", f"{ACCOUNT}/SigningKeys"
OLD = ("sid", "friendly_name", "date_created", "date_updated")
"""What the 2010 API tells of a key."""


class NameKey(TwilioParams):
    """A key's name."""

    values: ClassVar[Values] = {"FriendlyName": text(64).coded(20002)}

    friendly_name: str | None = None


class CreateKey(NameKey):
    """A key of the newer API."""

    values: ClassVar[Values] = NameKey.values | {
        "AccountSid": sid("AC").coded(21470),
    }

    account_sid: str
    key_type: str = "standard"
    policy: Any = None


class UpdateKey(NameKey):
    """A change by the newer API."""

    policy: Any = None


class Keys(Credentials):
    """Keys, in the 2010 API under two names, and in the newer API."""

    entity, plural, prefix, is_2010 = "key", "keys", "SK", True
    blank: ClassVar[Doc] = {
        "sid": None,
        "friendly_name": None,
        "date_created": None,
        "date_updated": None,
        "secret": None,
        "policy": None,
        "account_sid": None,
    }
    indexes = ("account_sid",)
    secret_fields = ("secret",)
    synonyms = ("api key",)
    names = ("friendly_name",)

    def view(self, doc: Doc) -> Doc:
        """Return what the 2010 API shows."""
        return {name: doc[name] for name in OLD}

    def _make(self, account: str, name: str | None, **fields: Any) -> Doc:
        secret = self.mirror.ids.token(32)
        return self.save(
            self.new(account_sid=account, friendly_name=name or "", secret=secret, **fields)
        )

    @route(f"POST {KEYS}.json", status=201)
    @route(f"POST {SIGNING}.json", status=201)
    def create(self, params: NameKey) -> Doc:
        """Make a Standard key. Only this answer has its secret."""
        doc = self._make(self.mirror.account_sid, params.friendly_name)
        return self.view(doc) | {"secret": doc["secret"]}

    @route(f"GET {KEYS}/{{sid}}.json")
    @route(f"GET {SIGNING}/{{sid}}.json")
    def fetch(self, sid: str) -> Doc:
        """Return a key without its secret."""
        return self.view(self.get(sid))

    @route(f"GET {KEYS}.json")
    def index(self, call: Call) -> Doc:
        """List keys."""
        return self.listed(call)

    @route(f"GET {SIGNING}.json")
    def index_signing(self, call: Call) -> Doc:
        """List keys under their other name."""
        return self.listed(call, "signing_keys")

    @route(f"POST {KEYS}/{{sid}}.json")
    @route(f"POST {SIGNING}/{{sid}}.json")
    def update(self, sid: str, params: NameKey) -> Doc:
        """Rename a key."""
        doc = self.get(sid)
        return self.view(
            self.change(doc, friendly_name=params.friendly_name or doc["friendly_name"])
        )

    @route(f"DELETE {KEYS}/{{sid}}.json", status=204)
    @route(f"DELETE {SIGNING}/{{sid}}.json", status=204)
    @route("DELETE /v1/Keys/{sid}", status=204)
    def delete(self, sid: str) -> None:
        """Revoke a key."""
        self.drop(self.get(sid))

    # The newer API.

    @route("POST /v1/Keys", status=201)
    def create_v1(self, params: CreateKey) -> Doc:
        """Make a Standard or Restricted key. What a policy allows isn't enforced."""
        account = self.mirror.accounts.get(params.account_sid)
        if params.key_type not in ("standard", "restricted"):
            raise refusal(20001, message="KeyType must be standard or restricted.")
        policy = _policy(params.policy)
        doc = self._make(account["sid"], params.friendly_name, policy=policy)
        return self.view(doc) | {"secret": doc["secret"], "policy": policy}

    @route("GET /v1/Keys/{sid}")
    def fetch_v1(self, sid: str) -> Doc:
        """Return a key with its policy."""
        doc = self.get(sid)
        return self.view(doc) | {"policy": doc["policy"]}

    @route("POST /v1/Keys/{sid}")
    def update_v1(self, sid: str, params: UpdateKey) -> Doc:
        """Rename a key, or change its policy."""
        doc = self.get(sid)
        name = params.friendly_name or doc["friendly_name"]
        policy = _policy(params.policy) or doc["policy"]
        return self.view(self.change(doc, friendly_name=name, policy=policy)) | {"policy": policy}

    @route("GET /v1/Keys")
    def index_v1(self, call: Call) -> Doc:
        """List an account's keys."""
        account = self.mirror.accounts.peek(call.query.get("AccountSid", self.mirror.account_sid))
        if account is None:
            raise errors.not_found(call.path)
        return self._page_v1(call, account["sid"])

    def _page_v1(self, call: Call, account: str) -> Doc:
        docs = [self.view(doc) | {"flags": None} for doc in self.find(account_sid=account)]
        at = pages.cut(call)
        return pages.page_v1(call, "keys", at, pages.slice_of(docs, at), self.mirror.base_of(call))


def _policy(given: Any) -> Any:
    """Read a policy: JSON in a form field, or an object."""
    if not isinstance(given, str):
        return given
    try:
        return orjson.loads(given) if given else None
    except ValueError:
        raise refusal(20001, message="Policy must be JSON.") from None
