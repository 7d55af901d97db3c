"""The check that the display is as the screen file says, by the driver of the graphics card."""

from __future__ import annotations

from pathlib import Path

from kiosk.config.settings import Config
from kiosk.data_files.reader import DataFileError
from kiosk.diagnostics.finding import Finding, Findings, failed, ok, skipped
from kiosk.domain.clock import Clock
from kiosk.domain.faults import DISPLAY_SIZE
from screens.shell.screen_file import load_screen_file

DRM = Path("/sys/class/drm")
"""Linux's directory of the outputs of graphics cards, with `status`, and `modes` beginning with the display's preferred
one (drm_sysfs.c of the kernel).
"""


def display(config: Config, _: Clock) -> Findings:
    """Compare every connected output with the screen file. A display may be turned, so either side may be longer."""
    if not config.fullscreen:
        return [ok("the kiosk has a window of its own and not the whole display")]
    try:
        screen = load_screen_file(config.files.screen, fullscreen=config.fullscreen)
    except DataFileError:
        return [skipped("its screen file has mistakes: see screen_file")]
    return outputs(DRM, screen.width_px, screen.height_px)


def outputs(drm: Path, width_px: int, height_px: int) -> Findings:
    """A finding for every connected output below `drm`, compared with the wanted size."""
    found = [
        _output(file.parent, width_px, height_px)
        for file in sorted(drm.glob("card*-*/status"))
        if _read(file) == "connected"
    ]
    return found or [skipped("no graphics card tells of a connected display")]


def _output(folder: Path, width_px: int, height_px: int) -> Finding:
    modes = _read(folder / "modes").split()
    name = folder.name.partition("-")[2]
    if not modes:
        return ok(f"{name} is connected and does not tell its size")
    if modes[0] in (f"{width_px}x{height_px}", f"{height_px}x{width_px}"):
        return ok(f"{name}: {modes[0]}")
    return failed(f"{name} is {modes[0]}, the screen file says {width_px}x{height_px}", DISPLAY_SIZE)


def _read(file: Path) -> str:
    try:
        return file.read_text("ascii", errors="replace").strip()
    except OSError:
        return ""  # unplugged just now
