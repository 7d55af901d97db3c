"""The service of the guidance lights. They follow the state that is shown, and nothing waits for them."""

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
"""Seconds; a person looks from the screen to the light and back."""

AGAIN_S = 10.0
"""Seconds before a failed switch is tried again in the same state; the next state tries at once."""


class GuidanceLightsService:
    """The service of the lights, which it owns on its worker's thread. Failing lights are reported, tried again after
    `again_s` seconds, and end no visit. `walk_s`: how long each shines when all are tried.
    """

    def __init__(
        self,
        lights: GuidanceLights,
        worker: Worker,
        health: DeviceHealth,
        again_s: float = AGAIN_S,
        walk_s: float = WALK_S,
    ) -> None:
        self._lights = lights
        self._worker = worker
        self._health = health
        self._again_s = again_s
        self._walk_s = walk_s

    @property
    def handlers(self) -> Mapping[type, Handler]:
        return {}

    def check(self) -> None:
        """Raise a `DriverError` if the lights cannot be switched."""
        self._lights.check()

    def test_walk(self) -> None:
        """Switch each light on by itself, one after the other, then all off. Raises a `DriverError`."""
        for light in Light:
            self._lights.show({light: Glow(Rate.STEADY)})
            if self._worker.rest(self._walk_s):
                break
        self._lights.show({})

    def close(self) -> None:
        """Switch all lights off and release the device. The next user does not know which lights were on."""
        self._show({})
        self._lights.close()

    def follow(self, guidance: Guidance, since: float) -> None:
        """Show `guidance` of a state that was entered at `since` (monotonic seconds), until a further job waits or
        nothing is left to change.
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
        """Switch the lights. Returns the seconds until the next call is due; None: not before something changes."""
        try:
            due_s = self._lights.show(lights)
        except DriverError as error:
            self._note(error)
            return self._again_s
        self._health.note(GUIDANCE_LIGHTS.name, None)
        return due_s

    def _note(self, error: DriverError) -> None:
        """Note an error. A repeated error is logged once."""
        fault = fault_for(GUIDANCE_LIGHTS, error)
        if self._health.fault(GUIDANCE_LIGHTS.name) is not fault:
            fault_of(GUIDANCE_LIGHTS, error, doing="switching a light")
        self._health.note(GUIDANCE_LIGHTS.name, fault)


class Guide:
    """Lets the lights of `thread` follow the machine. `trouble()`: why that thread does not work. `entered` is called
    on the machine's thread. Of states that follow each other faster than lights are switched, only the last is shown.
    """

    def __init__(self, thread: ServiceThread[GuidanceLightsService], trouble: Callable[[], Fault | None]) -> None:
        self._thread = thread
        self._trouble = trouble
        self._latest = (DARK, time.monotonic())
        self._is_queued = False  # a job that will show the latest state; jobs must not pile up if lights do not answer

    def entered(self, state: s.State) -> None:
        """Show the lights of this state."""
        self._latest = (guidance_of(state), time.monotonic())
        if self._trouble() is None and not self._is_queued:
            self._is_queued = True
            self._thread.submit(self._follow, "guidance", not_done=self._taken_up)

    def _follow(self, service: GuidanceLightsService) -> None:
        self._taken_up()
        service.follow(*self._latest)

    def _taken_up(self) -> None:
        """Note that the queued job has begun, so that the next state queues another."""
        self._is_queued = False
