"""A kiosk that was updated between two starts understands the visit that was open."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from drivers.simulators.permit import PermitLocation
from kiosk.domain.endorsement import Custody
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness
from tests.lobby.visitor import LIN

# How a cut of the power ends the machine's thread.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception in thread machine:pytest.PytestUnhandledThreadExceptionWarning"
)

EARLIER = sorted((Path(__file__).parents[1] / "data/journals").glob("version-*.sql"))


def is_of_version(version: Path, path: Path) -> None:
    """Rewrite the journal in the layout of an earlier program, with the rows that it has; it ends as the power goes."""
    whole = path.rename(path.with_name("whole.db"))
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(version.read_text("utf-8"))
        db.execute("ATTACH ? AS whole", (str(whole),))
        with db:
            for table in ("step", "message"):
                columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
                db.execute(f"DELETE FROM {table}")
                db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM whole.{table}")
            db.execute(
                "UPDATE main.sqlite_sequence SET seq ="
                " (SELECT seq FROM whole.sqlite_sequence AS other WHERE other.name = sqlite_sequence.name)"
            )
    whole.unlink()


@pytest.mark.parametrize("version", EARLIER, ids=lambda file: file.stem)
def test_a_visit_that_an_earlier_program_left_open_is_brought_to_its_end(version: Path, place: KioskHarness) -> None:
    place.cut_power_at(s.RewritingFace)
    place.plays(LIN.through(s.Confirming))
    place.loses_power()
    asked = place.endorsement_id
    is_of_version(version, place.config.state_dir / "journal.db")
    place.clock.jump(60.0)
    place.start_kiosk()
    place.asks_for_permit()
    assert isinstance(place.sees(s.AwaitingRemoval).ending, s.Interrupted)
    place.takes_permit()
    assert place.sees(s.ShowingOutcome).custody is Custody.WITH_HOLDER
    place.chooses(Intent.FINISH)
    place.sees(s.Idle)
    assert place.where_is(LIN.permit) is PermitLocation.HAND
    assert place.central_state(asked) == "written"
    assert place.face_shows_chip(LIN.permit) is True
    assert place.updates() == 1
    assert place.running.journal.verify().broken is None
