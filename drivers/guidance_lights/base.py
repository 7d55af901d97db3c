"""The interface of guidance lights: their places, colours and rates; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

DEVICE = "guidance_lights"


class Light(Enum):
    """The place of a light. `ATTENDANT_CALL`: a lamp or a buzzer where staff are."""

    ID_READER = "id_reader"
    PERMIT_SLOT = "permit_slot"
    RECEIPT_OUTLET = "receipt_outlet"
    CODE_SCANNER = "code_scanner"
    ATTENDANT_CALL = "attendant_call"


class Rate(Enum):
    """The flash rate of a light that is on; XFS4IoT calls steady *continuous*."""

    STEADY = "steady"
    SLOW = "slow"
    MEDIUM = "medium"


class Colour(Enum):
    """The colours of XFS4IoT's lights."""

    RED = "red"
    GREEN = "green"
    YELLOW = "yellow"
    BLUE = "blue"
    CYAN = "cyan"
    MAGENTA = "magenta"
    WHITE = "white"


@dataclass(frozen=True, slots=True)
class Glow:
    """How one light shines. `colour`: the preferred one; a light without it uses its own."""

    rate: Rate
    colour: Colour = Colour.GREEN


Lights = Mapping[Light, Glow]
"""The lights that are on; every other light is off."""


class GuidanceLights(Protocol):
    """The lights of one kiosk, used by one thread. A verb on a closed device opens it first; after a `TransportError`
    it is closed, so that the next verb begins afresh and switches every output again. Every verb but `close` may raise
    `LinkLost`, `LinkBusy`, `LinkTimeout` (no answer), `FrameCorrupt`, `UnexpectedReply` (a refusal).
    """

    def show(self, lights: Lights) -> float | None:
        """Switch the outputs for `lights`. Returns the seconds until it must be called again with the same lights, for
        the next flash; None: nothing flashes.
        """

    def check(self) -> None:
        """Switch every output to its present state again, to see whether the device answers."""

    def close(self) -> None:
        """Release the device without switching anything; may be called twice."""
