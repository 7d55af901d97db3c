"""The control socket over real sockets: who is answered, what spoils an answer for others, and whose file it is."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from kiosk.app.control_socket import ControlSocket
from kiosk.config.control import ControlSettings
from kiosk.control.client import MayNotAsk, NoAnswer, NobodyListens, ask_status
from kiosk.control.connections import MOST_CONNECTIONS
from kiosk.control.protocol import LONGEST_REQUEST, request
from kiosk.control.snapshot import Snapshot, StateNow
from kiosk.event_log.log_events import LogEvent
from tests.waiting import LIMIT_S, eventually

IS_ROOT = os.geteuid() == 0
NOBODY = 65534
ROOT = Path(__file__).parents[3]


def idle(details: tuple[str, ...] = ()) -> Snapshot:
    return Snapshot(
        taken_at="2026-03-02T10:00:00+08:00",
        version="0.1.0",
        process=os.getpid(),
        uptime_s=5.0,
        site="simulation",
        region="shanghai",
        state=StateNow("Idle", 3.0, "with_holder", serves=True, in_visit=False, details=details),
    )


@contextmanager
def served(path: Path, take: Callable[[], Snapshot] = idle, group: str = "") -> Iterator[ControlSocket]:
    with ControlSocket(ControlSettings(path, group), take) as control:
        yield control


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control"


def answered(path: Path) -> bool:
    try:
        ask_status(path, LIMIT_S)
    except NoAnswer:
        return False
    return True


def said_to(path: Path, line: bytes) -> dict[str, object]:
    """What is answered to these bytes before the kiosk hangs up."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(LIMIT_S)
        link.connect(str(path))
        link.sendall(line)
        with link.makefile("rb") as answer:
            told: dict[str, object] = json.loads(answer.readline())
            return told


def test_a_shell_is_told_how_the_kiosk_is(path: Path) -> None:
    with served(path):
        eventually(path.exists)
        status = ask_status(path, LIMIT_S)
        assert (status["verdict"], status["state"]["name"], status["process"]) == ("serving", "Idle", os.getpid())
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"\n", "bad_request"),
        (b"status\n", "bad_request"),
        (b"[" * 1000 + b"\n", "bad_request"),
        (b'"status"\n', "bad_request"),
        (b'{"version": 1, "ask": "everything"}\n', "bad_request"),
        (b'{"version": 1, "ask": "status", "and": "more"}\n', "bad_request"),
        (b'{"version": 2, "ask": "status"}\n', "unknown_version"),
        (b'{"ask": "status"}\n', "unknown_version"),
        (b'{"version": 1, "ask": "' + b"x" * LONGEST_REQUEST, "too_long"),
        (b"\xff\xfe\n", "bad_request"),
    ],
)
def test_what_is_no_request_is_refused_in_words(path: Path, line: bytes, why: str) -> None:
    with served(path):
        eventually(path.exists)
        told = said_to(path, line)
        assert (told["version"], told["refused"]) == (1, why)
        assert told["detail"]


def test_a_request_may_come_byte_by_byte(path: Path) -> None:
    with served(path), socket.socket(socket.AF_UNIX) as link:
        eventually(path.exists)
        link.connect(str(path))
        for byte in request():
            link.send(bytes([byte]))
        link.settimeout(LIMIT_S)
        assert json.loads(link.makefile("rb").readline())["status"]["verdict"] == "serving"


def test_silent_peers_keep_nobody_from_an_answer_and_are_hung_up_on(path: Path) -> None:
    with served(path), ExitStack() as stack:
        eventually(path.exists)
        silent = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(MOST_CONNECTIONS + 3)]
        for link in silent:
            link.connect(str(path))
        assert answered(path)
        assert [link.recv(1) for link in silent] == [b""] * len(silent)


def test_many_who_ask_at_once_are_answered_from_few_snapshots(path: Path) -> None:
    taken: list[int] = []

    def take() -> Snapshot:
        taken.append(1)
        return idle()

    answers: list[bool] = []
    with served(path, take):
        eventually(path.exists)
        asking = [threading.Thread(target=lambda: answers.append(answered(path))) for _ in range(20)]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
    assert answers == [True] * 20
    assert 1 <= len(taken) < 20


def test_a_peer_that_goes_away_before_its_answer_harms_nobody(path: Path) -> None:
    with served(path):
        eventually(path.exists)
        for _ in range(5):
            with socket.socket(socket.AF_UNIX) as link:
                link.connect(str(path))
                link.sendall(request())
        assert answered(path)


def test_more_lines_of_a_broken_file_than_anybody_reads_are_counted(path: Path) -> None:
    with served(path, lambda: idle(tuple(f"line {number}" for number in range(10_000)))):
        eventually(path.exists)
        details = ask_status(path, LIMIT_S)["state"]["details"]
        assert (len(details), details[-1]) == (51, "and 9950 more")


