"""The result of a step, what the machine knows of its site, and the transitions that several states share."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.domain.endorsement import Custody, Drawable, Grant, Refusal
from kiosk.domain.faults import FACE_UNPRINTABLE, Fault
from kiosk.domain.holder_check import NO_CHECK, HolderCheckRule
from kiosk.policy.region import Region
from kiosk.workflow import effects as do
from kiosk.workflow import states as s


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """Facts that do not change while the machine runs. `pilot`: the authority ordered the region's trial here.
    `closed`: why nobody is served; a permit that is inside is given back even so, and nothing but the unit is asked.
    `has_technicians`: somebody may be let into service mode. `parts`: what the machine has that can be tested, by name.
    `has_service_cards`: there is a reader for technicians' service cards. `keeps_hours`: it is open at some hours only.
    """

    region: Region = field(repr=False)
    has_retain_bin: bool
    rewrites_face: bool
    default_language: str
    languages: tuple[str, ...]
    pilot: bool = False
    has_code_scanner: bool = False
    holder_check: HolderCheckRule = NO_CHECK
    closed: Fault | None = None
    has_technicians: bool = False
    has_service_cards: bool = False
    parts: tuple[str, ...] = ()
    keeps_hours: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """The next state, and what to do on entering it, in order."""

    state: s.State
    effects: tuple[do.Effect, ...] = ()


def prints_face(site: Site, grant: Grant) -> bool:
    """Whether the face of a granted content is rewritten here."""
    return site.rewrites_face and grant.drawable is Drawable.WHOLE


def why_no_face(site: Site) -> str:
    """The code of the reason why no face is rewritten here. Central gets it when the grant is cancelled."""
    return FACE_UNPRINTABLE.name if site.rewrites_face else "no_face_here"


def go_idle(site: Site) -> Step:
    """Forget the visit, and show the welcome screen or why nobody is served."""
    return Step(rest(site), (do.ClearPersonalData(), *on_rest(site)))


def rest(site: Site) -> s.Idle | s.OutOfService:
    """The state in which no visit is under way and no permit is here."""
    return s.Idle(site.default_language) if site.closed is None else s.OutOfService(site.closed, Custody.WITH_HOLDER)


def on_rest(site: Site) -> tuple[do.Effect, ...]:
    """What is looked at when nobody is served any more, and then at every look around."""
    return (do.LookAtHours(),) if site.keeps_hours and site.closed is None else ()


def give_back(visit: s.Visit, ending: s.Ending, *first: do.Effect) -> Step:
    """Order the permit back to the mouth, after `first`."""
    return Step(s.ReturningPermit(visit, ending), (*first, do.EjectPermit()))


def conclude(visit: s.Visit, case: s.AnyCase, ending: s.Ending, *first: do.Effect) -> Step:
    """End the visit: give the permit back, or show the outcome page at once where none was taken in."""
    if isinstance(case, s.CaseWithoutPermit):
        return show_outcome(visit, ending, Custody.WITH_HOLDER, *first)
    return give_back(visit, ending, *first)


def decline(visit: s.Visit, code: str, case: s.AnyCase | None = None) -> Step:
    """End the visit with a refusal: a permit that is inside goes back unchanged. `case` None: a permit is inside that
    the outcome page says nothing of.
    """
    declined = s.Declined(Refusal(code), permit=None if case is None else s.permit_of(case))
    return give_back(visit, declined) if case is None else conclude(visit, case, declined)


def show_outcome(visit: s.Visit, ending: s.Ending, custody: Custody, *first: do.Effect) -> Step:
    """Show the outcome page."""
    return Step(s.ShowingOutcome(visit, ending, custody), first)
