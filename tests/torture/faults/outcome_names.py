"""How a cell may end: few words, each made of what can be seen: the permit, its chip and face, and the kiosk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Work(Enum):
    """What became of what the holder came for: (letter, meaning)."""

    RENEWED = ("R", "renewed: chip and face are new")
    FACE_PENDING = ("F", "the chip is renewed; of the face nobody knows, or it is old: any kiosk refreshes it later")
    UNCHANGED = ("U", "the permit is as it was, and the holder was told why")
    UNKNOWN = ("?", "the chip fell silent in the write, or holds a part of it; the next visit settles that")
    APPLIED = ("A", "the application is with central")
    TOLD = ("T", "what was asked has been told, nothing was to be written")
    ENDED = ("E", "the visit ended before a permit was taken in")


class Whereabouts(Enum):
    """Where the permit was when the visit had ended and everything was mended: (letter, meaning)."""

    IN_HAND = ("", "the holder has the permit")
    GIVEN_BACK = ("g", "inside until it was mended, then the kiosk gave it back by itself")
    BY_STAFF = ("s", "staff took the permit out by hand and keep it for its holder")
    IN_BIN = ("b", "the kiosk keeps the permit in its bin, and central knows")


class Service(Enum):
    """Whether the next person could come before anything was mended: (letter, meaning)."""

    OPEN = ("", "the kiosk serves on")
    CLOSED = ("!", "out of service until it was mended; the screen says why")


@dataclass(frozen=True)
class Ending:
    """The named outcome of a cell. `paperless`: the paper did not come, and the screen said so."""

    work: Work
    permit: Whereabouts = Whereabouts.IN_HAND
    service: Service = Service.OPEN
    paperless: bool = False

    @property
    def code(self) -> str:
        return self.work.value[0] + ("p" if self.paperless else "") + self.permit.value[0] + self.service.value[0]

    @property
    def name(self) -> str:
        words = [self.work.value[1]]
        words += ["no paper came"] if self.paperless else []
        words += [] if self.permit is Whereabouts.IN_HAND else [self.permit.value[1]]
        words += [] if self.service is Service.OPEN else [self.service.value[1]]
        return "; ".join(words)


PAPERLESS = ("p", "the paper did not come, and the screen said so")
