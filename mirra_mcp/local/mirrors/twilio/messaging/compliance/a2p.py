"""US A2P 10DLC: brands, their vettings, and the campaigns of messaging services.

Source: https://www.twilio.com/docs/messaging/api/brand-registration-resource
    https://www.twilio.com/docs/messaging/api/usapptoperson-resource
"""

from datetime import timedelta
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import Values, check, sid
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging.params import (
    PROVIDERS,
    USECASES,
    CreateBrand,
    CreateCampaign,
    CreateVetting,
    UpdateCampaign,
)
from mirra_mcp.wire.model import Doc

BRANDS = "/v1/a2p/BrandRegistrations"
CAMPAIGNS = "/v1/Services/{service}/Compliance/Usa2p"
REVIEW = timedelta(seconds=2)
"""How long the Campaign Registry takes, which takes days in truth."""


class BrandRegistrations(TwilioResource):
    """Brands."""

    entity, plural, prefix = "brand_registration", "brand_registrations", "BN"
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "customer_profile_bundle_sid": None,
        "a2p_profile_bundle_sid": None,
        "date_created": None,
        "date_updated": None,
        "brand_type": "STANDARD",
        "status": "PENDING",
        "tcr_id": None,
        "failure_reason": None,
        "errors": [],
        "url": None,
        "brand_score": None,
        "brand_feedback": [],
        "identity_status": "SELF_DECLARED",
        "russell_3000": False,
        "government_entity": False,
        "tax_exempt_status": None,
        "skip_automatic_sec_vet": False,
        "mock": False,
        "links": None,
    }
    indexes = ("account_sid", "status")
    moves: ClassVar[dict[str, set[str]]] = {
        "PENDING": {"APPROVED", "FAILED", "IN_REVIEW"},
        "IN_REVIEW": {"APPROVED", "FAILED"},
        "FAILED": {"PENDING"},
        "APPROVED": {"SUSPENDED"},
    }

    def path_of(self, doc: Doc) -> str:
        """Return the path of a brand."""
        return f"{BRANDS}/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the paths of what belongs to a brand."""
        path = self.path_of(doc)
        return {
            "brand_vettings": f"{path}/Vettings",
            "brand_registration_otps": f"{path}/SmsOtp",
        }

    @route(f"POST {BRANDS}", status=201)
    def create(self, params: CreateBrand) -> Doc:
        """Register a brand. It is approved two seconds later, unless a story says otherwise.

        Raises:
            VendorError: 20001, one of its bundles isn't approved.
        """
        account = self.mirror.account_sid
        if not self.mirror.customer_profiles.is_fine(account, params.customer_profile_bundle_sid):
            raise wrong("Invalid parameter CustomerProfileBundleSid: it is not twilio-approved")
        if not self.mirror.trust_products.is_fine(account, params.a2p_profile_bundle_sid):
            raise wrong("Invalid parameter A2PProfileBundleSid: it is not twilio-approved")
        doc = self.save(self.new(**params.model_dump()))
        self.mirror.after(REVIEW, "brand_registrations.review", id=doc["id"])
        return self.view(doc)

    def review(self, id: str) -> None:
        """Let the registry approve a brand that still waits."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "PENDING":
            self.decide(doc, "APPROVED")

    def decide(self, doc: Doc, status: str, reason: str | None = None) -> Doc:
        """Let the registry approve, fail or suspend a brand."""
        is_fine = status == "APPROVED"
        return self.change(
            doc,
            status=status,
            failure_reason=reason,
            tcr_id=f"B{doc['sid'][2:8].upper()}" if is_fine else doc["tcr_id"],
            brand_score=75 if is_fine else doc["brand_score"],
            identity_status="VERIFIED" if is_fine else "UNVERIFIED",
        )

    @route(f"GET {BRANDS}/{{sid}}")
    def fetch(self, sid: str) -> Doc:
        """Return a brand."""
        return self.view(self.get(sid))

    @route(f"GET {BRANDS}")
    def index(self, call: Call) -> Doc:
        """List brands."""
        return self.listed(call, "data")

    @route(f"POST {BRANDS}/{{sid}}")
    def update(self, sid: str) -> Doc:
        """Hand a brand that failed in again."""
        doc = self.get(sid)
        if doc["status"] == "FAILED":
            doc = self.change(doc, status="PENDING", failure_reason=None)
            self.mirror.after(REVIEW, "brand_registrations.review", id=sid)
        return self.view(doc)

    @route(f"POST {BRANDS}/{{sid}}/SmsOtp", status=201)
    def send_otp(self, sid: str) -> Doc:
        """Send a sole proprietor the code again."""
        doc = self.get(sid)
        return {"account_sid": doc["account_sid"], "brand_registration_sid": sid}


class BrandVettings(TwilioResource):
    """What others say of a brand."""

    entity, plural, prefix = "brand_vetting", "brand_vettings", "VT"
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "brand_sid": None,
        "brand_vetting_sid": None,
        "date_updated": None,
        "date_created": None,
        "vetting_id": None,
        "vetting_class": None,
        "vetting_status": "IN_PROGRESS",
        "vetting_provider": None,
        "url": None,
    }
    indexes = ("account_sid", "brand_sid", "vetting_provider")
    status_field = "vetting_status"
    filters: ClassVar[Values] = {"VettingProvider": PROVIDERS}

    def path_of(self, doc: Doc) -> str:
        """Return the path of a vetting."""
        return f"{BRANDS}/{doc['brand_sid']}/Vettings/{doc['brand_vetting_sid']}"

    @route(f"POST {BRANDS}/{{brand}}/Vettings", status=201)
    def create(self, brand: str, params: CreateVetting) -> Doc:
        """Ask for a vetting, which succeeds two seconds later."""
        self.mirror.brand_registrations.get(brand)
        sid = self.new_id()
        kind = "POLITICAL" if params.vetting_provider == "campaign-verify" else "STANDARD"
        doc = self.new(id=sid, brand_vetting_sid=sid, brand_sid=brand, vetting_class=kind,
                       **params.model_dump())  # fmt: skip
        self.save(doc)
        self.mirror.after(REVIEW, "brand_vettings.finish", id=sid)
        return self.view(doc)

    def finish(self, id: str) -> None:
        """Let a vetting succeed."""
        if (doc := self.peek(id)) is not None:
            self.change(doc, vetting_status="SUCCESS")

    @route(f"GET {BRANDS}/{{brand}}/Vettings/{{sid}}")
    def fetch(self, brand: str, sid: str) -> Doc:
        """Return a vetting."""
        doc = self.get(sid)
        if doc["brand_sid"] != brand:
            raise self.missing(sid)
        return self.view(doc)

    @route(f"GET {BRANDS}/{{brand}}/Vettings")
    def index(self, brand: str, call: Call) -> Doc:
        """List a brand's vettings, by provider."""
        self.mirror.brand_registrations.get(brand)
        provider = call.query.get("VettingProvider")
        keep = (lambda doc: doc["vetting_provider"] == provider) if provider else None
        return self.listed(call, "data", keep=keep, brand_sid=brand)


