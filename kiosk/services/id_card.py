"""The service of the identity card: it polls the reader, validates the card and tells the machine."""

from __future__ import annotations

import time
from collections.abc import Mapping

from drivers.errors import DriverError, IdCardUnreadable
from drivers.id_reader.device import IdCardRecord, IdReader
from drivers.id_reader.text_block import CitizenText, Foreign2017Text, Foreign2023Text, HmtText, HolderText
from kiosk.domain.clock import today
from kiosk.domain.devices import ID_READER
from kiosk.domain.documents import IdDocument, IdKind
from kiosk.domain.endorsement import Refusal
from kiosk.domain.faults import CENTRAL_UNREACHABLE
from kiosk.domain.identity_number import identity_number, is_valid_number
from kiosk.domain.personal import Personal
from kiosk.domain.refusals import RefusalCode
from kiosk.runtime.clock_watch import WatchedClock
from kiosk.runtime.workers import Worker
from kiosk.services.central.messages import can_be_told
from kiosk.services.device_faults import fault_of
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on

FIRST_WORD_S = 3.0
"""Seconds for which a card in the first moments after a start waits for central's time."""


class IdCardService:
    """The service of the identity reader, which it owns on its worker's thread."""

    def __init__(self, reader: IdReader, worker: Worker, clock: WatchedClock, poll_interval_s: float) -> None:
        self._reader = reader
        self._poll_interval_s = poll_interval_s
        self._worker = worker
        self._clock = clock

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {
            do.ReadIdCard: self._read,
            do.StopIdReader: self._stopped,
        }

    def check(self) -> None:
        """Raise a `DriverError` if the reader is not ready."""
        self._reader.self_test()

    def close(self) -> None:
        self._reader.close()

    def _stopped(self, _: do.StopIdReader, __: Post) -> None:
        """Do nothing: queueing this job has already ended the polling."""

    def _read(self, effect: do.ReadIdCard, post: Post) -> None:
        complained = False
        while not self._worker.is_wanted_elsewhere():
            polled_at = self._clock.monotonic()
            try:
                record = self._reader.read_id_card()
                if record is not None and not can_be_told(to_document(record)):
                    raise IdCardUnreadable("a name or number that central could not be told")
            except IdCardUnreadable:
                record = None
                if not complained:
                    complained = True
                    post(on.IdCardNotReadable())
            except DriverError as error:
                post(on.DeviceFailed(fault_of(ID_READER, error, doing="reading an identity card")))
                return
            if record is not None and not _is_of(record, effect.besides):
                self._hear_central_first()
                post(self._judged(record))
                return
            self._worker.pause(self._poll_interval_s - (self._clock.monotonic() - polled_at))

    def _hear_central_first(self) -> None:
        until_s = time.monotonic() + FIRST_WORD_S
        while not self._clock.is_heard and time.monotonic() < until_s:
            if self._worker.pause(0.05):
                return

    def _judged(self, record: IdCardRecord) -> on.IdCardRead | on.IdCardRefused | on.DeviceFailed:
        document = to_document(record)
        if document.kind is IdKind.HMT:
            return on.IdCardRefused(Refusal(RefusalCode.ID_CARD_KIND_HMT))
        if document.kind is not IdKind.CITIZEN:
            return on.IdCardRefused(Refusal(RefusalCode.ID_CARD_KIND_FOREIGN))
        if not is_valid_number(document.number.reveal()):
            return on.IdCardRefused(Refusal(RefusalCode.ID_CARD_NUMBER_INVALID))
        day = today(self._clock)
        if document.is_expired(day):
            if not self._clock.is_heard:
                return on.DeviceFailed(CENTRAL_UNREACHABLE)  # the clock may be ahead
            return on.IdCardRefused(Refusal(RefusalCode.ID_CARD_EXPIRED))
        return on.IdCardRead(document, day)


def _is_of(record: IdCardRecord, document: IdDocument | None) -> bool:
    return document is not None and identity_number(record.text.id_number) == document.number.reveal()


def to_document(record: IdCardRecord) -> IdDocument:
    """The parts of an identity card that a visit needs, without photo, sex and ethnicity."""
    text = record.text
    kind, printed_address = _kind_and_address(text)
    newest = record.newest_address or printed_address
    return IdDocument(
        kind=kind,
        name=Personal(text.name),
        number=Personal(identity_number(text.id_number)),
        birth=Personal(text.birth),
        address=None if newest is None else Personal(newest),
        valid_from=text.valid_from,
        valid_to=text.valid_to,
    )


def _kind_and_address(text: HolderText) -> tuple[IdKind, str | None]:
    match text:
        case CitizenText(address=address):
            return IdKind.CITIZEN, address
        case HmtText(address=address):
            return IdKind.HMT, address
        case Foreign2017Text():
            return IdKind.FOREIGN_2017, None
        case Foreign2023Text():
            return IdKind.FOREIGN_2023, None
