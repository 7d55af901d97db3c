"""What is on a receipt: the new validity in twice the size, nothing twice, large print, Chinese beside English."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from assets import ASSETS
from drivers.receipt_printer.document import LabelledValue, QrCode, ReceiptDocument, TextLine
from drivers.receipt_printer.layout import SetLine, set_in_lines
from kiosk.domain.endorsement import FaceState
from kiosk.papers.receipt_text import ReceiptText
from kiosk.policy.region_file import load_region
from kiosk.texts.translation import Translation
from kiosk.texts.words import Text
from kiosk.workflow.states import Renewed
from tests.fakes.hand_clock import HandClock
from tests.unit.workflow.machine_samples import CASE, GRANT, VISIT

TRANSLATIONS = {language: Translation.load(ASSETS / "locale", language) for language in ("zh-Hans", "en", "ug")}
REGIONS = sorted(path.stem for path in (ASSETS / "regions").glob("*.toml"))
RENEWED = Renewed(CASE, GRANT, FaceState.NEW)
TITLE = TRANSLATIONS["zh-Hans"].words(Text("receipt.title"))
TELEPHONE = re.compile(r"\d{3,4}-\d{5,8}")
MARKS = re.compile(r"[。，：；.,:;()（）\s]+")


def composed(region: str, language: str = "zh-Hans", reads_large: bool = False) -> ReceiptDocument:
    text = ReceiptText(
        load_region(ASSETS / "regions" / f"{region}.toml"),
        lambda tag, words: TRANSLATIONS[tag].words(words),
        "https://receipt.example/r/",
        "SH-0412",
        HandClock(),
        reads_large=lambda: reads_large,
    )
    return text.compose(replace(VISIT, language=language), RENEWED)


def large(document: ReceiptDocument) -> list[str]:
    return [each.text for each in document.elements if isinstance(each, TextLine) and each.size == "large"]


def values(document: ReceiptDocument) -> list[str]:
    """Every value and every sentence, as they stand on the paper."""
    return [
        each.value if isinstance(each, LabelledValue) else each.text
        for each in document.elements
        if isinstance(each, LabelledValue | TextLine)
    ]


def until(language: str) -> str:
    assert GRANT.content.valid_to is not None
    return TRANSLATIONS[language].words(Text("receipt.day", (("day", GRANT.content.valid_to),)))


@pytest.mark.parametrize("language", TRANSLATIONS)
@pytest.mark.parametrize("region", REGIONS)
def test_until_when_the_permit_is_valid_stands_in_twice_the_size(region: str, language: str) -> None:
    assert until(language) in large(composed(region, language))


@pytest.mark.parametrize("reads_large", [False, True])
@pytest.mark.parametrize("region", REGIONS)
def test_nothing_is_said_twice(region: str, reads_large: bool) -> None:
    said = values(composed(region, reads_large=reads_large))
    sentences = [MARKS.sub("", each) for each in said]
    telephones = TELEPHONE.findall("\n".join(said))
    assert len(sentences) == len(set(sentences))
    assert len(telephones) == len(set(telephones))


@pytest.mark.parametrize("region", REGIONS)
def test_whoever_reads_large_text_has_the_essentials_in_large_print(region: str) -> None:
    usual, for_large = composed(region), composed(region, reads_large=True)
    assert len(large(usual)) == 2
    printed_large = "\n".join(large(for_large))
    assert until("zh-Hans") in printed_large
    contact = load_region(ASSETS / "regions" / f"{region}.toml").contact
    for telephone in () if contact is None else contact.telephones:
        assert telephone in printed_large


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_the_chinese_below_an_uyghur_receipt_begins_at_the_left(columns: int) -> None:
    lines = [line for line in set_in_lines(composed("shanghai", "ug"), columns) if isinstance(line, SetLine)]
    number = next(line for line in lines if line.text.startswith("回执编号"))
    assert (number.align, number.value) == ("left", "")
    assert any(line.align == "right" and line.value for line in lines), "its Uyghur labels begin at the right"


@pytest.mark.parametrize("region", REGIONS)
def test_in_another_language_the_essentials_stand_in_chinese_below(region: str) -> None:
    document = composed(region, "en")
    codes = [at for at, each in enumerate(document.elements) if isinstance(each, QrCode)]
    below = ReceiptDocument(document.elements[codes[0] :])
    assert TITLE in large(below)
    assert until("zh-Hans") in large(below)
    assert until("en") not in large(below)


def test_a_receipt_in_chinese_has_no_second_part() -> None:
    assert large(composed("shanghai")).count(TITLE) == 1


def test_one_telephone_for_questions_and_complaints_is_one_line() -> None:
    assert [value for value in values(composed("shanghai")) if "021-12345" in value] == ["021-12345"]


def test_a_place_without_a_telephone_says_where_to_ask() -> None:
    assert any("居住证受理点" in value for value in values(composed("xinjiang")))
