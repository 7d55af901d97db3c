"""The scenarios: who comes, with which permit, what they touch, and what must be true afterwards.

A scenario is data. Every screen that needs an answer has an ordinary one; a visit names only the different ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Literal

from drivers.permit_unit.dialects import CRT
from drivers.simulators.residents import day_of

DEFAULT = "shanghai-renewal"
FACES_AT: Mapping[str, str] = MappingProxyType(
    {
        "zh-Hans": "示范路88号政务服务大厅一层",
        "en": "Service hall, 88 Shifan Road, ground floor",
        "ug": "شىفەن يولى 88-نومۇر، مۇلازىمەت زالى، 1-قەۋەت",
    }
)
"""The place where faces are refreshed, for kiosks that rewrite none, by language; invented."""


@dataclass(frozen=True, slots=True)
class NewTerm:
    """The dates that the permit must have after a visit: so many calendar months from its old end date or this day."""

    starts: Literal["today", "old_end"]
    months: int

    def days(self, old_end: date, today: date) -> tuple[date, date]:
        """First day and end date; a day that the month does not have is its last."""
        start = old_end if self.starts == "old_end" else today
        return start, day_of(f"today+{self.months}m", start)


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit, and what must be true at its end.

    `id_cards`: whose, in the order in which the kiosk asks for them. `touches`: by screen, what is touched each time it
    asks, where that is not the ordinary answer. `licences`: the ids of electronic licences held before the scanner.
    `shows`: screens that must come, in this order. `new_term` None: the permit came back as it was. `category`: what
    the chip then names, None: the same as before. `face`: "as_chip" before and after, "left" as it was though the chip
    is new, or "refreshed" alone. `papers`: slips and receipts printed. `application`: its state in central's record,
    None: there is none. `kiosk`: at which one of the region. `language`: which the resident chooses first; "": the
    kiosk's own, none. `is_easy`: the resident chooses easy mode first.
    """

    about: str
    id_cards: tuple[str, ...]
    permit: str
    touches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    licences: tuple[str, ...] = ()
    telephone: str = ""
    shows: tuple[str, ...] = ()
    new_term: NewTerm | None = None
    category: str | None = None
    face: Literal["as_chip", "left", "refreshed"] = "as_chip"
    papers: int = 1
    application: str | None = None
    kiosk: str = "kiosk-1"
    language: str = ""
    is_easy: bool = False

    @property
    def writes(self) -> bool:
        """Whether the visit endorses or refreshes something, so that a receipt is printed and central told."""
        return self.new_term is not None or self.face == "refreshed"


@dataclass(frozen=True, slots=True)
class OfficeStep:
    """What the officer does between visits: words of `kiosk central`, where {number} is the application's."""

    about: str
    words: tuple[str, ...]


Act = PlannedVisit | OfficeStep


@dataclass(frozen=True, slots=True)
class Scenario:
    """`about`: one line for the list. `outcome`: what a good end is called. `pilot`: the kiosk takes part in the
    region's pilot. `scanner`: it has a code scanner. `units`: the permit unit's dialect by kiosk, where not the Star's.
    """

    name: str
    about: str
    region: str
    acts: tuple[Act, ...]
    outcome: str = "renewed"
    pilot: bool = False
    scanner: bool = False
    units: Mapping[str, str] = field(default_factory=dict)

    @property
    def kiosks(self) -> tuple[str, ...]:
        """Every kiosk that is visited, once, in order."""
        return tuple(dict.fromkeys(visit.kiosk for visit in self.visits))

    @property
    def visits(self) -> tuple[PlannedVisit, ...]:
        return tuple(act for act in self.acts if isinstance(act, PlannedVisit))


ORDINARY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "welcome": ("start",),
        "notice": ("accept_notice",),
        "assessment": ("answer_no", "go_on"),
        "question": ("answer_no",) * 7,
        "confirm": ("confirm",),
        "application": ("finish",),
        "progress": ("finish",),
        "thank_you": ("finish",),
    }
)
"""The ordinary targets on each screen, in order, of a person who has nothing to declare and wants to go on. For a
choice or an assessment it is the first one that is offered.
"""

RENEWED = ("notice", "id_card", "insert_permit", "assessment", "confirm", "take_permit", "thank_you")
APPLIED = ("notice", "id_card", "insert_permit", "assessment", "take_permit", "application")
REWRITTEN = ("notice", "id_card", "insert_permit", "confirm", "take_permit", "thank_you")

