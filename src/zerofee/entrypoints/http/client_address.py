"""Which network address a request comes from, when proxies stand before us."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from litestar.types import Scope

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNKNOWN: Final = "unknown"
_FORWARDED_FOR: Final = b"x-forwarded-for"
# Whoever has one IPv6 address has this whole network as a rule, and may use another address for each request.
_ONE_CUSTOMER: Final = 64


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """
    The networks of proxies whose `X-Forwarded-For` is believed.

    Source: reliability rules INP-6.
    """

    networks: tuple[Network, ...] = ()

    def client_address(self, scope: Scope) -> str:
        """
        Give the address of the client: the nearest one that is no proxy of ours.

        Each proxy adds to the end of the header whom it was called by, so what stands before the first stranger is
        the stranger's own word. `UNKNOWN` when the server was called over no network.
        """
        client = scope.get("client")
        address = _address(client[0]) if client else None
        if address is None:
            return UNKNOWN
        if self.networks:
            for said in _forwarded(scope):
                if not self._trusts(address):
                    break
                before = _address(said)
                if before is None:
                    break
                address = before
        return str(address)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def network_of(address: str) -> str:
    """Give what one customer has: an IPv4 address by itself, an IPv6 address with all its neighbours."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Network((found, _ONE_CUSTOMER), strict=False))
    return address


def _forwarded(scope: Scope) -> Iterator[str]:
    """Walk back from who called our nearest proxy."""
    lines = [value for name, value in scope["headers"] if name == _FORWARDED_FOR]
    yield from reversed(b",".join(lines).decode("latin-1").split(","))


def _address(text: str) -> Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped or found
    return found
