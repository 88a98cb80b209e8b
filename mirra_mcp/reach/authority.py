"""An authority of our own that vouches for mirrored hosts, for as long as a command runs.

Its key is made in memory and never written; what it may vouch for is in its certificate.
"""

import datetime
import ipaddress
import os
import re
import ssl
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = datetime.timedelta(days=1)
PASSWORD = "changeit"
"""Java's own for a store of certificates, which holds no secret."""


class Authority:
    """Makes certificates for names under some domains, and for no other."""

    def __init__(self, domains: Iterable[str], lasts: datetime.timedelta = 8 * DAY) -> None:
        """Make a key and a certificate for the domains."""
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._until = datetime.datetime.now(datetime.UTC) + lasts
        self._name = x509.Name(
            [x509.NameAttribute(NameOID.COMMON_NAME, "Mirra, for one command's mirrors")]
        )
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._certificate = self._certify(domains)

    def _certify(self, domains: Iterable[str]) -> x509.Certificate:
        addresses = [ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")]
        only = x509.NameConstraints(
            [x509.DNSName(domain) for domain in sorted(set(domains))],
            [x509.IPAddress(each) for each in addresses],
        )
        own = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        return (
            self._begun(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs=True), critical=True)
            .add_extension(only, critical=True)
            .add_extension(own, critical=False)
            .sign(self._key, hashes.SHA256())
        )

    def _begun(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._until - 9 * DAY)
            .not_valid_after(self._until)
        )

    @cached_property
    def pem(self) -> str:
        """Return the certificate that a program has to trust."""
        return self._certificate.public_bytes(serialization.Encoding.PEM).decode()

    def context_of(self, host: str) -> ssl.SSLContext:
        """Return what a server needs that speaks as `host`, by HTTP/1.1."""
        found = self._contexts.get(host)
        if found is None:
            found = self._contexts[host] = self._make_context(host)
        return found

    def _make_context(self, host: str) -> ssl.SSLContext:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        leaf = (
            self._begun(name, key)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(issuer, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        _load(
            context,
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + leaf.public_bytes(serialization.Encoding.PEM),
        )
        return context

    def java_store(self, bundle: str) -> bytes:
        """Return the certificates of a bundle, and ours, as Java's runtime reads them."""
        each = [*dict.fromkeys(_readable(bundle)), self._certificate]
        entries = [pkcs12.PKCS12Certificate(one, b"%d" % n) for n, one in enumerate(each)]
        hidden = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(1)
            .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(PASSWORD.encode())
        )
        return pkcs12.serialize_java_truststore(entries, hidden)


def _readable(bundle: str) -> Iterator[x509.Certificate]:
    """Yield the certificates that can be read: old roots may break a rule or two."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for block in _BLOCK.findall(bundle):
            with suppress(ValueError):
                yield x509.load_pem_x509_certificate(block.encode())


_BLOCK = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _load(context: ssl.SSLContext, chain: bytes) -> None:
    """Let a context read key and certificate: only files will do, so for a moment there is one."""
    handle, name = tempfile.mkstemp(suffix=".pem")  # for nobody else's eyes: 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(chain)
        context.load_cert_chain(name)
    finally:
        os.unlink(name)


def roots(files: Sequence[str | None]) -> str:
    """Return what is trusted without us: in these files, or else by this machine."""
    named = [each for each in files if each and os.path.isfile(each)]
    named = named or [each for each in (ssl.get_default_verify_paths().cafile,) if each]
    if not named:
        import certifi

        named = [certifi.where()]
    texts = [Path(each).read_text(encoding="utf-8", errors="replace") for each in named]
    return "\n".join(dict.fromkeys(texts))
