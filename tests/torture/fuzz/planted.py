"""Decoders with a known flaw: what the fuzzing must find, or it finds nothing."""

from __future__ import annotations

import time

from tests.torture.fuzz.promises import hold

SEEDS: dict[str, list[bytes]] = {"planted_crash": [b"abc"], "planted_hang": [b"abc"], "planted_leak": [b"abc"]}
KEPT: list[bytes] = []


def check_planted_crash(data: bytes) -> None:
    """Breaks its promise where a length word says seven."""
    if len(data) >= 4 and data[0] == 0xF2:
        hold(data[3] != 7, "seven is a length too")


def check_planted_hang(data: bytes) -> None:
    """Waits for bytes that never come."""
    while data[:1] == b"\xf2":
        time.sleep(0.01)


def check_planted_leak(data: bytes) -> None:
    """Keeps what it was given."""
    KEPT.append(bytes(len(data) + 100))
