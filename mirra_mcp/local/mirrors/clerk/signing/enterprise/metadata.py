"""What an identity provider says of itself: SAML metadata and X.509 certificates.

Source: https://docs.oasis-open.org/security/saml/v2.0/saml-metadata-2.0-os.pdf
"""

from base64 import b64encode
from xml.etree.ElementTree import Element, ParseError, XMLParser

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.mirrors.clerk.api import errors
from mirra_mcp.wire.model import Doc

METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"
BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def identity_provider(text: str) -> Doc:
    """Return the entity id, the address and the certificate that metadata tells.

    Raises:
        VendorError: it isn't XML, or something is missing.
    """
    root = _parsed(text)
    provider = root.find(f"{METADATA}IDPSSODescriptor")
    place = None if provider is None else provider.find(f"{METADATA}SingleSignOnService")
    certificate = None if provider is None else provider.find(f".//{SIGNATURE}X509Certificate")
    found = {
        "idp_entity_id": root.get("entityID"),
        "idp_sso_url": None if place is None else place.get("Location"),
        "idp_certificate": None if certificate is None else (certificate.text or "").strip(),
    }
    missing = [name for name, value in found.items() if not value]
    if missing:
        raise errors.refusal(
            422,
            "saml_metadata_missing_fields",
            "IdP metadata is missing required fields",
            f"The IdP metadata is missing the following required fields: {', '.join(missing)}",
            missing_fields=missing,
        )
    return found


def validity(certificate: str) -> tuple[int, int]:
    """Return from when to when a certificate is valid, in milliseconds.

    Raises:
        VendorError: it is no X.509 certificate.
    """
    from cryptography.x509 import load_pem_x509_certificate

    body = "".join(certificate.replace(BEGIN, "").replace(END, "").split())
    lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
    try:
        found = load_pem_x509_certificate(f"{BEGIN}\n{lines}\n{END}\n".encode())
        times = found.not_valid_before_utc, found.not_valid_after_utc
    except ValueError:
        raise errors.invalid("idp_certificate") from None
    return round(times[0].timestamp() * 1_000), round(times[1].timestamp() * 1_000)


def request_of(sso_url: str, issuer: str, acs_url: str, id: str, *, force: bool) -> str:
    """Return the SAML request with which somebody is sent to an identity provider, encoded.

    Source: https://docs.oasis-open.org/security/saml/v2.0/saml-bindings-2.0-os.pdf (3.4.4.1)
    """
    from xml.sax.saxutils import quoteattr
    from zlib import compressobj

    forced = ' ForceAuthn="true"' if force else ""
    text = (
        '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" '
        'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Version="2.0"'
        f" ID={quoteattr(id)} Destination={quoteattr(sso_url)}"
        f" AssertionConsumerServiceURL={quoteattr(acs_url)}{forced}>"
        f"<saml:Issuer>{issuer}</saml:Issuer></samlp:AuthnRequest>"
    )
    packer = compressobj(wbits=-15)
    return b64encode(packer.compress(text.encode()) + packer.flush()).decode()


def _parsed(text: str) -> Element:
    """Read XML that declares no entities: those of strangers can grow without end."""
    parser = XMLParser()
    try:
        if "<!" in text.replace("<!--", ""):
            raise _unreadable()
        parser.feed(text)
        return parser.close()
    except (ParseError, ValueError):
        raise _unreadable() from None


def _unreadable() -> VendorError:
    return errors.refusal(
        422,
        "saml_failed_to_parse_idp_metadata",
        "Failed to parse IdP metadata",
        "We failed to parse the IdP metadata. If the error persists, please provide the IdP "
        "configuration data explicitly.",
    )
