"""A receipt printer's status: DLE EOT 1 to 4 (real time) and GS r 1 (in its turn). Pure.

Source: the ESC/POS command reference's tables for DLE EOT and GS r; Chinese makers' manuals repeat them (POS-80 series
programmer manual, "DLE EOT n").
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from drivers.errors import FrameCorrupt

DEVICE = "receipt_printer"
PRINTER, OFFLINE_CAUSE, ERROR_CAUSE, PAPER = 1, 2, 3, 4
TRANSMIT_PAPER_STATUS = b"\x1d\x72\x01"  # GS r 1

CLEAR_RESPONSE = b"\x37\x25\x00"  # the answer to DLE DC4 8, when the buffers are empty


class PaperLevel(Enum):
    """What the paper sensors see."""

    OK = "ok"
    NEAR_END = "near_end"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """The meaning of the four status bytes. `cutter_failed` and `repair_needed`: an engineer acts."""

    online: bool
    cover_open: bool
    paper: PaperLevel
    cutter_failed: bool
    repair_needed: bool

    @property
    def tells_a_cause(self) -> bool:
        """Whether one of the answers says why nothing can be printed."""
        return self.cover_open or self.paper is PaperLevel.OUT or self.cutter_failed or self.repair_needed


def ask(which: int) -> bytes:
    """DLE EOT n."""
    return bytes([0x10, 0x04, which])


def is_real_time_answer(answer: int) -> bool:
    """Whether it is an answer to DLE EOT: bits 0 and 7 are 0, bits 1 and 4 are 1 in every one."""
    return answer & 0b1001_0011 == 0b0001_0010


def is_answer_in_turn(answer: int) -> bool:
    """Whether it is an answer to GS r: bits 4 and 7 are 0 in every one, so the two kinds cannot be confused."""
    return answer & 0b1001_0000 == 0


def made_sense_of(printer: int, offline_cause: int, error_cause: int, paper: int) -> PrinterStatus:
    """The status by the answers to DLE EOT 1, 2, 3 and 4. Raises `FrameCorrupt` if one has wrong fixed bits."""
    for which, answer in enumerate((printer, offline_cause, error_cause, paper), start=1):
        if not is_real_time_answer(answer):
            raise FrameCorrupt(f"DLE EOT {which} was answered with {answer:02X}", device=DEVICE)
    if paper & 0x60 or offline_cause & 0x20:
        level = PaperLevel.OUT
    elif paper & 0x0C:
        level = PaperLevel.NEAR_END
    else:
        level = PaperLevel.OK
    return PrinterStatus(
        online=not printer & 0x08,
        cover_open=bool(offline_cause & 0x04),
        paper=level,
        cutter_failed=bool(error_cause & 0x08),
        repair_needed=bool(error_cause & 0x20),
    )
