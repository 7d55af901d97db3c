"""The short form of `python -m tests.torture central`, and that it would see lost records."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from kiosk.reference_central.tables import KioskSequence, Permit
from tests.lobby.postgres import PostgresServer
from tests.torture import central as torture
from tests.torture.central.killing import run_killing, wrong_afterwards


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_instances_that_are_killed_lose_nothing_and_do_nothing_twice() -> None:
    database = "SQLite" if PostgresServer.why_not() else "PostgreSQL"
    with torture.central_on(database) as central:
        survived = run_killing(central, torture.KIOSKS[:2], kills=2, seed=3)
        assert survived.wrong == ()
        assert survived.kills == 2
        assert survived.calls >= 5 * survived.visits > 0
        with central.database.writing() as session:
            session.execute(update(Permit).values(face_pending=True))
            session.execute(
                update(KioskSequence)
                .where(KioskSequence.sequence == 2, KioskSequence.kiosk_id == "kiosk-0")
                .values(sequence=10**6)
            )
        assert len(wrong_afterwards(central, survived.visitors[0])) == 1 + len(survived.visitors[0].written)


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_speed_is_measured_beside_the_bare_endpoint_with_every_answer_looked_at() -> None:
    with torture.central_on("SQLite") as central:
        speed = torture.measure(central, processes=1, rounds=1, requests=32)
    assert speed.wrong == ()
    assert speed.ratio == pytest.approx(speed.central / speed.bare)
