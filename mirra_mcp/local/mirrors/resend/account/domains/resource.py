"""Domains: what has to be in their DNS, and whether it was found there.

Source: https://resend.com/docs/api-reference/domains/create-domain and
https://resend.com/docs/dashboard/domains/manage-domains
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.resend.account.domains import dns
from mirra_mcp.local.mirrors.resend.account.params import ClaimDomain, CreateDomain, UpdateDomain
from mirra_mcp.local.mirrors.resend.api import errors
from mirra_mcp.local.mirrors.resend.api.addresses import TEST_DOMAIN, Address, is_test
from mirra_mcp.local.mirrors.resend.api.dates import iso_of
from mirra_mcp.local.mirrors.resend.api.params import Paging
from mirra_mcp.local.mirrors.resend.api.resource import RememberingResource
from mirra_mcp.wire.model import Doc

NAME = re.compile(
    r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]"
)
LOOKS_TAKE = timedelta(seconds=2)
"""How long a check of the DNS takes. Ours: Resend says minutes to 72 hours."""
BRIEFLY = (
    "id",
    "name",
    "status",
    "created_at",
    "region",
    "open_tracking",
    "click_tracking",
    "capabilities",
)
TOLD = ("id", "name", "status", "created_at", "region", "records")
SENDS = {"verified", "partially_verified", "partially_failed"}
CHECKED = {"verified", "failed", "partially_verified", "partially_failed"}


class Domains(RememberingResource):
    """Domains to send from and receive at."""

    entity, plural, title, object = "domain", "domains", "Domain", "domain"
    synonyms = ("sending domain", "sender domain")
    words = {"dns records": "records"}
    only_uuids = True
    page_size = None
    indexes = ("name", "_sends", "_receives")
    moves = {
        "not_started": {"pending"},
        "pending": {"pending", *CHECKED},
        "verified": {"pending", *CHECKED},
        "failed": {"pending", *CHECKED},
        "partially_verified": {"pending", *CHECKED},
        "partially_failed": {"pending", *CHECKED},
    }
    blank = {
        "object": "domain",
        "id": None,
        "name": None,
        "status": "not_started",
        "created_at": None,
        "region": "us-east-1",
        "open_tracking": False,
        "click_tracking": False,
        "tracking_subdomain": None,
        "capabilities": {"sending": "enabled", "receiving": "disabled"},
        "records": [],
        "_return_path": "send",
        "_key": None,
        "_tls": "opportunistic",
        "_sends": None,
        "_receives": None,
    }

    @route("POST /domains", status=201)
    def create(self, params: CreateDomain) -> Doc:
        """Add a domain, not verified yet. Fires: domain.created."""
        doc = self.save(self.laid_out(params), event="domain.created")
        return {name: value for name, value in self.view(doc).items() if name != "object"}

    @route("GET /domains")
    def list(self, params: Paging) -> Doc:
        """List the domains without their records."""
        return self.listed(params)

    @route("GET /domains/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one domain with its records."""
        return self.view(self.get(id))

    @route("PATCH /domains/{id}")
    def update(self, id: str, params: UpdateDomain) -> Doc:
        """Change tracking, TLS or what the domain is used for. Fires: domain.updated.

        Source: https://resend.com/docs/api-reference/domains/update-domain
        """
        doc = self.get(id)
        for name in ("open_tracking", "click_tracking", "tracking_subdomain"):
            value = getattr(params, name)
            if value is not None:
                doc[name] = value
        if params.tls is not None:
            doc["_tls"] = params.tls
        if params.capabilities is not None:
            doc["capabilities"] |= params.capabilities.model_dump(exclude_none=True)
        self._check_use(doc)
        doc["records"] = dns.records(doc)
        return self.ref(self._written(doc, event="domain.updated"))

    @route("DELETE /domains/{id}")
    def delete(self, id: str) -> Doc:
        """Remove a domain. Fires: domain.deleted."""
        doc = self.get(id)
        self.mirror.cancel_timers("domains.look", id=id)
        self.drop(doc, event="domain.deleted")
        return self.ref(doc, deleted=True)

    @route("POST /domains/{id}/verify")
    def verify(self, id: str) -> Doc:
        """Start a check of the DNS; until it ends the domain is `pending`. Fires: domain.updated.

        Source: https://resend.com/docs/api-reference/domains/verify-domain
        """
        doc = self.get(id)
        self.mirror.cancel_timers("domains.look", id=id)
        self.mirror.after(LOOKS_TAKE, "domains.look", id=id)
        if doc["status"] != "pending":
            self.become(doc, "pending")
        return self.ref(doc)

    # what the world does

    def look(self, id: str) -> None:
        """End a check of the DNS: all records are there, except under `.invalid`.

        Fires: domain.updated.
        """
        doc = self.peek(id)
        if doc is not None and doc["status"] == "pending":
            self.become(doc, "failed" if doc["name"].endswith(".invalid") else "verified")

    def become(self, doc: Doc, status: str) -> Doc:
        """Let the domain and each of its records take a status. Fires: domain.updated."""
        record_status = dns.STATUS_OF_RECORDS.get(status, status)
        doc["records"] = [record | {"status": record_status} for record in doc["records"]]
        if status.startswith("partially"):
            doc["records"][-1]["status"] = "pending" if status.endswith("verified") else "failed"
        return self._written(doc | {"status": status}, event="domain.updated")

    # what others ask

    def laid_out(self, params: ClaimDomain) -> Doc:
        """Return a new domain with its records.

        Raises:
            VendorError: the name isn't one, or was added before.
        """
        name = params.name.strip().rstrip(".").lower()
        if not NAME.fullmatch(name):
            raise errors.validation_error("Invalid `name` field. The domain name is not valid.")
        if self.count(name=name):
            raise errors.already_registered(name)
        doc = self.new(name=name, region=params.region or "us-east-1")
        doc["capabilities"] = dict(doc["capabilities"])
        if isinstance(params, CreateDomain):
            doc["capabilities"] |= params.capabilities.model_dump(exclude_none=True)
            doc["_tls"] = params.tls
        self._check_use(doc)
        for field in ("open_tracking", "click_tracking", "tracking_subdomain"):
            if getattr(params, field) is not None:
                doc[field] = getattr(params, field)
        doc["_return_path"] = params.custom_return_path or "send"
        doc["_key"] = dns.new_key(self.mirror.ids)
        doc["records"] = dns.records(doc)
        return doc

    def add(self, name: str, *, status: str = "verified", **fields: Any) -> Doc:
        """Put a domain into the account as it is: a fixture's or a setup's."""
        doc = self.laid_out(CreateDomain(name=name)) | fields
        doc["records"] = dns.records(doc)
        return self.become(doc, status)

    def plant(self, fields: Doc) -> Doc:
        """Put a domain of a seed into the account; what its status implies follows."""
        return self.add(fields.pop("name"), status=fields.pop("status", "not_started"), **fields)

    def check_sender(self, sender: Address, recipients: Sequence[Address], key: Doc | None) -> None:
        """Check that the sender's domain is verified, and that the key may use it.

        Source: https://resend.com/docs/knowledge-base/403-error-domain-mismatch and
        https://resend.com/docs/knowledge-base/403-error-resend-dev-domain
        """
        only = key and key["_domain_id"]
        if only and (self.first(name=sender.domain) or {}).get("id") != only:
            raise errors.not_authorized(sender.domain)
        if sender.domain == TEST_DOMAIN:
            owner = self.mirror.owner
            if not all(each.email == owner or is_test(each) for each in recipients):
                raise errors.testing_only(owner)
            return
        if not self.may_send(sender.domain):
            raise errors.domain_not_verified(sender.domain)

    def may_send(self, name: str) -> bool:
        """Say whether this exact domain is verified for sending."""
        known: bool | None = self.memo.get(name)
        if known is None:
            known = self.memo[name] = self.count(_sends=name) > 0
        return known

    def receives(self, name: str) -> bool:
        """Say whether this exact domain is verified for receiving."""
        return self.count(_receives=name) > 0

    def named(self, name: str) -> Doc:
        """Return the domain of this name."""
        doc = self.first(name=name)
        if doc is None:
            raise self.missing(name)
        return doc

    def illegal_move(self, doc: Doc, status: str) -> VendorError:
        """Refuse a status that can't follow."""
        return errors.validation_error(f"Domain is {doc['status']} and can't become {status}.")

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows; the tracking subdomain only if there is one."""
        shown = super().view(doc)
        if shown["tracking_subdomain"] is None:
            del shown["tracking_subdomain"]
        return shown

    def brief(self, doc: Doc) -> Doc:
        """Return what a list shows of a domain."""
        return {name: doc[name] for name in BRIEFLY}

    def event_data(self, event: str, doc: Doc, **extra: Any) -> Doc:
        """Return the `data` of a domain's webhook.

        Source: https://resend.com/docs/webhooks/domains/created
        """
        told = {name: doc[name] for name in TOLD} | {"created_at": iso_of(doc["created_at"])}
        told["records"] = [
            record | {"record": "Receiving MX"} if record["record"] == "Receiving" else record
            for record in doc["records"]
        ]
        return told

    def _written(self, doc: Doc, *, event: str | None = None) -> Doc:
        use = doc["capabilities"]
        is_live = doc["status"] in SENDS
        doc["_sends"] = doc["name"] if is_live and use["sending"] == "enabled" else None
        doc["_receives"] = doc["name"] if is_live and use["receiving"] == "enabled" else None
        return self.save(doc, event=event)

    def _check_use(self, doc: Doc) -> None:
        if set(doc["capabilities"].values()) == {"disabled"}:
            raise errors.validation_error("At least one capability must be enabled.")
