"""The readiness report in words, section by section; the terminal and the paper show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.diagnostics.report import NOT_IN_SERVICE, READY, CheckResult
from kiosk.domain.faults import CONFIGURATION, REGION_FILE
from kiosk.journal.story_words import known_words, trouble
from kiosk.support.readiness import PartTest, Readiness
from kiosk.texts.translation import Translation
from kiosk.texts.words import Text
from kiosk.version import VERSION


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, what stands above the table, the columns' headings and the rows. `widths`: the columns', relative."""

    heading: str
    lead: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


@dataclass(frozen=True, slots=True)
class Pages:
    """The whole report. `facts`: what it is about, as label and value; `verdict`: the one line that counts."""

    title: str
    facts: Sequence[tuple[str, str]]
    verdict: str
    sections: Sequence[Section]


def pages_of(found: Readiness, translation: Translation) -> Pages:
    """The report in a technician's language; what a check says of itself is in English. `translation`: with
    technicians' texts.
    """
    text = translation.text
    exit_status = found.report.exit_status
    verdict = "serving" if exit_status == READY else "not_in_service" if exit_status == NOT_IN_SERVICE else "degraded"
    return Pages(
        title=text("readiness.title"),
        facts=(
            (text("readiness.kiosk_name"), found.kiosk_name),
            (text("readiness.site"), found.site),
            (text("readiness.region_file"), found.region_file),
            (text("readiness.made_at"), f"{found.made_at:%Y-%m-%d %H:%M}"),
            (text("readiness.version"), VERSION),
        ),
        verdict=translation.words(Text(f"overview.verdict.{verdict}")),
        sections=(
            _troubles(found, translation),
            _tests(found, translation),
            _checks(found, translation),
            Section(
                text("readiness.versions"),
                "",
                (text("readiness.what"), text("readiness.version")),
                list(found.versions.items()),
                (1, 3),
            ),
        ),
    )


def _troubles(found: Readiness, translation: Translation) -> Section:
    text = translation.text
    return Section(
        text("readiness.not_ready"),
        "" if found.not_ready else text("readiness.nothing_not_ready"),
        (text("readiness.what"), text("readiness.why"), text("part_page.remedy")),
        [(_name(each.name, translation), each.detail, _remedy(each, translation)) for each in found.not_ready],
        (2, 5, 5),
    )


def _remedy(check: CheckResult, translation: Translation) -> str:
    if check.fault is None:
        return ""
    what = trouble(check.fault.code, translation)
    if check.fault in (CONFIGURATION, REGION_FILE):
        return what  # their remedy is to look at what the check says
    return f"{what}\n{translation.words(Text(f'remedy.{check.fault.code}'))}"


def _tests(found: Readiness, translation: Translation) -> Section:
    text = translation.text
    if found.journal_trouble:
        lead = text("readiness.tests_unknown", why=found.journal_trouble)
    elif found.kept_since is None:
        lead = text("readiness.tests_none_kept")
    else:
        lead = text("readiness.tests_kept_since", day=f"{found.kept_since:%Y-%m-%d}")
    return Section(
        text("readiness.tests"),
        lead,
        (
            text("readiness.what"),
            text("readiness.test"),
            text("readiness.when"),
            text("readiness.who"),
            text("readiness.result"),
        ),
        [_test_row(each, translation, is_known=found.kept_since is not None) for each in found.tests],
        (3, 4, 3, 3, 4),
    )


def _test_row(each: PartTest, translation: Translation, *, is_known: bool) -> tuple[str, ...]:
    part = _name(each.part, translation)
    test = translation.words(Text(f"test.{each.part}.{each.test}"))
    if each.last is None:
        what = translation.text("readiness.not_tested") if is_known else translation.text("readiness.not_known")
        return part, test, "-", "-", what
    result = known_words(Text(f"readiness.outcome.{each.last.outcome}"), each.last.outcome, translation)
    if each.last.fault is not None:
        result = f"{result}: {trouble(each.last.fault, translation)}"
    role = known_words(Text(f"readiness.role.{each.last.role}"), each.last.role, translation)
    return part, test, f"{each.last.at:%Y-%m-%d %H:%M}", f"{each.last.technician} {role}", result


def _checks(found: Readiness, translation: Translation) -> Section:
    text = translation.text
    rows = [
        (
            _name(each.name, translation),
            translation.words(Text(f"readiness.check.{each.outcome.value}")),
            each.detail,
        )
        for each in found.report.checks
    ]
    return Section(
        text("readiness.checks"),
        "",
        (text("readiness.what"), text("readiness.result"), text("readiness.detail")),
        rows,
        (3, 2, 8),
    )


def _name(name: str, translation: Translation) -> str:
    """A part's name in words; a check of something else keeps the name by which `diagnose` calls it."""
    return known_words(Text(f"part.{name}"), name, translation)
