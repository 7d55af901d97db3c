"""What guidance lights there are and what they show; no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

DEVICE = "guidance_lights"


class Light(Enum):
    """A place that a light stands at. `ATTENDANT_CALL`: a lamp or a buzzer where staff are."""

    ID_READER = "id_reader"
    PERMIT_SLOT = "permit_slot"
    RECEIPT_OUTLET = "receipt_outlet"
    CODE_SCANNER = "code_scanner"
    ATTENDANT_CALL = "attendant_call"


class Rate(Enum):
    """How a light that is not off shines; XFS4IoT calls steady *continuous*."""

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
    """How one light shines. `colour` is a wish: a light that does not have it shines in what it has."""

    rate: Rate
    colour: Colour = Colour.GREEN


Lights = Mapping[Light, Glow]
"""What shines; every other light is off."""


class GuidanceLights(Protocol):
    """The lights of one kiosk, used by one thread. A verb on a closed device opens it first; after a `TransportError`
    it is closed, so that the next verb begins afresh and switches everything anew. Every verb but `close` may raise
    `LinkLost`, `LinkBusy`, `LinkTimeout` (no answer), `FrameCorrupt`, `UnexpectedReply` (it refuses).
    """

    def show(self, lights: Lights) -> float | None:
        """Switch what is to shine now. Seconds until a flash is due, when it is to be called again with the same; None:
        nothing flashes.
        """

    def check(self) -> None:
        """Switch every output anew to what it is: whether the device answers."""

    def close(self) -> None:
        """Release the device as it is; may be called twice."""
