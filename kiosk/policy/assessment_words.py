"""An assessment and its calendar as JSON and as lines of text, in the languages of the region files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from kiosk.policy.assessment import Assessment
from kiosk.policy.permit_calendar import Period, PermitCalendar
from kiosk.policy.region import Region
from kiosk.policy.rules import NewDates
from kiosk.texts.words import LocalText

_WORDS = {
    "zh-Hans": {
        "outcome": "结果",
        "window": "签注时间",
        "new": "新的有效期",
        "years": "居住年限",
        "served": "办理方式",
        "all_of": "需要",
        "any_of": "任选一种",
        "gap": "不计入居住年限",
        "because": "依据",
        "to": "至",
        "too_early": "还没到签注时间",
        "in_window": "可以办理",
        "overdue": "已过期",
        "reapply": "需要重新申领",
        "cancelled": "居住证已注销",
        "senseless": "日期对不上",
        "continuous": "连续计算",
        "counted_from_make_up": "自补办之日起连续计算",
        "restart": "重新计算",
        "at_once": "当场办理",
        "after_review": "审核后办理",
        "counter": "到窗口办理",
        "not_offered": "自助机不办理",
        "ours": "本机的理解",
        "next_window": "下一次签注时间",
        "suspended_from": "中止使用自",
        "reapply_from": "重新申领自",
        "cancelled_from": "注销自",
        "day": "在",
        "from_day": "从办理之日算起,如",
        "unchanged": "日期不变",
    },
    "en": {
        "outcome": "Outcome",
        "window": "Window",
        "new": "New term",
        "years": "Years of residence",
        "served": "Served",
        "all_of": "Needed",
        "any_of": "One of",
        "gap": "Not counted as residence",
        "because": "Because",
        "to": "to",
        "too_early": "too early",
        "in_window": "can be done now",
        "overdue": "overdue",
        "reapply": "apply anew",
        "cancelled": "the permit is cancelled",
        "senseless": "the dates make no sense",
        "continuous": "continuous",
        "counted_from_make_up": "go on from the make-up day",
        "restart": "start again",
        "at_once": "at once",
        "after_review": "after review",
        "counter": "at the counter",
        "not_offered": "not offered at kiosks",
        "ours": "our reading",
        "next_window": "Next window",
        "suspended_from": "Use suspended from",
        "reapply_from": "Apply anew from",
        "cancelled_from": "Cancelled from",
        "day": "On",
        "from_day": "from the day itself, such as",
        "unchanged": "dates unchanged",
    },
}


def words_in(language: str) -> dict[str, str]:
    """The words in a language; in zh-Hans where there are none."""
    return _WORDS.get(language, _WORDS["zh-Hans"])


def as_json(region: Region, assessment: Assessment, calendar: PermitCalendar, language: str) -> dict[str, Any]:
    """The assessment and the calendar as JSON: dates as 2026-02-28, missing values as null."""
    return {
        "outcome": assessment.outcome.value if assessment.outcome else None,
        "opens_on": _iso(assessment.opens_on),
        "closes_on": _iso(assessment.closes_on),
        "new_valid_from": _iso(assessment.new_valid_from),
        "new_valid_to": _iso(assessment.new_valid_to),
        "residence_years": assessment.residence_years.value if assessment.residence_years else None,
        "served": assessment.channel.value if assessment.channel else None,
        "evidence": {"all_of": list(assessment.evidence.all_of), "any_of": list(assessment.evidence.any_of)},
        "reasons": [
            {"code": reason.code, "source": reason.source, "section": reason.section} for reason in assessment.reasons
        ],
        "explain": _explain(region, assessment, language),
        "calendar": _calendar_json(calendar),
    }


def _explain(region: Region, assessment: Assessment, language: str) -> list[dict[str, Any]]:
    """The reasons in words. `ours`: the keys of the rule that no document prescribes ("*": all of it)."""
    return [
        {
            "code": reason.code,
            "text": text.in_language(language),
            "source": reason.source,
            "title": _title(region, reason.source, language),
            "section": reason.section,
            "ours": list(region.rule(reason.code).ours),
        }
        for reason, text in zip(assessment.reasons, assessment.texts, strict=True)
    ]


def _title(region: Region, file: str, language: str) -> str:
    return next((each.title.in_language(language) for each in region.sources.values() if each.file == file), file)


def _calendar_json(calendar: PermitCalendar) -> dict[str, Any]:
    window, gap = calendar.next_window, calendar.residence_gap
    return {
        "next_window": None if window is None else {"opens_on": _iso(window[0]), "closes_on": _iso(window[1])},
        "suspended_from": _iso(calendar.suspended_from),
        "reapply_from": _iso(calendar.reapply_from),
        "cancelled_from": _iso(calendar.cancelled_from),
        "residence_gap": None
        if gap is None
        else {"first": _iso(gap[0]), "last": _iso(gap[1]), "days": (gap[1] - gap[0]).days + 1},
        "days": [_period_json(period) for period in calendar.periods],
    }


def _period_json(period: Period) -> dict[str, Any]:
    found = period.assessment
    return {
        "from": _iso(period.first),
        "to": _iso(period.last),
        "outcome": found.outcome.value if found.outcome else None,
        "rule": period.rule.code,
        "served": found.channel.value if found.channel else None,
        "residence_years": found.residence_years.value if found.residence_years else None,
        "dated_by": period.dated_by.value if period.dated_by else None,
        "new_valid_from": _iso(found.new_valid_from),
        "new_valid_to": _iso(found.new_valid_to),
    }


def in_words(region: Region, assessment: Assessment, calendar: PermitCalendar, language: str) -> str:
    """The assessment and the calendar as lines of text, with each rule and its sources."""
    words = words_in(language)
    lines = [(words["outcome"], words[assessment.outcome.value if assessment.outcome else "senseless"])]
    for label, first, last in (
        ("window", assessment.opens_on, assessment.closes_on),
        ("new", assessment.new_valid_from, assessment.new_valid_to),
        ("gap", *(assessment.residence_gap or (None, None))),
    ):
        if first is not None or last is not None:
            lines.append((words[label], _span(first, last, words)))
    if assessment.residence_years is not None:
        lines.append((words["years"], words[assessment.residence_years.value]))
    if assessment.channel is not None:
        lines.append((words["served"], words[assessment.channel.value]))
    for label, keys in (("all_of", assessment.evidence.all_of), ("any_of", assessment.evidence.any_of)):
        lines += [(words[label], region.evidence[key].name.in_language(language)) for key in keys]
    lines += _because(region, assessment, language)
    lines += _ahead(calendar, words)
    return "\n".join(f"{label}: {value}" for label, value in lines)


def _because(region: Region, assessment: Assessment, language: str) -> Iterator[tuple[str, str]]:
    """Each rule once, with all its sources."""
    words = words_in(language)
    places: dict[tuple[str, LocalText], list[str]] = {}
    for reason, text in zip(assessment.reasons, assessment.texts, strict=True):
        places.setdefault((reason.code, text), []).append(f"{reason.source} {reason.section}")
    for (code, text), cited in places.items():
        ours = region.rule(code).ours
        mark = f" [{words['ours']}{'' if '*' in ours else ': ' + ', '.join(ours)}]" if ours else ""
        yield words["because"], f"{text.in_language(language)} [{'; '.join(cited)}]{mark}"


def _ahead(calendar: PermitCalendar, words: dict[str, str]) -> Iterator[tuple[str, str]]:
    if calendar.next_window is not None:
        yield words["next_window"], _span(*calendar.next_window, words)
    for label, day in (
        ("suspended_from", calendar.suspended_from),
        ("reapply_from", calendar.reapply_from),
        ("cancelled_from", calendar.cancelled_from),
    ):
        if day is not None:
            yield words[label], day.isoformat()
    for period in calendar.periods:
        yield f"{words['day']} {_span(period.first, period.last, words)}", what_it_means(period, words)


def what_it_means(period: Period, words: dict[str, str]) -> str:
    """Outcome, new dates, years of residence and channel, in one line."""
    found = period.assessment
    parts = [words[found.outcome.value if found.outcome else "senseless"], new_dates_in_words(period, words)]
    if found.residence_years is not None and period.dated_by is not None:
        parts.append(f"{words['years']} {words[found.residence_years.value]}")
    if found.channel is not None:
        parts.append(words[found.channel.value])
    return ", ".join(part for part in parts if part)


def new_dates_in_words(period: Period, words: dict[str, str]) -> str:
    """The new term of a period. Where it starts on the day itself, that of the first day is given as an example."""
    found = period.assessment
    if period.dated_by is None or found.new_valid_from is None:
        return ""
    if period.dated_by is NewDates.UNCHANGED:
        return words["unchanged"]
    term = _span(found.new_valid_from, found.new_valid_to, words)
    return f"{words['from_day']} {term}" if period.dated_by is NewDates.TODAY else f"{words['new']} {term}"


def _span(first: date | None, last: date | None, words: dict[str, str]) -> str:
    return f"{first or '…'} {words['to']} {last or '…'}"


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
