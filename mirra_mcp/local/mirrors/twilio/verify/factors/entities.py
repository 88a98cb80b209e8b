"""Entities: people who have factors, by the application's own names for them.

Source: https://www.twilio.com/docs/verify/api/entity
"""

import re

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import CreateEntity
from mirra_mcp.wire.model import Doc

IDENTITY = re.compile(r"[A-Za-z0-9-]{8,64}")


class VerifyEntities(TwilioResource):
    """People as Verify knows them."""

    entity, plural, prefix = "verify_entity", "verify_entities", "YE"
    names = ("identity",)
    indexes = ("account_sid", "service_sid", "identity")
    blank = {
        "sid": None,
        "identity": None,
        "account_sid": None,
        "service_sid": None,
        "date_created": None,
        "date_updated": None,
        "url": None,
        "links": None,
    }

    @route("POST /v2/Services/{ServiceSid}/Entities", status=201)
    def create(self, ServiceSid: str, params: CreateEntity) -> Doc:
        """Add somebody."""
        service = self.mirror.verify_services.get(ServiceSid)
        if self.first(service_sid=ServiceSid, identity=params.identity):
            raise errors.refuse(60301)
        return self.view(self.known(service, params.identity))

    @route("GET /v2/Services/{ServiceSid}/Entities")
    def list(self, ServiceSid: str, call: Call) -> Doc:
        """List the people of a service, newest first."""
        self.mirror.verify_services.get(ServiceSid)
        return self.listed(call, "entities", service_sid=ServiceSid)

    @route("GET /v2/Services/{ServiceSid}/Entities/{Identity}")
    def fetch(self, ServiceSid: str, Identity: str) -> Doc:
        """Return one of them."""
        return self.view(self.of(ServiceSid, Identity))

    @route("DELETE /v2/Services/{ServiceSid}/Entities/{Identity}", status=204)
    def delete(self, ServiceSid: str, Identity: str) -> None:
        """Remove somebody with all factors."""
        doc = self.of(ServiceSid, Identity)
        for factor in self.mirror.verify_factors.find(entity_sid=doc["sid"]):
            self.mirror.verify_factors.forget(factor)
        self.drop(doc)

    def of(self, service: str, identity: str) -> Doc:
        """Return somebody.

        Raises:
            VendorError: nobody of this name is there.
        """
        self.mirror.verify_services.get(service)
        doc = self.first(service_sid=service, identity=identity)
        if doc is None:
            raise self.missing(identity)
        return doc

    def named(self, identity: str) -> str:
        """Return a name that somebody may have.

        Raises:
            VendorError: Verify takes no such name.
        """
        if not IDENTITY.fullmatch(identity):
            raise errors.refuse(60367)
        return identity

    def known(self, service: Doc, identity: str) -> Doc:
        """Return somebody, who is added if need be: so does a first factor.

        Raises:
            VendorError: the name is none that Verify takes.
        """
        doc = self.first(service_sid=service["sid"], identity=identity)
        if doc is not None:
            return doc
        whose = {"account_sid": service["account_sid"], "service_sid": service["sid"]}
        return self.save(self.new(identity=self.named(identity), **whose))

    def path_of(self, doc: Doc) -> str:
        """Return the path of somebody."""
        return f"/v2/Services/{doc['service_sid']}/Entities/{doc['identity']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the paths of factors and challenges."""
        path = self.path_of(doc)
        return {
            "factors": f"{path}/Factors",
            "new_factors": f"{path}/Factors",
            "challenges": f"{path}/Challenges",
        }
