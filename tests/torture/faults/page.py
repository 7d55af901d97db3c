"""The checked-in page: every state × every fault, table by table, with the name of how it ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill

from kiosk.domain.faults import CATALOGUE
from tests.torture.faults.causes import Cause
from tests.torture.faults.cell import Finding
from tests.torture.faults.outcome_names import PAPERLESS, Service, Whereabouts, Work
from tests.torture.faults.tables import TABLES, Table

PAGE = Path(__file__).resolve().parents[3] / "kiosk" / "workflow" / "FAULTS.md"
AS_USUAL = "·"
NOT_PLAYED = "…"
WIDTH = 120
_Found = Mapping[tuple[str, str], Finding]
_PARTS = {
    "id_reader": "Identity reader",
    "permit_unit": "Permit unit",
    "permit_chip": "Permit chip",
    "receipt_printer": "Receipt printer",
    "code_scanner": "Code scanner",
    "central": "Central and the line to it",
    "certificate": "Certificates",
    "clock": "The kiosk's clock",
    "disk": "The kiosk's disk",
    "pcscd": "pcscd (the chip through a real one)",
}
_HEAD = """# Every fault in every state

Drawn by `python -m tests.torture faults -- --write` (`make torture PART=faults` plays the same cells and compares); not
edited by hand. In each cell a visit is brought to the state on simulated wires, the fault begins before anything that
the state orders, the resident carries on or waits, everything is mended, and somebody else comes. The cell says how
the first visit ended. Held in every cell: the permit is in a hand or in the bin; chip, face, journal and central tell
one story; no grant was used twice or is left open; nothing personal is on disk or in the log; the next visit is served.

