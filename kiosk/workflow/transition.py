"""What a step yields, and what the machine knows of the place it stands at."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.domain.endorsement import Custody, Refusal
from kiosk.workflow import effects as do
from kiosk.workflow import states as s


@dataclass(frozen=True, slots=True)
class Site:
    """Facts that do not change while the program runs. `region_prefixes`: of the 6-digit area code on the chip."""

    region_prefixes: tuple[str, ...]
    has_retain_bin: bool
    rewrites_face: bool
    default_language: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """The next state, and what to do on entering it, in order."""

    state: s.State
    effects: tuple[do.Effect, ...] = ()


def go_idle(site: Site) -> Step:
    """Forget the visit and show the welcome screen."""
    return Step(s.Idle(site.default_language), (do.Wipe(),))


def give_back(visit: s.Visit, ending: s.Ending, *first: do.Effect) -> Step:
    """Order the permit back to the mouth, after `first`."""
    return Step(s.ReturningPermit(visit, ending), (*first, do.EjectPermit()))


def decline(visit: s.Visit, code: str, case: s.Case | None = None) -> Step:
    """A proper no with the permit inside: give it back unchanged."""
    return give_back(visit, s.Declined(Refusal(code), permit=case.permit if case else None))


def explain(visit: s.Visit, ending: s.Ending, custody: Custody, *first: do.Effect) -> Step:
    """Show the five-part page."""
    return Step(s.Explaining(visit, ending, custody), first)
