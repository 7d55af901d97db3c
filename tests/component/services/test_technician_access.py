"""Who is let into service mode: number, one-time code and PIN together, seldom, and each code once."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from kiosk.config.service_mode import Credentials
from kiosk.domain.personal import Personal
from kiosk.domain.technician import Role, Technician
from kiosk.services.technician_access import TechnicianAccess, hashed, is_of, unlock_code
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from tests.fakes.hand_clock import HandClock

SECRET = bytes(range(20))
PIN, OTHER_PIN = "271828", "314159"
ENGINEER = Technician("17", "某工", Role.ENGINEER)
AUDITOR = Technician("42", "某审", Role.AUDITOR)
CHEAP_KIB = 32  # quick, for the tests
TECHNICIANS = {
    "17": Credentials(ENGINEER, hashed(PIN, CHEAP_KIB), SECRET),
    "42": Credentials(AUDITOR, hashed(OTHER_PIN, CHEAP_KIB), SECRET[::-1]),
}
KEY = bytes(32)
KIOSK = "一号机"
ADMITTED = on.TechnicianAdmitted(ENGINEER)
REFUSED = on.TechnicianNotAdmitted(0.0)
Try = Callable[..., on.Event]


class WallClock(HandClock):
    """Its time of day is set by hand; what passes, passes."""

    def __init__(self) -> None:
        super().__init__()
        self.off = timedelta()

    def now(self) -> datetime:
        return super().now() + self.off


@pytest.fixture
def clock() -> WallClock:
    return WallClock()


def code_at(moment: datetime, secret: bytes = SECRET) -> str:
    """What the authenticator shows then (RFC 6238)."""
    totp = TOTP(secret, 6, SHA1(), 30, enforce_key_length=False)
    return totp.generate(int(moment.timestamp())).decode()


def access_at(directory: Path, clock: HandClock, key: bytes | None = KEY) -> TechnicianAccess:
    """A service as a restart would find it."""
    return TechnicianAccess(TECHNICIANS, key, KIOSK, directory, clock)


def tries_at(directory: Path, clock: HandClock) -> Try:
    access = access_at(directory, clock)

    def attempt(code: str | None = None, pin: str = PIN, number: str = "17") -> on.Event:
        typed = code_at(clock.now()) if code is None else code
        told: list[on.Event] = []
        access.handlers[do.CheckTechnician](do.CheckTechnician(number, Personal(typed), Personal(pin)), told.append)
        assert len(told) == 1
        return told[0]

    return attempt


def unlocked_by(code: str, directory: Path, clock: HandClock, key: bytes | None = KEY) -> on.Event:
    told: list[on.Event] = []
    access = access_at(directory, clock, key)
    access.handlers[do.CheckUnlockCode](do.CheckUnlockCode(Personal(code)), told.append)
    return told[0]


def waits_s(event: on.Event) -> float:
    assert isinstance(event, on.TechnicianNotAdmitted)
    return event.wait_s


def test_the_one_time_code_is_that_of_the_standard() -> None:
    """RFC 6238, appendix B, in six of its eight digits."""
    assert code_at(datetime.fromtimestamp(59).astimezone(), b"12345678901234567890") == "287082"


@pytest.mark.parametrize(
    ("number", "pin", "off_s"),
    [("17", OTHER_PIN, 0), ("42", PIN, 0), ("99", PIN, 0), ("17", "", 0), ("17", PIN, 90), ("17", PIN, -90)],
    ids=["PIN", "number", "nobody", "no PIN", "code to come", "old code"],
)
def test_all_three_belong_together(number: str, pin: str, off_s: int, tmp_path: Path, clock: WallClock) -> None:
    attempt = tries_at(tmp_path, clock)
    assert attempt(code_at(clock.now() + timedelta(seconds=off_s)), pin, number) == REFUSED
    assert attempt() == ADMITTED


@pytest.mark.parametrize("off_s", [-30, 30])
def test_a_clock_that_is_half_a_minute_off_lets_in(off_s: int, tmp_path: Path, clock: WallClock) -> None:
    assert tries_at(tmp_path, clock)(code_at(clock.now() + timedelta(seconds=off_s))) == ADMITTED


def test_a_code_counts_once_whatever_is_done_to_the_clock_or_the_program(tmp_path: Path, clock: WallClock) -> None:
    code = code_at(clock.now())
    assert tries_at(tmp_path, clock)(code) == ADMITTED
    assert tries_at(tmp_path, clock)(code) == REFUSED
    clock.off = timedelta(seconds=-30)  # an older code would count by the clock
    assert tries_at(tmp_path, clock)(code_at(clock.now())) == REFUSED
    clock.off = timedelta()
    clock.pass_time(60)
    assert tries_at(tmp_path, clock)(code) == REFUSED
    assert tries_at(tmp_path, clock)() == ADMITTED


def test_a_used_code_of_one_is_none_of_another(tmp_path: Path, clock: WallClock) -> None:
    assert tries_at(tmp_path, clock)() == ADMITTED
    other = code_at(clock.now(), SECRET[::-1])
    assert tries_at(tmp_path, clock)(other, OTHER_PIN, "42") == on.TechnicianAdmitted(AUDITOR)


def test_waits_double_and_after_fifteen_only_an_unlocking_helps(tmp_path: Path, clock: WallClock) -> None:
    waits = []
    for _ in range(15):
        refused = tries_at(tmp_path, clock)("000000", OTHER_PIN)  # each after a restart
        waits.append(waits_s(refused))
        clock.pass_time(min(waits[-1], 10**6) + 1)
    assert waits == [0.0] * 4 + [30.0 * 2**more for more in range(10)] + [math.inf]
    clock.pass_time(10**7)
    assert waits_s(tries_at(tmp_path, clock)()) == math.inf
    assert unlocked_by("00000000", tmp_path, clock) == on.UnlockRefused()
    code = unlock_code(KEY, KIOSK, clock.now().date())
    assert unlocked_by(code, tmp_path, clock, key=None) == on.UnlockRefused()
    assert unlocked_by(code, tmp_path, clock) == on.Unlocked()
    assert tries_at(tmp_path, clock)() == ADMITTED


def test_the_right_ones_count_for_nothing_while_it_waits(tmp_path: Path, clock: WallClock) -> None:
    attempt = tries_at(tmp_path, clock)
    for _ in range(5):
        attempt("000000")
    clock.pass_time(10)
    assert 0 < waits_s(attempt()) < 30.0
    clock.pass_time(25)
    assert attempt() == ADMITTED
    assert attempt("000000") == REFUSED  # and counted from the beginning


def test_an_unlock_code_is_of_one_kiosk_and_one_day_and_counts_once(tmp_path: Path, clock: WallClock) -> None:
    today = clock.now().date()
    for other in (unlock_code(KEY, "二号机", today), unlock_code(KEY, KIOSK, today + timedelta(days=1)), "", "1" * 9):
        assert unlocked_by(other, tmp_path, clock) == on.UnlockRefused()
    code = unlock_code(KEY, KIOSK, today)
    assert unlocked_by(code, tmp_path, clock) == on.Unlocked()
    assert unlocked_by(code, tmp_path, clock) == on.UnlockRefused()


def test_unlock_codes_cannot_be_tried_through(tmp_path: Path, clock: WallClock) -> None:
    for _ in range(5):
        unlocked_by("00000000", tmp_path, clock)
    assert unlocked_by(unlock_code(KEY, KIOSK, clock.now().date()), tmp_path, clock) == on.UnlockRefused()


SPOILT = pytest.mark.parametrize("content", [b"", b"[]", b'{"17": "x"}', b"\xff", b"[" * 5000])


@SPOILT
def test_spoilt_tries_lock_for_half_a_minute(content: bytes, tmp_path: Path, clock: WallClock) -> None:
    (tmp_path / "technician_tries.json").write_bytes(content)
    assert waits_s(tries_at(tmp_path, clock)()) == 30.0
    clock.pass_time(31)
    assert tries_at(tmp_path, clock)() == ADMITTED


@SPOILT
def test_where_the_used_codes_are_spoilt_the_next_code_lets_in(
    content: bytes, tmp_path: Path, clock: WallClock
) -> None:
    (tmp_path / "technician_codes.json").write_bytes(content)
    code = code_at(clock.now())
    assert tries_at(tmp_path, clock)(code) == REFUSED
    assert tries_at(tmp_path, clock)(code) == REFUSED
    clock.pass_time(30)
    assert tries_at(tmp_path, clock)() == ADMITTED


def test_tries_that_cannot_be_counted_are_not_given(tmp_path: Path, clock: WallClock) -> None:
    assert tries_at(tmp_path / "gone", clock)() == on.SignInUnanswered()
    assert unlocked_by("00000000", tmp_path / "gone", clock) == on.SignInUnanswered()


def test_used_codes_that_cannot_be_kept_are_not_taken(tmp_path: Path, clock: WallClock) -> None:
    (tmp_path / "technician_codes.json").mkdir()
    assert tries_at(tmp_path, clock)() == on.SignInUnanswered()


def test_what_is_written_down_tells_no_code_and_no_pin(tmp_path: Path, clock: WallClock) -> None:
    code = code_at(clock.now())
    assert tries_at(tmp_path, clock)(code) == ADMITTED
    written = "".join(path.read_text("utf-8") for path in tmp_path.iterdir())
    assert code not in written
    assert PIN not in written
    assert set(json.loads((tmp_path / "technician_codes.json").read_bytes())) == {"17"}


def test_of_a_pin_only_its_hash_is_kept() -> None:
    kept = hashed(PIN, CHEAP_KIB)
    assert kept != hashed(PIN, CHEAP_KIB)  # salted
    assert is_of(PIN, kept)
    assert not is_of(OTHER_PIN, kept)
    assert PIN not in kept
