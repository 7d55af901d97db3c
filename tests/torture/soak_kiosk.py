"""A kiosk without its window, as a process of its own: states go out as lines of JSON, intents come in.

python -m tests.torture.soak_kiosk CONFIG. Its memory, threads and files are those of the kiosk and of nothing else.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from assets import ASSETS
from kiosk.app.kiosk import Kiosk
from kiosk.app.site import about
from kiosk.config.settings import load_config
from kiosk.domain.clock import SystemClock
from kiosk.journal.journal import BIN_EMPTIED
from kiosk.presentation.pages import page_of
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.visits import VisitIds
from tests.waiting import LIMIT_S


class JumpingClock(SystemClock):
    """The machine's clocks; the monotonic one goes ahead when it is told to, so that no deadline is waited for."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead_s

    def jump(self, seconds: float) -> None:
        self._ahead_s += seconds


class SpokenTo:
    """The kiosk, and who stands before it at the other end of two pipes."""

    def __init__(self, config_file: Path) -> None:
        self._clock = JumpingClock()
        config = load_config(config_file, ASSETS)
        self._kiosk = Kiosk(config, self._show, self._clock)
        self._about = about(config, self._kiosk.region)

    def run(self) -> None:
        """Serve until standard input ends."""
        self._kiosk.start()
        self._kiosk.warm_up()
        for line in sys.stdin:
            self._obey(json.loads(line))
        self._kiosk.stop()

    def _show(self, state: s.State) -> None:
        page_of(self._about, state)
        visit = s.visit_of(state)
        told = {"state": type(state).__name__, "visit": str(visit.id) if visit else None}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()

    def _obey(self, told: dict[str, Any]) -> None:
        match told:
            case {"begin": language}:
                self._kiosk.engine.post(on.PersonChose(Intent.CHOOSE_LANGUAGE, language))
                self._kiosk.engine.post(on.PersonChose(Intent.START, ids=VisitIds(uuid4(), uuid4())))
            case {"choose": intent, "visit": visit}:
                self._kiosk.engine.post(on.PersonChose(Intent(intent)), UUID(visit))
            case {"jump_s": seconds}:
                self._clock.jump(seconds)
                self._kiosk.engine.answers(LIMIT_S)
            case {"bin_emptied": True}:
                self._kiosk.journal.note(BIN_EMPTIED, {})
            case _:
                raise ValueError(f"nobody understands {sorted(told)}")


if __name__ == "__main__":
    SpokenTo(Path(sys.argv[1])).run()
