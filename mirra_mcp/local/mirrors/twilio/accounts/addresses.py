"""Addresses: where the account's customers are, which some countries ask of numbers.

Source: https://www.twilio.com/docs/usage/api/address
"""

from typing import Any, ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.params import FLAG, TwilioParams, Values
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Addresses"
NEEDED = ("customer_name", "street", "city", "region", "postal_code")
LONGEST_NAME = 64
UNTOLD = frozenset(
    ("address_sid", "beta", "identity_sid", "origin", "voice_receive_mode", "bundle_sid", "status",
     "type", "emergency_address_status", "subresource_uris")
)  # fmt: skip
"""What isn't told of a number where an address lists those that need it."""


class UpdateAddress(TwilioParams):
    """A change to an address."""

    values: ClassVar[Values] = {"AutoCorrectAddress": FLAG}

    customer_name: str | None = None
    street: str | None = None
    street_secondary: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    friendly_name: str | None = None
    emergency_enabled: bool | None = None


class CreateAddress(UpdateAddress):
    """A new address."""

    iso_country: str = ""


class Addresses(TwilioResource):
    """The addresses of every account. None is validated against a country's register."""

    entity, plural, prefix, is_2010 = "address", "addresses", "AD", True
    names = ("friendly_name", "customer_name")
    filters: ClassVar[Values] = {"EmergencyEnabled": FLAG}
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "city": None,
        "customer_name": None,
        "date_created": None,
        "date_updated": None,
        "emergency_enabled": False,
        "friendly_name": None,
        "iso_country": None,
        "postal_code": None,
        "region": None,
        "sid": None,
        "street": None,
        "street_secondary": None,
        "validated": False,
        "verified": False,
        "uri": None,
    }
    indexes = ("account_sid", "iso_country", "friendly_name", "customer_name")

    @route(f"POST {PATH}.json", status=201)
    def create(self, params: CreateAddress) -> Doc:
        """Add an address."""
        import phonenumbers

        for field in NEEDED:
            if not getattr(params, field):
                name = field.title().replace("_", "")
                raise wrong(f"Missing required parameter {name} in the post body")
        country = params.iso_country.upper()
        if country not in phonenumbers.SUPPORTED_REGIONS:
            raise wrong(f"Invalid parameter IsoCountry: {params.iso_country}")
        account, sid = self.mirror.account_sid, self.new_id()
        uri = f"{PATH.format(account=account)}/{sid}.json"
        doc = self.new(id=sid, uri=uri, iso_country=country, **self._checked(params))
        return self.view(self.save(doc))

    @route(f"GET {PATH}.json")
    def list(self, call: Call) -> Doc:
        """List the account's addresses, by name, customer and country."""
        names = {
            "FriendlyName": "friendly_name", "CustomerName": "customer_name",
            "IsoCountry": "iso_country",
        }  # fmt: skip
        where: Doc = {
            field: call.query[name] for name, field in names.items() if call.query.get(name)
        }
        wanted = call.query.get("EmergencyEnabled", "").lower()

        def keep(doc: Doc) -> bool:
            return not wanted or doc["emergency_enabled"] is (wanted == "true")

        return self.listed(call, keep=keep, **where)

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one address."""
        return self.view(self.get(Sid))

    @route(f"POST {PATH}/{{Sid}}.json")
    def update(self, Sid: str, params: UpdateAddress) -> Doc:
        """Change an address."""
        return self.view(self.change(self.get(Sid), **self._checked(params)))

    @route(f"DELETE {PATH}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Remove an address."""
        self.drop(self.get(Sid))

    @route(f"GET {PATH}/{{AddressSid}}/DependentPhoneNumbers.json")
    def dependents(self, AddressSid: str, call: Call) -> Doc:
        """List the numbers that need an address.

        Source: https://www.twilio.com/docs/usage/api/address#dependentphonenumber-properties
        """
        sid = self.get(AddressSid)["sid"]
        told = self.mirror.incoming_phone_numbers.listed(
            call, "dependent_phone_numbers", keep=lambda doc: doc["address_sid"] == sid
        )
        numbers: Any = told["dependent_phone_numbers"]
        told["dependent_phone_numbers"] = [
            {name: value for name, value in each.items() if name not in UNTOLD} for each in numbers
        ]
        return told

    def _checked(self, params: UpdateAddress) -> Doc:
        fields = {
            name: getattr(params, name)
            for name in (*NEEDED, "street_secondary", "friendly_name", "emergency_enabled")
            if getattr(params, name) is not None
        }
        if len(fields.get("friendly_name") or "") > LONGEST_NAME:
            raise wrong(f"Invalid parameter FriendlyName: more than {LONGEST_NAME} characters")
        return fields
