"""Invitations to an organization: mailed, accepted by the link in the email, revoked, expired.

Source: https://clerk.com/docs/reference/backend-api (Organization Invitations)
"""

from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.bulk import each_of
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.metadata import check_size
from mirra_mcp.local.mirrors.clerk.api.params import Paging
from mirra_mcp.local.mirrors.clerk.api.resource import ordered, page_of
from mirra_mcp.local.mirrors.clerk.organizations.browsed_invitations import BrowsedInvitations
from mirra_mcp.local.mirrors.clerk.organizations.params import (
    AllInvitations,
    CreateOrganizationInvitation,
    ListInvitations,
    ListUserInvitations,
    RevokeInvitation,
)
from mirra_mcp.wire.model import Doc

Docs = list[Doc]
Forms = list[CreateOrganizationInvitation]
DAYS, MOST = 30, 10
ORDERS = ("created_at", "email_address")


class OrganizationInvitations(BrowsedInvitations):
    """Who was invited to an organization."""

    entity, plural = "organization_invitation", "organization_invitations"
    object, prefix, title = "organization_invitation", "orginv", "invitation"
    synonyms = ("org invitation", "organization invite")
    names = ("email_address",)
    indexes = ("organization_id", "email_address", "status", "role", "_domain_id")
    moves = {"pending": {"accepted", "revoked", "expired"}}
    blank = {
        "object": "organization_invitation",
        "id": "",
        "email_address": "",
        "role": "",
        "organization_id": "",
        "inviter_id": None,
        "status": "pending",
        "public_metadata": {},
        "private_metadata": {},
        "url": None,
        "expires_at": None,
        "created_at": None,
        "updated_at": None,
        "_domain_id": None,
    }

    def missing(self, id: str) -> VendorError:
        """Say that there is no such invitation.

        Source: https://github.com/clerk/clerk-docs (data/api_errors.json,
            `OrganizationInvitationNotFound`)
        """
        return errors.refusal(
            404,
            "organization_invitation_not_found",
            "not found",
            f"No invitation found with id {id}.",
        )

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of an invitation, with who invited."""
        role = self.mirror.roles.first(key=doc["role"])
        id = doc["inviter_id"]
        inviter = None if id is None else self.mirror.users.peek(id)
        return super().view(doc) | {
            "role_name": doc["role"] if role is None else role["name"],
            "public_inviter_data": inviter and self.mirror.users.public(inviter),
        }

    def with_organization(self, doc: Doc) -> Doc:
        """Return an invitation with what the invited learn of the organization."""
        organization = self.mirror.organizations.get(doc["organization_id"])
        about = self.mirror.organizations.public(organization)
        return self.view(doc) | {"public_organization_data": about}

    @route("POST /v1/organizations/{organization_id}/invitations")
    def create(self, organization_id: str, params: CreateOrganizationInvitation) -> Doc:
        """Invite somebody by email.

        Fires: email.created unless `notify` is false, organizationInvitation.created
        Source: https://clerk.com/docs/reference/backend-api (Create and send an organization
            invitation)
        """
        return self.invite_all(organization_id, [params])[0]

    @route("POST /v1/organizations/{organization_id}/invitations/bulk")
    def create_many(self, organization_id: str, call: Call) -> Doc:
        """Invite up to ten at once: all or none.

        Fires: email.created and organizationInvitation.created of each
        Source: https://clerk.com/docs/reference/backend-api (Bulk create and send organization
            invitations)
        """
        given = each_of(self.mirror, call, CreateOrganizationInvitation, most=MOST)
        made = self.invite_all(organization_id, given)
        return {"data": made, "total_count": len(made)}

    @route("GET /v1/organizations/{organization_id}/invitations")
    def list(self, organization_id: str, params: ListInvitations) -> Doc:
        """List the invitations to an organization.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of organization
            invitations)
        """
        self.mirror.organizations.enabled(organization_id)
        found = self.find(organization_id=organization_id)
        if params.email_address is not None:
            found = [each for each in found if each["email_address"] == params.email_address]
        found = ordered(_having(found, params.status), params.order_by, ORDERS)
        return page_of(found, params, self.view)

    @route("GET /v1/organizations/{organization_id}/invitations/pending")
    def list_pending(self, organization_id: str, params: Paging) -> Doc:
        """List the invitations that can still be accepted.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of pending organization
            invitations)
        """
        self.mirror.organizations.enabled(organization_id)
        return self.counted(params, organization_id=organization_id, status="pending")

    @route("GET /v1/organization_invitations")
    def list_all(self, params: AllInvitations) -> Doc:
        """List the invitations to every organization.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of organization
            invitations for the current instance)
        """
        self.mirror.organizations.check_enabled()
        found = _having(self.find(), params.status)
        if params.query:
            text = params.query.lower()
            found = [each for each in found if text in each["email_address"]]
        found = ordered(found, params.order_by, ORDERS)
        return page_of(found, params, self.with_organization)

    @route("GET /v1/users/{user_id}/organization_invitations")
    def list_of_user(self, user_id: str, params: ListUserInvitations) -> Doc:
        """List the invitations to a user's email addresses.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve all invitations for a user)
        """
        self.mirror.organizations.check_enabled()
        user = self.mirror.users.get(user_id)
        addresses = [each["email_address"] for each in user["email_addresses"]]
        found = [each for address in addresses for each in self.find(email_address=address)]
        found.sort(key=lambda each: -each["created_at"])
        return page_of(_having(found, params.status), params, self.with_organization)

    @route("GET /v1/organizations/{organization_id}/invitations/{invitation_id}")
    def retrieve(self, organization_id: str, invitation_id: str) -> Doc:
        """Return one invitation.

        Source: https://clerk.com/docs/reference/backend-api (Retrieve an organization invitation
            by ID)
        """
        return self.view(self._of(organization_id, invitation_id))

    @route("POST /v1/organizations/{organization_id}/invitations/{invitation_id}/revoke")
    def revoke(self, organization_id: str, invitation_id: str, params: RevokeInvitation) -> Doc:
        """Take a pending invitation back.

        Fires: organizationInvitation.revoked
        Source: https://clerk.com/docs/reference/backend-api (Revoke a pending organization
            invitation)
        """
        doc = self._of(organization_id, invitation_id)
        if params.requesting_user_id:
            members = self.mirror.organization_memberships
            members.check_manages(organization_id, params.requesting_user_id)
        if doc["status"] != "pending":
            raise errors.refusal(
                404,
                "organization_invitation_not_pending",
                "not pending",
                "The organization invitation is not in the 'pending' status.",
            )
        self.mirror.cancel_timers("organization_invitations.expire", id=doc["id"])
        event = "organizationInvitation.revoked"
        return self.view(self.move(self.touch(doc), "revoked", event=event))

    # what becomes of it

    def invited(self, id: str) -> Doc:
        """Return who a ticket invites to sign up.

        Raises:
            VendorError: it was used or revoked, its time is over, or there is an account already.
        """
        doc = self._usable(id)
        if self.mirror.email_addresses.owner(doc["email_address"]) is not None:
            raise errors.refusal(
                400,
                "organization_invitation_identification_already_exists",
                "email address already exists",
                "The email address in this invitation already exists. If it belongs to you, try "
                "signing in instead.",
            )
        return {"id": id, "email_address": doc["email_address"], "public_metadata": {}}

    def accept(self, id: str, user: Doc | None = None) -> Doc:
        """Let the invited, who just signed up or has an account, be a member.

        Fires: organizationInvitation.accepted, organizationMembership.created
        Raises:
            VendorError: it was used or revoked, its time is over, or nobody has that address.
        """
        doc = self._usable(id)
        user = user or self.mirror.email_addresses.owner(doc["email_address"])
        if user is None:
            raise errors.refusal(
                400,
                "organization_invitation_identification_not_exist",
                "identification not found",
                "User not found. If you don't have an account, sign up first to accept this "
                "invitation.",
            )
        self.mirror.cancel_timers("organization_invitations.expire", id=id)
        event = "organizationInvitation.accepted"
        doc = self.move(self.touch(doc), "accepted", event=event, user_id=user["id"])
        members = self.mirror.organization_memberships
        if members.between(doc["organization_id"], user["id"]) is None:
            organization = self.mirror.organizations.get(doc["organization_id"])
            metadata = {name: doc[name] for name in ("public_metadata", "private_metadata")}
            members.join(organization, user, doc["role"], **metadata)
        return doc | {"user_id": user["id"], "_organization_id": doc["organization_id"]}

    def expire(self, id: str) -> None:
        """Let an invitation be over: its time has come."""
        self.move(self.touch(self.get(id)), "expired")

    def forget(self, organization_id: str) -> None:
        """Drop the invitations to an organization that is being deleted."""
        for doc in self.find(organization_id=organization_id):
            self.mirror.cancel_timers("organization_invitations.expire", id=doc["id"])
            self.drop(doc)

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook: the invitation with its organization.

        Source: https://github.com/clerk/openapi-specs (webhooks, organizationInvitation.created)
        """
        return self.with_organization(doc) | extra

    def _of(self, organization_id: str, id: str) -> Doc:
        self.mirror.organizations.enabled(organization_id)
        doc = self.get(id)
        if doc["organization_id"] != organization_id:
            raise self.missing(id)
        return doc

    def _usable(self, id: str) -> Doc:
        doc = self.peek(id)
        if doc is None:
            raise errors.refusal(
                400,
                "organization_invitation_to_deleted_organization",
                "organization invitation to deleted organization",
                "This invitation refers to an organization that has been deleted.",
            )
        if doc["status"] == "revoked":
            raise errors.refusal(
                400,
                "organization_invitation_revoked_code",
                "invitation has been revoked",
                "This invitation has been revoked and cannot be used anymore.",
            )
        if doc["status"] == "accepted":
            raise errors.refusal(
                400,
                "organization_invitation_already_accepted",
                "invitation has already been accepted",
                "This invitation has already been accepted. Sign in instead.",
            )
        if doc["status"] == "expired":
            raise errors.expired_ticket()
        return doc

    def invite_all(self, organization_id: str, given: Forms) -> Docs:
        """Make invitations, after every one of them was checked."""
        organization = self.mirror.organizations.enabled(organization_id)
        emails = [self._checked(organization, params) for params in given]
        if len(set(emails)) < len(emails):
            raise not_unique()
        self.mirror.organizations.check_room(organization, len(given))
        pairs = zip(emails, given, strict=True)
        return [self.view(self._send(organization, email, params)) for email, params in pairs]

    def _checked(self, organization: Doc, params: CreateOrganizationInvitation) -> str:
        """Return the address that is invited, after everything about it was checked."""
        email = self.mirror.email_addresses.normal(params.email_address)
        self.mirror.role_sets.role_of(organization, params.role)
        members = self.mirror.organization_memberships
        if params.inviter_user_id:
            members.check_manages(organization["id"], params.inviter_user_id)
        check_size(params.model_dump(exclude_none=True))
        user = self.mirror.email_addresses.owner(email)
        if user is not None and members.between(organization["id"], user["id"]) is not None:
            raise errors.refusal(
                400,
                "already_a_member_in_organization",
                "already a member",
                f"{email} is already a member of the organization.",
            )
        pending = self.find(email_address=email, status="pending")
        if any(each["organization_id"] == organization["id"] for each in pending):
            raise not_unique()
        return email

    def invite_for(
        self, domain: Doc, organization: Doc, email: str, params: CreateOrganizationInvitation
    ) -> None:
        """Invite somebody for the domain of an address, who isn't invited yet.

        Fires: email.created, organizationInvitation.created
        """
        pending = self.find(email_address=email, status="pending")
        if all(each["organization_id"] != organization["id"] for each in pending):
            self._send(organization, email, params, _domain_id=domain["id"])

    def _send(
        self, organization: Doc, email: str, params: CreateOrganizationInvitation, **more: Any
    ) -> Doc:
        lifetime = timedelta(days=params.expires_in_days or DAYS)
        doc = self.new(
            email_address=email,
            role=params.role,
            organization_id=organization["id"],
            inviter_id=params.inviter_user_id,
            public_metadata=params.public_metadata or {},
            private_metadata=params.private_metadata or {},
            expires_at=stamp(self.now + lifetime),
            **more,
        )
        _, doc["url"] = self.mirror.ticket(
            self.entity, doc["id"], self.now + lifetime, params.redirect_url
        )
        if params.notify is not False:
            self.mirror.sent_emails.send(
                "organization_invitation",
                email,
                f"You have been invited to join {organization['name']}",
                f"Accept the invitation to join {organization['name']}: {doc['url']}",
                data={"action_url": doc["url"], "org": {"name": organization["name"]}},
            )
        self.mirror.after(lifetime, "organization_invitations.expire", id=doc["id"])
        return self.save(doc, event="organizationInvitation.created")


def _having(docs: Docs, statuses: list[Any] | None) -> Docs:
    return [each for each in docs if each["status"] in statuses] if statuses else docs


def not_unique() -> VendorError:
    """Say that somebody is invited already.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json,
        `OrganizationInvitationNotUnique`)
    """
    return errors.refusal(
        400,
        "organization_invitation_not_unique",
        "organization invitation not unique",
        "Organizations cannot have duplicate pending invitations for an email address.",
    )
