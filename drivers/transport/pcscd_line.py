"""This process's connections to pcscd, seen from their sockets: how a call is ended that pcscd does not answer.

libpcsclite waits for an answer without any time limit, and nothing in it ends the wait from outside: SCardCancel ends
only SCardGetStatusChange. But each context has a Unix socket of its own to pcscd. Shut for reading, the call that waits
on it returns at once with SCARD_F_COMM_ERROR, on its own thread (pcsc-lite 1.9.9, measured with pcscd stopped by
SIGSTOP in SCardEstablishContext, SCardGetStatusChange, SCardTransmit and SCardDisconnect). What pcscd was sent it still
carries out when it goes on: it then finds the line shut, lets go of the reader and closes its end. Only then is the
line over, and only then may the slot be asked again: pcscd keeps a chip exclusively for a line until then, so a command
that came late is always done before the next reading, and no second connection waits in pcscd's queue meanwhile.
"""

from __future__ import annotations

import os
import select
import socket
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

SOCKET_NAME = "pcscd.comm"
"""Last part of the path that pcscd binds, whatever path its clients take to it (PCSCLITE_CSOCK_NAME, pcscd.h)."""

_ESTABLISHING = threading.Lock()
"""One at a time in the process, so that the new socket among all others is known. libpcsclite has such a lock too."""


class PcscdLine:
    """One connection, by a descriptor of our own; libpcsclite closes its own one by itself."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link

    def shut(self) -> None:
        """End the call that waits on this line."""
        self._link.shutdown(socket.SHUT_RD)

    def is_over(self) -> bool:
        """Whether pcscd has closed its end: it lives, or has ended, and holds nothing for this line any more."""
        poller = select.poll()
        poller.register(self._link, 0)  # POLLHUP is told always
        return bool(poller.poll(0))

    def close(self) -> None:
        self._link.close()


def _lines() -> dict[int, socket.socket]:
    """A descriptor of our own for every connection to pcscd, by the socket's inode."""
    found: dict[int, socket.socket] = {}
    for entry in Path("/proc/self/fd").iterdir():
        try:
            number = int(entry.name)
            about = os.fstat(number)
            if not stat.S_ISSOCK(about.st_mode) or about.st_ino in found:
                continue
            link = socket.socket(fileno=os.dup(number))
        except OSError:
            continue  # another thread closed it meanwhile
        if _leads_to_pcscd(link):
            found[about.st_ino] = link
        else:
            link.close()
    return found


def _leads_to_pcscd(link: socket.socket) -> bool:
    if link.family != socket.AF_UNIX:
        return False
    try:
        peer = link.getpeername()
    except OSError:
        return False
    return isinstance(peer, str) and Path(peer).name == SOCKET_NAME


def _new_line(known: frozenset[int]) -> PcscdLine | None:
    """The one that is not among the inodes `known`."""
    new = None
    for inode, link in _lines().items():
        if inode in known or new is not None:
            link.close()
        else:
            new = PcscdLine(link)
    return new


class PatientCaller:
    """Makes calls that pcscd must answer in time. One thread calls; a second one only watches the time.

    `line`: the connection, once `establish` made one. `was_cut`: a call was not answered; the line is then of no more
    use but to see when it is over.
    """

    def __init__(self) -> None:
        self.line: PcscdLine | None = None
        self.was_cut = False
        self._lock = threading.Lock()  # taken bare by calls: a command to a chip is to cost nothing more
        self._changed = threading.Condition(self._lock)
        self._due: float | None = None
        self._known: frozenset[int] | None = None
        self._ending = False
        self._sleeping = False
        self._thread = threading.Thread(target=self._watch, name="pcscd-watch", daemon=True)
        self._thread.start()

    def establish(self, limit_s: float, connect: Callable[[], T]) -> T:
        """Make the connection by `connect()`."""
        with _ESTABLISHING:
            known = _lines()
            for link in known.values():
                link.close()
            self._known = frozenset(known)
            try:
                return self.call(limit_s, connect)
            finally:
                if self.line is None:
                    self.line = _new_line(self._known)
                self._known = None

    def call(self, limit_s: float, function: Callable[..., T], *arguments: object) -> T:
        """What `function` returns; ended by force after `limit_s`, which `was_cut` tells."""
        with self._lock:
            self._due = time.monotonic() + limit_s
            if self._sleeping:
                self._changed.notify()
        try:
            return function(*arguments)
        finally:
            with self._lock:
                self._due = None

    def end(self) -> None:
        """No further calls. The line stays open for whoever wants to see it end."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._ending:
                if self._due is None:
                    self._sleeping = True
                    self._changed.wait()
                    self._sleeping = False
                elif (left_s := self._due - time.monotonic()) > 0:
                    self._changed.wait(left_s)
                else:
                    self._due = None
                    self._cut()

    def _cut(self) -> None:
        self.was_cut = True
        if self.line is None and self._known is not None:
            self.line = _new_line(self._known)
        if self.line is not None:
            self.line.shut()
