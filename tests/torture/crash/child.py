"""The kiosk without its window, as a process that may be killed at any point.

python -m tests.torture.crash.child FD: waits at this socket for orders to start kiosks, each a process of its own by
fork, so that no start has to import everything anew. python -m tests.torture.crash.child --once JSON: one kiosk, from
a cold interpreter as in the field.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import threading
import traceback
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

from assets import ASSETS
from tests.torture.crash.clock import SharedClock
from tests.torture.crash.points import Reaper
from tests.waiting import LIMIT_S


@dataclass(frozen=True, slots=True)
class Start:
    """How a kiosk is to be started. `began`, `jumped_s`: the clock of the harness, which this process shares;
    `target`: the point to be killed at, if any; `counts`: whether every point is told; `disk_log`: where everything
    that is done to the disk is written down, `disk_kill_before`: which of it is not done any more.
    """

    config: str
    control: str
    log: str
    began: float
    jumped_s: float
    target: str | None = None
    counts: bool = False
    disk_log: str | None = None
    disk_kill_before: int = 0

    def to_json(self) -> str:
        return json.dumps(asdict(self))


class Conversation:
    """Lines of JSON to the harness and from it."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._lock = threading.Lock()

    def say(self, **words: Any) -> None:
        with self._lock:
            self._socket.sendall((json.dumps(words) + "\n").encode())

    def lines(self) -> Any:
        with self._socket.makefile("r", encoding="utf-8") as lines:
            yield from lines


class Mortal:
    """One kiosk and its conversation with the harness."""

    def __init__(self, start: Start) -> None:
        from kiosk.app.kiosk import Kiosk
        from kiosk.app.site import about
        from kiosk.config.settings import load_config
        from tests.torture.crash import disk, seams

        self.talk = Conversation(start.control)
        self.clock = SharedClock(start.began, start.jumped_s)
        if start.target is not None or start.counts:
            seams.install(Reaper(start.target, lambda name: self.talk.say(point=name)))
        config = load_config(Path(start.config), ASSETS)
        if start.disk_log is not None:
            disk.begin(str(config.state_dir), start.disk_log, start.disk_kill_before)
        self._state: Any = None
        self._warm = False
        self.kiosk = Kiosk(config, self.show, self.clock, broken=_end_like_the_machine)
        self.about = about(config, self.kiosk.region)

    def run(self) -> None:
        """Serve until the harness hangs up."""
        self.kiosk.start_for_first_screen()
        for line in self.talk.lines():
            self.hears(json.loads(line))
        self.kiosk.stop()

    def show(self, state: Any) -> None:
        from kiosk.presentation.present import present
        from kiosk.workflow import states as s
        from kiosk.workflow.deadlines import deadline_of

        self._state = state
        ending = getattr(state, "ending", None)
        self.talk.say(
            state=type(state).__name__,
            screen=type(present(self.about, state)).__name__,
            custody=s.custody_of(state).value,
            ending=type(ending).__name__ if ending is not None else None,
            fault=_fault_of(state),
            ending_fault=_fault_of(ending),
            deadline_s=deadline_of(state).seconds,
            choices=self._choices(state),
        )
        if not self._warm and not isinstance(state, s.Recovering):
            self._warm = True
            threading.Thread(target=self.kiosk.warm_up, name="warm-up").start()

    def _choices(self, state: Any) -> list[str]:
        """What a finger may do now: every intent that the machine does not ignore."""
        from kiosk.workflow import events as on
        from kiosk.workflow.intents import Intent
        from kiosk.workflow.machine import step

        site = self.kiosk.engine._site
        return [intent.value for intent in Intent if step(site, state, on.PersonChose(intent, "")) is not None]

    def hears(self, words: dict[str, Any]) -> None:
        from kiosk.workflow import events as on
        from kiosk.workflow import states as s
        from kiosk.workflow.intents import Intent
        from kiosk.workflow.visits import VisitIds

        match words:
            case {"begin": language}:
                self.kiosk.engine.post(on.PersonChose(Intent.CHOOSE_LANGUAGE, language))
                self.kiosk.engine.post(on.PersonChose(Intent.START, ids=VisitIds(uuid4(), uuid4())))
            case {"choose": intent, "choice": choice}:
                visit = s.visit_of(self._state)
                self.kiosk.engine.post(on.PersonChose(Intent(intent), choice), visit.id if visit else None)
            case {"jump": seconds}:
                self.clock.jump(seconds)
                self.kiosk.engine.answers(LIMIT_S)
            case _:
                raise ValueError(f"the harness said {words}")


def _fault_of(carrier: Any) -> str | None:
    fault = getattr(carrier, "fault", None)
    return None if fault is None else str(fault.code)


def _end_like_the_machine() -> None:
    traceback.print_exc()
    os._exit(70)


def live(start: Start) -> None:
    """Be a kiosk; never returns."""
    log = os.open(start.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    logging.basicConfig(level=logging.WARNING, force=True)
    logging.getLogger("kiosk").setLevel(logging.DEBUG)
    status = 71
    try:
        Mortal(start).run()
        status = 0
    finally:
        if status:
            traceback.print_exc()
        os._exit(status)


PRELOADED = (
    "drivers.code_scanner.device",
    "drivers.id_reader.device",
    "drivers.permit_chip.chip",
    "drivers.permit_unit.star_tcp300.device",
    "drivers.permit_unit.crt_591_m.device",
    "drivers.permit_unit.crt_591_m.chip_contacts",
    "drivers.receipt_printer.device",
    "drivers.simulators.direct_link",
    "drivers.typeface",
    "kiosk.app.kiosk",
    "kiosk.central.grants",
    "kiosk.services.central.requests",
    "kiosk.services.chip",
    "kiosk.services.code_scanner",
    "kiosk.services.face",
    "kiosk.services.id_card",
    "kiosk.services.central.outbox",
    "kiosk.services.permit",
    "kiosk.services.receipt",
    "kiosk.papers.receipt_text",
    "kiosk.papers.slips",
    "kiosk.texts.translation",
    "tests.torture.crash.seams",
)
"""What a kiosk will need, so that a forked one has it."""


def wait_for_orders(orders: socket.socket) -> None:
    """{"start": …} → {"pid": …}; {"wait": pid} → {"status": …}. Ends when the harness hangs up."""
    for name in PRELOADED:
        import_module(name)
    with orders.makefile("rw", encoding="utf-8") as lines:
        while line := lines.readline():
            match json.loads(line):
                case {"start": settings}:
                    pid = os.fork()
                    if pid == 0:
                        os.close(orders.fileno())
                        live(Start(**settings))
                    answer = {"pid": pid}
                case {"wait": pid}:
                    answer = {"status": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}
                case other:
                    raise ValueError(f"no order: {other}")
            lines.write(json.dumps(answer) + "\n")
            lines.flush()


if __name__ == "__main__":
    if sys.argv[1] == "--once":
        live(Start(**json.loads(sys.argv[2])))
    wait_for_orders(socket.socket(fileno=int(sys.argv[1])))
