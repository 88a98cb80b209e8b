"""Phone numbers of users.

Source: https://clerk.com/docs/reference/backend-api (Phone Numbers)
"""

import re

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.users.own_identifiers import OwnIdentifiers
from mirra_mcp.local.mirrors.clerk.users.params import (
    AddMyPhoneNumber,
    AttemptMine,
    AttemptVerification,
    CreatePhoneNumber,
    PrepareMyPhoneNumber,
    ReplacePhoneNumber,
    UpdateMyPhoneNumber,
    UpdatePhoneNumber,
)
from mirra_mcp.local.mirrors.clerk.users.verification import BY_ADMIN, is_verified
from mirra_mcp.wire.model import Doc

E164 = re.compile(r"\+[1-9]\d{6,14}")
NOT_DIGITS = re.compile(r"[\s().-]")


class PhoneNumbers(OwnIdentifiers):
    """The numbers by which users are known, and that codes are sent to."""

    entity, plural = "phone_number", "phone_numbers"
    object = kind = "phone_number"
    title = "phone number"
    taken_words = "That phone number"
    strategy = "phone_code"
    names = ("phone_number",)
    blank = {
        "id": "",
        "object": "phone_number",
        "phone_number": "",
        "user_id": None,
        "reserved_for_second_factor": False,
        "default_second_factor": False,
        "reserved": False,
        "verification": None,
        "linked_to": [],
        "backup_codes": None,
        "created_at": None,
        "updated_at": None,
        "_value": "",
        "_code": None,
    }

    def normal(self, value: str) -> str:
        """Return a number in E.164.

        Raises:
            VendorError: it can't be one.
        """
        number = NOT_DIGITS.sub("", value)
        if not E164.fullmatch(number):
            raise errors.invalid_phone()
        return number

    @route("POST /v1/phone_numbers")
    def create(self, params: CreatePhoneNumber) -> Doc:
        """Give a user another number.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Create a phone number)
        """
        user = self.mirror.users.peek(params.user_id)
        if user is None:
            raise errors.resource_missing("user_id")
        value = self.checked(params.phone_number)
        for name in ("primary", "reserved_for_second_factor"):
            if getattr(params, name) and not params.verified:
                raise errors.unverified(name)
        status = "verified" if params.verified else "unverified"
        factor = self.factor_fields(user["id"], reserved=bool(params.reserved_for_second_factor))
        doc = self.add(user["id"], value, status=status, **factor)
        self.mirror.users.refresh(user["id"], **self.primary_fields(doc, primary=params.primary))
        return self.view(doc)

    @route("GET /v1/phone_numbers/{phone_number_id}")
    def retrieve(self, phone_number_id: str) -> Doc:
        """Return one number.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a phone number)
        """
        return self.view(self.get(phone_number_id))

    @route("PATCH /v1/phone_numbers/{phone_number_id}")
    def update(self, phone_number_id: str, params: UpdatePhoneNumber) -> Doc:
        """Say that a number is verified, the primary one, or for second factors.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Update a phone number)
        """
        doc = self.touch(self.get(phone_number_id))
        if params.verified is not None:
            doc["verification"] = dict(BY_ADMIN) if params.verified else None
        if params.reserved_for_second_factor is not None:
            if params.reserved_for_second_factor and not is_verified(doc):
                raise errors.unverified("reserved_for_second_factor")
            doc |= self.factor_fields(doc["user_id"], reserved=params.reserved_for_second_factor)
        fields = self.primary_fields(doc, primary=params.primary)
        self.save(doc)
        self.mirror.users.refresh(doc["user_id"], **fields)
        return self.view(doc)

    @route("DELETE /v1/phone_numbers/{phone_number_id}")
    def delete(self, phone_number_id: str) -> Doc:
        """Take a number off its user.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Delete a phone number)
        """
        return self.removed(phone_number_id)

    @route("POST /v1/phone_numbers/{phone_number_id}/prepare_verification")
    def prepare_verification(self, phone_number_id: str) -> Doc:
        """Send a code.

        Source: https://clerk.com/docs/reference/backend-api (Prepare verification)
        """
        return self.prepared(phone_number_id)

    @route("POST /v1/phone_numbers/{phone_number_id}/attempt_verification")
    def attempt_verification(self, phone_number_id: str, params: AttemptVerification) -> Doc:
        """Try a code.

        Source: https://clerk.com/docs/reference/backend-api (Attempt verification)
        """
        return self.attempted(phone_number_id, params)

    @route("PUT /v1/users/{user_id}/phone_number")
    def replace(self, user_id: str, params: ReplacePhoneNumber) -> Doc:
        """Let this be the only one of a user.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Replace a user's phone number)
        """
        return self.view(self.replaced(user_id, params.phone_number, params.identification_status))

    # what users do in a browser

    @route("GET /v1/me/phone_numbers")
    def list_mine(self, call: Call) -> Answer:
        """List the calling user's numbers.

        Source: https://clerk.com/docs/reference/frontend-api (Get all phone numbers)
        """
        return self.list_own(call)

    @route("POST /v1/me/phone_numbers")
    def create_mine(self, params: AddMyPhoneNumber, call: Call) -> Answer:
        """Give the calling user another number, which it has to verify.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Add a phone number)
        """
        if params.reserved_for_second_factor:
            raise errors.refusal(
                400,
                "identification_create_second_factor_unverified",
                "Create failed",
                "Unverified identifications cannot be a second factor",
            )
        return self.add_own(params.phone_number, call)

    @route("GET /v1/me/phone_numbers/{phone_number_id}")
    def show_mine(self, phone_number_id: str, call: Call) -> Answer:
        """Return one of the calling user's numbers.

        Source: https://clerk.com/docs/reference/frontend-api (Get a phone number)
        """
        return self.answered(call, self.own(phone_number_id, call))

    @route("PATCH /v1/me/phone_numbers/{phone_number_id}")
    def update_mine(self, phone_number_id: str, params: UpdateMyPhoneNumber, call: Call) -> Answer:
        """Let codes to a number be a second factor, maybe the default one, or not any more.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Update a phone number)
        """
        doc = self.own(phone_number_id, call)
        if not is_verified(doc):
            raise errors.refusal(
                400,
                "identification_update_second_factor_unverified",
                "Update failed",
                "Cannot update second factor attributes for unverified identification",
            )
        reserved = params.reserved_for_second_factor
        fields: Doc = {}
        if reserved is not None:
            fields = self.factor_fields(doc["user_id"], reserved=reserved)
        if params.default_second_factor is False:
            raise errors.refusal(
                422,
                "form_disable_default_second_factor_not_allowed",
                "The default second factor method can only be changed by assigning another method "
                "as the default.",
                param_name="default_second_factor",
            )
        if params.default_second_factor:
            fields["default_second_factor"] = True
            for each in self.find(user_id=doc["user_id"]):
                if each["default_second_factor"] and each["id"] != doc["id"]:
                    self.save(self.touch(each, default_second_factor=False))
        doc = self.save(self.touch(doc, **fields))
        self.mirror.users.second_factors_changed(doc["user_id"])
        return self.answered(call, doc)

    @route("DELETE /v1/me/phone_numbers/{phone_number_id}")
    def delete_mine(self, phone_number_id: str, call: Call) -> Answer:
        """Take a number off the calling user.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Delete a phone number)
        """
        return self.delete_own(phone_number_id, call)

    @route("POST /v1/me/phone_numbers/{phone_number_id}/prepare_verification")
    def prepare_mine(
        self, phone_number_id: str, params: PrepareMyPhoneNumber, call: Call
    ) -> Answer:
        """Text a code to one of the calling user's numbers.

        Fires: sms.created
        Source: https://clerk.com/docs/reference/frontend-api (Prepare phone number verification)
        """
        return self.prepare_own(phone_number_id, call, params.strategy, None)

    @route("POST /v1/me/phone_numbers/{phone_number_id}/attempt_verification")
    def attempt_mine(self, phone_number_id: str, params: AttemptMine, call: Call) -> Answer:
        """Try a code.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/frontend-api (Attempt phone number verification)
        """
        return self.attempt_own(phone_number_id, params.code, call)

    def factor_fields(self, user_id: str, *, reserved: bool) -> Doc:
        """Return what makes a number a second factor: the default one, if it is the first."""
        others = [each for each in self.find(user_id=user_id) if each["default_second_factor"]]
        return {
            "reserved_for_second_factor": reserved,
            "default_second_factor": reserved and not others,
        }

    def stop_second_factor(self, user_id: str) -> None:
        """Let no number of a user be a second factor any more."""
        for doc in self.find(user_id=user_id):
            if doc["reserved_for_second_factor"]:
                self.save(self.touch(doc, **self.factor_fields(user_id, reserved=False)))
