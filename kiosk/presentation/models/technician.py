"""The models of the technician's screens. Texts are keys (`assets/locale/<language>.toml`), as on the residents'."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kiosk.presentation.models.frame import Frame
from kiosk.texts.words import Text, Words
from kiosk.workflow.intents import Intent


class Sign(Enum):
    """How something is, as colour and icon show it."""

    WELL = "well"
    NOTICE = "notice"  # residents are served; somebody should look
    TROUBLE = "trouble"  # nobody is served for it
    UNKNOWN = "unknown"  # it was not looked at yet


@dataclass(frozen=True, slots=True)
class SignInScreen:
    """Digits are typed: number and one-time code, a PIN, or a code that unlocks. `asked`: which; `places`: how many
    digits, those that are shown in groups; `least`: how many are enough. `is_secret`: they are not shown. `busy`: what
    was typed is looked at. `can_unlock`: the way to typing a code that unlocks is offered instead.
    """

    frame: Frame
    asked: Text
    lead: Text
    places: tuple[int, ...]
    least: int
    is_secret: bool
    problem: Text | None = None
    busy: bool = False
    can_unlock: bool = False


@dataclass(frozen=True, slots=True)
class PartLine:
    """One part of the machine, or one trouble. `part`: the name by which it is chosen; "" where there is no page."""

    part: str
    name: Words
    sign: Sign
    state: Words


@dataclass(frozen=True, slots=True)
class OverviewScreen:
    """The whole machine. `verdict`: whether residents can be served, and why not; `lines`: what is wrong first.
    `order_key`, `order_words`: of the other order of lines. `who`: who is signed in.
    """

    frame: Frame
    sign: Sign
    verdict: Text
    because: tuple[Words, ...]
    lines: tuple[PartLine, ...]
    order_key: str
    order_words: Text
    who: Words
    facts: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class TestOffer:
    """A test that can be made, or what else can be done: its name, and what it does in words."""

    __test__ = False

    test: str
    words: Text


@dataclass(frozen=True, slots=True)
class PartScreen:
    """One part: how it is, what to do about it, what can be tested. `remedy`: of its fault; `facts`: what else is known
    of it, which may change while the page stands. `result`: of what was just done; `question`: what only a person sees
    of a test, and then nothing else is offered. `busy`: a test, or what else was ordered, is under way. `offered`: what
    choosing one of `tests` means.
    """

    frame: Frame
    name: Text
    sign: Sign
    state: Words
    remedy: tuple[Words, ...]
    facts: tuple[Words, ...]
    tests: tuple[TestOffer, ...]
    result: Words | None = None
    result_sign: Sign = Sign.UNKNOWN
    question: Text | None = None
    busy: bool = False
    offered: Intent = Intent.TEST


TechnicianScreenModel = SignInScreen | OverviewScreen | PartScreen
