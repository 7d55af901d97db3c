"""What happens in service mode beside what happens in visits."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.faults import Fault
from kiosk.domain.retained import KeptPermit
from kiosk.domain.technician import Technician
from kiosk.workflow.technician.tasks import SignInProblem, TestRecord


@dataclass(frozen=True, slots=True)
class ServiceModeRequested:
    """Somebody asks for service mode, at the screen or from a shell. Nobody is let in by that."""


@dataclass(frozen=True, slots=True)
class ServiceCardAccepted:
    """A service card proved to be that of the technician with this number; the PIN is still to come."""

    number: str


@dataclass(frozen=True, slots=True)
class ServiceCardRefused:
    """A card, or the reader for it, is of no use. `problem`: why; one of `SERVICE_CARD_PROBLEMS`."""

    problem: SignInProblem


@dataclass(frozen=True, slots=True)
class ServiceCardRemoved:
    """The card that was accepted is not in the reader any more, or nobody knows whether it is."""


@dataclass(frozen=True, slots=True)
class TechnicianAdmitted:
    technician: Technician


@dataclass(frozen=True, slots=True)
class TechnicianNotAdmitted:
    """`wait_s`: how long nothing is looked at from now on; infinite until somebody unlocks; 0: at once again."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class SignInUnanswered:
    """What was typed could not be looked at, for no fault of who typed it: a try or an unlocking."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """Tries are counted anew."""


@dataclass(frozen=True, slots=True)
class UnlockRefused:
    pass


@dataclass(frozen=True, slots=True)
class PartTested:
    record: TestRecord


@dataclass(frozen=True, slots=True)
class ServiceStateChanged:
    """The machine was closed by people, and why; None: it was opened."""

    closed: Fault | None


@dataclass(frozen=True, slots=True)
class ServiceStateNotChanged:
    """The change could not be kept, so nothing was changed."""


@dataclass(frozen=True, slots=True)
class BinListed:
    """The permits in the bin, oldest first."""

    permits: tuple[KeptPermit, ...]


@dataclass(frozen=True, slots=True)
class EmptyingNoted:
    """The journal says now that the bin was emptied."""


@dataclass(frozen=True, slots=True)
class BinUnanswered:
    """The journal could not be read or written, and why."""

    fault: Fault
