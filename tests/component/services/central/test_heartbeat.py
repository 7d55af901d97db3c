"""The heartbeat, at central over HTTPS: what it tells, what central says of the journal; and silence harms nobody."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from cryptography import x509

from kiosk.central.client import CallTimes, CentralClient
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.endorsement import Custody
from kiosk.domain.faults import COUPLER_LINK, JOURNAL_BROKEN, PAPER_OUT
from kiosk.journal.chain import Break, BreakKind
from kiosk.journal.journal import Journal, OutboundMessage, StepRecord
from kiosk.journal.retention import accept
from kiosk.reference_central.server import ReferenceCentral
from kiosk.runtime.clock_watch import WatchedClock
from kiosk.services.central.certificate_watch import CertificateWatch
from kiosk.services.central.heartbeat import EVERY_S, HeartbeatService, Watched
from kiosk.services.device_health import DeviceHealth
from kiosk.services.journal_guard import JournalGuard
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from tests.fakes.set_clock import SetClock
from tests.lobby.central_rig import MovableClock, client_of, settings
from tests.unit.workflow import machine_samples as samples


class Clock:
    """Central's clock, as the kiosk looks at it."""

    def __init__(self, hand: MovableClock) -> None:
        self._hand = hand

    def now(self) -> datetime:
        return self._hand()

    def monotonic(self) -> float:
        return self._hand().timestamp()


@dataclass
class Site:
    """A journal, a machine's state that is set by hand, and the heartbeat that tells central of them."""

    directory: Path
    central: ReferenceCentral
    hand: MovableClock
    path: Path
    client: CentralClient
    state: s.State = field(default_factory=lambda: s.Idle("zh-Hans"))
    health: DeviceHealth = field(default_factory=DeviceHealth)
    beats: int = 1
    pauses: list[float] = field(default_factory=list)
    own_ends_at: datetime | None = None
    central_ends_at: datetime | None = None
    authority_ends_at: datetime | None = None

    def opens(self, wrong_by: timedelta = timedelta()) -> None:
        self.journal = Journal(self.path, self.hand)
        self.guard = JournalGuard(self.journal)
        self.watched = Watched(
            lambda: self.state,
            self.journal,
            self.guard,
            self.health,
            {"kiosk": "0.1.0"},
            timedelta(days=180),
            self.client.unknown,
            lambda _: (2027,),
            CertificateWatch(
                {
                    "kiosk": lambda: self.own_ends_at,
                    "central": lambda: self.central_ends_at,
                    "authority": lambda: self.authority_ends_at,
                },
                lambda: self.hand().timestamp(),
            ),
        )
        self.own = SetClock(Clock(self.hand), wrong_by)
        self.clock = WatchedClock(self.own, timedelta(seconds=60))
        self.service = HeartbeatService(self.client, self.watched, self.clock, self._pause, lambda: 0.5)

    def _pause(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        self.hand.pass_time(timedelta(seconds=seconds))
        return len(self.pauses) >= self.beats

    def writes(
        self,
        steps: int = 1,
        after: str = "Idle",
        *messages: OutboundMessage,
        facts: dict[str, str | int | bool] | None = None,
    ) -> None:
        for _ in range(steps):
            self.journal.append(
                StepRecord(self.hand(), uuid4(), "Idle", "PersonChose", after, "inside", (), None, facts or {}),
                messages,
            )

    def is_tampered_with(self, *commands: str) -> None:
        with closing(sqlite3.connect(self.path)) as db, db:
            for command in commands:
                db.execute(command)

    def at_central(self) -> dict[str, object]:
        (line,) = self.central.standing()
        return line


HAND = MovableClock()


@pytest.fixture(scope="module")
def central(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ReferenceCentral, Path]]:
    directory = tmp_path_factory.mktemp("central")
    with ReferenceCentral(settings(directory, HAND)) as running:
        yield running, directory


@pytest.fixture
def site(central: tuple[ReferenceCentral, Path], tmp_path: Path) -> Iterator[Site]:
    running, directory = central
    HAND.pass_time(timedelta(minutes=1))
    with client_of(running, directory, times=CallTimes(5.0, 5.0, 5.0)) as client:
        made = Site(directory, running, HAND, tmp_path / "journal.db", client)
        made.own_ends_at = HAND() + timedelta(days=200, hours=1)
        made.opens()
        yield made
        made.journal.close()
    running.accept_journal("kiosk-1")
    running.clear_faults()


