"""Makes the slips of a visit, with the same words as on the screen; `slip_text` lays them out."""

from __future__ import annotations

from collections.abc import Callable

from drivers.receipt_printer.document import ReceiptDocument
from kiosk.domain.personal import Personal
from kiosk.papers.slip_text import ApplicationSlip, SlipText, StatusSlip
from kiosk.presentation.context import PresentationContext, term_of
from kiosk.presentation.resident.application_page import to_bring, to_collect, to_post, told
from kiosk.presentation.resident.choices import service_name
from kiosk.presentation.resident.facts import due, fee, longest, voucher
from kiosk.presentation.resident.status_page import headline, status_lines, where_to_go, window_as_event
from kiosk.texts.words import Text, Words
from kiosk.workflow import effects as do
from kiosk.workflow.visits import AnyCase, CaseWithPermit

ComposeSlip = Callable[[do.PrintApplicationSlip | do.PrintStatusSlip], ReceiptDocument]


class Slips:
    """Composes the slips that effects ask for."""

    def __init__(self, about: PresentationContext, text: SlipText) -> None:
        self._about = about
        self._text = text

    def compose(self, effect: do.PrintApplicationSlip | do.PrintStatusSlip) -> ReceiptDocument:
        """The slip to print, in the visit's language."""
        if isinstance(effect, do.PrintApplicationSlip):
            return self._text.application_slip(effect.visit.language, self._application(effect))
        return self._text.status_slip(effect.visit.language, self._status(effect))

    def _application(self, effect: do.PrintApplicationSlip) -> ApplicationSlip:
        applied, region = effect.applied, self._about.region
        offered = region.services.get(applied.service)
        return ApplicationSlip(
            number=applied.received.review_number,
            service=service_name(region, applied.service),
            received_on=applied.received.received_on,
            expected_on=applied.received.expected_on,
            permit_number=_permit_number(applied.case),
            told=told(region, applied),
            collect=(
                *to_collect(region, applied),
                *to_post(region, applied),
                *longest(offered),
                *due(region, offered, applied.received),
                *voucher(offered),
            ),
            fee=fee(offered),
            bring=to_bring(region, applied),
        )

    def _status(self, effect: do.PrintStatusSlip) -> StatusSlip:
        matter, calendar = effect.matter, effect.calendar
        return StatusSlip(
            headline=headline(matter),
            present_term=term_of(matter.case),
            lines=status_lines(matter, calendar),
            where=tuple(line for line in where_to_go(self._about) if not _is_telephone(line)),
            permit_number=_permit_number(matter.case),
            qr=window_as_event(self._about, matter, calendar, effect.visit.language),
        )


def _is_telephone(line: Words) -> bool:
    """Whether a line is a telephone number, which a slip has at its foot."""
    return isinstance(line, Text) and line.key == "next.call"


def _permit_number(case: AnyCase) -> Personal[str] | None:
    return case.permit.permit_number if isinstance(case, CaseWithPermit) else None
