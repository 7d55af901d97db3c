"""Encodes set lines as ESC/POS bytes. Pure; python-escpos makes the commands that it supports.

python-escpos has no Chinese (its issues 190, 491 and 678): text goes as raw bytes, encoded as the device file says.
"""

from __future__ import annotations

import math
import re
from itertools import groupby

from PIL import Image, ImageChops
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from drivers import gb18030
from drivers.line_breaking import clusters
from drivers.receipt_printer.device_file import ReceiptPrinterFile
from drivers.receipt_printer.document import Align, QrCode, ReceiptDocument, TextLine
from drivers.receipt_printer.layout import SetLine, columns_of, set_in_lines
from drivers.receipt_printer.library import QR_ECLEVEL_M, Escpos, Profile
from drivers.right_to_left import needs_shaping, without_marks
from drivers.typeface import Typeface

CHINESE_ON = b"\x1c\x26"  # FS &
CHINESE_OFF = b"\x1c\x2e"  # FS .
NO_AUTOMATIC_STATUS = b"\x1d\x61\x00"  # GS a 0: four-byte reports would get mixed with the answers to DLE EOT
LINE_FEED = b"\n"
RASTER, RASTER_HEADER = b"\x1d\x76\x30", 8  # GS v 0 m xL xH yL yH
TWO_DOTS = b"\x18"
_REAL_TIME = re.compile(rb"\x10(?=[\x04\x05\x14])")
GAP_BELOW_LARGE = b"\x1b\x4a\x0c"  # ESC J 12: a line of double height has no gap below
QUIET_ZONE = 4  # modules of white around a code (ISO/IEC 18004, 6.3.8)
COLUMN_DOTS = 12
CHINESE_DOTS = 24
WESTERN_DOTS = 20  # size at which digits fill a column
WESTERN_RAISED = 2  # printers set Western letters a little above the foot of Chinese characters
INK_BELOW = 128  # grey level
ALIGN: dict[Align, str] = {"left": "left", "centre": "center", "right": "right"}
"""In python-escpos's words."""


def without_real_time(raster: bytes) -> bytes:
    """A GS v 0 command that contains no real-time command.

    Printers obey DLE EOT, DLE ENQ and DLE DC4 wherever they see their bytes, in the dots of a picture too (ESC/POS
    reference, notes to DLE EOT and DLE DC4; the bytes may be of two consecutive rows). DLE is a single dark dot in a
    byte. Where one of the other bytes follows, the dot beside it is burnt too.
    """
    return raster[:RASTER_HEADER] + _REAL_TIME.sub(TWO_DOTS, raster[RASTER_HEADER:])


class Job(Escpos):
    """One print job; `bytes(job)` are the bytes to send."""

    def __init__(self, device_file: ReceiptPrinterFile) -> None:
        self._bytes = bytearray()
        profile = Profile(columns=device_file.columns, features={"paperPartCut": True, "paperFullCut": True})
        profile.profile_data = {**profile.profile_data, "media": {"width": {"pixels": device_file.width_dots}}}
        super().__init__(profile)

    def _raw(self, msg: bytes) -> None:
        self._bytes += without_real_time(msg) if msg.startswith(RASTER) else msg

    def __bytes__(self) -> bytes:
        return bytes(self._bytes)

    def send(self, data: bytes) -> None:
        """Append bytes that python-escpos cannot make."""
        self._raw(data)


def start(device_file: ReceiptPrinterFile) -> bytes:
    """ESC @ and the model's setup bytes, so that a half-printed job does not affect the next."""
    job = Job(device_file)
    job.hw("INIT")
    job.send(NO_AUTOMATIC_STATUS + device_file.setup)
    if device_file.chinese_mode == "off_at_power_up":
        job.send(CHINESE_ON)
    return bytes(job)


def receipt(document: ReceiptDocument, device_file: ReceiptPrinterFile, typeface: Typeface) -> bytes:
    """A whole receipt from ESC @ to the cut.

    A line with a character that the printer's font lacks, or with letters that join, is sent as dots (GS v 0), drawn
    with `typeface`, because no printer joins letters. A code that is too large for the paper, or has too much data, is
    printed as text.
    """
    job = Job(device_file)
    job.send(start(device_file))
    align, size, bold = "left", "normal", False

    def measure(text: str) -> int:
        return _columns(text, typeface)

    for element in set_in_lines(_printable(document, device_file), device_file.columns, measure):
        wanted = "centre" if isinstance(element, QrCode) else element.align
        if wanted != align:
            job.set(align=ALIGN[wanted])
            align = wanted
        if isinstance(element, QrCode):
            _qr(job, element, device_file)
            continue
        if element.bold != bold:
            job.set(bold=element.bold)
            bold = element.bold
        is_typed = not (element.value or needs_shaping(element.text))
        if is_typed and all(device_file.prints(character) for character in element.text):
            if element.size != size:
                factor = 2 if element.size == "large" else 1
                job.set(custom_size=True, width=factor, height=factor)
                size = element.size
            job.send(encoded(element.text, device_file) + LINE_FEED)
        else:
            job.image(raster_line(element, device_file, typeface))
        if element.size == "large":
            job.send(GAP_BELOW_LARGE)
    if align != "left":
        job.set(align="left")
    _cut(job, device_file)
    return bytes(job)


