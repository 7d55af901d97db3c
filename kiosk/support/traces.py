"""Traces of a device's traffic that a technician recorded, for the support bundle: those without content only."""

from __future__ import annotations

import json
from pathlib import Path

MOST_BYTES = 20_000_000
_ALLOWED = {"at": (int, float), "dir": (str,), "bytes": (int,)}
_DIRECTIONS = ("in", "out", "atr")


class NoTrace(Exception):
    """A file that does not go into a bundle. The text is one line."""


def trace_without_content(path: Path) -> bytes:
    """The file, if each of its lines has time, direction and length, and nothing else. Raises `NoTrace`."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NoTrace(f"{path}: {error.strerror}") from error
    if len(content) > MOST_BYTES:
        raise NoTrace(f"{path}: is larger than {MOST_BYTES // 1_000_000} MB")
    for number, line in enumerate(content.splitlines(), start=1):
        if not _is_of_lengths(line):
            raise NoTrace(
                f"{path}: line {number} holds more than time, direction and length, so it may be personal; record the"
                " trace without content"
            )
    return content


def _is_of_lengths(line: bytes) -> bool:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(entry, dict)
        and entry.keys() == _ALLOWED.keys()
        and all(isinstance(entry[key], kinds) for key, kinds in _ALLOWED.items())
        and entry["dir"] in _DIRECTIONS
    )
