"""API keys: what a user, an organization or a machine shows an app instead of signing in.

Source: https://clerk.com/docs/guides/development/machine-auth/api-keys
"""

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.machines.credentials import Credentials, shown_of
from mirra_mcp.local.mirrors.clerk.machines.params import (
    CreateApiKey,
    ListApiKeys,
    Revoke,
    UpdateApiKey,
    VerifyApiKey,
)
from mirra_mcp.wire.model import Doc


class ApiKeys(Credentials):
    """The keys of an instance's users, organizations and machines."""

    entity, plural = "api_key", "api_keys"
    object, prefix, title, param = "api_key", "ak", "API key", "apiKeyID"
    names = ("name",)
    indexes = ("subject", "_secret", "revoked")
    blank = {
        "object": "api_key",
        "id": "",
        "type": "api_key",
        "subject": "",
        "name": "",
        "description": None,
        "claims": None,
        "scopes": [],
        "revoked": False,
        "revocation_reason": None,
        "expired": False,
        "expiration": None,
        "created_by": None,
        "last_used_at": None,
        "created_at": None,
        "updated_at": None,
        "_secret": "",
    }

    @route("POST /v1/api_keys")
    def create(self, params: CreateApiKey) -> Answer:
        """Make a key; its secret is in the answer.

        Source: https://clerk.com/docs/reference/backend-api (Create an API Key) and
            https://github.com/clerk/clerk-sdk-python (api_keys.py: `201`)
        """
        return Answer(201, self.with_secret(self.make(params), "secret"))

    def make(self, params: CreateApiKey) -> Doc:
        """Make a key that opens something from now on."""
        fields = params.model_dump(exclude={"seconds_until_expiration"})
        doc = self.new(**fields, _secret=self.new_secret())
        return self.save(self.lasting(doc, params.seconds_until_expiration))

    @route("GET /v1/api_keys")
    def list(self, params: ListApiKeys) -> Doc:
        """List the keys of a subject, newest first: the good ones, or all.

        Source: https://clerk.com/docs/reference/backend/api-keys/list
        """
        found = [
            doc
            for doc in self.find(subject=params.subject)
            if doc["type"] == params.type
            and params.query.lower() in doc["name"].lower()
            and (params.include_invalid == "true" or not (doc["revoked"] or doc["expired"]))
        ]
        shown, total = shown_of(self, found, params.offset, params.limit)
        return {"data": shown, "total_count": total}

    @route("POST /v1/api_keys/verify")
    def verify(self, params: VerifyApiKey) -> Doc:
        """Return the key of a secret, which was used now.

        Source: https://clerk.com/docs/reference/backend/api-keys/verify

        Raises:
            VendorError: there is none, or it is revoked or expired.
        """
        doc = self.opened_by(params.secret)
        if doc is None:
            raise errors.not_found("API key not found")
        return self.view(self.used(doc))

    @route("GET /v1/api_keys/{api_key_id}")
    def retrieve(self, api_key_id: str) -> Doc:
        """Return one key, without its secret.

        Source: https://clerk.com/docs/reference/backend-api (Get an API Key by ID)
        """
        return self.view(self.get(api_key_id))

    @route("PATCH /v1/api_keys/{api_key_id}")
    def update(self, api_key_id: str, params: UpdateApiKey) -> Doc:
        """Change a key: what is given; `seconds_until_expiration` counts from now, null is never.

        Source: https://clerk.com/docs/reference/backend/api-keys/update
        """
        doc = self.get(api_key_id)
        given = params.model_dump(exclude_unset=True)
        for name in ("subject", "scopes"):
            if given.get(name, "") is None:
                raise errors.bad_request(name, "Must not be null")
        if "seconds_until_expiration" in given:
            doc = self.lasting(doc, given.pop("seconds_until_expiration"))
        return self.view(self.save(self.touch(doc, **given)))

    @route("DELETE /v1/api_keys/{api_key_id}")
    def delete(self, api_key_id: str) -> Doc:
        """Delete a key.

        Source: https://clerk.com/docs/reference/backend-api (Delete an API Key)
        """
        doc = self.get(api_key_id)
        self.remove(doc)
        return self.gone(doc)

    @route("GET /v1/api_keys/{api_key_id}/secret")
    def secret(self, api_key_id: str) -> Doc:
        """Return the secret of a key.

        Source: https://clerk.com/docs/reference/backend-api (Get an API Key Secret)
        """
        return {"secret": self.get(api_key_id)["_secret"]}

    @route("POST /v1/api_keys/{api_key_id}/revoke")
    def revoke(self, api_key_id: str, params: Revoke) -> Doc:
        """Let a key open nothing any more.

        Source: https://clerk.com/docs/reference/backend/api-keys/revoke
        """
        return self.view(self.taken_back(self.get(api_key_id), params.revocation_reason))