def test_central_is_told_of_machine_devices_queue_journal_and_versions(site: Site) -> None:
    site.writes(3)
    site.writes(1, "Idle", OutboundMessage("completion", "key", UUID(int=1), "{}"))
    site.hand.pass_time(timedelta(minutes=10))
    site.health.observe(on.DevicesReady())
    site.health.observe(on.ReceiptNotPrinted(PAPER_OUT))
    site.service.begin()
    told = site.at_central()
    head = site.journal.head()
    assert (told["state"], told["custody"], told["fault"]) == ("Idle", "with_holder", None)
    assert told["devices"] == {
        "id_reader": "ok",
        "permit_unit": "ok",
        "permit_chip": "ok",
        "receipt_printer": "4301",
        "certificates": "ok",
        "clock": "ok",
    }
    assert told["versions"] == {"kiosk": "0.1.0"}
    assert told["queue"] == {"length": 1, "oldest_s": 900}
    assert told["journal"] == {"number": 4, "algorithm": "sha256", "head": head.hash}
    assert told["counters"] == {
        "permits_taken_in": 0,
        "grants_received": 0,
        "endorsements_refused": 0,
        "applications_received": 0,
        "faces_rewritten": 0,
        "permits_taken": 0,
        "permits_retained": 0,
        "receipts_printed": 0,
        "faults": 1,
        "unknown_fields": 0,
        "unknown_values": 0,
        "clock_jumps": 0,
        "holiday_years_missing": 1,
        "log_lines_dropped": 0,
        "certificate_days_kiosk": 200,
    }


def clock_state(site: Site) -> object:
    devices = site.at_central()["devices"]
    assert isinstance(devices, dict)
    return devices["clock"]


def test_central_shows_until_when_its_certificate_is_valid(site: Site) -> None:
    assert site.client.certificate_ends_at is None
    site.service.beat()
    (shown, *_) = x509.load_pem_x509_certificates((site.directory / "central.pem").read_bytes())
    assert site.client.certificate_ends_at == shown.not_valid_after_utc


def test_central_hears_for_how_many_days_the_certificates_of_both_are_valid(site: Site) -> None:
    site.central_ends_at = site.hand() + timedelta(days=100, hours=1)
    site.authority_ends_at = site.hand() + timedelta(days=900, hours=1)
    site.service.beat()
    counters, devices = site.at_central()["counters"], site.at_central()["devices"]
    assert isinstance(counters, dict)
    assert isinstance(devices, dict)
    assert [counters[f"certificate_days_{whose}"] for whose in ("kiosk", "central", "authority")] == [200, 100, 900]
    assert devices["certificates"] == "ok"


