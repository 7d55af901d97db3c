"""The attendant's code on disk and in the configuration: compared slowly, tried seldom, written nowhere."""

from __future__ import annotations

import io
import json
import logging
import os
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assets import ASSETS
from kiosk.__main__ import main
from kiosk.config.settings import ConfigError, load_config
from kiosk.domain.holder_check import CheckWay
from kiosk.domain.personal import Personal
from kiosk.journal.boot import BOOT_ID, Boot
from kiosk.services.holder_check import LOCKED_FOR_S, TRIES, AttendantService, hashed, is_of
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from tests.fakes.hand_clock import HandClock
from tests.lobby.production_site import GOOD, written

SECRET = "314159"
KEPT, OTHER = hashed(SECRET, cost=2**4), hashed("271828", cost=2**4)  # quick, for the tests
RIGHT, WRONG = f"17{SECRET}", "17271828"
CONFIRMED = on.AttendantConfirmed("17")
REFUSED, LOCKED = on.AttendantNotConfirmed(locked=False), on.AttendantNotConfirmed(locked=True)

Ask = Callable[[str], on.Event]
SetTo = Callable[[datetime, int], datetime]


class SetClock(HandClock):
    """Somebody sets its time of day; a second passes at each look."""

    def __init__(self) -> None:
        super().__init__()
        self.noon = self.wall = super().now()

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        self.pass_time(1.0)
        return super().monotonic()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def asks_at(directory: Path, clock: HandClock, boot_id: Path = BOOT_ID) -> Ask:
    """A service as a restart would find it."""
    service = AttendantService({"17": KEPT, "42": OTHER}, directory / "tries.json", Boot(clock.monotonic, boot_id))
    check = service.handlers[do.CheckAttendant]

    def ask(code: str) -> on.Event:
        told: list[on.Event] = []
        check(do.CheckAttendant(Personal(code)), told.append)
        assert len(told) == 1
        return told[0]

    return ask


@pytest.mark.parametrize("code", [WRONG, f"42{SECRET}", f"99{SECRET}", SECRET, "17", "", f"17{SECRET}0", "17 31415"])
def test_only_an_attendants_own_number_and_secret_confirm(code: str, tmp_path: Path, clock: HandClock) -> None:
    ask = asks_at(tmp_path, clock)
    assert ask(code) == REFUSED
    assert ask(RIGHT) == CONFIRMED


def test_after_a_few_wrong_codes_in_a_row_not_even_the_right_one_counts_for_a_while(
    tmp_path: Path, clock: HandClock
) -> None:
    ask = asks_at(tmp_path, clock)
    assert [ask(WRONG) for _ in range(TRIES)] == [REFUSED] * (TRIES - 1) + [LOCKED]
    assert ask(RIGHT) == LOCKED
    clock.pass_time(LOCKED_FOR_S - 1)
    assert ask(RIGHT) == LOCKED
    clock.pass_time(2)
    assert ask(WRONG) == LOCKED  # one try, and locked again
    clock.pass_time(LOCKED_FOR_S + 1)
    assert ask(RIGHT) == CONFIRMED
    assert ask(WRONG) == REFUSED  # and counted from the beginning


def test_a_restart_gives_no_more_tries(tmp_path: Path, clock: HandClock) -> None:
    answers = [asks_at(tmp_path, clock)(WRONG) for _ in range(TRIES)]
    assert answers == [REFUSED] * (TRIES - 1) + [LOCKED]
    assert asks_at(tmp_path, clock)(RIGHT) == LOCKED


@pytest.mark.parametrize(
    "set_to",
    [
        lambda noon, look: noon - timedelta(seconds=look),
        lambda noon, look: noon + timedelta(hours=5 if look % 2 else 0),
        lambda noon, look: noon - timedelta(days=200 * look),
        lambda noon, look: noon + timedelta(days=600 * look),
    ],
    ids=["a second back before each code", "five hours to and fro", "200 days back", "600 days ahead"],
)
def test_a_clock_that_is_set_opens_no_lock(set_to: SetTo, tmp_path: Path) -> None:
    clock = SetClock()
    ask = asks_at(tmp_path, clock)
    answers = []
    for look in range(50):
        clock.wall = set_to(clock.noon, look)
        answers.append(ask(WRONG if look < 49 else RIGHT))
    assert answers == [REFUSED] * (TRIES - 1) + [LOCKED] * (50 - TRIES + 1)
    assert json.loads((tmp_path / "tries.json").read_bytes())["wrong"] == TRIES


def test_after_another_boot_only_the_time_since_it_counts(tmp_path: Path, clock: HandClock) -> None:
    boot_id = tmp_path / "boot_id"
    boot_id.write_text("5a1f0a5e-0000-4000-8000-000000000001\n")
    clock.pass_time(5000)
    ask = asks_at(tmp_path, clock, boot_id)
    assert [ask(WRONG) for _ in range(TRIES)][-1] == LOCKED
    boot_id.write_text("5a1f0a5e-0000-4000-8000-000000000002\n")
    later = HandClock()
    ask = asks_at(tmp_path, later, boot_id)
    later.pass_time(LOCKED_FOR_S - 1)
    assert ask(RIGHT) == LOCKED
    later.pass_time(2)
    assert ask(RIGHT) == CONFIRMED


