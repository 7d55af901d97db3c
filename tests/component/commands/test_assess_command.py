"""`python -m kiosk assess`, from its arguments to what it prints."""

from __future__ import annotations

import argparse
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.commands.assess import register
from kiosk.policy.assess import assess
from kiosk.policy.region_file import REGIONS_DIR, load_region, shipped_regions
from kiosk.policy.request import AssessmentRequest

INVENTED_DIR = Path(__file__).parents[2] / "data" / "regions"
PERMIT = ["--valid-from", "2018-06-09", "--valid-to", "2019-06-09"]
SHANGHAI = ["--region", "shanghai", *PERMIT]


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser(prog="python -m kiosk")
    register(parser.add_subparsers(required=True))
    args = parser.parse_args(["assess", *arguments])
    code: int = args.run(args)
    return code


def test_the_published_example_is_printed_key_for_key_and_what_is_explained_follows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(*SHANGHAI, "--on", "2019-05-10", "--json", "--language", "en") == 0
    printed = capsys.readouterr().out
    assert printed.startswith(
        '{"outcome": "in_window", "opens_on": "2019-05-10", "closes_on": "2019-06-09", "new_valid_from": "2019-06-09", '
        '"new_valid_to": "2020-06-09", "residence_years": "continuous", "served": "at_once", '
        '"evidence": {"all_of": [], "any_of": []}, '
        '"reasons": [{"code": "window", "source": "001_55d25763246708d4.txt", "section": "服务条件"}], '
    )
    answer = json.loads(printed)
    assert list(answer)[-2:] == ["explain", "calendar"]
    assert answer["explain"] == [
        {
            "code": "window",
            "source": "001_55d25763246708d4.txt",
            "section": "服务条件",
            "title": "Endorsement of the residence permit (Shanghai service guide)",
            "text": load_region(REGIONS_DIR / "shanghai.toml").rule("window").text.in_language("en"),
            "ours": ["new_dates", "residence_years"],
        }
    ]


def test_too_early_has_no_new_dates_and_no_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*SHANGHAI, "--on", "2019-05-09", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["opens_on"], answer["served"]) == ("too_early", "2019-05-10", None)
    assert (answer["new_valid_from"], answer["new_valid_to"]) == (None, None)


def test_dates_that_make_no_sense_are_an_answer_not_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(
            "--region",
            "shanghai",
            "--valid-from",
            "2019-06-09",
            "--valid-to",
            "2018-06-09",
            "--on",
            "2019-05-10",
            "--json",
        )
        == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["served"], answer["residence_years"]) == (None, "counter", None)


def test_words_name_the_rule_and_where_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*SHANGHAI, "--on", "2019-08-09") == 0
    chinese = capsys.readouterr().out.splitlines()
    assert chinese[:5] == [
        "结果: 已过期",
        "签注时间: 2019-05-10 至 2019-06-09",
        "新的有效期: 2019-08-09 至 2020-08-09",
        "居住年限: 重新计算",
        "办理方式: 当场办理",
    ]
    assert chinese[5].endswith("[001_55d25763246708d4.txt 服务方式] [本机的理解: new_dates]")
    assert "中止使用自: 2019-06-10" in chinese
    assert run(*SHANGHAI, "--on", "2019-05-20", "--language", "en") == 0
    assert capsys.readouterr().out.splitlines()[0] == "Outcome: can be done now"


def test_evidence_is_listed_by_key_in_json_and_by_name_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    declared = ["--declare", "address_changed", "--declare", "relatives_home"]
    assert run(*SHANGHAI, "--on", "2019-05-20", "--json", *declared) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["evidence"] == {
        "all_of": ["kinship_proof"],
        "any_of": ["title_deed", "registered_lease", "dormitory_certificate"],
    }
    assert answer["served"] == "counter"
    assert run(*SHANGHAI, "--on", "2019-05-20", *declared, "--evidence", "title_deed") == 0
    assert "需要: 亲属关系证明" in capsys.readouterr().out.splitlines()


