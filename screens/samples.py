"""Sample models of every screen, for the gallery and the tests. All people, places and numbers are invented."""

from __future__ import annotations

from datetime import date

from kiosk.domain.personal import Personal
from kiosk.policy.assessment import LocalText
from kiosk.screen_models import (
    AskingScreen,
    AssessmentScreen,
    Citation,
    ConfirmScreen,
    DeclarationScreen,
    FivePartsScreen,
    Frame,
    IdCardScreen,
    InsertPermitScreen,
    NoticeScreen,
    OutOfServiceScreen,
    PageKind,
    PermitInsideScreen,
    ReadingScreen,
    ReceiptScreen,
    ScreenModel,
    TakePermitScreen,
    Term,
    Text,
    ThankYouScreen,
    WayOut,
    WelcomeScreen,
    WritingScreen,
)

LANGUAGES = ("zh-Hans", "en")
REGION = LocalText((("zh-Hans", "上海市"), ("en", "Shanghai")))
ADDRESS = Personal("上海市静安区梧桐里路88弄6号1203室")
LONG_ADDRESS = Personal("上海市浦东新区𠮷𪚥镇望江新村第三居民区桂花东路2688弄北区17号甲单元1906室（临）")
OLD, NEW = Term(date(2026, 3, 9), date(2027, 3, 9)), Term(date(2027, 3, 9), date(2028, 3, 9))
NUMBER = "SH-0412-7735"
RULE = Citation(
    LocalText((
        ("zh-Hans", "居住证每年签注一次，持证人应在期满前 30 日内办理。"),
        ("en", "A residence permit is endorsed once a year, within the 30 days before it runs out."))),
    "001，办理须知")
LATE_RULE = Citation(
    LocalText((
        ("zh-Hans", "逾期未办理签注的，居住证使用功能中止；补办签注手续后，使用功能恢复。"
                    "逾期超过 60 日的，居住年限自补办之日起重新计算。"),
        ("en", "A permit that is not endorsed in time is suspended; it works again once the endorsement is made "
               "up. More than 60 days late, the years of residence start anew on that day."))),
    "001，逾期签注")
COUNTER = LocalText((
    ("zh-Hans", "现居住地社区事务受理服务中心，周一至周五 08:30—16:30，休息日 08:30—11:30"),
    ("en", "The community service centre where you live; Monday to Friday 08:30–16:30, days of rest 08:30–11:30")))


