"""The page of the assessment: possible, too early, overdue, counter, after a review; and which proofs are needed."""

from __future__ import annotations

from datetime import date, timedelta

from kiosk.domain.endorsement import ResidenceYears, Service
from kiosk.policy.assessment import AssessedOutcome, Assessment, Channel, EvidenceAsked
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region import Region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import NewDates, StartTable
from kiosk.presentation.context import PresentationContext, counter_lines, frame_of, rules_cited, term_of
from kiosk.presentation.models.frame import WayOut
from kiosk.presentation.models.resident import AssessmentScreen, Term
from kiosk.presentation.resident.choices import question_of, way_out
from kiosk.presentation.resident.facts import at_counter
from kiosk.texts.words import Text, Words
from kiosk.workflow import states as s
from kiosk.workflow.deciding import first_question
from kiosk.workflow.verdict import best_channel, can_go_on


def assessment_page(about: PresentationContext, state: s.ShowingAssessment) -> AssessmentScreen:
    matter, purpose = state.matter, state.visit.purpose
    assessment = matter.assessment
    going_on, way = can_go_on(matter), way_out(state)
    present_term = term_of(matter.case)
    new_term = Term(assessment.new_valid_from, assessment.new_valid_to) if going_on else None
    silence = (Text("assessment.line.central_silent"),) if state.central_silent else ()
    dated = _lines_of_dates(assessment, present_term, matter.on, going_on) if _is_about_dates(purpose.service) else []
    later = _later_day(about.region, matter) if dated and going_on else ()
    question = first_question(about.region, state)
    return AssessmentScreen(
        frame=frame_of(about, state, way if going_on or way is WayOut.CANCEL else WayOut.GIVE_BACK),
        headline=Text(f"assessment.headline.{_headline(matter, purpose.service)}"),
        lines=(
            *dated,
            *later,
            *_evidence_lines(about.region, matter, going_on),
            *_counter(about, state, going_on),
            *silence,
        ),
        rules=rules_cited(about, assessment),
        present_term=present_term,
        new_term=new_term if new_term is not None and new_term.valid_to is not None else None,
        can_go_on=going_on,
        is_plain_yes=going_on and assessment.outcome is not AssessedOutcome.OVERDUE,
        question=None if question is None else question_of(about, matter.case, question),
    )


def _is_about_dates(service: Service) -> bool:
    return service is Service.ENDORSE


def _headline(matter: s.AssessedCase, service: Service) -> str:
    assessment = matter.assessment
    match assessment.outcome:
        case None:
            return "senseless"
        case AssessedOutcome.TOO_EARLY | AssessedOutcome.CANCELLED:
            return str(assessment.outcome.value)
        case AssessedOutcome.REAPPLY if not can_go_on(matter):
            return "reapply"
        case _:
            pass
    channel = best_channel(matter)
    if channel is Channel.AT_ONCE or channel is None:
        return str(assessment.outcome.value) if _is_about_dates(service) else "at_once"
    return str(channel.value)


def _lines_of_dates(assessment: Assessment, term: Term, on: date, going_on: bool) -> list[Words]:
    lines: list[Words] = []
    if assessment.is_a_day_apart and going_on:
        lines.append(Text("assessment.line.a_day_apart"))
    opens_on, closes_on = assessment.opens_on, assessment.closes_on
    if opens_on is not None and closes_on is not None:
        match assessment.outcome:
            case AssessedOutcome.TOO_EARLY:
                lines.append(Text("assessment.line.opens_on", (("day", opens_on), ("days", (opens_on - on).days))))
                lines.append(_window(opens_on, closes_on))
            case AssessedOutcome.IN_WINDOW:
                lines.append(_window(opens_on, closes_on))
                lines.append(Text("assessment.line.days_left", (("days", (closes_on - on).days),)))
            case AssessedOutcome.OVERDUE | AssessedOutcome.REAPPLY | AssessedOutcome.CANCELLED:
                lines.append(Text("assessment.line.late_days", (("days", (on - closes_on).days),)))
                if assessment.outcome is AssessedOutcome.OVERDUE:
                    since = closes_on + timedelta(days=1)
                    lines.append(Text("assessment.line.suspended", (("since", since),)))
            case None:
                pass
    if going_on and assessment.new_valid_to is not None:
        lines.extend(residence_lines(assessment, term))
    return lines


def _later_day(region: Region, matter: s.AssessedCase) -> tuple[Text, ...]:
    """The new term that a later day would give, where the region dates new terms by a table of days."""
    calendar, case = region.calendar, matter.case
    effects = (calendar.window.effect, *(tier.effect for tier in calendar.tiers))
    if isinstance(case, s.CaseWithoutPermit) or not any(isinstance(effect.new_dates, StartTable) for effect in effects):
        return ()
    content = case.permit.content
    ahead = permit_calendar(
        region,
        AssessmentRequest(
            on=matter.on,
            valid_from=content.valid_from,
            valid_to=content.valid_to,
            category=content.category,
            issued_on=case.permit.issued_on,
            issuing_authority=content.issuing_authority,
        ),
    ).periods
    for period in ahead[1:]:
        end = period.assessment.new_valid_to
        if end is None or period.dated_by == ahead[0].dated_by:
            continue
        if period.dated_by is NewDates.TODAY:
            return (Text("assessment.line.later_from_that_day", (("day", period.first),)),)
        return (Text("assessment.line.later_until", (("day", period.first), ("end", end))),)
    return ()


def _window(opens_on: date, closes_on: date) -> Text:
    return Text("assessment.line.window", (("opens_on", opens_on), ("closes_on", closes_on)))


def residence_lines(assessment: Assessment, term: Term) -> tuple[Text, ...]:
    """What happens to the years of residence counted so far."""
    start = assessment.new_valid_from
    match assessment.residence_years:
        case ResidenceYears.RESTART if start is not None:
            return (Text("assessment.line.restart", (("start", start),)),)
        case ResidenceYears.COUNTED_FROM_MAKE_UP if start is not None and term.valid_to is not None:
            kept = Text("assessment.line.counted_from_make_up", (("start", start),))
            gap = assessment.residence_gap
            return (kept,) if gap is None else (kept, Text("assessment.line.gap", (("start", gap[0]), ("end", gap[1]))))
        case ResidenceYears.CONTINUOUS if assessment.outcome is AssessedOutcome.OVERDUE:
            return (Text("assessment.line.continuous"),)
        case _:
            return ()


def evidence_names(region: Region, asked: EvidenceAsked) -> tuple[Words, ...]:
    """The names of the proofs asked for; a group has a name of its own."""
    names: list[Words] = [region.evidence[key].name for key in asked.all_of]
    if asked.any_of:
        names += [each.name for each in region.evidence.values() if each.any_of == asked.any_of][:1]
    return tuple(names)


def _evidence_lines(region: Region, matter: s.AssessedCase, going_on: bool) -> list[Words]:
    names = evidence_names(region, matter.assessment.evidence)
    if not names or matter.assessment.outcome is AssessedOutcome.TOO_EARLY:
        return []
    said = (
        "assessment.line.to_be_shown"
        if going_on or not matter.answers.is_evidence_settled
        else ("assessment.line.not_verified")
    )
    return [Text(said), *names]


def _counter(about: PresentationContext, state: s.ShowingAssessment, going_on: bool) -> tuple[Words, ...]:
    assessment = state.matter.assessment
    if going_on or assessment.outcome is AssessedOutcome.TOO_EARLY:
        return ()
    offered = about.region.services.get(state.visit.purpose.service)
    return (*counter_lines(about), *at_counter(offered))
