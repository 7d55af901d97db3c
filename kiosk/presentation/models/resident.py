"""The models of the residents' screens.

Texts are keys (`assets/locale/<language>.toml`) or the region's own texts in every language. Widgets translate them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from kiosk.domain.personal import Personal
from kiosk.presentation.models import easy_mode
from kiosk.presentation.models.frame import Frame, Help
from kiosk.texts.words import Citation, LocalText, Text, Words


@dataclass(frozen=True, slots=True)
class Term:
    """A permit's validity: the first and the last day; None where the chip holds no date."""

    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class WelcomeScreen:
    """The welcome screen. `not_offered`: kiosks of this region endorse nothing, so the big button says "until when is
    my permit valid". `without_paper`: no receipts are printed now; `without_central`: nothing is endorsed now. `when`:
    from when a permit may be endorsed, and what it costs.
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
    """An identity card is awaited. `problem`: why it must be lifted and laid down again. `of_agent`: the card of the
    agent is awaited, the holder's has been read. `for_another`: an agent is here instead of the holder.
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
    """A question with the facts that its two answers state. `as_before`, shown first, declares nothing; `otherwise` is
    declared. `address`: the full address on the permit, where the question is about it. `warning`: what an answer leads
    to.
    """

    words: Words
    as_before: Words
    otherwise: Words
    warning: Words
    address: Personal[str] | None = None


@dataclass(frozen=True, slots=True)
class AssessmentScreen:
    """The assessment by the rules. `can_go_on`: the visit can go on here and now; only then is there a `new_term`.
    `question`: the first one that must be answered to go on; its answer goes on. `is_plain_yes`: the holder may endorse
    and loses nothing by it.
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

    @property
    def easy_lines(self) -> tuple[Words, ...]:
        """The `lines` of easy mode: without those that change nothing for a holder who may endorse now."""
        return easy_mode.without(easy_mode.FOR_WHOEVER_WAITS, self.lines) if self.is_plain_yes else self.lines


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the buttons of a question. `key`: the choice that CHOOSE carries."""

    key: str
    label: Words
    detail: Words | None = None


@dataclass(frozen=True, slots=True)
class ChoiceScreen:
    """A choice among at most seven: service, agent, category, proof, way of collecting."""

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
    """The electronic licence code of `evidence` is awaited at the scanner. `problem`: why it is asked for again."""

    frame: Frame
    evidence: Words
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class TelephoneScreen:
    """The telephone number for the result is typed. `problem`: why it is asked for again."""

    frame: Frame
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class AttendantScreen:
    """An attendant types a personal code. `required`: the visit cannot go on without it; `checking`: the code is being
    compared; `is_locked`: no code is accepted for a while. `problem`: why a code is asked for again, or is not.
    """

    frame: Frame
    required: bool
    problem: Text | None = None
    checking: bool = False
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class ServiceScreen:
    """The explanation of a service, with no permit inside. `can_go_on`: it is served here. `can_check_dates`: the
    permit's dates can be looked at here, though nothing is written.
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
    """The permit's validity, when to endorse, what follows if late. `qr`: a link, nothing personal. `can_go_on`: the
    permit may be endorsed here and now. `printing`: the slip is being printed.
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
    """The application was received. `number`: the number to quote; `qr`: this number and a link, nothing personal."""

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
    """Old → new, as central granted it. `old_authority`: set where the authority changes, "" where there was none;
    `categories`: the old and the new one where they differ. `holder`: the holder's masked name and number.
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
    """The permit is being written. `stage`: index into `stages`; `usually_s`: usual seconds in all on this machine."""

    frame: Frame
    stages: tuple[Text, ...]
    stage: int
    usually_s: int


@dataclass(frozen=True, slots=True)
class TakePermitScreen:
    """The permit is to be taken. `headline`: its present condition; `urgent`: it is about to be taken back. `within_s`:
    seconds until it is taken back, from when the model was made.
    """

    frame: Frame
    headline: Text
    detail: Text | None = None
    urgent: bool = False
    within_s: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptScreen:
    """The receipt is being printed. `qr`: the receipt number and a link, nothing personal."""

    frame: Frame
    number: str
    qr: str
    new_term: Term


@dataclass(frozen=True, slots=True)
class ThankYouScreen:
    """The last page. `lines`: what to remember: the next window, missing paper, a face to be refreshed. `with_receipt`:
    a receipt was printed.
    """

    frame: Frame
    number: str
    new_term: Term
    lines: tuple[Words, ...] = ()
    with_receipt: bool = True

    @property
    def easy_lines(self) -> tuple[Words, ...]:
        """The `lines` of easy mode: without what stands on the receipt."""
        return easy_mode.without(easy_mode.ON_THE_RECEIPT, self.lines) if self.with_receipt else self.lines


class PageKind(Enum):
    """A refusal or a fault, which differ in picture and colour."""

    REFUSAL = "refusal"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class OutcomeScreen:
    """What happened, where the permit is, what is valid now, what to do next, the number to quote. `staff_first`: the
    permit is out of reach, so the page first offers to call staff.
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
    """The permit is being moved or is kept inside. The page has no choices."""

    frame: Frame
    headline: Text
    detail: Text | None = None


@dataclass(frozen=True, slots=True)
class OutOfServiceScreen:
    """Nobody is served. `staff_code`: the fault's code; `counter`: where to go instead. `staff_first`: a permit may be
    out of reach, so the page first offers to call staff.
    """

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
    """Help, shown over another page with that page's frame. The window makes it from that page."""

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
