"""The spoken lines of each screen, in speaking order: the title, the one thing to do now, the possible answers.

All pages of a screen are spoken as one, because pages depend only on the size of the text. There is one function for
each model; `tests/architecture/test_voice_lines.py` finds a model without one. Rules and their sources are not spoken,
because rules have no sounds. Lines about the person are marked: `Dated`, `Quoted` and `Private`, and every date and
most numbers in a text (`kiosk.voice.speaking`). No line has personal values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kiosk.presentation.models import resident as m
from kiosk.presentation.models.frame import Frame, WayOut
from kiosk.texts.words import Text, Words

SHOWN_APPLICATIONS = 3
"""The number of applications on the screen (screens/resident/progress.kv)."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A label and a date of the permit; silent where the chip holds no date."""

    label: Text
    day: date | None


@dataclass(frozen=True, slots=True)
class Quoted:
    """A label and a number to quote. It is private, because with it anybody can ask about the application."""

    label: Text
    number: str


@dataclass(frozen=True, slots=True)
class Private:
    """Words that would tell bystanders what the person applied for."""

    words: Words


Line = Words | Dated | Quoted | Private


_WAYS_OUT = {
    WayOut.CANCEL: "way_out.cancel",
    WayOut.RETURN_PERMIT: "way_out.return_permit",
    WayOut.GIVE_BACK: "way_out.give_back",
}


def each(*words: Words | None) -> Iterator[Line]:
    """The lines that are not None."""
    yield from (line for line in words if line is not None)


def step_of(frame: Frame) -> Iterator[Line]:
    """The step of the visit, where it has steps."""
    if frame.steps:
        yield Text("step.of", (("step", frame.step), ("steps", frame.steps)))


def still_there(seconds: int) -> Iterator[Line]:
    """The question whether somebody is still there, before a screen ends by itself, and its answer."""
    yield from (Text("countdown.left", (("seconds", seconds),)), Text("countdown.more_time"))


def _welcome(model: m.WelcomeScreen) -> Iterator[Line]:
    kind = "not_offered_" if model.not_offered else ""
    yield model.region_name
    yield from map(Text, (f"welcome.{kind}title", f"welcome.{kind}lead"))
    yield from model.when
    yield from map(Text, ("welcome.bring", "welcome.bring_id_card", "welcome.bring_permit"))
    if model.without_central:
        yield Text("welcome.without_central")
    else:
        yield Text("welcome.without_paper" if model.without_paper else "welcome.free")
    yield Text("welcome.for_another")
    yield from map(Text, (f"welcome.{kind}start", "welcome.other_services"))


def _notice(_model: m.NoticeScreen) -> Iterator[Line]:
    for part in ("title", "reads", "sends", "keeps_nothing", "refuse", "accept"):
        yield Text(f"notice.{part}")


def _id_card(model: m.IdCardScreen) -> Iterator[Line]:
    whose = "_agent" if model.of_agent else "_holder" if model.for_another else ""
    yield from each(model.problem, Text(f"id_card.title{whose}"), Text(f"id_card.lead{whose}"))


def _insert_permit(_model: m.InsertPermitScreen) -> Iterator[Line]:
    yield from map(Text, ("insert_permit.id_card_back", "insert_permit.title", "insert_permit.lead"))


def _reading(_model: m.ReadingScreen) -> Iterator[Line]:
    yield from (Text("reading.title"), Text("reading.lead"))


def _asking(_model: m.AskingScreen) -> Iterator[Line]:
    yield from (Text("asking.title"), Text("asking.lead"))


def _assessment(model: m.AssessmentScreen) -> Iterator[Line]:
    yield model.headline
    yield from model.lines
    if model.question is not None:
        if model.question.address is not None:
            yield Text("question.title_address")
        yield from asked(model.question)
    elif model.can_go_on:
        yield Text("assessment.go_on")
    else:
        yield from only_way_out(model.frame)


def asked(question: m.Question) -> Iterator[Line]:
    """A question, with its answers last, in the order of the buttons."""
    yield from (question.words, question.warning, question.as_before, question.otherwise)


def only_way_out(frame: Frame) -> Iterator[Line]:
    """The button that is always there, on a screen that has no other."""
    if frame.way_out in _WAYS_OUT:
        yield Text(_WAYS_OUT[frame.way_out])


