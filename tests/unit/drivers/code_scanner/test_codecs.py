"""From a scanner's bytes to codes, in both dialects: published layouts, every flaw, and the way back to good codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.code_scanner.base import BadScan, Flaw, Found, ScanDecoder, ScannedCode
from drivers.code_scanner.envelope import Envelope
from drivers.code_scanner.hid_keyboard import (
    EV_KEY,
    EV_SYN,
    KEYS,
    SYN_DROPPED,
    InputEvent,
    KeyboardDecoder,
    decode_event,
    encode_typing,
)
from drivers.code_scanner.serial_line import LineDecoder, encode_line

PLAIN = Envelope("", "", "optional", 40)
HEADER = Path("/usr/include/linux/input-event-codes.h")

# "Ab1" and Enter, as `od` shows 64-bit events: time, type, code, value. Key 42 is the left shift, 30 a, 48 b, 2 one, 28
# Enter.
TYPED = bytes.fromhex("""
    1027000000000000 e803000000000000 0400 0400 e1000700
    1027000000000000 e803000000000000 0100 2a00 01000000  1027000000000000 e803000000000000 0000 0000 00000000
    1027000000000000 d007000000000000 0100 1e00 01000000  1027000000000000 d007000000000000 0000 0000 00000000
    1027000000000000 b80b000000000000 0100 1e00 00000000
    1027000000000000 b80b000000000000 0100 2a00 00000000  1027000000000000 b80b000000000000 0000 0000 00000000
    1027000000000000 a00f000000000000 0100 3000 01000000  1027000000000000 a00f000000000000 0100 3000 00000000
    1027000000000000 8813000000000000 0100 0200 01000000  1027000000000000 8813000000000000 0100 0200 00000000
    1027000000000000 7017000000000000 0100 1c00 01000000
""")
RELEASE = bytes.fromhex("""
    1027000000000000 7017000000000000 0000 0000 00000000  1027000000000000 581b000000000000 0100 1c00 00000000
