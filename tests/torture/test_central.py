"""The short form of `python -m tests.torture central`, and what its parts say when something is wrong."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from kiosk.central.reference.tables import KioskSequence, Permit
from tests.torture import central as torture
from tests.torture.central.killing import run_killing, wrong_afterwards
from tests.torture.central.load import lay_on, request_bytes


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_instances_that_are_killed_lose_nothing_and_do_nothing_twice(database: str) -> None:
    if database == "PostgreSQL" and (why_not := torture.PostgresServer.why_not()) is not None:
        pytest.skip(f"no PostgreSQL: {why_not}")
    with torture.central_on(database) as central:
        survived = run_killing(central, torture.KIOSKS[:2], kills=2, seed=3)
        assert survived.wrong == ()
        assert survived.kills == 2
        assert survived.calls >= 5 * survived.visits > 0
        with central.database.writing() as session:
            session.execute(update(Permit).values(face_pending=True))
            session.execute(
                update(KioskSequence).where(KioskSequence.sequence == 2, KioskSequence.kiosk_id == "kiosk-0").values(
                    sequence=10**6)
            )
        # What would have been seen if records had been lost:
        assert len(wrong_afterwards(central, survived.visitors[0])) == 1 + len(survived.visitors[0].written)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_speed_is_measured_beside_the_bare_endpoint_with_every_answer_looked_at() -> None:
    with torture.central_on("SQLite") as central:
        speed = torture.measure(central, processes=1, rounds=1, requests=32)
        assert speed.wrong == ()
        assert speed.ratio == pytest.approx(speed.central / speed.bare)
        with central.instance() as instance:
            nonsense = request_bytes("/v1/endorsements", b"{}", "a-key-of-nobody", 1)
            load = lay_on([instance.url], central.directory, torture.KIOSKS[:1], [nonsense], b'"granted"')
    assert [answer.splitlines()[0] for answer in load.wrong] == ["HTTP/1.1 422 Unprocessable Entity"]
