"""What was found, kept as it comes, so that a run of all cells that was cut short goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.torture.faults.cell import Finding
from tests.torture.faults.outcome_names import Ending, Service, Whereabouts, Work
from tests.torture.faults.playing import CellName

KEPT = Path("build") / "torture" / "faults.jsonl"


@contextmanager
def keeping(*, anew: bool) -> Iterator[Callable[[Finding], None]]:
    """Keep each finding that is handed over; `anew`: forget those of earlier runs."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with KEPT.open("w" if anew else "a", encoding="utf-8") as file:

        def keep(finding: Finding) -> None:
            ending = finding.ending
            words = (
                None
                if ending is None
                else {
                    "work": ending.work.name,
                    "permit": ending.permit.name,
                    "service": ending.service.name,
                    "paperless": ending.paperless,
                }
            )
            print(json.dumps({**asdict(finding), "ending": words}, ensure_ascii=False), file=file, flush=True)

        yield keep


def kept_findings() -> dict[CellName, Finding]:
    """By cell, the latest that ended well; what was broken is to be played again."""
    if not KEPT.exists():
        return {}
    findings = [_read(json.loads(line)) for line in KEPT.read_text(encoding="utf-8").splitlines()]
    return {(found.row, found.cause): found for found in findings if found.ending is not None and not found.broken}


def _read(words: dict[str, Any]) -> Finding:
    said = words["ending"]
    ending = (
        None
        if said is None
        else Ending(Work[said["work"]], Whereabouts[said["permit"]], Service[said["service"]], said["paperless"])
    )
    return Finding(
        words["row"],
        words["cause"],
        ending,
        tuple(words["faults"]),
        tuple(words["broken"]),
        tuple(words["way"]),
        words["took_s"],
    )