def test_age_and_agent_are_heeded(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(
            *SHANGHAI,
            "--on",
            "2019-05-20",
            "--json",
            "--age",
            "12",
            "--agent",
            "guardian",
            "--evidence",
            "agent_id_card",
            "--evidence",
            "guardianship_proof",
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["served"] == "at_once"


def answer_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(*arguments, "--json") == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_keys_may_be_separated_by_commas_and_an_agent_named_in_short(capsys: pytest.CaptureFixture[str]) -> None:
    answer = answer_of(
        capsys,
        *SHANGHAI,
        "--on",
        "2019-05-20",
        "--declare",
        "address_changed,relatives_home",
        "--evidence",
        "title_deed,kinship_proof",
        "--hard-to-move",
        "--age",
        "65",
        "--agent",
        "relative",
    )
    assert answer["evidence"] == {"all_of": ["agent_id_card", "letter_of_authority"], "any_of": []}
    assert [reason["code"] for reason in answer["reasons"]] == [
        "window",
        "close_relative",
        "close_relative",
        "living_elsewhere",
        "living_elsewhere",
        "in_a_relatives_home",
    ]


def test_what_any_region_may_be_told_leads_to_the_counter_where_it_has_no_rule_for_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    qinghe = [
        "--region-file",
        str(INVENTED_DIR / "qinghe.toml"),
        "--valid-from",
        "2018-06-10",
        "--valid-to",
        "2019-06-09",
        "--on",
        "2019-05-20",
    ]
    assert answer_of(capsys, *qinghe)["served"] == "at_once"
    for more in (
        ["--declare", "address_changed"],
        ["--declare", "identity_changed"],
        ["--agent", "guardian"],
        ["--agent", "relative", "--disabled"],
    ):
        answer = answer_of(capsys, *qinghe, *more)
        assert (answer["served"], answer["reasons"][-1]["code"]) == ("counter", "undescribed")
    in_person = answer_of(capsys, *qinghe, "--disabled", "--hard-to-move")
    assert (in_person["served"], [reason["code"] for reason in in_person["reasons"]]) == ("at_once", ["window"])


def test_another_issuing_authority_gives_a_new_term_where_the_region_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    caohai = [
        "--region-file",
        str(INVENTED_DIR / "caohai.toml"),
        "--valid-from",
        "2024-07-15",
        "--valid-to",
        "2026-07-15",
        "--category",
        "long",
        "--service",
        "change_address",
        "--declare",
        "address_changed",
    ]
    same = answer_of(capsys, *caohai, "--on", "2025-07-01", "--issuer", "same")
    assert (same["new_valid_from"], same["new_valid_to"]) == ("2024-07-15", "2026-07-15")
    other = answer_of(capsys, *caohai, "--on", "2025-07-01", "--issuer", "other")
    assert (other["new_valid_from"], other["new_valid_to"]) == ("2025-07-01", "2027-07-01")


def test_a_change_of_category_is_for_the_one_other_category_unless_it_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    caohai = [
        "--region-file",
        str(INVENTED_DIR / "caohai.toml"),
        "--valid-from",
        "2026-01-15",
        "--valid-to",
        "2026-07-15",
        "--on",
        "2026-07-01",
        "--category",
        "short",
    ]
    assert answer_of(capsys, *caohai, "--new-category", "long")["new_valid_to"] == "2028-07-15"
    answer = answer_of(capsys, *caohai, "--service", "change_category")
    assert (answer["served"], answer["new_valid_to"], answer["reasons"][-1]["code"]) == ("counter", None, "undescribed")


@pytest.mark.parametrize(
    ("on", "outcome"), [("2019-01-01", "too_early"), ("2019-05-20", "in_window"), ("2019-08-09", "overdue")]
)
def test_a_stale_face_is_finished_at_once_whatever_the_day_and_no_date_moves(
    capsys: pytest.CaptureFixture[str], on: str, outcome: str
) -> None:
    answer = answer_of(capsys, *SHANGHAI, "--on", on, "--service", "face_only")
    assert (answer["outcome"], answer["served"], answer["residence_years"]) == (outcome, "at_once", None)
    assert (answer["new_valid_from"], answer["new_valid_to"]) == ("2018-06-09", "2019-06-09")
    assert [reason["code"] for reason in answer["reasons"]] == ["kiosks"]


def test_a_stale_face_is_not_finished_where_nothing_is_offered_nor_on_a_cancelled_permit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wuting = ["--region-file", str(INVENTED_DIR / "wuting.toml"), *PERMIT, "--service", "face_only"]
    assert answer_of(capsys, *wuting, "--on", "2019-05-20")["served"] == "not_offered"
    assert answer_of(capsys, *wuting, "--on", "2019-05-20", "--pilot")["served"] == "at_once"
    nanling = ["--region-file", str(INVENTED_DIR / "nanling.toml"), "--issued", "2016-03-11", "--service", "face_only"]
    cancelled = answer_of(capsys, *nanling, "--on", "2019-03-12")
    assert (cancelled["outcome"], cancelled["served"], cancelled["new_valid_to"]) == ("cancelled", "counter", None)


def test_the_calendar_tells_the_next_window_and_what_a_later_day_gives(capsys: pytest.CaptureFixture[str]) -> None:
    yunxi = ["--region-file", str(INVENTED_DIR / "yunxi.toml"), *PERMIT]
    calendar = answer_of(capsys, *yunxi, "--on", "2019-06-20")["calendar"]
    assert calendar["next_window"] == {"opens_on": "2020-05-09", "closes_on": "2020-06-09"}
    assert (calendar["suspended_from"], calendar["reapply_from"], calendar["cancelled_from"]) == (
        "2019-06-10",
        "2019-12-10",
        None,
    )
    assert calendar["residence_gap"] == {"first": "2019-06-10", "last": "2019-06-19", "days": 10}
    assert [(each["from"], each["to"], each["rule"], each["dated_by"]) for each in calendar["days"]] == [
        ("2019-06-20", "2019-07-08", "six_months", "old_end"),
        ("2019-07-09", "2019-12-09", "six_months", "today"),
        ("2019-12-10", None, "later", None),
    ]
    early = answer_of(capsys, *yunxi, "--on", "2019-01-01")["calendar"]
    assert early["next_window"] == {"opens_on": "2019-05-09", "closes_on": "2019-06-09"}
    assert early["residence_gap"] is None
    late = answer_of(capsys, *yunxi, "--on", "2020-01-01")["calendar"]
    assert (late["next_window"], late["reapply_from"]) == (None, "2019-12-10")


def test_a_permit_whose_dates_make_no_sense_has_no_calendar(capsys: pytest.CaptureFixture[str]) -> None:
    answer = answer_of(
        capsys, "--region", "shanghai", "--valid-from", "2019-06-09", "--valid-to", "2018-06-09", "--on", "2019-05-10"
    )
    assert answer["calendar"] == {
        "next_window": None,
        "suspended_from": None,
        "reapply_from": None,
        "cancelled_from": None,
        "residence_gap": None,
        "days": [],
    }
    assert [each["code"] for each in answer["explain"]] == ["senseless"]


def test_words_tell_what_lies_ahead(capsys: pytest.CaptureFixture[str]) -> None:
    yunxi = ["--region-file", str(INVENTED_DIR / "yunxi.toml"), *PERMIT]
    assert run(*yunxi, "--on", "2019-06-20", "--language", "en") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Next window: 2020-05-09 to 2020-06-09" in lines
    assert "Apply anew from: 2019-12-10" in lines
    assert (
        "On 2019-07-09 to 2019-12-09: overdue, from the day itself, such as 2019-07-09 to 2020-07-09, "
        "Years of residence go on from the make-up day, at once"
    ) in lines
    assert lines[-1] == "On 2019-12-10 to …: apply anew, at the counter"


def test_a_file_of_ones_own_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(
            "--region-file",
            str(INVENTED_DIR / "nanling.toml"),
            "--issued",
            "2016-03-11",
            "--last-endorsed",
            "2018-03-01",
            "--on",
            "2019-02-01",
            "--json",
        )
        == 0
    )
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["new_valid_from"], answer["new_valid_to"]) == (
        "in_window",
        "2019-03-11",
        "2020-03-11",
    )


