from ipaddress import ip_network
from typing import Any

import pytest

from zerofee.entrypoints.http.client_address import UNKNOWN, TrustedProxies, network_of

OURS = TrustedProxies((ip_network("10.0.0.0/8"), ip_network("fd00::/8")))


def called(by: str | None, *forwarded: str) -> Any:  # noqa: ANN401  as much of a scope as is read
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"client": (by, 1) if by else None, "headers": headers}


@pytest.mark.parametrize(
    ("scope", "address"),
    [
        (called("203.0.113.9"), "203.0.113.9"),
        (called("203.0.113.9", "198.51.100.1"), "203.0.113.9"),
        (called("10.0.0.1"), "10.0.0.1"),
        (called("10.0.0.1", "198.51.100.1"), "198.51.100.1"),
        (called("10.0.0.1", "198.51.100.1, 10.0.0.2"), "198.51.100.1"),
        (called("10.0.0.1", "198.51.100.1", "10.0.0.2"), "198.51.100.1"),
        (called("10.0.0.1", "192.0.2.66, 198.51.100.1"), "198.51.100.1"),
        (called("10.0.0.1", "192.0.2.66, 198.51.100.1, 10.0.0.2"), "198.51.100.1"),
        (called("10.0.0.1", "unknown, 10.0.0.2"), "10.0.0.2"),
        (called("10.0.0.1", "198.51.100.1, "), "10.0.0.1"),
        (called("fd00::1", "2001:db8::7"), "2001:db8::7"),
        (called("::ffff:10.0.0.1", "198.51.100.1"), "198.51.100.1"),
        (called(None, "198.51.100.1"), UNKNOWN),
        (called("/run/zerofee.sock", "198.51.100.1"), UNKNOWN),
    ],
)
def test_finds_the_nearest_address_that_is_no_proxy_of_ours(scope: Any, address: str) -> None:  # noqa: ANN401
    """What a stranger claims of itself stands left of what our own proxies add, and is not believed."""
    assert OURS.client_address(scope) == address


def test_believes_nobody_when_no_proxy_is_named() -> None:
    assert TrustedProxies().client_address(called("10.0.0.1", "198.51.100.1")) == "10.0.0.1"


def test_takes_all_addresses_of_one_customer_for_one() -> None:
    assert network_of("2001:db8:1:2::7") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::/64"
    assert network_of("198.51.100.1") == "198.51.100.1"
    assert network_of(UNKNOWN) == UNKNOWN
