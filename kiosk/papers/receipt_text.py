"""What is on the paper: the same facts as on the screen, in the visit's language. No full identity number."""

from __future__ import annotations

from drivers.receipt_printer.document import (
    Element,
    Feed,
    QrCode,
    ReceiptDocument,
    Rule,
    TextLine,
)
from kiosk.domain.clock import Clock
from kiosk.domain.documents import PermitContent
from kiosk.domain.endorsement import FaceState, ResidenceYears
from kiosk.domain.personal import masked_number
from kiosk.papers.paper_words import PaperWords, Translate
from kiosk.policy.region import Region
from kiosk.presentation.context import face_pending, next_window, receipt_number
from kiosk.presentation.resident.facts import fee
from kiosk.texts.words import LocalText, Text
from kiosk.workflow.states import Renewed, Visit


class ReceiptText:
    """Composes receipts. `receipt_link` ends where the number is to be put; `kiosk_name` as staff call this kiosk;
    `face_refreshed_at`: see `PresentationContext`."""

    def __init__(
        self,
        region: Region,
        translate: Translate,
        receipt_link: str,
        kiosk_name: str,
        clock: Clock,
        face_refreshed_at: LocalText | None = None,
    ) -> None:
        self._region = region
        self._translate = translate
        self._receipt_link = receipt_link
        self._kiosk_name = kiosk_name
        self._clock = clock
        self._face_refreshed_at = face_refreshed_at

    def compose(self, visit: Visit, renewed: Renewed) -> ReceiptDocument:
        """The receipt of one endorsement."""
        number = receipt_number(renewed.grant.endorsement_id)
        words = _ReceiptWords(self._translate, visit.language)
        elements: list[Element] = [
            TextLine(words("title"), align="centre", size="large", bold=True),
            TextLine(self._region.name.in_language(visit.language), align="centre"),
            Rule(),
            words.labelled("number", number),
            words.labelled("issued", f"{self._clock.now():%Y-%m-%d %H:%M}"),
            words.labelled("kiosk", self._kiosk_name),
            words.labelled("permit", masked_number(renewed.case.permit.permit_number)),
            words.labelled("service", words("service_face_only" if renewed.grant.face_only else "service_endorse")),
            *self._fee(words, visit, renewed),
            Rule(),
            words.labelled("old_term", words.term(renewed.case.permit.content)),
            words.labelled("new_term", words.term(renewed.grant.content)),
            *self._remarks(words, renewed),
            Rule(),
            *self._where_to_ask(words),
            Feed(),
            QrCode(self._receipt_link + number),
            TextLine(words("link_hint"), align="centre"),
            *self._footer(visit.language),
            TextLine(words("keep"), align="centre"),
        ]
        return ReceiptDocument(tuple(elements))

    def _fee(self, words: _ReceiptWords, visit: Visit, renewed: Renewed) -> list[Element]:
        """Nothing is charged anew for a face that follows its chip."""
        cost = None if renewed.grant.face_only else fee(self._region.services.get(visit.purpose.service))
        return [] if cost is None else [words.labelled("fee", words.of(cost))]

    def _remarks(self, words: _ReceiptWords, renewed: Renewed) -> list[Element]:
        content = renewed.grant.content
        remarks: list[Element] = []
        window = next_window(self._region, content)
        if window is not None:
            remarks.append(words.labelled("next_window", words("term", start=window[0], end=window[1])))
        match renewed.grant.residence_years:
            case ResidenceYears.RESTART if content.valid_from is not None:
                remarks.append(TextLine(words("residence_restart", start=content.valid_from)))
            case ResidenceYears.COUNTED_FROM_MAKE_UP:
                remarks.append(TextLine(words("residence_counted_from_make_up")))
            case ResidenceYears.CONTINUOUS:
                remarks.append(TextLine(words("residence_continuous")))
            case _:
                pass
        if renewed.face is FaceState.PENDING:
            pending = face_pending("receipt", self._face_refreshed_at, renewed.grant.drawable)
            remarks.append(TextLine(words.of(pending), bold=True))
        return remarks

    def _footer(self, language: str) -> list[Element]:
        text = self._region.texts.get("texts.receipt_footer")
        return [] if text is None else [TextLine(self._translate(language, text), align="centre")]

    def _where_to_ask(self, words: _ReceiptWords) -> list[Element]:
        return [words.labelled(name, value) for name, value in where_to_ask(self._region)]


def where_to_ask(region: Region) -> tuple[tuple[str, str], ...]:
    """What a paper has at its foot, each with the name of its label: whom to call, where to complain, and the code
    under which the office knows the matter.
    """
    contact = region.contact
    asked = (
        ()
        if contact is None
        else (
            *(("ask", number) for number in contact.telephones),
            *(("complain", number) for number in contact.complaints),
        )
    )
    return asked if region.item_code is None else (*asked, ("item", region.item_code))


class _ReceiptWords(PaperWords):
    def __init__(self, translate: Translate, language: str) -> None:
        super().__init__("receipt", translate, language)

    def term(self, content: PermitContent) -> str:
        if content.valid_from is None or content.valid_to is None:
            return self.of(Text("format.no_date"))
        return self("term", start=content.valid_from, end=content.valid_to)
