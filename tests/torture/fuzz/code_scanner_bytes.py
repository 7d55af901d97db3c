"""Bytes from a code scanner, in both dialects."""

from __future__ import annotations

from collections.abc import Callable

from drivers.code_scanner.base import BadScan, Flaw, Found, ScanDecoder, ScannedCode
from drivers.code_scanner.envelope import Envelope
from drivers.code_scanner.hid_keyboard import KeyboardDecoder, encode_typing
from drivers.code_scanner.serial_line import LineDecoder, encode_line
from tests.torture.fuzz.promises import fed, hold, portions

MOST = 20
ENVELOPES = (Envelope("", "", "optional", MOST), Envelope("A", "Z", "required", MOST), Envelope("", "#", "never", MOST))
GOOD = tuple(envelope.prefix + "]Q1x" + envelope.suffix for envelope in ENVELOPES)
TYPED = tuple(encode_typing(good) for good in GOOD)
LINES = (("cr", "ascii"), ("lf", "gb18030"), ("crlf", "utf-8"))

SEEDS: dict[str, list[bytes]] = {
    "scanner_lines": [
        b"\x00LIC-0042\r",
        b"\x01A]Q1LIC-0042Z\n",
        b"\x02LIC-0042#\r\n",
        "\x04证照0042\n".encode("gb18030"),
        "\x05证照#\r\n".encode(),
        b"\x00" + b"9" * 40 + b"\r7\r",
        b"\x02\r\r\n\n",
    ],
    "scanner_keys": [b"\x00" + encode_typing("Ab1"), b"\x01" + encode_typing("A]Q1xZ"), b"\x02" + encode_typing("#")],
}


def check_scanner_lines(data: bytes) -> None:
    """Lines of any bytes, in each ending and encoding."""
    choice = data[0] if data else 0
    ending, encoding = LINES[choice % 3]
    place = choice // 3 % 3
    envelope = ENVELOPES[place]

    def fresh() -> LineDecoder:
        return LineDecoder(encoding, envelope)

    _check(fresh, data[1:], encode_line(GOOD[place], ending, encoding))


def check_scanner_keys(data: bytes) -> None:
    """Input events of any bytes."""
    place = (data[0] if data else 0) % 3
    envelope = ENVELOPES[place]

    def fresh() -> KeyboardDecoder:
        return KeyboardDecoder(envelope)

    _check(fresh, data[1:], TYPED[place])


def _check(fresh: Callable[[], ScanDecoder], data: bytes, good: bytes) -> None:
    decoder, cut = fresh(), fresh()
    found = list(decoder.feed(data))
    alike = [_without_length(one) for one in found]
    hold([_without_length(one) for one in fed(portions(data), _feeding(cut))] == alike, "in portions it is the same")
    hold(decoder.is_in_the_middle == cut.is_in_the_middle, "in the middle however fed")
    for one in found:
        if isinstance(one, ScannedCode):
            hold(0 < len(one.text) <= MOST and one.text.isprintable(), "a code is short and printable")
            hold(repr(one) == f"ScannedCode(symbology={one.symbology!r})", "a code does not print")
    hold(len(found) <= len(data), "there are no more codes than bytes")
    hold(len(list(decoder.give_up())) <= 1 and not decoder.is_in_the_middle, "silence ends everything")
    if len(data) % 4 == 0:
        hold(len(list(decoder.feed(good))) == 1, "after a silence the next code is found")


def _feeding(decoder: ScanDecoder) -> Callable[[bytes], list[Found]]:
    return lambda data: list(decoder.feed(data))


def _without_length(found: Found) -> object:
    """A line that is too long is told as soon as it is, so how much of it had come depends on the portions."""
    if isinstance(found, BadScan) and found.flaw is Flaw.OVERLONG:
        return Flaw.OVERLONG
    return found
