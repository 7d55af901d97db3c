"""Sample models of every screen, for the gallery and the tests. All people, places and numbers are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assets import ASSETS
from kiosk.domain.personal import Personal
from kiosk.presentation.models.frame import Frame, WayOut
from kiosk.presentation.models.resident import (
    ApplicationScreen,
    AskingScreen,
    AssessmentScreen,
    AttendantScreen,
    Choice,
    ChoiceScreen,
    ConfirmScreen,
    IdCardScreen,
    InsertPermitScreen,
    LicenceCodeScreen,
    NoticeScreen,
    OutcomeScreen,
    OutOfServiceScreen,
    PageKind,
    PermitInsideScreen,
    ProgressLine,
    ProgressScreen,
    Question,
    QuestionScreen,
    ReadingScreen,
    ReceiptScreen,
    ScreenModel,
    ServiceScreen,
    StatusScreen,
    TakePermitScreen,
    TelephoneScreen,
    Term,
    ThankYouScreen,
    WelcomeScreen,
    WritingScreen,
)
from kiosk.texts.translation import languages_in
from kiosk.texts.words import Citation, CitedDocument, LocalText, Text
from screens.authoring.help_samples import helped

LANGUAGES = languages_in(ASSETS / "locale")
REGION = LocalText((("zh-Hans", "上海市"), ("en", "Shanghai")))
ADDRESS = Personal("上海市静安区梧桐里路88弄6号1203室")
LONG_ADDRESS = Personal("上海市浦东新区𠮷𪚥镇望江新村第三居民区桂花东路2688弄北区17号甲单元1906室（临）")
OLD, NEW = Term(date(2026, 3, 9), date(2027, 3, 9)), Term(date(2027, 3, 9), date(2028, 3, 9))
NUMBER = "SH-0412-7735"
RULE = Citation(
    LocalText(
        (
            ("zh-Hans", "居住证每年签注一次，持证人应在期满前 30 日内办理。"),
            ("en", "A residence permit is endorsed once a year, within the 30 days before it runs out."),
        )
    ),
    (CitedDocument(None, ("001，办理须知",)),),
)
LATE_RULE = Citation(
    LocalText(
        (
            (
                "zh-Hans",
                "逾期未办理签注的，居住证使用功能中止；补办签注手续后，使用功能恢复。"
                "逾期超过 60 日的，居住年限自补办之日起重新计算。",
            ),
            (
                "en",
                "A permit that is not endorsed in time is suspended; it works again once the endorsement is made "
                "up. More than 60 days late, the years of residence start anew on that day.",
            ),
        )
    ),
    (CitedDocument(None, ("001，逾期签注",)),),
)
COUNTER = LocalText(
    (
        ("zh-Hans", "现居住地社区事务受理服务中心，周一至周五 08:30—16:30，休息日 08:30—11:30"),
        ("en", "The community service centre where you live; Monday to Friday 08:30–16:30, days of rest 08:30–11:30"),
    )
)


QR = f"https://kiosk.example/r/{NUMBER}"
SERVICES = (
    ("change_address", "变更居住地址", "Change of address", "搬家以后，15 日内办理", "Within 15 days after you moved"),
    (
        "change_identity",
        "姓名、性别、民族、户籍地址或身份证号码有变更",
        "Change of name, sex, ethnicity, registered address or identity number",
        "重新制作居住证",
        "A new permit is made",
    ),
    ("correct", "居住证上的信息有错误", "Correct a mistake on the permit", "", ""),
    ("change_category", "短期居住证换长期居住证", "From a short to a long permit", "", ""),
    ("lost", "居住证遗失补领", "Lost permit", "", ""),
    ("damaged", "居住证损坏换领", "Damaged permit", "", ""),
    ("progress", "查询申请进度、选择领取方式", "Follow an application, choose how to collect it", "", ""),
)
EVIDENCE = (
    ("deed", "房屋所有权证或者购房合同", "Title deed of the home, or the contract of its purchase"),
    ("lease", "经登记备案的房屋租赁合同", "Registered lease of the home"),
    ("dormitory", "用人单位、就读学校出具的住宿证明", "Certificate of lodging from the employer or the school"),
)


def local(chinese: str, english: str) -> LocalText:
    """A text of a region's file."""
    return LocalText((("zh-Hans", chinese), ("en", english)))


