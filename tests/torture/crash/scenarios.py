"""The visits that are cut short: who comes, with what, and what a visit that is not cut ends with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from drivers.permit_unit.dialects import CRT, STAR
from tests.torture.crash.crash_harness import CrashHarness, CrashSetting
from tests.torture.crash.resident import Act, touches, walks_away

NEIGHBOUR = ("lu-tuji", "lu-tuji-rare-name")


@dataclass(frozen=True, slots=True)
class Scenario:
    """`habits`: what the resident does otherwise; `ends`: the ending that an uncut visit is to have; `writes`: commands
    that write on the chip in one endorsement; `away_s`: for how long there is no kiosk after the crash;
    `is_whole`: every point is tried, not only those that differ from other visits'; `loses_disk`, `loses_unit`: those
    falls are tried too.
    """

    name: str
    person: str
    permit: str
    ends: str
    writes: int = 1
    region: str = "shanghai"
    has_bin: bool = True
    face_pending: bool = False
    unit: str = STAR
    chip_in_unit: bool = False
    away_s: float = 10.0
    is_whole: bool = False
    loses_disk: bool = False
    loses_unit: bool = False
    habits: Mapping[str, Act] = field(default_factory=dict)

    def world(self, setting: CrashSetting, pace: float = 0.0) -> CrashHarness:
        """A fresh one."""
        permits = tuple(dict.fromkeys((self.permit, NEIGHBOUR[1])))
        pending = self.permit if self.face_pending else None
        return CrashHarness(setting, permits, self.region, self.has_bin, pending, self.unit, self.chip_in_unit, pace)


_LIN = ("lin-yuzhen", "lin-yuzhen-shanghai")
_FORGETS: Mapping[str, Act] = MappingProxyType({"AwaitingRemoval": walks_away, "AwaitingHolder": walks_away})

ALL: tuple[Scenario, ...] = (
    Scenario("renewal", *_LIN, ends="Renewed", is_whole=True, loses_disk=True, loses_unit=True),
    Scenario("forgotten", *_LIN, ends="Renewed", loses_unit=True, habits=_FORGETS),
    Scenario("long-stop", *_LIN, ends="Renewed", away_s=150.0),
    Scenario("no-bin-long-stop", *_LIN, ends="Renewed", has_bin=False, away_s=150.0),
    Scenario("ssse", "xu-wenhua", "xu-wenhua-ssse", ends="Renewed", writes=6, loses_disk=True),
    Scenario("face-only", *_LIN, ends="Renewed", writes=0, face_pending=True),
    Scenario("cancel", *_LIN, ends="Declined", writes=0, habits=MappingProxyType({"Confirming": touches("cancel")})),
    Scenario("refusal", "zhao-mingyuan", "zhao-mingyuan-too-early", ends="Declined", writes=0),
    Scenario("crt", *_LIN, ends="Renewed", unit=CRT, chip_in_unit=True, is_whole=True, loses_unit=True),
    Scenario("crt-pcsc", *_LIN, ends="Renewed", unit=CRT),
    Scenario("crt-forgotten", *_LIN, ends="Renewed", unit=CRT, chip_in_unit=True, loses_unit=True, habits=_FORGETS),
    Scenario("application", "fu-haiqing", "fu-haiqing-haikou", ends="Applied", writes=0, region="haikou"),
)
IN_SHORT = tuple(scenario for scenario in ALL if scenario.name in ("renewal", "crt-forgotten"))
"""What a short run looks at."""
BY_NAME = {scenario.name: scenario for scenario in ALL}
