"""Email addresses of users.

Source: https://clerk.com/docs/reference/backend-api (Email Addresses)
"""

from email_validator import EmailNotValidError, validate_email

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.users.identifiers import Identifiers
from mirra_mcp.local.mirrors.clerk.users.params import CreateEmailAddress, UpdateEmailAddress
from mirra_mcp.local.mirrors.clerk.users.verification import BY_ADMIN
from mirra_mcp.wire.model import Doc


class EmailAddresses(Identifiers):
    """The addresses by which users are known."""

    entity, plural = "email_address", "email_addresses"
    object = kind = "email_address"
    title = "email address"
    taken_words = "That email address"
    names = ("email_address",)
    blank = {
        "id": "",
        "object": "email_address",
        "email_address": "",
        "user_id": None,
        "reserved": False,
        "verification": None,
        "linked_to": [],
        "matches_sso_connection": False,
        "created_at": None,
        "updated_at": None,
        "_value": "",
    }

    def normal(self, value: str) -> str:
        """Return an address in lower case.

        Raises:
            VendorError: it can't be one.
        """
        try:
            validate_email(value, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise errors.invalid_email() from None
        return value.strip().lower()

    @route("POST /v1/email_addresses")
    def create(self, params: CreateEmailAddress) -> Doc:
        """Give a user another address.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Create an email address)
        """
        user = self.mirror.users.peek(params.user_id)
        if user is None:
            raise errors.resource_missing("user_id")
        value = self.checked(params.email_address)
        if params.primary and not params.verified:
            raise errors.unverified("primary")
        before = user["primary_email_address_id"]
        doc = self.add(user["id"], value, status="verified" if params.verified else "unverified")
        fields = self.primary_fields(doc, primary=params.primary)
        if params.notify_primary_email_address_changed and fields and before:
            self.tell_change(before, doc["id"])
        self.mirror.users.refresh(user["id"], **fields)
        return self.view(doc)

    @route("GET /v1/email_addresses/{email_address_id}")
    def retrieve(self, email_address_id: str) -> Doc:
        """Return one address.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve an email address)
        """
        return self.view(self.get(email_address_id))

    @route("PATCH /v1/email_addresses/{email_address_id}")
    def update(self, email_address_id: str, params: UpdateEmailAddress) -> Doc:
        """Say that an address is verified, or the primary one.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Update an email address)
        """
        doc = self.touch(self.get(email_address_id))
        if params.verified is not None:
            doc["verification"] = dict(BY_ADMIN) if params.verified else None
        fields = self.primary_fields(doc, primary=params.primary)
        before = self.mirror.users.get(doc["user_id"])["primary_email_address_id"]
        self.save(doc)
        if params.notify_primary_email_address_changed and fields and before:
            self.tell_change(before, doc["id"])
        self.mirror.users.refresh(doc["user_id"], **fields)
        return self.view(doc)

    @route("DELETE /v1/email_addresses/{email_address_id}")
    def delete(self, email_address_id: str) -> Doc:
        """Take an address off its user.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Delete an email address)
        """
        doc = self.get(email_address_id)
        fields = self.without(doc)
        self.drop(doc)
        self.mirror.users.refresh(doc["user_id"], **fields)
        return self.gone(doc)

    def tell_change(self, before: str, after: str) -> None:
        """Write to the former primary address that there is another now."""
