"""The content of a slip: a received application, or a permit's validity. No name, no full number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from drivers.receipt_printer.document import (
    Element,
    Feed,
    QrCode,
    ReceiptDocument,
    Rule,
    TextLine,
)
from kiosk.domain.clock import Clock
from kiosk.domain.personal import Personal, masked_number
from kiosk.papers.paper_words import PaperWords, Translate
from kiosk.papers.receipt_text import where_to_ask
from kiosk.policy.region import Region
from kiosk.presentation.models.resident import Term
from kiosk.texts.words import Text, Words


@dataclass(frozen=True, slots=True)
class ApplicationSlip:
    """An application that central received. `expected_on` None: no date is promised, and none is printed; `told`: how
    the holder learns the result; `collect`: how and where the permit is collected; `bring`: what to bring for that;
    `fee`: None where the region does not say.
    """

    number: str
    service: Words
    received_on: date
    expected_on: date | None
    permit_number: Personal[str] | None = None
    told: tuple[Words, ...] = ()
    collect: tuple[Words, ...] = ()
    bring: tuple[Words, ...] = ()
    fee: Words | None = None


@dataclass(frozen=True, slots=True)
class StatusSlip:
    """A permit's validity. `lines`: when it may be endorsed, and what follows if late; `where`: the counter; `qr`: data
    for a telephone, nothing personal ("": no code).
    """

    headline: Words
    present_term: Term
    lines: tuple[Words, ...] = ()
    where: tuple[Words, ...] = ()
    permit_number: Personal[str] | None = None
    qr: str = ""


class SlipText:
    """Composes slips in a visit's language. `receipt_link`: a URL to which the number is appended; `reads_large()`: see
    `ReceiptText`.
    """

    def __init__(
        self,
        region: Region,
        translate: Translate,
        receipt_link: str,
        kiosk_name: str,
        clock: Clock,
        reads_large: Callable[[], bool] = lambda: False,
    ) -> None:
        self._region = region
        self._translate = translate
        self._receipt_link = receipt_link
        self._kiosk_name = kiosk_name
        self._clock = clock
        self._reads_large = reads_large

    def application_slip(self, language: str, slip: ApplicationSlip) -> ReceiptDocument:
        """The slip of an application that waits for its review."""
        words = _SlipWords(self._translate, language, self._reads_large())
        expected = [] if slip.expected_on is None else [words.labelled("expected_on", words.date(slip.expected_on))]
        elements: list[Element] = [
            *self._head(words, "application_title"),
            TextLine(words("number"), align="centre"),
            TextLine(slip.number, align="centre", size="large", bold=True),
            Rule(),
            words.labelled("service", words.of(slip.service)),
            words.labelled("received_on", words.date(slip.received_on)),
            *expected,
            *([] if slip.fee is None else [words.labelled("fee", words.of(slip.fee))]),
            *_permit(words, slip.permit_number),
            words.labelled("kiosk", self._kiosk_name),
            Rule(),
            words.line(words.text("permit_until_then")),
            *words.listed("told", slip.told),
            *words.listed("collect", slip.collect),
            *words.listed("bring", slip.bring),
            *self._foot(words),
            Feed(),
            QrCode(self._receipt_link + slip.number),
            TextLine(words("link_hint"), align="centre"),
            *words.regional(self._region, "application_slip"),
            TextLine(words("keep"), align="centre"),
        ]
        return ReceiptDocument(tuple(elements))

    def status_slip(self, language: str, slip: StatusSlip) -> ReceiptDocument:
        """The slip about a permit's validity."""
        words = _SlipWords(self._translate, language, self._reads_large())
        code: list[Element] = [Feed(), QrCode(slip.qr), TextLine(words("status_link_hint"), align="centre")]
        elements: list[Element] = [
            *self._head(words, "status_title"),
            *_permit(words, slip.permit_number),
            words.labelled("asked", f"{self._clock.now():%Y-%m-%d %H:%M}"),
            words.labelled("kiosk", self._kiosk_name),
            Rule(),
            TextLine(words("valid_until"), align="centre"),
            TextLine(words.date(slip.present_term.valid_to), align="centre", size="large", bold=True),
            TextLine(words.of(slip.headline), align="centre", bold=True),
            Rule(),
            *(words.line(line, before="- ") for line in slip.lines),
            *words.listed("where", slip.where),
            *self._foot(words),
            *(code if slip.qr else ()),
            *words.regional(self._region, "receipt_footer"),
            TextLine(words("nothing_changed"), align="centre"),
        ]
        return ReceiptDocument(tuple(elements))

    def _head(self, words: _SlipWords, title: str) -> list[Element]:
        return [
            TextLine(words(title), align="centre", size="large", bold=True),
            TextLine(words.of(self._region.name), align="centre"),
            Rule(),
        ]

    def _foot(self, words: _SlipWords) -> list[Element]:
        lines = where_to_ask(words, self._region, in_full=True)
        return [Rule(), *lines] if lines else []


def _permit(words: _SlipWords, number: Personal[str] | None) -> list[Element]:
    return [] if number is None else [words.labelled("permit", masked_number(number))]


class _SlipWords(PaperWords):
    def __init__(self, translate: Translate, language: str, is_large: bool) -> None:
        super().__init__("slip", translate, language, is_large)

    def date(self, day: date | None) -> str:
        return self.of(Text("format.no_date") if day is None else Text("slip.day", (("day", day),)))

    def regional(self, region: Region, name: str) -> list[Element]:
        """The region's own text on slips; empty where its file has none."""
        text = region.texts.get(f"texts.{name}")
        return [] if text is None else [TextLine(self.of(text), align="centre")]

    def listed(self, name: str, items: tuple[Words, ...]) -> list[Element]:
        """A heading with a list; empty where there are no items."""
        return [TextLine(self(name), bold=True), *(self.line(item, before="- ") for item in items)] if items else []
