"""The visits that are cut short: who comes, with what, and what a visit that is not cut ends with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tests.torture.crash.resident import Act, touches, walks_away
from tests.torture.crash.world import Country, World

NEIGHBOUR = ("lu-tuji", "lu-tuji-rare-name")


@dataclass(frozen=True, slots=True)
class Scenario:
    """`habits`: what the resident does otherwise; `ends`: the ending that an uncut visit is to have; `writes`: commands
    that write on the chip in one endorsement; `stays`: whether the resident is still there after the crash.
    """

    name: str
    person: str
    permit: str
    ends: str
    writes: int = 1
    region: str = "shanghai"
    has_bin: bool = True
    face_pending: bool = False
    stays: bool = True
    away_s: float = 10.0
    habits: Mapping[str, Act] = field(default_factory=dict)

    def world(self, country: Country) -> World:
        """A fresh one."""
        permits = tuple(dict.fromkeys((self.permit, NEIGHBOUR[1])))
        return World(country, permits, self.region, self.has_bin, self.permit if self.face_pending else None)


_LIN = ("lin-yuzhen", "lin-yuzhen-shanghai")
_FORGETS: Mapping[str, Act] = MappingProxyType({"AwaitingRemoval": walks_away, "AwaitingHolder": walks_away})

ALL: tuple[Scenario, ...] = (
    Scenario("renewal", *_LIN, ends="Renewed"),
    Scenario("forgotten", *_LIN, ends="Renewed", stays=False, habits=_FORGETS),
    Scenario("long-stop", *_LIN, ends="Renewed", away_s=150.0),
    Scenario("no-bin-long-stop", *_LIN, ends="Renewed", has_bin=False, away_s=150.0),
    Scenario("ssse", "xu-wenhua", "xu-wenhua-ssse", ends="Renewed", writes=6),
    Scenario("face-only", *_LIN, ends="Renewed", writes=0, face_pending=True),
    Scenario("cancel", *_LIN, ends="Declined", writes=0, habits=MappingProxyType({"Confirming": touches("cancel")})),
    Scenario("refusal", "zhao-mingyuan", "zhao-mingyuan-too-early", ends="Declined", writes=0),
    Scenario("application", "fu-haiqing", "fu-haiqing-haikou", ends="Applied", writes=0, region="haikou"),
)
BY_NAME = {scenario.name: scenario for scenario in ALL}
Play = Callable[[Scenario], None]