LONG_QUESTION = local(
    "自上一次签注以来，您的姓名、性别、民族、户籍所在地住址或者公民身份号码有没有变更过？",
    "Since the last endorsement, has your name, sex, ethnicity, registered address or identity number changed?",
)
RESULT = local("审核有了结果，会发短信告诉您。", "You get a message once the review has a result.")
STATION = local(
    "海口市公安局蓝天派出所，凭身份证和居住证领取",
    "Lantian police station, Haikou; bring your identity card and permit",
)

STILL_THERE = local("您还住在居住登记的地址吗？", "Do you still live at the address you registered?")
MOVED = (local("还住在那里", "I still live there"), local("已经搬了", "I have moved"))
CHANGES = (local("都没有变", "Nothing has changed"), local("有变化", "Something has changed"))

WARNING = Text("question.responsibility")


def samples(language: str) -> dict[str, ScreenModel]:
    """Models by a name of their own; the screen's name comes first."""

    def frame(way_out: WayOut = WayOut.CANCEL, countdown_s: int | None = None) -> Frame:
        return Frame(language, way_out, countdown_s, simulation=True, languages=LANGUAGES)

    resting = Frame(language, WayOut.NONE, simulation=True, languages=LANGUAGES)
    inside = frame(WayOut.RETURN_PERMIT)
    answering = replace(inside, can_go_back=True)
    writing = frame(WayOut.WRITING)
    stages = (Text("writing.stage.chip"), Text("writing.stage.check"), Text("writing.stage.face"))
    shown: dict[str, ScreenModel] = {
        "welcome": WelcomeScreen(resting, REGION, LANGUAGES),
        "notice": NoticeScreen(frame(countdown_s=60)),
        "id_card": IdCardScreen(frame(countdown_s=45)),
        "id_card_again": IdCardScreen(frame(countdown_s=30), Text("id_card.problem.lift_and_lay_again")),
        "insert_permit": InsertPermitScreen(frame(countdown_s=60)),
        "reading": ReadingScreen(inside),
        "assessment_in_window": AssessmentScreen(
            inside,
            Text("assessment.headline.in_window"),
            (
                Text("assessment.line.window", (("opens_on", date(2027, 2, 7)), ("closes_on", date(2027, 3, 9)))),
                Text("assessment.line.days_left", (("days", 12),)),
                Text("assessment.line.continuous"),
            ),
            (RULE,),
            OLD,
            NEW,
            can_go_on=True,
            is_plain_yes=True,
        ),
        "assessment_question": AssessmentScreen(
            inside,
            Text("assessment.headline.in_window"),
            (
                Text("assessment.line.window", (("opens_on", date(2027, 2, 7)), ("closes_on", date(2027, 3, 9)))),
                Text("assessment.line.days_left", (("days", 12),)),
                Text("assessment.line.continuous"),
            ),
            (RULE,),
            OLD,
            NEW,
            can_go_on=True,
            is_plain_yes=True,
            question=Question(STILL_THERE, *MOVED, WARNING, ADDRESS),
        ),
        "assessment_overdue": AssessmentScreen(
            inside,
            Text("assessment.headline.overdue"),
            (
                Text("assessment.line.late_days", (("days", 90),)),
                Text("assessment.line.suspended", (("since", date(2027, 3, 10)),)),
                Text("assessment.line.restart", (("start", date(2027, 6, 7)),)),
                LATE_RULE.text,
            ),
            (RULE, LATE_RULE),
            OLD,
            Term(date(2027, 6, 7), date(2028, 6, 7)),
            can_go_on=True,
        ),
        "assessment_too_early": AssessmentScreen(
            inside,
            Text("assessment.headline.too_early"),
            (
                Text("assessment.line.opens_on", (("day", date(2027, 2, 7)), ("days", 113))),
                Text("assessment.line.window", (("opens_on", date(2027, 2, 7)), ("closes_on", date(2027, 3, 9)))),
            ),
            (RULE,),
            OLD,
            None,
            can_go_on=False,
        ),
        "welcome_without_paper": WelcomeScreen(resting, REGION, LANGUAGES, without_paper=True),
        "welcome_without_central": WelcomeScreen(resting, REGION, LANGUAGES, without_central=True),
        "welcome_not_offered": WelcomeScreen(
            resting,
            local("许昌市建安区", "Jian'an District, Xuchang"),
            LANGUAGES,
            not_offered=True,
        ),
        "id_card_holder": IdCardScreen(frame(countdown_s=45), for_another=True),
        "id_card_agent": IdCardScreen(frame(countdown_s=45), of_agent=True, for_another=True),
        "choice_for_whom": ChoiceScreen(
            frame(countdown_s=60),
            local("给谁办理？", "For whom?"),
            (
                Choice(
                    "guardian",
                    local("我的孩子", "My child"),
                    local("16 周岁以下，我是监护人", "Under 16; I am the guardian"),
                ),
                Choice("close_relative", local("我的近亲属", "A close relative")),
                Choice("entrusted", local("委托我的人", "Somebody who entrusted me")),
            ),
        ),
        "choice_service": ChoiceScreen(
            frame(countdown_s=60),
            local("您要办理哪一项？", "What would you like to do?"),
            tuple(
                Choice(key, local(zh, en), local(zh_detail, en_detail) if zh_detail else None)
                for key, zh, en, zh_detail, en_detail in SERVICES
            ),
        ),
        "choice_proof": ChoiceScreen(
            inside,
            local("您用哪一种证明材料？", "Which proof do you have?"),
            tuple(Choice(key, local(zh, en)) for key, zh, en in EVIDENCE),
            local(
                "有一种就可以。没有的话，请取消，到窗口办理。",
                "One of them is enough. If you have none, cancel and go to the counter.",
            ),
        ),
        "choice_collect": ChoiceScreen(
            frame(countdown_s=60),
            local("怎样领取居住证？", "How would you like to get your permit?"),
            (
                Choice(
                    "kiosk",
                    local("在自助机上更新", "Rewritten at a machine"),
                    local("任何一台签注机", "Any machine of the city"),
                ),
                Choice("counter", local("到派出所窗口", "At the police station's counter"), STATION),
                Choice(
                    "post",
                    local("邮寄", "By post"),
                    local(
                        "先把居住证寄给派出所，来回邮费自付",
                        "You send the permit there first, and pay the post both ways",
                    ),
                ),
            ),
        ),
        "question": QuestionScreen(answering, Question(LONG_QUESTION, *CHANGES, WARNING)),
        "question_address": QuestionScreen(answering, Question(STILL_THERE, *MOVED, WARNING, ADDRESS)),
        "question_address_long": QuestionScreen(answering, Question(STILL_THERE, *MOVED, WARNING, LONG_ADDRESS)),
        "licence_code": LicenceCodeScreen(inside, local(*EVIDENCE[1][1:])),
        "licence_code_again": LicenceCodeScreen(
            frame(countdown_s=30), local(*EVIDENCE[0][1:]), Text("id_card.problem.lift_and_lay_again")
        ),
        "telephone": TelephoneScreen(frame(countdown_s=60)),
        "telephone_again": TelephoneScreen(frame(), Text("id_card.problem.lift_and_lay_again")),
        "attendant": AttendantScreen(inside, required=False),
        "attendant_required": AttendantScreen(inside, required=True),
        "attendant_wrong": AttendantScreen(inside, required=True, problem=Text("attendant.problem.wrong")),
        "attendant_locked": AttendantScreen(
            inside, required=False, problem=Text("attendant.problem.locked"), is_locked=True
        ),
        "attendant_checking": AttendantScreen(inside, required=False, checking=True),
        "service": ServiceScreen(
            frame(countdown_s=60),
            local("变更居住地址", "Change of address"),
            (
                local(
                    "搬家以后 15 日内办理，由派出所审核，一般 1 个工作日。",
                    "Within 15 days after you moved. The police station reviews it, as a rule in one working day.",
                ),
                local(
                    "审核通过以后，在任何一台签注机上更新居住证。",
                    "Once it is approved, any machine rewrites the permit.",
                ),
            ),
            tuple(local(zh, en) for _, zh, en in EVIDENCE),
            (COUNTER,),
            (RULE,),
            can_go_on=True,
            can_check_dates=False,
        ),
        "service_not_offered": ServiceScreen(
            frame(countdown_s=60),
            local("居住证签注", "Endorsement of a residence permit"),
            (
                local("本地不在自助机上办理签注。", "Permits are not endorsed at machines here."),
                local(
                    "可以在河南省公安厅互联网便民服务平台上网办理，不用跑。",
                    "It can be done online, without a visit, on the province's public security platform.",
                ),
                local("居住每满 1 年之日前 1 个月内办理。", "Within the month before each full year of residence."),
            ),
            (
                local("身份证和居住证原件", "Identity card and permit, both originals"),
                *(local(zh, en) for _, zh, en in EVIDENCE),
            ),
            (COUNTER, Text("next.call", (("phone", "0374-5110114"),))),
            (RULE, LATE_RULE),
            can_go_on=False,
            can_check_dates=True,
        ),
        "status": StatusScreen(
            inside,
            Text("assessment.headline.too_early"),
            OLD,
            (
                Text("assessment.line.window", (("opens_on", date(2027, 2, 7)), ("closes_on", date(2027, 3, 9)))),
                Text("assessment.line.opens_on", (("day", date(2027, 2, 7)), ("days", 113))),
                LATE_RULE.text,
            ),
            (RULE,),
            QR,
            can_print=True,
            can_go_on=False,
        ),
        "status_overdue": StatusScreen(
            inside,
            Text("assessment.headline.overdue"),
            OLD,
            (
                Text("assessment.line.late_days", (("days", 90),)),
                Text("assessment.line.suspended", (("since", date(2027, 3, 10)),)),
                Text("assessment.line.restart", (("start", date(2027, 6, 7)),)),
                LATE_RULE.text,
            ),
            (RULE, LATE_RULE),
            QR,
            can_print=True,
            can_go_on=True,
        ),
        "status_printing": StatusScreen(
            resting,
            Text("assessment.headline.reapply"),
            OLD,
            (Text("assessment.line.late_days", (("days", 700),)), COUNTER),
            (LATE_RULE,),
            "",
            can_print=False,
            can_go_on=False,
            printing=True,
        ),
        "application": ApplicationScreen(
            frame(WayOut.NONE, 60), Text("application.headline.received"), NUMBER, QR, (RESULT, STATION), printing=True
        ),
        "application_printed": ApplicationScreen(
            frame(WayOut.NONE, 60), Text("application.headline.received"), NUMBER, QR, (RESULT, COUNTER), printing=False
        ),
        "progress": ProgressScreen(
            frame(countdown_s=60),
            (
                ProgressLine(
                    NUMBER,
                    local("变更居住地址", "Change of address"),
                    Text("progress.state.made"),
                    (STATION, RESULT),
                    can_choose_collection=True,
                ),
            ),
            can_choose_collection=True,
        ),
        "progress_three": ProgressScreen(
            frame(countdown_s=60),
            tuple(
                ProgressLine(
                    f"{NUMBER[:-1]}{place}",
                    local(zh, en),
                    Text(f"progress.state.{state}"),
                    lines,
                    can_choose_collection=place == 1,
                )
                for place, (state, zh, en, lines) in enumerate(
                    (
                        ("in_review", SERVICES[0][1], SERVICES[0][2], (RESULT,)),
                        ("approved", SERVICES[1][1], SERVICES[1][2], (STATION, RESULT)),
                        ("returned", SERVICES[5][1], SERVICES[5][2], (COUNTER,)),
                    )
                )
            ),
            can_choose_collection=True,
        ),
        "progress_none": ProgressScreen(frame(countdown_s=60), (), can_choose_collection=False),
        "asking": AskingScreen(inside),
        "confirm": ConfirmScreen(
            inside, OLD, NEW, ADDRESS, address_changes=False, issuing_authority="上海市公安局静安分局"
        ),
        "confirm_restart": ConfirmScreen(
            inside,
            OLD,
            Term(date(2027, 11, 30), date(2028, 11, 30)),
            LONG_ADDRESS,
            address_changes=True,
            issuing_authority="上海市公安局浦东分局",
            notes=(Text("confirm.note.restart", (("start", date(2027, 11, 30)),)), Text("confirm.note.face_only")),
        ),
        "confirm_chip_only": ConfirmScreen(
            inside,
            OLD,
            NEW,
            LONG_ADDRESS,
            address_changes=True,
            issuing_authority="上海市公安局浦东分局",
            notes=(Text("confirm.note.chip_only", (("place", COUNTER),)), Text("confirm.note.other_dates")),
        ),
        "confirm_unprintable": ConfirmScreen(
            inside,
            OLD,
            Term(date(2027, 11, 30), date(2028, 11, 30)),
            LONG_ADDRESS,
            address_changes=True,
            issuing_authority="上海市公安局浦东分局",
            notes=(
                Text("confirm.note.other_dates"),
                Text("confirm.note.face_at_counter"),
                Text("confirm.note.restart", (("start", date(2027, 11, 30)),)),
                Text("confirm.note.character_missing"),
            ),
        ),
        "confirm_other_category": ConfirmScreen(
            inside,
            OLD,
            NEW,
            LONG_ADDRESS,
            address_changes=True,
            issuing_authority="上海市公安局浦东分局",
            authority_changes=True,
            old_authority="上海市公安局静安分局",
            categories=(local("短期居住证", "Short-term permit"), local("长期居住证", "Long-term permit")),
            notes=(Text("confirm.note.other_dates"),),
        ),
        "writing_chip": WritingScreen(writing, stages, 0, 25),
        "writing_face": WritingScreen(writing, stages, 2, 25),
        "take_permit": TakePermitScreen(
            resting, Text("take_permit.headline.renewed"), Text("take_permit.detail.receipt_follows"), within_s=45
        ),
        "take_permit_urgent": TakePermitScreen(
            resting, Text("take_permit.headline.unchanged"), Text("take_permit.detail.take_now"), True, 90
        ),
        "take_permit_switching_off": TakePermitScreen(
            resting, Text("take_permit.headline.switched_off"), Text("take_permit.detail.switching_off"), True, 30
        ),
        "receipt": ReceiptScreen(resting, NUMBER, f"https://kiosk.example/r/{NUMBER}", NEW),
        "thank_you": ThankYouScreen(
            frame(WayOut.NONE, 20),
            NUMBER,
            NEW,
            (Text("thank_you.line.next_window", (("opens_on", date(2028, 2, 8)), ("closes_on", date(2028, 3, 9)))),),
        ),
        "thank_you_troubled": ThankYouScreen(
            frame(WayOut.NONE, 40),
            NUMBER,
            NEW,
            (
                Text("thank_you.line.next_window", (("opens_on", date(2028, 2, 8)), ("closes_on", date(2028, 3, 9)))),
                Text("thank_you.line.paper_out"),
                Text("thank_you.line.face_pending"),
                Text("thank_you.line.restart", (("start", date(2027, 3, 9)),)),
            ),
        ),
        "thank_you_unprintable": ThankYouScreen(
            frame(WayOut.NONE, 40),
            NUMBER,
            NEW,
            (
                Text("thank_you.line.paper_out"),
                Text("thank_you.line.face_at_counter"),
                Text("next.counter", (("place", COUNTER),)),
                Text("next.call", (("phone", "021-12345"),)),
                Text("thank_you.line.restart", (("start", date(2027, 3, 9)),)),
                Text("thank_you.line.next_window", (("opens_on", date(2028, 2, 8)), ("closes_on", date(2028, 3, 9)))),
            ),
        ),
        "outcome_refusal": OutcomeScreen(
            frame(WayOut.NONE, 60),
            PageKind.REFUSAL,
            Text("outcome.title.later"),
            Text("refusal.too_early.happened", (("opens_on", date(2027, 2, 7)),)),
            Text("permit_is.with_you"),
            Text("valid_now.until", (("end", date(2027, 3, 9)),)),
            (
                Text("refusal.too_early.next", (("opens_on", date(2027, 2, 7)),)),
                Text("next.counter", (("place", COUNTER),)),
                Text("next.call", (("phone", "021-12345"),)),
            ),
            NUMBER,
            (RULE,),
        ),
        "outcome_fault": OutcomeScreen(
            frame(WayOut.NONE, 60),
            PageKind.FAULT,
            Text("outcome.title.fault"),
            Text("fault.permit_unit_jam.public"),
            Text("permit_is.unknown"),
            Text("valid_now.chip_new_face_old", (("end", date(2028, 3, 9)),)),
            (Text("next.staff"), Text("next.try_again"), Text("next.quote_number")),
            NUMBER,
        ),
        "permit_inside": PermitInsideScreen(
            resting, Text("permit_inside.headline.returning"), Text("permit_inside.detail.hands_off")
        ),
        "permit_inside_kept": PermitInsideScreen(resting, Text("permit_inside.headline.taking_back")),
        "permit_inside_asked_after": PermitInsideScreen(
            inside, Text("permit_inside.headline.holder_wanted"), Text("permit_inside.detail.touch_to_have_it")
        ),
        "permit_inside_switching_off": PermitInsideScreen(
            resting, Text("permit_inside.headline.returning"), Text("permit_inside.detail.switching_off")
        ),
        "permit_inside_asked_before_the_end": PermitInsideScreen(
            inside, Text("permit_inside.headline.holder_wanted"), Text("permit_inside.detail.touch_before_the_end")
        ),
        "out_of_service": OutOfServiceScreen(
            resting, Text("fault.permit_unit.public"), "2401", (COUNTER, Text("next.call", (("phone", "021-12345"),)))
        ),
        "out_of_service_switching_off": OutOfServiceScreen(
            resting, Text("out_of_service.switching_off"), "", (COUNTER, Text("next.call", (("phone", "021-12345"),)))
        ),
    }
    return helped(shown)
