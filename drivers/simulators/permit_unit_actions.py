"""The actions of people at a simulated permit unit, and its faults, for all dialects."""

from __future__ import annotations

from abc import ABC, abstractmethod

from drivers.simulators.activity import ActivityLog
from drivers.simulators.permit import PermitLocation, SimulatedPermit
from drivers.simulators.permit_unit_mechanism import Mechanism
from drivers.simulators.pty_line import PtyLine


class UnitActions(ABC):
    """The actions at mouth, path, bin and cable of one unit. `fault_names`: the possible faults."""

    fault_names: tuple[str, ...]

    def __init__(self, activity: ActivityLog, pace: float, line: PtyLine) -> None:
        self._faults: set[str] = set()  # the present faults
        self._mechanism = Mechanism(activity, pace, self._faults)
        self._line = line

    @property
    def permit(self) -> SimulatedPermit | None:
        """The permit in the mouth or inside."""
        return self._mechanism.permit

    @property
    def bin(self) -> list[SimulatedPermit]:
        """The retained permits, oldest first."""
        return list(self._mechanism.bin)

    def offer(self, permit: SimulatedPermit) -> None:
        """Put `permit` into the mouth. Raises ValueError if one is there or inside."""
        self._mechanism.offer(permit)

    def withdraw(self) -> bool:
        """Pull an offered permit back before the unit has moved it. False if there was nothing to pull."""
        return self._mechanism.take(only_offered=True) is not None

    def take(self) -> SimulatedPermit | None:
        """Take the permit from the mouth; None if none is within reach."""
        return self._mechanism.take()

    def empty_bin(self) -> list[SimulatedPermit]:
        """Take all permits out of the bin and into the hand."""
        permits, self._mechanism.bin = self._mechanism.bin, []
        for permit in permits:
            permit.move_to(PermitLocation.HAND)
        return permits

    def free_jam(self) -> SimulatedPermit | None:
        """Pull out a jammed permit by hand, which also ends the cause of the jam; returns it."""
        for fault in [name for name in self._faults if name.startswith("jam_")]:
            self._faults.discard(fault)
        return self._mechanism.free()

    def set_fault(self, name: str) -> None:
        """Set a fault until `clear_faults`. Faults named "once" or "lost" happen once, power_loss at once, and
        power_loss_answering with the next command.
        """
        if name not in self.fault_names:
            raise ValueError(f"{name!r} is none of {', '.join(self.fault_names)}")
        if name == "power_loss":
            self._lose_power()
            return
        self._faults.add(name)
        if name == "unplugged":
            self._line.unplug()

    def clear_faults(self) -> None:
        """End all faults; a jammed permit stays jammed until `free_jam`."""
        self._faults.clear()
        self._line.plug_in()

    def _say(self, data: bytes) -> None:
        if "silent" not in self._faults:
            self._line.send(data)

    def _garbled(self, answer: bytes) -> bytes:
        """The answer as it goes out: with a wrong last byte while "garbled" is set, or once."""
        if "garbled" not in self._faults and "garbled_once" not in self._faults:
            return answer
        self._faults.discard("garbled_once")
        return answer[:-1] + bytes([answer[-1] ^ 0x55])

    @abstractmethod
    def _lose_power(self) -> None:
        """Switch off and on again: a moving permit stops where it is, and pending answers are lost."""
