"""`python -m kiosk journal`: what a technician can ask and do, and what it never does."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.domain.clock import SystemClock
from kiosk.journal.chain import Head
from kiosk.journal.journal import Journal, StepRecord
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import MovableClock, settings
from tests.lobby.production_site import GOOD, written


@pytest.fixture
def head(tmp_path: Path) -> Iterator[Head]:
    """A site whose journal has five steps, four of them old; the newest of them."""
    now, db = SystemClock().now(), tmp_path / "state" / "journal.db"
    with closing(Journal(db, SystemClock().now)) as journal:
        for days in (300, 200, 100, 90, 0):
            at = now - timedelta(days=days)
            journal.append(StepRecord(at, None, "Thanking", "DeadlinePassed", "Idle", "with_holder", (), None, {}))
        yield journal.head()


HAND = MovableClock()


@pytest.fixture
def place(tmp_path: Path, head: Head) -> Iterator[Path]:
    """The configuration of the same site, with a central that runs by a clock of its own."""
    with ReferenceCentral(settings(tmp_path, HAND)) as central:
        yield written(tmp_path, GOOD.replace("https://central.example.invalid:8443", central.url))


def run(folder: Path, *words: str) -> int:
    return main(["journal", "--config", str(written(folder, GOOD)), *words])


def tamper(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "state" / "journal.db")) as db, db:
        db.execute("UPDATE step SET custody = 'retained' WHERE number = 3")


def test_it_says_that_the_journal_holds_together_and_how_far_it_is(
    tmp_path: Path, head: Head, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "verify") == 0
    assert capsys.readouterr().out == f"5 steps hold together; the newest is {head}\n"
    assert run(tmp_path, "head") == 0
    assert capsys.readouterr().out == f"{head}\n"


def test_it_holds_the_journal_against_what_central_knows(
    tmp_path: Path, head: Head, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "verify", "--told", str(head)) == 0
    assert run(tmp_path, "verify", "--told", f"5:sha256:{'0' * 64}") == 1
    assert "BROKEN: replaced at step 5" in capsys.readouterr().out
    assert run(tmp_path, "verify", "--told", f"6:sha256:{'0' * 64}") == 1
    assert "BROKEN: cut at step 6" in capsys.readouterr().out


def test_it_forgets_what_is_older_than_the_site_keeps(
    tmp_path: Path, head: Head, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "purge", "--even-so") == 0
    assert capsys.readouterr().out == "2 steps forgotten\n"
    assert run(tmp_path, "purge", "--even-so", "--keep-days", "95") == 0
    assert capsys.readouterr().out == "1 steps forgotten\n"
    assert run(tmp_path, "verify") == 0
    assert capsys.readouterr().out.startswith("4 steps hold together behind step 3;")


@pytest.mark.parametrize("wrong_by", [timedelta(0), timedelta(days=200), timedelta(days=-200)])
def test_it_forgets_nothing_by_a_clock_that_central_does_not_confirm(
    place: Path, wrong_by: timedelta, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine's own clock is not for a test to set, so central's is."""
    HAND.now = SystemClock().now() - wrong_by
    status = main(["journal", "--config", str(place), "purge"])
    printed = capsys.readouterr()
    if wrong_by:
        assert (status, printed.out) == (1, "")
        assert printed.err.startswith("nothing was forgotten: this machine says that it is 20")
        ((days, which),) = re.findall(r"is ([0-9]+) d .*(ahead|behind)", printed.err)
        assert int(days) in (199, 200)  # the machine's clock went on meanwhile
        assert which == ("ahead" if wrong_by > timedelta() else "behind")
        assert len(printed.err.splitlines()) == 1
    else:
        assert (status, printed.out, printed.err) == (0, "2 steps forgotten\n", "")


def test_it_forgets_nothing_while_central_is_silent_unless_somebody_vouches_for_the_clock(
    tmp_path: Path, head: Head, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "purge") == 1
    printed = capsys.readouterr()
    assert (printed.out, len(printed.err.splitlines())) == ("", 1)
    assert printed.err.endswith("say --even-so\n")
    assert run(tmp_path, "purge", "--even-so") == 0


def test_a_broken_journal_is_not_purged_and_is_believed_again_after_it_was_accepted(
    tmp_path: Path, head: Head, capsys: pytest.CaptureFixture[str]
) -> None:
    tamper(tmp_path)
    assert run(tmp_path, "verify") == 1
    assert "BROKEN: changed at step 3" in capsys.readouterr().out
    assert run(tmp_path, "purge", "--even-so") == 1
    assert capsys.readouterr().err == "nothing was purged: the journal is changed at step 3\n"
    assert run(tmp_path, "accept") == 0
    assert run(tmp_path, "accept") == 1
    assert "nothing to accept" in capsys.readouterr().err
    assert len(list((tmp_path / "state").glob("journal-broken-*.db"))) == 1


def test_where_there_is_no_journal_none_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "verify") == 2
    assert capsys.readouterr().err.endswith("there is no journal\n")
    assert not (tmp_path / "state").exists()


def test_a_file_that_is_no_journal_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "journal.db").write_bytes(b"\xff" * 8192)
    assert run(tmp_path, "accept") == 2
    assert capsys.readouterr().err.endswith("file is not a database\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_users_journal_is_left_alone(tmp_path: Path, head: Head, capsys: pytest.CaptureFixture[str]) -> None:
    os.chown(tmp_path / "state" / "journal.db", 65534, 65534)
    assert run(tmp_path, "verify") == 2
    assert "belongs to user nobody; run this as that user" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [("verify", "--told", "5"), ("verify", "--told", "5:md5:00"), ("purge", "--keep-days", "7"), ("burn",)]
)
def test_words_that_mean_nothing_are_refused(tmp_path: Path, head: Head, words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(tmp_path, *words)
    assert caught.value.code == 2


def test_a_configuration_with_mistakes_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = GOOD + '\n[journal]\nhash = "md5"\n'
    assert main(["journal", "--config", str(written(tmp_path, text)), "head"]) == 2
    assert "journal.hash" in capsys.readouterr().err
