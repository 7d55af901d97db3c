"""The lock on a state directory: the one program that writes there holds a lock on `kiosk.lock`.

It is a lock of flock(2), which ends with its program, however that ends. The file stays, and names the holder.
"""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
from pathlib import Path

LOCK_NAME = "kiosk.lock"
HOLDER = "the kiosk"  # the running kiosk's name for itself
_LONGEST_WORD = 200


class StateHeld(Exception):
    """Another program holds the state directory. `by`: its name and process number, in one line."""

    def __init__(self, state_dir: Path, by: str) -> None:
        super().__init__(f"{state_dir} is in use by {by}")
        self.by = by


class StateLock:
    """A held lock. `release` it; further calls do nothing."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, state_dir: Path, holder: str) -> StateLock:
        """Lock the directory, and create it if it is missing. `holder`: the name that other programs are shown.

        Raises `StateHeld`; `OSError` where the file cannot be opened or written, and for root where the directory is
        another user's.
        """
        state_dir.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            demand_own(state_dir)  # for another user without the right to write, opening below fails
        descriptor = os.open(state_dir / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StateHeld(state_dir, _word_of(descriptor)) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{holder}, process {os.getpid()}\n".encode(), 0)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor)

    @classmethod
    def is_free(cls, state_dir: Path) -> bool:
        """Whether no program holds the directory now. Creates no file. Raises `OSError`."""
        return cls.holder(state_dir) is None

    @staticmethod
    def holder(state_dir: Path) -> str | None:
        """Which program holds the directory now: its name and process number; None if none does. Creates no file.
        Raises `OSError`.
        """
        try:
            descriptor = os.open(state_dir / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _word_of(descriptor)
        finally:
            os.close(descriptor)
        return None

    def release(self) -> None:
        """Release the directory."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def demand_own(path: Path) -> None:
    """Demand that `path` belongs to the present user. Files that SQLite creates beside another user's file would keep
    that user from writing. Raises `PermissionError`; `FileNotFoundError`.
    """
    owner = path.stat().st_uid
    if os.geteuid() != owner:
        name = name_of(owner)
        raise PermissionError(
            errno.EPERM, f"belongs to user {name}; run this as that user (runuser -u {name} -- …)", str(path)
        )


def name_of(user: int) -> str:
    """The name of the user with this number, or the number where there is no name."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _word_of(descriptor: int) -> str:
    word = os.pread(descriptor, _LONGEST_WORD, 0).decode(errors="replace").strip()
    return word if word and word.isprintable() else "another program"
