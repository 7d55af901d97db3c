"""The lights behind the machine, on the simulated board's wire: they follow, flash, hurry, fail quietly, and go out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assets import ASSETS
from drivers.guidance_lights.base import Glow, Light, Rate
from drivers.guidance_lights.device import ModbusLights
from drivers.guidance_lights.device_file import GuidanceLightsFile
from drivers.simulators.activity import ActivityLog
from drivers.simulators.guidance_lights_sim import GuidanceLightsSim
from drivers.transport.urls import open_bytes
from kiosk.domain.devices import GUIDANCE_LIGHTS
from kiosk.domain.faults import GUIDANCE_LIGHTS_LINK, GUIDANCE_LIGHTS_PROTOCOL, WORKER_DIED, Fault
from kiosk.presentation.guidance import DARK, Guidance
from kiosk.runtime.workers import Worker
from kiosk.services.device_health import DeviceHealth
from kiosk.services.effect_dispatch import ServiceThread
from kiosk.services.guidance_lights import GuidanceLightsService, Guide
from kiosk.workflow import states as s
from tests.unit.workflow.machine_samples import HOLDER, VISIT
from tests.waiting import LIMIT_S, eventually

SLOT, PAD = Light.PERMIT_SLOT, Light.ID_READER
ID_CARD, PERMIT, IDLE = s.ReadingIdCard(VISIT), s.AwaitingPermit(VISIT, HOLDER), s.Idle("zh-Hans")
FAST = {Rate.SLOW: 0.02, Rate.MEDIUM: 0.01}


def wait_for(event: threading.Event) -> None:
    assert event.wait(LIMIT_S)


class Front:
    """A thread with the lights, and a machine that only says its state."""

    def __init__(self, sim: GuidanceLightsSim, board: GuidanceLightsFile, walk_s: float = 1.0) -> None:
        self.health = DeviceHealth()
        self.deaths: list[BaseException | str] = []
        self.trouble: Fault | None = None
        self.thread: ServiceThread[GuidanceLightsService] = ServiceThread(
            Worker("guidance_lights", lambda _, error: self.deaths.append(error)),
            lambda worker: GuidanceLightsService(
                ModbusLights(lambda: open_bytes(sim.url, "guidance_lights"), board), worker, self.health, 0.01, walk_s
            ),
            self.deaths.extend,
        )
        self.thread.worker.start()
        self.guide = Guide(self.thread, lambda: self.trouble)

    def shows(self, guidance: Guidance, since: float) -> None:
        self.thread.submit(lambda service: service.follow(guidance, since))

    def word(self) -> str | None:
        return self.health.states().get(GUIDANCE_LIGHTS.name)


@pytest.fixture
def board() -> GuidanceLightsFile:
    shipped = GuidanceLightsFile.load(ASSETS / "devices" / "modbus-relay-8.toml")
    return replace(shipped, answer_s=0.2, flash_s={Rate.SLOW: 5.0, Rate.MEDIUM: 5.0})


@pytest.fixture
def sim(tmp_path: Path, board: GuidanceLightsFile) -> Iterator[GuidanceLightsSim]:
    sim = GuidanceLightsSim(ActivityLog(), 0.0, tmp_path, board)
    sim.start()
    yield sim
    sim.stop()


@pytest.fixture
def front(sim: GuidanceLightsSim, board: GuidanceLightsFile) -> Iterator[Front]:
    front = Front(sim, board)
    yield front
    front.thread.close()
    assert front.deaths == []


def test_the_lights_follow_the_states(sim: GuidanceLightsSim, front: Front) -> None:
    front.guide.entered(ID_CARD)
    eventually(lambda: sim.lit == {PAD})
    front.guide.entered(PERMIT)
    eventually(lambda: sim.lit == {SLOT})
    front.guide.entered(IDLE)
    eventually(lambda: sim.lit == frozenset())
    assert sim.switched == ((PAD, True), (PAD, False), (SLOT, True), (SLOT, False))
    assert front.word() == "ok"


def test_a_walk_shows_each_light_alone_for_its_time_whatever_else_waits(
    sim: GuidanceLightsSim, board: GuidanceLightsFile
) -> None:
    front = Front(sim, board, walk_s=0.05)
    walked = threading.Event()
    began = time.monotonic()
    front.thread.submit(GuidanceLightsService.test_walk)
    front.thread.submit(lambda _: walked.set())
    front.guide.entered(IDLE)
    wait_for(walked)
    assert time.monotonic() - began >= 0.05 * len(Light)
    front.thread.close()
    assert sim.switched == tuple((light, is_on) for light in Light for is_on in (True, False))
    assert front.deaths == []


def test_a_light_that_flashes_goes_on_until_something_else_is_shown(
    sim: GuidanceLightsSim, board: GuidanceLightsFile
) -> None:
    front = Front(sim, replace(board, flash_s=FAST))
    front.guide.entered(PERMIT)
    eventually(lambda: len(sim.switched) >= 6)
    assert sim.switched[:6] == ((SLOT, True), (SLOT, False)) * 3
    front.guide.entered(IDLE)
    front.thread.close()
    assert (sim.lit, front.deaths) == (frozenset(), [])


def test_what_is_later_comes_when_its_time_in_the_state_has_come(sim: GuidanceLightsSim, front: Front) -> None:
    steady = Glow(Rate.STEADY)
    guidance = Guidance({SLOT: steady}, (60.0, {PAD: steady}))
    front.shows(guidance, since=time.monotonic())
    eventually(lambda: sim.lit == {SLOT})
    front.shows(guidance, since=time.monotonic() - 59.9)
    eventually(lambda: sim.lit == {PAD})
    front.shows(guidance, since=time.monotonic() - 61.0)
    front.shows(DARK, since=time.monotonic())
    eventually(lambda: sim.lit == frozenset())


def test_of_states_that_follow_each_other_while_the_lights_are_busy_the_last_counts(
    sim: GuidanceLightsSim, front: Front
) -> None:
    busy = threading.Event()
    front.thread.submit(lambda _: wait_for(busy))
    front.guide.entered(ID_CARD)
    front.guide.entered(PERMIT)
    busy.set()
    eventually(lambda: sim.lit == {SLOT})
    assert sim.switched == ((SLOT, True),)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("silent", GUIDANCE_LIGHTS_LINK),
        ("unplugged", GUIDANCE_LIGHTS_LINK),
        ("garbled", GUIDANCE_LIGHTS_PROTOCOL),
        ("refuses", GUIDANCE_LIGHTS_PROTOCOL),
    ],
)
def test_lights_that_fail_are_told_of_once_and_tried_again_while_the_state_stands(
    sim: GuidanceLightsSim,
    front: Front,
    caplog: pytest.LogCaptureFixture,
    name: str,
    fault: Fault,
) -> None:
    caplog.set_level("INFO", "kiosk")
    sim.set_fault(name)
    front.guide.entered(PERMIT)
    eventually(lambda: front.word() == fault.code)
    sim.clear_faults()
    eventually(lambda: sim.lit == {SLOT})
    eventually(lambda: front.word() == "ok")
    troubles = [line for line in caplog.messages if line.startswith("device_trouble ")]
    assert [json.loads(line.partition(" ")[2])["fault"] for line in troubles] == [fault.code]


def test_what_the_board_still_shows_of_an_earlier_program_goes_out_at_the_start(
    sim: GuidanceLightsSim, board: GuidanceLightsFile, front: Front
) -> None:
    earlier = ModbusLights(lambda: open_bytes(sim.url), board)
    earlier.show({SLOT: Glow(Rate.STEADY)})
    earlier.close()
    front.guide.entered(s.Recovering())
    eventually(lambda: sim.lit == frozenset())


def test_at_the_end_all_are_off(sim: GuidanceLightsSim, front: Front) -> None:
    front.guide.entered(PERMIT)
    eventually(lambda: sim.lit == {SLOT})
    front.thread.close()
    assert sim.lit == frozenset()


def test_an_end_without_the_board_is_an_end(sim: GuidanceLightsSim, front: Front) -> None:
    front.guide.entered(PERMIT)
    eventually(lambda: sim.lit == {SLOT})
    sim.set_fault("unplugged")
    front.thread.close()
    assert not front.thread.worker.is_alive()
    assert front.word() == GUIDANCE_LIGHTS_LINK.code


def test_a_thread_that_does_nothing_any_more_is_handed_nothing(sim: GuidanceLightsSim, front: Front) -> None:
    front.trouble = WORKER_DIED
    front.guide.entered(PERMIT)
    front.trouble = None
    front.guide.entered(ID_CARD)
    eventually(lambda: sim.lit == {PAD})
    assert sim.switched == ((PAD, True),)
