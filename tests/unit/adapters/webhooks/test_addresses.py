from ipaddress import ip_address, ip_network

import pytest

from zerofee.adapters.webhooks.addresses import AddressRules, is_forbidden
from zerofee.domain.ports.sender import BlockedAddress

STRICT = AddressRules()
HOME = AddressRules(https_only=False, allow=(ip_network("127.0.0.0/8"),))

# Each of these was seen to resolve to this machine, or to be read in two ways by two readers.
SPELLINGS = (
    "127.0.0.1", "2130706433", "0177.0.0.1", "127.1", "0x7f000001", "0x7f.1", "0X7F.0.0.1", "127.0.0.1.", "0",
    "[::1]", "[::ffff:127.0.0.1]", "[fe80::1%25eth0]", "169.254.169.254", "1.1.1.1", "[2606:4700::1111]",
    "①②⑦.0.0.1", "%31%32%37.0.0.1", "localhost\\@shop.example", "shop.example\t", "shop .example", "", ".",
    "-a.example", "a..example", "ex ample.com",
)  # fmt: skip

FORBIDDEN = (
    # What `is_global` alone lets through.
    "224.0.0.1", "ff02::1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "::127.0.0.1", "fec0::1",
    # What it knows.
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "2001:db8::1",
    # What is wrapped, or reserved since.
    "::ffff:8.8.8.8", "64:ff9b:1::1", "2001::1", "3fff::1", "5f00::1", "192.88.99.1",
)  # fmt: skip


@pytest.mark.parametrize("host", SPELLINGS)
def test_refuses_every_host_that_is_no_plain_name(host: str) -> None:
    with pytest.raises(BlockedAddress):
        STRICT.target(f"https://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/", "ftp://shop.example/", "https://shop.example:22/", "https://shop.example:0/",
        "https://shop.example:65536/", "https://user@shop.example/", "https://:pass@shop.example/",
        "https://@shop.example/", "https://shop.example/#here", "https://shop.example/#", "https:///path",
        "shop.example", "//shop.example", "https://shop.example/" + "a" * 2048, "https://shop.example/é",
        "https://shop.example/a b", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_refuses_urls_that_no_receiver_needs(url: str) -> None:
    with pytest.raises(BlockedAddress):
        STRICT.target(url)


@pytest.mark.parametrize(
    ("url", "host", "header", "port", "path"),
    [
        ("https://shop.example", "shop.example", "shop.example", 443, "/"),
        ("https://SHOP.example./h?a=1&b", "shop.example", "shop.example", 443, "/h?a=1&b"),
        ("https://a-b_c.shop.example:8443/x", "a-b_c.shop.example", "a-b_c.shop.example:8443", 8443, "/x"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", "xn--bcher-kva.example", 443, "/"),
    ],
)
def test_reads_where_a_url_leads(url: str, host: str, header: str, port: int, path: str) -> None:
    target = STRICT.target(url)

    assert (target.host, target.host_header, target.port, target.path) == (host, header, port, path)


@pytest.mark.parametrize("text", FORBIDDEN)
def test_forbids_what_leads_inside(text: str) -> None:
    target = STRICT.target("https://shop.example/")

    assert is_forbidden(ip_address(text))
    with pytest.raises(BlockedAddress):
        STRICT.refuse(target, [ip_address("93.184.215.14"), ip_address(text)])


@pytest.mark.parametrize("text", ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450::1"])
def test_lets_public_servers_be_called(text: str) -> None:
    assert not is_forbidden(ip_address(text))
    STRICT.refuse(STRICT.target("https://shop.example/"), [ip_address(text)])


def test_a_public_address_that_is_our_own_is_refused() -> None:
    target = STRICT.target("https://shop.example/")

    with pytest.raises(BlockedAddress):
        STRICT.refuse(target, [ip_address("93.184.215.14")], own=True)


def test_the_operator_can_open_ports() -> None:
    assert AddressRules(ports=frozenset({9443})).target("https://shop.example:9443/").port == 9443


def test_a_developer_can_open_the_own_machine_and_nothing_else() -> None:
    """Any port there, and still no other inside address, nor a strange spelling of the one that is open."""
    target = HOME.target("http://127.0.0.1:3000/hooks")
    HOME.refuse(target, [ip_address("127.0.0.1")], own=True)

    for url in ("http://127.1:3000/", "http://10.0.0.1/", "http://[::1]:3000/"):
        with pytest.raises(BlockedAddress):
            HOME.target(url)
    with pytest.raises(BlockedAddress):
        HOME.refuse(HOME.target("http://localhost:3000/"), [ip_address("127.0.0.1"), ip_address("::1")])
    with pytest.raises(BlockedAddress):
        HOME.refuse(HOME.target("http://shop.example:3000/"), [ip_address("93.184.215.14")])
    HOME.refuse(HOME.target("http://shop.example/"), [ip_address("93.184.215.14")])


def test_the_refusal_of_an_address_names_none() -> None:
    refusals = set()
    for text in FORBIDDEN:
        with pytest.raises(BlockedAddress) as refused:
            STRICT.refuse(STRICT.target("https://shop.example/"), [ip_address(text)])
        refusals.add(refused.value.detail)

    assert len(refusals) == 1
