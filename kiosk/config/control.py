"""The table `control`: where other programs on this machine ask the running kiosk how it is, and who may."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk.config.settings_table import SettingsTable

SERVICES_SOCKET = Path("/run/qianzhu-kiosk/control")
"""In the directory that systemd makes for the service (`RuntimeDirectory=` in kiosk.service)."""

SOCKET_NAME = "control"
"""Of a simulation's socket, in its state directory."""

LONGEST_PATH = 107
"""Bytes: `sun_path` of unix(7) has 108, with the final NUL."""


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """`socket`: where the kiosk listens; `group`: the name of the group that may ask besides the kiosk's user and root,
    "" for nobody else. That this machine has no such group closes no kiosk, so it is no mistake here.
    """

    socket: Path
    group: str = ""


def read_control(
    reader: SettingsTable, beside: Callable[[str], Path], state_dir: Path, *, in_earnest: bool
) -> ControlSettings:
    """Read the table `control`. `in_earnest`: not for a simulation, whose socket lies in its state directory."""
    socket = SERVICES_SOCKET if in_earnest else state_dir / SOCKET_NAME
    if reader.has("socket") and (name := reader.text("socket", "a path")):
        socket = beside(name)
        if (flaw := flaw_of_path(socket)) is not None:
            reader.wrong("socket", flaw)
    group = reader.text("group", "the name of a group") if reader.has("group") else ""
    reader.nothing_else()
    return ControlSettings(socket, group)


def flaw_of_path(socket: Path) -> str | None:
    """Why no socket can have this path; None if one can."""
    length = len(os.fsencode(socket))
    if length <= LONGEST_PATH:
        return None
    return f"{socket} has {length} bytes, and a socket's path has {LONGEST_PATH} at most; name a shorter one"
