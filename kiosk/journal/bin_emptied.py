"""The note that staff emptied the bin, for the technician at the machine and for the shell."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.domain.retained import KeptPermit
from kiosk.journal.bin_rows import BIN_EMPTIED
from kiosk.journal.journal import Journal


def note_emptied(journal: Journal, by: Mapping[str, str]) -> tuple[KeptPermit, ...]:
    """Note it, and return the permits that were in the bin. `by`: who says so, for example {"technician": "17"}.
    Raises `JournalFailed`.
    """
    journal.write_kept()  # steps that come after the note would count as permits in the emptied bin
    kept = journal.permits_in_bin()
    journal.note(BIN_EMPTIED, {"permits": len(kept), **by})
    return kept
