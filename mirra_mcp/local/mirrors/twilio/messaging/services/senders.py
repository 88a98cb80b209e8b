"""The senders of messaging services: numbers, short codes and names.

Source: https://www.twilio.com/docs/messaging/api/phonenumber-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging import senders
from mirra_mcp.local.mirrors.twilio.messaging.params import (
    AddAlphaSender,
    AddDestinationAlphaSender,
    AddPhoneNumber,
    AddShortCode,
)
from mirra_mcp.wire.model import Doc

SERVICE = "/v1/Services/{ServiceSid}"
MOST = 400
"""Source: https://www.twilio.com/docs/api/errors/21714"""
MEMBERSHIP: dict[str, str | None] = {
    "account_sid": None,
    "service_sid": None,
    "sid": None,
    "date_created": None,
    "date_updated": None,
}


class ServiceSenders(TwilioResource):
    """Which senders are in which service's pool."""

    part: ClassVar[str] = ""
    """The last segment of its path."""
    indexes = ("account_sid", "service_sid", "sender_sid")

    def path_of(self, doc: Doc) -> str:
        """Return the path of a sender in its service."""
        return f"/v1/Services/{doc['service_sid']}/{self.part}/{doc['sid']}"

    def members(self, service: str) -> list[Doc]:
        """List the members of a service, those first that came first."""
        return self.find(service_sid=service, newest_first=False)

    def of(self, service: str, sid: str) -> Doc:
        """Return a sender of a service.

        Raises:
            VendorError: there is no such service, or it isn't in its pool.
        """
        self.mirror.messaging_services.get(service)
        for doc in self.find(service_sid=service, sender_sid=sid):
            return doc
        raise self.missing(sid)

    def page_of(self, call: Call, service: str, noun: str) -> Doc:
        """List the senders of a service."""
        self.mirror.messaging_services.get(service)
        return self.listed(call, noun, newest_first=False, service_sid=service)

    def take_out(self, service: str, sid: str) -> None:
        """Remove a sender from a service's pool."""
        self.drop(self.of(service, sid))

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows of a membership."""
        shown = super().view(doc)
        del shown["sender_sid"]
        return shown

    def admit(self, service: Doc, sid: str, **fields: object) -> Doc:
        """Put a sender of the account into a pool. A sender is in one pool at most.

        Raises:
            VendorError: it is in one already.
        """
        for known in self.find(sender_sid=sid):
            if self.mirror.messaging_services.peek(known["service_sid"]) is not None:
                raise refusal(21710 if known["service_sid"] == service["sid"] else 21712)
        if self.count(service_sid=service["sid"]) >= MOST:
            raise wrong(f"Messaging Service Number Pool size limit reached: {MOST}")
        doc = self.new(account_sid=service["account_sid"], service_sid=service["sid"], **fields)
        doc |= {"sid": sid, "sender_sid": sid}
        return self.save(doc)


class ServicePhoneNumbers(ServiceSenders):
    """The phone numbers in pools."""

    entity, plural, prefix = "service_phone_number", "service_phone_numbers", "PM"
    part = "PhoneNumbers"
    blank: ClassVar[Doc] = MEMBERSHIP | {
        "phone_number": None,
        "country_code": None,
        "capabilities": None,
        "url": None,
        "sender_sid": None,
    }

    @route(f"POST {SERVICE}/PhoneNumbers", status=201)
    def create(self, ServiceSid: str, params: AddPhoneNumber) -> Doc:
        """Add one of the account's numbers."""
        service = self.mirror.messaging_services.get(ServiceSid)
        return self.view(self.join(service, params.phone_number_sid))

    def join(self, service: Doc, sid: str) -> Doc:
        """Add a number to a pool: a caller's wish or a fixture's.

        Raises:
            VendorError: the account has no such number, or it is in a pool.
        """
        number = self.mirror.incoming_phone_numbers.peek(sid)
        if number is None or number["account_sid"] != service["account_sid"]:
            raise refusal(20404, path=f"/PhoneNumbers/{sid}")
        if not number["capabilities"].get("sms"):
            raise refusal(21715)
        phone = phones.parse(number["phone_number"])
        return self.admit(
            service,
            sid,
            phone_number=number["phone_number"],
            country_code=phone.country if phone else "US",
            capabilities=_abilities(number["capabilities"]),
        )

    def members(self, service: str) -> list[Doc]:
        """List the numbers that the account still has."""
        held = self.mirror.incoming_phone_numbers
        return [each for each in super().members(service) if held.peek(each["sid"]) is not None]

    def number_gone(self, number: Doc) -> None:
        """Take a number that leaves its account out of its pool."""
        for doc in self.find(sender_sid=number["sid"]):
            self.drop(doc)

    @route(f"GET {SERVICE}/PhoneNumbers")
    def list(self, ServiceSid: str, call: Call) -> Doc:
        """List the numbers of a service."""
        return self.page_of(call, ServiceSid, "phone_numbers")

    @route(f"GET {SERVICE}/PhoneNumbers/{{Sid}}")
    def fetch(self, ServiceSid: str, Sid: str) -> Doc:
        """Return one number of a service."""
        return self.view(self.of(ServiceSid, Sid))

    @route(f"DELETE {SERVICE}/PhoneNumbers/{{Sid}}", status=204)
    def delete(self, ServiceSid: str, Sid: str) -> None:
        """Take a number out of the pool; the account keeps it."""
        self.take_out(ServiceSid, Sid)


