"""The list with which staff take the permits out of the bin and hand them over. Nothing personal is on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from drivers.receipt_printer.document import Element, Feed, LabelledValue, ReceiptDocument, Rule, TextLine
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.retained import KeptPermit
from kiosk.presentation.context import receipt_number
from kiosk.texts.words import Text, Words

ROOM_TO_WRITE = Feed(2)


def hand_over_list(
    permits: Sequence[KeptPermit], said: Callable[[Words], str], kiosk_name: str, now: datetime
) -> ReceiptDocument:
    """Each permit by the number that its holder was shown, when it was retained, and the number at central. `said`:
    texts in a technician's language.
    """
    lines: list[Element] = []
    for permit in permits:
        number = "-" if permit.endorsement_id is None else receipt_number(permit.endorsement_id)
        lines.append(LabelledValue(f"□ {number}", _minute(permit.at)))
        if permit.endorsement_id is not None:
            lines.append(TextLine(f"  {permit.endorsement_id}"))
        if not permit.is_certain:
            lines.append(TextLine(f"  {said(Text('hand_over.uncertain'))}", bold=True))
    return ReceiptDocument(
        (
            TextLine(said(Text("hand_over.title")), align="centre", size="large", bold=True),
            LabelledValue(kiosk_name, _minute(now)),
            TextLine(said(Text("hand_over.count", (("count", len(permits)),)))),
            Rule(),
            *lines,
            Rule(),
            TextLine(said(Text("hand_over.taken_out_by"))),
            ROOM_TO_WRITE,
            Rule(),
            TextLine(said(Text("hand_over.received_by"))),
            ROOM_TO_WRITE,
            Rule(),
            TextLine(said(Text("hand_over.date_and_signature"))),
            ROOM_TO_WRITE,
            Rule(),
            Feed(2),
        )
    )


def _minute(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
