"""A slip in Uyghur, from its words to the dots on the paper: joined, and begun at the right."""

from __future__ import annotations

from datetime import date

import pytest
from PIL import Image, ImageChops

from assets import ASSETS
from drivers.receipt_printer import device_file
from drivers.receipt_printer.device_file import ReceiptPrinterFile
from drivers.receipt_printer.document import LabelledValue, ReceiptDocument, TextLine
from drivers.receipt_printer.encoding import receipt
from drivers.receipt_printer.paper import Printout, printed
from drivers.right_to_left import needs_shaping
from drivers.typeface import Typeface
from kiosk.domain.personal import Personal
from kiosk.papers.slip_text import ApplicationSlip, SlipText
from kiosk.policy.region_file import load_region
from kiosk.texts.translation import Translation
from kiosk.texts.words import LocalText, Text
from tests.fakes.hand_clock import HandClock

NUMBER = "SQ20270310-0042"
PRINTERS = ("escpos-80-gb18030", "escpos-80-gb2312", "escpos-80-utf8", "escpos-58-gb18030")
UYGHUR = Translation.load(ASSETS / "locale", "ug")
SLIP = ApplicationSlip(
    NUMBER,
    Text("service_name.change_address"),
    date(2027, 3, 10),
    date(2027, 3, 24),
    Personal("830000200203040123"),
    told=(Text("fact.told_by.message"),),
    collect=(LocalText((("zh-Hans", "梧桐里派出所窗口"),)),),
    bring=(Text("next.counter", (("place", "上海市静安区梧桐里路88弄6号"),)),),
)


@pytest.fixture(scope="module")
def typeface() -> Typeface:
    return Typeface.load(ASSETS / "fonts")


@pytest.fixture(scope="module")
def document() -> ReceiptDocument:
    region = load_region(ASSETS / "regions" / "shanghai.toml")
    translate = {"ug": UYGHUR.words}
    text = SlipText(
        region, lambda language, words: translate[language](words), "https://k.example/r/", "1", HandClock()
    )
    return text.application_slip("ug", SLIP)


@pytest.fixture(params=PRINTERS)
def printer(request: pytest.FixtureRequest) -> ReceiptPrinterFile:
    return device_file.load(ASSETS / "devices" / f"{request.param}.toml")


def on_paper(document: ReceiptDocument, printer: ReceiptPrinterFile, typeface: Typeface) -> Printout:
    [printout] = printed(receipt(document, printer, typeface), printer, typeface)
    return printout


def has_picture(paper: Image.Image, wanted: Image.Image) -> bool:
    """Whether the dots of `wanted` stand somewhere on the paper at its right side."""
    ink = wanted.point(lambda grey: 0 if grey < 128 else 255)
    box = ImageChops.invert(ink).getbbox()
    assert box is not None
    ink = ink.crop(box)
    right = paper.width - wanted.width + box[0]
    return any(
        ImageChops.difference(paper.crop((right, y, right + ink.width, y + ink.height)), ink).getbbox() is None
        for y in range(paper.height - ink.height)
    )


def test_no_letter_that_joins_is_left_to_the_printer(
    document: ReceiptDocument, printer: ReceiptPrinterFile, typeface: Typeface
) -> None:
    assert document.right_to_left
    printout = on_paper(document, printer, typeface)
    assert not needs_shaping(printout.text)
    assert "□" not in printout.text
    assert printout.codes == ((f"https://k.example/r/{NUMBER}",) if printer.qr == "printer" else ())


def test_its_words_stand_at_the_right(
    document: ReceiptDocument, printer: ReceiptPrinterFile, typeface: Typeface
) -> None:
    dots = on_paper(document, printer, typeface).dots
    for key in ("slip.service", "slip.received_on", "slip.permit"):
        assert has_picture(dots, typeface.draw(UYGHUR.text(key), 24)), key


def test_what_a_printer_has_is_typed_and_begins_at_the_right_too(typeface: Typeface) -> None:
    printer = device_file.load(ASSETS / "devices" / "escpos-80-gb18030.toml")
    title, chinese = TextLine(UYGHUR.text("slip.application_title")), TextLine("梧桐里派出所窗口")
    printout = on_paper(ReceiptDocument((title, chinese)), printer, typeface)
    assert "梧桐里派出所窗口" in printout.text
    line = ImageChops.invert(printout.dots).getbbox()
    assert line is not None
    assert line[2] > printer.width_dots - 12


def test_a_value_stands_left_of_its_label_on_the_same_line(typeface: Typeface) -> None:
    printer = device_file.load(ASSETS / "devices" / "escpos-80-gb18030.toml")
    title = TextLine(UYGHUR.text("slip.application_title"))
    pairs = (LabelledValue(UYGHUR.text("slip.kiosk"), "SH-1"), LabelledValue(UYGHUR.text("slip.permit"), "83000"))
    alone = on_paper(ReceiptDocument((title,)), printer, typeface).dots.height
    both = on_paper(ReceiptDocument((title, *pairs)), printer, typeface).dots.height
    assert both - alone <= 2 * 32
    assert on_paper(ReceiptDocument(pairs), printer, typeface).text.count("SH-1") == 0  # its first line is no title


def test_the_dash_before_a_chinese_item_stands_right_of_it(typeface: Typeface) -> None:
    printer = device_file.load(ASSETS / "devices" / "escpos-80-gb18030.toml")
    title, item = TextLine(UYGHUR.text("slip.application_title")), TextLine("- 身份证")
    dots = on_paper(ReceiptDocument((title, item)), printer, typeface).dots
    assert has_picture(dots, typeface.draw("\u200f- \u2068身份证\u2069", 24))


def test_a_long_value_goes_below_its_label(typeface: Typeface) -> None:
    printer = device_file.load(ASSETS / "devices" / "escpos-58-gb18030.toml")
    title = TextLine(UYGHUR.text("slip.application_title"))
    printout = on_paper(
        ReceiptDocument((title, LabelledValue(UYGHUR.text("slip.bring"), "房屋租赁合同" * 4))), printer, typeface
    )
    assert "".join(printout.text.split()).count("房屋租赁合同") == 4


def test_chinese_and_english_papers_begin_at_the_left_as_ever(typeface: Typeface) -> None:
    printer = device_file.load(ASSETS / "devices" / "escpos-80-gb18030.toml")
    document = ReceiptDocument((TextLine("回执"), LabelledValue("编号", "1"), LabelledValue("姓名", "ئالىم")))
    assert not document.right_to_left
    printout = on_paper(document, printer, typeface)
    assert printout.text.splitlines()[:2] == ["回执", "编号  1"]
    box = ImageChops.invert(printout.dots).getbbox()
    assert box is not None
    assert box[0] < 24
