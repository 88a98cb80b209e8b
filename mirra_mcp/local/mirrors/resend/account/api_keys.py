"""API keys: what they may do, and when they were used last.

Source: https://resend.com/docs/api-reference/api-keys/create-api-key
"""

from datetime import timedelta

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.account.params import CreateApiKey, UpdateApiKey
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.dates import stamp, unstamp
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.resource import RememberingResource
from mirra_mcp.wire.model import Doc

LONGEST_NAME = 50
NOTICED_AFTER = timedelta(minutes=1)
"""A key's last use is written down once a minute at most. Ours."""


class ApiKeys(RememberingResource):
    """Keys of the account. The token is shown once; its permission never."""

    entity, plural, title, object = "api_key", "api_keys", "API key", "api_key"
    only_uuids = True
    page_size = None
    indexes = ("_token",)
    blank = {
        "id": None,
        "name": None,
        "created_at": None,
        "_token": None,
        "_permission": "full_access",
        "_domain_id": None,
        "_last_used_at": None,
    }

    @route("POST /api-keys", status=201)
    def create(self, params: CreateApiKey) -> Doc:
        """Issue a key. The answer calls itself a list, as Resend's does.

        Source: https://github.com/resend/resend-node (recorded answer)
        """
        _check_name(params.name)
        domain_id = params.domain_id if params.permission == "sending_access" else None
        if domain_id is not None:
            self.mirror.domains.get(domain_id)
        key = self.issue(params.name, permission=params.permission, domain_id=domain_id)
        return {"object": "list", "id": key["id"], "token": key["_token"]}

    @route("GET /api-keys")
    def list(self, params: Paging) -> Doc:
        """List the keys without their tokens."""
        return self.listed(params)

    @route("PATCH /api-keys/{id}")
    def update(self, id: str, params: UpdateApiKey) -> Doc:
        """Rename a key.

        Source: https://resend.com/docs/api-reference/api-keys/update-api-key
        """
        _check_name(params.name)
        return self.ref(self.save(self.get(id) | {"name": params.name}))

    @route("DELETE /api-keys/{id}")
    def delete(self, id: str) -> Doc:
        """Revoke a key: the next call with it is refused.

        Source: https://github.com/resend/resend-node (recorded answer)
        """
        key = self.get(id)
        self.drop(key)
        return {"object": "list", "id": id, "deleted": True}

    def issue(
        self,
        name: str,
        *,
        permission: str = "full_access",
        domain_id: str | None = None,
        token: str | None = None,
    ) -> Doc:
        """Make a key; without a given token, a new one."""
        return self.save(
            self.new(
                name=name,
                _permission=permission,
                _domain_id=domain_id,
                _token=token or f"re_{self.mirror.ids.token(8)}_{self.mirror.ids.token(24)}",
            )
        )

    def by_token(self, token: str) -> Doc | None:
        """Return the key that has this token."""
        key: Doc | None = self.memo.get(token)
        if key is None:
            key = self.memo[token] = self.first(_token=token)
        return key

    def used(self, key: Doc) -> None:
        """Note that a key was used now."""
        last = key["_last_used_at"]
        if last is None or self.now - unstamp(last) >= NOTICED_AFTER:
            self.save(key | {"_last_used_at": stamp(self.now)})

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of a key."""
        return self.view(doc) | {"last_used_at": doc["_last_used_at"]}


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise errors.validation_error(
            f"The `name` field must be {LONGEST_NAME} characters or less."
        )
