"""The file of the control socket: made, taken over from a kiosk that died, and never from one that lives."""

from __future__ import annotations

import grp
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path

from kiosk.config.control import ControlSettings, flaw_of_path
from kiosk.control.peer import peer_of

WAITING = 8
"""Connections that the kernel keeps before they are accepted."""

_OWNER_ALONE, _AND_GROUP = 0o600, 0o660


class CannotListen(Exception):
    """There is no socket. The text is one line: what, where, what next."""


class Listener:
    """A listening socket whose file is complete and has its rights before it stands in its place. `flaw`: what is not
    as the configuration wants it, "" where all is. Raises `CannotListen`.
    """

    def __init__(self, settings: ControlSettings) -> None:
        path = settings.socket
        if (flaw := flaw_of_path(path)) is not None:
            raise CannotListen(flaw)
        _demand_free(path)
        self.path = path
        self.group: int | None = None
        self.flaw = ""
        made = path.with_name(".new")
        try:
            self.link = _new_socket()
        except OSError as error:
            raise CannotListen(f"{path}: {error.strerror}") from error
        try:
            with suppress(FileNotFoundError):
                made.unlink()  # of a kiosk that died in between
            self.link.bind(str(made))
            made.chmod(_OWNER_ALONE)
            self._let_in(made, settings.group)
            self.link.listen(WAITING)
            status = made.lstat()
            self._file = (status.st_dev, status.st_ino)
            made.rename(path)
        except OSError as error:
            self.link.close()
            raise CannotListen(f"{path}: no socket can be made there: {error.strerror}") from error

    def _let_in(self, made: Path, name: str) -> None:
        if not name:
            return
        try:
            group = grp.getgrnam(name).gr_gid
        except KeyError:
            self.flaw = f"control.group: this machine has no group {name!r} (groupadd --system)"
            return
        try:
            os.chown(made, -1, group)
        except PermissionError:
            self.flaw = f"control.group: the kiosk's user is not in {name!r}, so it cannot let it in (usermod -aG)"
            return
        made.chmod(_AND_GROUP)
        self.group = group

    @property
    def is_in_place(self) -> bool:
        """Whether the file at the path is still ours."""
        try:
            status = self.path.lstat()
        except OSError:
            return False
        return (status.st_dev, status.st_ino) == self._file

    def close(self) -> None:
        """Stop listening, and remove the file if it is ours."""
        if self.is_in_place:
            with suppress(OSError):
                self.path.unlink()
        self.link.close()


def _demand_free(path: Path) -> None:
    """Raises `CannotListen` unless the path is free, or a socket lies there on which nobody listens any more."""
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise CannotListen(f"{path}: {error.strerror}") from error
    if not stat.S_ISSOCK(kind):
        raise CannotListen(f"{path} is no socket, so it is left alone: remove it, or name another control.socket")
    try:
        with _new_socket() as link:
            link.connect(str(path))
            who = f"process {peer_of(link).process}"
    except ConnectionRefusedError:
        return
    except BlockingIOError:  # its queue is full
        who = "another program"
    except OSError as error:
        raise CannotListen(f"{path}: {error.strerror}") from error
    raise CannotListen(f"{path}: {who} listens there; each kiosk has a socket of its own (control.socket)")


def _new_socket() -> socket.socket:
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
