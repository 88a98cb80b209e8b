"""SIP domains: names at which SIP phones call an application, once they are let in.

Source: https://www.twilio.com/docs/voice/sip/api/sip-domain-resource
"""

import re
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.params import HEX
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.sip.params import DomainFields
from mirra_mcp.wire.model import Doc

DOMAINS = f"{ACCOUNT}/SIP/Domains"
NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9-]+)?\.sip\.twilio\.com")
REGION = re.compile(r"\.sip\.[a-z0-9-]+\.twilio\.com$")
"""Phones may name the region that they call: `acme.sip.us1.twilio.com`."""


class SipDomains(TwilioResource):
    """Every SIP domain of every account."""

    entity, plural, prefix, is_2010 = "sip_domain", "sip_domains", "SD", True
    address_fields = ("voice_url", "voice_fallback_url", "voice_status_callback_url")
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "api_version": "2010-04-01",
        "auth_type": "",
        "date_created": None,
        "date_updated": None,
        "domain_name": None,
        "friendly_name": None,
        "sid": None,
        "uri": None,
        "voice_fallback_method": "POST",
        "voice_fallback_url": None,
        "voice_method": "POST",
        "voice_status_callback_method": "POST",
        "voice_status_callback_url": None,
        "voice_url": None,
        "subresource_uris": {},
        "sip_registration": False,
        "emergency_calling_enabled": False,
        "secure": False,
        "byoc_trunk_sid": None,
        "emergency_caller_sid": None,
    }
    indexes = ("account_sid", "domain_name")
    names = ("domain_name", "friendly_name")

    @route(f"POST {DOMAINS}.json", status=201)
    def create(self, params: DomainFields) -> Doc:
        """Reserve a name.

        Raises:
            VendorError: it isn't under `sip.twilio.com`, or somebody has it.

        Source: https://www.twilio.com/docs/api/errors/21232
        """
        fields = self._checked(params, None)
        if "domain_name" not in fields:
            raise refusal(21232, name="DomainName", problem="it is missing")
        base = f"{DOMAINS.format(account=self.mirror.account_sid)}/{(sid := self.new_id())}"
        parts = {
            "credential_list_mappings": f"{base}/CredentialListMappings.json",
            "ip_access_control_list_mappings": f"{base}/IpAccessControlListMappings.json",
        }
        named = {"friendly_name": fields["domain_name"], "uri": f"{base}.json"}
        return self.view(self.save(self.new(id=sid, subresource_uris=parts, **(named | fields))))

    @route(f"GET {DOMAINS}.json")
    def index(self, call: Call) -> Doc:
        """List domains, newest first."""
        return self.listed(call, "domains")

    @route(f"GET {DOMAINS}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one domain."""
        return self.view(self.get(Sid))

    @route(f"POST {DOMAINS}/{{Sid}}.json")
    def update(self, Sid: str, params: DomainFields) -> Doc:
        """Change a domain: calls that begin after that see it."""
        doc = self.get(Sid)
        return self.view(self.change(doc, **self._checked(params, doc)))

    @route(f"DELETE {DOMAINS}/{{Sid}}.json", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a domain with its mappings; their lists stay."""
        doc = self.get(Sid)
        for each in self.mirror.sip_mappings.find(domain_sid=Sid):
            self.mirror.sip_mappings.drop(each)
        self.drop(doc)

    def _checked(self, params: DomainFields, doc: Doc | None) -> Doc:
        given = params.model_dump(exclude_none=True)
        given = {
            name: value or None
            if name in self.address_fields
            else value.upper()
            if name.endswith("_method")
            else value
            for name, value in given.items()
            if value != "" or name in self.address_fields
        }
        if "domain_name" in given:
            name = given["domain_name"] = given["domain_name"].lower()
            if not NAME.fullmatch(name):
                problem = f"{name[:80]} is not made of letters, digits and - before .sip.twilio.com"
                raise refusal(21232, name="DomainName", problem=problem)
            found = self.first(domain_name=name)
            if found and (doc is None or found["sid"] != doc["sid"]):
                raise refusal(21232, name="DomainName", problem=f"{name} is already in use")
        return given

    def tell_types(self, domain: Doc) -> None:
        """Write how callers of a domain show who they are."""
        types = (("AL", "IP_ACL"), ("CL", "CREDENTIAL_LIST"))
        known = [
            name for kind, name in types if self.mirror.sip_mappings.lists_of(domain["sid"], kind)
        ]
        self.change(domain, auth_type=",".join(known))

    def called(self, uri: str) -> Doc | None:
        """Return the domain that a SIP address is at."""
        host = uri.partition(":")[2].partition(";")[0].rpartition("@")[2].partition(":")[0]
        return self.first(domain_name=REGION.sub(".sip.twilio.com", host.lower()))

    def keeps_out(self, domain: Doc, user: str, password: str, address: str) -> str | None:
        """Say why somebody may not call a domain; with lists of both kinds both must let them in.

        Source: https://www.twilio.com/docs/voice/sip/api/sip-domain-resource#sip-domain-authentication
        """
        acls = self.mirror.sip_mappings.lists_of(domain["sid"], "AL")
        lists = self.mirror.sip_mappings.lists_of(domain["sid"], "CL")
        if not acls and not lists:
            return "it has no list of credentials or IP addresses, so that all calls are blocked"
        if acls and not any(self.mirror.sip_ip_addresses.takes(each, address) for each in acls):
            return f"none of its lists has the IP address {address}"
        takes = self.mirror.sip_credentials.takes
        if lists and not any(takes(each, user, password) for each in lists):
            return "none of its lists has this name with this password"
        return None

    def told_of(self, domain: Doc, user: str, address: str, headers: dict[str, str]) -> Doc:
        """Return what requests about a call to a domain carry.

        Source: https://www.twilio.com/docs/api/twilio-sip/sip-twiml
        """
        known: Doc = {
            "SipDomain": domain["domain_name"],
            "SipDomainSid": domain["sid"],
            "SipCallId": f"{self.mirror.ids.token(32, HEX)}@{address}",
            "SipSourceIp": address,
        }
        if self.mirror.sip_mappings.lists_of(domain["sid"], "CL"):
            known["SipUsername"] = user
        return known | {f"SipHeader_{name}": value for name, value in headers.items()}
