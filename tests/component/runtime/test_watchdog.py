"""systemd's watchdog, with the test in systemd's place: what it is told, and a socket that is not as it should be."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.runtime.watchdog import NotifySocket, Watchdog, feeding_interval_s
from tests.fakes.systemd import Systemd
from tests.waiting import eventually

OFTEN = {"WATCHDOG_USEC": "2000"}
ROUND_S = 0.001


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    systemd = Systemd(tmp_path / "notify")
    yield systemd
    systemd.go_away()


@contextmanager
def watching(
    address: str, ails: Callable[[], str | None] = lambda: None, look_after: Callable[[], None] = lambda: None
) -> Iterator[Watchdog]:
    watchdog = Watchdog(ails, look_after, {"NOTIFY_SOCKET": address, **OFTEN}, ROUND_S)
    watchdog.start()
    try:
        yield watchdog
    finally:
        watchdog.stop()


def logged(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, object]]:
    lines = (record.getMessage().partition(" ") for record in caplog.records)
    return [json.loads(fields) for event, _, fields in lines if event == name]


def test_systemd_hears_that_the_program_is_ready_that_it_lives_and_that_it_ends(tmp_path: Path) -> None:
    systemd = Systemd(tmp_path / "notify")
    with watching(systemd.address):
        eventually(lambda: systemd.next() == "READY=1")
        systemd.hears("WATCHDOG=1")
    eventually(lambda: systemd.next() == "STOPPING=1")
    systemd.go_away()


def test_an_abstract_socket_is_told_too(tmp_path: Path) -> None:
    systemd = Systemd(tmp_path / "unused", f"@kiosk-watchdog-{os.getpid()}")
    with watching(systemd.address):
        eventually(lambda: systemd.next() == "READY=1")
    systemd.go_away()


def test_nothing_is_fed_while_something_gives_no_sign_and_the_log_names_it_once(
    systemd: Systemd, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "kiosk")
    ailing: list[str | None] = [None]
    asked = []

    def ails() -> str | None:
        asked.append(ailing[0])
        return ailing[0]

    with watching(systemd.address, ails):
        systemd.hears("WATCHDOG=1")
        ailing[0] = "machine"
        eventually(lambda: asked.count("machine") > 1)
        while systemd.next():  # what was sent before
            continue
        rounds = asked.count("machine") + 20
        eventually(lambda: asked.count("machine") > rounds)
        assert systemd.next() == ""
        ailing[0] = None
        systemd.hears("WATCHDOG=1")
    assert logged(caplog, "watchdog_not_fed") == [{"ails": "machine"}]
    assert len(logged(caplog, "watchdog_fed_again")) == 1


def test_a_socket_that_is_away_for_a_moment_ends_nothing_and_is_logged_once(
    systemd: Systemd, caplog: pytest.LogCaptureFixture
) -> None:
    rounds: list[None] = []
    with watching(systemd.address, look_after=lambda: rounds.append(None)):
        systemd.hears("WATCHDOG=1")
        systemd.go_away()
        missed = len(rounds) + 20
        eventually(lambda: len(rounds) > missed)
        systemd.listen()
        systemd.hears("WATCHDOG=1")
    assert [line["error"] for line in logged(caplog, "notify_failed")] == ["No such file or directory"]


def test_a_program_that_was_ready_before_systemd_listened_says_so_again(systemd: Systemd) -> None:
    systemd.go_away()
    rounds: list[None] = []
    with watching(systemd.address, look_after=lambda: rounds.append(None)):
        eventually(lambda: len(rounds) > 2)
        systemd.listen()
        eventually(lambda: systemd.next() == "READY=1")


def test_a_systemd_that_does_not_read_holds_nobody_up(systemd: Systemd, caplog: pytest.LogCaptureFixture) -> None:
    """Linux keeps net.unix.max_dgram_qlen messages for a reader, and then lets the writer wait."""
    kept = int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())
    rounds: list[None] = []
    with watching(systemd.address, look_after=lambda: rounds.append(None)):
        eventually(lambda: logged(caplog, "notify_failed"))
        assert len(rounds) > kept // 2
        more = len(rounds) + 20
        eventually(lambda: len(rounds) > more)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "@",
        "relative",
        "/nowhere/at/all",
        "@nobody-listens-here",
        "/dev/null",
        "/",
        "/" + "x" * 200,
        "/名\udcff",
        "vsock:2:1234",
    ],
    ids=ascii,
)
def test_an_address_that_is_none_makes_no_traceback_and_the_workers_are_looked_after(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    rounds: list[None] = []
    with watching(address, look_after=lambda: rounds.append(None)):
        eventually(lambda: len(rounds) > 2)
    for record in caplog.records:
        record.getMessage().encode("utf-8")


def test_a_stream_socket_at_the_address_is_told_nothing(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        other.bind(str(tmp_path / "stream"))
        other.listen()
        assert NotifySocket({"NOTIFY_SOCKET": str(tmp_path / "stream")}).tell("WATCHDOG=1") is False


def test_without_an_address_nothing_is_told_and_nothing_is_missing() -> None:
    assert NotifySocket({}).tell("READY=1") is True


@pytest.mark.parametrize(
    ("asked", "interval_s"),
    [
        ("60000000", 30.0),
        ("1", 5e-7),
        ("0", 0.0),
        ("-5", 0.0),
        ("", 0.0),
        ("soon", 0.0),
        ("6e7", 0.0),
        ("60s", 0.0),
        ("６０", 0.0),
        ("²", 0.0),
        ("9" * 5000, 0.0),
        (None, 0.0),
    ],
    ids=lambda value: ascii(value)[:12],
)
def test_systemd_is_fed_twice_in_the_time_that_it_gives(asked: str | None, interval_s: float) -> None:
    environment = {} if asked is None else {"WATCHDOG_USEC": asked}
    assert feeding_interval_s(environment) == interval_s


def test_a_number_that_cannot_be_read_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    feeding_interval_s({"WATCHDOG_USEC": "soon"})
    assert logged(caplog, "watchdog_unreadable") == [{"variable": "WATCHDOG_USEC", "value": "soon"}]


@pytest.mark.parametrize("whose", ["own", "parent's", "1", "", "none", "9" * 5000], ids=lambda whose: whose[:9])
def test_the_watchdog_of_this_process_or_of_one_that_it_came_from_is_fed(whose: str) -> None:
    """The compositor is the service's main process, and the kiosk its child."""
    pid = {"own": str(os.getpid()), "parent's": str(os.getppid())}.get(whose, whose)
    assert feeding_interval_s({"WATCHDOG_USEC": "4000000", "WATCHDOG_PID": pid}) == 2.0


def test_the_watchdog_of_another_service_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        assert feeding_interval_s({"WATCHDOG_USEC": "4000000", "WATCHDOG_PID": str(other.pid)}) == 0.0
        assert other.stdin is not None
        other.stdin.close()
    assert [line["variable"] for line in logged(caplog, "watchdog_unreadable")] == ["WATCHDOG_PID"]


def test_without_systemd_the_workers_are_looked_after_all_the_same() -> None:
    looked = threading.Event()
    watchdog = Watchdog(lambda: "machine", looked.set, {}, ROUND_S)
    watchdog.start()
    eventually(looked.is_set)
    watchdog.stop()
