"""The spoken lines of easy mode, where pages show less. Screens that are not here are said as in the usual mode.

The step of the visit is not said, nor what a following sentence says again. All is said that a person must have heard
before an answer: what is done with the data, what is asked, what an answer leads to, and when something is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kiosk.presentation.models import resident as m
from kiosk.texts.words import Text
from kiosk.voice.lines import Dated, Line, Quoted, asked, each, only_way_out


def _welcome(model: m.WelcomeScreen) -> Iterator[Line]:
    kind = "not_offered_" if model.not_offered else ""
    yield Text(f"welcome.{kind}lead")
    yield from map(Text, ("welcome.bring", "welcome.bring_id_card", "welcome.bring_permit"))
    if model.without_central or model.without_paper:
        yield Text("welcome.without_central" if model.without_central else "welcome.without_paper")
    yield Text(f"welcome.{kind}start")


def _notice(_model: m.NoticeScreen) -> Iterator[Line]:
    yield from map(Text, ("notice.easy", "notice.refuse", "notice.accept"))


def _id_card(model: m.IdCardScreen) -> Iterator[Line]:
    whose = "_agent" if model.of_agent else "_holder" if model.for_another else ""
    yield from each(model.problem, Text(f"id_card.lead{whose}"))


def _assessment(model: m.AssessmentScreen) -> Iterator[Line]:
    yield model.headline
    yield from model.easy_lines
    if model.question is not None:
        yield from asked(model.question)
    elif model.can_go_on:
        yield Text("assessment.go_on")
    else:
        yield from only_way_out(model.frame)


def _question(model: m.QuestionScreen) -> Iterator[Line]:
    yield from asked(model.question)


def _writing(_model: m.WritingScreen) -> Iterator[Line]:
    yield from (Text("writing.title"), Text("writing.lead"))


def _take_permit(model: m.TakePermitScreen) -> Iterator[Line]:
    yield from each(model.headline, Text("take_permit.title"), model.detail)
    if model.within_s and model.urgent:
        yield Text("take_permit.seconds", (("seconds", model.within_s),))


def _thank_you(model: m.ThankYouScreen) -> Iterator[Line]:
    yield Text("thank_you.title")
    yield Dated(Text("thank_you.valid_until"), model.new_term.valid_to)
    yield Text("thank_you.lead" if model.with_receipt else "thank_you.lead_no_receipt")
    yield from model.easy_lines
    if not model.with_receipt:
        yield Quoted(Text("thank_you.number"), model.number)
    yield Text("button.finish")


EASY_LINES: Mapping[type, Callable[[Any], Iterator[Line]]] = {
    m.WelcomeScreen: _welcome,
    m.NoticeScreen: _notice,
    m.IdCardScreen: _id_card,
    m.AssessmentScreen: _assessment,
    m.QuestionScreen: _question,
    m.WritingScreen: _writing,
    m.TakePermitScreen: _take_permit,
    m.ThankYouScreen: _thank_you,
}
"""The function for each model whose easy page is said otherwise."""
