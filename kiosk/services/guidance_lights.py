"""The guidance lights: they follow the state that is shown, and nothing waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from drivers.errors import DriverError
from drivers.guidance_lights.base import Glow, GuidanceLights, Light, Lights, Rate
from kiosk.domain.devices import GUIDANCE_LIGHTS
from kiosk.domain.faults import Fault
from kiosk.presentation.guidance import DARK, Guidance, guidance_of
from kiosk.runtime.workers import Worker
from kiosk.services.device_faults import fault_for, fault_of
from kiosk.services.device_health import DeviceHealth
from kiosk.services.effect_dispatch import Handler, ServiceThread
from kiosk.workflow import states as s

WALK_S = 1.0
"""How long each light shines when all are tried."""

AGAIN_S = 10.0
"""After what failed, while the same state is shown; the next state tries at once."""


class GuidanceLightsService:
    """Owns the lights on its worker's thread. Lights that fail are told of, tried again after `again_s`, and end
    nothing.
    """

    def __init__(self, lights: GuidanceLights, worker: Worker, health: DeviceHealth, again_s: float = AGAIN_S) -> None:
        self._lights = lights
        self._worker = worker
        self._health = health
        self._again_s = again_s

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {}

    def check(self) -> None:
        """Raise a `DriverError` if the lights cannot be switched."""
        self._lights.check()

    def test_walk(self) -> None:
        """Switch each light on by itself for a second, one after the other, then all off. Raises a `DriverError`."""
        for light in Light:
            self._lights.show({light: Glow(Rate.STEADY)})
            self._worker.pause(WALK_S)
        self._lights.show({})

    def close(self) -> None:
        """All off: whoever opens them next knows nothing of what they showed."""
        self._show({})
        self._lights.close()

    def follow(self, guidance: Guidance, since: float) -> None:
        """Show `guidance` of a state that was entered at `since` (monotonic), until a further job waits or nothing will
        change.
        """
        while True:
            shown_s = time.monotonic() - since
            later = guidance.later
            is_later = later is not None and shown_s >= later[0]
            due_s = self._show(later[1] if later is not None and is_later else guidance.lights)
            waits = [due_s] if due_s is not None else []
            if later is not None and not is_later:
                waits.append(later[0] - shown_s)
            if not waits or self._worker.pause(min(waits)):
                return

    def _show(self, lights: Lights) -> float | None:
        """Seconds until it is to be called again, None: not before something changes."""
        try:
            due_s = self._lights.show(lights)
        except DriverError as error:
            self._note(error)
            return self._again_s
        self._health.note(GUIDANCE_LIGHTS.name, None)
        return due_s

    def _note(self, error: DriverError) -> None:
        """Logged once for as long as it is the same, since it is found again and again."""
        fault = fault_for(GUIDANCE_LIGHTS, error)
        if self._health.fault(GUIDANCE_LIGHTS.name) is not fault:
            fault_of(GUIDANCE_LIGHTS, error, doing="switching a light")
        self._health.note(GUIDANCE_LIGHTS.name, fault)


class Guide:
    """Lets the lights of `thread` follow the machine. `trouble()`: why that thread does nothing any more. `entered` is
    called on the machine's thread. Of states that follow each other faster than lights are switched the last counts.
    """

    def __init__(self, thread: ServiceThread[GuidanceLightsService], trouble: Callable[[], Fault | None]) -> None:
        self._thread = thread
        self._trouble = trouble
        self._latest = (DARK, time.monotonic())
        self._is_queued = False  # a job that will show the latest: lights that do not answer must not gather jobs

    def entered(self, state: s.State) -> None:
        """Show the way of this state."""
        self._latest = (guidance_of(state), time.monotonic())
        if self._trouble() is None and not self._is_queued:
            self._is_queued = True
            self._thread.submit(self._follow, "guidance", not_done=self._taken_up)

    def _follow(self, service: GuidanceLightsService) -> None:
        self._taken_up()
        service.follow(*self._latest)

    def _taken_up(self) -> None:
        """From here on a state that is entered wants a job of its own."""
        self._is_queued = False
