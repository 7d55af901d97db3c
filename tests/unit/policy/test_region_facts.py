"""What the documents say in single words and figures is told where it matters, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets import ASSETS
from drivers.receipt_printer.document import LabelledValue, ReceiptDocument, TextLine
from kiosk.__main__ import main
from kiosk.domain.applications import ApplicationState
from kiosk.domain.endorsement import Custody, FaceState, Refusal, Service
from kiosk.domain.faults import CHIP_SILENT, PAPER_OUT
from kiosk.papers.receipt_text import ReceiptText
from kiosk.papers.slip_text import SlipText
from kiosk.papers.slips import Slips
from kiosk.policy.region import Region
from kiosk.policy.region_file import RegionFileError, parse_region
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.resident import (
    ApplicationScreen,
    OutcomeScreen,
    ProgressScreen,
    QuestionScreen,
    ServiceScreen,
)
from kiosk.presentation.present import present
from kiosk.presentation.resident.offices import office_lines
from kiosk.texts.translation import Translation
from kiosk.texts.words import Text, Words
from kiosk.workflow import effects as do
from kiosk.workflow import states as s
from tests.screens.region_samples import matter_of
from tests.unit.policy.region_cases import region_named
from tests.unit.workflow.machine_samples import CALENDAR, CASE, GRANT, MADE, RECEIVED, VISIT

LOCALE = ASSETS / "locale"
TRANSLATIONS = {language: Translation.load(LOCALE, language) for language in ("zh-Hans", "en")}


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("Asia/Shanghai"))

    def monotonic(self) -> float:
        return 0.0


def said(words: tuple[Words, ...], language: str) -> str:
    return "\n".join(TRANSLATIONS[language].words(each) for each in words)


def about(region: Region) -> PresentationContext:
    return PresentationContext(region, ("zh-Hans", "en"), False, "https://r.example/", 25)


def visit_for(service: Service, language: str) -> s.Visit:
    return replace(VISIT, language=language, purpose=s.VisitPurpose(service=service))


def explained(name: str, service: Service, language: str) -> ServiceScreen:
    page = present(about(region_named(name)), s.ExplainingService(visit_for(service, language)))
    assert isinstance(page, ServiceScreen)
    return page


def slips(region: Region) -> Slips:
    text = SlipText(
        region, lambda language, words: TRANSLATIONS[language].words(words), "https://r.example/", "kiosk-1", Noon()
    )
    return Slips(about(region), text)


def applied_for(name: str, service: Service, language: str, way: str | None = None) -> str:
    """The slip of an application, as text."""
    received = replace(RECEIVED, received_on=date(2026, 11, 23), expected_on=date(2026, 11, 30))
    effect = do.PrintApplicationSlip(visit_for(service, language), s.Applied(CASE, service, received, way))
    return printed(slips(region_named(name)).compose(effect))


def asked_about(name: str, language: str) -> str:
    """The slip of somebody who only asked how long the permit is valid, as text."""
    region = region_named(name)
    matter = matter_of(region, date(2026, 11, 22))
    effect = do.PrintStatusSlip(visit_for(Service.ENDORSE, language), matter, CALENDAR)
    return printed(slips(region).compose(effect))


def printed(document: ReceiptDocument) -> str:
    return "\n".join(
        f"{each.label}: {each.value}" if isinstance(each, LabelledValue) else each.text
        for each in document.elements
        if isinstance(each, LabelledValue | TextLine)
    )


def turned_away(name: str, language: str) -> str:
    """What to do next, of somebody who is sent to the counter."""
    state = s.ShowingOutcome(
        visit_for(Service.ENDORSE, language), s.Declined(Refusal("counter_only"), CASE.permit), Custody.WITH_HOLDER
    )
    page = present(about(region_named(name)), state)
    assert isinstance(page, OutcomeScreen)
    return said(page.do_next, language)


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("zh-Hans", "要填《上海市居住证签注申请表》。不用预约。不能邮寄办理。"),
        ("en", "Form: Endorsement application. No appointment. Not by post."),
    ],
)
def test_who_is_sent_to_a_counter_hears_of_forms_appointment_and_post(language: str, wanted: str) -> None:
    assert wanted in turned_away("shanghai", language)
    assert wanted in asked_about("shanghai", language)


def test_a_website_is_told_by_itself_where_the_address_does_not_name_it() -> None:
    region = region_named("shanghai")
    centre = region.offices["community_centre"]
    assert "网址" not in said(office_lines(region), "zh-Hans")
    elsewhere = replace(region, offices={"community_centre": replace(centre, website="www.example.invalid")})
    assert "网址：www.example.invalid" in said(office_lines(elsewhere), "zh-Hans")


def test_a_counter_is_named_and_its_website_and_telephones_are_told() -> None:
    told = asked_about("shanghai", "zh-Hans")
    assert "现居住地的街道（社区）事务受理服务中心（地址请查询 www.962222.net）" in told
    assert "021-12345" in told
    assert "上海市公安局信访接待窗口（共和新路342号" in told
    assert "事项编码: 310000999000GA0000531200019400001" in told


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("zh-Hans", "居住证由您寄出。办好的居住证寄给您。邮费由您出。邮费25元。最长5个工作日。"),
        (
            "en",
            "You post the permit. The permit is posted to you. You pay the post. The post costs 25 yuan. "
            "It takes 5 working days at most.",
        ),
    ],
)
def test_the_way_by_post_says_who_posts_who_pays_how_much_and_how_long(language: str, wanted: str) -> None:
    assert wanted in asked_about("beijing", language)


def test_a_slip_of_an_application_by_post_says_who_posts_and_who_pays() -> None:
    slip = applied_for("haikou", Service.ENDORSE, "zh-Hans", "post")
    assert "居住证由您寄出。办好的居住证寄给您。邮费由您出。" in slip
    assert "You pay the post." not in applied_for("haikou", Service.ENDORSE, "en", "counter")


@pytest.mark.parametrize(
    ("language", "voucher", "longest"),
    [
        ("zh-Hans", "领证要凭这张凭条，请保管好。", "5个工作日做好，偏远的地方最长15个工作日。"),
        (
            "en",
            "Keep the slip: the permit is handed out only against it.",
            "It takes 5 working days, at remote places 15 at most.",
        ),
    ],
)
def test_a_new_permit_is_handed_out_against_the_slip_and_may_take_longer_at_remote_places(
    language: str, voucher: str, longest: str
) -> None:
    slip = applied_for("xinjiang", Service.CHANGE_IDENTITY, language)
    assert voucher in slip
    assert longest in slip
    applied = s.Applied(CASE, Service.CHANGE_IDENTITY, RECEIVED, None)
    page = present(
        about(region_named("xinjiang")), s.PrintingSlip(visit_for(Service.CHANGE_IDENTITY, language), applied)
    )
    assert isinstance(page, ApplicationScreen)
    assert voucher in said(page.lines, language)
    assert longest in said(page.lines, language)
    assert voucher not in applied_for("xinjiang", Service.ENDORSE, language)


def test_what_the_office_owes_where_a_new_permit_is_late_is_told_with_the_day() -> None:
    slip = applied_for("xinjiang", Service.CHANGE_IDENTITY, "zh-Hans")
    assert "受理点要查明原因" in slip
    # Expected on Monday 30 November 2026, and three working days more.
    assert "也就是2026年12月3日以前。" in slip
    assert "受理点要查明原因" not in applied_for("xinjiang", Service.ENDORSE, "zh-Hans")


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_a_photo_is_described_where_a_new_permit_is_made(language: str) -> None:
    figures = ("358", "441", "350", "24", "150")
    told = said(explained("xinjiang", Service.CHANGE_IDENTITY, language).bring, language)
    assert all(figure in told for figure in figures)
    assert "441" not in said(explained("xinjiang", Service.CHANGE_ADDRESS, language).bring, language)


@pytest.mark.parametrize(
    ("name", "service", "wanted"),
    [
        ("haikou", Service.ENDORSE, "结果发短信告诉您。结果可以在网上查。"),
        ("xinjiang", Service.CHANGE_IDENTITY, "结果打电话告诉您。结果贴公告通知。"),
        ("beijing", Service.CHANGE_ADDRESS, "结果可以在自助机上查。"),
    ],
)
def test_how_the_result_is_told_stands_beside_an_application_in_review(
    name: str, service: Service, wanted: str
) -> None:
    waiting = replace(MADE, service=service, state=ApplicationState.IN_REVIEW)
    page = present(about(region_named(name)), s.ShowingProgress(VISIT, (waiting,)))
    assert isinstance(page, ProgressScreen)
    assert wanted in said(page.applications[0].lines, "zh-Hans")


def test_the_legal_bases_stand_among_the_sources_of_a_service() -> None:
    rules = explained("xuchang", Service.ENDORSE, "zh-Hans").rules
    titles = " ".join(rule.text.in_language("zh-Hans") for rule in rules)
    assert any("第八条" in document.sections for rule in rules for document in rule.documents)
    assert "居住证暂行条例" in titles


@pytest.mark.parametrize(("name", "wanted"), [("shanghai", "费用: 不收费"), ("beijing", "费用: 不收费")])
def test_a_receipt_says_what_it_cost(name: str, wanted: str) -> None:
    text = ReceiptText(
        region_named(name),
        lambda language, words: TRANSLATIONS[language].words(words),
        "https://r.example/",
        "kiosk-1",
        Noon(),
    )
    renewed = s.Renewed(CASE, GRANT, FaceState.NEW)
    assert wanted in printed(text.compose(VISIT, renewed))
    face_only = replace(renewed, grant=replace(GRANT, face_only=True))
    assert "费用" not in printed(text.compose(VISIT, face_only))


def test_the_region_says_under_a_question_what_an_untrue_answer_leads_to() -> None:
    for name in ("shanghai", "beijing"):
        region = region_named(name)
        asking = s.Declaring(VISIT, matter_of(region, date(2027, 2, 20)), "address_changed")
        page = present(about(region), asking)
        assert isinstance(page, QuestionScreen)
        assert page.question.warning == region.texts.get("texts.address_is_true", Text("question.responsibility"))
    assert "texts.address_is_true" in region_named("shanghai").texts
    assert "texts.address_is_true" not in region_named("beijing").texts


def test_technicians_read_what_the_region_says_of_a_permit_that_cannot_be_read(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = ASSETS / "regions" / "xinjiang.toml"
    assert main(["faults", CHIP_SILENT.code, "--region", str(path), "--language", "en"]) == 0
    assert "  region, en: Unreadable permit: tell the holder" in capsys.readouterr().out
    assert main(["faults", PAPER_OUT.code, "--region", str(path)]) == 0
    assert "Unreadable permit" not in capsys.readouterr().out
    assert main(["faults", CHIP_SILENT.code, "--region", str(path.with_name("nowhere.toml"))]) == 2
    assert "nowhere.toml: cannot be read" in capsys.readouterr().out


def test_a_text_that_nobody_shows_and_a_poster_whom_nobody_knows_are_mistakes() -> None:
    path = Path(__file__).resolve().parents[2] / "data" / "regions" / "wuting.toml"
    text = path.read_text(encoding="utf-8").replace("posts = { resident", "posts = { neighbour")
    text = text.replace('pays = "resident"', 'pays = "nobody"')
    text += '\n[texts.greeting]\nzh-Hans = "您好"\nen = "Hello"\n'
    with pytest.raises(RegionFileError) as refusal:
        parse_region(text, path.name)
    told = "\n".join(refusal.value.mistakes)
    assert "texts.greeting: is no text that is shown anywhere" in told
    assert "neighbour: is nobody who posts; known: resident, station" in told
    assert "pays: must be one of resident, station, not 'nobody'" in told
