"""The mechanism of the simulated permit unit: motors, sensors, heads and bin, without the protocol.

Motions run in the unit's own thread and take real time multiplied by the pace. Actions may come from any thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from drivers.simulators.activity import ActivityLog
from drivers.simulators.permit import PermitLocation, SimulatedPermit

WHO = "permit_unit"
WIDTH_DOTS = 480
COLUMN_BYTES = 40
BLANK_RASTER = bytes(WIDTH_DOTS * COLUMN_BYTES)


@dataclass(frozen=True, slots=True)
class MechanismTimes:
    """Seconds at a pace of 1."""

    take_in_s: float = 1.2
    erase_and_print_s: float = 6.0
    give_out_s: float = 0.8
    initialise_s: float = 3.0


class Motion(Enum):
    """How a motion ended; each dialect has its own code for it."""

    DONE = "done"
    NO_PERMIT = "no permit"
    WRONG_WAY = "wrong way round"
    TOO_LONG = "too long"
    PULLED_BACK = "pulled back by hand"
    JAM = "jam"
    COVER_OPEN = "cover open"
    MOTOR = "motor"
    HEAD_HOT = "erase head too hot"
    SELF_TEST = "self-test"


@dataclass(frozen=True, slots=True)
class Sight:
    """The state of the sensors. `waits_for_removal`: the permit was given out and not yet taken."""

    place: PermitLocation
    waits_for_removal: bool
    cover_open: bool


class Interrupted(Exception):
    """A motion was interrupted: power lost, cover opened, reset, or the simulator stops."""


class Mechanism:
    """One path with a mouth, a station where the chip is reached, and a bin behind it."""

    def __init__(self, activity: ActivityLog, pace: float, faults: set[str]) -> None:
        self.times = MechanismTimes()
        self.bin: list[SimulatedPermit] = []
        self.transports = 0
        self.prints = 0
        self._activity = activity
        self._pace = pace
        self._faults = faults
        self._changed = threading.Condition()
        self._permit: SimulatedPermit | None = None
        self._place = PermitLocation.HAND
        self._waits_for_removal = False
        self._jammed = False
        self._moving = False
        self._cover_open = False
        self._interrupted = False
        self._wait_cancelled = False

    # Actions.

    @property
    def permit(self) -> SimulatedPermit | None:
        """The permit in the mouth or inside."""
        with self._changed:
            return self._permit

    def offer(self, permit: SimulatedPermit) -> None:
        """Put `permit` into the mouth. Raises ValueError if something is there or inside, or it is not in a hand."""
        with self._changed:
            if self._permit is not None:
                raise ValueError("a permit is in the mouth or inside already")
            if permit.place is not PermitLocation.HAND:
                raise ValueError("this permit is not in a hand")
            self._permit, self._place, self._waits_for_removal = permit, PermitLocation.MOUTH, False
        permit.move_to(PermitLocation.MOUTH)
        with self._changed:
            self._changed.notify_all()

    def take(self, *, only_offered: bool = False) -> SimulatedPermit | None:
        """Take the permit from the mouth; None if none is within reach or it is moving."""
        with self._changed:
            if self._place is not PermitLocation.MOUTH or self._moving or (only_offered and self._waits_for_removal):
                return None
            permit = self._leave()
        if permit is not None:
            permit.move_to(PermitLocation.HAND)
        return permit

    def free(self) -> SimulatedPermit | None:
        """Open the unit and pull out the permit inside or in the mouth; the jam is cleared."""
        self.interrupt()
        with self._changed:
            self._jammed = False
            permit = self._leave()
        if permit is not None:
            permit.move_to(PermitLocation.HAND)
        return permit

    def set_cover(self, *, is_open: bool) -> None:
        with self._changed:
            self._cover_open = is_open

    # Sensors.

    @property
    def cover_open(self) -> bool:
        with self._changed:
            return self._cover_open

    @property
    def jammed(self) -> bool:
        with self._changed:
            return self._jammed

    @property
    def is_inside(self) -> bool:
        with self._changed:
            return self._permit is not None and self._place in (PermitLocation.STATION, PermitLocation.PATH)

    def sight(self) -> Sight:
        """Where the permit is; `PermitLocation.HAND` where none is in the mouth or inside."""
        with self._changed:
            return Sight(self._place, self._waits_for_removal, self._cover_open)

    # Motions; for the unit's thread.

    def interrupt(self) -> None:
        """Interrupt the running motion or wait."""
        with self._changed:
            self._interrupted = True
            self._changed.notify_all()

    def cancel_wait(self) -> None:
        """End the wait for a permit; a running motion goes on."""
        with self._changed:
            self._wait_cancelled = True
            self._changed.notify_all()

    def make_ready(self) -> None:
        """Clear an interruption that has taken effect."""
        with self._changed:
            self._interrupted = self._wait_cancelled = False

    def wait_for_permit(self, any_permit: Callable[[], bool]) -> None:
        """Return once a permit is there that may be processed (or, by `any_permit`, also one that was given out)."""
        with self._changed:
            while not (self._permit is not None and (any_permit() or not self._waits_for_removal)):
                if self._interrupted or self._wait_cancelled:
                    raise Interrupted
                self._changed.wait()

    def cancel_removal(self) -> None:
        """The permit in the mouth may be processed again."""
        with self._changed:
            self._waits_for_removal = False
            self._changed.notify_all()

    def take_in(self) -> Motion:
        """Draw the permit to the station."""
        refusal = self._cannot_move()
        if refusal is not None:
            return refusal
        with self._changed:
            if self._place is PermitLocation.STATION:
                self._waits_for_removal = False
                return Motion.DONE
        for fault, refusal in (("wrong_way", Motion.WRONG_WAY), ("too_long", Motion.TOO_LONG)):
            if fault in self._faults:
                self._move(PermitLocation.PATH, self.times.give_out_s, "look at the permit")
                self._give_out_to_mouth()
                return refusal
        self._move(PermitLocation.PATH, self.times.take_in_s / 2, "take in")
        if "pulled_back" in self._faults:
            with self._changed:
                permit = self._leave()
            if permit is not None:
                permit.move_to(PermitLocation.HAND)
            return Motion.PULLED_BACK
        if "jam_taking_in" in self._faults:
            return self._jam()
        self._spend(self.times.take_in_s / 2, "take in")
        self._arrive(PermitLocation.STATION)
        if "jam_at_station" in self._faults:
            with self._changed:
                self._jammed = True
        return Motion.DONE

    def give_out(self) -> Motion:
        """Move the permit to the mouth, where it waits for removal."""
        refusal = self._cannot_move()
        if refusal is not None:
            return refusal
        if "jam_giving_out" in self._faults:
            self._move(PermitLocation.PATH, self.times.give_out_s / 2, "give out")
            return self._jam()
        self._give_out_to_mouth()
        return Motion.DONE

    def hold_in_front(self) -> Motion:
        """Move the permit to the front idling position."""
        refusal = self._cannot_move()
        if refusal is None:
            self._move(PermitLocation.PATH, self.times.give_out_s, "hold in front")
        return refusal or Motion.DONE

    def retain(self) -> Motion:
        """Move the permit into the bin."""
        refusal = self._cannot_move()
        if refusal is not None:
            return refusal
        self._move(PermitLocation.PATH, self.times.give_out_s, "retain")
        if self._faults & {"bin_full", "jam_retaining"}:
            return self._jam()
        with self._changed:
            permit = self._leave()
        if permit is not None:
            self.bin.append(permit)
            permit.move_to(PermitLocation.BIN)
        return Motion.DONE

    def rewrite(self, raster: bytes | None, *, erase: bool) -> Motion:
        """Erase the face, and print `raster` on it unless it is None."""
        refusal = self._cannot_move()
        if refusal is not None:
            return refusal
        if "erase_head_hot" in self._faults:
            return Motion.HEAD_HOT
        permit = self.permit
        assert permit is not None
        self._move(PermitLocation.PATH, self.times.erase_and_print_s / 2, "erase")
        if erase:
            permit.face.erase()
        if "jam_printing" in self._faults:
            half = len(BLANK_RASTER) // 2
            permit.face.print_columns((raster or BLANK_RASTER)[:half] + BLANK_RASTER[half:])
            return self._jam()
        self._spend(self.times.erase_and_print_s / 2, "print")
        if raster is not None:
            permit.face.print_columns(raster)
            self.prints += 1
        return Motion.DONE

    def find_zero(self) -> Motion:
        """Find the mechanism's zero; a permit inside stays where it is."""
        self._spend(self.times.initialise_s, "initialise")
        if self._faults & {"cam_motor", "motor"}:
            return Motion.MOTOR
        return Motion.SELF_TEST if self._faults & {"eeprom", "sensor"} else Motion.DONE

    def _cannot_move(self) -> Motion | None:
        with self._changed:
            if self._cover_open:
                return Motion.COVER_OPEN
            if self._jammed:
                return Motion.JAM
            if self._permit is None:
                return Motion.NO_PERMIT
        return Motion.MOTOR if self._faults & {"cam_motor", "motor"} else None

    def _give_out_to_mouth(self) -> None:
        self._move(PermitLocation.PATH, self.times.give_out_s, "give out")
        with self._changed:
            self._waits_for_removal = True
        self._arrive(PermitLocation.MOUTH)

    def _jam(self) -> Motion:
        with self._changed:
            self._jammed = True
            self._moving = False
        return Motion.JAM

    def _move(self, through: PermitLocation, seconds: float, doing: str) -> None:
        """Leave the present place and travel for `seconds`; `_arrive` ends the motion."""
        with self._changed:
            permit = self._permit
            self._place, self._moving = through, True
        if permit is not None:
            permit.move_to(through)
        self._spend(seconds, doing)

    def _arrive(self, place: PermitLocation) -> None:
        with self._changed:
            permit = self._permit
            self._place, self._moving = place, False
            if place is PermitLocation.STATION:
                self._waits_for_removal = False
            self.transports += 1
        if permit is not None:
            permit.move_to(place)

    def _leave(self) -> SimulatedPermit | None:
        """Forget the permit (the lock is held)."""
        permit, self._permit = self._permit, None
        self._place, self._waits_for_removal, self._moving = PermitLocation.HAND, False, False
        return permit

    def _spend(self, seconds: float, doing: str) -> None:
        deadline = time.monotonic() + seconds * self._pace
        with self._activity.during(WHO, "device", doing), self._changed:
            while not self._interrupted and (left_s := deadline - time.monotonic()) > 0:
                self._changed.wait(left_s)
            if self._interrupted:
                self._moving = False
                raise Interrupted
