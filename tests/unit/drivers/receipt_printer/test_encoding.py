"""Receipts as bytes for each kind of Chinese printer. Expected bytes are written by hand from the code tables."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.device_file import DeviceFileError
from drivers.receipt_printer import device_file, encoding
from drivers.receipt_printer.commands import real_time_in
from drivers.receipt_printer.document import Feed, QrCode, ReceiptDocument, Rule, TextLine
from drivers.receipt_printer.encoding import without_real_time
from drivers.typeface import Typeface

DEVICES = ASSETS / "devices"
NO_FONTS = Typeface(())
START = "1B 40 1D 61 00 "  # ESC @, GS a 0
PARTIAL_CUT = " 1B 64 06 1D 56 01"  # ESC d 6, GS V 1
FULL_CUT = " 1B 64 06 1D 56 00"


@pytest.mark.parametrize(
    ("dots", "sent"),
    [
        (b"\x10\x04\x01\x00", b"\x18\x04\x01\x00"),
        (b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08", b"\x18\x14\x08\x01\x03\x14\x01\x06\x02\x08"),
        (b"\x10\x05\x02\x00", b"\x18\x05\x02\x00"),
        (b"\x10\x10\x04\x10\x04\x10", b"\x10\x18\x04\x18\x04\x10"),
        (b"\x10\x03\x10\x06\x10\x13\x10\x15\x10\x00", b"\x10\x03\x10\x06\x10\x13\x10\x15\x10\x00"),
    ],
)
@pytest.mark.parametrize("width_bytes", [1, 2])
def test_no_printer_finds_a_real_time_command_in_a_picture(dots: bytes, sent: bytes, width_bytes: int) -> None:
    """In one row, and where one row ends and the next begins."""
    header = b"\x1d\x76\x30\x00" + bytes([width_bytes, 0, len(dots) // width_bytes, 0])
    assert without_real_time(header + dots) == header + sent
    assert real_time_in(sent) == []


def test_python_escpos_reads_about_no_printer_and_leaves_nothing_in_the_environment() -> None:
    from escpos import capabilities  # after our driver, which says how it is read

    assert set(capabilities.CAPABILITIES["profiles"]) == {"default"}
    assert [name for name in os.environ if name.startswith("ESCPOS_")] == []
    assert not Path(capabilities.pickle_dir).exists()


def model(name: str) -> device_file.ReceiptPrinterFile:
    return device_file.load(DEVICES / f"{name}.toml")


def receipt(name: str, *texts: str) -> str:
    document = ReceiptDocument(tuple(TextLine(text) for text in texts))
    return encoding.receipt(document, model(name), NO_FONTS).hex(" ").upper()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # 居 BED3, 住 D7A1 in GB 2312 and its supersets
        ("escpos-80-gb18030", START + "BE D3 D7 A1 20 37 0A" + PARTIAL_CUT),
        ("escpos-58-gb18030", START + "BE D3 D7 A1 20 37 0A 1B 64 06"),
        ("escpos-80-gbk", START + "1C 26 BE D3 D7 A1 1C 2E 20 37 0A" + PARTIAL_CUT),
        ("escpos-80-gb2312", START + "1C 26 BE D3 D7 A1 20 37 0A" + FULL_CUT),
        ("escpos-80-utf8", START + "1C 28 43 02 00 30 02 E5 B1 85 E4 BD 8F 20 37 0A" + PARTIAL_CUT),
    ],
)
def test_each_kind_of_printer_gets_its_encoding_and_its_mode(name: str, expected: str) -> None:
    assert receipt(name, "居住 7") == expected


def test_a_character_of_gbk_outside_gb_2312_is_two_bytes() -> None:
    # 镕 E946 in GBK; not in GB 2312
    assert receipt("escpos-80-gb18030", "镕") == START + "E9 46 0A" + PARTIAL_CUT
    assert not model("escpos-80-gb2312").prints("镕")


def test_a_character_of_2022_is_sent_by_its_two_bytes_where_the_font_has_all_of_gb_18030() -> None:
    whole = replace(model("escpos-80-gb18030"), font="gb18030")
    job = encoding.receipt(ReceiptDocument((TextLine("龴"),)), whole, NO_FONTS)
    assert job.hex(" ").upper() == START + "FE 59 0A" + PARTIAL_CUT
    assert not model("escpos-80-gb18030").prints("龴")  # GBK fonts differ in what they have there


@pytest.mark.parametrize("name", ["escpos-80-gb18030", "escpos-58-gb18030", "escpos-80-gb2312", "escpos-80-utf8"])
@pytest.mark.parametrize("length", [1200, 3000], ids=["wider than the paper", "more than a code holds"])
def test_a_code_that_does_not_fit_is_printed_as_text(name: str, length: int) -> None:
    data = "b" * length
    as_code = encoding.receipt(ReceiptDocument((TextLine("A"), QrCode(data))), model(name), NO_FONTS)
    assert as_code == encoding.receipt(ReceiptDocument((TextLine("A"), TextLine(data))), model(name), NO_FONTS)


@pytest.mark.parametrize("character", ["𠮷", "㐂", "ñ", "ئ", "\u200b", "\x1b", "\x10"])
def test_what_the_font_lacks_and_what_would_be_a_command_is_never_sent_as_text(character: str) -> None:
    assert not any(model(path.stem).prints(character) for path in DEVICES.glob("escpos-*.toml"))


def test_settings_are_sent_when_they_change_and_not_otherwise() -> None:
    document = ReceiptDocument(
        (
            TextLine("A", "centre", "large", bold=True),
            TextLine("B", "centre", "large", bold=True),
            TextLine("C"),
            Rule(),
            Feed(1),
        )
    )
    small = replace(model("escpos-80-gb18030"), columns=16)
    assert encoding.receipt(document, small, NO_FONTS).hex(" ").upper() == (
        START + "1B 61 01 1B 45 01 1D 21 11 41 0A 1B 4A 0C 42 0A 1B 4A 0C"
        " 1B 61 00 1B 45 00 1D 21 00 43 0A" + " 2D" * 16 + " 0A 0A" + PARTIAL_CUT
    )


def test_a_code_is_drawn_by_the_printer_where_it_can() -> None:
    job = encoding.receipt(ReceiptDocument((QrCode("QZ-1"),)), model("escpos-80-gb18030"), NO_FONTS)
    assert job.hex(" ").upper() == (
        START + "1B 61 01 0A 1D 28 6B 04 00 31 41 32 00 1D 28 6B 03 00 31 43 06 1D 28 6B 03 00 31 45 31"
        " 1D 28 6B 07 00 31 50 30 51 5A 2D 31 1D 28 6B 03 00 31 51 30 0A 1B 61 00" + PARTIAL_CUT
    )


def test_a_code_goes_as_dots_where_the_printer_cannot_draw_it() -> None:
    job = encoding.receipt(ReceiptDocument((QrCode("QZ-1"),)), model("escpos-58-gb18030"), NO_FONTS)
    # version 1 is 21 modules, with a border of 1 on each side, 5 dots each: 115 dots, 15 bytes a row
    assert bytes.fromhex("1D 76 30 00 0F 00 73 00") in job
    assert b"\x1d\x28\x6b" not in job


def test_the_start_wipes_settings_and_stops_automatic_status() -> None:
    assert encoding.start(model("escpos-80-gb2312")).hex(" ").upper() == START + "1C 26"


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ("width_dots = 576|width_dots = 577", "bad.toml: paper.width_dots: must be a multiple of 8, not 577"),
        ("columns = 48|columns = 49", "bad.toml: paper.columns: 49 characters of 12 dots do not fit on 576"),
        ('"gb18030"|"big5"', "bad.toml: text.encoding: must be one of gb18030, gbk, gb2312, utf-8, not 'big5'"),
        ("chinese_mode = |chinese_mode_ = ", "bad.toml: text.chinese_mode_: is not a key of this table"),
        ('font = "gbk"|font = "gbk"\nsetup = "1C 2"', "bad.toml: text.setup: must be hex bytes, not '1C 2'"),
        ("print_timeout_s = 20.0|print_timeout_s = 0", "bad.toml: link.print_timeout_s: must be seconds"),
    ],
)
def test_a_mistake_in_a_device_file_is_told_with_file_and_key(tmp_path: Path, change: str, mistake: str) -> None:
    before, after = change.split("|")
    text = (DEVICES / "escpos-80-gb18030.toml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "bad.toml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(DeviceFileError) as refused:
        device_file.load(tmp_path / "bad.toml")
    assert any(line.startswith(mistake) for line in refused.value.mistakes), refused.value.mistakes
