"""The device file of a receipt printer: the paper, the encoding and the commands of a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drivers import gb18030
from drivers.device_file import FileTable

ENCODINGS = ("gb18030", "gbk", "gb2312", "utf-8")
FONTS = ("gb18030", "gbk", "gb2312", "ascii")
CHINESE_MODES = ("on_at_power_up", "off_at_power_up", "per_run", "none")
QR_WAYS = ("printer", "raster")
CUTS = ("partial", "full", "none")


@dataclass(frozen=True, slots=True)
class ReceiptPrinterFile:
    """One model.

    `width_dots`: printable dots of a row (576 on 80 mm, 384 on 58 mm paper at 203 dpi). `columns`: characters of 12
    dots; a Chinese one takes two. `line_dots`: height of a text line with its gap. `encoding`: of text bytes. `font`:
    the character set that the printer's own font covers; the rest is sent as dots. `chinese_mode`: what the double-byte
    mode is after ESC @, or `per_run` where it is to be switched around each Chinese run, or `none` where there is no
    such mode. `setup`: bytes sent after every ESC @. `confirms_by_gs_r`: the printer answers GS r 1 only when it has
    finished everything before it; otherwise the sensors are watched for `settle_s` instead. `clears_in_real_time`: it
    knows DLE DC4 8. Durations in seconds.
    """

    name: str
    width_dots: int
    columns: int
    line_dots: int
    encoding: str
    font: str
    chinese_mode: str
    setup: bytes
    qr: str
    qr_module_dots: int
    cut: str
    confirms_by_gs_r: bool
    clears_in_real_time: bool
    answer_timeout_s: float
    print_timeout_s: float
    settle_s: float

    def prints(self, character: str) -> bool:
        """Whether the printer's own font has `character` and the encoding can name it."""
        if " " <= character <= "~":
            return True
        try:
            in_font = len(gb18030.encode_as(character, self.font)) > 1
            in_encoding = len(gb18030.encode_as(character, self.encoding)) > 1
        except UnicodeEncodeError:
            return False
        return in_font and in_encoding and character.isprintable()


def load(path: Path) -> ReceiptPrinterFile:
    """Read and check a device file. Raises `DeviceFileError` with one line for each mistake."""
    top = FileTable.of_file(path)
    paper, text, qr, cut, link = (top.table(name) for name in ("paper", "text", "qr", "cut", "link"))
    setup = text.text("setup", default="-")
    device_file = ReceiptPrinterFile(
        name=top.text("name"),
        width_dots=paper.whole("width_dots", 96, 1248),
        columns=paper.whole("columns", 16, 104),
        line_dots=paper.whole("line_dots", 24, 64, default=30),
        encoding=text.text("encoding", one_of=ENCODINGS),
        font=text.text("font", one_of=FONTS),
        chinese_mode=text.text("chinese_mode", one_of=CHINESE_MODES),
        setup=_hex(text, setup),
        qr=qr.text("by", one_of=QR_WAYS),
        qr_module_dots=qr.whole("module_dots", 2, 16, default=6),
        cut=cut.text("by", one_of=CUTS),
        confirms_by_gs_r=link.truth("confirms_by_gs_r"),
        clears_in_real_time=link.truth("clears_in_real_time"),
        answer_timeout_s=link.seconds("answer_timeout_s"),
        print_timeout_s=link.seconds("print_timeout_s"),
        settle_s=link.seconds("settle_s", default=3.0),
    )
    if device_file.width_dots % 8:
        paper.complain("width_dots", f"must be a multiple of 8, not {device_file.width_dots}")
    if device_file.columns * 12 > device_file.width_dots:
        paper.complain("columns", f"{device_file.columns} characters of 12 dots do not fit on {device_file.width_dots}")
    top.finish()
    return device_file


def _hex(text: FileTable, value: str) -> bytes:
    if value == "-":
        return b""
    try:
        return bytes.fromhex(value)
    except ValueError:
        text.complain("setup", f"must be hex bytes, not {value!r}")
        return b""
