"""What is in a bundle, which numbers it is for, and whether anything is missing.

Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import Values, sid
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.trusthub.bundles import PRODUCTS, PROFILES
from mirra_mcp.local.mirrors.twilio.trusthub.params import Assign, AssignEndpoint
from mirra_mcp.wire.model import Doc

PROFILE: str = f"{PROFILES}/{{ProfileSid}}"
PRODUCT: str = f"{PRODUCTS}/{{ProductSid}}"
FIXED = ("in-review", "twilio-approved")
"""What is in a bundle can't be changed in these."""


class BundleParts(TwilioResource):
    """What parts of bundles do alike: their bundle is one of two nouns."""

    part: ClassVar[str] = ""
    synonyms, names = (), ()
    indexes: ClassVar[tuple[str, ...]] = ("account_sid", "bundle_sid")

    def bundle(self, sid: str, noun: str) -> Doc:
        """Return a bundle of the account's.

        Raises:
            VendorError: 20404, there is none.
        """
        nouns = {PROFILES: self.mirror.customer_profiles, PRODUCTS: self.mirror.trust_products}
        return nouns[noun].get(sid)

    def of(self, bundle: str, sid: str) -> Doc:
        """Return a part of a bundle.

        Raises:
            VendorError: 20404, it has none such.
        """
        doc = self.get(sid)
        if doc["bundle_sid"] != bundle:
            raise self.missing(sid)
        return doc

    def page_of(self, call: Call, bundle: Doc, **where: Any) -> Doc:
        """List the parts of a bundle."""
        return self.listed(call, "results", bundle_sid=bundle["sid"], **where)

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows: the bundle's SID is called by its noun."""
        shown = super().view(doc)
        bundle, is_profile = shown.pop("bundle_sid"), shown.pop("noun") == PROFILES
        return shown | {"customer_profile_sid" if is_profile else "trust_product_sid": bundle}

    def path_of(self, doc: Doc) -> str:
        """Return the path of a part."""
        return f"{doc['noun']}/{doc['bundle_sid']}/{self.part}/{doc['sid']}"


class TrustAssignments(BundleParts):
    """Which end users, papers and profiles are in which bundle."""

    entity, plural, prefix = "trust_assignment", "trust_assignments", "BV"
    part = "EntityAssignments"
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "bundle_sid": None,
        "noun": None,
        "object_sid": None,
        "date_created": None,
        "url": None,
    }
    indexes = ("account_sid", "bundle_sid", "object_sid")

    @route(f"POST {PROFILE}/EntityAssignments", status=201)
    def create(self, ProfileSid: str, params: Assign) -> Doc:
        """Put something into a customer profile."""
        return self._assign(self.bundle(ProfileSid, PROFILES), PROFILES, params.object_sid)

    @route(f"POST {PRODUCT}/EntityAssignments", status=201)
    def create_product(self, ProductSid: str, params: Assign) -> Doc:
        """Put something into a trust product."""
        return self._assign(self.bundle(ProductSid, PRODUCTS), PRODUCTS, params.object_sid)

    def _assign(self, bundle: Doc, noun: str, sid: str) -> Doc:
        nouns = (self.mirror.end_users, self.mirror.supporting_documents,
                 self.mirror.customer_profiles)  # fmt: skip
        owners = [doc["account_sid"] for each in nouns if (doc := each.peek(sid)) is not None]
        if bundle["account_sid"] not in owners:
            raise wrong(f"Invalid parameter ObjectSid: there is no {sid[:40]}")
        self._check(bundle)
        if self.count(bundle_sid=bundle["sid"], object_sid=sid):
            raise refusal(20409, message=f"{sid} is assigned to {bundle['sid']} already.")
        doc = self.new(bundle_sid=bundle["sid"], noun=noun, object_sid=sid)
        return self.view(self.save(doc))

    def _check(self, bundle: Doc) -> None:
        if bundle["status"] in FIXED:
            raise wrong(f"A bundle that is {bundle['status']} can't be changed")

    @route(f"GET {PROFILE}/EntityAssignments")
    def index(self, ProfileSid: str, call: Call) -> Doc:
        """List what is in a customer profile."""
        return self._page(call, self.bundle(ProfileSid, PROFILES))

    @route(f"GET {PRODUCT}/EntityAssignments")
    def index_product(self, ProductSid: str, call: Call) -> Doc:
        """List what is in a trust product."""
        return self._page(call, self.bundle(ProductSid, PRODUCTS))

    def _page(self, call: Call, bundle: Doc) -> Doc:
        kinds = {"end_user": self.mirror.end_users,
                 "supporting_document": self.mirror.supporting_documents}  # fmt: skip
        wanted = call.query.get("ObjectType")
        noun = kinds.get(wanted or "")

        def keep(doc: Doc) -> bool:
            return not wanted or (noun is not None and noun.peek(doc["object_sid"]) is not None)

        return self.page_of(call, bundle, keep=keep)

    @route(f"GET {PROFILE}/EntityAssignments/{{Sid}}")
    def fetch(self, ProfileSid: str, Sid: str) -> Doc:
        """Return one thing in a customer profile."""
        return self.view(self.of(ProfileSid, Sid))

    @route(f"GET {PRODUCT}/EntityAssignments/{{Sid}}")
    def fetch_product(self, ProductSid: str, Sid: str) -> Doc:
        """Return one thing in a trust product."""
        return self.view(self.of(ProductSid, Sid))

    @route(f"DELETE {PROFILE}/EntityAssignments/{{Sid}}", status=204)
    def delete(self, ProfileSid: str, Sid: str) -> None:
        """Take something out of a customer profile."""
        self._check(self.bundle(ProfileSid, PROFILES))
        self.drop(self.of(ProfileSid, Sid))

    @route(f"DELETE {PRODUCT}/EntityAssignments/{{Sid}}", status=204)
    def delete_product(self, ProductSid: str, Sid: str) -> None:
        """Take something out of a trust product."""
        self._check(self.bundle(ProductSid, PRODUCTS))
        self.drop(self.of(ProductSid, Sid))


