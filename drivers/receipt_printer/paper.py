"""Simulates paper in front of a thermal head: it turns ESC/POS commands into pictures of receipts.

It is used by the simulator and the preview, and draws as the printer would: with the encoding and double-byte mode of
the device file, an empty box for a character that the printer's font lacks, and the strip between head and knife left
for the next receipt.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image
from qrcode.main import QRCode

from drivers.gb18030 import PortionDecoder
from drivers.receipt_printer import look
from drivers.receipt_printer.commands import (
    Characters,
    Command,
    CommandDecoder,
    Cut,
    FeedDots,
    FeedLines,
    Initialise,
    LineFeed,
    QrPrint,
    QrSetting,
    QrStore,
    Raster,
    SelectEncoding,
    SetAlign,
    SetBold,
    SetChinese,
    SetSize,
)
from drivers.receipt_printer.device_file import ReceiptPrinterFile
from drivers.receipt_printer.glyphs import HEIGHT_DOTS, GlyphBox
from drivers.typeface import Typeface

WHITE = 255
HEAD_TO_KNIFE_DOTS = 120  # 15 mm: without a feed before the cut the last lines stay inside
POWER_UP_ENCODING = "gb18030"  # of a printer that must be switched to UTF-8
SINGLE_BYTE_PAGE = "cp437"
QR_LEVELS = {48: 1, 49: 0, 50: 3, 51: 2}  # GS ( k function 69 to qrcode's constants L M Q H


@dataclass(frozen=True, slots=True)
class Printout:
    """One finished receipt. `dots`: as burnt by the head (mode "L", 0 is dark); `text`: of what came as characters;
    `codes`: the content of two-dimensional codes that the printer made.
    """

    dots: Image.Image
    text: str
    codes: tuple[str, ...] = ()

    def picture(self) -> Image.Image:
        """A picture of the receipt, with paper, margins and cut edges."""
        return look.on_paper(self.dots)

    def __repr__(self) -> str:
        return f"Printout({self.dots.width} x {self.dots.height} dots)"


class Paper:
    """The strip under the head, with the printer's settings for text."""

    def __init__(self, device_file: ReceiptPrinterFile, typeface: Typeface) -> None:
        self._file = device_file
        self._glyphs = GlyphBox(device_file, typeface)
        self._blocks: list[Image.Image] = []
        self._text: list[str] = []
        self._codes: list[str] = []
        self.finished: list[Printout] = []
        self._initialise()

    def _initialise(self) -> None:
        self._align, self._bold, self._width, self._height = 0, False, 1, 1
        self._chinese = self._file.chinese_mode in ("on_at_power_up", "none")
        self._encoding = POWER_UP_ENCODING if self._file.setup else self._file.encoding
        self._line: list[Image.Image] = []
        self._qr_module, self._qr_level, self._qr_data = 3, 48, b""
        self._start_decoding()

    def _start_decoding(self) -> None:
        name = self._encoding if self._chinese else SINGLE_BYTE_PAGE
        self._decoder = PortionDecoder(name)

    def obey(self, command: Command) -> int:
        """Carry out one command; returns by how many dots the paper moved."""
        before = self.length
        match command:
            case Characters(data):
                self._write(self._decoder.decode(data))
            case LineFeed():
                self._end_line()
            case Initialise():
                self._initialise()
            case SetAlign(where):
                self._align = where
            case SetBold(on):
                self._bold = on
            case SetSize(width, height):
                self._width, self._height = width, height
            case SetChinese(on) if self._file.chinese_mode != "none":
                self._chinese = on
                self._start_decoding()
            case SelectEncoding(utf8) if self._file.setup:
                self._encoding = "utf-8" if utf8 else POWER_UP_ENCODING
                self._start_decoding()
            case Raster(width_bytes, data):
                self._burn_raster(width_bytes, data)
            case QrSetting() | QrStore() | QrPrint():
                self._qr(command)
            case FeedLines(count):
                self._feed(count * self._file.line_dots)
            case FeedDots(count):
                self._feed(count)
            case Cut(feeds=feeds):
                return self._cut(feeds)
            case _:
                return 0
        return self.length - before

    @property
    def length(self) -> int:
        """Dots of paper since the last cut."""
        return sum(block.height for block in self._blocks)

    def tear_off(self) -> Printout | None:
        """End the receipt at the tear bar; None if no paper hangs out."""
        self._end_line_if_begun()
        if not self._blocks:
            return None
        printout = self._printout(_stacked(self._blocks, self._file.width_dots))
        self._blocks = []
        return printout

    def _printout(self, dots: Image.Image) -> Printout:
        text, codes = "\n".join(self._text), tuple(self._codes)
        self._text, self._codes = [], []
        return Printout(dots, text, codes)

    def _write(self, text: str) -> None:
        wide = self._chinese and self._file.chinese_mode == "per_run"
        if text:
            self._text = self._text or [""]
            self._text[-1] += text
        for character in text:
            glyph = self._glyphs.glyph(character, as_wide=wide, bold=self._bold)
            glyph = glyph.resize((glyph.width * self._width, glyph.height * self._height), Image.Resampling.NEAREST)
            if sum(g.width for g in self._line) + glyph.width > self._file.width_dots:
                self._end_line()
            self._line.append(glyph)

    def _end_line(self) -> None:
        height = max([self._file.line_dots, *(glyph.height for glyph in self._line)])
        width = sum(glyph.width for glyph in self._line)
        block = Image.new("L", (self._file.width_dots, height), WHITE)
        x = self._start_of(width)
        for glyph in self._line:
            block.paste(glyph, (x, height - glyph.height if height > HEIGHT_DOTS * 2 else 0))
            x += glyph.width
        self._blocks.append(block)
        self._line = []
        self._text.append("")

    def _end_line_if_begun(self) -> None:
        if self._line:
            self._end_line()

    def _start_of(self, width: int) -> int:
        room = self._file.width_dots - width
        return {0: 0, 1: room // 2, 2: room}.get(self._align, 0)

    def _feed(self, dots: int) -> None:
        self._end_line_if_begun()
        if dots:
            self._blocks.append(Image.new("L", (self._file.width_dots, dots), WHITE))

    def _burn(self, dots: Image.Image) -> None:
        self._end_line_if_begun()
        block = Image.new("L", (self._file.width_dots, dots.height), WHITE)
        block.paste(dots, (self._start_of(dots.width), 0))
        self._blocks.append(block)

    def _burn_raster(self, width_bytes: int, data: bytes) -> None:
        if width_bytes and data:
            inverted = bytes(byte ^ 0xFF for byte in data)
            self._burn(Image.frombytes("1", (width_bytes * 8, len(data) // width_bytes), inverted).convert("L"))

    def _qr(self, command: QrSetting | QrStore | QrPrint) -> None:
        match command:
            case QrSetting(67, dots):
                self._qr_module = dots
            case QrSetting(69, level):
                self._qr_level = level
            case QrStore(data):
                self._qr_data = data
            case QrPrint() if self._qr_data:
                self._burn(_qr_dots(self._qr_data, self._qr_level, self._qr_module))
                self._codes.append(self._qr_data.decode("utf-8", "replace"))
            case _:
                pass

    def _cut(self, feeds: bool) -> int:
        """Cut at the knife; the strip between knife and head belongs to the next receipt."""
        before = self.length
        self._feed(HEAD_TO_KNIFE_DOTS if feeds else 0)
        moved = self.length - before
        if self._file.cut == "none":
            return moved
        whole = _stacked(self._blocks, self._file.width_dots)
        cut_at = max(0, whole.height - HEAD_TO_KNIFE_DOTS)
        if cut_at:
            self.finished.append(self._printout(whole.crop((0, 0, whole.width, cut_at))))
        rest = whole.crop((0, cut_at, whole.width, whole.height))
        self._blocks = [rest] if rest.height else []
        return moved


def printed(data: bytes, device_file: ReceiptPrinterFile, typeface: Typeface) -> list[Printout]:
    """The receipts in a stream of ESC/POS bytes; an uncut rest comes last."""
    paper = Paper(device_file, typeface)
    for command in CommandDecoder().feed(data):
        paper.obey(command)
    left = paper.tear_off()
    has_ink = left is not None and left.dots.getextrema()[0] == 0
    return [*paper.finished, left] if left is not None and has_ink else paper.finished


def _qr_dots(data: bytes, level: int, module_dots: int) -> Image.Image:
    code = QRCode(error_correction=QR_LEVELS.get(level, 1), border=0)
    code.add_data(data)
    code.make(fit=True)
    rows = code.get_matrix()
    cells = bytes(0 if dark else WHITE for row in rows for dark in row)
    side = len(rows) * module_dots
    return Image.frombytes("L", (len(rows), len(rows)), cells).resize((side, side), Image.Resampling.NEAREST)


def _stacked(blocks: list[Image.Image], width: int) -> Image.Image:
    whole = Image.new("L", (width, sum(block.height for block in blocks)), WHITE)
    y = 0
    for block in blocks:
        whole.paste(block, (0, y))
        y += block.height
    return whole
