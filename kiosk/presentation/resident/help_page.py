"""The help for a page: what to do now, where the permit is, how to stop, whom to ask.

Help is no state of the machine. The window shows it over the page and removes it, and no visit depends on it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.domain.clock import SHANGHAI
from kiosk.domain.endorsement import Custody
from kiosk.domain.staff_call import CallState, StaffCalled
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models import resident as m
from kiosk.presentation.models.frame import Help, StaffButton, WayOut
from kiosk.presentation.resident.offices import office_lines
from kiosk.presentation.resident.outcome_page import CUSTODY_WORDS
from kiosk.texts.words import Sentences, Text, Words
from kiosk.workflow import states as s


def with_help(about: PresentationContext, state: s.State, page: m.ScreenModel) -> m.ScreenModel:
    """`page` with its help. A page that says why nobody is served has none, because it names itself where to go."""
    now = _now(page)
    if now is None:
        return page
    custody = s.custody_of(state)
    is_moving = isinstance(page, m.PermitInsideScreen)
    stop = _stop(page.frame.way_out, custody, is_begun=s.visit_of(state) is not None, is_moving=is_moving)
    return replace(
        page,
        frame=replace(
            page.frame,
            help=Help(
                Text(f"help.now.{now}"),
                # The permit at the mouth is being drawn in there.
                Text("help.taken_back")
                if isinstance(state, s.TakingBack)
                else Text(f"permit_is.{CUSTODY_WORDS[custody]}"),
                Text(f"help.stop.{stop}"),
                _ask(about),
            ),
        ),
    )


def staff_call(last: StaffCalled | None) -> StaffButton:
    """The staff button with the result of `last`, a recent call if there was one."""
    if last is None:
        return StaffButton()
    said = Text(f"help.staff.{last.state.value}")
    if last.state is not CallState.CALLED:
        return StaffButton(said)
    # A separate sentence, because the voice does not speak the time.
    at = Text("help.staff.at", (("time", f"{last.at.astimezone(SHANGHAI):%H:%M}"),))
    return StaffButton(Sentences((said, at)))


def _ask(about: PresentationContext) -> tuple[Words, ...]:
    return office_lines(about.region, most=1) or (Text("next.staff"),)


def _stop(way_out: WayOut, custody: Custody, *, is_begun: bool, is_moving: bool) -> str:
    """The key of the sentence about how to stop: by the button on the page, or why there is none."""
    if way_out is not WayOut.NONE:
        return str(way_out.value)
    if is_moving:
        return "busy"
    match custody:
        case Custody.WITH_HOLDER:
            return "nothing_left" if is_begun else "not_begun"
        case Custody.AT_MOUTH:
            return "take_it"
        case Custody.INSIDE:
            return "busy"
        case Custody.RETAINED | Custody.UNKNOWN:
            return "kept"
        case _:
            assert_never(custody)


def _now(page: m.ScreenModel) -> str | None:
    """The key of the sentence that says what to do on this page."""
    match page:
        case m.WelcomeScreen(not_offered=not_offered):
            return "check_dates" if not_offered else "begin"
        case m.NoticeScreen():
            return "notice"
        case m.IdCardScreen():
            return "id_card"
        case m.InsertPermitScreen():
            return "insert_permit"
        case m.ReadingScreen() | m.AskingScreen():
            return "wait"
        case m.QuestionScreen() | m.AssessmentScreen(question=m.Question()):
            return "question"
        case m.ChoiceScreen():
            return "choose"
        case m.AssessmentScreen() | m.StatusScreen() | m.ServiceScreen():
            return "go_on" if page.can_go_on else "read"
        case m.LicenceCodeScreen():
            return "licence_code"
        case m.TelephoneScreen():
            return "telephone"
        case m.AttendantScreen():
            return "attendant"
        case m.ConfirmScreen():
            return "confirm"
        case m.WritingScreen():
            return "writing"
        case m.TakePermitScreen():
            return "take_permit"
        case m.PermitInsideScreen(frame=frame):
            return "moving" if frame.way_out is WayOut.NONE else "take_back"
        case m.ReceiptScreen() | m.ThankYouScreen() | m.ApplicationScreen():
            return "done"
        case m.ProgressScreen():
            return "read"
        case m.OutcomeScreen(staff_first=staff_first):
            return "stay" if staff_first else "outcome"
        case m.OutOfServiceScreen() | m.OutOfHoursScreen() | m.HelpScreen():
            return None
        case _:
            assert_never(page)
