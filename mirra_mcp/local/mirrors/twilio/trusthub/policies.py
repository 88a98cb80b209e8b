"""What TrustHub asks for: policies, the types of end users and of supporting documents.

Of Twilio's policies those of A2P messaging and of signed calls.

Source: https://www.twilio.com/docs/messaging/compliance/a2p-10dlc/onboarding-isv-api
    https://www.twilio.com/docs/trust-hub/trusthub-rest-api
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import pages
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

REPRESENTATIVE = ("last_name", "first_name", "email", "phone_number", "business_title",
                  "job_position")  # fmt: skip
END_USERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "customer_profile_business_information": (
        "Business Information",
        ("business_name", "website_url", "business_regions_of_operation", "business_type",
         "business_registration_identifier", "business_identity", "business_industry",
         "business_registration_number"),
    ),
    "authorized_representative_1": ("Authorized Representative #1", REPRESENTATIVE),
    "authorized_representative_2": ("Authorized Representative #2", REPRESENTATIVE),
    "us_a2p_messaging_profile_information": (
        "US A2P Messaging Profile Information", ("company_type",),
    ),
    "starter_customer_profile_information": (
        "Starter Customer Profile Information",
        ("first_name", "last_name", "email", "phone_number"),
    ),
    "sole_proprietor_information": (
        "Sole Proprietor Information", ("brand_name", "vertical", "mobile_phone_number"),
    ),
}  # fmt: skip
"""By machine name what people call it, and the attributes that an end user must have."""
DOCUMENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "customer_profile_address": ("Physical Business Address", ("address_sids",)),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a bundle must have to be approved."""

    name: str
    noun: str
    """Which bundles it is for: `customer_profiles` or `trust_products`."""
    end_users: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    needs_profile: bool = False


POLICIES: dict[str, Policy] = {
    "RNdfbf3fae0e1107f8aded0e7cead80bf5": Policy(
        "Secondary Customer Profile of type Business", "customer_profiles",
        ("customer_profile_business_information", "authorized_representative_1"),
        ("customer_profile_address",),
    ),
    "RN806dd6cd175f314e1f96a9727ee271f4": Policy(
        "Starter Customer Profile", "customer_profiles",
        ("starter_customer_profile_information",), ("customer_profile_address",),
    ),
    "RNb0d4771c2c98518d916a3d4cd70a8f8b": Policy(
        "A2P Messaging: Local - Business", "trust_products",
        ("us_a2p_messaging_profile_information",), needs_profile=True,
    ),
    "RN670d5d2e282a6130ae063b234b6019c8": Policy(
        "A2P Messaging: Sole Proprietor", "trust_products",
        ("sole_proprietor_information",), needs_profile=True,
    ),
    "RN7a97559effdf62d00f4298208492a5ea": Policy(
        "SHAKEN/STIR", "trust_products", needs_profile=True
    ),
}  # fmt: skip


class TrustPolicies(TwilioResource):
    """The policies, and the types that they ask for: the same for everybody."""

    entity, plural = "trust_policy", "trust_policies"
    synonyms, names, is_record = (), (), True
    blank: ClassVar[Doc] = {}

    @route("GET /v1/Policies")
    def index(self, call: Call) -> Doc:
        """List the policies."""
        return self._page(call, map(self._policy, POLICIES), "Policies")

    @route("GET /v1/Policies/{Sid}")
    def fetch(self, Sid: str) -> Doc:
        """Return one policy with what it asks for."""
        if Sid not in POLICIES:
            raise self.missing(Sid)
        return self._policy(Sid)

    @route("GET /v1/EndUserTypes")
    def list_end_users(self, call: Call) -> Doc:
        """List the types of end users."""
        return self._page(call, self._types("EndUserTypes"), "end_user_types")

    @route("GET /v1/EndUserTypes/{Sid}")
    def fetch_end_user(self, Sid: str) -> Doc:
        """Return one type of end users."""
        return self._one("EndUserTypes", Sid)

    @route("GET /v1/SupportingDocumentTypes")
    def list_documents(self, call: Call) -> Doc:
        """List the types of supporting documents."""
        return self._page(call, self._types("SupportingDocumentTypes"), "supporting_document_types")

    @route("GET /v1/SupportingDocumentTypes/{Sid}")
    def fetch_document(self, Sid: str) -> Doc:
        """Return one type of supporting documents."""
        return self._one("SupportingDocumentTypes", Sid)

    def _policy(self, sid: str) -> Doc:
        policy = POLICIES[sid]
        asked: Doc = {
            "end_user": [_told(name, END_USERS) for name in policy.end_users],
            "supporting_document": [[_told(name, DOCUMENTS) for name in policy.documents]],
            "supporting_trust_products": [],
            "supporting_customer_profiles": ["customer_profile"] if policy.needs_profile else [],
        }
        return {"sid": sid, "friendly_name": policy.name, "requirements": asked,
                "url": f"{self.mirror.url}/v1/Policies/{sid}"}  # fmt: skip

    def _types(self, part: str) -> list[Doc]:
        table, prefix = (END_USERS, "OY1") if part == "EndUserTypes" else (DOCUMENTS, "OY2")
        return [
            {
                "sid": f"{prefix}{number:031x}",
                "machine_name": name,
                "friendly_name": table[name][0],
                "fields": [
                    {"machine_name": each, "friendly_name": each} for each in table[name][1]
                ],
                "url": f"{self.mirror.url}/v1/{part}/{prefix}{number:031x}",
            }
            for number, name in enumerate(table)
        ]

    def _one(self, part: str, sid: str) -> Doc:
        for each in self._types(part):
            if each["sid"] == sid:
                return each
        raise self.missing(sid)

    def _page(self, call: Call, docs: Iterable[Doc], noun: str) -> Doc:
        at = pages.cut(call)
        told = pages.slice_of([*docs], at)
        return pages.page_v1(call, noun.lower(), at, told, self.mirror.base_of(call))


def _told(name: str, table: dict[str, tuple[str, tuple[str, ...]]]) -> Doc:
    friendly, fields = table[name]
    return {"name": friendly, "type": name, "requirement_name": name, "fields": [*fields]}
