"""What a URL names, and the one clear error for each that names nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.transport.urls import (
    HidUrl,
    PcscUrl,
    ReplayUrl,
    SerialUrl,
    TcpUrl,
    UrlError,
    bytes_opener,
    open_bytes,
    open_coupler,
    parse_url,
)


@pytest.mark.parametrize(("url", "named"), [
    ("serial:///dev/kiosk-id-reader?baud=115200", SerialUrl("/dev/kiosk-id-reader", 115200)),
    ("serial:///dev/ttyUSB0", SerialUrl("/dev/ttyUSB0", None)),
    ("serial:///run/my%20kiosk/unit?baud=9600", SerialUrl("/run/my kiosk/unit", 9600)),
    ("tcp://192.0.2.7:9100", TcpUrl("192.0.2.7", 9100)),
    ("tcp://[::1]:9100", TcpUrl("::1", 9100)),
    ("hid:///dev/input/by-id/usb-Scan%20Co-event-kbd", HidUrl("/dev/input/by-id/usb-Scan Co-event-kbd")),
    ("replay:///traces/one.jsonl", ReplayUrl(Path("/traces/one.jsonl"))),
    ("pcsc://Virtual PCD 00 00", PcscUrl("Virtual PCD 00 00")),
    ("pcsc://ACS%20ACR39U [CCID] 00 00", PcscUrl("ACS ACR39U [CCID] 00 00")),
])
def test_a_url_names_a_transport(url: str, named: object) -> None:
    assert parse_url(url) == named


@pytest.mark.parametrize(("url", "complaint"), [
    ("/dev/ttyUSB0", "is no URL"), ("", "is no URL"), ("usb://1", "usb:// is not one of"),
    ("sim://id_reader", "the kiosk's start resolves sim://"),
    ("hid://event3", "expected hid:///dev/NAME"), ("hid:///etc/passwd", "expected hid:///dev/NAME"),
    ("serial://dev/ttyUSB0", "expected serial:///dev/NAME"), ("serial:///", "expected serial:///dev/NAME"),
    ("serial:///dev/x?baud=fast", "baud must be one of"), ("serial:///dev/x?baud=115201", "baud must be one of"),
    ("serial:///dev/x?baud=", "baud must be one of"), ("serial:///dev/x?speed=9600", "speed is no setting"),
    ("tcp://printer", "expected tcp://host:port"), ("tcp://printer:0", "expected tcp://host:port"),
    ("tcp://printer:99999", "(?i)port"), ("tcp://:9100", "expected tcp://host:port"),
    ("tcp://printer:9100/x", "expected tcp://host:port"), ("replay://trace", "expected replay:///path"),
    ("pcsc://", "expected pcsc://READER NAME"),
])
def test_an_unusable_url_is_quoted_and_explained(url: str, complaint: str) -> None:
    with pytest.raises(UrlError, match=complaint) as raised:
        parse_url(url)
    assert repr(url) in str(raised.value)


def test_a_serial_port_without_a_speed_needs_a_driver_that_chooses_one() -> None:
    with pytest.raises(UrlError, match="the speed is missing"):
        open_bytes("serial:///dev/x")


def test_a_coupler_is_no_line_and_a_line_is_no_coupler() -> None:
    with pytest.raises(UrlError, match="moves no bytes"):
        open_bytes("pcsc://reader")
    with pytest.raises(UrlError, match="moves no bytes"):
        bytes_opener("pcsc://reader")
    with pytest.raises(UrlError, match="no chip is met there"):
        open_coupler("tcp://printer:9100")
