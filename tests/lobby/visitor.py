"""Who comes to a kiosk, and what they do there, screen by screen."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from tests.lobby.kiosk_harness import KioskHarness, PlayStep


@dataclass(frozen=True)
class Visitor:
    """Who comes, with which permit, in which language. `hurries`: the identity card lies there before it is asked for,
    which spares the reader's pause between two looks.
    """

    person: str
    permit: str
    language: str = "zh-Hans"
    hurries: bool = True

    def _comes(self, place: KioskHarness) -> None:
        if self.hurries:
            place.rig.lay_id_card(self.person)
        place.begins(self.language)

    def renewal(self) -> list[PlayStep]:
        """A whole visit that goes well."""
        return [
            (s.Idle, self._comes),
            (s.ShowingNotice, lambda place: place.chooses(Intent.ACCEPT_NOTICE)),
            (s.ReadingIdCard, lambda place: None if self.hurries else place.rig.lay_id_card(self.person)),
            (s.AwaitingPermit, lambda place: place.rig.offer_permit(self.permit)),
            (s.ShowingAssessment, lambda place: place.chooses(Intent.GO_ON)),
            (s.Declaring, lambda place: place.chooses(Intent.ANSWER_NO)),
            (s.Confirming, lambda place: place.chooses(Intent.CONFIRM)),
            (s.AwaitingRemoval, KioskHarness.takes_permit),
            (s.Thanking, lambda place: place.chooses(Intent.FINISH)),
            (s.Idle, lambda place: place.rig.lift_id_card()),
        ]

    def until(self, kind: type[s.State]) -> list[PlayStep]:
        """The same, up to and without the answer to this screen."""
        return [*self.renewal()[: self._number_of(kind)], (kind, lambda place: None)]

    def through(self, kind: type[s.State]) -> list[PlayStep]:
        """The same, up to and with the answer to this screen."""
        return self.renewal()[: self._number_of(kind) + 1]

    def since(self, kind: type[s.State]) -> list[PlayStep]:
        """The same, from the answer to this screen on."""
        return self.renewal()[self._number_of(kind) :]

    def _number_of(self, kind: type[s.State]) -> int:
        return next(number for number, (screen, _) in enumerate(self.renewal()) if screen is kind)


LIN = Visitor("lin-yuzhen", "lin-yuzhen-shanghai")
NEIGHBOUR = Visitor("lu-tuji", "lu-tuji-rare-name")