def _question(model: m.QuestionScreen) -> Iterator[Line]:
    yield Text("question.title_address" if model.question.address is not None else "question.title")
    yield from asked(model.question)


def _choice(model: m.ChoiceScreen) -> Iterator[Line]:
    yield from each(model.question, model.detail)
    for choice in model.choices:
        yield from each(choice.label, choice.detail)


def _licence_code(model: m.LicenceCodeScreen) -> Iterator[Line]:
    yield from each(model.problem, Text("licence_code.title"), model.evidence)
    yield from (Text("licence_code.lead"), Text("licence_code.no_proof"))


def _telephone(model: m.TelephoneScreen) -> Iterator[Line]:
    yield from each(model.problem, Text("telephone.title"), Text("telephone.lead"), Text("telephone.enter"))


def _attendant(model: m.AttendantScreen) -> Iterator[Line]:
    if model.checking:
        yield Text("attendant.checking")
        return
    yield from each(model.problem, Text("attendant.title"), Text("attendant.lead"))
    yield Text("attendant.required" if model.required else "attendant.optional")
    yield Text("attendant.nobody" if model.required else "attendant.go_on")
    if not model.is_locked:
        yield Text("attendant.enter")


def _service(model: m.ServiceScreen) -> Iterator[Line]:
    yield model.headline
    yield from model.lines
    if model.bring:
        yield from (Text("service.bring"), *model.bring)
    if model.where:
        yield from (Text("service.where"), *model.where)
    if model.can_check_dates:
        yield Text("service.check_dates")
    yield Text("service.go_on" if model.can_go_on else "button.finish")


def _status(model: m.StatusScreen) -> Iterator[Line]:
    yield model.headline
    yield Dated(Text("thank_you.valid_until"), model.present_term.valid_to)
    yield from model.lines
    if model.printing:
        yield Text("status.printing")
    if model.can_print:
        yield Text("status.print")
    yield Text("status.go_on" if model.can_go_on else "button.finish")


def _application(model: m.ApplicationScreen) -> Iterator[Line]:
    yield model.headline
    yield Quoted(Text("application.number"), model.number)
    yield from model.lines
    yield Text("application.printing" if model.printing else "button.finish")


def _progress(model: m.ProgressScreen) -> Iterator[Line]:
    yield Text("progress.title")
    if not model.applications:
        yield Text("progress.none")
    for each in model.applications[:SHOWN_APPLICATIONS]:
        yield from (Private(each.service), Private(each.state), Quoted(Text("progress.number"), each.number))
        yield from (Private(line) for line in each.lines)
        if each.can_choose_collection:
            yield Private(Text("progress.choose_collection"))
    more = len(model.applications) - SHOWN_APPLICATIONS
    if more > 0:
        yield Private(Text("progress.more", (("count", more),)))
    yield Text("button.finish")


def _confirm(model: m.ConfirmScreen) -> Iterator[Line]:
    yield Text("confirm.title")
    yield Dated(Text("term.old"), model.old_term.valid_to)
    yield Dated(Text("term.new"), model.new_term.valid_to)
    if model.categories:
        yield Text("confirm.category_new")
    if model.address_changes:
        yield Text("confirm.address_new")
    if model.authority_changes:
        yield Text("confirm.issuing_authority_new")
    yield from model.notes
    yield from (Text("confirm.nothing_yet"), Text("confirm.confirm"))


def _writing(model: m.WritingScreen) -> Iterator[Line]:
    yield from (Text("writing.title"), Text("writing.lead"), Text("writing.usually", (("seconds", model.usually_s),)))
    yield from model.stages[model.stage : model.stage + 1]


def _take_permit(model: m.TakePermitScreen) -> Iterator[Line]:
    yield from each(Text("take_permit.title"), model.headline, model.detail)
    if model.within_s:
        yield Text("take_permit.seconds", (("seconds", model.within_s),))


def _receipt(model: m.ReceiptScreen) -> Iterator[Line]:
    yield from (Text("receipt.screen_title"), Text("receipt.screen_lead"))
    yield Quoted(Text("receipt.number"), model.number)
    yield Dated(Text("receipt.valid_until"), model.new_term.valid_to)


