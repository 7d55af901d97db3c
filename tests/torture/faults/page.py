"""The checked-in page: every state × every fault, with the name of how it ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from kiosk.faults import CATALOGUE
from tests.torture.faults.causes import CAUSES, Cause
from tests.torture.faults.cell import Finding
from tests.torture.faults.outcome_names import PAPERLESS, Service, Whereabouts, Work
from tests.torture.faults.ways import WAYS

PAGE = Path(__file__).resolve().parents[3] / "kiosk" / "workflow" / "FAULTS.md"
AS_USUAL = "·"
NOT_PLAYED = "…"
_PARTS = {
    "id_reader": "Identity reader", "permit_unit": "Permit unit", "permit_chip": "Permit chip",
    "receipt_printer": "Receipt printer", "code_scanner": "Code scanner", "central": "Central and the line to it",
    "certificate": "Certificates", "clock": "The kiosk's clock", "disk": "The kiosk's disk",
    "pcscd": "pcscd (the chip through a real one)",
}
_HEAD = """# Every fault in every state

Drawn by `python -m tests.torture faults -- --write` (`make torture PART=faults` plays the same cells and compares); not
edited by hand. In each cell a visit is brought to the state on simulated wires, the fault begins before anything that
the state orders, the resident carries on or waits, everything is mended, and somebody else comes. The cell says how
the first visit ended. Held in every cell: the permit is in a hand or in the bin; chip, face, journal and central tell
one story; no grant was used twice or is left open; nothing personal is on disk or in the log; the next visit is served.

"""


def page_of(findings: Iterable[Finding]) -> str:
    """The whole page; findings without a cause are what comes of a state when nothing goes wrong."""
    table = {(finding.row, finding.cause): finding for finding in findings}
    blocks = [_usual(table), *(_section(part, title, table) for part, title in _PARTS.items())]
    missing = sum(block.count(f"| {NOT_PLAYED} ") for block in blocks)
    return "".join([_HEAD, _legend(missing), *blocks])


def rows_and_causes_of(page: str) -> tuple[set[str], set[str]]:
    """Which states and which faults a page has."""
    rows = set(re.findall(r"(?m)^\| `([^`]+)` \|", page))
    causes = set(re.findall(r"(?m)^\| \d+ \| `([^`]+)` \|", page))
    return rows, causes


def raised_by(page: str) -> dict[str, set[str]]:
    """By code of the catalogue, the causes of which the page says that they raise it."""
    raised: dict[str, set[str]] = {}
    for cause, codes in re.findall(r"(?m)^\| \d+ \| `([^`]+)` \| ([^|]*) \|$", page):
        for code in re.findall(r"\d{4}", codes):
            raised.setdefault(code, set()).add(cause)
    return raised


def _legend(missing: int) -> str:
    lines = ["| sign | means |", "| --- | --- |", f"| {AS_USUAL} | as if nothing had gone wrong |"]
    lines += [f"| {NOT_PLAYED} | not played yet ({missing} cells) |"] if missing else []
    lines += [f"| {letter} | {meaning} |" for letter, meaning in (work.value for work in Work)]
    lines += [f"| …{letter} | {meaning} |" for letter, meaning in (
        PAPERLESS, *(each.value for each in (*Whereabouts, *Service) if each.value[0]))]
    return "\n".join([*lines, "", ""])


def _usual(table: Mapping[tuple[str, str], Finding]) -> str:
    lines = ["## When nothing goes wrong", "", "| state | the visit through it |", "| --- | --- |"]
    lines += [f"| `{row}` | {_code(table.get((row, '')))} |" for row in WAYS]
    return "\n".join([*lines, "", ""])


def _section(part: str, title: str, table: Mapping[tuple[str, str], Finding]) -> str:
    causes = [cause for cause in CAUSES.values() if cause.part == part]
    lines = [f"## {title}", "", "| | fault | raises, in some state |", "| --- | --- | --- |"]
    for number, cause in enumerate(causes, 1):
        lines.append(f"| {number} | `{cause.key}` | {_raised(cause, table)} |")
    lines += ["", f"| state | {' | '.join(str(number) for number in range(1, len(causes) + 1))} |",
              f"| --- |{' --- |' * len(causes)}"]
    for row in WAYS:
        cells = [_sign(table, row, cause) for cause in causes]
        lines.append(f"| `{row}` | {' | '.join(cells)} |")
    return "\n".join([*lines, "", ""])


def _raised(cause: Cause, table: Mapping[tuple[str, str], Finding]) -> str:
    codes: set[str] = set()
    for row in WAYS:
        finding, usual = table.get((row, cause.key)), table.get((row, ""))
        if finding is not None and usual is not None:
            codes |= set(finding.faults) - set(usual.faults)
    return ", ".join(f"{code} {CATALOGUE[code].name}" for code in sorted(codes)) or "nothing"


def _sign(table: Mapping[tuple[str, str], Finding], row: str, cause: Cause) -> str:
    finding, usual = table.get((row, cause.key)), table.get((row, ""))
    if finding is None:
        return NOT_PLAYED
    if usual is not None and finding.ending == usual.ending and set(finding.faults) <= set(usual.faults):
        return AS_USUAL
    return _code(finding)


def _code(finding: Finding | None) -> str:
    if finding is None:
        return NOT_PLAYED
    return "**broken**" if finding.ending is None or finding.broken else finding.ending.code
