"""Root reads the journal of the kiosk's user, and leaves no file there that this user could not use."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from kiosk.domain.clock import SystemClock
from kiosk.journal.journal import Journal, StepRecord
from kiosk.journal.past_steps import past_steps
from kiosk.journal.state_lock import StateLock
from kiosk.support.journal_reading import is_left_alone

NOBODY = 65534
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may read another user's journal")


def a_journal(folder: Path) -> Journal:
    journal = Journal(folder / "journal.db", SystemClock().now)
    journal.append(
        StepRecord(SystemClock().now(), None, "Thanking", "DeadlinePassed", "Idle", "with_holder", (), None, {})
    )
    return journal


def given_to_nobody(folder: Path) -> set[str]:
    for each in (folder, *folder.iterdir()):
        os.chown(each, NOBODY, NOBODY)
    return {each.name for each in folder.iterdir()}


def test_a_closed_journal_is_read_without_a_trace(tmp_path: Path) -> None:
    a_journal(tmp_path).close()
    before = given_to_nobody(tmp_path)
    path = tmp_path / "journal.db"
    assert [step.event for step in past_steps(path, is_alone=is_left_alone(path))] == ["DeadlinePassed"]
    assert {each.name for each in tmp_path.iterdir()} == before


def test_the_journal_of_a_running_kiosk_is_read_with_its_newest_steps(tmp_path: Path) -> None:
    lock = StateLock.take(tmp_path, "the kiosk")
    with closing(a_journal(tmp_path)):
        given_to_nobody(tmp_path)
        path = tmp_path / "journal.db"
        assert is_left_alone(path) is False
        assert len(list(past_steps(path, is_alone=False))) == 1
        assert {each.stat().st_uid for each in tmp_path.iterdir()} == {NOBODY}
    lock.release()


def test_a_log_without_its_index_is_left_to_the_kiosks_user(tmp_path: Path) -> None:
    with closing(a_journal(tmp_path)):
        copy = tmp_path / "killed"
        copy.mkdir()
        for name in ("journal.db", "journal.db-wal"):
            (copy / name).write_bytes((tmp_path / name).read_bytes())
    given_to_nobody(copy)
    with pytest.raises(PermissionError, match="belongs to user"):
        is_left_alone(copy / "journal.db")
