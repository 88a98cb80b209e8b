"""Claims: taking over a domain that another Resend account has verified.

No other account exists here, so a claim stands for one: its TXT record is taken to be there.

Source: https://resend.com/docs/api-reference/domains/claim-domain and
https://resend.com/docs/dashboard/domains/claim
"""

from datetime import timedelta
from typing import Any

from mirra_mcp.local.kit.routes import Answer, route
from mirra_mcp.local.mirrors.resend.account.params import ClaimDomain
from mirra_mcp.local.mirrors.resend.api.dates import stamp
from mirra_mcp.local.mirrors.resend.api.resource import ResendResource
from mirra_mcp.wire.model import Doc

VALID_FOR = timedelta(days=7)
LOOKS_TAKE = timedelta(seconds=2)


class DomainClaims(ResendResource):
    """Claims of domains, each with the placeholder domain that it made."""

    entity, plural, title, object = "domain_claim", "domain_claims", "Domain claim", "domain_claim"
    only_uuids = True
    indexes = ("name", "domain_id")
    moves = {"pending": {"completed", "failed", "expired", "blocked", "canceled", "superseded"}}
    blank = {
        "object": "domain_claim",
        "id": None,
        "name": None,
        "status": "pending",
        "domain_id": None,
        "region": None,
        "record": None,
        "blocked_reason": None,
        "failure_reason": None,
        "created_at": None,
        "expires_at": None,
    }

    @route("POST /domains/claim")
    def create(self, params: ClaimDomain) -> Answer:
        """Start a claim, or return the one that is pending. Fires: domain.created."""
        pending = self.first(name=params.name.strip().lower())
        if pending is not None and pending["status"] == "pending":
            return Answer(200, self.view(pending))
        domain = self.mirror.domains.save(
            self.mirror.domains.laid_out(params), event="domain.created"
        )
        proof = {
            "type": "TXT",
            "name": domain["name"],
            "value": f"resend-domain-verification={self.mirror.ids.token(32)}",
            "ttl": "Auto",
        }
        claim = self.new(
            name=domain["name"],
            domain_id=domain["id"],
            region=domain["region"],
            record=proof,
            expires_at=stamp(self.now + VALID_FOR),
        )
        self.mirror.after(VALID_FOR, "domain_claims.expire", id=claim["id"])
        return Answer(201, self.view(self.save(claim)))

    @route("GET /domains/{domain_id}/claim")
    def retrieve(self, domain_id: str) -> Doc:
        """Return the latest claim of a placeholder domain."""
        return self.view(self._of(domain_id))

    @route("POST /domains/{domain_id}/claim/verify")
    def verify(self, domain_id: str) -> Doc:
        """Start looking for the TXT record; the claim stays pending meanwhile.

        Source: https://resend.com/docs/api-reference/domains/verify-domain-claim
        """
        claim = self._of(domain_id)
        if claim["status"] == "pending":
            self.mirror.after(LOOKS_TAKE, "domain_claims.complete", id=claim["id"])
        return self.view(claim)

    def complete(self, id: str) -> None:
        """Find the record, and own the domain."""
        self._end(id, "completed")

    def expire(self, id: str) -> None:
        """Give up a claim that nobody proved."""
        self._end(id, "expired")

    def _end(self, id: str, status: str, **fields: Any) -> None:
        claim = self.peek(id)
        if claim is not None and claim["status"] == "pending":
            self.mirror.cancel_timers(id=id)
            self.move(claim | fields, status)

    def _of(self, domain_id: str) -> Doc:
        claim = self.first(domain_id=domain_id)
        if claim is None:
            raise self.missing(domain_id)
        return claim
