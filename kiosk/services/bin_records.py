"""What the journal knows of the permits in the bin, for the technician at the machine."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.bin_emptied import note_emptied
from kiosk.journal.journal import Journal, JournalFailed
from kiosk.services.effect_dispatch import Handler, Post
from kiosk.workflow import effects as do
from kiosk.workflow import events as on


class BinRecords:
    """Answers `ListBin` and `NoteBinEmptied` by the journal, which it does not own."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {do.ListBin: self._list, do.NoteBinEmptied: self._note}

    def close(self) -> None:
        """Do nothing: the kiosk owns the journal."""

    def _list(self, _: do.ListBin, post: Post) -> None:
        try:
            permits = self._journal.permits_in_bin()
        except JournalFailed as error:
            _unanswered(error, post)
            return
        post(on.BinListed(permits))

    def _note(self, effect: do.NoteBinEmptied, post: Post) -> None:
        try:
            permits = note_emptied(self._journal, {"technician": effect.by})
        except JournalFailed as error:
            _unanswered(error, post)
            return
        log(LogEvent.BIN_EMPTIED, permits=len(permits), technician=effect.by)
        post(on.EmptyingNoted())


def _unanswered(error: JournalFailed, post: Post) -> None:
    log(LogEvent.JOURNAL_FAILED, level=logging.ERROR, error=str(error), fault=error.fault.code)
    post(on.BinUnanswered(error.fault))
