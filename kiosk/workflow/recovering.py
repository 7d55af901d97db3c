"""After a stop: find the permit, ask its chip how far things went, finish what the grant allows, and give it back.

What moves nothing is done at once. Before anything leaves the unit somebody has to touch the screen, because whoever
put the permit in may have gone; the command that rewrites a face may give the permit out as well.
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
"""Stopped for longer with a permit inside: its holder has gone, so it is put away, not offered to the next person."""

CHIP_SESSIONS = 3
"""The first, one after a break, one after a loss of power; what is half written then is for an officer."""


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
    """Where the permit is when the path is empty: what the unit said, or what nobody saw."""
    match story.put_away:
        case s.PutAway.KNOWN:
            return Custody.RETAINED
        case s.PutAway.ORDERED:
            return Custody.UNKNOWN  # in the bin, or in the hands of staff: they are asked
        case s.PutAway.NO:
            return Custody.UNKNOWN if story.was_inside else Custody.WITH_HOLDER
        case _:
            assert_never(story.put_away)


def _take_up(site: Site, visit: s.Visit, story: s.InterruptedVisit) -> Step:
    """Ask the chip where something was ordered that central waits for, and where it can be asked."""
    if site.closed is None and story.endorsement_id is not None and story.hashes is not None:
        return Step(s.RecoveringChip(visit, story), (do.ExamineChip(story.hashes),))
    return hand_over(site, visit, _interrupted(story))


def _interrupted(story: s.InterruptedVisit) -> s.Interrupted:
    return s.Interrupted(story.endorsement_id, story.sessions > 0, story.chip, story.face, told=story.told)


def out_of_service(site: Site, state: s.OutOfService, event: on.Event) -> Step | None:
    match event:
        case on.DeadlinePassed() | on.DevicesReady() if state.inspecting:
            return None  # a second answer to one question would come in the middle of a visit
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
    """What staff must know first stands on the screen: that a permit is held, else what broke last."""
    is_news = fault.severity is Severity.OUT_OF_SERVICE and state.fault is not PERMIT_HELD_INSIDE
    return replace(state, fault=fault) if is_news else state


def _keep(site: Site, state: s.OutOfService, found: on.PathInspected) -> Step:
    """Into the bin once the unit can; without one it waits for staff."""
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
    """The chip is silent."""
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
    """Of a chip that is new: the journal says whether the unit had finished the face."""
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
    """Go on from where the chip stands, with the same grant, in a session of its own."""
    visit, story, case = state.visit, state.story, s.FoundPermit(permit)
    if permit.content == grant.content:
        return hand_over(site, visit, s.Renewed(case, grant, _face_on(story)))
    if grant.face_only or story.sessions >= CHIP_SESSIONS:
        return leave_grant(site, state)
    opening = s.OpeningChipSession(visit, case, grant, story.sessions + 1, story.relayed)
    return Step(opening, (open_session(opening),))


def leave_grant(site: Site, state: s.RecoveringGrant) -> Step:
    """Nobody can tell more than the journal does, or nothing more is allowed: no blind write."""
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
    """Somebody is there: the face, if it is still to be done, then the permit."""
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
    """Once more, then leave it."""
    if state.attempt < FACE_ATTEMPTS:
        return _draw(replace(state, attempt=state.attempt + 1))
    return leave_face(state)


def leave_face(state: s.RecoveringFace) -> Step:
    """The chip is valid, and any kiosk refreshes the face later."""
    return give_back(state.visit, state.ending)
