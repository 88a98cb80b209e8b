"""Domains of an account's own on which links are shortened: settings, certificates, services.

Domains are registered and verified in the console: here by a simulated event.

Source: https://www.twilio.com/docs/messaging/features/link-shortening/onboarding-guide
"""

from datetime import timedelta
from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.api.dates import iso
from mirra_mcp.local.mirrors.twilio.api.errors import refusal, wrong
from mirra_mcp.local.mirrors.twilio.api.params import HEX
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging.links.params import DomainConfig, UploadCertificate
from mirra_mcp.wire.model import Doc

ROOT = "/v1/LinkShortening"
DOMAIN = f"{ROOT}/Domains/{{DomainSid}}"
MEMBER = f"{DOMAIN}/MessagingServices/{{MessagingServiceSid}}"
LIFE = timedelta(days=90)
"""How long a certificate holds: ours."""
BEGINS, PRIVATE = "-----BEGIN CERTIFICATE-----", "PRIVATE KEY-----"
SETTINGS = ("fallback_url", "callback_url", "continue_on_failure")


class LinkDomains(TwilioResource):
    """The domains of every account."""

    entity, plural, prefix = "link_domain", "link_domains", "DN"
    synonyms, names = ("link shortening domain",), ("domain_name",)
    address_fields = ("callback_url",)
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "domain_name": None,
        "is_valid": True,
        "config_sid": None,
        "fallback_url": None,
        "callback_url": None,
        "continue_on_failure": False,
        "disable_https": False,
        "certificate_sid": None,
        "date_expires": None,
        "managed": False,
        "date_created": None,
        "date_updated": None,
    }
    indexes = ("account_sid", "domain_name")

    def add(self, account: str, name: str, *, is_valid: bool) -> Doc:
        """Register a domain; one that is verified has a certificate of Twilio's."""
        config = f"ZK{self.mirror.ids.token(32, HEX)}"
        doc = self.new(account_sid=account, domain_name=name, is_valid=is_valid, config_sid=config)
        return self._certify(doc, managed=True) if is_valid else self.save(doc)

    def _certify(self, doc: Doc, *, managed: bool) -> Doc:
        sid = f"CW{self.mirror.ids.token(32, HEX)}"
        expires = iso(self.now + LIFE)
        return self.change(doc, certificate_sid=sid, date_expires=expires, managed=managed)

    # Settings.

    @route(f"GET {DOMAIN}/Config")
    def fetch_config(self, DomainSid: str) -> Doc:
        """Return how links are shortened on a domain."""
        return self._config(self.get(DomainSid), "Config")

    @route(f"POST {DOMAIN}/Config")
    def update_config(self, DomainSid: str, params: DomainConfig) -> Doc:
        """Change how links are shortened on a domain, and who is told of clicks."""
        given = params.model_dump(exclude_none=True)
        urls = {name: given[name] or None for name in ("fallback_url", "callback_url")
                if name in given}  # fmt: skip
        return self._config(self.change(self.get(DomainSid), **(given | urls)), "Config")

    def _config(self, doc: Doc, end: str) -> Doc:
        path = f"{DOMAIN.format(DomainSid=doc['sid'])}/{end}"
        names = ("config_sid", *SETTINGS, "disable_https", "date_created", "date_updated")
        shown = {name: doc[name] for name in names}
        return {"domain_sid": doc["sid"], **shown, "url": self.mirror.url + path}

    # Certificates.

    @route(f"GET {DOMAIN}/Certificate")
    def fetch_certificate(self, DomainSid: str) -> Doc:
        """Return the certificate of a domain.

        Raises:
            VendorError: 20404, it has none.
        """
        return self._certificate(self._certified(DomainSid))

    @route(f"GET {DOMAIN.replace('/v1', '/v2')}/Certificate")
    def fetch_certificate_v2(self, DomainSid: str) -> Doc:
        """Return the certificate of a domain, and who looks after it."""
        return self._managed(self._certified(DomainSid))

    @route(f"POST {DOMAIN}/Certificate")
    def upload_certificate(self, DomainSid: str, params: UploadCertificate) -> Doc:
        """Give a domain a certificate of one's own, with its key.

        Raises:
            VendorError: 20001, it is none in PEM format.
        """
        doc = self.get(DomainSid)
        if BEGINS not in params.tls_cert or PRIVATE not in params.tls_cert:
            raise wrong(
                "Invalid parameter TlsCert: it is no certificate with its key in PEM format"
            )
        return self._certificate(self._certify(doc, managed=False))

    @route(f"DELETE {DOMAIN}/Certificate", status=204)
    def delete_certificate(self, DomainSid: str) -> None:
        """Remove the certificate of a domain: links are no longer shortened on it."""
        doc = self._certified(DomainSid)
        self.change(doc, certificate_sid=None, date_expires=None, managed=False)

    @route(f"POST {DOMAIN}/RequestManagedCert")
    def request_certificate(self, DomainSid: str) -> Doc:
        """Let Twilio look after a domain's certificate.

        Raises:
            VendorError: 30101, nobody has verified the domain.
        """
        doc = self.get(DomainSid)
        if not doc["is_valid"]:
            raise refusal(30101)
        return self._managed(self._certify(doc, managed=True)) | {"requesting": False}

    @route(f"GET {DOMAIN}/ValidateDns")
    def validate(self, DomainSid: str) -> Doc:
        """Say whether a domain leads to Twilio."""
        doc = self.get(DomainSid)
        reason = None if doc["is_valid"] else "The domain's DNS records don't lead to Twilio."
        told = {"domain_sid": doc["sid"], "is_valid": doc["is_valid"], "reason": reason}
        path = f"{DOMAIN.format(DomainSid=doc['sid'])}/ValidateDns"
        return told | {"url": self.mirror.url + path}

    def _certified(self, sid: str) -> Doc:
        doc = self.get(sid)
        if doc["certificate_sid"] is None:
            raise self.missing(sid)
        return doc

    def _certificate(self, doc: Doc) -> Doc:
        names = ("date_created", "date_updated", "date_expires", "domain_name", "certificate_sid")
        path = f"{DOMAIN.format(DomainSid=doc['sid'])}/Certificate"
        shown = {name: doc[name] for name in names}
        return {"domain_sid": doc["sid"], **shown, "url": self.mirror.url + path,
                "cert_in_validation": None}  # fmt: skip

    def _managed(self, doc: Doc) -> Doc:
        told = self._certificate(doc)
        del told["cert_in_validation"]
        return told | {"managed": doc["managed"]}

    # What others do.

    def of_service(self, service: str) -> Doc | None:
        """Return the domain on which a messaging service's links are shortened."""
        member = self.mirror.link_domain_services.peek(service)
        return self.peek(member["domain_sid"]) if member else None

    def config_of(self, doc: Doc, service: str) -> Doc:
        """Return the settings of a service's domain."""
        told = self._config(doc, "Config")
        del told["disable_https"]
        path = f"{ROOT}/MessagingService/{service}/DomainConfig"
        return told | {"messaging_service_sid": service, "url": self.mirror.url + path}

    def problem(self, doc: Doc) -> int | None:
        """Return why no links can be shortened on a domain.

        Source: https://www.twilio.com/docs/api/errors/30101
            https://www.twilio.com/docs/api/errors/30103
        """
        if not doc["is_valid"]:
            return 30101
        is_out = doc["date_expires"] is None or doc["date_expires"] <= iso(self.now)
        return 30103 if is_out else None


