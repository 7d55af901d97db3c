"""What is on the slips: an application that was received, and how long a permit is valid."""

from __future__ import annotations

from datetime import date

import pytest

from assets import ASSETS
from drivers.receipt_printer.document import LabelledValue, QrCode, ReceiptDocument, TextLine
from kiosk.domain.personal import Personal
from kiosk.papers.slip_text import ApplicationSlip, SlipText, StatusSlip
from kiosk.policy.region_file import load_region
from kiosk.presentation.models.resident import Term
from kiosk.texts.translation import Translation
from kiosk.texts.words import LocalText, Text
from tests.fakes.hand_clock import HandClock

TRANSLATIONS = {language: Translation.load(ASSETS / "locale", language) for language in ("zh-Hans", "en")}
PERMIT_NUMBER = Personal("830000200203040123")
SERVICE = LocalText((("zh-Hans", "变更居住地址"), ("en", "Change of address")))
TOLD = LocalText((("zh-Hans", "发短信告诉您。"), ("en", "You get a message.")))
STATION = LocalText((("zh-Hans", "梧桐里派出所窗口"), ("en", "The counter of Wutongli police station")))
PAPERS = LocalText((("zh-Hans", "身份证"), ("en", "Identity card")))
APPLICATION = ApplicationSlip(
    "SQ20270310-0042", SERVICE, date(2027, 3, 10), date(2027, 3, 24), PERMIT_NUMBER, (TOLD,), (STATION,), (PAPERS,)
)
STATUS = StatusSlip(
    Text("assessment.headline.too_early"),
    Term(date(2026, 3, 9), date(2027, 3, 9)),
    (Text("assessment.line.opens_on", (("day", date(2027, 2, 7)), ("days", 113))),),
    (STATION,),
    PERMIT_NUMBER,
    "https://kiosk.example/q",
)


@pytest.fixture(scope="module")
def slips() -> SlipText:
    return SlipText(
        load_region(ASSETS / "regions" / "shanghai.toml"),
        lambda language, words: TRANSLATIONS[language].words(words),
        "https://kiosk.example/r/",
        "SH-0412",
        HandClock(),
    )


def lines(document: ReceiptDocument) -> list[str]:
    return [element.text for element in document.elements if isinstance(element, TextLine)]


def facts(document: ReceiptDocument) -> dict[str, str]:
    return {each.label: each.value for each in document.elements if isinstance(each, LabelledValue)}


def codes(document: ReceiptDocument) -> list[str]:
    return [element.data for element in document.elements if isinstance(element, QrCode)]


def test_an_application_slip_tells_number_service_and_both_dates(slips: SlipText) -> None:
    document = slips.application_slip("en", APPLICATION)
    assert facts(document) == {
        "Service": "Change of address",
        "Received on": "10 March 2027",
        "Expected by": "24 March 2027",
        "Permit number": "8****************3",
        "Machine": "SH-0412",
        "Questions": "021-12345",
        "Item code": "310000999000GA0000531200019400001",
    }
    assert any(line.startswith("Complaints: 021-12345, or") for line in lines(document))


def test_the_number_of_an_application_is_large_and_is_what_the_code_leads_to(slips: SlipText) -> None:
    document = slips.application_slip("zh-Hans", APPLICATION)
    large = [each.text for each in document.elements if isinstance(each, TextLine) and each.size == "large"]
    assert large == ["居住证申请回执", "SQ20270310-0042"]
    assert codes(document) == ["https://kiosk.example/r/SQ20270310-0042"]


def test_where_no_date_is_promised_none_is_printed(slips: SlipText) -> None:
    document = slips.application_slip("en", ApplicationSlip("SQ-1", SERVICE, date(2027, 3, 10), None))
    assert "Expected by" not in facts(document)
    assert "24 March" not in "\n".join(lines(document))


def test_an_application_slip_says_how_the_result_is_told_how_to_collect_and_what_to_bring(slips: SlipText) -> None:
    said = lines(slips.application_slip("zh-Hans", APPLICATION))
    start = said.index("怎样知道结果")
    assert said[start : start + 6] == [
        "怎样知道结果",
        "- 发短信告诉您。",
        "怎样领取",
        "- 梧桐里派出所窗口",
        "领取时请带",
        "- 身份证",
    ]


def test_what_is_not_known_has_no_heading_on_the_slip(slips: SlipText) -> None:
    said = lines(slips.application_slip("zh-Hans", ApplicationSlip("SQ-1", SERVICE, date(2027, 3, 10), None)))
    assert {"怎样知道结果", "怎样领取", "领取时请带"} & set(said) == set()


def test_a_status_slip_tells_the_last_day_large_and_what_it_means(slips: SlipText) -> None:
    document = slips.status_slip("en", STATUS)
    said = lines(document)
    assert said[said.index("The permit is valid until") + 1 :][:2] == ["9 March 2027", "It is too early"]
    assert "- You can come from 7 February 2027 on, in 113 days." in said
    assert said[said.index("Where") + 1] == "- The counter of Wutongli police station"
    assert codes(document) == ["https://kiosk.example/q"]


def test_a_status_slip_of_a_permit_without_an_end_date_says_so(slips: SlipText) -> None:
    said = lines(slips.status_slip("zh-Hans", StatusSlip(Text("assessment.headline.senseless"), Term(None, None))))
    assert "未载明" in said
    assert codes(slips.status_slip("zh-Hans", StatusSlip(STATUS.headline, STATUS.present_term))) == []


def test_a_slip_ends_with_what_the_region_wants_on_it() -> None:
    haikou = load_region(ASSETS / "regions" / "haikou.toml")
    slips = SlipText(
        haikou,
        lambda language, words: TRANSLATIONS[language].words(words),
        "https://kiosk.example/r/",
        "HK-1",
        HandClock(),
    )
    wanted = [haikou.text(f"texts.{name}").in_language("en") for name in ("application_slip", "receipt_footer")]
    documents = slips.application_slip("en", APPLICATION), slips.status_slip("en", STATUS)
    assert [lines(document)[-2] for document in documents] == wanted


def test_no_slip_holds_the_full_number_of_a_permit(slips: SlipText) -> None:
    for language in TRANSLATIONS:
        for document in (slips.application_slip(language, APPLICATION), slips.status_slip(language, STATUS)):
            whole = "\n".join([*lines(document), *facts(document).values(), *codes(document)])
            assert PERMIT_NUMBER.reveal() not in whole
            assert PERMIT_NUMBER.reveal()[6:14] not in whole


def test_a_slip_does_not_print_what_is_personal_when_it_is_logged() -> None:
    assert PERMIT_NUMBER.reveal() not in repr(APPLICATION) + repr(STATUS)
