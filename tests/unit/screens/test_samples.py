"""The samples show every screen, every way a visit ends, and every question and verdict of the shipped regions."""

from __future__ import annotations

import re
from functools import cache
from typing import get_args

import pytest

from assets import ASSETS
from kiosk.domain.faults import CATALOGUE, Severity
from kiosk.domain.refusals import RefusalCode
from kiosk.policy.assessment import AssessedOutcome
from kiosk.policy.permit_calendar import permit_calendar
from kiosk.policy.region_file import shipped_regions
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.service_availability import asked_of_agent, availability_of
from kiosk.presentation.models.resident import (
    AssessmentScreen,
    OutcomeScreen,
    OutOfServiceScreen,
    QuestionScreen,
    ScreenModel,
)
from kiosk.texts.translation import Translation
from kiosk.texts.words import Words
from screens.authoring.sample_visits.people import ADULT, permit_of
from screens.authoring.sample_visits.places import region_of
from screens.authoring.samples import LANGUAGES, samples

NEVER_DECLINED = {RefusalCode.PENDING}  # central's word for it ends a visit as an application does


@cache
def shown() -> tuple[ScreenModel, ...]:
    return tuple(samples("en").values())


@pytest.mark.parametrize("kind", get_args(ScreenModel), ids=lambda kind: kind.__name__)
def test_every_kind_of_screen_has_a_sample(kind: type) -> None:
    assert any(isinstance(model, kind) for model in shown())


def test_every_title_that_a_visit_can_end_under_has_a_sample() -> None:
    titles = {key for key in Translation.load(ASSETS / "locale", "en").texts if key.startswith("outcome.title.")}
    assert {model.title.key for model in shown() if isinstance(model, OutcomeScreen)} == titles


def test_every_place_where_a_permit_is_when_a_visit_is_explained_has_a_sample() -> None:
    told = {(model.kind, model.permit_is.key) for model in shown() if isinstance(model, OutcomeScreen)}
    assert {key for _, key in told} == {"permit_is.with_you", "permit_is.retained"}
    assert len(told) == 4


@pytest.mark.parametrize("code", sorted(set(RefusalCode) - NEVER_DECLINED))
def test_every_refusal_has_a_sample(code: RefusalCode) -> None:
    keys = {model.happened.key for model in shown() if isinstance(model, OutcomeScreen)}
    assert f"refusal.{code}.happened" in keys


def test_every_reason_to_be_out_of_service_has_a_sample() -> None:
    closing = {fault.public for fault in CATALOGUE.values() if fault.severity is Severity.OUT_OF_SERVICE}
    reasons = {model.reason.key for model in shown() if isinstance(model, OutOfServiceScreen)}
    assert {f"fault.{public}.public" for public in closing} <= reasons


def _asked() -> set[Words]:
    models = [model for model in shown() if isinstance(model, AssessmentScreen | QuestionScreen)]
    return {model.question.words for model in models if model.question is not None}


@pytest.mark.parametrize("code", shipped_regions())
def test_every_question_that_a_region_asks_has_a_sample(code: str) -> None:
    region = region_of(code)
    pilot = region.kiosks.pilot is not None
    keys = {
        key
        for service, offered in region.services.items()
        if availability_of(region, service, pilot=pilot).is_served_here
        for key in offered.asks
        if not region.declarations[key].only_with_agent
    } | {key for agent in region.agents.values() for key in asked_of_agent(agent)}
    assert keys
    assert {key for key in keys if region.declarations[key].question not in _asked()} == set()


@pytest.mark.parametrize("code", shipped_regions())
def test_every_time_of_a_permits_year_has_a_sample(code: str) -> None:
    content = permit_of(region_of(code), ADULT).content
    assert content.valid_from is not None
    calendar = permit_calendar(
        region_of(code),
        AssessmentRequest(
            on=content.valid_from,
            valid_from=content.valid_from,
            valid_to=content.valid_to,
            category=content.category,
        ),
    )
    outcomes = {period.assessment.outcome for period in calendar.periods} - {None}
    assert {AssessedOutcome.TOO_EARLY, AssessedOutcome.IN_WINDOW} < outcomes
    names = [name for name in samples("en") if name.startswith(f"assessment_{code}_")]
    assert {each for each in outcomes if each and not any(f"_{each.value}_" in name for name in names)} == set()


def test_the_samples_are_the_same_screens_in_every_language() -> None:
    kinds = [{name: type(model) for name, model in samples(language).items()} for language in LANGUAGES]
    assert all(each == kinds[0] for each in kinds)


def test_a_name_begins_with_that_of_its_screen() -> None:
    strange = {name for name, model in samples("en").items() if not name.startswith(_screen_of(model))}
    assert strange == set()


def _screen_of(model: ScreenModel) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", type(model).__name__).lower().removesuffix("_screen")
