"""The journal's chain: looking through one step of a long journal, beside hashing the same bytes and nothing else."""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from kiosk.diagnostics.journal_check import SLOWEST_STEPS_PER_S
from kiosk.journal.chain import HASHES, STEP_COLUMNS, HashName, digest
from kiosk.journal.verification import verify_file
from tests.bench.figures import Figure, Result, spread
from tests.lobby.long_journal import write_long_journal

STEPS, STEPS_QUICK = 100_000, 2_000
ROUNDS, ROUNDS_QUICK = 5, 2
HALF_A_YEAR = 600_000
"""Steps: a busy kiosk's 180 days."""

END = datetime(2026, 11, 22, tzinfo=UTC)


def measure(quick: bool) -> Result:
    """Medians in seconds per step; verification and bare hashing take turns; the file is read from the page cache."""
    figures: list[Figure] = []
    details: dict[str, Any] = {}
    for algorithm in HASHES:
        verifying, hashing = _times(algorithm, STEPS_QUICK if quick else STEPS, ROUNDS_QUICK if quick else ROUNDS)
        step, bare = median(verifying), median(hashing)
        figures += [
            Figure(f"journal: verifying a step ({algorithm})", step, "s", limit=1 / SLOWEST_STEPS_PER_S),
            Figure(
                f"journal: verifying beside hashing ({algorithm})",
                step,
                "s",
                "the hash of the same bytes, alone",
                bare,
                "ratio",
            ),
        ]
        details[algorithm] = {
            "verifying_s": spread(verifying),
            "hashing_s": spread(hashing),
            "steps_per_s": round(1 / step),
            "half_a_year_s": round(HALF_A_YEAR * step, 2),
        }
    return Result(tuple(figures), details)


def _times(algorithm: HashName, steps: int, rounds: int) -> tuple[list[float], list[float]]:
    with tempfile.TemporaryDirectory(prefix="bench-journal-") as directory:
        path = Path(directory) / "journal.db"
        write_long_journal(path, steps, END, algorithm)
        hashed = _hashed_bytes(path)
        verifying, hashing = [], []
        for _ in range(rounds):
            began = time.perf_counter()
            verdict = verify_file(path, algorithm)
            between = time.perf_counter()
            for data in hashed:
                digest(algorithm, data)
            hashing.append((time.perf_counter() - between) / steps)
            verifying.append((between - began) / steps)
            assert (verdict.verified, verdict.broken) == (steps, None)
    return verifying, hashing


def _hashed_bytes(path: Path) -> list[bytes]:
    """What is hashed for each step, but for its messages."""
    with closing(sqlite3.connect(path)) as db:
        return [
            f"{hashed}\n{json.dumps(step, ensure_ascii=False, separators=(',', ':'))}".encode()
            for hashed, *step in db.execute(f"SELECT hash, number, {STEP_COLUMNS} FROM step")
        ]
