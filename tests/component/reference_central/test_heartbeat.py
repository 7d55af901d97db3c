"""What a kiosk says of itself every few minutes, over HTTPS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from kiosk.central import contract
from kiosk.central.client import CentralClient, CentralRefusedCall
from kiosk.reference_central.server import ReferenceCentral
from tests.lobby.central_rig import MovableClock, client_of, settings


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("central")


@pytest.fixture(scope="module")
def central(directory: Path, clock: MovableClock, database_url: str) -> Iterator[ReferenceCentral]:
    with ReferenceCentral(settings(directory, clock, database=database_url)) as central:
        yield central


@pytest.fixture
def client(central: ReferenceCentral, directory: Path, clock: MovableClock) -> Iterator[CentralClient]:
    clock.pass_time(timedelta(hours=1))
    central.accept_journal("kiosk-1")
    with client_of(central, directory) as client:
        yield client


def head(number: int, digit: str = "a") -> contract.JournalHead:
    return contract.JournalHead(number=number, algorithm="sha256", head=digit * 64)


def heartbeat(clock: MovableClock, journal: contract.JournalHead, **changes: object) -> contract.HeartbeatRequest:
    values: dict[str, object] = {
        "sent_at": clock(),
        "state": "Idle",
        "custody": "with_holder",
        "journal": journal,
        "queue": contract.QueueState(length=0),
        "versions": {"kiosk": "1.4.0"},
        "counters": {"visits": 12},
        "devices": (contract.DeviceState(device="permit_unit", state="ok"),),
    }
    return contract.HeartbeatRequest.model_validate(values | changes)


def told(client: CentralClient, clock: MovableClock, journal: contract.JournalHead) -> contract.JournalHead | None:
    clock.pass_time(timedelta(minutes=5))
    return client.heartbeat(heartbeat(clock, journal), key=str(uuid4())).journal


def test_each_heartbeat_is_answered_with_the_head_that_the_one_before_told(
    client: CentralClient, clock: MovableClock
) -> None:
    assert [told(client, clock, head(number)) for number in (3, 3, 8, 9)] == [None, head(3), head(3), head(8)]


def test_the_same_heartbeat_sent_again_is_answered_as_before(client: CentralClient, clock: MovableClock) -> None:
    key, request = str(uuid4()), heartbeat(clock, head(4))
    first = client.heartbeat(request, key=key)
    clock.pass_time(timedelta(minutes=1))
    assert client.heartbeat(request, key=key) == first
    with pytest.raises(CentralRefusedCall, match="409 idempotency_conflict"):
        client.heartbeat(heartbeat(clock, head(5)), key=key)


@pytest.mark.parametrize("journal", [head(2), head(9, "b")], ids=["ends earlier", "another record"])
def test_a_journal_that_goes_back_is_noticed_until_somebody_accepts_it(
    central: ReferenceCentral, client: CentralClient, clock: MovableClock, journal: contract.JournalHead
) -> None:
    assert told(client, clock, head(9)) is None
    assert central.standing()[0]["alarms"] == []
    assert told(client, clock, journal) == head(9)
    assert told(client, clock, head(9)) == head(9)
    assert central.standing()[0]["alarms"] == ["journal"]
    central.accept_journal("kiosk-1")
    assert told(client, clock, journal) is None
    assert central.standing()[0]["alarms"] == []


def test_what_a_kiosk_said_last_is_listed_with_what_is_wrong(
    central: ReferenceCentral, client: CentralClient, clock: MovableClock
) -> None:
    waiting = contract.QueueState(length=7, oldest_at=clock() - timedelta(days=2))
    request = heartbeat(clock, head(1), state="OutOfService", custody="retained", fault="2301", queue=waiting)
    client.heartbeat(request, key=str(uuid4()))
    line = central.standing()[0]
    assert line["kiosk"] == "kiosk-1"
    assert (line["state"], line["custody"], line["fault"]) == ("OutOfService", "retained", "2301")
    assert line["queue"] == {"length": 7, "oldest_s": 2 * 86400}
    assert line["journal"] == {"number": 1, "algorithm": "sha256", "head": "a" * 64}
    assert line["alarms"] == ["out_of_service", "queue"]
    clock.pass_time(timedelta(minutes=16))
    assert central.standing()[0]["alarms"] == ["silent", "out_of_service", "queue"]


def test_a_heartbeat_uses_no_number_of_the_kiosks_calls(
    central: ReferenceCentral, client: CentralClient, clock: MovableClock
) -> None:
    told(client, clock, head(1))
    assert central.sequences("kiosk-1") == []


def test_old_heartbeats_go_but_the_newest_stays(
    central: ReferenceCentral, client: CentralClient, clock: MovableClock
) -> None:
    for number in (1, 2, 3):
        told(client, clock, head(number))
    clock.pass_time(timedelta(days=8))
    assert central.purge()["heartbeats"] >= 2
    assert central.standing()[0]["journal"]["number"] == 3