class Campaigns(TwilioResource):
    """What a messaging service sends in the United States, as registered."""

    entity, plural, prefix = "us_app_to_person", "us_app_to_persons", "QE"
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "brand_registration_sid": None,
        "messaging_service_sid": None,
        "description": None,
        "message_samples": [],
        "us_app_to_person_usecase": None,
        "has_embedded_links": False,
        "has_embedded_phone": False,
        "subscriber_opt_in": False,
        "age_gated": False,
        "direct_lending": False,
        "campaign_status": "IN_PROGRESS",
        "campaign_id": None,
        "is_externally_registered": False,
        "rate_limits": None,
        "message_flow": None,
        "opt_in_message": None,
        "opt_out_message": None,
        "help_message": None,
        "opt_in_keywords": [],
        "opt_out_keywords": [],
        "help_keywords": [],
        "date_created": None,
        "date_updated": None,
        "url": None,
        "mock": False,
        "errors": [],
        "privacy_policy_url": None,
        "terms_and_conditions_url": None,
    }
    indexes = ("account_sid", "messaging_service_sid", "campaign_status")
    status_field = "campaign_status"
    moves: ClassVar[dict[str, set[str]]] = {
        "IN_PROGRESS": {"VERIFIED", "FAILED"},
        "FAILED": {"IN_PROGRESS"},
        "VERIFIED": {"SUSPENDED"},
    }

    def path_of(self, doc: Doc) -> str:
        """Return the path of a campaign."""
        return f"{CAMPAIGNS.format(service=doc['messaging_service_sid'])}/{doc['sid']}"

    @route(f"POST {CAMPAIGNS}", status=201)
    def create(self, service: str, params: CreateCampaign) -> Doc:
        """Register a service's one campaign. It is verified two seconds later."""
        self.mirror.messaging_services.get(service)
        brand = self.mirror.brand_registrations.peek(params.brand_registration_sid)
        is_own = brand is not None and brand["account_sid"] == self.mirror.account_sid
        if brand is None or not is_own or brand["status"] != "APPROVED":
            raise refusal(21717)
        if not 2 <= len(params.message_samples) <= 5:
            raise refusal(20400, message="Two to five message samples are required.")
        if self.first(messaging_service_sid=service) is not None:
            raise refusal(20409, message="The messaging service has a campaign already.")
        given = {name: value for name, value in params.model_dump().items() if value is not None}
        doc = self.save(self.new(messaging_service_sid=service, mock=brand["mock"], **given))
        self.mirror.after(REVIEW, "us_app_to_persons.review", id=doc["id"])
        return self.view(doc)

    def review(self, id: str) -> None:
        """Let the carriers verify a campaign that still waits."""
        doc = self.peek(id)
        if doc is not None and doc["campaign_status"] == "IN_PROGRESS":
            self.decide(doc, "VERIFIED")

    def decide(self, doc: Doc, status: str, reason: str | None = None) -> Doc:
        """Let the carriers verify, fail or suspend a campaign."""
        is_fine = status == "VERIFIED"
        limits = {"att": {"mps": 600, "msg_class": "A"}, "tmobile": {"brand_tier": "TOP"}}
        return self.change(
            doc,
            campaign_status=status,
            campaign_id=f"C{doc['sid'][2:8].upper()}" if is_fine else doc["campaign_id"],
            rate_limits=limits if is_fine else doc["rate_limits"],
            errors=[{"error_code": 30882, "description": reason}] if reason else [],
        )

    @route(f"GET {CAMPAIGNS}/Usecases")
    def usecases(self, service: str, call: Call) -> Doc:
        """List what campaigns can be for."""
        check(call.query, {"BrandRegistrationSid": sid("BN").coded(21717)})
        self.mirror.messaging_services.get(service)
        return {
            "us_app_to_person_usecases": [
                {
                    "code": code,
                    "name": name,
                    "description": name,
                    "post_approval_required": is_reviewed,
                }
                for code, name, is_reviewed in USECASES
            ]
        }

    @route(f"GET {CAMPAIGNS}/{{sid}}")
    def fetch(self, service: str, sid: str) -> Doc:
        """Return a campaign."""
        return self.view(self._of(service, sid))

    def _of(self, service: str, sid: str) -> Doc:
        doc = self.get(sid)
        if doc["messaging_service_sid"] != service:
            raise self.missing(sid)
        return doc

    @route(f"GET {CAMPAIGNS}")
    def index(self, service: str, call: Call) -> Doc:
        """List a service's campaigns: one, or none."""
        self.mirror.messaging_services.get(service)
        return self.listed(call, "compliance", messaging_service_sid=service)

    @route(f"POST {CAMPAIGNS}/{{sid}}")
    def update(self, service: str, sid: str, params: UpdateCampaign) -> Doc:
        """Change a campaign; one that failed is looked at again."""
        doc = self._of(service, sid)
        given = {name: value for name, value in params.model_dump().items() if value is not None}
        if doc["campaign_status"] == "FAILED":
            given |= {"campaign_status": "IN_PROGRESS", "errors": []}
            self.mirror.after(REVIEW, "us_app_to_persons.review", id=sid)
        return self.view(self.change(doc, **given))

    @route(f"DELETE {CAMPAIGNS}/{{sid}}", status=204)
    def delete(self, service: str, sid: str) -> None:
        """Withdraw a campaign."""
        self.drop(self._of(service, sid))
