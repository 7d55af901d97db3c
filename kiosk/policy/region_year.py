"""A region file in words: a permit's year as a table, then the services, agents and rules."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

from kiosk.policy.assessment_words import new_dates_in_words, words_in
from kiosk.policy.permit_calendar import Period, periods
from kiosk.policy.region import CountedFrom, Region
from kiosk.policy.request import AssessmentRequest
from kiosk.policy.rules import Rule
from kiosk.policy.services import OfferedService
from kiosk.policy.terms import EndDate

_WORDS = {
    "zh-Hans": {
        "from": "从",
        "to": "到",
        "days": "天数",
        "rule": "规则",
        "outcome": "结果",
        "new": "新的有效期",
        "years": "居住年限",
        "served": "办理方式",
        "today": "← 这一天",
        "senseless": "证上的日期对不上",
        "same_day": "止日就是周年日,下一年从这天开始",
        "day_before": "止日是周年日的前一天,下一年从止日次日开始",
        "end": "从上一个止日起算",
        "start": "从起始日起算",
        "issue": "从签发日起算",
        "no_end": "证上不写每年的止日",
        "services": "业务",
        "agents": "代办",
        "rules": "规则和依据",
        "ours": "本机的理解",
        "months": "个月",
        "must": "必须由其代办",
        "may": "可以代办",
        "accompanies": "陪同",
        "working_days": "个工作日",
        "yuan": "元",
        "as_set": "按规定收费",
        "any_kiosk": "任一自助机",
        "home_area": "本辖区",
        "present_station": "现住地派出所",
        "face_only": "补打证面",
        "finish": "已决定的,当场完成",
    },
    "en": {
        "from": "from",
        "to": "to",
        "days": "days",
        "rule": "rule",
        "outcome": "outcome",
        "new": "new term",
        "years": "years of residence",
        "served": "served",
        "today": "← this day",
        "senseless": "the dates on the permit do not fit together",
        "same_day": "the end date is the anniversary, the next term starts on it",
        "day_before": "the end date is the day before the anniversary, the next term starts the day after it",
        "end": "counted from the end before",
        "start": "counted from the start",
        "issue": "counted from the issue",
        "no_end": "the permit carries no yearly end date",
        "services": "Services",
        "agents": "Agents",
        "rules": "Rules and sources",
        "ours": "our reading",
        "months": "months",
        "must": "must act",
        "may": "may act",
        "accompanies": "comes along",
        "working_days": "working days",
        "yuan": "yuan",
        "as_set": "fee as set",
        "any_kiosk": "any kiosk",
        "home_area": "the home area",
        "present_station": "the station of the present address",
        "face_only": "Finish a face",
        "finish": "decided already: finished at once",
    },
}
_DASH = "–"


def year_in_words(region: Region, request: AssessmentRequest, on: date | None, language: str) -> str:
    """A permit's days from the start of its term, with the row of `on` marked and a line on how days are counted."""
    words = {**words_in(language), **_WORDS.get(language, _WORDS["zh-Hans"])}
    term, category = region.term, region.categories[request.category]
    begins = request.valid_from or request.issued_on or request.on
    convention = "same_day" if term.end_date is EndDate.SAME_DAY else "day_before"
    counted = {CountedFrom.END: "end", CountedFrom.START: "start", CountedFrom.ISSUE: "issue"}[term.counted_from]
    title = (
        f"{region.name.in_language(language)} · {category.name.in_language(language)} · {category.months} "
        f"{words['months']} · {begins} {_DASH} {request.valid_to or '…'}"
    )
    about = [words[counted], words[convention]]
    if not term.permit_carries_end:
        about.append(words["no_end"])
    table = list(periods(region, request, begins))
    if not table:
        return f"{title}\n{words['senseless']}"
    titles = [words[key] for key in ("from", "to", "days", "rule", "outcome", "new", "years", "served")]
    rows = [(*titles, ""), *(_row(period, on, words) for period in table)]
    return "\n".join([title, "; ".join(about), "", *_aligned(rows)])


def _row(period: Period, on: date | None, words: dict[str, str]) -> tuple[str, ...]:
    found, last = period.assessment, period.last
    is_marked = on is not None and period.first <= on and (last is None or on <= last)
    return (
        period.first.isoformat(),
        "…" if last is None else last.isoformat(),
        "…" if last is None else str((last - period.first).days + 1),
        period.rule.code,
        words[found.outcome.value if found.outcome else "senseless"],
        new_dates_in_words(period, {**words, "new": ""}).strip() or _DASH,
        words[found.residence_years.value] if found.residence_years is not None else _DASH,
        words[found.channel.value] if found.channel is not None else _DASH,
        words["today"] if is_marked else "",
    )


def region_in_words(region: Region, language: str) -> str:
    """Every service with its channel, every agent, every rule with its sources and the parts that are our own."""
    words = {**words_in(language), **_WORDS.get(language, _WORDS["zh-Hans"])}
    lines = [words["services"]]
    for service in region.services.values():
        lines += _service_lines(region, service, language, words)
    if region.kiosks.offered or region.kiosks.pilot is not None:
        lines.append(f"  face_only: {words['face_only']}: {words['finish']}")
    if region.agents:
        lines += ["", words["agents"]]
        lines += [
            f"  {agent.key}: {words[agent.role.value]}{_evidence(region, agent.effect.evidence, language)}"
            for agent in region.agents.values()
        ]
    lines += ["", words["rules"]]
    for rule in region.rules.values():
        lines.append(f"  {rule.code}: {rule.text.in_language(language)} [{cited(rule)}]{_ours(rule, words)}")
    return "\n".join(lines)


def cited(rule: Rule) -> str:
    """The sources of a rule: each file once, with its sections."""
    files = dict.fromkeys(cite.file for cite in rule.cites)
    return "; ".join(f"{file} {', '.join(cite.section for cite in rule.cites if cite.file == file)}" for file in files)


def _ours(rule: Rule, words: dict[str, str]) -> str:
    if not rule.ours:
        return ""
    return f" [{words['ours']}{'' if '*' in rule.ours else ': ' + ', '.join(rule.ours)}]"


def _service_lines(
    region: Region,
    service: OfferedService,
    language: str,
    words: dict[str, str],
) -> Iterator[str]:
    told = [words[service.effect.channel.value] if service.effect.channel else _DASH, words[service.place.value]]
    if service.fee is not None:
        told.append(words["as_set"] if service.fee.yuan is None else f"{service.fee.yuan} {words['yuan']}")
    if service.promise is not None:
        told.append(f"{service.promise.working_days} {words['working_days']}")
    yield (
        f"  {service.service.value}: {service.name.in_language(language)}: {', '.join(told)}"
        f"{_evidence(region, service.effect.evidence, language)}"
    )
    for each in service.rules:
        effect = each.effect
        how = [words[channel.value] for channel in (effect.channel,) if channel is not None]
        yield f"    + {each.rule.code}: {', '.join(how) or _DASH}{_evidence(region, effect.evidence, language)}"


def _evidence(region: Region, keys: Sequence[str], language: str) -> str:
    names = [region.evidence[key].name.in_language(language) for key in keys]
    return f" ({'; '.join(names)})" if names else ""


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The rows with aligned columns; a Chinese character is two columns wide."""
    widths = [max(_width(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
