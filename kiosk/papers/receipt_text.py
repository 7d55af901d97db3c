"""The content of a receipt: the same facts as on the screen, in the visit's language. No full identity number."""

from __future__ import annotations

from collections.abc import Callable

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
from kiosk.texts.words import SOURCE_LANGUAGE, LocalText, Text
from kiosk.workflow.states import Renewed, Visit


class ReceiptText:
    """Composes receipts. `receipt_link`: a URL to which the number is appended; `kiosk_name`: the staff's name of this
    kiosk; `face_refreshed_at`: see `PresentationContext`; `reads_large()`: whether the person at the machine has chosen
    large text.
    """

    def __init__(
        self,
        region: Region,
        translate: Translate,
        receipt_link: str,
        kiosk_name: str,
        clock: Clock,
        face_refreshed_at: LocalText | None = None,
        reads_large: Callable[[], bool] = lambda: False,
    ) -> None:
        self._region = region
        self._translate = translate
        self._receipt_link = receipt_link
        self._kiosk_name = kiosk_name
        self._clock = clock
        self._face_refreshed_at = face_refreshed_at
        self._reads_large = reads_large

    def compose(self, visit: Visit, renewed: Renewed) -> ReceiptDocument:
        """The receipt of one endorsement, in large print where the screens have large text. In other languages the
        essentials follow in Chinese, for officials who ask to see a receipt.
        """
        number = receipt_number(renewed.grant.endorsement_id)
        words = _ReceiptWords(self._translate, visit.language, self._reads_large())
        chinese = _ReceiptWords(self._translate, SOURCE_LANGUAGE)
        elements: list[Element] = [
            *self._head(words),
            Rule(),
            *words.important("number", number),
            words.labelled("issued", f"{self._clock.now():%Y-%m-%d %H:%M}"),
            words.labelled("kiosk", self._kiosk_name),
            words.labelled("permit", masked_number(renewed.case.permit.permit_number)),
            words.labelled("service", words("service_face_only" if renewed.grant.face_only else "service_endorse")),
            *self._fee(words, visit, renewed),
            Rule(),
            words.labelled("old_term", words.term(renewed.case.permit.content)),
            *words.new_term(renewed.grant.content),
            *self._remarks(words, renewed),
            Rule(),
            *where_to_ask(words, self._region),
            Feed(),
            QrCode(self._receipt_link + number),
            TextLine(words("link_hint"), align="centre"),
            *self._footer(visit.language),
            TextLine(words("keep"), align="centre"),
            *([] if visit.language == SOURCE_LANGUAGE else self._essentials(chinese, number, renewed)),
        ]
        return ReceiptDocument(tuple(elements))

    def _head(self, words: _ReceiptWords) -> list[Element]:
        return [
            TextLine(words("title"), align="centre", size="large", bold=True),
            TextLine(words.of(self._region.name), align="centre"),
        ]

    def _essentials(self, words: _ReceiptWords, number: str, renewed: Renewed) -> list[Element]:
        return [
            Feed(),
            Rule(),
            *self._head(words),
            words.labelled("number", number),
            words.labelled("permit", masked_number(renewed.case.permit.permit_number)),
            *words.new_term(renewed.grant.content),
        ]

    def _fee(self, words: _ReceiptWords, visit: Visit, renewed: Renewed) -> list[Element]:
        """The lines about the fee. A face that follows its chip is not charged again."""
        cost = None if renewed.grant.face_only else fee(self._region.services.get(visit.purpose.service))
        return [] if cost is None else [words.labelled("fee", words.of(cost))]

    def _remarks(self, words: _ReceiptWords, renewed: Renewed) -> list[Element]:
        content = renewed.grant.content
        remarks: list[Element] = []
        window = next_window(self._region, content)
        if window is not None:
            opens_on, closes_on = window
            remarks += (
                words.important("next_window", words("opens", day=opens_on), words("closes", day=closes_on))
                if words.is_large
                else [words.labelled("next_window", words("term", start=opens_on, end=closes_on))]
            )
        match renewed.grant.residence_years:
            case ResidenceYears.RESTART if content.valid_from is not None:
                remarks.append(words.line(words.text("residence_restart", start=content.valid_from)))
            case ResidenceYears.COUNTED_FROM_MAKE_UP:
                remarks.append(words.line(words.text("residence_counted_from_make_up")))
            case ResidenceYears.CONTINUOUS:
                remarks.append(words.line(words.text("residence_continuous")))
            case _:
                pass
        if renewed.face is FaceState.PENDING:
            pending = face_pending("receipt", self._face_refreshed_at, renewed.grant.drawable)
            remarks.append(words.line(pending, bold=True))
        return remarks

    def _footer(self, language: str) -> list[Element]:
        text = self._region.texts.get("texts.receipt_footer")
        return [] if text is None else [TextLine(self._translate(language, text), align="centre")]


def where_to_ask(words: PaperWords, region: Region, in_full: bool = False) -> list[Element]:
    """The foot of a paper: whom to call or ask, where to complain (`in_full`: all that the region says about that), and
    the office's code for the service.
    """
    contact, item = region.contact, region.item_code
    lines: list[Element] = []
    if contact is not None:
        told = contact.complaints_text if in_full else None
        both = told is None and contact.telephones == contact.complaints
        for telephone in contact.telephones:
            lines += words.important("ask_and_complain" if both else "ask", telephone)
        if not contact.telephones:
            lines.append(words.line(contact.rule.text))
        if told is not None:
            lines.append(words.line(told))
        for telephone in () if both or told is not None else contact.complaints:
            lines += words.important("complain", telephone)
    return lines if item is None else [*lines, words.labelled("item", item)]


class _ReceiptWords(PaperWords):
    def __init__(self, translate: Translate, language: str, is_large: bool = False) -> None:
        super().__init__("receipt", translate, language, is_large)

    def new_term(self, content: PermitContent) -> list[Element]:
        """The new term: its start in small print, its end in the largest."""
        begins = [] if content.valid_from is None else [self.labelled("new_from", self("day", day=content.valid_from))]
        return [
            *begins,
            TextLine(self("valid_until"), align="centre"),
            TextLine(
                self.of(Text("format.no_date")) if content.valid_to is None else self("day", day=content.valid_to),
                align="centre",
                size="large",
                bold=True,
            ),
        ]

    def term(self, content: PermitContent) -> str:
        if content.valid_from is None or content.valid_to is None:
            return self.of(Text("format.no_date"))
        return self("term", start=content.valid_from, end=content.valid_to)
