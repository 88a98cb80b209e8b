"""Machines: the services of an app, and which of them may call which.

Source: https://clerk.com/docs/guides/development/machine-auth/m2m-tokens
"""

from datetime import timedelta

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, ordered, page_of
from mirra_mcp.local.mirrors.clerk.machines.params import (
    MOST_SCOPES,
    CreateMachine,
    CreateScope,
    ListMachines,
    RotateSecretKey,
    UpdateMachine,
)
from mirra_mcp.wire.model import Doc

ORDERS = ("created_at", "name")


class Machines(ClerkResource):
    """The machines of an instance, each with a secret key of its own."""

    entity, plural = "machine", "machines"
    object, prefix, title = "machine", "mch", "machine"
    names = ("name",)
    indexes = ("_secret", "_old_secret", "_scopes")
    blank = {
        "object": "machine",
        "id": "",
        "name": "",
        "instance_id": "",
        "created_at": None,
        "updated_at": None,
        "default_token_ttl": 3_600,
        "_scopes": [],
        "_secret": "",
        "_old_secret": "",
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such machine.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `MachineNotFound`)
        """
        long = f"No machine was found with id {id}"
        return errors.refusal(404, "machine_not_found", "Machine not found", long)

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a machine, with those that it may call."""
        found = (self.peek(id) for id in doc["_scopes"])
        plain = super().view
        scoped = [plain(each) for each in found if each is not None]
        return plain(doc) | {"scoped_machines": scoped}

    @route("GET /v1/machines")
    def list(self, params: ListMachines) -> Doc:
        """List machines: with an id, or with some words in the name.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of machines)
        """
        words = params.query.lower()
        found = [
            doc for doc in self.find() if doc["id"] == params.query or words in doc["name"].lower()
        ]
        return page_of(ordered(found, params.order_by, ORDERS), params, self.view)

    @route("POST /v1/machines")
    def create(self, params: CreateMachine) -> Doc:
        """Make a machine; its secret key is in the answer.

        Source: https://clerk.com/docs/reference/backend-api (Create a machine)
        """
        for id in params.scoped_machines:
            self.get(id)
        doc = self.new(
            name=params.name,
            instance_id=self.mirror.keep_identity().id,
            default_token_ttl=params.default_token_ttl,
            _scopes=list(dict.fromkeys(params.scoped_machines)),
            _secret=self._new_secret(),
        )
        return self.view(self.save(doc)) | {"secret_key": doc["_secret"]}

    @route("GET /v1/machines/{machine_id}")
    def retrieve(self, machine_id: str) -> Doc:
        """Return one machine.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a machine)
        """
        return self.view(self.get(machine_id))

    @route("PATCH /v1/machines/{machine_id}")
    def update(self, machine_id: str, params: UpdateMachine) -> Doc:
        """Change a machine's name, or how long its next tokens live.

        Source: https://clerk.com/docs/reference/backend-api (Update a machine)
        """
        doc = self.get(machine_id)
        return self.view(self.save(self.touch(doc, **params.model_dump(exclude_none=True))))

    @route("DELETE /v1/machines/{machine_id}")
    def delete(self, machine_id: str) -> Doc:
        """Delete a machine, its tokens, and others' access to it.

        Source: https://clerk.com/docs/reference/backend-api (Delete a machine)
        """
        doc = self.get(machine_id)
        for other in self.find(_scopes=machine_id):
            self.save(other | {"_scopes": [id for id in other["_scopes"] if id != machine_id]})
        self.mirror.m2m_tokens.forget(machine_id)
        self.mirror.cancel_timers("machines.forget_old", id=machine_id)
        self.drop(doc)
        return self.gone(doc)

    # secret keys

    @route("GET /v1/machines/{machine_id}/secret_key")
    def secret_key(self, machine_id: str) -> Doc:
        """Return the secret key of a machine.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a machine secret key)
        """
        return secret_key_of(self.get(machine_id))

    @route("POST /v1/machines/{machine_id}/secret_key/rotate")
    def rotate(self, machine_id: str, params: RotateSecretKey) -> Doc:
        """Give a machine another secret key; the old one is good for a while yet.

        Source: https://clerk.com/docs/reference/backend-api (Rotate a machine's secret key)
        """
        doc = self.get(machine_id)
        seconds = params.previous_token_ttl
        old = doc["_secret"] if seconds else ""
        self.mirror.cancel_timers("machines.forget_old", id=machine_id)
        if seconds:
            self.mirror.after(timedelta(seconds=seconds), "machines.forget_old", id=machine_id)
        return secret_key_of(
            self.save(self.touch(doc, _secret=self._new_secret(), _old_secret=old))
        )

    def forget_old(self, id: str) -> None:
        """Take a machine's old secret key no longer."""
        self.save(self.get(id) | {"_old_secret": ""})

    def of_key(self, secret: str) -> Doc | None:
        """Return the machine that a secret key is of."""
        return self.first(_secret=secret) or self.first(_old_secret=secret)

    def _new_secret(self) -> str:
        return f"ak_{self.mirror.ids.token(32)}"

    # scopes

    @route("POST /v1/machines/{machine_id}/scopes")
    def create_scope(self, machine_id: str, params: CreateScope) -> Doc:
        """Let a machine call another: tokens that it gets from now on.

        Source: https://clerk.com/docs/reference/backend-api (Create a machine scope)
        """
        doc, other = self.get(machine_id), self.get(params.to_machine_id)
        if other["id"] in doc["_scopes"]:
            raise errors.refusal(
                409,
                "machine_scope_exists",
                "Machine scope already exists",
                f"Machine {machine_id} has access to machine {other['id']} already.",
            )
        if len(doc["_scopes"]) >= MOST_SCOPES:
            raise errors.too_many("scoped_machines", MOST_SCOPES)
        self.save(self.touch(doc, _scopes=[*doc["_scopes"], other["id"]]))
        return scope(machine_id, other["id"]) | {"created_at": stamp(self.now)}

    @route("DELETE /v1/machines/{machine_id}/scopes/{other_machine_id}")
    def delete_scope(self, machine_id: str, other_machine_id: str) -> Doc:
        """Let a machine call another no longer; tokens that it has still do.

        Source: https://clerk.com/docs/reference/backend-api (Delete a machine scope)
        """
        doc = self.get(machine_id)
        if other_machine_id not in doc["_scopes"]:
            raise errors.not_found("Machine scope not found")
        left = [id for id in doc["_scopes"] if id != other_machine_id]
        self.save(self.touch(doc, _scopes=left))
        return scope(machine_id, other_machine_id) | {"deleted": True}


def scope(machine_id: str, other_id: str) -> Doc:
    """Return what is told of the access of one machine to another."""
    return {"object": "machine_scope", "from_machine_id": machine_id, "to_machine_id": other_id}


def secret_key_of(doc: Doc) -> Doc:
    """Return the secret key of a machine, as the API tells it."""
    return {"object": "machine_secret_key", "secret": doc["_secret"]}
