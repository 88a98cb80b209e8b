"""Who may call SIP domains: lists of credentials and of IP addresses.

Source: https://www.twilio.com/docs/voice/sip/api/sip-credentiallist-resource
    https://www.twilio.com/docs/voice/sip/api/sip-ipaccesscontrollist-resource
"""

from ipaddress import ip_address, ip_network
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.sip.params import (
    AddressFields,
    ChangePassword,
    CredentialFields,
    NameList,
)
from mirra_mcp.wire.model import Doc

LISTS = f"{ACCOUNT}/SIP/CredentialLists"
CREDENTIALS = f"{LISTS}/{{CredentialListSid}}/Credentials"
ACLS = f"{ACCOUNT}/SIP/IpAccessControlLists"
ADDRESSES = f"{ACLS}/{{IpAccessControlListSid}}/IpAddresses"


class SipList(TwilioResource):
    """What both kinds of lists do."""

    is_2010 = True
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "friendly_name": None,
        "date_created": None,
        "date_updated": None,
        "subresource_uris": {},
        "uri": None,
    }
    names = ("friendly_name",)

    def _make(self, params: NameList, path: str, part: str, name: str) -> Doc:
        base = f"{path.format(account=self.mirror.account_sid)}/{(sid := self.new_id())}"
        doc = self.new(
            id=sid,
            friendly_name=_given("FriendlyName", params.friendly_name),
            subresource_uris={name: f"{base}/{part}.json"},
            uri=f"{base}.json",
        )
        return self.view(self.save(doc))

    def _rename(self, Sid: str, params: NameList) -> Doc:
        doc = self.get(Sid)
        name = _given("FriendlyName", params.friendly_name)
        return self.view(self.change(doc, friendly_name=name))

    def _unmapped(self, Sid: str) -> Doc:
        """Return a list that no domain uses.

        Raises:
            VendorError: one does.
        """
        doc = self.get(Sid)
        if self.mirror.sip_mappings.first(list_sid=Sid):
            raise wrong(f"{Sid} is mapped to a SIP domain. Delete the mapping first.")
        return doc