def test_a_boot_without_a_name_counts_from_the_start_of_the_program(tmp_path: Path, clock: HandClock) -> None:
    nowhere = tmp_path / "nowhere" / "boot_id"
    ask = asks_at(tmp_path, clock, nowhere)
    assert [ask(WRONG) for _ in range(TRIES)][-1] == LOCKED
    clock.pass_time(5000)
    restarted = asks_at(tmp_path, clock, nowhere)
    assert restarted(RIGHT) == LOCKED
    clock.pass_time(LOCKED_FOR_S + 1)
    assert restarted(RIGHT) == CONFIRMED


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"\x00\x01",
        b"\xff\xfe",
        b'{"wrong": "many", "locked_until": null}',
        b'{"wrong": 1e400, "lock": null}',
        b'{"wrong": NaN, "lock": null}',
        b'{"wrong": true, "lock": null}',
        b'{"wrong": -1, "lock": null}',
        b'{"wrong": 6, "lock": null}',
        b'{"wrong": 5, "lock": null}',
        b'{"wrong": 0}',
        b'{"wrong": 5, "lock": "yes"}',
        b'{"wrong": 5, "lock": {}}',
        b'{"wrong": 5, "lock": {"boot_id": 1, "passed_s": 1}}',
        b'{"wrong": 5, "lock": {"boot_id": "x", "passed_s": 1e400}}',
        b'{"wrong": 5, "lock": {"boot_id": "x", "passed_s": -1}}',
        b'{"wrong": 5, "lock": {"boot_id": "x", "passed_s": 1' + b"0" * 400 + b"}}",
        b'{"wrong": 9' + b"9" * 5000 + b', "lock": null}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"wrong": 5, "locked_until": "2026-11-22T12:10:00"}',
        b'{"wrong": 0, "lock": null}' + b" " * 5000,
        b'{"wrong": 5, "lock": {"boot_id": "BOOT", "passed_s": 9e9}}',
    ],
)
def test_a_spoilt_record_locks_and_the_lock_ends(spoilt: bytes, tmp_path: Path, clock: HandClock) -> None:
    record = tmp_path / "tries.json"
    record.write_bytes(spoilt.replace(b"BOOT", BOOT_ID.read_bytes().strip()))
    ask = asks_at(tmp_path, clock)
    assert ask(RIGHT) == LOCKED
    clock.pass_time(LOCKED_FOR_S - 1)
    assert asks_at(tmp_path, clock)(RIGHT) == LOCKED
    clock.pass_time(2)
    assert ask(WRONG) == LOCKED  # one try, and locked again
    clock.pass_time(LOCKED_FOR_S + 1)
    assert ask(RIGHT) == CONFIRMED


@pytest.mark.parametrize(("wrong", "answer"), [(0, REFUSED), (3, REFUSED), (4, LOCKED)])
def test_a_count_of_an_earlier_version_goes_on(wrong: int, answer: on.Event, tmp_path: Path, clock: HandClock) -> None:
    (tmp_path / "tries.json").write_text(json.dumps({"wrong": wrong, "locked_until": None}), encoding="utf-8")
    assert asks_at(tmp_path, clock)(WRONG) == answer


def _directory(record: Path) -> None:
    record.mkdir()


def _pipe(record: Path) -> None:
    os.mkfifo(record)


def _link_to_itself(record: Path) -> None:
    record.symlink_to(record)


def _no_way_in(record: Path) -> None:
    record.with_suffix(".new").mkdir()


def _pipe_in_the_way(record: Path) -> None:
    os.mkfifo(record.with_suffix(".new"))


def _disk_without_room(record: Path) -> None:
    record.with_suffix(".new").symlink_to("/dev/full")


@pytest.mark.parametrize(
    "spoil", [_directory, _pipe, _link_to_itself, _no_way_in, _pipe_in_the_way, _disk_without_room]
)
def test_a_record_that_cannot_be_kept_gives_no_try(
    spoil: Callable[[Path], None], tmp_path: Path, clock: HandClock
) -> None:
    spoil(tmp_path / "tries.json")
    ask = asks_at(tmp_path, clock)
    assert [ask(WRONG), ask(RIGHT)] == [LOCKED, LOCKED]
    clock.pass_time(10 * LOCKED_FOR_S)
    assert ask(RIGHT) == LOCKED


