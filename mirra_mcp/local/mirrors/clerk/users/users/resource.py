"""Users: created, found, changed and deleted.

Source: https://clerk.com/docs/reference/backend-api (Users)
"""

import re
from typing import Any

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.clerk.api import errors, versions
from mirra_mcp.local.mirrors.clerk.api.dates import given, stamp
from mirra_mcp.local.mirrors.clerk.api.metadata import FIELDS, check_size
from mirra_mcp.local.mirrors.clerk.api.params import as_list
from mirra_mcp.local.mirrors.clerk.users.users import filters
from mirra_mcp.local.mirrors.clerk.users.users.access import LOCKOUT, Access
from mirra_mcp.local.mirrors.clerk.users.users.connections import Connections
from mirra_mcp.local.mirrors.clerk.users.users.factors import Factors, missing_data
from mirra_mcp.local.mirrors.clerk.users.users.metadata import UserMetadata
from mirra_mcp.local.mirrors.clerk.users.users.my_factors import MyFactors
from mirra_mcp.local.mirrors.clerk.users.users.params import (
    CreateUser,
    Credentials,
    ListUsers,
    UpdateUser,
    UserFilter,
)
from mirra_mcp.local.mirrors.clerk.users.verification import is_verified
from mirra_mcp.wire.model import Doc

Docs = list[Doc]
Values = list[str]
USERNAME = re.compile(r"[A-Za-z0-9_-]+")
SHORTEST, LONGEST = 4, 64
"""Source: https://clerk.com/docs/guides/configure/auth-strategies/sign-up-sign-in-options"""
PLAIN = (
    "external_id",
    "first_name",
    "last_name",
    "locale",
    "username",
    "delete_self_enabled",
    "create_organization_enabled",
    "create_organizations_limit",
    "bypass_client_trust",
    *FIELDS,
)
"""What is kept as it is given."""
PRIMARIES = {
    "primary_email_address_id": "email_addresses",
    "primary_phone_number_id": "phone_numbers",
}
NEVER_NULL = {"delete_self_enabled", "create_organization_enabled", "bypass_client_trust", *FIELDS}


