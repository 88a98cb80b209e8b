"""Toll-free verifications: who may text from a toll-free number, and what about.

Source: https://www.twilio.com/docs/messaging/api/tollfree-verification-resource
"""

from datetime import timedelta
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import FLAG, URL, TwilioParams, Values, any_of, sid
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

VERIFICATIONS = "/v1/Tollfree/Verifications"
REVIEW = timedelta(seconds=2)
FIELDS = (
    "sid account_sid customer_profile_sid trust_product_sid date_created date_updated"
    " regulated_item_sid business_name business_street_address business_street_address2"
    " business_city business_state_province_region business_postal_code business_country"
    " business_website business_contact_first_name business_contact_last_name"
    " business_contact_email business_contact_phone notification_email"
    " use_case_categories use_case_summary production_message_sample opt_in_image_urls"
    " opt_in_type message_volume additional_information tollfree_phone_number_sid"
    " tollfree_phone_number status url rejection_reason error_code edit_expiration"
    " edit_allowed business_registration_number business_registration_authority"
    " business_registration_country business_type business_registration_phone_number"
    " doing_business_as opt_in_confirmation_message help_message_sample"
    " privacy_policy_url terms_and_conditions_url age_gated_content opt_in_keywords"
    " rejection_reasons resource_links external_reference_id vetting_id vetting_provider"
    " vetting_id_expiration"
)


STATUSES = ("PENDING_REVIEW", "IN_REVIEW", "TWILIO_APPROVED", "TWILIO_REJECTED")


class UpdateVerification(TwilioParams):
    """What can be changed."""

    values: ClassVar[Values] = {
        "AgeGatedContent": FLAG,
        "BusinessRegistrationAuthority": any_of(
            "EIN", "CBN", "CRN", "PROVINCIAL_NUMBER", "VAT", "ACN", "ABN", "BRN", "SIREN", "SIRET",
            "NZBN", "USt-IdNr", "CIF", "NIF", "CNPJ", "UID", "NEQ", "OTHER"),
        "BusinessType": any_of(
            "PRIVATE_PROFIT", "PUBLIC_PROFIT", "SOLE_PROPRIETOR", "NON_PROFIT", "GOVERNMENT"),
        "OptInType": any_of(
            "VERBAL", "WEB_FORM", "PAPER_FORM", "VIA_TEXT", "MOBILE_QR_CODE", "IMPORT",
            "IMPORT_PLEASE_REPLACE"),
        "PrivacyPolicyUrl": URL,
        "TermsAndConditionsUrl": URL,
        "UseCaseCategories": any_of(
            "TWO_FACTOR_AUTHENTICATION", "ACCOUNT_NOTIFICATIONS", "CUSTOMER_CARE",
            "CHARITY_NONPROFIT", "DELIVERY_NOTIFICATIONS", "FRAUD_ALERT_MESSAGING", "EVENTS",
            "HIGHER_EDUCATION", "K12", "MARKETING", "POLLING_AND_VOTING_NON_POLITICAL",
            "POLITICAL_ELECTION_CAMPAIGNS", "PUBLIC_SERVICE_ANNOUNCEMENT", "SECURITY_ALERT"),
        "VettingProvider": any_of("CAMPAIGN_VERIFY"),
    }  # fmt: skip

    business_name: str | None = None
    business_website: str | None = None
    notification_email: str | None = None
    use_case_categories: list[str] | None = None
    use_case_summary: str | None = None
    production_message_sample: str | None = None
    opt_in_image_urls: list[str] | None = None
    opt_in_type: str | None = None
    message_volume: str | None = None
    business_street_address: str | None = None
    business_street_address2: str | None = None
    business_city: str | None = None
    business_state_province_region: str | None = None
    business_postal_code: str | None = None
    business_country: str | None = None
    additional_information: str | None = None
    business_contact_first_name: str | None = None
    business_contact_last_name: str | None = None
    business_contact_email: str | None = None
    business_contact_phone: str | None = None
    business_registration_number: str | None = None
    business_registration_authority: str | None = None
    business_registration_country: str | None = None
    business_type: str | None = None
    business_registration_phone_number: str | None = None
    doing_business_as: str | None = None
    opt_in_confirmation_message: str | None = None
    help_message_sample: str | None = None
    privacy_policy_url: str | None = None
    terms_and_conditions_url: str | None = None
    age_gated_content: bool | None = None
    opt_in_keywords: list[str] | None = None
    vetting_provider: str | None = None
    vetting_id: str | None = None


class CreateVerification(UpdateVerification):
    """A new verification."""

    values: ClassVar[Values] = UpdateVerification.values | {
        "CustomerProfileSid": sid("BU"),
        "TollfreePhoneNumberSid": sid("PN"),
    }

    business_name: str
    business_website: str
    notification_email: str
    use_case_categories: list[str]
    use_case_summary: str
    production_message_sample: str
    opt_in_image_urls: list[str]
    opt_in_type: str
    message_volume: str
    tollfree_phone_number_sid: str
    customer_profile_sid: str | None = None
    external_reference_id: str | None = None


