"""Domains of an organization: whose email addresses are of its people.

Source: https://clerk.com/docs/reference/backend-api (Organization Domains)
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.local.mirrors.clerk.api.dates import stamp
from mirra_mcp.local.mirrors.clerk.api.params import DOMAIN
from mirra_mcp.local.mirrors.clerk.api.resource import ClerkResource, ordered, page_of
from mirra_mcp.local.mirrors.clerk.organizations.params import (
    AllDomains,
    CreateDomain,
    ListDomains,
    UpdateDomain,
)
from mirra_mcp.wire.model import Doc

Docs = list[Doc]
Names = list[str]

COMMON = frozenset({"gmail.com", "googlemail.com", "hotmail.com", "icloud.com", "outlook.com",
                    "live.com", "yahoo.com", "aol.com", "proton.me", "protonmail.com"})  # fmt: skip
"""Where anybody may have an address; Clerk's own list is longer."""
ORDERS = ("created_at", "name")
MANUAL = "manual_invitation"


class OrganizationDomains(ClerkResource):
    """The domains of the organizations of an instance."""

    entity, plural = "organization_domain", "organization_domains"
    object, prefix, title = "organization_domain", "orgdmn", "organization domain"
    names = ("name",)
    indexes = ("organization_id", "name")
    blank = {
        "object": "organization_domain",
        "id": "",
        "organization_id": "",
        "name": "",
        "enrollment_mode": MANUAL,
        "affiliation_email_address": None,
        "affiliation_verification": None,
        "ownership_verification": None,
        "verification": None,
        "total_pending_invitations": 0,
        "total_pending_suggestions": 0,
        "created_at": None,
        "updated_at": None,
    }

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a domain, with its organization."""
        organization = self.mirror.organizations.get(doc["organization_id"])
        about = self.mirror.organizations.public(organization)
        invited = self.mirror.organization_invitations.count(_domain_id=doc["id"], status="pending")
        told = self.mirror.organization_suggestions.count(_domain_id=doc["id"], status="pending")
        return super().view(doc) | {
            "total_pending_invitations": invited,
            "total_pending_suggestions": told,
            "public_organization_data": about,
        }

    @route("POST /v1/organizations/{organization_id}/domains")
    def create(self, organization_id: str, params: CreateDomain) -> Doc:
        """Give an organization a domain, verified unless told otherwise.

        Fires: organizationDomain.created
        Source: https://clerk.com/docs/reference/backend-api (Create a new organization domain)
        """
        self._enabled(organization_id)
        name = params.name.strip().lower()
        if not DOMAIN.fullmatch(name):
            raise errors.invalid("name")
        self._check_mode(params.enrollment_mode)
        self._check_free(organization_id, name)
        most = self.mirror.organizations.settings()["max_allowed_domains"]
        if self.count(organization_id=organization_id) >= most:
            raise errors.refusal(
                403,
                "organization_domain_quota_exceeded",
                "organization domains quota exceeded",
                f"You have reached your limit of {most} domains per organization.",
            )
        doc = self.new(
            organization_id=organization_id,
            name=name,
            enrollment_mode=params.enrollment_mode or MANUAL,
        ) | self._verified(params.verified is not False)
        return self.view(self.save(doc, event="organizationDomain.created"))

    @route("GET /v1/organizations/{organization_id}/domains")
    def list(self, organization_id: str, params: ListDomains) -> Doc:
        """List the domains of an organization.

        Source: https://clerk.com/docs/reference/backend-api (Get a list of all domains of an
            organization)
        """
        self.mirror.organizations.enabled(organization_id)
        found = _picked(self.find(organization_id=organization_id), params)
        return page_of(found, params, self.view)

    @route("GET /v1/organization_domains")
    def list_all(self, params: AllDomains) -> Doc:
        """List the domains of every organization.

        Source: https://clerk.com/docs/reference/backend-api (List all organization domains)
        """
        self.mirror.organizations.check_enabled()
        found = _picked(self.find(), params)
        if params.organization_id is not None:
            found = [each for each in found if each["organization_id"] == params.organization_id]
        if params.domains:
            found = [each for each in found if each["name"] in params.domains]
        if params.query is not None:
            text = params.query.strip()
            if not text:
                raise errors.invalid("query")
            field = "organization_id" if text.startswith("org_") else "name"
            wanted = text if field == "organization_id" else text.lower()
            found = [
                each
                for each in found
                if wanted == each[field] or (field == "name" and wanted in each[field])
            ]
        return page_of(ordered(found, params.order_by, ORDERS), params, self.view)

    @route("PATCH /v1/organizations/{organization_id}/domains/{domain_id}")
    def update(self, organization_id: str, domain_id: str, params: UpdateDomain) -> Doc:
        """Change how people of a domain come in, or whether it is verified.

        Fires: organizationDomain.updated
        Source: https://clerk.com/docs/reference/backend-api (Update an organization domain)
        """
        doc = self._of(organization_id, domain_id)
        self._check_mode(params.enrollment_mode)
        fields: Doc = {}
        if params.enrollment_mode is not None:
            fields["enrollment_mode"] = params.enrollment_mode
        if params.verified is not None:
            fields |= self._verified(params.verified)
        changed = self.touch(doc, **fields)
        return self.view(self.save(changed, event="organizationDomain.updated"))

    @route("DELETE /v1/organizations/{organization_id}/domains/{domain_id}")
    def delete(self, organization_id: str, domain_id: str) -> Doc:
        """Take a domain off an organization.

        Fires: organizationDomain.deleted
        Source: https://clerk.com/docs/reference/backend-api (Remove a domain from an organization)
        """
        doc = self._of(organization_id, domain_id)
        self.mirror.organization_suggestions.forget(_domain_id=domain_id)
        self.drop(doc, event="organizationDomain.deleted")
        return self.gone(doc)

    @route("POST /v1/organizations/{organization_id}/domains/{domain_id}/verify_ownership")
    def verify_ownership(self, organization_id: str, domain_id: str) -> Doc:
        """Say that the organization owns the domain; once it does, nothing changes.

        Fires: organizationDomain.updated
        Source: https://clerk.com/docs/reference/backend-api (Mark an organization domain's
            ownership as verified)
        """
        doc = self._of(organization_id, domain_id)
        if doc["ownership_verification"] is not None:
            return self.view(doc)
        proof = _verification("verified", "manual_override") | {"verified_at": stamp(self.now)}
        changed = self.touch(doc, ownership_verification=proof)
        return self.view(self.save(changed, event="organizationDomain.updated"))

    def forget(self, organization_id: str) -> None:
        """Drop the domains of an organization that is being deleted."""
        for doc in self.find(organization_id=organization_id):
            self.drop(doc)

    def check_unclaimed(self, names: Names) -> None:
        """Refuse an enterprise connection whose domains organizations enroll people by.

        Raises:
            VendorError: there is such a domain.
        Source: https://clerk.com/docs/reference/backend-api (Update a SAML Connection,
            `consent_verified_domains_deletion`)
        """
        taken = [each["name"] for each in self._enrolling(names)]
        if taken:
            raise _conflict(taken)

    def yield_to(self, names: Names) -> None:
        """Drop the verified domains that an enterprise connection takes over.

        Fires: organizationDomain.deleted
        Source: https://clerk.com/docs/reference/backend-api (Update an enterprise connection)
        """
        for doc in self._enrolling(names):
            self.drop(doc, event="organizationDomain.deleted")

    def _enrolling(self, names: Names) -> Docs:
        found = [doc for name in names for doc in self.find(name=name)]
        return [doc for doc in found if doc["enrollment_mode"] != MANUAL and is_verified(doc)]

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a webhook: the domain, or that it is gone."""
        return self.gone(doc) if event.endswith(".deleted") else self.view(doc)

    def _enabled(self, organization_id: str) -> Doc:
        organization = self.mirror.organizations.enabled(organization_id)
        if not self.mirror.organizations.settings()["domains_enabled"]:
            raise errors.refusal(
                403,
                "organization_domains_not_enabled",
                "organization domains not enabled",
                "This instance does not have domains enabled for organizations.",
            )
        return organization

    def _of(self, organization_id: str, id: str) -> Doc:
        self._enabled(organization_id)
        doc = self.get(id)
        if doc["organization_id"] != organization_id:
            raise self.missing(id)
        return doc

    def _check_mode(self, mode: str | None) -> None:
        modes = self.mirror.organizations.settings()["domains_enrollment_modes"]
        if mode not in (None, MANUAL, *modes):
            raise errors.refusal(
                403,
                "organization_domain_enrollment_mode_not_enabled",
                "organization enrollment mode not enabled",
                f"Enrollment mode {mode} is not enabled for this instances's organizations.",
            )

    def _check_free(self, organization_id: str, name: str) -> None:
        if name in COMMON:
            raise _refused(
                "organization_domain_common",
                "common email domain",
                "This is a common email provider domain. Please use a different one.",
            )
        for each in self.mirror.enterprise_connections.find(organization_id=organization_id):
            if name in each["domains"]:
                raise _refused(
                    "organization_domain_exists_for_enterprise_connection",
                    "domain exists for an organization enterprise connection",
                    "This domain is already used for your organization\u2019s SSO. Please use a "
                    "different one.",
                )
        others = {each["organization_id"] for each in self.find(name=name)}
        if organization_id in others:
            raise _refused(
                "organization_domain_already_exists_same_organization",
                "organization domain already exists",
                "This domain is already used by your organization.",
            )
        if others:
            raise _refused(
                "organization_domain_already_exists",
                "organizaton domain already exists",
                "This domain is already used by another organization.",
            )

    def _verified(self, verified: bool) -> Doc:
        status = "verified" if verified else "unverified"
        shown = _verification(status, "affiliation_email_code")
        return {"affiliation_verification": shown, "verification": shown}


def is_verified(doc: Doc) -> bool:
    """Tell whether a domain was shown to be its organization's."""
    return bool(doc["affiliation_verification"]["status"] == "verified")


def _conflict(names: Names) -> VendorError:
    told = f"The domains {', '.join(names)} are used by organizations to enroll their members."
    return errors.refusal(409, "organization_domain_already_exists", "domain already in use", told)


def _verification(status: str, strategy: str) -> Doc:
    return {
        "status": status,
        "strategy": strategy,
        "attempts": None,
        "expire_at": None,
        "verified_at": None,
    }


def _picked(docs: list[Doc], params: ListDomains) -> list[Doc]:
    if params.verified is not None:
        wanted = "verified" if params.verified else "unverified"
        docs = [each for each in docs if each["affiliation_verification"]["status"] == wanted]
    modes = params.enrollment_mode or []
    without = {each[1:] for each in modes if each[0] == "-"}
    within = {each for each in modes if each[0] != "-"}
    return [
        each
        for each in docs
        if (not within or each["enrollment_mode"] in within)
        and each["enrollment_mode"] not in without
    ]


def _refused(code: str, message: str, long: str) -> VendorError:
    return errors.refusal(422, code, message, long, param_name="name")
