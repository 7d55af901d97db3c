"""Recovery after a stop: find the permit, read its chip, finish what the grant allows, and give the permit back.

Steps that move nothing are done at once. Before the permit leaves the unit, somebody has to touch the screen, because
its holder may have gone. Rewriting a face counts as such a step: the command may give the permit out as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk.domain.documents import Permit
from kiosk.domain.endorsement import ChipState, Custody, Drawable, FaceState, Grant
from kiosk.domain.faults import FACE_UNPRINTABLE, PERMIT_HELD_INSIDE, RECOVERY_STUCK, Fault, Severity
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.returning import hand_over, report
from kiosk.workflow.transition import Site, Step, give_back, on_rest, prints_face, rest
from kiosk.workflow.writing import FACE_ATTEMPTS, begin_face, open_session

LONG_STOP_S = 120.0
"""After a longer stop (seconds) with a permit inside, its holder is taken to have gone: the permit goes into the bin
and is not offered to the next person.
"""

CHIP_SESSIONS = 3
"""The most chip sessions of one grant: the first, one after a break, one after a loss of power. A chip that is still
half written then is a matter for an officer.
"""


def recovering(site: Site, event: on.Event) -> Step | None:
    match event:
        case on.PathInspected():
            return _resume(site, event)
        case on.PathNotInspected(fault=fault):
            return Step(s.OutOfService(fault, Custody.UNKNOWN))
        case on.DeadlinePassed():
            return Step(s.OutOfService(RECOVERY_STUCK, Custody.UNKNOWN, inspecting=True))
        case _:
            return None


def _resume(site: Site, found: on.PathInspected) -> Step:
    story = found.story
    match found.custody:
        case Custody.WITH_HOLDER | Custody.RETAINED:
            told = report(found.visit, _interrupted(story), _where_gone(story))
            return Step(rest(site), (*told, do.ClearPersonalData(), do.CheckDevices(), *on_rest(site)))
        case Custody.AT_MOUTH:
            return Step(s.AwaitingRemoval(found.visit, _interrupted(story)), (do.WatchMouth(),))
        case Custody.INSIDE:
            is_gone = story.is_abandoned or story.stopped_for_s > LONG_STOP_S
            presence = s.Presence.GONE if is_gone else s.Presence.UNSEEN
            return _take_up(site, replace(found.visit, presence=presence), story)
        case Custody.UNKNOWN:
            return Step(s.OutOfService(RECOVERY_STUCK, Custody.UNKNOWN))
        case _:
            assert_never(found.custody)


def _where_gone(story: s.InterruptedVisit) -> Custody:
    """Where the permit is when the path is empty, by what the journal says of it."""
    match story.put_away:
        case s.PutAway.KNOWN:
            return Custody.RETAINED
        case s.PutAway.ORDERED:
            return Custody.UNKNOWN  # in the bin or with staff, who are asked
        case s.PutAway.NO:
            return Custody.UNKNOWN if story.was_inside else Custody.WITH_HOLDER
        case _:
            assert_never(story.put_away)


def _take_up(site: Site, visit: s.Visit, story: s.InterruptedVisit) -> Step:
    """Read the chip where an endorsement is open and the chip can be read; otherwise hand the permit over."""
    if site.closed is None and story.endorsement_id is not None and story.hashes is not None:
        return Step(s.RecoveringChip(visit, story), (do.ExamineChip(story.hashes),))
    return hand_over(site, visit, _interrupted(story))


def _interrupted(story: s.InterruptedVisit) -> s.Interrupted:
    return s.Interrupted(story.endorsement_id, story.sessions > 0, story.chip, story.face, told=story.told)


def out_of_service(site: Site, state: s.OutOfService, event: on.Event) -> Step | None:
    match event:
        case on.DeadlinePassed() | on.DevicesReady() if state.inspecting:
            return None  # a second inspection would be answered in the middle of a visit
        case on.DeadlinePassed() if state.custody is Custody.WITH_HOLDER:
            return Step(state, (do.CheckDevices(),))
        case on.DeadlinePassed() | on.DevicesReady():
            return Step(replace(state, inspecting=True), (do.InspectPath(),))
        case on.PathNotInspected(fault=fault):
            return Step(replace(with_news(state, fault), inspecting=False))
        case on.PathInspected(custody=Custody.UNKNOWN):
            return Step(replace(state, custody=Custody.UNKNOWN, inspecting=False))
        case on.PathInspected(custody=Custody.INSIDE) if state.held:
            return _keep(site, state, event)
        case on.PathInspected():
            return _resume(site, event)
        case _:
            custody = on.custody_told(event)
            return Step(replace(state, custody=custody)) if custody not in (None, state.custody) else None


def with_news(state: s.OutOfService, fault: Fault) -> s.OutOfService:
    """`state`, showing what staff must know first: that a permit is held, otherwise the last fault."""
    is_news = fault.severity is Severity.OUT_OF_SERVICE and state.fault is not PERMIT_HELD_INSIDE
    return replace(state, fault=fault) if is_news else state


def _keep(site: Site, state: s.OutOfService, found: on.PathInspected) -> Step:
    """Put a held permit into the bin as soon as the unit can; without a bin it waits for staff."""
    if site.has_retain_bin:
        return _take_up(site, replace(found.visit, presence=s.Presence.GONE), found.story)
    return Step(replace(state, custody=Custody.INSIDE, inspecting=False))


def recovering_chip(site: Site, state: s.RecoveringChip, event: on.Event) -> Step | None:
    match event:
        case on.ChipExamined(permit=permit, chip=chip):
            return _judge(site, state, permit, chip)
        case on.DeadlinePassed():
            return leave_chip(site, state)
        case _:
            return None


def leave_chip(site: Site, state: s.RecoveringChip) -> Step:
    """Go on from a chip that is silent."""
    return _judge(site, state, None, ChipState.UNKNOWN)


def _judge(site: Site, state: s.RecoveringChip, permit: Permit | None, chip: ChipState) -> Step:
    story = state.story
    if chip is not ChipState.UNKNOWN:
        return hand_over(site, state.visit, _known(story, chip, permit))
    if permit is None and story.chip is not ChipState.UNKNOWN:
        return hand_over(site, state.visit, _interrupted(story))  # it was read back, or nothing was sent to it
    return _ask_central(state, permit)


def _known(story: s.InterruptedVisit, chip: ChipState, permit: Permit | None) -> s.Interrupted:
    face = FaceState.OLD if chip is ChipState.OLD else _face_on(story)
    return replace(_interrupted(story), chip=chip, face=face, permit=permit)


def _face_on(story: s.InterruptedVisit) -> FaceState:
    """The state of the face on a permit whose chip is new, by the journal."""
    return FaceState.NEW if story.face is FaceState.NEW else FaceState.PENDING


def _ask_central(state: s.RecoveringChip, permit: Permit | None) -> Step:
    story = state.story
    if story.endorsement_id is None:
        raise ValueError("an examined chip has an endorsement")
    return Step(s.RecoveringGrant(state.visit, story, permit), (do.RecallEndorsement(story.endorsement_id, permit),))


def recovering_grant(site: Site, state: s.RecoveringGrant, event: on.Event) -> Step | None:
    match event:
        case on.EndorsementRecalled(grant=grant) if grant is not None and state.permit is not None:
            return _finish(site, state, state.permit, grant)
        case on.EndorsementRecalled(chip=ChipState.NEW) if state.permit is None:
            return hand_over(site, state.visit, _known(state.story, ChipState.NEW, None))
        case on.EndorsementRecalled() | on.CentralFailed() | on.DeadlinePassed():
            return leave_grant(site, state)
        case _:
            return None


def _finish(site: Site, state: s.RecoveringGrant, permit: Permit, grant: Grant) -> Step:
    """Finish writing the chip with the same grant, in a new session."""
    visit, story, case = state.visit, state.story, s.FoundPermit(permit)
    if permit.content == grant.content:
        return hand_over(site, visit, s.Renewed(case, grant, _face_on(story)))
    if grant.face_only or story.sessions >= CHIP_SESSIONS:
        return leave_grant(site, state)
    opening = s.OpeningChipSession(visit, case, grant, story.sessions + 1, story.relayed)
    return Step(opening, (open_session(opening),))


def leave_grant(site: Site, state: s.RecoveringGrant) -> Step:
    """End without writing, because central's answer is missing or allows no more; end with what the journal says."""
    return hand_over(site, state.visit, _interrupted(state.story))