def samples(language: str) -> dict[str, ScreenModel]:
    """Models by a name of their own; the screen's name comes first."""
    def frame(way_out: WayOut = WayOut.CANCEL, countdown_s: int | None = None) -> Frame:
        return Frame(language, way_out, countdown_s, simulation=True, languages=LANGUAGES)

    resting = Frame(language, WayOut.NONE, simulation=True, languages=LANGUAGES)
    inside = frame(WayOut.RETURN_PERMIT)
    writing = frame(WayOut.WRITING)
    stages = (Text("writing.stage.chip"), Text("writing.stage.check"), Text("writing.stage.face"))
    return {
        "welcome": WelcomeScreen(resting, REGION, LANGUAGES),
        "notice": NoticeScreen(frame(countdown_s=60)),
        "id_card": IdCardScreen(frame(countdown_s=45)),
        "id_card_again": IdCardScreen(frame(countdown_s=30), Text("id_card.problem.lift_and_lay_again")),
        "insert_permit": InsertPermitScreen(frame(countdown_s=60)),
        "insert_permit_again": InsertPermitScreen(frame(countdown_s=20), Text("refusal.no_chip.happened")),
        "reading": ReadingScreen(inside),
        "assessment_in_window": AssessmentScreen(
            inside, Text("assessment.headline.in_window"),
            (Text("assessment.line.window", (("opens_on", date(2027, 2, 7)), ("closes_on", date(2027, 3, 9)))),
             Text("assessment.line.days_left", (("days", 12),)), Text("assessment.line.continuous")),
            (RULE,), OLD, NEW, can_go_on=True),
        "assessment_overdue": AssessmentScreen(
            inside, Text("assessment.headline.overdue"),
            (Text("assessment.line.late_days", (("days", 90),)),
             Text("assessment.line.suspended", (("since", date(2027, 3, 10)),)),
             Text("assessment.line.restart", (("start", date(2027, 6, 7)),)),
             LATE_RULE.text),
            (RULE, LATE_RULE), OLD, Term(date(2027, 6, 7), date(2028, 6, 7)), can_go_on=True),
        "assessment_too_early": AssessmentScreen(
            inside, Text("assessment.headline.too_early"),
            (Text("assessment.line.opens_on", (("day", date(2027, 2, 7)), ("days", 113))),
             Text("assessment.line.window", (("opens_on", date(2027, 2, 7)), ("closes_on", date(2027, 3, 9))))),
            (RULE,), OLD, None, can_go_on=False),
        "declaration": DeclarationScreen(inside, ADDRESS),
        "declaration_long": DeclarationScreen(inside, LONG_ADDRESS),
        "asking": AskingScreen(inside),
        "confirm": ConfirmScreen(
            inside, OLD, NEW, ADDRESS, address_changes=False, issuing_authority="上海市公安局静安分局"),
        "confirm_restart": ConfirmScreen(
            inside, OLD, Term(date(2027, 11, 30), date(2028, 11, 30)), LONG_ADDRESS, address_changes=True,
            issuing_authority="上海市公安局浦东分局",
            notes=(Text("confirm.note.restart", (("start", date(2027, 11, 30)),)), Text("confirm.note.face_only"))),
        "writing_chip": WritingScreen(writing, stages, 0, 25),
        "writing_face": WritingScreen(writing, stages, 2, 25),
        "take_permit": TakePermitScreen(
            resting, Text("take_permit.headline.renewed"),
            Text("take_permit.detail.receipt_follows")),
        "take_permit_urgent": TakePermitScreen(
            resting, Text("take_permit.headline.unchanged"), Text("take_permit.detail.take_now"), urgent=True),
        "receipt": ReceiptScreen(resting, NUMBER, f"https://kiosk.example/r/{NUMBER}", NEW),
        "thank_you": ThankYouScreen(
            frame(WayOut.NONE, 20), NUMBER, NEW,
            (Text("thank_you.line.next_window", (("opens_on", date(2028, 2, 8)), ("closes_on", date(2028, 3, 9)))),)),
        "thank_you_troubled": ThankYouScreen(
            frame(WayOut.NONE, 40), NUMBER, NEW,
            (Text("thank_you.line.next_window", (("opens_on", date(2028, 2, 8)), ("closes_on", date(2028, 3, 9)))),
             Text("thank_you.line.paper_out"), Text("thank_you.line.face_pending"),
             Text("thank_you.line.restart", (("start", date(2027, 3, 9)),)))),
        "five_parts_refusal": FivePartsScreen(
            frame(WayOut.NONE, 60), PageKind.REFUSAL,
            Text("refusal.too_early.happened", (("opens_on", date(2027, 2, 7)),)), Text("permit_is.with_you"),
            Text("valid_now.until", (("end", date(2027, 3, 9)),)),
            (Text("refusal.too_early.next", (("opens_on", date(2027, 2, 7)),)),
             Text("next.counter", (("place", COUNTER),)), Text("next.call", (("phone", "021-12345"),))),
            NUMBER, (RULE,)),
        "five_parts_fault": FivePartsScreen(
            frame(WayOut.NONE, 60), PageKind.FAULT, Text("fault.permit_unit_jam.public"), Text("permit_is.unknown"),
            Text("valid_now.chip_new_face_old", (("end", date(2028, 3, 9)),)),
            (Text("next.staff"), Text("next.try_again"), Text("next.quote_number")), NUMBER),
        "permit_inside": PermitInsideScreen(
            resting, Text("permit_inside.headline.returning"), Text("permit_inside.detail.hands_off")),
        "permit_inside_kept": PermitInsideScreen(resting, Text("permit_inside.headline.taking_back")),
        "out_of_service": OutOfServiceScreen(
            resting, Text("fault.permit_unit.public"), "2401", (COUNTER, Text("next.call", (("phone", "021-12345"),)))),
    }
