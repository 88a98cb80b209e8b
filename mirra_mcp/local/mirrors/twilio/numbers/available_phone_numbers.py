"""Numbers that can be bought.

Source: https://www.twilio.com/docs/phone-numbers/api/availablephonenumber-resource
    https://www.twilio.com/docs/phone-numbers/api/availablephonenumberlocal-resource
"""

from itertools import islice

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import pages, phones
from mirra_mcp.local.mirrors.twilio.api.errors import not_found
from mirra_mcp.local.mirrors.twilio.api.params import FLAG, Values, check, text, whole
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.numbers import numbering
from mirra_mcp.local.mirrors.twilio.numbers.numbering import COUNTRIES, NumberType
from mirra_mcp.wire.model import Doc

AVAILABLE = f"{ACCOUNT}/AvailablePhoneNumbers"
PATHS: dict[NumberType, str] = {"local": "Local", "mobile": "Mobile", "toll_free": "TollFree"}
MOST = 30
"""Numbers in an answer."""
TRIES = 600
"""Numbers that a search makes up and looks at."""
FILTERS: Values = dict.fromkeys(
    (
        "SmsEnabled", "MmsEnabled", "VoiceEnabled", "FaxEnabled", "Beta",
        "ExcludeAllAddressRequired", "ExcludeLocalAddressRequired",
        "ExcludeForeignAddressRequired",
    ),
    FLAG,
) | {
    "AreaCode": whole(100, 999).coded(21451, "Invalid area code"),
    "Contains": text(16, 2),
    "Distance": whole(1, 500),
}  # fmt: skip
ABLE = {"SmsEnabled": "sms", "MmsEnabled": "mms", "VoiceEnabled": "voice", "FaxEnabled": "fax"}


class AvailablePhoneNumbers(TwilioResource):
    """Searches of what is for sale: made up, and always the same."""

    entity, plural, is_2010 = "available_phone_number", "available_phone_numbers", True

    @route(f"GET {AVAILABLE}.json")
    def countries(self, call: Call) -> Doc:
        """List the countries whose numbers are for sale."""
        docs = [self._country(code) for code in COUNTRIES]
        at = pages.cut(call)
        found = pages.slice_of(docs, at)
        return pages.page_2010(call, "countries", at, found)

    @route(f"GET {AVAILABLE}/{{country}}.json")
    def country(self, country: str) -> Doc:
        """Return a country, and which types of its numbers are for sale."""
        if country not in COUNTRIES:
            raise not_found(self.mirror.path)
        return self._country(country)

    def sold(self, country: str) -> tuple[str, tuple[str, ...]] | None:
        """Return a country's name, and the types of numbers that are for sale; None: none."""
        return COUNTRIES.get(country)

    def sold_in(self) -> dict[str, str]:
        """Return the names of all countries whose numbers are for sale, by code."""
        return {code: name for code, (name, _) in COUNTRIES.items()}

    def _country(self, code: str) -> Doc:
        name, kinds = COUNTRIES[code]
        base = f"{AVAILABLE.format(account=self.mirror.account_sid)}/{code}"
        return {
            "country_code": code,
            "country": name,
            "uri": f"{base}.json",
            "beta": False,
            "subresource_uris": {kind: f"{base}/{PATHS[kind]}.json" for kind in kinds},
        }

    @route(f"GET {AVAILABLE}/{{country}}/Local.json")
    def local(self, country: str, call: Call) -> Doc:
        """Search local numbers."""
        return self._page(country, "local", call)

    @route(f"GET {AVAILABLE}/{{country}}/Mobile.json")
    def mobile(self, country: str, call: Call) -> Doc:
        """Search mobile numbers."""
        return self._page(country, "mobile", call)

    @route(f"GET {AVAILABLE}/{{country}}/TollFree.json")
    def toll_free(self, country: str, call: Call) -> Doc:
        """Search toll-free numbers."""
        return self._page(country, "toll_free", call)

    def _page(self, country: str, kind: NumberType, call: Call) -> Doc:
        if country not in COUNTRIES or kind not in COUNTRIES[country][1]:
            raise not_found(call.path)
        check(call.query, FILTERS)
        query = call.query
        able = {
            name: query[title].lower() == "true" for title, name in ABLE.items() if query.get(title)
        }
        size = min(pages.cut(call, MOST).size, MOST)
        areas = _areas(country, kind, query)
        pattern = numbering.digits(query.get("Contains", ""))
        found = [] if areas is None else self.search(country, kind, areas, pattern, most=size)
        docs = [_document(e164) for e164 in found]
        kept = [
            doc
            for doc in docs
            if all(doc["capabilities"][name] is wanted for name, wanted in able.items())
        ]
        return {"available_phone_numbers": kept, "uri": call.path}

    def search(
        self, country: str, kind: NumberType, areas: list[str], pattern: str, *, most: int
    ) -> list[str]:
        """Return numbers of a country that nobody has yet."""
        if kind == "local" and areas == [numbering.EMPTY_AREA]:
            return []
        if kind == "local" and areas == [numbering.FULL_AREA]:
            return [phones.VALID]
        found: dict[str, None] = {}
        for e164 in islice(numbering.for_sale(country, kind, areas, pattern), TRIES):
            phone = phones.parse(e164)
            if (
                phone is not None
                and phone.is_valid
                and phone.country == country
                and numbering.type_of(phone) == kind
                and (not pattern or numbering.fits(e164, pattern))
                and self.mirror.incoming_phone_numbers.first(phone_number=e164) is None
            ):
                found[phone.e164] = None
                if len(found) == most:
                    break
        return list(found)


def _areas(country: str, kind: NumberType, query: dict[str, str]) -> list[str] | None:
    """Return the area codes to search; none says that there is no such place."""
    if country not in ("US", "CA"):
        return []
    if kind == "toll_free":
        given = query.get("AreaCode")
        return list(numbering.FREE) if not given else [given] if given in numbering.FREE else None
    if given := query.get("AreaCode"):
        return [given]
    if near := query.get("NearNumber"):
        return [near[2:5]] if near.startswith("+1") else None
    places = numbering.PLACES if country == "US" else numbering.CANADIAN
    wanted = {
        "region": query.get("InRegion"),
        "locality": query.get("InLocality"),
        "postal_code": query.get("InPostalCode"),
        "rate_center": query.get("InRateCenter"),
        "lata": query.get("InLata"),
    }
    found = [
        area
        for area, place in places.items()
        if all(
            text is None or getattr(place, name).lower() == text.lower()
            for name, text in wanted.items()
        )
    ]
    return found or None


def _document(e164: str) -> Doc:
    phone = phones.parse(e164)
    assert phone is not None
    place = numbering.place_of(e164)
    able = numbering.capabilities(phone)
    return {
        "friendly_name": phone.national,
        "phone_number": e164,
        "lata": place and place.lata,
        "locality": place and place.locality,
        "rate_center": place and place.rate_center,
        "latitude": place and place.latitude,
        "longitude": place and place.longitude,
        "region": place and place.region,
        "postal_code": place and place.postal_code,
        "iso_country": phone.country,
        "address_requirements": "none",
        "beta": False,
        "capabilities": able,
    }