The first table has every state and every fault, with the permit unit that rewrites faces (Star TCP300). Two more have
the visits that go another way: [with the CRT-591-M](#with-the-crt-591-m), and with [a permit that another kiosk left
half written](#a-half-written-permit).

"""


def page_of(findings: Iterable[Finding]) -> str:
    """The whole page; findings without a cause are what comes of a state when nothing goes wrong."""
    found = {(finding.row, finding.cause): finding for finding in findings}
    blocks = [block for table in TABLES for block in _blocks(table, found)]
    missing = sum(block.count(f"| {NOT_PLAYED} ") for block in blocks)
    return "".join([_HEAD, _legend(missing), *blocks])


_Section = tuple[str, str]  # title of the table, title of the section in it


def completed(page: str, earlier: str) -> str:
    """A page of which some cells were played, with what `earlier` says of the others and of what else a fault raises.
    A cell that neither has stays not played.
    """
    raised, cells = _cells_of(earlier)
    lines, section, causes = [], ("", ""), list[str]()
    for line in page.splitlines():
        section, causes = _place(line, section, causes)
        if found := _FAULT_LINE.match(line):
            number, cause, codes = found.groups()
            lines.append(f"| {number} | `{cause}` | {_together(codes, raised.get((section, cause), ''))} |")
        elif found := _STATE_LINE.match(line):
            row, texts = found[1], found[2].split(" | ")
            whole = [
                cells.get((section, row, cause), text) if text == NOT_PLAYED else text
                for cause, text in zip(causes or [""], texts, strict=True)
            ]
            lines.append(f"| `{row}` | {' | '.join(whole)} |")
        else:
            lines.append(line)
    missing = sum(line.count(f"| {NOT_PLAYED} ") for line in lines if _STATE_LINE.match(line))
    told = re.compile(rf"^\| {NOT_PLAYED} \| not played yet")
    kept = [line for line in lines if missing or not told.match(line)]
    return "\n".join([*kept, ""])


_FAULT_LINE = re.compile(r"^\| (\d+) \| `([^`]+)` \| ([^|]*) \|$")
_STATE_LINE = re.compile(r"^\| `([^`]+)` \| (.*) \|$")


def _place(line: str, section: _Section, causes: list[str]) -> tuple[_Section, list[str]]:
    """In which section the next line stands, and the causes of its columns so far."""
    if line.startswith("### "):
        return (section[0], line[4:]), []
    if line.startswith("## "):
        table = next((each.title for each in TABLES if each.title == line[3:]), None)
        return (("", line[3:]) if table is None else (table, "")), []
    if found := _FAULT_LINE.match(line):
        return section, [*causes, found[2]]
    return section, causes


def _cells_of(page: str) -> tuple[dict[tuple[_Section, str], str], dict[tuple[_Section, str, str], str]]:
    """What each fault raises, and every cell, by section."""
    raised: dict[tuple[_Section, str], str] = {}
    cells: dict[tuple[_Section, str, str], str] = {}
    section, causes = ("", ""), list[str]()
    for line in page.splitlines():
        section, causes = _place(line, section, causes)
        if found := _FAULT_LINE.match(line):
            raised[section, found[2]] = found[3]
        elif found := _STATE_LINE.match(line):
            cells |= {
                (section, found[1], cause): text
                for cause, text in zip(causes or [""], found[2].split(" | "), strict=True)
            }
    return raised, cells


def _together(*told: str) -> str:
    """Codes of both, each with its name."""
    codes = {code for text in told for code in text.split(", ") if code not in ("", "nothing")}
    return ", ".join(sorted(codes)) or "nothing"


def rows_and_causes_of(page: str) -> dict[str, tuple[set[str], set[str]]]:
    """Which states and which faults a page has, by the title of the table."""
    titles = "|".join(re.escape(table.title) for table in TABLES if table.title)
    pieces = re.split(rf"(?m)^## ({titles})$", page)
    return {
        title: (set(re.findall(r"(?m)^\| `([^`]+)` \|", text)), set(re.findall(r"(?m)^\| \d+ \| `([^`]+)` \|", text)))
        for title, text in zip(["", *pieces[1::2]], pieces[::2], strict=True)
    }


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
    lines += [
        f"| …{letter} | {meaning} |"
        for letter, meaning in (PAPERLESS, *(each.value for each in (*Whereabouts, *Service) if each.value[0]))
    ]
    return "\n".join([*lines, "", ""])


def _blocks(table: Table, found: _Found) -> Iterator[str]:
    """A table's title and what is not in it, the usual ends, and a section for each part that has causes."""
    sections = "##"
    if table.title:
        sections = "###"
        left_out = [
            fill(f"- {_names(names)}: {reason}.", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
            for reason, names in table.left_out.items()
        ]
        about = fill(table.about, WIDTH, break_on_hyphens=False)
        yield "\n".join([f"## {table.title}", "", about, "", "Not combined:", "", *left_out, "", ""])
    yield _usual(f"{sections} When nothing goes wrong", table, found)
    for part, title in _PARTS.items():
        if causes := [cause for cause in table.causes.values() if cause.part == part]:
            yield _section(f"{sections} {title}", causes, table, found)


def _names(left_out: Iterable[type | str]) -> str:
    return ", ".join(f"`{each if isinstance(each, str) else each.__name__}`" for each in left_out)


def _usual(title: str, table: Table, found: _Found) -> str:
    lines = [title, "", "| state | the visit through it |", "| --- | --- |"]
    lines += [f"| `{row}` | {_code(found.get((row, '')))} |" for row in table.ways]
    return "\n".join([*lines, "", ""])


def _section(title: str, causes: Sequence[Cause], table: Table, found: _Found) -> str:
    lines = [title, "", "| | fault | raises, in some state |", "| --- | --- | --- |"]
    for number, cause in enumerate(causes, 1):
        lines.append(f"| {number} | `{cause.key}` | {_raised(cause, table, found)} |")
    lines += [
        "",
        f"| state | {' | '.join(str(number) for number in range(1, len(causes) + 1))} |",
        f"| --- |{' --- |' * len(causes)}",
    ]
    for row in table.ways:
        cells = [_sign(found, row, cause) for cause in causes]
        lines.append(f"| `{row}` | {' | '.join(cells)} |")
    return "\n".join([*lines, "", ""])


def _raised(cause: Cause, table: Table, found: _Found) -> str:
    codes: set[str] = set()
    for row in table.ways:
        finding, usual = found.get((row, cause.key)), found.get((row, ""))
        if finding is not None and usual is not None:
            codes |= set(finding.faults) - set(usual.faults)
    return ", ".join(f"{code} {CATALOGUE[code].name}" for code in sorted(codes)) or "nothing"


def _sign(found: _Found, row: str, cause: Cause) -> str:
    finding, usual = found.get((row, cause.key)), found.get((row, ""))
    if finding is None:
        return NOT_PLAYED
    if usual is not None and finding.ending == usual.ending and set(finding.faults) <= set(usual.faults):
        return AS_USUAL
    return _code(finding)


def _code(finding: Finding | None) -> str:
    if finding is None:
        return NOT_PLAYED
    return "**broken**" if finding.ending is None or finding.broken else finding.ending.code