RENEWAL = PlannedVisit(
    "renewal", ("lin-yuzhen",), "lin-yuzhen-shanghai", shows=RENEWED, new_term=NewTerm("old_end", 12)
)

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        DEFAULT,
        "Shanghai, in the window: one visit, a year more",
        "shanghai",
        (RENEWAL,),
    ),
    Scenario(
        "easy-mode",
        "Shanghai in easy mode: large text, fewer choices, and the receipt in large print",
        "shanghai",
        (replace(RENEWAL, is_easy=True),),
    ),
    Scenario(
        "beijing-overdue",
        "Beijing, two months late: made up at once, the new year starts today",
        "beijing",
        (
            PlannedVisit(
                "make-up",
                ("gao-yanqiu",),
                "gao-yanqiu-beijing-overdue-2-months",
                shows=RENEWED,
                new_term=NewTerm("today", 12),
            ),
        ),
    ),
    Scenario(
        "haikou-two-visits",
        "Haikou: application, an officer's review, the permit rewritten on a second visit",
        "haikou",
        (
            PlannedVisit(
                "application",
                ("fu-haiqing",),
                "fu-haiqing-haikou",
                telephone="13900000000",
                shows=APPLIED,
                application="in_review",
            ),
            OfficeStep("the officer approves", ("review", "approve", "{number}")),
            PlannedVisit(
                "second visit",
                ("fu-haiqing",),
                "fu-haiqing-haikou",
                shows=REWRITTEN,
                new_term=NewTerm("old_end", 12),
                application="collected",
                kiosk="kiosk-2",
            ),
        ),
    ),
    Scenario(
        "xuchang-explained",
        "Xuchang without its pilot: explained, dates checked, permit given back",
        "xuchang",
        (
            PlannedVisit(
                "explanation",
                ("dong-suhe",),
                "dong-suhe-xuchang",
                touches={"service": ("check_dates",), "status": ("print_slip", "finish")},
                shows=("service", "notice", "id_card", "insert_permit", "status", "take_permit"),
            ),
        ),
        outcome="explained",
    ),
    Scenario(
        "xuchang-pilot",
        "Xuchang with its pilot: application, three stages one by one, second visit",
        "xuchang",
        (
            PlannedVisit("application", ("dong-suhe",), "dong-suhe-xuchang", shows=APPLIED, application="in_review"),
            OfficeStep("the officer takes it in", ("review", "approve", "{number}", "--stage", "intake")),
            OfficeStep("the officer accepts it", ("review", "approve", "{number}", "--stage", "acceptance")),
            OfficeStep("the officer decides", ("review", "approve", "{number}", "--stage", "decision")),
            PlannedVisit(
                "second visit",
                ("dong-suhe",),
                "dong-suhe-xuchang",
                shows=REWRITTEN,
                new_term=NewTerm("old_end", 12),
                application="collected",
                kiosk="kiosk-2",
            ),
        ),
        pilot=True,
    ),
    Scenario(
        "xinjiang-short-to-long",
        "Xinjiang: short becomes long, with an electronic licence shown to the scanner",
        "xinjiang",
        (
            PlannedVisit(
                "application",
                ("gu-yuanzheng",),
                "gu-yuanzheng-xinjiang-short",
                touches={"choice": ("choose:long", "choose:business_licence")},
                licences=("gu-business",),
                shows=APPLIED,
                application="in_review",
            ),
            OfficeStep("the officer approves", ("review", "approve", "{number}")),
            PlannedVisit(
                "second visit",
                ("gu-yuanzheng",),
                "gu-yuanzheng-xinjiang-short",
                shows=REWRITTEN,
                new_term=NewTerm("old_end", 24),
                category="long",
                application="collected",
                kiosk="kiosk-2",
            ),
        ),
        scanner=True,
    ),
    Scenario(
        "status-only",
        "Shanghai, months too early: until when it is valid, when to come again, with a slip",
        "shanghai",
        (
            PlannedVisit(
                "question",
                ("zhao-mingyuan",),
                "zhao-mingyuan-too-early",
                touches={
                    "welcome": ("other_services",),
                    "choice": ("choose:status",),
                    "status": ("print_slip", "finish"),
                },
                shows=("choice", "notice", "id_card", "insert_permit", "status", "take_permit"),
            ),
        ),
        outcome="told",
    ),
    Scenario(
        "shanghai-guardian",
        "Shanghai: a child's permit, renewed by the guardian with electronic licences",
        "shanghai",
        (
            PlannedVisit(
                "renewal",
                ("wu-tongtong", "wu-jingshu"),
                "wu-tongtong-under-16",
                touches={
                    "welcome": ("other_services",),
                    "choice": ("choose:for_another", "choose:guardian", "choose:endorse"),
                },
                licences=("wu-guardianship",),
                shows=(
                    "choice",
                    "notice",
                    "id_card",
                    "id_card",
                    "insert_permit",
                    "confirm",
                    "take_permit",
                    "thank_you",
                ),
                new_term=NewTerm("old_end", 12),
            ),
        ),
        scanner=True,
    ),
    Scenario(
        "chip-only-renewal",
        "Shanghai, at a kiosk without a print head: the chip alone; at another the face",
        "shanghai",
        (
            PlannedVisit(
                "chip only",
                ("zhou-changan",),
                "zhou-changan-long-address",
                shows=RENEWED,
                new_term=NewTerm("old_end", 12),
                face="left",
            ),
            PlannedVisit(
                "face only",
                ("zhou-changan",),
                "zhou-changan-long-address",
                shows=REWRITTEN,
                face="refreshed",
                kiosk="kiosk-2",
            ),
        ),
        units={"kiosk-1": CRT},
    ),
)


class NoSuchScenario(ValueError):
    """There is no scenario of this name; the message lists all."""


def find(name: str) -> Scenario:
    """The scenario of this name. Raises `NoSuchScenario`."""
    for scenario in SCENARIOS:
        if scenario.name == name:
            return scenario
    raise NoSuchScenario(f"there is no scenario {name!r}; there are {', '.join(each.name for each in SCENARIOS)}")


def listing() -> str:
    """The name of each scenario with one line about it, the default first."""
    width = max(len(each.name) for each in SCENARIOS)
    return "\n".join(f"{each.name:{width}}  {each.about}" for each in SCENARIOS)
