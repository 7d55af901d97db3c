"""What people do at a simulated permit unit, whatever dialect it speaks."""

from __future__ import annotations

from drivers.simulators.permit import Place, SimulatedPermit
from drivers.simulators.permit_unit_mechanism import Mechanism


class UnitHands:
    """Mouth, path and bin of one mechanism, for hands. `faults`: what goes wrong at present."""

    def __init__(self, mechanism: Mechanism, faults: set[str]) -> None:
        self._mechanism = mechanism
        self._faults = faults

    @property
    def permit(self) -> SimulatedPermit | None:
        """The permit in the mouth or inside."""
        return self._mechanism.permit

    @property
    def bin(self) -> list[SimulatedPermit]:
        """The retained permits, oldest first."""
        return list(self._mechanism.bin)

    def offer(self, permit: SimulatedPermit) -> None:
        """Hold `permit` into the mouth. Raises ValueError if one is there or inside."""
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
            permit.move_to(Place.HAND)
        return permits

    def free_jam(self) -> SimulatedPermit | None:
        """Pull out a jammed permit by hand (what made it jam is gone too); returns it."""
        for fault in [name for name in self._faults if name.startswith("jam_")]:
            self._faults.discard(fault)
        return self._mechanism.free()
