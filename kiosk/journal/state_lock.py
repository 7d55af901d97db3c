"""One kiosk in a state directory: whoever writes there alone holds the lock on `kiosk.lock`.

The lock is flock(2)'s: it ends with the program that holds it, however that ends. The file stays, and says who holds
it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
from pathlib import Path

LOCK_NAME = "kiosk.lock"
HOLDER = "the kiosk"  # how the running kiosk calls itself
_LONGEST_WORD = 200


class StateHeld(Exception):
    """Another program holds the state directory. `by`: its own word for itself and its process, in one line."""

    def __init__(self, state_dir: Path, by: str) -> None:
        super().__init__(f"{state_dir} is in use by {by}")
        self.by = by


class StateLock:
    """A held lock; `release` it, once or more often."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, state_dir: Path, holder: str) -> StateLock:
        """Lock the directory for `holder` (a word for the next one who asks), which is made if it is not there.

        Raises `StateHeld`; `OSError` where the file cannot be opened or written, and for root where the directory is
        another user's.
        """
        state_dir.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            demand_own(state_dir)  # another user who may not write there is told by what he cannot open
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

    @staticmethod
    def is_free(state_dir: Path) -> bool:
        """Whether nobody holds the directory now. Makes nothing. Raises `OSError`."""
        try:
            descriptor = os.open(state_dir / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True

    def release(self) -> None:
        """Let go of the directory."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def demand_own(path: Path) -> None:
    """Refuse to work on what belongs to another user: the files that SQLite then makes beside it would keep that user
    from writing. Raises `PermissionError`; `FileNotFoundError`.
    """
    owner = path.stat().st_uid
    if os.geteuid() != owner:
        name = name_of(owner)
        raise PermissionError(
            errno.EPERM, f"belongs to user {name}; run this as that user (runuser -u {name} -- …)", str(path)
        )


def name_of(user: int) -> str:
    """The user's name; the number of one who has none."""
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return str(user)


def _word_of(descriptor: int) -> str:
    word = os.pread(descriptor, _LONGEST_WORD, 0).decode(errors="replace").strip()
    return word if word and word.isprintable() else "another program"
