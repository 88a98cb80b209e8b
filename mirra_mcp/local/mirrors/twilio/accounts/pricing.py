"""Pricing: what the mirror charges for messages, calls and numbers, in every country the same.

The prices are the mirror's own, those that messages, calls and usage have; Twilio's differ by
country and change.

Source: https://www.twilio.com/docs/messaging/api/pricing
    https://www.twilio.com/docs/voice/pricing
    https://www.twilio.com/docs/phone-numbers/pricing
"""

from collections.abc import Callable
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.accounts.usage_records import PRICES
from mirra_mcp.local.mirrors.twilio.api import errors, pages, phones
from mirra_mcp.local.mirrors.twilio.api.phones import Phone
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

KINDS = {"local": "local", "mobile": "mobile", "toll_free": "toll free"}
MESSAGING, NUMBERS = "/v1/Messaging/Countries", "/v1/PhoneNumbers/Countries"
VOICE, VOICE_2 = "/v1/Voice/Countries", "/v2/Voice/Countries"


class Pricing(TwilioResource):
    """What is charged: kept nowhere, for it never changes."""

    entity, plural = "price", "prices"
    synonyms, names, is_record = (), (), True
    blank: ClassVar[Doc] = {}

    @route(f"GET {MESSAGING}")
    def messaging_countries(self, call: Call) -> Doc:
        """List the countries that messages go to."""
        return self._countries(call, MESSAGING)

    @route(f"GET {MESSAGING}/{{IsoCountry}}")
    def messaging_country(self, IsoCountry: str) -> Doc:
        """Return what messages to and from a country cost."""
        price = f"{self.mirror.messages.sms_price:f}"
        kinds = self._kinds(IsoCountry)
        prices = [_price(price, number_type=kind) for kind in kinds]
        carrier = {"carrier": "Any", "mcc": None, "mnc": None, "prices": prices}
        told = {"outbound_sms_prices": [carrier], "inbound_sms_prices": prices}
        return self._shown(IsoCountry, MESSAGING, **told)

    @route(f"GET {NUMBERS}")
    def number_countries(self, call: Call) -> Doc:
        """List the countries whose numbers are for sale."""
        return self._countries(call, NUMBERS)

    @route(f"GET {NUMBERS}/{{IsoCountry}}")
    def number_country(self, IsoCountry: str) -> Doc:
        """Return what numbers of a country cost a month."""
        prices = [
            _price(f"{PRICES[kind.replace(' ', '-')]:f}", number_type=kind)
            for kind in self._kinds(IsoCountry)
        ]
        return self._shown(IsoCountry, NUMBERS, phone_number_prices=prices)

    @route(f"GET {VOICE}")
    def voice_countries(self, call: Call) -> Doc:
        """List the countries that calls go to."""
        return self._countries(call, VOICE)

    @route(f"GET {VOICE_2}")
    def voice_countries_v2(self, call: Call) -> Doc:
        """List the countries that calls go to, in the newer API."""
        return self._countries(call, VOICE_2)

    @route(f"GET {VOICE}/{{IsoCountry}}")
    def voice_country(self, IsoCountry: str) -> Doc:
        """Return what calls to and from a country cost a minute."""
        return self._voice(IsoCountry, VOICE, lambda prefixes: {"prefixes": prefixes})

    @route(f"GET {VOICE_2}/{{IsoCountry}}")
    def voice_country_v2(self, IsoCountry: str) -> Doc:
        """Return what calls to and from a country cost a minute, wherever they come from."""
        origins = {"origination_prefixes": ["ALL"]}
        return self._voice(
            IsoCountry, VOICE_2, lambda prefixes: origins | {"destination_prefixes": prefixes}
        )

    def _voice(self, country: str, path: str, prefixed: Callable[[list[str]], Doc]) -> Doc:
        import phonenumbers

        kinds, price = self._kinds(country), self._minute()
        prefix = str(phonenumbers.country_code_for_region(country))
        name = f"Programmable Outbound Minute - {self._name(country)}"
        told = {
            "outbound_prefix_prices": [_price(price, friendly_name=name, **prefixed([prefix]))],
            "inbound_call_prices": [_price(price, number_type=kind) for kind in kinds],
        }
        return self._shown(country, path, **told)

    @route("GET /v1/Voice/Numbers/{Number}")
    def voice_number(self, Number: str) -> Doc:
        """Return what calls to and from a number cost a minute."""
        phone, price = self._phone(Number), self._minute()
        told = {"number": phone.e164, "outbound_call_price": _price(price)}
        return self._of_number(phone, "/v1/Voice/Numbers", price, told)

    @route("GET /v2/Voice/Numbers/{DestinationNumber}")
    def voice_number_v2(self, DestinationNumber: str, call: Call) -> Doc:
        """Return what calls to a number cost a minute, maybe from another one."""
        phone, price = self._phone(DestinationNumber), self._minute()
        origin = call.query.get("OriginationNumber")
        told: Doc = {
            "destination_number": phone.e164,
            "origination_number": self._phone(origin).e164 if origin else None,
            "outbound_call_prices": [_price(price, origination_prefixes=["ALL"])],
        }
        return self._of_number(phone, "/v2/Voice/Numbers", price, told)

    def _of_number(self, phone: Phone, path: str, price: str, told: Doc) -> Doc:
        own = self.mirror.incoming_phone_numbers.first(phone_number=phone.e164)
        inbound = _price(price, number_type=own["type"].replace("_", " ")) if own else None
        return told | {
            "country": self._name(phone.country),
            "iso_country": phone.country,
            "inbound_call_price": inbound,
            "price_unit": "USD",
            "url": f"{self.mirror.url}{path}/{phone.e164}",
        }

    # What all of them do.

    def _phone(self, text: str) -> Phone:
        phone = phones.parse(text)
        if phone is None or self.mirror.available_phone_numbers.sold(phone.country) is None:
            raise errors.not_found(self.mirror.path)
        return phone

    def _minute(self) -> str:
        return f"{self.mirror.calls.minute_price:.3f}"

    def _name(self, country: str) -> str:
        found = self.mirror.available_phone_numbers.sold(country)
        return found[0] if found else country

    def _kinds(self, country: str) -> list[str]:
        """Return which kinds of numbers a country has.

        Raises:
            VendorError: 20404, there are no prices for it.
        """
        found = self.mirror.available_phone_numbers.sold(country)
        if found is None:
            raise errors.not_found(self.mirror.path)
        return [KINDS[kind] for kind in found[1]]

    def _shown(self, country: str, path: str, **told: object) -> Doc:
        return {
            "country": self._name(country),
            "iso_country": country,
            "price_unit": "USD",
            "url": f"{self.mirror.url}{path}/{country}",
            **told,
        }

    def _countries(self, call: Call, path: str) -> Doc:
        found = self.mirror.available_phone_numbers.sold_in()
        docs: list[Doc] = [
            {"country": name, "iso_country": code, "url": f"{self.mirror.url}{path}/{code}"}
            for code, name in found.items()
        ]
        at = pages.cut(call)
        told = pages.slice_of(docs, at)
        return pages.page_v1(call, "countries", at, told, self.mirror.base_of(call))


def _price(price: str, **about: object) -> Doc:
    return {**about, "base_price": price, "current_price": price}