class TollfreeVerifications(TwilioResource):
    """Verifications of toll-free numbers."""

    entity, plural, prefix = "tollfree_verification", "tollfree_verifications", "HH"
    blank: ClassVar[Doc] = dict.fromkeys(FIELDS.split())
    indexes = ("account_sid", "tollfree_phone_number_sid", "status")
    filters: ClassVar[Values] = {
        "IncludeSubAccounts": FLAG,
        "Status": any_of(*STATUSES),
        "TollfreePhoneNumberSid": sid("PN"),
        "TrustProductSid": sid("BU"),
    }
    moves: ClassVar[dict[str, set[str]]] = {
        "PENDING_REVIEW": {"IN_REVIEW", "TWILIO_APPROVED", "TWILIO_REJECTED"},
        "IN_REVIEW": {"TWILIO_APPROVED", "TWILIO_REJECTED"},
        "TWILIO_REJECTED": {"PENDING_REVIEW"},
    }

    def path_of(self, doc: Doc) -> str:
        """Return the path of a verification."""
        return f"{VERIFICATIONS}/{doc['sid']}"

    @route(f"POST {VERIFICATIONS}", status=201)
    def create(self, params: CreateVerification) -> Doc:
        """Hand a verification in. It is approved two seconds later."""
        number = self.mirror.incoming_phone_numbers.peek(params.tollfree_phone_number_sid)
        account = self.mirror.account_sid
        if number is None or number["account_sid"] != account or number["type"] != "toll-free":
            raise refusal(20400, message="TollfreePhoneNumberSid is not a toll-free number.")
        waiting = self.first(tollfree_phone_number_sid=number["sid"])
        if waiting is not None and waiting["status"] != "TWILIO_REJECTED":
            raise refusal(20409, message="The number has a verification already.")
        doc = self.new(
            tollfree_phone_number=number["phone_number"],
            status="PENDING_REVIEW",
            resource_links={},
            **params.model_dump(),
        )
        self.save(doc)
        self.mirror.after(REVIEW, "tollfree_verifications.review", id=doc["id"])
        return self.view(doc)

    def review(self, id: str) -> None:
        """Let Twilio approve a verification that still waits."""
        doc = self.peek(id)
        if doc is not None and doc["status"] == "PENDING_REVIEW":
            self.decide(doc, "TWILIO_APPROVED")

    def decide(self, doc: Doc, status: str, reason: str | None = None) -> Doc:
        """Let Twilio approve or reject a verification."""
        is_rejected = status == "TWILIO_REJECTED"
        why = reason or "The use case could not be verified."
        return self.change(
            doc,
            status=status,
            rejection_reason=why if is_rejected else None,
            rejection_reasons=[{"code": 30475, "reason": why}] if is_rejected else None,
            error_code=30475 if is_rejected else None,
            edit_allowed=True if is_rejected else None,
        )

    @route(f"GET {VERIFICATIONS}/{{sid}}")
    def fetch(self, sid: str) -> Doc:
        """Return a verification."""
        return self.view(self.get(sid))

    @route(f"GET {VERIFICATIONS}")
    def index(self, call: Call) -> Doc:
        """List verifications, by number, status and your own reference."""
        number, status = call.query.get("TollfreePhoneNumberSid"), call.query.get("Status")
        reference = call.query.get("ExternalReferenceId")
        where: Doc = {"tollfree_phone_number_sid": number} if number else {}
        if status:
            where["status"] = status
        if reference is None:
            return self.listed(call, "verifications", **where)

        def keep(doc: Doc) -> bool:
            return bool(doc["external_reference_id"] == reference)

        return self.listed(call, "verifications", keep=keep, **where)

    @route(f"POST {VERIFICATIONS}/{{sid}}")
    def update(self, sid: str, params: UpdateVerification) -> Doc:
        """Change a verification; one that was rejected is looked at again."""
        doc = self.get(sid)
        if doc["status"] == "TWILIO_APPROVED":
            raise refusal(20400, message="An approved verification can't be changed.")
        given = {name: value for name, value in params.model_dump().items() if value is not None}
        if doc["status"] == "TWILIO_REJECTED":
            given |= {"status": "PENDING_REVIEW", "rejection_reason": None, "error_code": None}
            given |= {"rejection_reasons": None, "edit_allowed": None}
            self.mirror.after(REVIEW, "tollfree_verifications.review", id=sid)
        return self.view(self.change(doc, **given))

    @route(f"DELETE {VERIFICATIONS}/{{sid}}", status=204)
    def delete(self, sid: str) -> None:
        """Withdraw a verification."""
        self.drop(self.get(sid))

    def number_gone(self, number: Doc) -> None:
        """Forget the verifications of a number that leaves its account."""
        for doc in self.find(tollfree_phone_number_sid=number["sid"]):
            self.drop(doc)
