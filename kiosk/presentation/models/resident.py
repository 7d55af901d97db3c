"""The models of the residents' screens.

Texts are keys (`assets/locale/<language>.toml`) or the region's own texts in every language; they become words at the
widget.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from kiosk.domain.personal import Personal
from kiosk.presentation.models.frame import Frame, Help
from kiosk.texts.words import Citation, LocalText, Text, Words


@dataclass(frozen=True, slots=True)
class Term:
    """A permit's validity; None where the chip holds no date."""

    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class WelcomeScreen:
    """`not_offered`: nothing is endorsed at kiosks of this region, so the big button says "until when is my permit
    valid". `without_paper`: no receipts come out now; `without_central`: nothing is endorsed now. `when`: from when a
    permit may be endorsed, and what it costs.
    """

    frame: Frame
    region_name: LocalText
    languages: tuple[str, ...]
    not_offered: bool = False
    without_paper: bool = False
    without_central: bool = False
    when: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeScreen:
    frame: Frame


@dataclass(frozen=True, slots=True)
class IdCardScreen:
    """`problem`: why the card must be lifted and laid down again. `of_agent`: the card of the person who acts for the
    holder is wanted now; the holder's has been read. `for_another`: the holder is not who stands here.
    """

    frame: Frame
    problem: Text | None = None
    of_agent: bool = False
    for_another: bool = False


@dataclass(frozen=True, slots=True)
class InsertPermitScreen:
    frame: Frame


@dataclass(frozen=True, slots=True)
class ReadingScreen:
    frame: Frame


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the facts that the two answers state: `otherwise` is declared, `as_before` is not, and stands
    first. `address`: the one on the permit, in full, where the question is about it. `warning`: what an answer leads
    to.
    """

    words: Words
    as_before: Words
    otherwise: Words
    warning: Words
    address: Personal[str] | None = None


@dataclass(frozen=True, slots=True)
class AssessmentScreen:
    """`can_go_on`: the next step is served here and now. `new_term` only then. `question`: the first of those that must
    be answered to go on; an answer is the way on. `is_plain_yes`: nothing is lost by it.
    """

    frame: Frame
    headline: Text
    lines: tuple[Words, ...]
    rules: tuple[Citation, ...]
    present_term: Term
    new_term: Term | None
    can_go_on: bool
    question: Question | None = None
    is_plain_yes: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the buttons of a question. `key` comes back with CHOOSE."""

    key: str
    label: Words
    detail: Words | None = None


@dataclass(frozen=True, slots=True)
class ChoiceScreen:
    """One of several, at most seven: which service, for whom, which category, which proof, how to collect."""

    frame: Frame
    question: Words
    choices: tuple[Choice, ...]
    detail: Words | None = None


@dataclass(frozen=True, slots=True)
class QuestionScreen:
    """One question with two answers."""

    frame: Frame
    question: Question


@dataclass(frozen=True, slots=True)
class LicenceCodeScreen:
    """The electronic licence code of `evidence` is to be held before the scanner. `problem`: why once more."""

    frame: Frame
    evidence: Words
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class TelephoneScreen:
    """The number that the result is sent to. `problem`: why once more."""

    frame: Frame
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class AttendantScreen:
    """An attendant is to type a code of their own. `required`: nothing goes on without; `checking`: the code is being
    compared; `is_locked`: none is looked at for a while. `problem`: why once more, or why not.
    """

    frame: Frame
    required: bool
    problem: Text | None = None
    checking: bool = False
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class ServiceScreen:
    """A service explained, with no permit inside. `can_go_on`: it can be had here. `can_check_dates`: the permit's
    dates can be looked at here, though nothing is written.
    """

    frame: Frame
    headline: Words
    lines: tuple[Words, ...]
    bring: tuple[Words, ...]
    where: tuple[Words, ...]
    rules: tuple[Citation, ...]
    can_go_on: bool
    can_check_dates: bool


@dataclass(frozen=True, slots=True)
class StatusScreen:
    """Until when the permit is valid, when to endorse, what if late. `qr`: a link, nothing personal.
    `can_go_on`: it may be endorsed now and here. `printing`: the slip is on its way.
    """

    frame: Frame
    headline: Text
    present_term: Term
    lines: tuple[Words, ...]
    rules: tuple[Citation, ...]
    qr: str
    can_print: bool
    can_go_on: bool
    printing: bool = False


@dataclass(frozen=True, slots=True)
class ApplicationScreen:
    """The application was received. `number` is the one to quote; `qr` holds it and a link, nothing personal."""

    frame: Frame
    headline: Text
    number: str
    qr: str
    lines: tuple[Words, ...]
    printing: bool


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """One application: its number, what it is about, and how far it has come."""

    number: str
    service: Words
    state: Text
    lines: tuple[Words, ...]
    can_choose_collection: bool = False


