"""The page about a permit's validity, when to endorse it and what follows if late; the same on screen and on paper."""

from __future__ import annotations

from datetime import date, timedelta

from kiosk.domain.endorsement import Service
from kiosk.policy.assessment import AssessedOutcome
from kiosk.policy.permit_calendar import PermitCalendar
from kiosk.presentation.context import PresentationContext, cited, frame_of, term_of
from kiosk.presentation.models.resident import StatusScreen
from kiosk.presentation.resident.assessment_page import residence_lines
from kiosk.presentation.resident.choices import service_name, way_out
from kiosk.presentation.resident.facts import at_counter, posting
from kiosk.presentation.resident.offices import office_lines
from kiosk.texts.words import Citation, LocalText, Text, Words
from kiosk.workflow import states as s
from kiosk.workflow.status import may_go_on, may_print

MOST_RULES = 4
MOST_WAYS = 2
"""At most so many ways: online and the nearest counter. The slip has all of them."""


def status_page(about: PresentationContext, state: s.ShowingStatus) -> StatusScreen:
    matter, calendar, language = state.matter, state.calendar, state.visit.language
    trouble = (Text("status.line.no_paper"),) if state.paper_trouble is not None else ()
    is_due = matter.assessment.outcome is not AssessedOutcome.TOO_EARLY
    elsewhere = where_to_go(about)[:MOST_WAYS] if is_due and not may_go_on(state) else ()
    return StatusScreen(
        frame=frame_of(about, state, way_out(state)),
        headline=headline(matter),
        present_term=term_of(matter.case),
        lines=(*status_lines(matter, calendar), *elsewhere, *trouble),
        rules=_rules(about, calendar),
        qr=window_as_event(about, matter, calendar, language),
        can_print=may_print(state),
        can_go_on=may_go_on(state),
        printing=state.printing,
    )


def headline(matter: s.AssessedCase) -> Text:
    """The headline: where the day of the assessment lies in the permit's year."""
    outcome = matter.assessment.outcome
    return Text(f"status.headline.{'senseless' if outcome is None else outcome.value}")


def status_lines(matter: s.AssessedCase, calendar: PermitCalendar) -> tuple[Words, ...]:
    """When the permit may be endorsed, from when it cannot be used, from when a new permit is needed."""
    assessment, on = matter.assessment, matter.on
    lines: list[Words] = []
    if assessment.outcome is AssessedOutcome.IN_WINDOW and assessment.closes_on is not None:
        lines.append(Text("status.line.now_until", (("closes_on", assessment.closes_on),)))
    if assessment.outcome is AssessedOutcome.TOO_EARLY and calendar.next_window is not None:
        lines.append(_next("status.line.window", calendar.next_window))
    for name, day in (
        ("suspended", calendar.suspended_from),
        ("reapply", calendar.reapply_from),
        ("cancelled", calendar.cancelled_from),
    ):
        if day is not None:
            lines.append(Text(f"status.line.{name}_{'since' if day <= on else 'from'}", (("day", day),)))
    if assessment.outcome is AssessedOutcome.OVERDUE:
        lines.extend(residence_lines(assessment, term_of(matter.case)))
    if assessment.outcome in (AssessedOutcome.IN_WINDOW, AssessedOutcome.OVERDUE) and calendar.next_window is not None:
        lines.append(_next("status.line.window_after", calendar.next_window))
    return tuple(lines)


def _next(key: str, window: tuple[date, date]) -> Text:
    return Text(key, (("opens_on", window[0]), ("closes_on", window[1])))


def where_to_go(about: PresentationContext) -> tuple[Words, ...]:
    """The ways to endorse elsewhere: online if possible, then the counter, then the post."""
    offered = about.region.services.get(Service.ENDORSE)
    online: tuple[Words, ...] = () if offered is None or offered.online is None else (offered.online.text,)
    by_post: tuple[Words, ...] = ()
    if offered is not None and offered.post is not None:
        by_post = (offered.post.rule.text, *posting(offered.post))
    return (*online, *office_lines(about.region), *at_counter(offered), *by_post)


def _rules(about: PresentationContext, calendar: PermitCalendar) -> tuple[Citation, ...]:
    """The rules that apply now and later, in the order of their days."""
    rules = dict.fromkeys(period.rule for period in calendar.periods)
    found = [cited(about, rule.text, rule.reasons()[0]) for rule in rules]
    return tuple(found[:MOST_RULES])


def window_as_event(about: PresentationContext, matter: s.AssessedCase, calendar: PermitCalendar, language: str) -> str:
    """The present or next window as a calendar entry (RFC 5545) for a telephone, without personal data; "" where none
    is known.
    """
    window, assessment = calendar.next_window, matter.assessment
    if assessment.outcome is AssessedOutcome.IN_WINDOW and assessment.opens_on and assessment.closes_on:
        window = assessment.opens_on, assessment.closes_on
    if window is None:
        return ""
    opens_on, closes_on = window
    name = service_name(about.region, Service.ENDORSE)
    summary = name.in_language(language) if isinstance(name, LocalText) else about.region.name.in_language(language)
    after = closes_on + timedelta(days=1)  # the end of an event is the day after its last
    return "\r\n".join(
        (
            "BEGIN:VEVENT",
            f"SUMMARY:{summary}",
            f"DTSTART;VALUE=DATE:{opens_on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{after:%Y%m%d}",
            "END:VEVENT",
        )
    )