def test_a_gap_in_the_years_of_residence_is_shown_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run("--region-file", str(INVENTED_DIR / "wuting.toml"), *PERMIT, "--on", "2019-07-01", "--language", "en") == 0
    )
    assert "Not counted as residence: 2019-06-10 to 2019-06-30" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([*SHANGHAI, "--on", "2019-02-30"], "--on: no such date: '2019-02-30' (write 2026-02-28)"),
        ([*SHANGHAI, "--on", "20190510"], "--on: no such date: '20190510' (write 2026-02-28)"),
        ([*SHANGHAI, "--on", "2019-W20-5"], "--on: no such date: '2019-W20-5' (write 2026-02-28)"),
        ([*SHANGHAI, "--on", "today"], "--on: no such date: 'today' (write 2026-02-28)"),
        ([*SHANGHAI], "--on is missing: the day, such as 2026-02-28"),
        (["--region", "shanghai", "--valid-from", "2018-06-09", "--on", "2019-05-10"], "--valid-to is missing"),
        (["--region", "shanghai", "--valid-to", "2018-06-09", "--on", "2019-05-10"], "--valid-from is missing"),
        (["--region", "atlantis", *PERMIT, "--on", "2019-05-10"], "--region: unknown 'atlantis'; known: "),
        (["--region", "../shanghai", *PERMIT, "--on", "2019-05-10"], "--region: unknown '../shanghai'; known: "),
        ([*PERMIT, "--on", "2019-05-10"], "give either --region or --region-file"),
        ([*SHANGHAI, "--on", "2019-05-10", "--category", "gold"], "--category: unknown 'gold'; known: standard"),
        ([*SHANGHAI, "--on", "2019-05-10", "--service", "wed"], "--service: unknown 'wed'; known: endorse, "),
        ([*SHANGHAI, "--on", "2019-05-10", "--declare", "x"], "--declare: unknown 'x'; known: address_changed, "),
        ([*SHANGHAI, "--on", "2019-05-10", "--declare", "address_changed,x"], "--declare: unknown 'x'; known: "),
        ([*SHANGHAI, "--on", "2019-05-10", "--evidence", "x"], "--evidence: unknown 'x'; known: permit, "),
        (
            [*SHANGHAI, "--on", "2019-05-10", "--agent", "friend"],
            "--agent: unknown 'friend'; known: relative, guardian, ",
        ),
        ([*SHANGHAI, "--on", "2019-05-10", "--issuer", "x"], "--issuer: unknown 'x'; known: same, other"),
        ([*SHANGHAI, "--on", "2019-05-10", "--home-area", "x"], "--home-area: unknown 'x'; known: yes, no"),
        (
            ["--region-file", str(INVENTED_DIR / "caohai.toml"), *PERMIT, "--on", "2019-05-10"],
            "--category is missing; known: short, long",
        ),
        (
            [*SHANGHAI, "--on", "2019-05-10", "--age", "old"],
            "--age: must be a number of years from 0 to 150, not 'old'",
        ),
        ([*SHANGHAI, "--on", "2019-05-10", "--age", "-3"], "--age: must be a number of years from 0 to 150, not '-3'"),
        ([*SHANGHAI, "--on", "2019-05-10", "--language", "fr"], "--language: unknown 'fr'; known: zh-Hans, en"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    assert run(*arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"assess: {complaint}")
    assert printed.err.count("\n") == 1


def test_a_wrong_region_file_prints_one_line_for_each_mistake(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = (REGIONS_DIR / "shanghai.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(
        text.replace('served = "at_once"', 'served = "soon"').replace("offered = true", "offered = 1"), encoding="utf-8"
    )
    assert run("--region-file", str(path), *PERMIT, "--on", "2019-05-10") == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["kiosks.offered", "services.endorse.served"]
    assert all(line.startswith("mine.toml:") for line in lines)


def test_every_shipped_region_loads_and_assesses_the_same_twice() -> None:
    for name in shipped_regions():
        region = load_region(REGIONS_DIR / f"{name}.toml")
        category = next(iter(region.categories))
        request = AssessmentRequest(
            on=date(2019, 8, 8), valid_from=date(2018, 6, 9), valid_to=date(2019, 6, 9), category=category
        )
        assert assess(region, request) == assess(region, request)
