"""python -m tests.bench [PART …] [--quick]: every figure beside what it is compared to, measured in the same run."""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure, table
from tests.bench.running import measured

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "bench.json"
PARTS = {
    "face": "the face on the slow line: how much of it, and when",
    "rules": "an assessment, and loading the region files",
    "journal": "looking through the journal's chain beside bare hashing",
    "id-card": "from the answer's begin to the values of an identity card",
    "central-line": "what a resident waits more when the line to central fails",
    "chip": "a batch of commands and a chip session beside bare ones",
    "start": "start, memory and idle time beside a bare window",
    "switch-off": "from SIGTERM to the permit at the mouth",
    "visit": "whole visits beside their floor",
    "human": "how long a person is there, who reads, touches and handles cards",
    "day": "memory after two thousand touches in a window",
}


def main() -> int:
    """0 if every target was met, 1 if not, 2 if something could not be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", epilog=" · ".join(f"{name}: {about}" for name, about in PARTS.items())
    )
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, []], help="measure only these")
    parser.add_argument("--quick", action="store_true", help="few repetitions: to see that it works, not how fast")
    parser.add_argument("--out", type=Path, default=OUT, help="where the figures go (default build/bench.json)")
    args = parser.parse_args()
    write_byte_code()
    report: dict[str, Any] = {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": args.quick,
        "machine": {
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "system": platform.platform(),
            "load_before": os.getloadavg()[0],
        },
        "figures": [],
        "details": {},
        "notes": {},
        "failed": {},
    }
    figures: list[Figure] = []
    for name in args.parts or PARTS:
        print(f"{name}: {PARTS[name]} …", file=sys.stderr, flush=True)
        began = time.monotonic()
        result = measured(name, args.quick)
        if isinstance(result, str):
            report["failed"][name] = result
            continue
        figures += result.figures
        report["details"][name] = {**result.details, "took_s": round(time.monotonic() - began, 1)}
        report["notes"][name] = list(result.notes)
    report["figures"] = [figure.as_json() for figure in figures]
    report["machine"]["load_after"] = os.getloadavg()[0]
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(summary(report, figures, args.out))
    if report["failed"]:
        return 2
    return 1 if any(figure.met is False for figure in figures) else 0


def write_byte_code() -> None:
    """As the installation does (systemd/README.md), whatever the environment says of it: otherwise each start would
    compile the program anew.
    """
    for folder in ("drivers", "kiosk", "screens", "tests"):
        compileall.compile_dir(ROOT / folder, quiet=1)


def summary(report: dict[str, Any], figures: list[Figure], out: Path) -> str:
    """What was measured, for a person to read."""
    beside = {figure.name: figure.beside for figure in figures if figure.beside}
    lines = [
        table(figures),
        "",
        "beside:",
        *(f"  {name}: {words}" for name, words in beside.items()),
        *(f"note ({name}): {note}" for name, notes in report["notes"].items() for note in notes),
        *(f"NOT MEASURED: {name}: {why}" for name, why in report["failed"].items()),
        "",
        f"{report['machine']['cores']} cores, load {report['machine']['load_before']:.1f} before and "
        f"{report['machine']['load_after']:.1f} after; everything: {out}",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
