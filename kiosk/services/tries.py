"""How many wrong codes came in a row, and whether codes are looked at now: a file that outlives the program.

The lock counts time that passed by a monotonic clock, within one boot of the machine; the time of day has no say, for
whoever sets the clock would open the lock. After another boot only the time since that boot counts. A file that holds
anything else than what is written here locks, as if the last try had just been used.
"""

from __future__ import annotations

import json
import logging
import math
from dataclasses import dataclass
from pathlib import Path

from kiosk.event_log.log_events import LogEvent, log
from kiosk.journal.boot import Moment
from kiosk.services.synced_file import read_small, write_synced

LONGEST_BOOT_S = 1e10


@dataclass(frozen=True, slots=True)
class TryRule:
    """When codes are looked at no more. After `free` wrong codes in a row nothing is looked at for `first_s` seconds.
    `most`: the count stays there; every further wrong code before it doubles the wait. `ends`: at `most` nothing is
    looked at until somebody unlocks.
    """

    free: int
    first_s: float
    most: int
    ends: bool = False

    def locked_for_s(self, wrong: int) -> float:
        """How long no code is looked at after so many wrong ones; infinite where only an unlocking helps."""
        if wrong < self.free:
            return 0.0
        if self.ends and wrong >= self.most:
            return math.inf
        return float(self.first_s * 2 ** (wrong - self.free))


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong codes in a row, and since when no code is looked at where there were too many."""

    wrong: int = 0
    locked_since: Moment | None = None


class TriesFile:
    """The record on disk, by a `rule`. Every method may raise `OSError`: then nothing is known, and no code may be
    looked at.
    """

    def __init__(self, path: Path, rule: TryRule, spoilt: LogEvent) -> None:
        self._path = path
        self._rule = rule
        self._spoilt = spoilt

    def wait_s(self, tries: Tries, now: Moment) -> float:
        """For how long no code is looked at from `now` on; 0.0: one is. Of another boot: how long the machine was off
        is not known, so only the time since this one began counts.
        """
        since = tries.locked_since
        if since is None:
            return 0.0
        passed_s = now.passed_s if since.boot_id != now.boot_id else since.seconds_until(now)
        return max(0.0, self._rule.locked_for_s(tries.wrong) - (passed_s or 0.0))

    def one_more(self, tries: Tries, now: Moment) -> Tries:
        """As it is if the code that is looked at now is wrong."""
        wrong = min(tries.wrong + 1, self._rule.most)
        return Tries(wrong, now if self._rule.locked_for_s(wrong) else None)

    def read(self, now: Moment) -> Tries:
        """What the file says; nothing was tried where there is no file. A spoilt file is written anew, locked, so that
        the lock has a beginning.
        """
        try:
            tries = _parsed(read_small(self._path), self._rule)
        except FileNotFoundError:
            return Tries()
        if tries is None or (tries.locked_since is not None and _is_out_of_time(tries.locked_since, now)):
            log(self._spoilt, level=logging.CRITICAL, error="spoilt file")
            tries = Tries(max(self._rule.free, tries.wrong if tries is not None else 0), now)
            self.write(tries)
        return tries

    def write(self, tries: Tries) -> None:
        """On disk when this returns, whatever happens to the power."""
        since = tries.locked_since
        told = {
            "wrong": tries.wrong,
            "lock": None if since is None else {"boot_id": since.boot_id, "passed_s": since.passed_s},
        }
        write_synced(self._path, json.dumps(told))


def _is_out_of_time(since: Moment, now: Moment) -> bool:
    """Whether it claims to have begun later than now."""
    return since.boot_id == now.boot_id and since.passed_s > now.passed_s


def _parsed(raw: bytes, rule: TryRule) -> Tries | None:
    """None for what `TriesFile.write` never wrote."""
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    wrong = told.get("wrong")
    if type(wrong) is not int or not 0 <= wrong <= rule.most:
        return None
    # "locked_until": before locks counted time that passed. The count holds, a lock of then begins anew.
    lock = told.get("lock", told.get("locked_until", "nothing"))
    if lock is None:
        return Tries(wrong) if wrong < rule.free else None
    since = _since(lock)
    return None if since is None or wrong < rule.free else Tries(wrong, since)


def _since(lock: object) -> Moment | None:
    if not isinstance(lock, dict):
        return None
    boot, passed_s = lock.get("boot_id"), lock.get("passed_s")
    if not isinstance(boot, str) or isinstance(passed_s, bool) or not isinstance(passed_s, int | float):
        return None
    return Moment(boot, float(passed_s)) if 0 <= passed_s <= LONGEST_BOOT_S else None
