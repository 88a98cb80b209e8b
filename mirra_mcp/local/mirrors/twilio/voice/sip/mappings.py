"""Which lists say who may call a SIP domain, and who may register with it.

A mapping has the SID of its list. The older addresses, right under the domain, are those of calls.

Source: https://www.twilio.com/docs/voice/sip/api/sip-credentiallistmapping-resource
    https://www.twilio.com/docs/voice/sip/api/sip-ipaccesscontrollistmapping-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.voice.sip.params import MapAddresses, MapCredentials
from mirra_mcp.wire.model import Doc

DOMAIN = f"{ACCOUNT}/SIP/Domains/{{DomainSid}}"
LISTS, ACLS = "CredentialListMappings", "IpAccessControlListMappings"
CALLS, REGISTRATIONS = f"{DOMAIN}/Auth/Calls", f"{DOMAIN}/Auth/Registrations"
KINDS = {"CL": (LISTS, "credential_list_mappings"), "AL": (ACLS, "ip_access_control_list_mappings")}
"""By the prefix of a list's SID: how paths and older lists name its mappings."""


class SipMappings(TwilioResource):
    """Every list that a SIP domain uses, and what for."""

    entity, plural, prefix, is_2010 = "sip_mapping", "sip_mappings", "SM", True
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "date_created": None,
        "date_updated": None,
        "domain_sid": None,
        "friendly_name": None,
        "list_sid": None,
        "kind": "CL",
        "used_for": "calls",
    }
    indexes = ("account_sid", "domain_sid", "list_sid", "kind", "used_for")
    names = ("friendly_name",)

    @route(f"POST {DOMAIN}/{LISTS}.json", status=201)
    @route(f"POST {CALLS}/{LISTS}.json", status=201)
    @route(f"POST {REGISTRATIONS}/{LISTS}.json", status=201)
    def create(self, DomainSid: str, params: MapCredentials) -> Doc:
        """Let a domain take the credentials of a list."""
        domain = self.mirror.sip_domains.get(DomainSid)
        sid = params.credential_list_sid
        return self._map(domain, self.mirror.sip_credential_lists.peek(sid), "CredentialListSid")

    @route(f"POST {DOMAIN}/{ACLS}.json", status=201)
    @route(f"POST {CALLS}/{ACLS}.json", status=201)
    def create_address(self, DomainSid: str, params: MapAddresses) -> Doc:
        """Let a domain take calls from the addresses of a list."""
        domain = self.mirror.sip_domains.get(DomainSid)
        sid = params.ip_access_control_list_sid
        found = self.mirror.sip_ip_access_control_lists.peek(sid)
        return self._map(domain, found, "IpAccessControlListSid")

    def _map(self, domain: Doc, owner: Doc | None, name: str) -> Doc:
        """Let a domain use a list.

        Raises:
            VendorError: there is no such list, or the domain uses it.

        Source: https://www.twilio.com/docs/api/errors/21231
        """
        if owner is None or owner["account_sid"] != domain["account_sid"]:
            raise refusal(21231, problem=f"{name} is no list of the account")
        where = self._asked(domain["sid"]) | {"list_sid": owner["sid"]}
        if self.first(**where):
            raise refusal(21231, problem=f"{name} is already associated with the domain")
        doc = self.save(self.new(id=self.new_id(), friendly_name=owner["friendly_name"], **where))
        self.mirror.sip_domains.tell_types(domain)
        return self.view(doc)

    @route(f"GET {DOMAIN}/{LISTS}.json")
    @route(f"GET {DOMAIN}/{ACLS}.json")
    @route(f"GET {CALLS}/{LISTS}.json")
    @route(f"GET {CALLS}/{ACLS}.json")
    @route(f"GET {REGISTRATIONS}/{LISTS}.json")
    def index(self, call: Call, DomainSid: str) -> Doc:
        """List what a domain uses, newest first."""
        where = self._asked(self.mirror.sip_domains.get(DomainSid)["sid"])
        noun = "contents" if self._is_new() else KINDS[where["kind"]][1]
        return self.listed(call, noun, **where)

    @route(f"GET {DOMAIN}/{LISTS}/{{Sid}}.json")
    @route(f"GET {DOMAIN}/{ACLS}/{{Sid}}.json")
    @route(f"GET {CALLS}/{LISTS}/{{Sid}}.json")
    @route(f"GET {CALLS}/{ACLS}/{{Sid}}.json")
    @route(f"GET {REGISTRATIONS}/{LISTS}/{{Sid}}.json")
    def fetch(self, DomainSid: str, Sid: str) -> Doc:
        """Return one mapping, by the SID of its list."""
        return self.view(self._of(DomainSid, Sid))

    @route(f"DELETE {DOMAIN}/{LISTS}/{{Sid}}.json", status=204)
    @route(f"DELETE {DOMAIN}/{ACLS}/{{Sid}}.json", status=204)
    @route(f"DELETE {CALLS}/{LISTS}/{{Sid}}.json", status=204)
    @route(f"DELETE {CALLS}/{ACLS}/{{Sid}}.json", status=204)
    @route(f"DELETE {REGISTRATIONS}/{LISTS}/{{Sid}}.json", status=204)
    def delete(self, DomainSid: str, Sid: str) -> None:
        """Let a domain no longer use a list."""
        self.drop(self._of(DomainSid, Sid))
        self.mirror.sip_domains.tell_types(self.mirror.sip_domains.get(DomainSid))

    def _of(self, domain: str, sid: str) -> Doc:
        found = self.first(**self._asked(self.mirror.sip_domains.get(domain)["sid"]), list_sid=sid)
        if found is None:
            raise self.missing(sid)
        return found

    def _is_new(self) -> bool:
        return "/Auth/" in (self.mirror.path or "")

    def _asked(self, domain: str) -> Doc:
        """Return what the path that was called is about."""
        path = self.mirror.path or ""
        return {
            "domain_sid": domain,
            "kind": "AL" if ACLS in path else "CL",
            "used_for": "registrations" if "/Registrations/" in path else "calls",
        }

    def lists_of(self, domain: str, kind: str) -> list[str]:
        """Return the SIDs of the lists of a kind that say who may call a domain."""
        found = self.find(domain_sid=domain, kind=kind, used_for="calls")
        return [each["list_sid"] for each in found]

    def view(self, doc: Doc) -> Doc:
        """Return what is told at the address that was called: the older ones tell more."""
        names = ("account_sid", "date_created", "date_updated", "friendly_name")
        shown = {name: doc[name] for name in names} | {"sid": doc["list_sid"]}
        if self._is_new():
            return shown
        base = DOMAIN.format(account=doc["account_sid"], DomainSid=doc["domain_sid"])
        path = f"{base}/{KINDS[doc['kind']][0]}/{doc['list_sid']}.json"
        return shown | {"domain_sid": doc["domain_sid"], "uri": path}
