"""Email addresses of users.

Source: https://clerk.com/docs/reference/backend-api (Email Addresses)
"""

from email_validator import EmailNotValidError, validate_email

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.users.own_identifiers import OwnIdentifiers
from mirra_mcp.local.mirrors.clerk.users.params import (
    AddMyEmailAddress,
    AttemptMine,
    AttemptVerification,
    CreateEmailAddress,
    PrepareMyEmailAddress,
    ReplaceEmailAddress,
    UpdateEmailAddress,
)
from mirra_mcp.local.mirrors.clerk.users.verification import BY_ADMIN, is_verified
from mirra_mcp.wire.model import Doc


class EmailAddresses(OwnIdentifiers):
    """The addresses by which users are known."""

    entity, plural = "email_address", "email_addresses"
    object = kind = "email_address"
    title = "email address"
    taken_words = "That email address"
    strategy = "email_code"
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
        "_code": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows, with whether its domain has an enterprise connection."""
        found = self.mirror.enterprise_connections.for_email(doc["email_address"])
        return super().view(doc) | {"matches_sso_connection": found is not None}

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

    def enroll(self, doc: Doc) -> None:
        """Invite the user of a verified address to the organization that has its domain.

        Source: https://clerk.com/docs/guides/organizations/add-members/verified-domains
        """
        user = self.mirror.users.peek(doc["user_id"])
        if user is not None and is_verified(doc):
            self.mirror.organization_suggestions.enroll(user, doc["email_address"])

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
        self.enroll(doc)
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
        if params.verified:
            self.enroll(doc)
        return self.view(doc)

    @route("DELETE /v1/email_addresses/{email_address_id}")
    def delete(self, email_address_id: str) -> Doc:
        """Take an address off its user.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Delete an email address)
        """
        return self.removed(email_address_id)

    @route("POST /v1/email_addresses/{email_address_id}/prepare_verification")
    def prepare_verification(self, email_address_id: str) -> Doc:
        """Send a code.

        Source: https://clerk.com/docs/reference/backend-api (Prepare verification)
        """
        return self.prepared(email_address_id)

    @route("POST /v1/email_addresses/{email_address_id}/attempt_verification")
    def attempt_verification(self, email_address_id: str, params: AttemptVerification) -> Doc:
        """Try a code.

        Source: https://clerk.com/docs/reference/backend-api (Attempt verification)
        """
        return self.attempted(email_address_id, params)

    @route("PUT /v1/users/{user_id}/email_address")
    def replace(self, user_id: str, params: ReplaceEmailAddress) -> Doc:
        """Let this be the only one of a user.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Replace a user's email address)
        """
        before = self.mirror.users.get(user_id)["primary_email_address_id"]
        if params.notify_primary_email_address_changed and before is not None:
            self.tell_change(before, params.email_address)
        return self.view(self.replaced(user_id, params.email_address, params.identification_status))

    # what users do in a browser

    @route("GET /v1/me/email_addresses")
    def list_mine(self, call: Call) -> Answer:
        """List the calling user's addresses.

        Source: https://clerk.com/docs/reference/frontend-api (Get all email addresses)
        """
        return self.list_own(call)

    @route("POST /v1/me/email_addresses")
    def create_mine(self, params: AddMyEmailAddress, call: Call) -> Answer:
        """Give the calling user another address, which it has to verify.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Add an email address)
        """
        return self.add_own(params.email_address, call)

    @route("GET /v1/me/email_addresses/{email_id}")
    def show_mine(self, email_id: str, call: Call) -> Answer:
        """Return one of the calling user's addresses.

        Source: https://clerk.com/docs/reference/frontend-api (Get an email address)
        """
        return self.answered(call, self.own(email_id, call))

    @route("DELETE /v1/me/email_addresses/{email_id}")
    def delete_mine(self, email_id: str, call: Call) -> Answer:
        """Take an address off the calling user.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Delete an email address)
        """
        return self.delete_own(email_id, call)

    @route("POST /v1/me/email_addresses/{email_id}/prepare_verification")
    def prepare_mine(self, email_id: str, params: PrepareMyEmailAddress, call: Call) -> Answer:
        """Send a code, or a link, to one of the calling user's addresses.

        Fires: email.created
        Source: https://clerk.com/docs/reference/frontend-api (Prepare email address verification)
        """
        if params.strategy == "email_link" and params.redirect_url is None:
            raise errors.missing("redirect_url")
        return self.prepare_own(email_id, call, params.strategy, params.redirect_url)

    @route("POST /v1/me/email_addresses/{email_id}/attempt_verification")
    def attempt_mine(self, email_id: str, params: AttemptMine, call: Call) -> Answer:
        """Try a code.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Attempt email address verification)
        """
        return self.attempt_own(email_id, params.code, call)

    def tell_change(self, before: str, after: str) -> None:
        """Write to the former primary address that there is another now.

        Fires: email.created
        """
        old = self.get(before)
        new = self.peek(after)
        text = (
            f"Your primary email address was changed to {new['email_address'] if new else after}."
        )
        self.mirror.sent_emails.send(
            "primary_email_address_changed",
            old["email_address"],
            "Your primary email address was changed",
            text,
            user_id=old["user_id"],
            email_address_id=before,
        )
