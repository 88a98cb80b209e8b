"""Evaluations: whether a bundle has all that its policy asks for.

Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.trusthub.assignments import PRODUCT, PROFILE, BundleParts
from mirra_mcp.local.mirrors.twilio.trusthub.bundles import PRODUCTS, PROFILES
from mirra_mcp.local.mirrors.twilio.trusthub.params import Evaluate
from mirra_mcp.local.mirrors.twilio.trusthub.policies import POLICIES
from mirra_mcp.wire.model import Doc


class TrustEvaluations(BundleParts):
    """Every look that was taken at a bundle."""

    entity, plural, prefix = "trust_evaluation", "trust_evaluations", "EL"
    part = "Evaluations"
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "policy_sid": None,
        "bundle_sid": None,
        "noun": None,
        "status": None,
        "results": [],
        "date_created": None,
        "url": None,
    }

    @route(f"POST {PROFILE}/Evaluations", status=201)
    def create(self, ProfileSid: str, params: Evaluate) -> Doc:
        """Look at a customer profile."""
        return self._evaluate(self.bundle(ProfileSid, PROFILES), PROFILES, params)

    @route(f"POST {PRODUCT}/Evaluations", status=201)
    def create_product(self, ProductSid: str, params: Evaluate) -> Doc:
        """Look at a trust product."""
        return self._evaluate(self.bundle(ProductSid, PRODUCTS), PRODUCTS, params)

    def _evaluate(self, bundle: Doc, noun: str, params: Evaluate) -> Doc:
        if params.policy_sid != bundle["policy_sid"]:
            raise wrong("Invalid parameter PolicySid: it is not the bundle's")
        results = self._results(bundle)
        is_whole = all(each["passed"] for each in results)
        doc = self.new(
            bundle_sid=bundle["sid"],
            noun=noun,
            policy_sid=bundle["policy_sid"],
            status="compliant" if is_whole else "noncompliant",
            results=results,
        )
        return self.view(self.save(doc))

    @route(f"GET {PROFILE}/Evaluations")
    def index(self, ProfileSid: str, call: Call) -> Doc:
        """List the looks that were taken at a customer profile."""
        return self.page_of(call, self.bundle(ProfileSid, PROFILES))

    @route(f"GET {PRODUCT}/Evaluations")
    def index_product(self, ProductSid: str, call: Call) -> Doc:
        """List the looks that were taken at a trust product."""
        return self.page_of(call, self.bundle(ProductSid, PRODUCTS))

    @route(f"GET {PROFILE}/Evaluations/{{Sid}}")
    def fetch(self, ProfileSid: str, Sid: str) -> Doc:
        """Return one look at a customer profile."""
        return self.view(self.of(ProfileSid, Sid))

    @route(f"GET {PRODUCT}/Evaluations/{{Sid}}")
    def fetch_product(self, ProductSid: str, Sid: str) -> Doc:
        """Return one look at a trust product."""
        return self.view(self.of(ProductSid, Sid))

    def lacking(self, bundle: Doc) -> list[str]:
        """Return what a bundle lacks, a sentence each."""
        return [each["failure_reason"] for each in self._results(bundle) if not each["passed"]]

    def _results(self, bundle: Doc) -> list[Doc]:
        policy = POLICIES[bundle["policy_sid"]]
        assigned = [
            each["object_sid"]
            for each in self.mirror.trust_assignments.find(bundle_sid=bundle["sid"])
        ]
        found = [
            self._result("end_user", kind, self._having(self.mirror.end_users, assigned, kind))
            for kind in policy.end_users
        ]
        papers = self.mirror.supporting_documents
        found += [
            self._result("supporting_document", kind, self._having(papers, assigned, kind))
            for kind in policy.documents
        ]
        if policy.needs_profile:
            profiles = self.mirror.customer_profiles
            is_there = any((profiles.peek(sid) or {}).get("status") == "twilio-approved"
                           for sid in assigned)  # fmt: skip
            why = None if is_there else ["an approved customer profile"]
            found.append(self._result("customer_profile", "customer_profile", why))
        return found

    def _having(self, noun: Any, assigned: list[str], kind: str) -> list[str] | None:
        """Return what the item of a kind lacks; None: nothing."""
        for sid in assigned:
            doc = noun.peek(sid)
            if doc is not None and doc["type"] == kind:
                return noun.lacks(doc) or None
        return [kind]

    def _result(self, object_type: str, kind: str, lacks: list[str] | None) -> Doc:
        reason = f"{kind} lacks {', '.join(lacks)}" if lacks else None
        return {
            "object_type": object_type,
            "requirement_name": kind,
            "friendly_name": kind.replace("_", " "),
            "passed": lacks is None,
            "failure_reason": reason,
            "error_code": None if lacks is None else 22215,
            "valid": [],
            "invalid": [{"object_field": each} for each in lacks or ()],
        }
