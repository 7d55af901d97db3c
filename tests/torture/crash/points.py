"""Where a kiosk may be killed: named, counted, and the same in every run of the same visit."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Verb:
    """What a device is doing. `seen`: the batches of bytes that were met in it, by number."""

    name: str
    number: int
    seen: dict[bytes, int] = field(default_factory=dict)


class Reaper:
    """Counts every point that is passed and ends the process, with no chance to tidy up, at the one named `target`.

    `tell(name)` is called for every point when there is no target. A verb that is called again and again with nothing
    in between (looking for an identity card, watching the mouth) counts once, and so do equal bytes within one verb:
    how often a poll comes round is chance.
    """

    def __init__(self, target: str | None, tell: Callable[[str], None]) -> None:
        self._target = target
        self._tell = tell
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._verbs: dict[str, _Verb] = {}
        self._told: set[str] = set()

    def call(self, kind: str, what: str) -> Point:
        """A call that is made now: the n-th of its kind."""
        with self._lock:
            self._counts[f"{kind}/{what}"] += 1
            return Point(self, f"{kind}/{what}#{self._counts[f'{kind}/{what}']}")

    def verb(self, device: str, verb: str) -> Point:
        """A device is told to do something; a repetition of the last verb is the same call."""
        with self._lock:
            last = self._verbs.get(device)
            if last is None or last.name != verb:
                self._counts[f"device/{device}.{verb}"] += 1
                last = self._verbs[device] = _Verb(verb, self._counts[f"device/{device}.{verb}"])
            return Point(self, f"device/{device}.{verb}#{last.number}")

    def batch(self, device: str, data: bytes) -> Point:
        """Bytes that leave for a device, within what it is doing."""
        with self._lock:
            verb = self._verbs.setdefault(device, _Verb("open", 1))
            number = verb.seen.setdefault(bytes(data), len(verb.seen) + 1)
            return Point(self, f"bytes/{device}.{verb.name}#{verb.number}.{number}")

    def wants(self, name: str) -> bool:
        """Whether this is the point to end at."""
        return name == self._target

    def passed(self, name: str) -> None:
        """This point is reached."""
        if name == self._target:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._target is None and name not in self._told:
            with self._lock:
                self._told.add(name)
            self._tell(name)


@dataclass(frozen=True, slots=True)
class Point:
    """One call; its phases are the points."""

    reaper: Reaper
    name: str

    def passed(self, phase: str) -> None:
        """`phase`: before, half, sent, answered, after."""
        self.reaper.passed(f"{self.name}/{phase}")