class SipCredentialLists(SipList):
    """Lists of names with passwords."""

    entity, plural, prefix = "sip_credential_list", "sip_credential_lists", "CL"

    @route(f"POST {LISTS}.json", status=201)
    def create(self, params: NameList) -> Doc:
        """Make an empty list."""
        return self._make(params, LISTS, "Credentials", "credentials")

    @route(f"GET {LISTS}.json")
    def index(self, call: Call) -> Doc:
        """List them, newest first."""
        return self.listed(call, "credential_lists")

    @route(f"GET {LISTS}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one list."""
        return self.view(self.get(Sid))

    @route(f"POST {LISTS}/{{Sid}}.json")
    def update(self, Sid: str, params: NameList) -> Doc:
        """Rename a list."""
        return self._rename(Sid, params)

    @route(f"DELETE {LISTS}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a list that no domain uses, with what is in it."""
        doc = self._unmapped(Sid)
        for each in self.mirror.sip_credentials.find(credential_list_sid=Sid):
            self.mirror.sip_credentials.drop(each)
        self.drop(doc)


class SipCredentials(TwilioResource):
    """Names with passwords, which nobody is told."""

    entity, plural, prefix, is_2010 = "sip_credential", "sip_credentials", "CR", True
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "credential_list_sid": None,
        "username": None,
        "date_created": None,
        "date_updated": None,
        "uri": None,
        "_password": "",
    }
    indexes = ("account_sid", "credential_list_sid")
    names = ("username",)

    @route(f"POST {CREDENTIALS}.json", status=201)
    def create(self, CredentialListSid: str, params: CredentialFields) -> Doc:
        """Add a name to a list.

        Raises:
            VendorError: the list has it, or the password is too weak.

        Source: https://www.twilio.com/docs/voice/sip/api/sip-credential-resource
        """
        owner = self.mirror.sip_credential_lists.get(CredentialListSid)
        name = _given("Username", params.username)
        password = _given("Password", params.password)
        if any(each["username"] == name for each in self.find(credential_list_sid=owner["sid"])):
            raise wrong(f"Invalid parameter Username: {name} is in the list already")
        path = CREDENTIALS.format(account=owner["account_sid"], CredentialListSid=owner["sid"])
        sid = self.new_id()
        doc = self.new(
            id=sid,
            credential_list_sid=owner["sid"],
            username=name,
            uri=f"{path}/{sid}.json",
            _password=password,
        )
        return self.view(self.save(doc))

    @route(f"GET {CREDENTIALS}.json")
    def index(self, call: Call, CredentialListSid: str) -> Doc:
        """List the names of a list, newest first."""
        owner = self.mirror.sip_credential_lists.get(CredentialListSid)
        return self.listed(call, "credentials", credential_list_sid=owner["sid"])

    @route(f"GET {CREDENTIALS}/{{Sid}}.json")
    def fetch(self, CredentialListSid: str, Sid: str) -> Doc:
        """Return one name."""
        return self.view(self._of(CredentialListSid, Sid))

    @route(f"POST {CREDENTIALS}/{{Sid}}.json")
    def update(self, CredentialListSid: str, Sid: str, params: ChangePassword) -> Doc:
        """Change a password."""
        doc = self._of(CredentialListSid, Sid)
        return self.view(self.change(doc, _password=params.password or doc["_password"]))

    @route(f"DELETE {CREDENTIALS}/{{Sid}}.json", status=204)
    def delete(self, CredentialListSid: str, Sid: str) -> None:
        """Take a name off a list."""
        self.drop(self._of(CredentialListSid, Sid))

    def _of(self, owner: str, Sid: str) -> Doc:
        doc = self.get(Sid)
        if doc["credential_list_sid"] != owner:
            raise self.missing(Sid)
        return doc

    def takes(self, owner: str, name: str, password: str) -> bool:
        """Say whether a list has a name with this password."""
        given = (name, password)
        found = self.find(credential_list_sid=owner)
        return any((each["username"], each["_password"]) == given for each in found)


class SipIpAccessControlLists(SipList):
    """Lists of IP addresses."""

    entity, plural, prefix = "sip_ip_access_control_list", "sip_ip_access_control_lists", "AL"

    @route(f"POST {ACLS}.json", status=201)
    def create(self, params: NameList) -> Doc:
        """Make an empty list."""
        return self._make(params, ACLS, "IpAddresses", "ip_addresses")

    @route(f"GET {ACLS}.json")
    def index(self, call: Call) -> Doc:
        """List them, newest first."""
        return self.listed(call, "ip_access_control_lists")

    @route(f"GET {ACLS}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one list."""
        return self.view(self.get(Sid))

    @route(f"POST {ACLS}/{{Sid}}.json")
    def update(self, Sid: str, params: NameList) -> Doc:
        """Rename a list."""
        return self._rename(Sid, params)

    @route(f"DELETE {ACLS}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a list that no domain uses, with what is in it."""
        doc = self._unmapped(Sid)
        for each in self.mirror.sip_ip_addresses.find(ip_access_control_list_sid=Sid):
            self.mirror.sip_ip_addresses.drop(each)
        self.drop(doc)


class SipIpAddresses(TwilioResource):
    """IP addresses, maybe with all that begin alike."""

    entity, plural, prefix, is_2010 = "sip_ip_address", "sip_ip_addresses", "IP", True
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "friendly_name": None,
        "ip_address": None,
        "cidr_prefix_length": 32,
        "ip_access_control_list_sid": None,
        "date_created": None,
        "date_updated": None,
        "uri": None,
    }
    indexes = ("account_sid", "ip_access_control_list_sid")
    names = ("friendly_name", "ip_address")

    @route(f"POST {ADDRESSES}.json", status=201)
    def create(self, IpAccessControlListSid: str, params: AddressFields) -> Doc:
        """Add an address to a list.

        Source: https://www.twilio.com/docs/voice/sip/api/sip-ipaddress-resource
        """
        owner = self.mirror.sip_ip_access_control_lists.get(IpAccessControlListSid)
        fields = {
            "friendly_name": _given("FriendlyName", params.friendly_name),
            "ip_address": _given("IpAddress", params.ip_address),
            "cidr_prefix_length": params.cidr_prefix_length or 32,
        }
        path = ADDRESSES.format(account=owner["account_sid"], IpAccessControlListSid=owner["sid"])
        sid = self.new_id()
        doc = self.new(
            id=sid,
            ip_access_control_list_sid=owner["sid"],
            uri=f"{path}/{sid}.json",
            **fields,
        )
        return self.view(self.save(doc))

    @route(f"GET {ADDRESSES}.json")
    def index(self, call: Call, IpAccessControlListSid: str) -> Doc:
        """List the addresses of a list, newest first."""
        owner = self.mirror.sip_ip_access_control_lists.get(IpAccessControlListSid)
        return self.listed(call, "ip_addresses", ip_access_control_list_sid=owner["sid"])

    @route(f"GET {ADDRESSES}/{{Sid}}.json")
    def fetch(self, IpAccessControlListSid: str, Sid: str) -> Doc:
        """Return one address."""
        return self.view(self._of(IpAccessControlListSid, Sid))

    @route(f"POST {ADDRESSES}/{{Sid}}.json")
    def update(self, IpAccessControlListSid: str, Sid: str, params: AddressFields) -> Doc:
        """Change an address."""
        doc = self._of(IpAccessControlListSid, Sid)
        given = {name: value for name, value in params.model_dump().items() if value}
        return self.view(self.change(doc, **given))

    @route(f"DELETE {ADDRESSES}/{{Sid}}.json", status=204)
    def delete(self, IpAccessControlListSid: str, Sid: str) -> None:
        """Take an address off a list."""
        self.drop(self._of(IpAccessControlListSid, Sid))

    def _of(self, owner: str, Sid: str) -> Doc:
        doc = self.get(Sid)
        if doc["ip_access_control_list_sid"] != owner:
            raise self.missing(Sid)
        return doc

    def takes(self, owner: str, address: str) -> bool:
        """Say whether a list has an address."""
        return any(
            ip_address(address)
            in ip_network(f"{each['ip_address']}/{each['cidr_prefix_length']}", strict=False)
            for each in self.find(ip_access_control_list_sid=owner)
        )


def _given(name: str, value: str) -> str:
    if not value:
        raise wrong(f"Missing required parameter {name} in the post body")
    return value
