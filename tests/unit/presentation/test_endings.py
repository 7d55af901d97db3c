"""How a visit ended: its title, what to do next and the paper never contradict each other."""

from __future__ import annotations

from itertools import product

import pytest

from assets import ASSETS
from kiosk.domain.endorsement import ChipState, Custody, FaceState, Refusal, Service
from kiosk.domain.faults import PAPER_OUT, PERMIT_JAMMED
from kiosk.domain.refusals import RefusalCode
from kiosk.presentation.context import PresentationContext
from kiosk.presentation.models.resident import OutcomeScreen, ThankYouScreen
from kiosk.presentation.present import present
from kiosk.texts.translation import Translation, languages_in
from kiosk.texts.words import Text
from kiosk.workflow import states as s
from tests.unit.workflow.machine_samples import CASE, GRANT, PERMIT, RECEIVED, REGION, VISIT

ABOUT = PresentationContext(REGION, ("zh-Hans", "en"), False, "https://r.example/", 25)
LANGUAGES = languages_in(ASSETS / "locale")
RENEWED = s.Renewed(CASE, GRANT, FaceState.NEW)
ENDINGS: dict[str, tuple[s.Ending, str]] = {
    "renewed and not taken": (RENEWED, "renewed"),
    "applied and not taken": (s.Applied(CASE, Service.ENDORSE, RECEIVED, None), "pending"),
    "only asked and not taken": (s.Informed(PERMIT), "kept"),
    "broken off, chip old": (s.BrokenOff(PERMIT_JAMMED, ChipState.OLD, FaceState.OLD), "fault"),
    "broken off, chip unknown": (s.BrokenOff(PERMIT_JAMMED, ChipState.UNKNOWN, FaceState.OLD), "fault"),
    "interrupted, chip new": (s.Interrupted(None, True, ChipState.NEW, FaceState.PENDING, PERMIT), "renewed"),
    "interrupted, chip old": (s.Interrupted(None, False, ChipState.OLD, FaceState.OLD), "fault"),
    "cancelled": (s.Declined(Refusal(RefusalCode.HOLDER_CANCELLED), PERMIT), "cancelled"),
    "nothing to do": (s.Declined(Refusal(RefusalCode.ALREADY_CURRENT), PERMIT), "nothing_to_do"),
    "for the counter": (s.Declined(Refusal(RefusalCode.COUNTER_ONLY), PERMIT), "counter"),
    "too early": (s.Declined(Refusal(RefusalCode.TOO_EARLY), PERMIT), "later"),
    "somebody else's": (s.Declined(Refusal(RefusalCode.NOT_YOUR_PERMIT), PERMIT), "not_done"),
    "unknown to this version": (s.Declined(Refusal("something_new"), PERMIT), "not_done"),
}
SHOWN = (Custody.WITH_HOLDER, Custody.RETAINED)


def page(ending: s.Ending, custody: Custody) -> OutcomeScreen:
    shown = present(ABOUT, s.ShowingOutcome(VISIT, ending, custody))
    assert isinstance(shown, OutcomeScreen)
    return shown


@pytest.mark.parametrize("name", ENDINGS)
def test_a_title_says_how_it_ended(name: str) -> None:
    ending, title = ENDINGS[name]
    assert page(ending, Custody.RETAINED).title == Text(f"outcome.title.{title}")


@pytest.mark.parametrize(("name", "custody"), list(product(ENDINGS, SHOWN)))
def test_whoever_has_no_permit_in_hand_is_sent_to_staff_first_and_never_to_another_machine(
    name: str, custody: Custody
) -> None:
    steps = page(ENDINGS[name][0], custody).do_next
    if custody is Custody.RETAINED:
        assert steps[:2] == (Text("next.staff"), Text("next.quote_number"))
        assert Text("next.try_again") not in steps
    assert len(set(steps)) == len(steps)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("trouble", [None, PAPER_OUT], ids=["paper", "no paper"])
def test_nobody_is_told_to_take_paper_that_did_not_come(language: str, trouble: object) -> None:
    state = s.Thanking(VISIT, RENEWED, None if trouble is None else PAPER_OUT)
    shown = present(ABOUT, state)
    assert isinstance(shown, ThankYouScreen)
    assert shown.with_receipt == (trouble is None)
    translation = Translation.load(ASSETS / "locale", language)
    receipt = {"zh-Hans": "回执", "en": "receipt"}
    if language in receipt:
        assert receipt[language] not in translation.text("thank_you.lead_no_receipt")
        assert receipt[language] in translation.text("thank_you.lead")
