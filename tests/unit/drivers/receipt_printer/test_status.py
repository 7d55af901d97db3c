"""The four status bytes made sense of. Bits from the ESC/POS command reference, DLE EOT."""

from __future__ import annotations

import pytest

from drivers.errors import FrameCorrupt
from drivers.receipt_printer.status import (
    PaperLevel,
    PrinterStatus,
    ask,
    is_answer_in_turn,
    is_real_time_answer,
    made_sense_of,
)


def status(
    online: bool = True,
    cover_open: bool = False,
    paper: PaperLevel = PaperLevel.OK,
    cutter_failed: bool = False,
    repair_needed: bool = False,
) -> PrinterStatus:
    return PrinterStatus(online, cover_open, paper, cutter_failed, repair_needed)


@pytest.mark.parametrize(
    ("answers", "meaning"),
    [
        ("12 12 12 12", status()),
        ("16 12 12 12", status()),
        ("12 12 12 1E", status(paper=PaperLevel.NEAR_END)),
        ("1A 32 12 7E", status(online=False, paper=PaperLevel.OUT)),
        ("1A 12 12 72", status(online=False, paper=PaperLevel.OUT)),
        ("1A 32 12 12", status(online=False, paper=PaperLevel.OUT)),
        ("1A 16 12 12", status(online=False, cover_open=True)),
        ("1A 52 1A 12", status(online=False, cutter_failed=True)),
        ("1A 52 32 12", status(online=False, repair_needed=True)),
        ("1A 52 52 12", status(online=False)),
        ("1A 12 12 12", status(online=False)),
    ],
)
def test_sensors_are_read_from_their_bits(answers: str, meaning: PrinterStatus) -> None:
    assert made_sense_of(*bytes.fromhex(answers)) == meaning


@pytest.mark.parametrize("answers", ["93 12 12 12", "12 00 12 12", "12 12 FF 12", "12 12 12 02"])
def test_a_byte_with_wrong_fixed_bits_is_corrupt(answers: str) -> None:
    with pytest.raises(FrameCorrupt, match=r"DLE EOT [1-4] was answered with"):
        made_sense_of(*bytes.fromhex(answers))


def test_no_byte_is_an_answer_of_both_kinds() -> None:
    assert [byte for byte in range(256) if is_real_time_answer(byte) and is_answer_in_turn(byte)] == []


def test_requests_are_three_bytes() -> None:
    assert [ask(n).hex(" ") for n in (1, 2, 3, 4)] == ["10 04 01", "10 04 02", "10 04 03", "10 04 04"]
