"""Every fault in every state: each cell of the table is played, and ends in a named outcome or is a failure.

`run(scale)` plays them all (scale 1) or a seeded share; `main(arguments)` plays chosen ones and writes the page.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter as Tally
from collections.abc import Iterator, Sequence

from tests.torture.faults.cell import Finding
from tests.torture.faults.keeping import KEPT, keeping, kept_findings
from tests.torture.faults.page import PAGE, completed, page_of
from tests.torture.faults.playing import PROCESSES, every_cell, played
from tests.torture.faults.ways import unreached
from tests.torture.outcome import Outcome, counted

SEED = 4


def run(scale: float) -> Outcome:
    """Play the table's cells, by a share of them chosen by a fixed seed where `scale` is below 1."""
    cells = every_cell()
    if scale < 1:
        wanted = max(1, round(len(cells) * scale))
        cells = sorted(random.Random(SEED).sample(cells, wanted), key=cells.index)
    findings = list(counted("faults", len(cells), played(cells)))
    settled = played_again_alone(findings)
    again = [_line(finding) for finding, after in zip(findings, settled, strict=True) if finding is not after]
    told = [f"{len(again)} cells did not hold beside {PROCESSES - 1} others and were played again alone:", *again]
    compared = [_compared(settled)] if scale >= 1 else []
    return Outcome((*_lines(settled), *(told if again else ()), *compared), len(broken(settled)) + len(unreached()))


def broken(findings: Sequence[Finding]) -> list[Finding]:
    """Cells in which a law did not hold, or that did not end."""
    return [finding for finding in findings if finding.broken or finding.ending is None]


def played_again_alone(findings: Sequence[Finding]) -> list[Finding]:
    """The same, with what did not hold played once more with nothing beside it: where nine processes share two cores,
    a device's time-out may pass that passes in no lobby.
    """
    wrong = [(finding.row, finding.cause) for finding in broken(findings)]
    again = {(finding.row, finding.cause): finding for finding in played(wrong, processes=1)}
    return [again.get((finding.row, finding.cause), finding) for finding in findings]


def _compared(findings: Sequence[Finding]) -> str:
    """How the page that is checked in differs from what was found now."""
    drawn, checked_in = page_of(findings).splitlines(), PAGE.read_text(encoding="utf-8").splitlines()
    if len(drawn) != len(checked_in):
        return f"{PAGE.name} has other rows than were played"
    other = [now.split("|")[1].strip() for now, then in zip(drawn, checked_in, strict=True) if now != then]
    return f"{len(other)} of {len(drawn)} lines of {PAGE.name} would be drawn otherwise: {', '.join(other) or 'none'}"


def main(arguments: list[str]) -> int:
    """Play chosen cells: `--state NAME`, `--fault PART/NAME` (several), or all, and `--write` the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture faults --")
    parser.add_argument("--state", action="append", default=[], help="a row of the table")
    parser.add_argument("--fault", action="append", default=[], help="a column: part/name; '' is none")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} anew from what was found")
    parser.add_argument("--keep", action="store_true", help="and leave there what was not played")
    parser.add_argument("--resume", action="store_true", help=f"do not play again what {KEPT} has from an earlier run")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    args = parser.parse_args(arguments)
    cells = [
        cell
        for cell in every_cell()
        if (not args.state or cell[0] in args.state) and (not args.fault or cell[1] in args.fault)
    ]
    kept = kept_findings() if args.resume else {}
    findings = [kept[cell] for cell in cells if cell in kept]
    with keeping(anew=not args.resume) as keep:
        for finding in played([cell for cell in cells if cell not in kept], args.processes):
            findings.append(finding)
            keep(finding)
            if not args.write or finding.broken:
                print(_line(finding), flush=True)
    findings = played_again_alone(findings)
    print("\n".join(_lines(findings)))
    if args.write:
        page = page_of(findings)
        PAGE.write_text(completed(page, PAGE.read_text(encoding="utf-8")) if args.keep else page, encoding="utf-8")
    return 1 if broken(findings) else 0


def _line(finding: Finding) -> str:
    code = finding.ending.code if finding.ending is not None else "--"
    found = "".join(f"\n    {law}" for law in finding.broken)
    raised = " ".join(finding.faults)
    return f"{finding.row} × {finding.cause or 'nothing'}: {code}  {raised}  {finding.took_s:.2f} s{found}"


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    bad = broken(findings)
    times = sorted(finding.took_s for finding in findings) or [0.0]
    yield (
        f"{len(findings)} cells played, {len(bad)} without a good end; median {times[len(times) // 2]:.2f} s a cell, "
        f"longest {times[-1]:.1f} s"
    )
    names = Tally(finding.ending.name for finding in findings if finding.ending is not None)
    for name, number in names.most_common():
        yield f"{number:5} {name}"
    for finding in bad:
        yield _line(finding)
    for state in unreached():
        yield f"no way leads to {state}"


__all__ = ["broken", "main", "run"]