@dataclass(frozen=True, slots=True)
class ProgressScreen:
    """The holder's applications, newest first; empty: none. `can_choose_collection`: of at least one of them."""

    frame: Frame
    applications: tuple[ProgressLine, ...]
    can_choose_collection: bool


@dataclass(frozen=True, slots=True)
class AskingScreen:
    frame: Frame


@dataclass(frozen=True, slots=True)
class ConfirmScreen:
    """Old → new, as central granted it. `old_authority`: where it changes, "" where there was none; `categories`: the
    old and the new one where it becomes another one. `holder`: whose permit it is, with name and number masked.
    """

    frame: Frame
    old_term: Term
    new_term: Term
    address: Personal[str]
    address_changes: bool
    issuing_authority: str
    authority_changes: bool = False
    old_authority: str = ""
    categories: tuple[Words, ...] = ()
    notes: tuple[Text, ...] = ()
    holder: Personal[str] | None = None


@dataclass(frozen=True, slots=True)
class WritingScreen:
    """`stage` counts from 0 into `stages`; `usually_s` is what the whole takes on this machine as a rule."""

    frame: Frame
    stages: tuple[Text, ...]
    stage: int
    usually_s: int


@dataclass(frozen=True, slots=True)
class TakePermitScreen:
    """`headline` says what is true of the permit now; `urgent`: it is about to be taken back. `within_s`: how long it
    is waited for, from the moment that the model was made.
    """

    frame: Frame
    headline: Text
    detail: Text | None = None
    urgent: bool = False
    within_s: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptScreen:
    """`qr` holds the receipt number and a link, nothing personal."""

    frame: Frame
    number: str
    qr: str
    new_term: Term


@dataclass(frozen=True, slots=True)
class ThankYouScreen:
    """`lines`: what to remember: next window, paper that was out, a face to be refreshed. `with_receipt`: it came."""

    frame: Frame
    number: str
    new_term: Term
    lines: tuple[Words, ...] = ()
    with_receipt: bool = True


class PageKind(Enum):
    """A proper no, or something broken: picture and colour differ."""

    REFUSAL = "refusal"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class OutcomeScreen:
    """What happened, where the permit is, what is valid now, what to do next, the number to quote. `staff_first`: the
    permit is out of reach, so staff are the first thing that it offers.
    """

    frame: Frame
    kind: PageKind
    title: Text
    happened: Text
    permit_is: Text
    valid_now: Text
    do_next: tuple[Words, ...]
    number: str
    rules: tuple[Citation, ...] = ()
    staff_first: bool = False


@dataclass(frozen=True, slots=True)
class PermitInsideScreen:
    """The permit is being moved, or is kept: nothing to choose."""

    frame: Frame
    headline: Text
    detail: Text | None = None


@dataclass(frozen=True, slots=True)
class OutOfServiceScreen:
    """`staff_code` is the fault's code; `counter`: where to go instead. `staff_first`: a permit may be out of reach."""

    frame: Frame
    reason: Text
    staff_code: str
    counter: tuple[Words, ...]
    staff_first: bool = False


@dataclass(frozen=True, slots=True)
class OutOfHoursScreen:
    """`day`: on which the site opens, at `hour` and `minute`; None: nobody knows; `instead`: where to go now."""

    frame: Frame
    day: Text | None
    hour: int
    minute: int
    instead: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class HelpScreen:
    """Stands over another page, whose frame it has; the window makes it of that page."""

    frame: Frame
    help: Help


ScreenModel = (
    WelcomeScreen
    | NoticeScreen
    | IdCardScreen
    | InsertPermitScreen
    | ReadingScreen
    | AssessmentScreen
    | AskingScreen
    | ConfirmScreen
    | WritingScreen
    | TakePermitScreen
    | ReceiptScreen
    | ThankYouScreen
    | OutcomeScreen
    | PermitInsideScreen
    | OutOfServiceScreen
    | OutOfHoursScreen
    | ChoiceScreen
    | QuestionScreen
    | LicenceCodeScreen
    | TelephoneScreen
    | AttendantScreen
    | ServiceScreen
    | StatusScreen
    | ApplicationScreen
    | ProgressScreen
    | HelpScreen
)


UntouchedScreen = OutOfServiceScreen | OutOfHoursScreen
"""Nobody is served, and nobody can choose a language."""


def in_language(model: ScreenModel, language: str) -> ScreenModel:
    """The same in another language; as it is where none is named."""
    return replace(model, frame=replace(model.frame, language=language)) if language else model


def differs_in_staff_alone(model: ScreenModel, before: ScreenModel) -> bool:
    """Whether `model` says nothing that is new since `before` but what became of a call for staff."""
    return model != before and replace(before, frame=replace(before.frame, staff=model.frame.staff)) == model
