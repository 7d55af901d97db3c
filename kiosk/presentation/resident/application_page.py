"""The texts about an application, received or in progress; the same on screen and on paper."""

from __future__ import annotations

from kiosk.domain.applications import Application, ApplicationState
from kiosk.policy.region import Region
from kiosk.policy.services import CollectionWay, OldPermit
from kiosk.presentation.context import PresentationContext, frame_of
from kiosk.presentation.models.frame import WayOut
from kiosk.presentation.models.resident import ApplicationScreen, ProgressLine, ProgressScreen
from kiosk.presentation.resident.choices import service_name
from kiosk.presentation.resident.facts import longest, posting, result_told, voucher
from kiosk.texts.words import Text, Words
from kiosk.workflow import states as s
from kiosk.workflow.progress import may_choose, ways_of

RESULTS = ("accept", "agree", "return")
"""Results of a stage that have words. Any other result of a region file is shown as done."""
REASONS = ("papers_incomplete", "proof_not_valid", "facts_differ", "not_eligible", "come_in_person")


def application_page(about: PresentationContext, state: s.PrintingSlip | s.ShowingApplication) -> ApplicationScreen:
    applied = state.applied
    number = applied.received.review_number
    trouble = state.paper_trouble if isinstance(state, s.ShowingApplication) else None
    offered = about.region.services.get(applied.service)
    lines = [
        *_expected(applied),
        *longest(offered),
        *told(about.region, applied),
        *to_collect(about.region, applied),
        *voucher(offered),
    ]
    if trouble is not None:
        lines.insert(0, Text("application.line.no_paper"))
    return ApplicationScreen(
        frame=frame_of(about, state, WayOut.NONE),
        headline=Text("application.headline.received"),
        number=number,
        qr=about.receipt_link + number,
        lines=tuple(lines),
        printing=isinstance(state, s.PrintingSlip),
    )


def _expected(applied: s.Applied) -> tuple[Words, ...]:
    expected_on = applied.received.expected_on
    if expected_on is None:
        return (Text("application.line.no_date"),)
    return (Text("application.line.expected_on", (("day", expected_on),)),)


def told(region: Region, applied: s.Applied) -> tuple[Words, ...]:
    """How the holder learns the result."""
    offered = region.services.get(applied.service)
    return () if offered is None or offered.review is None else (offered.review.rule.text,)


def to_collect(region: Region, applied: s.Applied) -> tuple[Words, ...]:
    """How the permit is collected when there is a result, and what happens to one that nobody collects."""
    offered = region.services.get(applied.service)
    if offered is None:
        return ()
    if offered.collection is None:
        return (Text("application.line.second_visit"),) if offered.old_permit is OldPermit.REWRITTEN else ()
    way = _way_chosen(offered.collection.ways, applied)
    unclaimed = () if offered.collection.unclaimed is None else (offered.collection.unclaimed.text,)
    return (offered.collection.rule.text if way is None else way.rule.text, *unclaimed)


def to_post(region: Region, applied: s.Applied) -> tuple[Words, ...]:
    """Who posts what and pays for it, where the holder chose the post."""
    offered = region.services.get(applied.service)
    ways = () if offered is None or offered.collection is None else offered.collection.ways
    way = _way_chosen(ways, applied)
    return () if way is None else posting(way)


def to_bring(region: Region, applied: s.Applied) -> tuple[Words, ...]:
    """What to bring to collect the permit."""
    offered = region.services.get(applied.service)
    if offered is None:
        return ()
    ways = () if offered.collection is None else offered.collection.ways
    way = _way_chosen(ways, applied)
    if way is None:
        way = next((each for each in ways if each.bring), None)
    if way is None:
        keys = ("id_card", "permit") if offered.old_permit is OldPermit.REWRITTEN else ("id_card",)
        return tuple(region.evidence[key].name for key in keys if key in region.evidence)
    return tuple(region.evidence[key].name for key in way.bring)


def _way_chosen(ways: tuple[CollectionWay, ...], applied: s.Applied) -> CollectionWay | None:
    return next((each for each in ways if each.way == applied.collection), None)


def progress_page(about: PresentationContext, state: s.ShowingProgress) -> ProgressScreen:
    lines = tuple(_progress(about, each) for each in state.applications)
    return ProgressScreen(
        frame_of(about, state, WayOut.CANCEL), lines, any(each.can_choose_collection for each in lines)
    )


def _progress(about: PresentationContext, application: Application) -> ProgressLine:
    return ProgressLine(
        number=application.review_number,
        service=service_name(about.region, application.service),
        state=Text(f"progress.state.{application.state.value}"),
        lines=tuple(_lines(about.region, application)),
        can_choose_collection=may_choose(about.region, application),
    )


def _lines(region: Region, application: Application) -> list[Words]:
    lines: list[Words] = [Text("progress.line.received_on", (("day", application.received_on),))]
    offered = region.services.get(application.service)
    stages = () if offered is None or offered.review is None else offered.review.stages
    stage = next((each for each in stages if each.key == application.stage), None)
    match application.state:
        case ApplicationState.IN_REVIEW:
            if stage is not None and application.stage_result in RESULTS:
                lines.append(Text(f"progress.result.{application.stage_result}", (("stage", stage.name),)))
            elif stage is not None:
                lines.append(Text("progress.line.stage", (("stage", stage.name),)))
            if application.expected_on is not None:
                lines.append(Text("progress.line.expected_on", (("day", application.expected_on),)))
            lines += result_told(None if offered is None else offered.review)
        case ApplicationState.RETURNED:
            lines.append(_why_returned(application.return_code))
        case ApplicationState.APPROVED | ApplicationState.MADE:
            lines.extend(_where(region, application))
        case ApplicationState.COLLECTED:
            pass
    return lines


def _why_returned(code: str | None) -> Text:
    """The reason for a return; a general text for a reason of central's that this version does not know."""
    return Text(f"progress.returned.{code}") if code in REASONS else Text("progress.line.returned")


def _where(region: Region, application: Application) -> list[Words]:
    lines: list[Words] = []
    if application.at_kiosk:
        lines.append(Text("progress.line.at_kiosk"))
    if application.station is not None:
        lines.append(Text("progress.line.station", (("station", application.station),)))
    if application.ready_from is not None:
        lines.append(Text("progress.line.ready_from", (("day", application.ready_from),)))
    chosen = next((each for each in ways_of(region, application) if each.way == application.collection), None)
    if chosen is not None:
        lines.append(chosen.rule.text)
    return lines
