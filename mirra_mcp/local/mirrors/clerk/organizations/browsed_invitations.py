"""Invitations as members send them, and as the invited accept them, in a browser.

Source: https://clerk.com/docs/reference/frontend-api (Invitations)
"""

from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.params import Paging
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.organizations.defaults import MANAGE_MEMBERS
from mirra_mcp.local.mirrors.clerk.organizations.params import (
    CreateOrganizationInvitation,
    Invite,
    ListInvitations,
    ListUserInvitations,
    RevokeInvitation,
)
from mirra_mcp.wire.model import Doc


class BrowsedInvitations(ClerkResource):
    """What members and the invited do with invitations."""

    @route("GET /v1/me/organization_invitations")
    def list_mine(self, params: ListUserInvitations, call: Call) -> Answer:
        """List the invitations to the calling user's email addresses.

        Source: https://clerk.com/docs/reference/frontend-api (Get organization invitations)
        """
        user_id = self.mirror.sessions.calling(call)["user_id"]
        found = self.mirror.organization_invitations.list_of_user(user_id, params)
        return self._page(call, found)

    @route("POST /v1/me/organization_invitations/{invitation_id}/accept")
    def accept_mine(self, invitation_id: str, call: Call) -> Answer:
        """Join the organization that the calling user was invited to.

        Fires: organizationInvitation.accepted, organizationMembership.created
        Source: https://clerk.com/docs/reference/frontend-api (Accept an organization invitation)
        """
        user = self.mirror.sessions.user_calling(call)
        invitations = self.mirror.organization_invitations
        doc = invitations.get(invitation_id)
        addresses = [each["email_address"] for each in user["email_addresses"]]
        if doc["email_address"] not in addresses:
            raise invitations.missing(invitation_id)
        accepted = invitations.accept(invitation_id, user)
        shown = invitations.with_organization(invitations.get(accepted["id"]))
        return self.mirror.sessions.wrapped(call, _seen(shown))

    @route("GET /frontend/v1/organizations/{organization_id}/invitations")
    def browse(self, organization_id: str, params: ListUserInvitations, call: Call) -> Answer:
        """List the invitations to an organization.

        Source: https://clerk.com/docs/reference/frontend-api (Get all organization invitations)
        """
        id = self.mirror.organizations.allowed(call, organization_id, MANAGE_MEMBERS)
        given = ListInvitations(**params.model_dump())
        return self._page(call, self.mirror.organization_invitations.list(id, given))

    @route("GET /frontend/v1/organizations/{organization_id}/invitations/pending")
    def browse_pending(self, organization_id: str, params: Paging, call: Call) -> Answer:
        """List the invitations that can still be accepted.

        Source: https://clerk.com/docs/reference/frontend-api (Get pending invitations)
        """
        id = self.mirror.organizations.allowed(call, organization_id, MANAGE_MEMBERS)
        return self._page(call, self.mirror.organization_invitations.list_pending(id, params))

    @route("POST /frontend/v1/organizations/{organization_id}/invitations")
    def invite(self, organization_id: str, params: Invite, call: Call) -> Answer:
        """Invite somebody by email.

        Fires: email.created unless `notify` is false, organizationInvitation.created
        Source: https://clerk.com/docs/reference/frontend-api (Create an organization invitation)
        """
        id, inviter = self._manager(call, organization_id)
        if "," in params.email_address:
            raise errors.invalid_email()
        made = self.mirror.organization_invitations.create(
            id, _given(params, params.email_address, inviter)
        )
        return self.mirror.sessions.wrapped(call, _seen(made))

    @route("POST /frontend/v1/organizations/{organization_id}/invitations/bulk")
    def invite_many(self, organization_id: str, params: Invite, call: Call) -> Answer:
        """Invite up to ten at once: all or none.

        Fires: email.created and organizationInvitation.created of each
        Source: https://clerk.com/docs/reference/frontend-api (Bulk create invitations)
        """
        id, inviter = self._manager(call, organization_id)
        emails = [each for each in params.email_address.split(",") if each]
        given = [_given(params, each, inviter) for each in emails]
        made = self.mirror.organization_invitations.invite_all(id, given)
        return self.mirror.sessions.wrapped(call, [_seen(each) for each in made])

    @route("POST /frontend/v1/organizations/{organization_id}/invitations/{invitation_id}/revoke")
    def revoke_invitation(self, organization_id: str, invitation_id: str, call: Call) -> Answer:
        """Take a pending invitation back.

        Fires: organizationInvitation.revoked
        Source: https://clerk.com/docs/reference/frontend-api (Revoke an organization invitation)
        """
        id, _ = self._manager(call, organization_id)
        revoked = self.mirror.organization_invitations.revoke(id, invitation_id, RevokeInvitation())
        return self.mirror.sessions.wrapped(call, _seen(revoked))

    def _manager(self, call: Call, organization_id: str) -> tuple[str, str]:
        id = self.mirror.organizations.allowed(call, organization_id, MANAGE_MEMBERS)
        return id, self.mirror.sessions.calling(call)["user_id"]

    def _page(self, call: Call, found: Doc) -> Answer:
        shown = found | {"data": [_seen(each) for each in found["data"]]}
        return self.mirror.sessions.wrapped(call, shown)


def _given(params: Invite, email: str, inviter: str) -> CreateOrganizationInvitation:
    return CreateOrganizationInvitation(
        email_address=email, role=params.role, inviter_user_id=inviter, notify=params.notify
    )


def _seen(shown: Doc) -> Doc:
    return {name: value for name, value in shown.items() if name not in ("private_metadata", "url")}
