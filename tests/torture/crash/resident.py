"""Who stands before the kiosk: does what the screen asks for, by what it shows, and remembers what was shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from drivers.simulators.permit import PermitLocation
from tests.torture.crash.crash_harness import CrashHarness, Hang, KioskProcess
from tests.waiting import LIMIT_S

Seen = dict[str, Any]
Act = Callable[["Resident", Seen], None]

LONG_S = 12.0
"""Longer than any step may take at a pace of 0, the repetitions of the protocols included."""
QUIET_S = 0.7
"""Out of service is not left by itself sooner than this."""
TELEPHONE = "13900000000"


def touches(intent: str, choice: str = "") -> Act:
    """A finger on the screen."""
    return lambda who, seen: who.kiosk.say(choose=intent, choice=choice)


def _takes(who: Resident, _: Seen) -> None:
    deadline = time.monotonic() + LIMIT_S
    while who.world.rig.take_permit() is None:
        if who.world.rig.issued(who.permit).permit.place is PermitLocation.HAND:
            return  # taken already; the screen was only shown anew
        if time.monotonic() > deadline:
            raise Hang("the kiosk says take the permit, and there is none in the mouth")
        time.sleep(0.005)


def _offers(who: Resident, _: Seen) -> None:
    if who.world.rig.issued(who.permit).permit.place is PermitLocation.HAND:
        who.world.rig.offer_permit(who.permit)


def walks_away(who: Resident, seen: Seen) -> None:
    """Nobody is there any more: time passes until the kiosk acts by itself."""
    who.world.lets_pass(seen["deadline_s"] + 1.0)


BEHAVES: Mapping[str, Act] = MappingProxyType(
    {
        "ShowingNotice": touches("accept_notice"),
        "ReadingIdCard": lambda who, _: who.world.rig.lay_id_card(who.person),
        "AwaitingPermit": _offers,
        "ShowingAssessment": touches("go_on"),
        "Declaring": touches("answer_no"),
        "Confirming": touches("confirm"),
        "EnteringTelephone": touches("enter_telephone", TELEPHONE),
        "AwaitingRemoval": _takes,
        "Thanking": touches("finish"),
        "ShowingApplication": touches("finish"),
        "ShowingOutcome": touches("finish"),
        "AwaitingHolder": touches("cancel"),
    }
)


@dataclass
class Resident:
    """`habits`: what this one does otherwise than `BEHAVES`, by the state that the screen shows; `outlasted`: states
    that had to be left by their deadline.
    """

    world: CrashHarness
    person: str
    permit: str
    habits: Mapping[str, Act] = field(default_factory=dict)
    way: list[Seen] = field(default_factory=list)
    returned_at: float | None = None
    outlasted: list[str] = field(default_factory=list)

    @property
    def kiosk(self) -> KioskProcess:
        assert self.world.kiosk is not None
        return self.world.kiosk

    def saw(self, state: str) -> bool:
        """Whether this was shown."""
        return any(seen["state"] == state for seen in self.way)

    def visits(self) -> Seen:
        """A whole visit, from the welcome that stands already. As `stays`."""
        self._begins_visit()
        return self.stays(begins=True, has_begun=True)

    def stays(self, begins: bool, points: list[str] | None = None, has_begun: bool = False) -> Seen:
        """Be there until nothing is to be done any more: the welcome after the visit, or out of service. `begins`: a
        visit, as soon as the kiosk is ready. What was shown last. Raises `KioskDied`, `Hang`.
        """
        last: Seen | None = None
        while True:
            is_out = last is not None and last["state"] == "OutOfService"
            try:
                heard = self.kiosk.hear(QUIET_S if is_out else LONG_S)
            except Hang:
                if is_out and last is not None:
                    return last
                heard = self._outlasts(last)
            if "point" in heard:
                if points is not None:
                    points.append(heard["point"])
                continue
            last = heard
            self.way.append(heard)
            if heard["state"] == "Idle":
                if not begins:
                    return heard
                if not has_begun:
                    self._begins_visit()
                    has_begun = True
            else:
                begins = begins and heard["state"] == "Recovering"
                self._answers(heard)

    def _begins_visit(self) -> None:
        self.world.rig.lay_id_card(self.person)
        self.kiosk.say(begin="zh-Hans")

    def _outlasts(self, last: Seen | None) -> Seen:
        """Nothing happens: after a state's own deadline it must."""
        if last is None:
            raise Hang("nothing was ever shown")
        self.outlasted.append(last["state"])
        self.world.lets_pass(last["deadline_s"] + 1.0)
        try:
            return self.kiosk.hear(LONG_S)
        except Hang:
            raise Hang(f"nothing follows {last['state']}, whose time is over") from None

    def _answers(self, seen: Seen) -> None:
        if seen["state"] == "AwaitingRemoval" and self.returned_at is None:
            self.returned_at = time.monotonic()
        act = self.habits.get(seen["state"]) or BEHAVES.get(seen["state"])
        if act is not None:
            act(self, seen)

    def leaves(self) -> None:
        """Take what is one's own, as far as it is within reach."""
        self.world.rig.lift_id_card()
        self.world.rig.withdraw_permit()