class ServiceLinkDomains(TwilioResource):
    """Which messaging service's links are shortened on which domain."""

    entity, plural = "link_domain_service", "link_domain_services"
    synonyms, names = (), ()
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "domain_sid": None,
        "messaging_service_sid": None,
        "url": None,
    }
    indexes = ("account_sid", "domain_sid", "messaging_service_sid")

    @route(f"POST {MEMBER}", status=201)
    def create(self, DomainSid: str, MessagingServiceSid: str) -> Doc:
        """Shorten a service's links on a domain.

        Raises:
            VendorError: 30130, they are on another one.
        """
        domain = self.mirror.link_domains.get(DomainSid)
        service = self.mirror.messaging_services.get(MessagingServiceSid)
        known = self.peek(service["sid"])
        if known is not None and known["domain_sid"] != domain["sid"]:
            raise refusal(30130)
        doc = self.new(
            id=service["sid"], domain_sid=domain["sid"], messaging_service_sid=service["sid"]
        )
        return self.view(self.save(doc))

    @route(f"DELETE {MEMBER}", status=204)
    def delete(self, DomainSid: str, MessagingServiceSid: str) -> None:
        """Shorten a service's links no longer."""
        doc = self.get(MessagingServiceSid)
        if doc["domain_sid"] != DomainSid:
            raise self.missing(MessagingServiceSid)
        self.drop(doc)

    @route(f"GET {ROOT}/MessagingServices/{{MessagingServiceSid}}/Domain")
    def fetch(self, MessagingServiceSid: str) -> Doc:
        """Return on which domain a service's links are shortened."""
        return self.view(self.get(MessagingServiceSid))

    @route(f"GET {ROOT}/MessagingService/{{MessagingServiceSid}}/DomainConfig")
    def fetch_config(self, MessagingServiceSid: str) -> Doc:
        """Return the settings of a service's domain."""
        doc = self.get(MessagingServiceSid)
        domain = self.mirror.link_domains.get(doc["domain_sid"])
        return self.mirror.link_domains.config_of(domain, MessagingServiceSid)

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows."""
        shown = super().view(doc)
        del shown["account_sid"]
        return shown

    def path_of(self, doc: Doc) -> str:
        """Return the path of an association."""
        return f"{ROOT}/MessagingServices/{doc['messaging_service_sid']}/Domain"
