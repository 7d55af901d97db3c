"""The visit that shows the progress of applications. It needs the holder's identity card and no permit."""

from __future__ import annotations

from kiosk.domain.applications import Application
from kiosk.domain.endorsement import ChipState, Custody, FaceState, Refusal
from kiosk.domain.faults import CENTRAL_UNREACHABLE, Fault
from kiosk.policy.region import Region
from kiosk.policy.services import CollectionWay
from kiosk.workflow import effects as do
from kiosk.workflow import events as on
from kiosk.workflow import states as s
from kiosk.workflow.intents import Intent
from kiosk.workflow.transition import Site, Step, go_idle, show_outcome

WithoutPermit = (
    s.ChoosingService
    | s.ChoosingAgent
    | s.ExplainingService
    | s.ShowingNotice
    | s.ReadingIdCard
    | s.ReadingAgentIdCard
    | s.SearchingApplications
    | s.ShowingProgress
    | s.ChoosingCollectionLater
    | s.RecordingCollection
)


def break_off(state: WithoutPermit, fault: Fault) -> Step:
    """End the visit for a fault before a permit was asked for."""
    ending = s.BrokenOff(fault, ChipState.OLD, FaceState.OLD)
    reading = isinstance(state, s.ShowingNotice | s.ReadingIdCard | s.ReadingAgentIdCard)
    return show_outcome(state.visit, ending, Custody.WITH_HOLDER, *((do.StopIdReader(),) if reading else ()))


def searching_applications(site: Site, state: s.SearchingApplications, event: on.Event) -> Step | None:
    match event:
        case on.ApplicationsFound(applications=applications):
            return Step(s.ShowingProgress(state.visit, applications))
        case on.CentralFailed(fault=fault):
            return show_outcome(state.visit, s.Declined(Refusal(fault.name)), Custody.WITH_HOLDER)
        case on.DeadlinePassed():
            return show_outcome(state.visit, s.Declined(Refusal(CENTRAL_UNREACHABLE.name)), Custody.WITH_HOLDER)
        case on.PersonChose(intent=Intent.CANCEL):
            return go_idle(site)
        case _:
            return None


def ways_of(region: Region, application: Application) -> tuple[CollectionWay, ...]:
    """The ways of collecting the permit of this application, by the region file."""
    offered = region.services.get(application.service)
    return () if offered is None or offered.collection is None else offered.collection.ways


def may_choose(region: Region, application: Application) -> bool:
    """Whether the holder may now choose how to collect the permit."""
    return application.may_choose_collection and bool(ways_of(region, application))


def showing_progress(site: Site, state: s.ShowingProgress, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CHOOSE, choice=number):
            for each in state.applications:
                if each.review_number == number and may_choose(site.region, each):
                    return Step(s.ChoosingCollectionLater(state.visit, state.applications, each))
            return None
        case on.PersonChose(intent=Intent.FINISH | Intent.CANCEL) | on.DeadlinePassed():
            return go_idle(site)
        case _:
            return None


def choosing_collection_later(site: Site, state: s.ChoosingCollectionLater, event: on.Event) -> Step | None:
    match event:
        case on.PersonChose(intent=Intent.CHOOSE, choice=way) if way in {
            each.way for each in ways_of(site.region, state.chosen)
        }:
            return Step(
                s.RecordingCollection(state.visit, state.applications),
                (do.ChooseCollection(state.chosen.application_id, way),),
            )
        case on.PersonChose(intent=Intent.CANCEL):
            return Step(s.ShowingProgress(state.visit, state.applications))
        case on.DeadlinePassed():
            return go_idle(site)
        case _:
            return None


def recording_collection(site: Site, state: s.RecordingCollection, event: on.Event) -> Step | None:
    match event:
        case on.CollectionRecorded(application=changed):
            return Step(
                s.ShowingProgress(
                    state.visit,
                    tuple(
                        changed if each.application_id == changed.application_id else each
                        for each in state.applications
                    ),
                )
            )
        case on.EndorsementRefused(refusal=refusal):
            return show_outcome(state.visit, s.Declined(refusal), Custody.WITH_HOLDER)
        case on.CentralFailed(fault=fault):
            return show_outcome(state.visit, s.Declined(Refusal(fault.name)), Custody.WITH_HOLDER)
        case on.DeadlinePassed():
            return show_outcome(state.visit, s.Declined(Refusal(CENTRAL_UNREACHABLE.name)), Custody.WITH_HOLDER)
        case _:
            return None
