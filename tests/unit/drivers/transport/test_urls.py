"""What a URL names, and the one clear error for each that names nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.transport.device_urls import (
    HidUrl,
    PcscUrl,
    ReplayUrl,
    SerialUrl,
    SimUrl,
    TcpUrl,
    UnitUrl,
    UrlError,
    parse_url,
    reader_url,
)
from drivers.transport.urls import bytes_opener, open_bytes, open_coupler


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("serial:///dev/kiosk-id-reader?baud=115200", SerialUrl("/dev/kiosk-id-reader", 115200)),
        ("serial:///dev/ttyUSB0", SerialUrl("/dev/ttyUSB0", None)),
        ("serial:///run/my%20kiosk/unit?baud=9600", SerialUrl("/run/my kiosk/unit", 9600)),
        ("tcp://192.0.2.7:9100", TcpUrl("192.0.2.7", 9100)),
        ("tcp://[::1]:9100", TcpUrl("::1", 9100)),
        ("hid:///dev/input/by-id/usb-Scan%20Co-event-kbd", HidUrl("/dev/input/by-id/usb-Scan Co-event-kbd")),
        ("replay:///traces/one.jsonl", ReplayUrl(Path("/traces/one.jsonl"))),
        ("pcsc://Virtual PCD 00 00", PcscUrl("Virtual PCD 00 00")),
        ("pcsc-hex://BBAACAD3203030", PcscUrl("\udcbb\udcaa\udcca\udcd3 00")),
        ("serial:///dev/tty#1", SerialUrl("/dev/tty#1", None)),
        ("serial:///dev/读卡器?baud=9600", SerialUrl("/dev/读卡器", 9600)),
        ("serial:///dev/a%3Fb%2523?baud=9600", SerialUrl("/dev/a?b%23", 9600)),
        ("serial://" + "/dev/%BB%AA", SerialUrl("/dev/\udcbb\udcaa", None)),
        ("hid:///dev/input/by-id/usb-100% Scan?#@[1", HidUrl("/dev/input/by-id/usb-100% Scan?#@[1")),
        ("replay:///traces/林 #1?.jsonl", ReplayUrl(Path("/traces/林 #1?.jsonl"))),
        ("tcp://打印机:9100", TcpUrl("打印机", 9100)),
        ("tcp://printer:9100/", TcpUrl("printer", 9100)),
        ("unit://permit_unit", UnitUrl()),
        ("sim://id_reader", SimUrl(None)),
        ("sim://permit_chip?port=4711", SimUrl(4711)),
    ],
)
def test_a_url_names_a_transport(url: str, named: object) -> None:
    assert parse_url(url) == named


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("/dev/ttyUSB0", "is no URL"),
        ("", "is no URL"),
        ("usb://1", "usb:// is not one of"),
        ("sim://permit_chip?port=0", "a port from 1 to 65535"),
        ("sim://permit_chip?port=１", "a port from 1 to 65535"),
        ("hid://event3", "expected hid:///dev/NAME"),
        ("hid:///etc/passwd", "expected hid:///dev/NAME"),
        ("serial://dev/ttyUSB0", "expected serial:///dev/NAME"),
        ("serial:///", "expected serial:///dev/NAME"),
        ("serial:///dev/x?baud=fast", "baud must be one of"),
        ("serial:///dev/x?baud=115201", "baud must be one of"),
        ("serial:///dev/x?baud=", "baud must be one of"),
        ("serial:///dev/x?speed=9600", "speed is no setting"),
        ("tcp://printer", "expected tcp://host:port"),
        ("tcp://printer:0", "expected tcp://host:port"),
        ("tcp://printer:99999", "(?i)port"),
        ("tcp://:9100", "expected tcp://host:port"),
        ("tcp://printer:９１００", "a port from 1 to 65535"),
        ("tcp://user@printer:9100", "expected tcp://host:port"),
        ("tcp://printer:9100#1", "a port from 1 to 65535"),
        ("tcp://printer:9100?x", "a port from 1 to 65535"),
        ("tcp://[::1:9100", "expected tcp://host:port"),
        ("tcp://::1:9100", "expected tcp://host:port"),
        ("tcp://print..er:9100", "is no name of a host"),
        ("tcp://" + "p" * 64 + ":9100", "is no name of a host"),
        ("tcp://prin ter:9100", "expected tcp://host:port"),
        ("tcp://p\0:9100", "is no name of a host"),
        ("serial:///dev/x?baud=９６００", "baud must be one of"),
        ("serial:///dev/x%00y", "no path has a NUL"),
        ("replay:///a\0b", "no path has a NUL"),
        ("hid:///dev/%00", "no path has a NUL"),
        ("serial:///dev/\ud800", "no path has a lone surrogate"),
        ("tcp://printer:9100/x", "expected tcp://host:port"),
        ("replay://trace", "expected replay:///path"),
        ("pcsc://", "expected pcsc://READER NAME"),
        ("pcsc-hex://", "two hex digits for each byte"),
        ("pcsc-hex://4", "two hex digits for each byte"),
        ("pcsc-hex://4 1", "two hex digits for each byte"),
        ("pcsc-hex://00", "no reader has a NUL"),
        ("pcsc://a\0", "no reader has a NUL"),
        ("pcsc://a\ud800", "no reader has a lone surrogate"),
        ("pcsc://" + "x" * 128, "the name has 128 bytes and PC/SC opens none of more than 127; give the reader"),
        ("pcsc://" + "华" * 43, "the name has 129 bytes"),
    ],
)
def test_an_unusable_url_is_quoted_and_explained(url: str, complaint: str) -> None:
    with pytest.raises(UrlError, match=complaint) as raised:
        parse_url(url)
    assert repr(url) in str(raised.value)


READER_NAMES = (
    "ACS ACR1252 CL Reader [ACR1252 Reader PICC] 00 00",
    "One bracket alone [ 00 00",
    "One bracket alone ] 00 00",
    "100% Reader%20 00 00",
    "Reader #2 00 00",
    "Reader? 00 00",
    "user:word@reader 00 00",
    "Reader＠home 00 00",
    "//reader/ 00 00",
    "a://b 00 00",
    "华视读卡器 00 00",
    "x" * 127,
    "华" * 42,
)


@pytest.mark.parametrize("name", READER_NAMES)
def test_a_reader_is_named_by_the_very_name_that_pcsc_gives_it(name: str) -> None:
    assert parse_url(f"pcsc://{name}") == PcscUrl(name)
    assert reader_url(name) == f"pcsc://{name}"


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("Reader ", "pcsc-hex://52656164657220"),
        (" Reader", "pcsc-hex://20526561646572"),
        ("a\tb", "pcsc-hex://610962"),
        ("\udcbb\udcaa 00", "pcsc-hex://BBAA203030"),
        ("a\u2028b", "pcsc-hex://61E280A862"),
    ],
)
def test_a_name_that_cannot_be_read_or_typed_is_told_by_its_bytes(name: str, url: str) -> None:
    assert reader_url(name) == url
    assert parse_url(url) == PcscUrl(name)
    assert parse_url(f"pcsc://{name}") == PcscUrl(name)


def test_a_serial_port_without_a_speed_needs_a_driver_that_chooses_one() -> None:
    with pytest.raises(UrlError, match="the speed is missing"):
        open_bytes("serial:///dev/x")


def test_a_coupler_is_no_line_and_a_line_is_no_coupler() -> None:
    with pytest.raises(UrlError, match="moves no bytes"):
        open_bytes("pcsc://reader")
    with pytest.raises(UrlError, match="moves no bytes"):
        bytes_opener("pcsc://reader")
    with pytest.raises(UrlError, match="moves no bytes"):
        bytes_opener("unit://permit_unit")
    with pytest.raises(UrlError, match="the kiosk's start resolves sim://"):
        open_bytes("sim://id_reader")
    with pytest.raises(UrlError, match="no chip is met there"):
        open_coupler("tcp://printer:9100")
