"""Central's address as people write it: what it is, and what is wrong with it."""

from __future__ import annotations

import pytest

from kiosk.data_files.central_address import CentralAddress, CentralAddressError, parse_central_address


@pytest.mark.parametrize(
    ("url", "host", "port", "authority"),
    [
        ("https://central.example.invalid", "central.example.invalid", 443, "central.example.invalid"),
        ("https://central.example.invalid/", "central.example.invalid", 443, "central.example.invalid"),
        ("https://central.example.invalid.:8443", "central.example.invalid.", 8443, "central.example.invalid.:8443"),
        ("HTTPS://Central:1", "Central", 1, "Central:1"),
        ("https://10.1.2.3:65535", "10.1.2.3", 65535, "10.1.2.3:65535"),
        ("https://[2001:db8::1]", "2001:db8::1", 443, "[2001:db8::1]"),
        ("https://[2001:DB8::1]:8443/", "2001:db8::1", 8443, "[2001:db8::1]:8443"),
        ("https://xn--fiqs8s.example", "xn--fiqs8s.example", 443, "xn--fiqs8s.example"),
        ("https://3.example", "3.example", 443, "3.example"),
    ],
)
def test_an_address_is_host_and_port(url: str, host: str, port: int, authority: str) -> None:
    address = parse_central_address(url)
    assert address == CentralAddress(host, port)
    assert address.authority == authority


@pytest.mark.parametrize(
    ("url", "mistake"),
    [
        ("", "does not begin with https://"),
        ("http://central", "does not begin with https://"),
        ("https:/central", "does not begin with https://"),
        ("central:443", "does not begin with https://"),
        ("https://", "names no host"),
        ("https://:443", "names no host"),
        (" https://central", "a blank"),
        ("https://central ", "a blank"),
        ("https://cen\ttral", "a blank"),
        ("https://central\n", "a blank"),
        ("https://\x00", "a control character"),
        ("https://１２７．０．０．１", "not ASCII"),
        ("https://central。example", "not ASCII"),
        ("https://中央.example", "xn--"),
        ("https://1.2.3.256", "no IPv4 address"),
        ("https://1.2.3", "no IPv4 address"),
        ("https://0x7f", "no IPv4 address"),
        ("https://127.0.0.01", "no IPv4 address"),
        ("https://central.7", "no IPv4 address"),
        ("https://[::1", "not in brackets"),
        ("https://[::g]", "no IPv6 address"),
        ("https://[]", "no IPv6"),
        ("https://::1", "not in brackets"),
        ("https://2001:db8::1:443", "not in brackets"),
        ("https://central..invalid", "no name"),
        ("https://.central", "no name"),
        ("https://-central", "no name"),
        ("https://cen_tral", "no name"),
        ("https://" + "a" * 64, "no name"),
        ("https://" + "a.b" * 90, "no name"),
        ("https://central:0", "a port"),
        ("https://central:65536", "a port"),
        ("https://central:", "a port"),
        ("https://central:4４3", "not ASCII"),
        ("https://central:-1", "a port"),
        ("https://central:https", "a port"),
        ("https://central/v1", "a path"),
        ("https://central//", "a path"),
        ("https://central?x", "a query"),
        ("https://central#x", "a fragment"),
        ("https://user:secret@central", "a user's name"),
        ("https://central\\@other", "a user's name"),
    ],
)
def test_what_is_no_address_is_told_in_words(url: str, mistake: str) -> None:
    with pytest.raises(CentralAddressError, match=mistake) as caught:
        parse_central_address(url)
    assert "secret" not in str(caught.value)