class ServiceShortCodes(ServiceSenders):
    """The short codes in pools."""

    entity, plural, prefix = "service_short_code", "service_short_codes", "PM"
    part = "ShortCodes"
    blank: ClassVar[Doc] = MEMBERSHIP | {
        "short_code": None,
        "country_code": None,
        "capabilities": None,
        "url": None,
        "sender_sid": None,
    }

    @route(f"POST {SERVICE}/ShortCodes", status=201)
    def create(self, ServiceSid: str, params: AddShortCode) -> Doc:
        """Add one of the account's short codes."""
        service = self.mirror.messaging_services.get(ServiceSid)
        code = self.mirror.short_codes.peek(params.short_code_sid)
        if code is None or code["account_sid"] != service["account_sid"]:
            raise refusal(20404, path=f"/ShortCodes/{params.short_code_sid}")
        doc = self.admit(
            service,
            code["sid"],
            short_code=code["short_code"],
            country_code=code["_country"],
            capabilities=["SMS"],
        )
        return self.view(doc)

    @route(f"GET {SERVICE}/ShortCodes")
    def list(self, ServiceSid: str, call: Call) -> Doc:
        """List the short codes of a service."""
        return self.page_of(call, ServiceSid, "short_codes")

    @route(f"GET {SERVICE}/ShortCodes/{{Sid}}")
    def fetch(self, ServiceSid: str, Sid: str) -> Doc:
        """Return one short code of a service."""
        return self.view(self.of(ServiceSid, Sid))

    @route(f"DELETE {SERVICE}/ShortCodes/{{Sid}}", status=204)
    def delete(self, ServiceSid: str, Sid: str) -> None:
        """Take a short code out of the pool."""
        self.take_out(ServiceSid, Sid)


class AlphaSenders(ServiceSenders):
    """The names in pools."""

    entity, plural, prefix = "alpha_sender", "alpha_senders", "AI"
    part = "AlphaSenders"
    blank: ClassVar[Doc] = MEMBERSHIP | {
        "alpha_sender": None,
        "capabilities": None,
        "url": None,
        "sender_sid": None,
    }

    @route(f"POST {SERVICE}/AlphaSenders", status=201)
    def create(self, ServiceSid: str, params: AddAlphaSender) -> Doc:
        """Add a name from which messages come."""
        service = self.mirror.messaging_services.get(ServiceSid)
        return self.view(self.put(service, params.alpha_sender))

    def put(self, service: Doc, name: str, **fields: object) -> Doc:
        """Put a name into a pool.

        Raises:
            VendorError: it can't be a sender, or is one of the service already.
        """
        if not name:
            raise refusal(21708)
        if not senders.is_alpha(name):
            raise refusal(21709)
        for known in self.members(service["sid"]):
            if known["alpha_sender"] == name and all(
                known[field] == value for field, value in fields.items()
            ):
                raise refusal(21710)
        return self.admit(service, self.new_id(), alpha_sender=name, capabilities=["SMS"], **fields)

    @route(f"GET {SERVICE}/AlphaSenders")
    def list(self, ServiceSid: str, call: Call) -> Doc:
        """List the names of a service."""
        return self.page_of(call, ServiceSid, "alpha_senders")

    @route(f"GET {SERVICE}/AlphaSenders/{{Sid}}")
    def fetch(self, ServiceSid: str, Sid: str) -> Doc:
        """Return one name of a service."""
        return self.view(self.of(ServiceSid, Sid))

    @route(f"DELETE {SERVICE}/AlphaSenders/{{Sid}}", status=204)
    def delete(self, ServiceSid: str, Sid: str) -> None:
        """Take a name out of the pool."""
        self.take_out(ServiceSid, Sid)


class DestinationAlphaSenders(AlphaSenders):
    """The names in pools that are for one country, or for all.

    Source: https://www.twilio.com/docs/messaging/api/destination-alphasender-resource
    """

    entity, plural = "destination_alpha_sender", "destination_alpha_senders"
    part = "DestinationAlphaSenders"
    blank: ClassVar[Doc] = AlphaSenders.blank | {"iso_country_code": None}

    @route(f"POST {SERVICE}/DestinationAlphaSenders", status=201)
    def create(self, ServiceSid: str, params: AddDestinationAlphaSender) -> Doc:  # type: ignore[override]  # takes a country too
        """Add a name for a country."""
        service = self.mirror.messaging_services.get(ServiceSid)
        country = params.iso_country_code or None
        if country is not None and not (len(country) == 2 and country.isalpha()):
            raise wrong(f"Invalid parameter IsoCountryCode: {country}")
        country = country.upper() if country else None
        return self.view(self.put(service, params.alpha_sender, iso_country_code=country))

    @route(f"GET {SERVICE}/DestinationAlphaSenders")
    def list(self, ServiceSid: str, call: Call) -> Doc:
        """List the names of a service, or those for a country."""
        country = call.query.get("IsoCountryCode")
        self.mirror.messaging_services.get(ServiceSid)

        def keep(doc: Doc) -> bool:
            return country is None or doc["iso_country_code"] == country.upper()

        return self.listed(
            call, "alpha_senders", keep=keep, newest_first=False, service_sid=ServiceSid
        )

    @route(f"GET {SERVICE}/DestinationAlphaSenders/{{Sid}}")
    def fetch(self, ServiceSid: str, Sid: str) -> Doc:
        """Return one name of a service."""
        return super().fetch(ServiceSid, Sid)

    @route(f"DELETE {SERVICE}/DestinationAlphaSenders/{{Sid}}", status=204)
    def delete(self, ServiceSid: str, Sid: str) -> None:
        """Take a name out of the pool."""
        super().delete(ServiceSid, Sid)


def _abilities(given: Doc) -> list[str]:
    names = {"mms": "MMS", "sms": "SMS", "voice": "Voice", "fax": "Fax"}
    return sorted(title for name, title in names.items() if given.get(name))