""")

Make = Callable[[], ScanDecoder]
VECTORS = {
    "CR": (lambda: LineDecoder("ascii", PLAIN), b"LIC-0042\r", "LIC-0042", None),
    "LF": (lambda: LineDecoder("ascii", PLAIN), b"LIC-0042\n", "LIC-0042", None),
    "CRLF": (lambda: LineDecoder("ascii", PLAIN), b"LIC-0042\r\n", "LIC-0042", None),
    "with its symbology": (lambda: LineDecoder("ascii", PLAIN), b"]Q1LIC-0042\r", "LIC-0042", "Q1"),
    "UTF-8": (lambda: LineDecoder("utf-8", PLAIN), bytes.fromhex("e8af81e785a7 41 0d"), "证照A", None),
    "GB18030": (lambda: LineDecoder("gb18030", PLAIN), bytes.fromhex("d6a4d5d5 41 8139ee39 0d"), "证照A㐀", None),
    "GB18030 of 2022": (lambda: LineDecoder("gb18030", PLAIN), bytes.fromhex("fe59 41 0d"), "龴A", None),
    "typed": (lambda: KeyboardDecoder(PLAIN), TYPED, "Ab1", None),
}
EVERY_VECTOR = pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
Vector = tuple[Make, bytes, str, str | None]


@EVERY_VECTOR
def test_a_vector_is_read_whole(vector: Vector) -> None:
    make, data, text, symbology = vector
    decoder = make()
    assert list(decoder.feed(data)) == [ScannedCode(text, symbology)]
    assert not decoder.is_in_the_middle


@EVERY_VECTOR
def test_a_vector_is_read_byte_by_byte(vector: Vector) -> None:
    make, data, text, symbology = vector
    decoder = make()
    assert [found for at in range(len(data)) for found in decoder.feed(data[at : at + 1])] == [
        ScannedCode(text, symbology)
    ]
    assert not decoder.is_in_the_middle


@EVERY_VECTOR
def test_a_vector_is_read_with_the_next_one_behind_it(vector: Vector) -> None:
    make, data, text, symbology = vector
    decoder = make()
    cut = data[:-2] if data.endswith(b"\r\n") else data[:-1]
    assert list(decoder.feed(data + data + cut)) == [ScannedCode(text, symbology)] * 2
    assert decoder.is_in_the_middle


@EVERY_VECTOR
def test_a_code_that_breaks_off_is_given_up_and_the_next_is_good(vector: Vector) -> None:
    make, data, text, symbology = vector
    decoder = make()
    assert list(decoder.feed(data[: len(data) // 2])) == []
    assert [bad.flaw for bad in decoder.give_up() if isinstance(bad, BadScan)] == [Flaw.UNFINISHED]
    assert list(decoder.give_up()) == []
    assert list(decoder.feed(data)) == [ScannedCode(text, symbology)]


@EVERY_VECTOR
def test_what_has_begun_before_the_question_is_skipped_to_its_end(vector: Vector) -> None:
    make, data, text, symbology = vector
    decoder = make()
    half = len(data) // 2
    decoder.feed(data[:half])
    decoder.disregard()
    assert list(decoder.feed(data[half:])) == []
    assert list(decoder.feed(data)) == [ScannedCode(text, symbology)]
    decoder.feed(data[:half])
    decoder.disregard()
    assert list(decoder.give_up()) == []


@EVERY_VECTOR
def test_with_nothing_begun_there_is_nothing_to_skip(vector: Vector) -> None:
    make, data, text, symbology = vector
    decoder = make()
    decoder.disregard()
    assert list(decoder.feed(data)) == [ScannedCode(text, symbology)]


def test_a_code_does_not_print() -> None:
    assert "LIC" not in repr(ScannedCode("LIC-0042"))


# -- what is no code ---------------------------------------------------------------------------------------------------

BAD_LINES = [
    (b"\x00LIC-1\r", Flaw.NOT_PRINTABLE),
    (b"LIC\x7f1\r", Flaw.NOT_PRINTABLE),
    (b"LIC\t1\r", Flaw.NOT_PRINTABLE),
    (b"LIC\xff1\r", Flaw.ENCODING),
    (b"x" * 41 + b"\r", Flaw.OVERLONG),
    (b"]Q1" + b"x" * 41 + b"\r", Flaw.OVERLONG),
    (b"]Q1\r", Flaw.UNFINISHED),
]


@pytest.mark.parametrize(("line", "flaw"), BAD_LINES)
def test_a_bad_line_is_named_without_its_content_and_the_next_is_good(line: bytes, flaw: Flaw) -> None:
    decoder = LineDecoder("ascii", PLAIN)
    bad, good = decoder.feed(line + b"LIC-2\r")
    assert (bad, good) == (BadScan(flaw, len(line) - 1), ScannedCode("LIC-2"))


def test_an_endless_line_is_told_once_and_kept_nowhere() -> None:
    decoder = LineDecoder("ascii", PLAIN)
    told: list[Found] = []
    for _ in range(1000):
        told += decoder.feed(b"x" * 50)
    assert [bad.flaw for bad in told if isinstance(bad, BadScan)] == [Flaw.OVERLONG]
    assert decoder.feed(b"yy\r") == []
    assert decoder.feed(b"\nLIC-3\r\n") == [ScannedCode("LIC-3")]


@pytest.mark.parametrize("ending", [b"\r", b"\n", b"\r\n", b"\n\r", b"\r\r\n"])
def test_a_scanner_that_is_set_to_another_ending_than_its_file_says_is_understood(ending: bytes) -> None:
    codes = [ScannedCode("LIC-5"), ScannedCode("LIC-6")]
    data = b"LIC-5" + ending + b"LIC-6" + ending
    assert LineDecoder("ascii", PLAIN).feed(data) == codes
    slow = LineDecoder("ascii", PLAIN)
    assert [found for byte in data for found in slow.feed(bytes([byte]))] == codes
    assert not slow.is_in_the_middle
    assert slow.give_up() == []


def test_empty_lines_are_noise() -> None:
    assert LineDecoder("ascii", PLAIN).feed(b"\r\r\rLIC-4\r\r") == [ScannedCode("LIC-4")]


@pytest.mark.parametrize(
    ("identifier", "line", "found"),
    [
        ("never", "]Q1LIC", ScannedCode("]Q1LIC")),
        ("optional", "LIC", ScannedCode("LIC")),
        ("required", "]d2LIC", ScannedCode("LIC", "d2")),
        ("required", "LIC", BadScan(Flaw.SYMBOLOGY, 3)),
        ("optional", "]QLIC", ScannedCode("IC", "QL")),
        ("optional", "]-1LIC", ScannedCode("]-1LIC")),
    ],
)
def test_the_symbology_identifier_is_taken_off_as_the_device_file_says(
    identifier: str,
    line: str,
    found: Found,
) -> None:
    assert Envelope("", "", identifier, 40).opened(line) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("<LIC>", ScannedCode("LIC")),
        ("<]Q1LIC>", ScannedCode("LIC", "Q1")),
        ("LIC>", BadScan(Flaw.PREFIX, 4)),
        ("<LIC", BadScan(Flaw.SUFFIX, 4)),
        ("<>", BadScan(Flaw.UNFINISHED, 2)),
    ],
)
def test_prefix_and_suffix_are_taken_off_or_missed(line: str, found: Found) -> None:
    assert Envelope("<", ">", "optional", 40).opened(line) == found


def test_overlapping_prefix_and_suffix_are_not_taken_off_twice() -> None:
    assert Envelope("##", "##", "never", 40).opened("###") == BadScan(Flaw.SUFFIX, 3)


@EVERY_VECTOR
@settings(max_examples=30, deadline=None)
@given(noise=st.lists(st.binary(max_size=60), max_size=6))
def test_whatever_noise_came_the_next_code_after_a_silence_is_good(vector: Vector, noise: list[bytes]) -> None:
    make, data, text, symbology = vector
    decoder = make()
    for portion in noise:
        decoder.feed(portion)
    decoder.give_up()
    assert not decoder.is_in_the_middle
    assert list(decoder.feed(data)) == [ScannedCode(text, symbology)]


# -- the keyboard ------------------------------------------------------------------------------------------------------


def press(key: int, value: int = 1) -> bytes:
    return InputEvent(EV_KEY, key, value).encode()


def test_every_character_of_a_us_keyboard_is_typed_and_read() -> None:
    everything = "".join(map(chr, range(0x20, 0x7F)))
    wide = Envelope("", "", "never", 200)
    assert KeyboardDecoder(wide).feed(encode_typing(everything)) == [ScannedCode(everything)]


@pytest.mark.skipif(not HEADER.is_file(), reason="needs Linux's headers (Debian: linux-libc-dev)")
def test_the_keys_are_where_the_kernels_header_has_them() -> None:
    codes = {name: int(code) for name, code in re.findall(r"#define KEY_(\w+)\s+(\d+)\b", HEADER.read_text("ascii"))}
    named = {code: name for name, code in codes.items()}
    single = {named[code]: alone for code, (alone, _) in KEYS.items() if len(named[code]) == 1}
    assert single == {name: name.lower() for name in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"}
    assert {KEYS[codes[f"KP{digit}"]] for digit in range(10)} == {(str(digit), str(digit)) for digit in range(10)}


def test_repeats_of_the_kernel_type_nothing() -> None:
    decoder = KeyboardDecoder(PLAIN)
    assert decoder.feed(press(30) + press(30, 2) * 5 + press(30, 0) + press(28)) == [ScannedCode("a")]


def test_capitals_may_come_by_caps_lock() -> None:
    decoder = KeyboardDecoder(PLAIN)
    assert decoder.feed(press(58) + press(58, 0) + press(30) + press(2) + press(28)) == [ScannedCode("A1")]
    assert decoder.feed(press(58) + press(30) + press(28)) == [ScannedCode("a")]


@pytest.mark.parametrize(
    "odd", [press(15), press(103), press(56) + press(82) + press(56, 0), press(29) + press(46) + press(29, 0)]
)
def test_a_key_that_is_no_character_spoils_its_code_and_not_the_next(odd: bytes) -> None:
    decoder = KeyboardDecoder(PLAIN)
    assert decoder.feed(press(30) + odd + press(28)) == [BadScan(Flaw.NOT_PRINTABLE, 1)]
    assert decoder.feed(press(30) + press(28)) == [ScannedCode("a")]


def test_lost_events_spoil_their_code_and_not_the_next() -> None:
    decoder = KeyboardDecoder(PLAIN)
    dropped = InputEvent(EV_SYN, SYN_DROPPED, 0).encode()
    assert decoder.feed(press(42) + press(30) + dropped + press(48) + press(28)) == [BadScan(Flaw.EVENTS, 2)]
    assert decoder.feed(press(30) + press(28)) == [ScannedCode("a")]


def test_typing_without_end_is_told_once() -> None:
    decoder = KeyboardDecoder(PLAIN)
    told = decoder.feed(press(30) * 1000)
    assert [bad.flaw for bad in told if isinstance(bad, BadScan)] == [Flaw.OVERLONG]
    assert decoder.feed(press(30) + press(28)) == []
    assert decoder.feed(press(30) + press(28)) == [ScannedCode("a")]


def test_damaged_events_are_skipped_to_the_next_silence() -> None:
    decoder = KeyboardDecoder(PLAIN)
    assert decoder.feed(TYPED[:48] + b"\xff" * 5 + TYPED[48:]) == []
    assert decoder.is_in_the_middle
    assert decoder.give_up() == [BadScan(Flaw.EVENTS, 0)]
    assert decoder.feed(TYPED + RELEASE) == [ScannedCode("Ab1")]


@pytest.mark.parametrize(
    "damaged",
    [
        "1027000000000000 40420f0000000000 0100 1e00 01000000",
        "1027000000000000 e803000000000000 0100 1e00 03000000",
        "1027000000000000 e803000000000000 0900 1e00 01000000",
        "1027000000000000 e803000000000000 0100 0003 01000000",
    ],
)
def test_what_no_kernel_hands_out_is_no_event(damaged: str) -> None:
    assert decode_event(bytes.fromhex(damaged)) is None


def test_a_character_that_no_key_has_cannot_be_typed() -> None:
    with pytest.raises(ValueError, match="US keyboard"):
        encode_typing("证照")


def test_a_line_is_what_the_decoder_reads() -> None:
    assert encode_line("]Q1LIC", "crlf", "ascii") == b"]Q1LIC\r\n"