def awaiting_holder(site: Site, state: s.AwaitingHolder, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CANCEL):
            return _serve(site, replace(state.visit, presence=s.Presence.HERE), state.ending)
        case on.DeadlinePassed():
            return hand_over(site, replace(state.visit, presence=s.Presence.GONE), state.ending)
        case _:
            return None


def _serve(site: Site, visit: s.Visit, ending: s.Ending) -> Step:
    """Rewrite the face if it is still due, then return the permit, now that somebody is there."""
    match ending:
        case s.Renewed(case=case, grant=grant, face=FaceState.PENDING) if prints_face(site, grant):
            return begin_face(visit, case, grant)
        case s.Interrupted(chip=ChipState.NEW, face=FaceState.PENDING, permit=Permit() as permit) if site.rewrites_face:
            return _draw(s.RecoveringFace(visit, ending, permit, attempt=1))
        case _:
            return give_back(visit, ending)


def _draw(state: s.RecoveringFace) -> Step:
    return Step(state, (do.RewriteFace(state.permit.face(state.permit.content)),))


def recovering_face(state: s.RecoveringFace, event: on.Event) -> Step | None:
    match event:
        case on.FaceRewritten(at_mouth=True):
            return Step(s.AwaitingRemoval(state.visit, replace(state.ending, face=FaceState.NEW)), (do.WatchMouth(),))
        case on.FaceRewritten():
            return give_back(state.visit, replace(state.ending, face=FaceState.NEW))
        case on.FaceNotRewritten(fault=fault) if fault is FACE_UNPRINTABLE:
            return leave_face(replace(state, ending=replace(state.ending, drawable=Drawable.NOT_ON_FACE)))
        case on.FaceNotRewritten():
            return face_failed(state)
        case on.DeadlinePassed():
            return leave_face(state)
        case _:
            return None


def face_failed(state: s.RecoveringFace) -> Step:
    """Try the face once more, then leave it."""
    if state.attempt < FACE_ATTEMPTS:
        return _draw(replace(state, attempt=state.attempt + 1))
    return leave_face(state)


def leave_face(state: s.RecoveringFace) -> Step:
    """Return the permit with its old face: the chip is valid, and any kiosk can refresh the face later."""
    return give_back(state.visit, state.ending)