def test_a_wrong_code_is_counted_on_disk_before_it_is_looked_at(
    tmp_path: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plug is pulled while the secret is compared, as far as a program can play it."""

    def pulled(*_: object, **__: object) -> bytes:
        raise KeyboardInterrupt

    ask = asks_at(tmp_path, clock)
    monkeypatch.setattr("hashlib.scrypt", pulled)
    for _ in range(TRIES):
        with pytest.raises(KeyboardInterrupt):
            ask(WRONG)
    monkeypatch.undo()
    assert asks_at(tmp_path, clock)(RIGHT) == LOCKED


def test_tries_that_cannot_be_counted_are_not_given(tmp_path: Path, clock: HandClock) -> None:
    assert asks_at(tmp_path / "not there", clock)(RIGHT) == LOCKED


def test_nothing_that_was_typed_is_written_or_logged(
    tmp_path: Path, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ask = asks_at(tmp_path, clock)
    for code in (*[WRONG] * TRIES, RIGHT):
        ask(code)
    everything = caplog.text + (tmp_path / "tries.json").read_text("utf-8")
    assert "attendant_refused" in everything
    assert "attendant_locked" in everything
    assert not any(secret in everything for secret in (SECRET, "271828"))
    assert [path.name for path in tmp_path.iterdir()] == ["tries.json"]
    assert json.loads((tmp_path / "tries.json").read_bytes())["wrong"] == TRIES


def test_the_same_secret_is_kept_differently_each_time() -> None:
    again = hashed(SECRET)
    assert again != KEPT
    assert is_of(SECRET, again)
    assert not is_of("314158", again)


# RFC 7914, section 12: scrypt("pleaseletmein", "SodiumChloride", 16384, 8, 1), its first 32 bytes.
def test_what_is_kept_is_what_the_standard_says() -> None:
    assert hashed("pleaseletmein", b"SodiumChloride") == (
        "scrypt:16384:8:1:U29kaXVtQ2hsb3JpZGU=:cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI="
    )


# -- the command line ----------------------------------------------------------------------------------------------


def added(monkeypatch: pytest.MonkeyPatch, typed: str, number: str = "17") -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return main(["holder-check", "add-attendant", number])


def test_a_new_attendants_line_is_one_that_the_configuration_takes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert added(monkeypatch, f"{SECRET}\n{SECRET}\n") == 0
    line = capsys.readouterr().out.splitlines()[-1]
    text = f'{GOOD}\n[holder_check]\nway = "attendant"\nrequired = true\n[holder_check.attendants]\n{line}\n'
    access = load_config(written(tmp_path, text), ASSETS).holder_check
    assert (access.rule.way, access.rule.required) == (CheckWay.ATTENDANT, True)
    assert is_of(SECRET, access.attendants["17"])


@pytest.mark.parametrize(
    ("typed", "number", "why"),
    [
        ("314159\n314158\n", "17", "not the same"),
        ("31415\n31415\n", "17", "six to ten digits"),
        ("31415926535\n31415926535\n", "17", "six to ten digits"),
        ("١٢٣٤٥٦\n١٢٣٤٥٦\n", "17", "six to ten digits"),
        ("", "17", "six to ten digits"),
        ("123456\n123456\n", "17", "guessed first"),
        ("9876543210\n9876543210\n", "17", "guessed first"),
        ("000000\n000000\n", "17", "guessed first"),
        ("314159\n314159\n", "7", "two digits"),
    ],
)
def test_what_cannot_be_a_code_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, number: str, why: str
) -> None:
    assert added(monkeypatch, typed, number) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert why in printed.err
    assert len(printed.err.splitlines()) == 1
    assert re.search(r"[0-9]{5}", printed.err) is None


# -- the configuration ---------------------------------------------------------------------------------------------


def test_by_default_nobody_is_asked(tmp_path: Path) -> None:
    access = load_config(written(tmp_path, GOOD), ASSETS).holder_check
    assert (access.rule.way, access.rule.required, dict(access.attendants)) == (CheckWay.NONE, False, {})


@pytest.mark.parametrize(
    ("told", "mistake"),
    [
        ('way = "camera"', "holder_check.way: camera is not available yet; one of none, attendant is wanted"),
        ('way = "oracle"', "holder_check.way: is 'oracle'; one of none, attendant is wanted"),
        ("required = true", "holder_check.required: nobody can be required where the way is none"),
        ('way = "attendant"', "holder_check.attendants: there is none who could confirm"),
        (
            '[holder_check.attendants]\n"1" = "scrypt:1:1:1:AA==:AA=="',
            "holder_check.attendants.1: is no attendant's number; two digits are wanted",
        ),
        ('[holder_check.attendants]\n"17" = "314159"', "holder_check.attendants.17: is nothing that python -m kiosk"),
        ("colour = 1", "holder_check.colour: is not known here"),
    ],
)
def test_a_mistake_in_it_is_one_readable_line(tmp_path: Path, told: str, mistake: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(written(tmp_path, f"{GOOD}\n[holder_check]\n{told}\n"), ASSETS)
    lines = [line for line in caught.value.mistakes if mistake in line]
    assert len(lines) == 1
    assert "314159" not in "".join(caught.value.mistakes)