def ask_as(user: int, group: int, path: Path) -> str:
    """What a process of this user is told."""
    asking = f"""
import os
from pathlib import Path
from kiosk.control.client import NoAnswer, ask_status
os.setgroups([])
os.setgid({group})
os.setuid({user})
try:
    print(ask_status(Path({str(path)!r}), {LIMIT_S})["verdict"])
except NoAnswer as error:
    print(type(error).__name__)
"""
    done = subprocess.run(
        [sys.executable, "-c", asking], capture_output=True, text=True, timeout=LIMIT_S, check=True, cwd=ROOT
    )
    return done.stdout.strip()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can look into, as /run/qianzhu-kiosk."""
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@pytest.mark.skipif(not IS_ROOT, reason="only root can ask as somebody else")
def test_another_user_is_let_in_by_the_configured_group_alone(open_folder: Path) -> None:
    path = open_folder / "control"
    with served(path):
        eventually(path.exists)
        assert ask_as(NOBODY, NOBODY, path) == MayNotAsk.__name__
        path.chmod(0o666)  # the peer's user is asked too, not the file's rights alone
        assert ask_as(NOBODY, NOBODY, path) == MayNotAsk.__name__
    with served(path, group="nogroup"):
        eventually(path.exists)
        assert ask_as(NOBODY, NOBODY, path) == "serving"
        assert ask_as(NOBODY, NOBODY - 1, path) == MayNotAsk.__name__


def test_a_group_that_this_machine_does_not_have_lets_nobody_else_in(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with served(path, group="no-such-group"):
        eventually(path.exists)
        assert answered(path)
    assert LogEvent.CONTROL_CLOSED.value[0] in caplog.text
    assert "this machine has no group 'no-such-group'" in caplog.text


# -- whose file it is --------------------------------------------------------------------------------------------------


def leave_stale(path: Path) -> None:
    """The file of a program that was killed."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))


def test_the_socket_of_a_dead_kiosk_is_taken_over(path: Path) -> None:
    leave_stale(path)
    with pytest.raises(NobodyListens):
        ask_status(path)
    leave_stale(path.with_name(".new"))  # killed while it made one
    with served(path):
        eventually(lambda: answered(path))


def test_the_socket_of_a_living_kiosk_is_left_alone(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with served(path):
        eventually(path.exists)
        before = path.stat().st_ino
        with served(path):
            eventually(lambda: LogEvent.CONTROL_CLOSED.value[0] in caplog.text)
        assert path.stat().st_ino == before
        assert answered(path)
    assert f"process {os.getpid()} listens there" in caplog.text


def test_a_file_that_is_no_socket_is_left_alone(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_text("somebody's")
    with served(path):
        eventually(lambda: "is no socket, so it is left alone" in caplog.text)
    assert path.read_text() == "somebody's"


def test_a_socket_that_somebody_removed_is_made_anew(path: Path) -> None:
    with served(path):
        eventually(path.exists)
        path.unlink()
        eventually(lambda: answered(path))


def test_a_path_that_is_too_long_is_one_clear_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / ("x" * 120)
    with served(path):
        eventually(lambda: LogEvent.CONTROL_CLOSED.value[0] in caplog.text)
    assert f"{path} has {len(bytes(path))} bytes, and a socket's path has 107 at most" in caplog.text
    with pytest.raises(NobodyListens, match="a socket's path has 107 at most"):
        ask_status(path)


def test_a_directory_that_comes_later_is_found(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    path = tmp_path / "run" / "control"
    with ControlSocket(ControlSettings(path), idle, again_s=0.01):
        eventually(lambda: "no socket can be made there" in caplog.text)
        path.parent.mkdir()
        eventually(lambda: answered(path))
    assert LogEvent.CONTROL_OPENED.value[0] in caplog.text


def test_a_thread_that_hangs_is_named(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    let_go, now = threading.Event(), [0.0]

    def take() -> Snapshot:
        let_go.wait(LIMIT_S)
        return idle()

    with ControlSocket(ControlSettings(path), take, lambda: now[0]) as control:
        eventually(path.exists)
        asking = threading.Thread(target=answered, args=(path,))
        asking.start()

        def is_named() -> bool:
            now[0] += 100.0
            control.look_after()
            return "worker_hangs" in caplog.text

        eventually(is_named)
        let_go.set()
        asking.join()
    assert '"worker": "control", "doing": "serve"' in caplog.text


def test_a_program_that_is_no_kiosk_is_told_so(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen(1)

        def serve() -> None:
            link, _ = other.accept()
            with link:
                link.recv(100)
                link.sendall(b"220 mail.example.invalid\r\n")

        serving = threading.Thread(target=serve)
        serving.start()
        with pytest.raises(NoAnswer, match="no kiosk's control socket"):
            ask_status(path, LIMIT_S)
        serving.join()
