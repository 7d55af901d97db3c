"""A demo's verdict: it calls a visit good only if permit, papers, central and screens agree with the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from kiosk.central.contract import ApplicationProgress
from kiosk.demo.floor import BareCosts
from kiosk.demo.office import OfficeRecord
from kiosk.demo.report import Paper, Played, VisitRecord, disagree, number_on_paper, report, summary
from kiosk.demo.scenarios import DEFAULT, FACES_AT, NewTerm, OfficeStep, PlannedVisit, Scenario

TODAY = date(2026, 11, 22)
ENDORSEMENT = UUID("12345678-0000-4000-8000-000000000000")
RENEWAL = PlannedVisit(
    "renewal", ("somebody",), "a-permit", shows=("notice", "confirm", "thank_you"), new_term=NewTerm("old_end", 12)
)


def permit(valid_from: str, valid_to: str, count: int, **changed: Any) -> dict[str, Any]:
    return {
        "place": "hand",
        "face_shows_chip": True,
        "face_erasures": 0,
        "face_prints": 0,
        "chip": {
            "valid_from": valid_from,
            "valid_to": valid_to,
            "issuing_authority": "某地公安局",
            "category": "standard",
            "endorsement_count": count,
        },
        **changed,
    }


OLD, NEW = permit("2025-12-04", "2026-12-04", 2), permit("2026-12-04", "2027-12-04", 3)
GOOD = VisitRecord(
    plan=RENEWAL,
    on=TODAY,
    before=OLD,
    after=NEW,
    screens=("welcome", "notice", "reading", "confirm", "thank_you"),
    measured=(),
    papers=(Paper("回执编号 1234-5678", "receipt.png"),),
    endorsement_id=ENDORSEMENT,
    central="written",
    application=None,
)
PROGRESS = ApplicationProgress(
    application_id=ENDORSEMENT,
    review_number="8036-2643",
    service="endorse",
    received_on=TODAY,
    expected_on=None,
    state="in_review",
    stage=None,
    stage_result=None,
    return_code=None,
    collection=None,
    may_choose_collection=False,
    station=None,
    ready_from=None,
    at_kiosk=False,
)
APPLIED = replace(
    GOOD,
    plan=PlannedVisit("application", ("somebody",), "a-permit", application="in_review"),
    after=OLD,
    papers=(Paper("受理编号 8036-2643", "slip.png"),),
    central="pending",
    application=PROGRESS,
)


WHERE = FACES_AT["zh-Hans"]
BEHIND = NEW | {"face_shows_chip": False}
CHIP_ONLY = replace(
    GOOD,
    plan=replace(RENEWAL, face="left"),
    after=BEHIND,
    central="face_pending",
    papers=(Paper(f"回执编号 1234-5678\n到这里更新：{WHERE[:4]}\n{WHERE[4:]}。", "receipt.png"),),
)
FACE_ONLY = replace(
    GOOD,
    plan=PlannedVisit("face", ("somebody",), "a-permit", shows=("confirm",), face="refreshed"),
    before=BEHIND,
    after=NEW | {"face_erasures": 1, "face_prints": 1},
)


@pytest.mark.parametrize(
    "visit", [GOOD, APPLIED, CHIP_ONLY, FACE_ONLY], ids=["renewed", "applied", "chip only", "face only"]
)
def test_a_visit_that_went_as_planned_has_nothing_against_it(visit: VisitRecord) -> None:
    assert disagree(visit) == []


@pytest.mark.parametrize(
    ("visit", "wrong"),
    [
        (replace(GOOD, after=OLD), "the chip was not renewed"),
        (
            replace(GOOD, after=permit("2026-11-22", "2027-11-22", 3)),
            "the chip says 2026-11-22 - 2027-11-22, not 2026-12-04 - 2027-12-04",
        ),
        (replace(GOOD, after=NEW | {"face_shows_chip": False}), "the face does not show what the chip holds"),
        (replace(GOOD, before=OLD | {"face_shows_chip": None}), "the face did not show what the chip held before"),
        (replace(GOOD, after=NEW | {"place": "bin"}), "the permit is not with its holder but: bin"),
        (replace(GOOD, papers=()), "0 papers were printed, not 1"),
        (replace(GOOD, papers=(Paper("9999-9999", "receipt.png"),)), "no receipt with this number was printed"),
        (replace(GOOD, central="granted"), "central's record says granted, not written"),
        (replace(GOOD, plan=replace(RENEWAL, category="long")), "the category is standard, not long"),
        (
            replace(GOOD, screens=("welcome", "confirm", "notice", "thank_you")),
            "the screen confirm did not come when it should",
        ),
        (replace(APPLIED, after=NEW), "the chip was written, and should not have been"),
        (replace(APPLIED, central="written"), "central's record says written, not pending"),
        (replace(APPLIED, application=None), "central's application is None, not in_review"),
        (replace(CHIP_ONLY, after=NEW), "the face was rewritten, and could not have been"),
        (replace(CHIP_ONLY, after=BEHIND | {"face_erasures": 1}), "the face was rewritten, and could not have been"),
        (replace(CHIP_ONLY, papers=GOOD.papers), "no paper says where the face is refreshed"),
        (replace(CHIP_ONLY, central="written"), "central's record says written, not face_pending"),
        (replace(FACE_ONLY, after=BEHIND), "the face does not show what the chip holds"),
        (replace(FACE_ONLY, before=NEW), "the face showed already what the chip holds"),
        (replace(FACE_ONLY, before=OLD | {"face_shows_chip": False}), "the chip was written, and should not have been"),
        (replace(FACE_ONLY, central="face_pending"), "central's record says face_pending, not written"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_did_not_go_as_planned_is_said(visit: VisitRecord, wrong: str) -> None:
    assert wrong in disagree(visit)


def test_a_receipt_has_the_endorsements_number_and_a_slip_the_reviews() -> None:
    assert number_on_paper(GOOD) == "1234-5678"
    assert number_on_paper(FACE_ONLY) == "1234-5678"
    assert number_on_paper(APPLIED) == "8036-2643"
    assert number_on_paper(replace(APPLIED, application=None)) is None


def test_the_report_of_several_visits_tells_each_and_what_the_officer_did() -> None:
    scenario = Scenario(
        "two", "two visits", "somewhere", (APPLIED.plan, OfficeStep("approves", ("review", "approve")), RENEWAL)
    )
    played = Played(
        scenario,
        (APPLIED, OfficeRecord("approves", "central review approve 8036-2643", "{}"), GOOD),
        BareCosts(0.03, 0.002),
        {"central": "HTTPS"},
        [],
    )
    told = report(played)
    assert (told["outcome"], told["disagreements"]) == ("renewed", [])
    assert [visit["about"] for visit in told["visits"]] == ["application", "renewal"]
    assert told["visits"][0]["application"]["review_number"] == "8036-2643"
    assert (told["chip"]["old"]["endorsement_count"], told["chip"]["new"]["endorsement_count"]) == (2, 3)
    text = summary(told, played, Path("build"))
    assert "2025-12-04 - 2026-12-04, as it was" in text
    assert text.index("2643: in_review") < text.index("central review approve 8036-2643") < text.index("1234-5678")
    assert text.endswith("Report and pictures: build")


def test_the_default_scenarios_report_has_the_keys_of_one_visit() -> None:
    played = Played(
        Scenario(DEFAULT, "", "somewhere", (RENEWAL,)),
        (replace(GOOD, central="granted"),),
        BareCosts(0.03, 0.002),
        {},
        [],
    )
    told = report(played)
    assert told["outcome"] == "not renewed"
    assert told["disagreements"] == ["central's record says granted, not written"]
    assert not told.keys() & {"visits", "office", "scenario"}
