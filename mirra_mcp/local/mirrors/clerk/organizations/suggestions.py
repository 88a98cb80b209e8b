"""Suggestions and invitations that people get for the domain of a verified address of theirs.

Source: https://clerk.com/docs/guides/organizations/add-members/verified-domains
"""

from typing import Any

from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource
from mirra_mcp.local.mirrors.clerk.organizations.domains import is_verified
from mirra_mcp.local.mirrors.clerk.organizations.params import CreateOrganizationInvitation
from mirra_mcp.wire.model import Doc


class OrganizationSuggestions(ClerkResource):
    """The organizations that people are told they could join."""

    entity, plural = "organization_suggestion", "organization_suggestions"
    object, prefix, title = "organization_suggestion", "orgsug", "suggestion"
    names = ()
    indexes = ("user_id", "organization_id", "status", "_domain_id")
    statuses = ("pending", "accepted", "completed")
    moves = {"pending": {"accepted"}, "accepted": {"completed"}}
    blank = {
        "object": "organization_suggestion",
        "id": "",
        "user_id": "",
        "organization_id": "",
        "status": "pending",
        "created_at": None,
        "updated_at": None,
        "_domain_id": "",
    }

    def enroll(self, user: Doc, email: str) -> None:
        """Invite a user to, or suggest, the organization that has the domain of an address.

        Fires: email.created and organizationInvitation.created, if it is an invitation
        Source: https://clerk.com/docs/guides/organizations/add-members/verified-domains
        """
        settings = self.mirror.organizations.settings()
        if not (settings["enabled"] and settings["domains_enabled"]):
            return
        _, _, domain = email.rpartition("@")
        for doc in self.mirror.organization_domains.find(name=domain):
            members = self.mirror.organization_memberships
            is_member = members.between(doc["organization_id"], user["id"]) is not None
            if is_member or not is_verified(doc):
                continue
            if doc["enrollment_mode"] == "automatic_invitation":
                self._invite(doc, email)
            elif doc["enrollment_mode"] == "automatic_suggestion":
                self._suggest(doc, user)

    def accept(self, doc: Doc) -> Doc:
        """Let somebody ask to join, and an admin let it: a member now.

        Fires: organizationMembership.created
        """
        organization = self.mirror.organizations.get(doc["organization_id"])
        user = self.mirror.users.get(doc["user_id"])
        role = self.mirror.role_sets.default_of(organization)
        members = self.mirror.organization_memberships
        members.check_can_join(organization, user, role)
        members.join(organization, user, role)
        return self.move(self.move(self.touch(doc), "accepted"), "completed")

    def forget(self, **where: Any) -> None:
        """Drop the suggestions of a user, an organization or a domain that is being deleted."""
        for doc in self.find(**where):
            self.drop(doc)

    def _invite(self, domain: Doc, email: str) -> None:
        organization = self.mirror.organizations.get(domain["organization_id"])
        if self.mirror.organizations.has_room(organization):
            role = self.mirror.role_sets.default_of(organization)
            asked = CreateOrganizationInvitation(email_address=email, role=role)
            self.mirror.organization_invitations.invite_for(domain, organization, email, asked)

    def _suggest(self, domain: Doc, user: Doc) -> None:
        mine = self.find(user_id=user["id"])
        if all(each["organization_id"] != domain["organization_id"] for each in mine):
            about = {"user_id": user["id"], "organization_id": domain["organization_id"]}
            self.save(self.new(**about, _domain_id=domain["id"]))