def _printable(document: ReceiptDocument, device_file: ReceiptPrinterFile) -> ReceiptDocument:
    return ReceiptDocument(
        tuple(
            TextLine(element.data) if isinstance(element, QrCode) and not _fits(element, device_file) else element
            for element in document.elements
        )
    )


def _fits(code: QrCode, device_file: ReceiptPrinterFile) -> bool:
    """Whether the paper has the width for `code` with its quiet zone."""
    drawn = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    try:
        drawn.add_data(code.data)
        version = drawn.best_fit()
    except (ValueError, DataOverflowError):  # no text of UTF-8, or beyond version 40
        return False
    modules = 17 + 4 * version + 2 * QUIET_ZONE  # ISO/IEC 18004, 6.3.1
    return modules * device_file.qr_module_dots <= device_file.width_dots


def encoded(text: str, device_file: ReceiptPrinterFile) -> bytes:
    """One line of text in the printer's encoding, without the line feed."""
    if device_file.chinese_mode != "per_run":
        return gb18030.encode_as(text, device_file.encoding)
    runs = [(is_ascii, "".join(run)) for is_ascii, run in groupby(text, str.isascii)]
    return b"".join(
        run.encode("ascii") if is_ascii else CHINESE_ON + gb18030.encode_as(run, device_file.encoding) + CHINESE_OFF
        for is_ascii, run in runs
    )


def raster_line(line: SetLine, device_file: ReceiptPrinterFile, typeface: Typeface) -> Image.Image:
    """One line as dots, mode "1", as wide as it would be in the printer's own type; dark is 0.

    Characters are placed in the printer's columns, so that labels and values line up with other lines; only text whose
    letters join is drawn as one piece. A line that begins at the right is as wide as the paper, because python-escpos
    pads a picture to whole bytes at its right.
    """
    factor = 2 if line.size == "large" else 1
    drawn = _set(line.text, factor, device_file, typeface)
    if line.align == "right":
        paper = Image.new("L", (device_file.width_dots, drawn.height), 255)
        paper.paste(drawn, (paper.width - drawn.width, 0))
        if line.value:
            value = _set(line.value, factor, device_file, typeface)
            paper.paste(value, (max(0, paper.width - line.value_from * COLUMN_DOTS - value.width), 0))
        drawn = paper
    if line.bold:
        beside = Image.new("L", drawn.size, 255)
        beside.paste(drawn, (1, 0))
        drawn = ImageChops.darker(drawn, beside)
    return drawn.point(lambda grey: 0 if grey < INK_BELOW else 255).convert("1", dither=Image.Dither.NONE)


def _set(text: str, factor: int, device_file: ReceiptPrinterFile, typeface: Typeface) -> Image.Image:
    if needs_shaping(text):
        return _squeezed(typeface.draw(text, CHINESE_DOTS * factor), device_file.width_dots)
    text = without_marks(text)
    room = min(device_file.width_dots, max(columns_of(text) * COLUMN_DOTS * factor, 8))
    return _in_columns(text, factor, room, typeface)


def _columns(text: str, typeface: Typeface) -> int:
    """The width of a text in columns; letters that join are measured."""
    if needs_shaping(text):
        return math.ceil(typeface.width(text, CHINESE_DOTS) / COLUMN_DOTS)
    return columns_of(without_marks(text))


def _in_columns(text: str, factor: int, room: int, typeface: Typeface) -> Image.Image:
    drawn = Image.new("L", (room, typeface.line_height(CHINESE_DOTS * factor)), 255)
    x = 0
    for character in clusters(text):
        western = " " <= character[0] <= "~"
        size, cell = (WESTERN_DOTS, COLUMN_DOTS) if western else (CHINESE_DOTS, CHINESE_DOTS)
        glyph = _squeezed(typeface.draw(character, size * factor), cell * factor)
        top = (CHINESE_DOTS - WESTERN_DOTS - WESTERN_RAISED) * factor if western else 0
        drawn.paste(glyph, (x + (cell * factor - glyph.width) // 2, top))
        x += cell * factor
    return drawn


def _squeezed(drawn: Image.Image, room: int) -> Image.Image:
    return drawn if drawn.width <= room else drawn.resize((room, drawn.height), Image.Resampling.LANCZOS)


def _qr(job: Job, code: QrCode, device_file: ReceiptPrinterFile) -> None:
    if device_file.qr == "printer":
        job.send(LINE_FEED)  # the quiet zone: a printer prints the code right below the last line
        job.qr(code.data, ec=QR_ECLEVEL_M, size=device_file.qr_module_dots, native=True)
        job.send(LINE_FEED)
    else:
        job.qr(code.data, ec=QR_ECLEVEL_M, size=device_file.qr_module_dots)


def _cut(job: Job, device_file: ReceiptPrinterFile) -> None:
    if device_file.cut == "none":
        job.print_and_feed(6)
    else:
        job.cut(mode="PART" if device_file.cut == "partial" else "FULL")