def _thank_you(model: m.ThankYouScreen) -> Iterator[Line]:
    yield Text("thank_you.title")
    yield Dated(Text("thank_you.valid_until"), model.new_term.valid_to)
    yield Text("thank_you.lead" if model.with_receipt else "thank_you.lead_no_receipt")
    yield from model.lines
    yield Quoted(Text("thank_you.number"), model.number)
    yield Text("button.finish")


def _outcome(model: m.OutcomeScreen) -> Iterator[Line]:
    yield from (model.title, model.happened)
    yield from _called(model.frame, staff_first=model.staff_first)
    yield from (model.permit_is, *model.do_next, model.valid_now)
    yield Quoted(Text("outcome.number"), model.number)
    yield Text("button.understood")
    yield from _call(model.frame, staff_first=model.staff_first)


def _called(frame: Frame, *, staff_first: bool = True) -> Iterator[Line]:
    """The result of a call for staff, on a page that shows it."""
    if staff_first and frame.staff is not None:
        yield from each(frame.staff.told)


def _call(frame: Frame, *, staff_first: bool = True) -> Iterator[Line]:
    """The button that calls staff, on a page that has it."""
    if staff_first and frame.staff is not None:
        yield Text("help.call_staff")


def _permit_inside(model: m.PermitInsideScreen) -> Iterator[Line]:
    yield from each(Text("permit_inside.title"), model.headline, model.detail)
    yield from only_way_out(model.frame)


def _out_of_service(model: m.OutOfServiceScreen) -> Iterator[Line]:
    yield from (Text("out_of_service.title"), model.reason)
    yield from _called(model.frame, staff_first=model.staff_first)
    if model.counter:
        yield from (Text("out_of_service.counter"), *model.counter)
    yield from _call(model.frame, staff_first=model.staff_first)


def _out_of_hours(model: m.OutOfHoursScreen) -> Iterator[Line]:
    yield from each(Text("out_of_hours.title"), Text("out_of_hours.lead"))
    if model.day is not None:
        yield from (Text("out_of_hours.opens"), model.day, _time_of_day(model))
    yield from (Text("out_of_service.counter"), *model.instead)


def _time_of_day(model: m.OutOfHoursScreen) -> Line:
    if model.minute == 0:
        return Text("out_of_hours.spoken_hour", (("hour", model.hour),))
    return Text("out_of_hours.spoken_time", (("hour", model.hour), ("minute", model.minute)))


def _help(model: m.HelpScreen) -> Iterator[Line]:
    yield Text("help.title")
    yield from _called(model.frame)
    yield from (Text("help.do_now"), model.help.now)
    yield from (Text("outcome.permit_is"), model.help.permit_is)
    yield from (Text("help.to_stop"), model.help.stop)
    yield from (Text("help.ask"), *model.help.ask)
    yield from _call(model.frame)
    yield Text("help.back")


LINES: Mapping[type, Callable[[Any], Iterator[Line]]] = {
    m.WelcomeScreen: _welcome,
    m.NoticeScreen: _notice,
    m.IdCardScreen: _id_card,
    m.InsertPermitScreen: _insert_permit,
    m.ReadingScreen: _reading,
    m.AssessmentScreen: _assessment,
    m.QuestionScreen: _question,
    m.ChoiceScreen: _choice,
    m.LicenceCodeScreen: _licence_code,
    m.TelephoneScreen: _telephone,
    m.AttendantScreen: _attendant,
    m.ServiceScreen: _service,
    m.StatusScreen: _status,
    m.ApplicationScreen: _application,
    m.ProgressScreen: _progress,
    m.AskingScreen: _asking,
    m.ConfirmScreen: _confirm,
    m.WritingScreen: _writing,
    m.TakePermitScreen: _take_permit,
    m.ReceiptScreen: _receipt,
    m.ThankYouScreen: _thank_you,
    m.OutcomeScreen: _outcome,
    m.PermitInsideScreen: _permit_inside,
    m.OutOfServiceScreen: _out_of_service,
    m.OutOfHoursScreen: _out_of_hours,
    m.HelpScreen: _help,
}
"""The function for each model. It must speak only what is on the screen, so that a person can compare both."""
