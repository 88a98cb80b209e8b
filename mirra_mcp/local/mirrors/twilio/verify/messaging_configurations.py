"""Messaging configurations: which messaging service sends a service's codes to a country.

Source: https://www.twilio.com/docs/verify/api/messaging-configuration
"""

import re

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.verify import errors
from mirra_mcp.local.mirrors.twilio.verify.params import (
    CreateMessagingConfiguration,
    UpdateMessagingConfiguration,
)
from mirra_mcp.wire.model import Doc

COUNTRY = re.compile(r"[A-Za-z]{2}|all")
MESSAGING_SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")


class VerifyMessagingConfigurations(TwilioResource):
    """Messaging services by country."""

    entity, plural = "verify_messaging_configuration", "verify_messaging_configurations"
    names = ("country",)
    indexes = ("account_sid", "service_sid")
    blank = {
        "account_sid": None,
        "service_sid": None,
        "country": None,
        "messaging_service_sid": None,
        "date_created": None,
        "date_updated": None,
        "url": None,
    }

    @route("POST /v2/Services/{ServiceSid}/MessagingConfigurations", status=201)
    def create(self, ServiceSid: str, params: CreateMessagingConfiguration) -> Doc:
        """Choose who sends to a country."""
        self.mirror.verify_services.get(ServiceSid)
        if not COUNTRY.fullmatch(params.country):
            raise errors.invalid("Country")
        country = _spelled(params.country)
        if self.peek(f"{ServiceSid} {country}") is not None:
            raise errors.refuse(60213)
        doc = self.new(
            id=f"{ServiceSid} {country}",
            service_sid=ServiceSid,
            country=country,
            messaging_service_sid=_checked(params.messaging_service_sid),
        )
        return self.view(self.save(doc))

    @route("GET /v2/Services/{ServiceSid}/MessagingConfigurations")
    def list(self, ServiceSid: str, call: Call) -> Doc:
        """List who sends where, newest first."""
        self.mirror.verify_services.get(ServiceSid)
        return self.listed(call, "messaging_configurations", service_sid=ServiceSid)

    @route("GET /v2/Services/{ServiceSid}/MessagingConfigurations/{Country}")
    def fetch(self, ServiceSid: str, Country: str) -> Doc:
        """Return who sends to a country."""
        return self.view(self._of(ServiceSid, Country))

    @route("POST /v2/Services/{ServiceSid}/MessagingConfigurations/{Country}")
    def update(self, ServiceSid: str, Country: str, params: UpdateMessagingConfiguration) -> Doc:
        """Let another messaging service send to a country."""
        doc = self._of(ServiceSid, Country)
        return self.view(
            self.change(doc, messaging_service_sid=_checked(params.messaging_service_sid))
        )

    @route("DELETE /v2/Services/{ServiceSid}/MessagingConfigurations/{Country}", status=204)
    def delete(self, ServiceSid: str, Country: str) -> None:
        """Leave a country to Verify's own senders."""
        self.drop(self._of(ServiceSid, Country))

    def path_of(self, doc: Doc) -> str:
        """Return the path of a country's configuration."""
        return f"/v2/Services/{doc['service_sid']}/MessagingConfigurations/{doc['country']}"

    def _of(self, service: str, country: str) -> Doc:
        self.mirror.verify_services.get(service)
        return self.get(f"{service} {_spelled(country)}")


def _spelled(country: str) -> str:
    return country if country == "all" else country.upper()


def _checked(sid: str) -> str:
    if not MESSAGING_SERVICE.fullmatch(sid):
        raise errors.invalid("MessagingServiceSid")
    return sid
