"""`python -m kiosk assess`: what a region's rules say about a permit on a day, as JSON or in words."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from kiosk.domain.endorsement import Service
from kiosk.policy.assess import assess
from kiosk.policy.assessment import Assessment, LocalText
from kiosk.policy.region import CountedFrom, Region
from kiosk.policy.region_file import REGIONS_DIR, RegionFileError, load_region, shipped_regions
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import AGENTS, LANGUAGES, MORE_LANGUAGES

BAD_USE = 2
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

_WORDS = {
    "zh-Hans": {
        "outcome": "结果", "window": "签注时间", "new": "新的有效期", "years": "居住年限", "served": "办理方式",
        "all_of": "需要", "any_of": "任选一种", "gap": "不计入居住年限", "because": "依据", "to": "至", "none": "无",
        "too_early": "还没到签注时间", "in_window": "可以办理", "overdue": "已过期", "reapply": "需要重新申领",
        "cancelled": "居住证已注销", "senseless": "日期对不上",
        "continuous": "连续计算", "counted_from_make_up": "自补办之日起连续计算", "restart": "重新计算",
        "at_once": "当场办理", "after_review": "审核后办理", "counter": "到窗口办理", "not_offered": "自助机不办理",
    },
    "en": {
        "outcome": "Outcome", "window": "Window", "new": "New term", "years": "Years of residence", "served": "Served",
        "all_of": "Needed", "any_of": "One of", "gap": "Not counted as residence", "because": "Because", "to": "to",
        "none": "none",
        "too_early": "too early", "in_window": "can be done now", "overdue": "overdue", "reapply": "apply anew",
        "cancelled": "the permit is cancelled", "senseless": "the dates make no sense",
        "continuous": "continuous", "counted_from_make_up": "go on from the make-up day", "restart": "start again",
        "at_once": "at once", "after_review": "after review", "counter": "at the counter",
        "not_offered": "not offered at kiosks",
    },
}


class _BadUseError(Exception):
    """What was asked for cannot be asked. One line."""


def register(subparsers: Any) -> None:
    """Add the `assess` command to a program's subparsers (argparse)."""
    parser = subparsers.add_parser("assess", help="what a region's rules say about a permit on a day")
    parser.add_argument("--region", metavar="NAME", help="a region of assets/regions")
    parser.add_argument("--region-file", metavar="FILE", help="a region file of your own")
    parser.add_argument("--on", metavar="DATE", help="the day, such as 2026-02-28")
    parser.add_argument("--valid-from", metavar="DATE", help="the start date that the permit carries")
    parser.add_argument("--valid-to", metavar="DATE", help="the end date that the permit carries")
    parser.add_argument("--issued", metavar="DATE", help="the permit's date of issue")
    parser.add_argument("--last-endorsed", metavar="DATE", help="the last endorsement or make-up")
    parser.add_argument("--last-make-up", metavar="DATE", help="the last make-up")
    parser.add_argument("--received", metavar="DATE", help="the day central received the application")
    parser.add_argument("--category", default="standard", metavar="KEY", help="the permit's category (standard)")
    parser.add_argument("--new-category", metavar="KEY", help="the category asked for")
    parser.add_argument("--service", default=Service.ENDORSE.value, metavar="NAME", help="the service (endorse)")
    parser.add_argument("--declare", action="append", default=[], metavar="KEY", help="declared; repeatable")
    parser.add_argument("--age", metavar="YEARS", help="the holder's completed years of age")
    parser.add_argument("--agent", metavar="KIND", help="who acts for the holder: " + ", ".join(AGENTS))
    parser.add_argument("--issuer", default="", metavar="NAME", help="the permit's issuing authority")
    parser.add_argument("--home-area", metavar="YES|NO", help="whether the kiosk stands in the area of the home")
    parser.add_argument("--evidence", action="append", default=[], metavar="KEY", help="verified; repeatable")
    parser.add_argument("--pilot", action="store_true", help="the authority ordered a trial at this kiosk")
    parser.add_argument("--language", default=LANGUAGES[0], metavar="TAG", help="language of the words (zh-Hans)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of words")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the assessment. Returns 0, or 2 with what is wrong on standard error."""
    try:
        region = _region(args)
        request = _request(region, args)
        language = _one_of("--language", args.language, (*LANGUAGES, *MORE_LANGUAGES))
    except RegionFileError as error:
        print("\n".join(error.mistakes), file=sys.stderr)
        return BAD_USE
    except _BadUseError as error:
        print(f"assess: {error}", file=sys.stderr)
        return BAD_USE
    assessment = assess(region, request)
    print(json.dumps(as_json(assessment), ensure_ascii=False) if args.json else in_words(region, assessment, language))
    return 0


def as_json(assessment: Assessment) -> dict[str, Any]:
    """The assessment as JSON: dates as 2026-02-28, what there is not as null."""
    return {
        "outcome": assessment.outcome.value if assessment.outcome else None,
        "opens_on": _iso(assessment.opens_on),
        "closes_on": _iso(assessment.closes_on),
        "new_valid_from": _iso(assessment.new_valid_from),
        "new_valid_to": _iso(assessment.new_valid_to),
        "residence_years": assessment.residence_years.value if assessment.residence_years else None,
        "served": assessment.served.value if assessment.served else None,
        "evidence": {"all_of": list(assessment.evidence.all_of), "any_of": list(assessment.evidence.any_of)},
        "reasons": [
            {"code": reason.code, "source": reason.source, "section": reason.section} for reason in assessment.reasons
        ],
    }


def in_words(region: Region, assessment: Assessment, language: str) -> str:
    """The assessment as lines of text, with each rule and where it stands."""
    words = _WORDS.get(language, _WORDS["zh-Hans"])
    lines = [(words["outcome"], words[assessment.outcome.value if assessment.outcome else "senseless"])]
    for label, first, last in (
        ("window", assessment.opens_on, assessment.closes_on),
        ("new", assessment.new_valid_from, assessment.new_valid_to),
        ("gap", *(assessment.residence_gap or (None, None))),
    ):
        if first is not None or last is not None:
            lines.append((words[label], f"{first or '…'} {words['to']} {last or '…'}"))
    if assessment.residence_years is not None:
        lines.append((words["years"], words[assessment.residence_years.value]))
    if assessment.served is not None:
        lines.append((words["served"], words[assessment.served.value]))
    for label, keys in (("all_of", assessment.evidence.all_of), ("any_of", assessment.evidence.any_of)):
        lines += [(words[label], region.evidence[key].name.in_language(language)) for key in keys]
    places: dict[LocalText, list[str]] = {}
    for reason, text in zip(assessment.reasons, assessment.texts, strict=True):
        places.setdefault(text, []).append(f"{reason.source} {reason.section}")
    for text, cited in places.items():
        lines.append((words["because"], f"{text.in_language(language)} [{'; '.join(cited)}]"))
    return "\n".join(f"{label}: {value}" for label, value in lines)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _region(args: argparse.Namespace) -> Region:
    if (args.region is None) == (args.region_file is None):
        raise _BadUseError("give either --region or --region-file")
    if args.region_file is not None:
        return load_region(Path(args.region_file))
    name = _one_of("--region", args.region, shipped_regions())
    return load_region(REGIONS_DIR / f"{name}.toml")


def _request(region: Region, args: argparse.Namespace) -> AssessmentRequest:
    on = _day("--on", args.on)
    if on is None:
        raise _BadUseError("--on is missing: the day, such as 2026-02-28")
    valid_from, valid_to = _day("--valid-from", args.valid_from), _day("--valid-to", args.valid_to)
    issued = _day("--issued", args.issued)
    _demand_dates(region, valid_from, valid_to, issued)
    return AssessmentRequest(
        on=on,
        valid_from=valid_from,
        valid_to=valid_to,
        service=Service(_one_of("--service", args.service, [service.value for service in Service])),
        category=_one_of("--category", args.category, region.categories),
        new_category=_if_given("--new-category", args.new_category, region.categories),
        issued_on=issued,
        last_endorsed_on=_day("--last-endorsed", args.last_endorsed),
        last_make_up_on=_day("--last-make-up", args.last_make_up),
        received_on=_day("--received", args.received),
        declared=frozenset(_one_of("--declare", key, region.declarations) for key in args.declare),
        age=_age(args.age),
        agent=_if_given("--agent", args.agent, AGENTS),
        issuing_authority=args.issuer,
        home_area=None if args.home_area is None else _one_of("--home-area", args.home_area, ("yes", "no")) == "yes",
        verified=frozenset(_one_of("--evidence", key, region.evidence) for key in args.evidence),
        pilot=args.pilot,
    )


def _demand_dates(region: Region, valid_from: date | None, valid_to: date | None, issued: date | None) -> None:
    """What this region's anniversaries cannot be counted without."""
    term = region.term
    if term.permit_carries_end and valid_to is None:
        raise _BadUseError("--valid-to is missing")
    if valid_from is None and (term.permit_carries_end or term.counted_from is CountedFrom.START):
        raise _BadUseError("--valid-from is missing")
    if issued is None and term.counted_from is CountedFrom.ISSUE:
        raise _BadUseError("--issued is missing: this region counts from the date of issue")


def _day(flag: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise _BadUseError(f"{flag}: no such date: {text!r} (write 2026-02-28)") from None


def _age(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > 150:
        raise _BadUseError(f"--age: must be a number of years, not {text!r}")
    return int(text)


def _one_of(flag: str, given: str, known: Collection[str]) -> str:
    if given not in known:
        raise _BadUseError(f"{flag}: unknown {given!r}; known: {', '.join(known) or 'none'}")
    return given


def _if_given(flag: str, given: str | None, known: Collection[str]) -> str | None:
    return None if given is None else _one_of(flag, given, known)
