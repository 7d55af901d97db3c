"""This process's connections to pcscd, by their sockets, to end calls that pcscd does not answer.

libpcsclite waits for an answer without a time limit, and has no call that ends the wait: SCardCancel ends only
SCardGetStatusChange. But each context has its own Unix socket to pcscd. If the socket is shut for reading, the waiting
call returns at once with SCARD_F_COMM_ERROR, on its own thread (pcsc-lite 1.9.9, measured with pcscd stopped by SIGSTOP
in SCardEstablishContext, SCardGetStatusChange, SCardTransmit and SCardDisconnect). When pcscd goes on, it still carries
out the request, finds the line shut, releases the reader and closes its end. Only then is the line over and may the
slot be used again. Until then pcscd reserves the chip for this line, so a late command is always done before the next
reading, and no second connection waits in pcscd's queue meanwhile.
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
"""Only one connection is made at a time, to recognise its socket among all others. libpcsclite has such a lock too."""


class PcscdLine:
    """One connection, by a duplicate descriptor; libpcsclite closes its own one itself."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link

    def shut(self) -> None:
        """End the call that waits on this line."""
        self._link.shutdown(socket.SHUT_RD)

    def is_over(self) -> bool:
        """Whether pcscd has closed its end, because it works again or has ended, and holds nothing for this line."""
        poller = select.poll()
        poller.register(self._link, 0)  # POLLHUP is always reported
        return bool(poller.poll(0))

    def close(self) -> None:
        self._link.close()


def _lines() -> dict[int, socket.socket]:
    """A duplicate descriptor for every connection to pcscd, by the socket's inode."""
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
    """The connection whose inode is not among `known`, or None."""
    new = None
    for inode, link in _lines().items():
        if inode in known or new is not None:
            link.close()
        else:
            new = PcscdLine(link)
    return new


class PatientCaller:
    """Makes calls that pcscd must answer in time. One thread calls; a second one only watches the time.

    `line`: the connection, once `establish` made one. `was_cut`: a call was not answered; the line then only serves to
    see when it is over.
    """

    def __init__(self) -> None:
        self.line: PcscdLine | None = None
        self.was_cut = False
        self._lock = threading.Lock()  # calls take the bare lock, so that a command to a chip costs nothing more
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
        """The result of `function`. The call is ended by force after `limit_s` seconds; `was_cut` is then true."""
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
        """Make no further calls. The line stays open, so that its end can be seen."""
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