def test_a_certificate_that_ends_soon_is_said_once_a_day_and_told_until_it_is_renewed(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kiosk")
    site.own_ends_at = site.hand() + timedelta(days=30)
    site.hand.pass_time(timedelta(hours=1))
    site.service.beat()
    site.hand.pass_time(timedelta(hours=1))
    site.service.beat()
    devices = site.at_central()["devices"]
    assert isinstance(devices, dict)
    assert devices["certificates"] == "5501"
    site.own_ends_at = site.hand() + timedelta(days=300)
    site.hand.pass_time(timedelta(days=1))
    site.service.beat()
    assert [line for line in caplog.messages if "certificate" in line] == [
        'certificate_ends {"whose": "kiosk", "days": 29}',
        'device_state {"device": "certificates", "before": "ok", "now": "5501"}',
        'device_state {"device": "certificates", "before": "5501", "now": "ok"}',
    ]


def test_a_certificate_that_has_ended_has_no_days_left_and_is_said_every_day(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.central_ends_at = site.hand() - timedelta(days=3)
    for _ in range(3):
        site.service.beat()
        site.hand.pass_time(timedelta(days=1, hours=1))
    assert site.health.states()["certificates"] == "5501"
    assert [line for line in caplog.messages if line.startswith("certificate_ends")] == [
        'certificate_ends {"whose": "central", "days": 0}'
    ] * 3


def test_an_authority_that_ends_soon_is_said_too(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.authority_ends_at = site.hand() + timedelta(days=12, hours=1)
    site.service.beat()
    assert site.health.states()["certificates"] == "5501"
    assert 'certificate_ends {"whose": "authority", "days": 12}' in caplog.messages


def test_a_central_that_is_not_reached_is_a_change_of_state_down_and_up(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kiosk")
    site.service.beat()
    site.central.set_fault("refuse_connection", calls=3)
    site.service.beat()
    site.service.beat()
    assert site.health.states()["central"] == "5101"
    site.central.clear_faults()
    site.service.beat()
    assert [line for line in caplog.messages if line.startswith("device_state") and '"central"' in line] == [
        'device_state {"device": "central", "before": "ok", "now": "5101"}',
        'device_state {"device": "central", "before": "5101", "now": "ok"}',
    ]


def test_a_kiosk_that_is_out_of_service_says_why_and_where_the_permit_is(site: Site) -> None:
    site.state = s.OutOfService(COUPLER_LINK, Custody.INSIDE)
    site.service.begin()
    told = site.at_central()
    assert (told["state"], told["custody"], told["fault"]) == ("OutOfService", "inside", "3101")


def test_holidays_that_are_missing_are_in_the_log_once_a_day_from_november_on(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.beats = 300  # of five minutes each: a day and an hour, which reach into a third day if they begin late
    began = site.hand()
    site.service.begin()
    last_beat = site.hand() - timedelta(seconds=site.pauses[-1])  # the clock goes on by itself, too
    days = (last_beat.astimezone(SHANGHAI).date() - began.astimezone(SHANGHAI).date()).days + 1
    # A kiosk of another test in this process may still say its last word, on a thread of its own.
    said = [record.getMessage() for record in caplog.records if record.thread == threading.get_ident()]
    told = [line for line in said if line.startswith("holidays_missing")]
    assert told == ['holidays_missing {"year": 2027}'] * days


def test_it_beats_every_five_minutes_within_a_tenth(site: Site) -> None:
    site.beats = 3
    site.service.begin()
    assert site.pauses == [EVERY_S] * 3


@pytest.mark.parametrize("fault", ["refuse_connection", "garbage_json", "http_500", "wrong_type"])
def test_a_central_that_does_not_take_it_is_told_the_next_time(
    site: Site, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    site.beats = 2
    site.central.set_fault(fault, calls=1)
    site.service.begin()
    assert [line for line in caplog.messages if line.startswith("central_trouble")] != []
    assert site.at_central()["state"] == "Idle"
    assert site.guard.fault is None


def test_an_answer_that_was_lost_makes_no_break(site: Site) -> None:
    site.beats = 2
    site.writes(5)
    site.central.set_fault("drop_connection_after_commit", calls=1)
    site.service.begin()
    site.writes(5)
    site.service.beat()
    assert site.guard.fault is None


def test_a_queue_older_than_a_day_is_in_the_log_at_every_heartbeat(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.writes(1, "Idle", OutboundMessage("completion", "key", UUID(int=1), "{}"))
    site.service.beat()
    assert "fault_stands" not in caplog.text
    site.hand.pass_time(timedelta(hours=25))
    site.service.beat()
    assert 'fault_stands {"fault": "5102", "since_s": 90000}' in caplog.text


# -- the journal --------------------------------------------------------------------------------------------------


def test_a_journal_that_was_edited_is_found_at_the_start(site: Site) -> None:
    site.writes(5)
    site.is_tampered_with("UPDATE step SET custody = 'with_holder' WHERE number = 3")
    site.service.begin()
    assert site.guard.fault == JOURNAL_BROKEN


def test_a_tail_that_was_cut_without_a_trace_is_found_by_what_central_knows_and_stays_found(site: Site) -> None:
    site.writes(9)
    site.service.begin()
    site.journal.close()
    site.is_tampered_with("DELETE FROM step WHERE number > 6", "UPDATE sqlite_sequence SET seq = 6 WHERE name = 'step'")
    site.opens()
    site.guard.verify()
    looks_whole = site.guard.fault is None  # by itself
    assert looks_whole
    site.service.beat()
    assert site.guard.fault == JOURNAL_BROKEN
    site.central.accept_journal("kiosk-1")
    site.journal.close()
    site.opens()
    site.guard.verify()
    assert site.guard.fault == JOURNAL_BROKEN  # the chain itself says so now
    assert site.journal.verify().broken == Break(BreakKind.CUT, 9)


def test_it_is_believed_again_when_central_and_a_technician_accepted_it(site: Site) -> None:
    site.writes(9)
    site.service.beat()
    site.journal.close()
    site.path.unlink()
    site.opens()
    site.service.beat()
    broken = site.journal.verify().broken
    assert broken == Break(BreakKind.CUT, 9)
    site.central.accept_journal("kiosk-1")
    accept(site.journal, broken, site.path.with_name("copy.db"))
    site.writes(20)
    site.beats = 3
    site.service.begin()
    assert site.guard.fault is None
    assert site.journal.verify().broken is None


def test_a_difference_is_noted_once_however_often_central_says_so(site: Site) -> None:
    site.writes(9)
    site.service.beat()
    site.journal.close()
    site.path.unlink()
    site.opens()
    for _ in range(3):
        site.service.beat()
    with closing(sqlite3.connect(site.path)) as db:
        assert db.execute("SELECT event FROM step").fetchall() == [("JournalFoundBroken",)]


def test_what_is_too_old_is_forgotten_once_a_day_and_only_while_nobody_is_served(site: Site) -> None:
    site.writes(5)
    site.hand.pass_time(timedelta(days=181))
    site.writes(1)
    site.state = s.ShowingNotice(samples.VISIT)
    site.service.begin()
    assert site.journal.verify().anchor == 0
    site.state = s.Idle("zh-Hans")
    site.service.begin()
    assert site.journal.verify().anchor == 5
    site.hand.pass_time(timedelta(hours=12))
    site.writes(1)
    site.service.begin()
    assert site.journal.verify().anchor == 5
    assert site.guard.fault is None


@pytest.mark.parametrize("wrong_by", [timedelta(days=200), timedelta(days=600), timedelta(days=-200)])
@pytest.mark.parametrize("when", ["from the start", "while it runs"])
def test_nothing_is_forgotten_on_the_word_of_a_clock_that_nobody_confirmed(
    site: Site, wrong_by: timedelta, when: str
) -> None:
    """Central is silent; the clock is wrong. What lies in the bin, and every step, is still there."""
    site.writes(31)
    site.writes(1, "Explaining", facts={"in_bin": True})
    site.writes(4)
    in_bin = site.journal.permits_in_bin()
    if when == "while it runs":
        site.service.beat()
        assert site.clock.is_confirmed
    else:
        site.opens(wrong_by)
    site.own.wrong_by = wrong_by
    site.beats = 4
    site.central.set_fault("refuse_connection", calls=100)
    site.service.begin()
    assert site.journal.verify().anchor == 0
    site.central.clear_faults()
    site.service.begin()  # central says that it is another day
    site.hand.pass_time(timedelta(seconds=1))
    site.service.beat()  # and hears that the kiosk knows
    assert site.journal.verify().anchor == 0
    assert site.journal.permits_in_bin() == in_bin
    assert site.journal.verify().verified == 36
    assert clock_state(site) == "6501"
    site.hand.pass_time(timedelta(seconds=1))
    site.own.wrong_by = timedelta()
    site.service.beat()
    assert clock_state(site) == "ok"


def test_a_clock_set_back_puts_off_no_purge(site: Site) -> None:
    """Once a day is by the time that passed."""
    site.service.begin()
    site.writes(5)
    site.hand.pass_time(timedelta(days=181))
    site.writes(1)
    site.own.wrong_by = timedelta(days=-100)
    site.service.beat()
    site.own.wrong_by = timedelta()
    site.service.begin()
    assert site.journal.verify().anchor == 5


def test_jumps_of_the_clock_are_counted_and_told(site: Site) -> None:
    for hours in (5, 0, 5):
        site.hand.pass_time(timedelta(seconds=1))
        site.own.wrong_by = timedelta(hours=hours)
        site.service.beat()
    counters = site.at_central()["counters"]
    assert isinstance(counters, dict)
    assert counters["clock_jumps"] == 3


def test_a_message_stamped_by_a_clock_that_was_ahead_is_missed_after_a_day(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.hand.pass_time(timedelta(days=600))
    site.writes(1, "Idle", OutboundMessage("completion", "key", UUID(int=1), "{}"))
    site.hand.pass_time(timedelta(days=-600))
    site.opens()
    site.service.beat()
    site.hand.pass_time(timedelta(hours=25))
    site.service.beat()
    assert 'fault_stands {"fault": "5102", "since_s": 90000}' in caplog.text


def test_a_disk_that_fails_under_the_heartbeat_ends_no_worker(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.journal.close()
    site.service.begin()
    assert [line for line in caplog.messages if line.startswith("journal_failed")] != []
    assert site.pauses == [EVERY_S]


def test_nothing_is_logged_but_names_and_numbers(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.writes(1)
    with caplog.at_level(logging.INFO, "kiosk"):
        site.service.begin()
    assert [line.split()[0] for line in caplog.messages] == ["journal_verified", "holidays_missing"]


# -- how the devices are ----------------------------------------------------------------------------------------------


def test_a_device_is_as_it_was_when_it_was_asked_last() -> None:
    health = DeviceHealth()
    assert health.states() == {}
    health.observe(on.DeviceFailed(COUPLER_LINK))
    assert health.states() == {"permit_chip": "3101"}
    health.observe(on.PermitRead(samples.PERMIT))
    assert health.states() == {"permit_chip": "ok"}
    health.observe(on.ReceiptNotPrinted(PAPER_OUT))
    health.observe(on.ReceiptPrinted())
    assert health.states() == {"permit_chip": "ok", "receipt_printer": "ok"}
    assert health.counts()["faults"] == 2
    assert health.counts()["receipts_printed"] == 1


def test_a_fault_of_central_or_of_the_program_is_no_devices() -> None:
    health = DeviceHealth()
    health.observe(on.DeviceFailed(JOURNAL_BROKEN))
    assert health.states() == {}
    assert health.counts()["faults"] == 1
