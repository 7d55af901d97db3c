"""Killed at any point, the kiosk puts everything right at its next start."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from tests.torture.crash import disk
from tests.torture.crash.run import run

SCALE = 0.005


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_sample_of_all_crash_points_leaves_nothing_wrong() -> None:
    outcome = run(SCALE)
    assert outcome.failed == 0, "\n".join(outcome.lines)


def _log(path: Path, *operations: tuple[str, str, int, bytes]) -> Path:
    """A log as the shim writes it."""
    path.write_bytes(
        b"".join(
            struct.pack("<cIQI", kind.encode(), len(name), offset, len(data)) + name.encode() + data
            for kind, name, offset, data in operations
        )
    )
    return path


@pytest.mark.parametrize("luck", disk.Luck)
@pytest.mark.parametrize("seed", range(20))
def test_what_was_synced_survives_every_loss_of_power(tmp_path: Path, luck: disk.Luck, seed: int) -> None:
    log = _log(
        tmp_path / "log",
        ("o", "a", 0, b""),
        ("w", "a", 0, b"x" * 1000),
        ("s", "a", 0, b""),
        ("w", "a", 1000, b"y" * 2000),
        ("o", "b", 0, b""),
        ("w", "b", 0, b"z"),
    )
    held = disk.after_power_loss({"old": b"kept"}, log, luck, random.Random(seed))
    assert held["old"] == b"kept"
    assert held["a"][:1000] == b"x" * 1000
    assert set(held["a"][1000:]) <= set(b"\0y")
    assert held.get("b", b"") in (b"", b"z")


def test_with_no_luck_nothing_else_survives_and_with_all_of_it_everything(tmp_path: Path) -> None:
    log = _log(
        tmp_path / "log",
        ("w", "a", 0, b"new"),
        ("t", "a", 2, b""),
        ("o", "b", 0, b""),
        ("w", "b", 0, b"z"),
        ("u", "c", 0, b""),
    )
    before = {"a": b"OLD", "c": b"gone"}
    assert disk.after_power_loss(before, log, disk.Luck.NOTHING, random.Random(1)) == before
    assert disk.after_power_loss(before, log, disk.Luck.ALL, random.Random(1)) == {"a": b"ne", "b": b"z"}


def test_a_write_is_torn_at_sectors(tmp_path: Path) -> None:
    log = _log(tmp_path / "log", ("w", "a", 100, b"n" * 1500))
    torn = {
        disk.after_power_loss({"a": b"o" * 1600}, log, disk.Luck.ANY, random.Random(seed))["a"] for seed in range(40)
    }
    edges = {at for held in torn for at in range(1, 1600) if held[at] != held[at - 1]}
    assert edges <= {100, 512, 1024, 1536, 1600}
    assert len(torn) > 8