class TrustEndpoints(BundleParts):
    """Which numbers which bundle is for."""

    entity, plural, prefix = "trust_endpoint", "trust_endpoints", "RA"
    part = "ChannelEndpointAssignments"
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "bundle_sid": None,
        "noun": None,
        "channel_endpoint_type": "phone-number",
        "channel_endpoint_sid": None,
        "date_created": None,
        "url": None,
    }
    indexes = ("account_sid", "bundle_sid", "channel_endpoint_sid")
    filters: ClassVar[Values] = {"ChannelEndpointSid": sid("PN")}

    @route(f"POST {PROFILE}/ChannelEndpointAssignments", status=201)
    def create(self, ProfileSid: str, params: AssignEndpoint) -> Doc:
        """Say that a customer profile is for a number."""
        return self._assign(self.bundle(ProfileSid, PROFILES), PROFILES, params)

    @route(f"POST {PRODUCT}/ChannelEndpointAssignments", status=201)
    def create_product(self, ProductSid: str, params: AssignEndpoint) -> Doc:
        """Say that a trust product is for a number."""
        return self._assign(self.bundle(ProductSid, PRODUCTS), PRODUCTS, params)

    def _assign(self, bundle: Doc, noun: str, params: AssignEndpoint) -> Doc:
        if params.channel_endpoint_type != "phone-number":
            raise wrong("Invalid parameter ChannelEndpointType: it is not phone-number")
        number = self.mirror.incoming_phone_numbers.peek(params.channel_endpoint_sid)
        if number is None or number["account_sid"] != bundle["account_sid"]:
            raise wrong("Invalid parameter ChannelEndpointSid: the account has no such number")
        doc = self.new(bundle_sid=bundle["sid"], noun=noun, channel_endpoint_sid=number["sid"])
        return self.view(self.save(doc))

    @route(f"GET {PROFILE}/ChannelEndpointAssignments")
    def index(self, ProfileSid: str, call: Call) -> Doc:
        """List the numbers that a customer profile is for."""
        return self._page(call, self.bundle(ProfileSid, PROFILES))

    @route(f"GET {PRODUCT}/ChannelEndpointAssignments")
    def index_product(self, ProductSid: str, call: Call) -> Doc:
        """List the numbers that a trust product is for."""
        return self._page(call, self.bundle(ProductSid, PRODUCTS))

    def _page(self, call: Call, bundle: Doc) -> Doc:
        one = call.query.get("ChannelEndpointSid")
        several = call.query.get("ChannelEndpointSids", "").split(",")
        wanted = {each for each in (one, *several) if each}
        return self.page_of(
            call, bundle, keep=lambda doc: not wanted or doc["channel_endpoint_sid"] in wanted
        )

    @route(f"GET {PROFILE}/ChannelEndpointAssignments/{{Sid}}")
    def fetch(self, ProfileSid: str, Sid: str) -> Doc:
        """Return one number that a customer profile is for."""
        return self.view(self.of(ProfileSid, Sid))

    @route(f"GET {PRODUCT}/ChannelEndpointAssignments/{{Sid}}")
    def fetch_product(self, ProductSid: str, Sid: str) -> Doc:
        """Return one number that a trust product is for."""
        return self.view(self.of(ProductSid, Sid))

    @route(f"DELETE {PROFILE}/ChannelEndpointAssignments/{{Sid}}", status=204)
    def delete(self, ProfileSid: str, Sid: str) -> None:
        """Say that a customer profile is no longer for a number."""
        self.drop(self.of(ProfileSid, Sid))

    @route(f"DELETE {PRODUCT}/ChannelEndpointAssignments/{{Sid}}", status=204)
    def delete_product(self, ProductSid: str, Sid: str) -> None:
        """Say that a trust product is no longer for a number."""
        self.drop(self.of(ProductSid, Sid))
