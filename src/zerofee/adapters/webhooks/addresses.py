"""Which addresses an app may make us call: pure, and the same when an address is saved and at each try."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final
from urllib.parse import SplitResult, urlsplit

from zerofee.domain.ports.sender import BlockedAddress

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL: Final = 2048
_PORTS: Final = {"https": 443, "http": 80}
_ALWAYS_OPEN: Final = frozenset({443, 8443})
_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
)
# A last label of digits, or of hexadecimal ones behind 0x: no name ends so, and resolvers read it as a number.
_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_PLAIN: Final = re.compile(r"[!-\[\]-~]+")

# What `is_global` lets through though it leads inside: IPv4 wrapped in IPv6, and what no public server has.
_FORBIDDEN: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "::ffff:0:0/96", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32",
        "fec0::/10", "3fff::/20", "5f00::/16", "192.88.99.0/24",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: a name to be resolved, or a number that is an address already."""

    scheme: str
    host: str
    port: int
    path: str
    literal: Address | None = None

    @property
    def host_header(self) -> str:
        """Give the `Host` of a request, with the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressRules:
    """
    What the operator has set.

    `allow` are networks that are let pass though they are inside; `ports` are open beside 443 and 8443. Without
    `https_only`, as in development, `http` on port 80 is let pass too, and every port within `allow`.
    """

    https_only: bool = True
    ports: frozenset[int] = frozenset()
    allow: tuple[Network, ...] = ()

    def target(self, url: str) -> Target:
        """
        Read a URL; raise `BlockedAddress` for one that must not be called whatever it resolves to.

        Source: reliability rules SSRF-1.
        """
        parts, port = _split(url)
        if parts.scheme not in _PORTS or (self.https_only and parts.scheme != "https"):
            raise BlockedAddress(
                "url must begin with https://." if self.https_only else "url must begin with https:// or http://."
            )
        if parts.username is not None or parts.password is not None or "#" in url:
            raise BlockedAddress("url must have no user, no password and no fragment.")
        host = (parts.hostname or "").lower().removesuffix(".")
        literal = self._literal(host, bracketed="[" in parts.netloc)
        if literal is None and not _HOST.fullmatch(host):
            raise BlockedAddress("url must name a host, in ASCII letters, digits, hyphens and dots.")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        target = Target(parts.scheme, host, _PORTS[parts.scheme] if port is None else port, path, literal)
        if self.https_only and not self._is_open(target):
            raise _closed_port()
        return target

    def refuse(self, target: Target, found: Sequence[Address], *, own: bool = False) -> None:
        """
        Raise `BlockedAddress` when any of the addresses that a target has is forbidden, as is our `own`.

        Source: reliability rules SSRF-2 and SSRF-3.
        """
        strange = [address for address in found if not self._is_allowed(address)]
        if any(own or is_forbidden(address) for address in strange):
            raise BlockedAddress("url leads to an address that must not be called.")
        if not self._is_open(target) and (strange or self.https_only):
            raise _closed_port()

    def _literal(self, host: str, *, bracketed: bool) -> Address | None:
        """Read a host that is a number; only one in its usual spelling, within what is allowed, is let pass."""
        if not bracketed and not _NUMBER.fullmatch(host):
            return None
        try:
            address = ip_address(host)
        except ValueError:
            address = None
        if address is None or not self._is_allowed(address):
            raise BlockedAddress("url must name its host: an IP address is not called.")
        return address

    def _is_allowed(self, address: Address) -> bool:
        return any(address in network for network in self.allow if network.version == address.version)

    def _is_open(self, target: Target) -> bool:
        plain = not self.https_only and target.scheme == "http" and target.port == _PORTS["http"]
        return plain or target.port in _ALWAYS_OPEN or target.port in self.ports


def is_forbidden(address: Address) -> bool:
    """
    Say whether an address leads inside, or nowhere that a public server could be.

    Source: reliability rules SSRF-3; the IANA special-purpose address registries.
    """
    if not address.is_global or address.is_multicast or address.is_reserved:
        return True
    return any(address in network for network in _FORBIDDEN if network.version == address.version)


def _split(url: str) -> tuple[SplitResult, int | None]:
    if len(url) > LONGEST_URL:
        raise BlockedAddress(f"url must have at most {LONGEST_URL} characters.")
    if not _PLAIN.fullmatch(url):
        raise BlockedAddress("url must be printable ASCII, without spaces and backslashes.")
    try:
        parts = urlsplit(url)
        return parts, parts.port
    except ValueError:
        raise BlockedAddress("url is no URL.") from None


def _closed_port() -> BlockedAddress:
    return BlockedAddress("url must have port 443 or 8443, or one that this server's operator has opened.")
