"""Which addresses a resource may be called at: public ones, and private ones that a setting names.

A name is resolved once a call and the address kept, so that it can't become another one between
the check and the connection (DNS rebinding).
"""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from mirra_mcp.local.marketplace.errors import Refused, UpstreamError, denied

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.ip_network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}
TRIED = 3
"""Addresses of one host that are tried."""
PATIENCE = 10.0
"""Seconds that a name may take to resolve."""


@dataclass(frozen=True)
class Origin:
    """Where a request goes: scheme, host and port."""

    scheme: str
    host: str
    port: int

    @property
    def netloc(self) -> str:
        """What the Host header says."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"


def origin_of(url: str) -> Origin:
    """Return where a URL leads.

    Raises:
        ValueError: it is no http or https URL with a plain host; the message says why.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is no URL") from None
    if parts.scheme not in PORTS:
        raise ValueError("must begin with https:// or http://")
    if not parts.hostname:
        raise ValueError("names no host")
    if "@" in parts.netloc:
        raise ValueError("must not contain a user or password: authenticate instead")
    if any(ord(each) <= 32 or ord(each) == 127 or each == "\\" for each in url):
        raise ValueError("has characters that a URL can't have")
    host = parts.hostname
    if ":" not in host:
        try:
            host = host.encode("idna").decode().rstrip(".")
        except UnicodeError:
            raise ValueError("has a host that is no name") from None
    if port == 0:
        raise ValueError("has port 0")
    return Origin(parts.scheme, host.lower(), port or PORTS[parts.scheme])


class Addresses:
    """Resolves hosts, and refuses the ones that a resource has no business with."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        """Allow the private hosts that are named: names, addresses or networks."""
        self._names: set[str] = set()
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for word in allowed:
            try:
                self._networks.append(ipaddress.ip_network(word.strip("[]"), strict=False))
            except ValueError:
                self._names.add(word.lower())

    async def find(self, origin: Origin) -> list[str]:
        """Return the addresses that a host is to be called at, the best one first.

        Raises:
            Refused: it doesn't resolve, or to an address that isn't allowed.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE):
                infos = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, TimeoutError):
            raise UpstreamError(
                "unresolved", f"The resource's host '{origin.host[:100]}' can't be resolved."
            ) from None
        found = [str(info[4][0]).partition("%")[0] for info in infos]
        if not found:
            raise UpstreamError("unresolved", f"'{origin.host[:100]}' has no address.")
        for address in found:
            self._check(origin, ipaddress.ip_address(address))
        return list(dict.fromkeys(found))[:TRIED]

    def _check(self, origin: Origin, address: Address) -> None:
        if is_public(address) or origin.host in self._names:
            return
        if any(address.version == each.version and address in each for each in self._networks):
            return
        raise refused_host(origin.host)

    def may_be_private(self, host: str) -> bool:
        """Tell whether a host is one that a setting names."""
        if host in self._names:
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address.version == each.version and address in each for each in self._networks)


def refused_host(host: str) -> Refused:
    """Say that a private address isn't called unasked."""
    return denied(
        f"'{host[:100]}' is an address of this machine or its network, which resources may not"
        f" call unless a setting allows it: start Mirra with MIRRA_RESOURCE_HOSTS={host[:100]}."
    )


def is_public(address: Address) -> bool:
    """Tell whether an address is on the open Internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved
