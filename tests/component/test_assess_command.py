"""`python -m kiosk assess`, from its arguments to what it prints."""

from __future__ import annotations

import argparse
import json
import time
from datetime import date
from pathlib import Path

import pytest

from kiosk.policy.assess import assess
from kiosk.policy.assess_command import register
from kiosk.policy.region_file import REGIONS_DIR, load_region, shipped_regions
from kiosk.policy.request import AssessmentRequest

INVENTED_DIR = Path(__file__).parents[1] / "data" / "regions"
PERMIT = ["--valid-from", "2018-06-09", "--valid-to", "2019-06-09"]
SHANGHAI = ["--region", "shanghai", *PERMIT]


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser(prog="python -m kiosk")
    register(parser.add_subparsers(required=True))
    args = parser.parse_args(["assess", *arguments])
    code: int = args.run(args)
    return code


def test_the_published_example_is_printed_key_for_key(capsys) -> None:
    assert run(*SHANGHAI, "--on", "2019-05-10", "--json") == 0
    assert capsys.readouterr().out == (
        '{"outcome": "in_window", "opens_on": "2019-05-10", "closes_on": "2019-06-09", "new_valid_from": "2019-06-09", '
        '"new_valid_to": "2020-06-09", "residence_years": "continuous", "served": "at_once", '
        '"evidence": {"all_of": [], "any_of": []}, '
        '"reasons": [{"code": "window", "source": "001_55d25763246708d4.txt", "section": "服务条件"}]}\n')


def test_too_early_has_no_new_dates_and_no_next_step(capsys) -> None:
    assert run(*SHANGHAI, "--on", "2019-05-09", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["opens_on"], answer["served"]) == ("too_early", "2019-05-10", None)
    assert (answer["new_valid_from"], answer["new_valid_to"]) == (None, None)


def test_dates_that_make_no_sense_are_an_answer_not_a_failure(capsys) -> None:
    assert run("--region", "shanghai", "--valid-from", "2019-06-09", "--valid-to", "2018-06-09", "--on", "2019-05-10",
               "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["served"], answer["residence_years"]) == (None, "counter", None)


def test_words_name_the_rule_and_where_it_stands(capsys) -> None:
    assert run(*SHANGHAI, "--on", "2019-08-09") == 0
    chinese = capsys.readouterr().out.splitlines()
    assert chinese[:5] == ["结果: 已过期", "签注时间: 2019-05-10 至 2019-06-09", "新的有效期: 2019-08-09 至 2020-08-09",
                           "居住年限: 重新计算", "办理方式: 当场办理"]
    assert chinese[5].endswith("[001_55d25763246708d4.txt 服务方式]")
    assert run(*SHANGHAI, "--on", "2019-05-20", "--language", "en") == 0
    assert capsys.readouterr().out.splitlines()[0] == "Outcome: can be done now"


def test_evidence_is_listed_by_key_in_json_and_by_name_in_words(capsys) -> None:
    declared = ["--declare", "address_changed", "--declare", "relatives_home"]
    assert run(*SHANGHAI, "--on", "2019-05-20", "--json", *declared) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["evidence"] == {
        "all_of": ["kinship_proof"], "any_of": ["title_deed", "registered_lease", "dormitory_certificate"]}
    assert answer["served"] == "counter"
    assert run(*SHANGHAI, "--on", "2019-05-20", *declared, "--evidence", "title_deed") == 0
    assert "需要: 亲属关系证明" in capsys.readouterr().out.splitlines()


def test_age_and_agent_are_heeded(capsys) -> None:
    assert run(*SHANGHAI, "--on", "2019-05-20", "--json", "--age", "12", "--agent", "guardian", "--evidence",
               "agent_id_card", "--evidence", "guardianship_proof") == 0
    assert json.loads(capsys.readouterr().out)["served"] == "at_once"


def test_a_file_of_ones_own_is_used(capsys) -> None:
    assert run("--region-file", str(INVENTED_DIR / "nanling.toml"), "--issued", "2016-03-11", "--last-endorsed",
               "2018-03-01", "--on", "2019-02-01", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["new_valid_from"], answer["new_valid_to"]) == (
        "in_window", "2019-03-11", "2020-03-11")


def test_a_gap_in_the_years_of_residence_is_shown_in_words(capsys) -> None:
    assert run("--region-file", str(INVENTED_DIR / "wuting.toml"), *PERMIT, "--on", "2019-07-01", "--language",
               "en") == 0
    assert "Not counted as residence: 2019-06-10 to 2019-06-30" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(("arguments", "complaint"), [
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
    ([*SHANGHAI, "--on", "2019-05-10", "--age", "old"], "--age: must be a number of years, not 'old'"),
    ([*SHANGHAI, "--on", "2019-05-10", "--age", "-3"], "--age: must be a number of years, not '-3'"),
    ([*SHANGHAI, "--on", "2019-05-10", "--language", "fr"], "--language: unknown 'fr'; known: zh-Hans, en, ug"),
])
def test_what_cannot_be_asked_is_one_line_and_exit_code_2(capsys, arguments, complaint) -> None:
    assert run(*arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"assess: {complaint}")
    assert printed.err.count("\n") == 1


def test_a_wrong_region_file_prints_one_line_for_each_mistake(capsys, tmp_path: Path) -> None:
    text = (REGIONS_DIR / "shanghai.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('served = "at_once"', 'served = "soon"').replace("offered = true", "offered = 1"),
                    encoding="utf-8")
    assert run("--region-file", str(path), *PERMIT, "--on", "2019-05-10") == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["kiosks.offered", "services.endorse.served"]
    assert all(line.startswith("mine.toml:") for line in lines)


def test_every_shipped_region_loads_quickly_and_assesses_within_a_millisecond() -> None:
    for name in shipped_regions():
        begun = time.perf_counter()
        region = load_region(REGIONS_DIR / f"{name}.toml")
        assert time.perf_counter() - begun < 0.5
        category = next(iter(region.categories))
        request = AssessmentRequest(
            on=date(2019, 8, 8), valid_from=date(2018, 6, 9), valid_to=date(2019, 6, 9), category=category)
        assess(region, request)
        begun = time.perf_counter()
        for _ in range(200):
            assess(region, request)
        assert (time.perf_counter() - begun) / 200 < 0.001
