"""Asks the running kiosk how it is."""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from kiosk.config.control import flaw_of_path
from kiosk.control.protocol import LONGEST_ANSWER, BadAnswer, read_answer, request

WITHIN_S = 3.0
"""Seconds that a whole answer may take."""


class NoAnswer(Exception):
    """The kiosk cannot be asked. The text is one line: what, where, what next."""


class NobodyListens(NoAnswer):
    """No kiosk runs with this socket."""


class MayNotAsk(NoAnswer):
    """A kiosk may run, and this user may not ask it."""


def ask_status(path: Path, within_s: float = WITHIN_S) -> Mapping[str, Any]:
    """What `Snapshot.as_json` told. Raises `NoAnswer`, after at most `within_s` seconds."""
    if (flaw := flaw_of_path(path)) is not None:
        raise NobodyListens(flaw)
    deadline = time.monotonic() + within_s
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as link:
        try:
            _connect(link, path, deadline)
            with suppress(BrokenPipeError, ConnectionResetError):  # who is refused is hung up on, after the answer
                link.sendall(request())
            line = _line_of(link, deadline)
        except TimeoutError:
            raise NoAnswer(f"{path}: the kiosk there did not answer within {within_s:.0f} s") from None
        except OSError as error:
            raise _told(path, error) from error
    try:
        answer = read_answer(line)
    except BadAnswer as error:
        raise NoAnswer(f"{path}: {error}") from None
    if "refused" in answer:
        kind = MayNotAsk if answer["refused"] == "not_allowed" else NoAnswer
        raise kind(f"{path}: the kiosk there does not answer this user: {answer.get('detail', '')}")
    status: Mapping[str, Any] = answer["status"]
    return status


def _connect(link: socket.socket, path: Path, deadline: float) -> None:
    while True:
        link.settimeout(_left_s(deadline))
        try:
            link.connect(str(path))
        except BlockingIOError:  # unix(7): EAGAIN while its queue is full
            time.sleep(min(_left_s(deadline), 0.05))
            if time.monotonic() >= deadline:
                raise TimeoutError from None
        else:
            return


def _left_s(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.001)


def _line_of(link: socket.socket, deadline: float) -> bytes:
    received = bytearray()
    while not received.endswith(b"\n"):
        link.settimeout(_left_s(deadline))
        portion = link.recv(65536)
        if not portion or len(received) > LONGEST_ANSWER:
            break
        received += portion
    return bytes(received)


def _told(path: Path, error: OSError) -> NoAnswer:
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return NobodyListens(f"{path}: no kiosk listens there")
    if error.errno in (errno.ECONNREFUSED, errno.ENOTSOCK):
        return NobodyListens(f"{path}: no kiosk listens there any more")
    if error.errno == errno.EACCES:
        return MayNotAsk(f"{path}: user {os.geteuid()} may not ask there; ask as root or as the kiosk's user")
    return NoAnswer(f"{path}: the kiosk there did not answer: {error.strerror or error}")
