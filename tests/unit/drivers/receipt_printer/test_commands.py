"""ESC/POS taken apart: each vector whole, byte by byte, and with a tail. Bytes from the ESC/POS command reference."""

from __future__ import annotations

import pytest

from drivers.receipt_printer.commands import (
    AskInTurn,
    AskStatus,
    Characters,
    ClearBuffers,
    Command,
    CommandDecoder,
    Cut,
    FeedDots,
    FeedLines,
    Ignored,
    Initialise,
    LineFeed,
    QrPrint,
    QrSetting,
    QrStore,
    Raster,
    Recover,
    SelectEncoding,
    SetAlign,
    SetBold,
    SetChinese,
    SetSize,
)

VECTORS: list[tuple[str, list[Command]]] = [
    ("1B 40", [Initialise()]),
    ("0A", [LineFeed()]),
    ("1B 61 01", [SetAlign(1)]),
    ("1B 61 32", [SetAlign(2)]),
    ("1B 45 01", [SetBold(True)]),
    ("1D 21 11", [SetSize(2, 2)]),
    ("1D 21 70", [SetSize(8, 1)]),
    ("1B 21 30", [SetSize(2, 2)]),
    ("1C 26", [SetChinese(True)]),
    ("1C 2E", [SetChinese(False)]),
    ("1C 28 43 02 00 30 02", [SelectEncoding(utf8=True)]),
    ("1C 28 43 02 00 30 01", [SelectEncoding(utf8=False)]),
    ("1D 76 30 00 02 00 02 00 80 00 00 01", [Raster(2, bytes.fromhex("80000001"))]),
    ("1D 28 6B 04 00 31 41 32 00", [QrSetting(65, 50)]),
    ("1D 28 6B 03 00 31 43 06", [QrSetting(67, 6)]),
    ("1D 28 6B 03 00 31 45 31", [QrSetting(69, 49)]),
    ("1D 28 6B 07 00 31 50 30 51 5A 2D 31", [QrStore(b"QZ-1")]),
    ("1D 28 6B 03 00 31 51 30", [QrPrint()]),
    ("1B 64 06", [FeedLines(6)]),
    ("1B 4A 0C", [FeedDots(12)]),
    ("1D 56 00", [Cut(partial=False, feeds=False)]),
    ("1D 56 01", [Cut(partial=True, feeds=False)]),
    ("1D 56 42 00", [Cut(partial=True, feeds=True)]),
    ("1D 56 41 10", [Cut(partial=False, feeds=True)]),
    ("10 04 01 10 04 02 10 04 03 10 04 04", [AskStatus(1), AskStatus(2), AskStatus(3), AskStatus(4)]),
    ("1D 72 01", [AskInTurn(1)]),
    ("10 14 08 01 03 14 01 06 02 08", [ClearBuffers()]),
    ("10 14 08 01 03 14 01 06 02 09", [Ignored(bytes.fromhex("10140801031401060209"))]),
    ("10 14 01 00 05", [Ignored(bytes.fromhex("1014010005"))]),
    ("10 05 02", [Recover(empty_buffers=True)]),
    ("10 05 01", [Recover(empty_buffers=False)]),
    ("1D 61 00", [Ignored(bytes.fromhex("1D6100"))]),
    ("1B 74 10", [Ignored(bytes.fromhex("1B7410"))]),
    ("1D 4C 10 00", [Ignored(bytes.fromhex("1D4C1000"))]),
    ("1C 53 00 00", [Ignored(bytes.fromhex("1C530000"))]),
    ("07", [Ignored(b"\x07")]),
    ("1B 7F", [Ignored(b"\x1b\x7f")]),
]
IDS = [vector for vector, _ in VECTORS]


@pytest.mark.parametrize(("vector", "commands"), VECTORS, ids=IDS)
def test_a_command_that_comes_whole_is_recognised(vector: str, commands: list[Command]) -> None:
    assert CommandDecoder().feed(bytes.fromhex(vector)) == commands


@pytest.mark.parametrize(("vector", "commands"), VECTORS, ids=IDS)
def test_a_command_that_comes_byte_by_byte_is_recognised_at_its_last(vector: str, commands: list[Command]) -> None:
    decoder, data = CommandDecoder(), bytes.fromhex(vector)
    portions = [decoder.feed(bytes([byte])) for byte in data]
    assert [command for portion in portions for command in portion] == commands
    assert portions[-1] == commands[-1:]


@pytest.mark.parametrize(("vector", "commands"), VECTORS, ids=IDS)
def test_what_follows_a_command_is_not_eaten(vector: str, commands: list[Command]) -> None:
    assert CommandDecoder().feed(bytes.fromhex(vector) + b"\x1b\x40") == [*commands, Initialise()]


def test_text_is_handed_on_as_far_as_it_has_come() -> None:
    decoder = CommandDecoder()
    coded = "居住证".encode("gb18030")
    assert decoder.feed(coded[:3]) == [Characters(coded[:3])]
    assert decoder.feed(coded[3:] + b"\n") == [Characters(coded[3:]), LineFeed()]


def test_a_status_request_inside_a_picture_belongs_to_the_picture() -> None:
    picture = bytes.fromhex("1D763000030001 00100401".replace(" ", ""))
    assert CommandDecoder().feed(picture) == [Raster(3, b"\x10\x04\x01")]


def test_a_reset_forgets_half_a_command() -> None:
    decoder = CommandDecoder()
    assert decoder.feed(b"\x1d\x76\x30") == []
    decoder.reset()
    assert decoder.feed(b"A") == [Characters(b"A")]