class Users(Access, Connections, Factors, UserMetadata, MyFactors):
    """The people of an instance."""

    @route("POST /v1/users")
    def create(self, params: CreateUser) -> Doc:
        """Make a user whose email addresses and phone numbers are verified.

        Fires: user.created
        Source: https://clerk.com/docs/reference/backend-api (Create a new user)
        """
        self._check_requirements(params)
        fields = self._plain(params)
        emails = self._identifiers(params.email_address, "email_address")
        phones = self._identifiers(params.phone_number, "phone_number")
        statuses = (
            _statuses(params, "email_address_identification_status", emails),
            _statuses(params, "phone_number_identification_status", phones),
        )
        if params.web3_wallet:
            raise errors.not_implemented("Web3 wallets are not mirrored.")
        self.check_credentials(params)
        self._check_taken(params, None)
        user = self.new(**fields)
        user |= self.credentials(user, params)
        user["image_url"] = user["profile_image_url"] = self.picture(
            user["id"], user["first_name"], user["last_name"]
        )
        if params.created_at is not None:
            user["created_at"] = given(params.created_at, "created_at")
        return self.view(self.admit(user, params, emails, phones, statuses))

    def admit(
        self,
        user: Doc,
        params: CreateUser,
        emails: Values,
        phones: Values,
        statuses: tuple[Values, Values],
        linked_to: Docs | None = None,
    ) -> Doc:
        """Save a new user with its identifiers, the first of each kind the primary one."""
        self.mirror.keep_identity()
        email_docs = [
            self.mirror.email_addresses.add(
                user["id"], email, status=status, linked_to=linked_to or []
            )
            for email, status in zip(emails, statuses[0], strict=True)
        ]
        phone_docs = [
            self.mirror.phone_numbers.add(user["id"], phone, status=status)
            for phone, status in zip(phones, statuses[1], strict=True)
        ]
        if email_docs:
            user["primary_email_address_id"] = email_docs[0]["id"]
        if phone_docs:
            user["primary_phone_number_id"] = phone_docs[0]["id"]
        user["email_addresses"] = self.mirror.email_addresses.of(user["id"])
        user["phone_numbers"] = self.mirror.phone_numbers.of(user["id"])
        user["banned"] = bool(params.banned)
        if params.locked:
            user |= {"locked": True, "_locked_until": stamp(self.now + LOCKOUT)}
            self.mirror.after(LOCKOUT, "users.expire_lock", id=user["id"])
        user = self.save(user, event="user.created")
        self.mirror.billing_subscriptions.begin("user", user["id"])
        for doc in email_docs:
            self.mirror.email_addresses.enroll(doc)
        return user

    def signed_up(self, attempt: Doc, *, id: str = "", linked_to: Docs | None = None) -> Doc:
        """Make the user of a completed sign-up; by an enterprise account, its address is linked.

        Fires: user.created
        """
        given = {
            name: attempt[name]
            for name in ("username", "first_name", "last_name", "external_id", "unsafe_metadata",
                         "public_metadata", "legal_accepted_at", "locale")
        }  # fmt: skip
        user = self.new(id=id, **given)
        if attempt["_password"] is not None:
            user |= self.credentials(user, CreateUser(password=attempt["_password"]))
        user["image_url"] = user["profile_image_url"] = self.picture(
            user["id"], user["first_name"], user["last_name"]
        )
        emails = [attempt["email_address"]] if attempt["email_address"] else []
        phones = [attempt["phone_number"]] if attempt["phone_number"] else []
        statuses = (["verified"] * len(emails), ["verified"] * len(phones))
        return self.admit(user, CreateUser(), emails, phones, statuses, linked_to or [])

    @route("GET /v1/users")
    def list(self, params: ListUsers) -> Any:
        """List users, newest first unless another order is asked for.

        Source: https://clerk.com/docs/reference/backend-api (List all users)
        """
        by_creation = params.order_by.lstrip("+-") == "created_at"
        downward = params.order_by == "-created_at"
        if params.starting_after is not None:
            if not by_creation:
                raise errors.not_with("order_by", "starting_after")
            if params.offset:
                raise errors.not_with("offset", "starting_after")
        picked = filters.chosen(self.mirror, params)
        if picked is None and by_creation and params.starting_after is not None:
            try:
                page = self.page(
                    limit=params.limit, after=params.starting_after, newest_first=downward
                )
            except LookupError:
                raise errors.resource_missing("starting_after") from None
            return [self.view(user) for user in page.docs]
        if picked is None and by_creation:
            end = params.offset + params.limit
            users = self.find(limit=end, newest_first=downward)
            return [self.view(user) for user in users[params.offset :]]
        users = self.find(newest_first=False) if picked is None else picked
        users = filters.ordered(users, params.order_by)
        start = params.offset
        if params.starting_after is not None:
            ids = [user["id"] for user in users]
            if params.starting_after not in ids:
                raise errors.resource_missing("starting_after")
            start = ids.index(params.starting_after) + 1
        return [self.view(user) for user in users[start : start + params.limit]]

    @route("GET /v1/users/count")
    def tally(self, params: UserFilter) -> Doc:
        """Count the users that a filter means.

        Source: https://clerk.com/docs/reference/backend-api (Count users)
        """
        picked = filters.chosen(self.mirror, params)
        count = self.count() if picked is None else len(picked)
        return {"object": "total_count", "total_count": count}

    @route("GET /v1/users/{user_id}")
    def retrieve(self, user_id: str) -> Doc:
        """Return one user.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve a user)
        """
        return self.view(self.get(user_id))

    @route("PATCH /v1/users/{user_id}")
    def update(self, user_id: str, params: UpdateUser, call: Call) -> Doc:
        """Change a user.

        Fires: user.updated
        Source: https://clerk.com/docs/reference/backend-api (Update a user)
        """
        user = self.get(user_id)
        if self.mirror.asked_version >= versions.METADATA_APART:
            for name in FIELDS:
                if name in params.model_fields_set:
                    raise errors.unknown(name)
        fields = self.given_fields(user, params)
        self.check_credentials(params)
        for name in ("skip_password_checks", "sign_out_of_other_sessions"):
            if getattr(params, name) and params.password is None:
                raise errors.needed_with("password", name)
        if params.primary_web3_wallet_id is not None:
            raise errors.resource_missing("primary_web3_wallet_id")
        if params.profile_image_id is not None:
            raise errors.not_implemented(
                "Images are set by POST /v1/users/{user_id}/profile_image."
            )
        fields |= self.credentials(user, params)
        if params.created_at is not None:
            fields["created_at"] = given(params.created_at, "created_at")
        before = user["primary_email_address_id"]
        if params.sign_out_of_other_sessions:
            self.mirror.sessions.revoke_all(user_id)
            user = self.get(user_id)
        after = fields.get("primary_email_address_id")
        if params.notify_primary_email_address_changed and before and after:
            self.mirror.email_addresses.tell_change(before, after)
        return self.view(self.change(user, **fields))

    @route("DELETE /v1/users/{user_id}")
    def delete(self, user_id: str) -> Doc:
        """Delete a user with its sessions, email addresses and phone numbers.

        Fires: user.deleted
        Source: https://clerk.com/docs/reference/backend-api (Delete a user)
        """
        user = self.get(user_id)
        self.mirror.sessions.forget(user_id)
        self.mirror.email_addresses.forget(user_id)
        self.mirror.phone_numbers.forget(user_id)
        self.mirror.enterprise_accounts.forget(user_id=user_id)
        self.mirror.oauth_grants.forget(user_id=user_id)
        self.mirror.organization_suggestions.forget(user_id=user_id)
        self.mirror.organization_memberships.forget(user_id=user_id)
        self.mirror.billing_subscriptions.forget("user", user_id)
        self.mirror.cancel_timers("users.expire_lock", id=user_id)
        self.drop(user, event="user.deleted")
        return self.gone(user)

    def chosen(self, given: Doc, order_by: str) -> Docs:
        """List the users that a filter means, in an order: whose memberships are listed."""
        asked = {name: as_list(value) for name, value in given.items()}
        picked = filters.chosen(self.mirror, UserFilter.model_validate(asked))
        users = self.find(newest_first=False) if picked is None else picked
        return filters.ordered(users, order_by)

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook: the user, or that it is gone.

        Source: https://github.com/clerk/openapi-specs (webhooks, user.deleted)
        """
        if event != "user.deleted":
            return super().event_data(event, doc, **extra)
        told = {"external_id": doc["external_id"]} if doc["external_id"] else {}
        return self.gone(doc, **told)

    def _check_requirements(self, params: CreateUser) -> None:
        """Refuse a user without what the instance asks of each."""
        settings = self.mirror.instance.settings()
        absent = []
        if not params.skip_user_requirement:
            kinds = ("email_address", "phone_number", "username")
            absent = [
                kind for kind in kinds if settings[f"requires_{kind}"] and not getattr(params, kind)
            ]
        has_password = params.password is not None or params.password_digest is not None
        if settings["requires_password"] and not (has_password or params.skip_password_requirement):
            absent.append("password")
        if absent:
            raise missing_data(*absent)

    # what creating and updating have in common

    def _plain(self, params: Credentials) -> Doc:
        """Return the fields that are kept as they are given.

        Raises:
            VendorError: one of them can't be kept.
        """
        said = params.model_fields_set
        fields: Doc = {
            name: getattr(params, name)
            for name in PLAIN
            if name in said and not (name in NEVER_NULL and getattr(params, name) is None)
        }
        if fields.get("username") == "":
            fields["username"] = None
        if fields.get("username") is not None:
            _check_username(fields["username"])
        if params.legal_accepted_at is not None:
            fields["legal_accepted_at"] = given(params.legal_accepted_at, "legal_accepted_at")
        check_size(fields)
        return fields

    def given_fields(self, user: Doc, params: UpdateUser) -> Doc:
        """Return the fields that an update changes: names, metadata, primary identifiers."""
        fields = self._plain(params)
        self._check_taken(params, user["id"])
        return fields | self._primaries(user, params)

    def _check_taken(self, params: Credentials, user_id: str | None) -> None:
        """Refuse a username or an external id that another user has."""
        for name, what in (("username", "This username"), ("external_id", "That external id")):
            value = getattr(params, name)
            if not value:
                continue
            others = [each for each in self.find(**{name: value}) if each["id"] != user_id]
            if others:
                raise errors.taken(name, what)

    def _identifiers(self, values: Values | None, kind: str) -> Values:
        """Return the identifiers of a new user, each checked."""
        emails, phones = self.mirror.email_addresses, self.mirror.phone_numbers
        check = emails.checked if kind == "email_address" else phones.checked
        return [check(value) for value in dict.fromkeys(values or ())]

    def _primaries(self, user: Doc, params: UpdateUser) -> Doc:
        """Return which identifiers become the primary ones.

        Raises:
            VendorError: one isn't the user's, or isn't verified.
        """
        fields: Doc = {}
        for kind, plural in (
            ("email_address", "email_addresses"),
            ("phone_number", "phone_numbers"),
        ):
            name = f"primary_{kind}_id"
            id = getattr(params, name)
            if id is None:
                continue
            found = next((each for each in user[plural] if each["id"] == id), None)
            if found is None:
                raise errors.resource_missing(name)
            if not is_verified(found):
                raise errors.unverified(name)
            fields[name] = id
        return fields


def _check_username(name: str) -> None:
    """Refuse a username that can't be one."""
    if not SHORTEST <= len(name) <= LONGEST:
        raise errors.refusal(
            422,
            "form_username_invalid_length",
            f"Username must be between {SHORTEST} and {LONGEST} characters long.",
            param_name="username",
        )
    if name.isdecimal():
        raise errors.refusal(
            422,
            "form_username_needs_non_number_char",
            "Username must contain one non-number character.",
            param_name="username",
        )
    if not USERNAME.fullmatch(name):
        raise errors.refusal(
            422,
            "form_username_invalid_character",
            "Username can only contain letters, numbers and '_' or '-'.",
            param_name="username",
        )


def _statuses(params: CreateUser, name: str, values: list[str]) -> list[str]:
    """Return with which status each identifier is created.

    Raises:
        VendorError: there is not exactly one status for each.
    """
    found = getattr(params, name)
    if not found:
        return ["verified"] * len(values)
    if len(found) != len(values):
        raise errors.refusal(
            422,
            "form_param_array_length_mismatch",
            "length mismatch",
            f"{name} must contain exactly one item for each item in "
            f"{name.removesuffix('_identification_status')}.",
            param_name=name,
        )
    return [str(each) for each in found]
