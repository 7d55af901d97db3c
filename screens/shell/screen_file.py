"""The screen file, which describes a display. It is read and checked before Kivy is imported."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kiosk.data_files.reader import DataFileError, read_toml
from screens.shell.machine import PART_MM, Machine, Part

POINTER, MTDEV = "pointer", "mtdev"
LYING_SHARE = 0.8  # text on a landscape display, as a share of that on the same display upright, where lines are short
UPRIGHT_MM = (267.0, 476.0)  # the upright display that the layout is designed for, portrait-1080x1920.toml,
UPRIGHT_BODIES = (26.25, 46.7)  # and its size in heights of its text
REACH_MM = 1220.0  # above the floor; the highest that is reached from a wheelchair (EN 301 549, 8.3, forward reach)
LEAST_REACHED = 0.7  # of a display's height; in less of it there is no room for every page


class ScreenFileError(DataFileError):
    """A screen file that cannot be used."""


@dataclass(frozen=True, slots=True)
class ScreenFile:
    """A display. `body_mm`: height of the em square of running text; `touch_device`: an input device of the kernel (""
    unless touches are read with mtdev); `machine`: the places of the parts around it; None if they are not known.
    `lower_edge_mm`: how high above the floor the display's lower edge is; None if that is not known.
    """

    width_px: int
    height_px: int
    mm_per_pixel: float
    body_mm: float
    fullscreen: bool
    borderless: bool
    show_cursor: bool
    touch_input: str
    touch_device: str
    machine: Machine | None = None
    lower_edge_mm: int | None = None

    @property
    def reached_px(self) -> int | None:
        """How much of the display, from its lower edge, is within reach from a wheelchair, where that is not all of it.
        None where it is, where it is not known, and where too little is.
        """
        if self.lower_edge_mm is None:
            return None
        reached = math.floor((REACH_MM - self.lower_edge_mm) / self.mm_per_pixel)
        return reached if self.height_px * LEAST_REACHED <= reached < self.height_px else None

    def fitted_to(self, width_px: int, height_px: int) -> ScreenFile:
        """The same for a display of this size in pixels, with everything in proportion as far as both sides have room.
        The file of an upright display may be used for a landscape one, and the reverse. The real size of such a
        display's pixels is unknown; the result has it in proportion to the file's.
        """
        if (width_px, height_px) == (self.width_px, self.height_px):
            return self
        file = self if (width_px < height_px) == (self.width_px < self.height_px) else self._turned()
        share = min(width_px / file.width_px, height_px / file.height_px)
        return replace(file, width_px=width_px, height_px=height_px, mm_per_pixel=file.mm_per_pixel / share)

    def _turned(self) -> ScreenFile:
        width_px, height_px = self.height_px, self.width_px
        unknown = replace(self, machine=None, lower_edge_mm=None)  # the file is about another display
        if width_px > height_px:
            return replace(unknown, width_px=width_px, height_px=height_px, body_mm=self.body_mm * LYING_SHARE)
        # Seven choices are below each other there, so buttons and text have at most the same share as on that display.
        mm_per_pixel = max(self.mm_per_pixel, UPRIGHT_MM[0] / width_px, UPRIGHT_MM[1] / height_px)
        body_px = min(
            self.body_mm / LYING_SHARE / self.mm_per_pixel, width_px / UPRIGHT_BODIES[0], height_px / UPRIGHT_BODIES[1]
        )
        return replace(
            unknown, width_px=width_px, height_px=height_px, mm_per_pixel=mm_per_pixel, body_mm=body_px * mm_per_pixel
        )


@dataclass(frozen=True, slots=True)
class _Numbers:
    """A range of numbers from `low` to `high`, both included."""

    low: float
    high: float
    whole: bool = False

    def hold(self, value: object) -> bool:
        right = int if self.whole else int | float
        return not isinstance(value, bool) and isinstance(value, right) and self.low <= value <= self.high

    def __str__(self) -> str:
        return f"a{' whole' if self.whole else ''} number from {self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class _Spot:
    """Two numbers: to the right, and up."""

    each: _Numbers

    def hold(self, value: object) -> bool:
        return isinstance(value, list) and len(value) == 2 and all(map(self.each.hold, value))

    def __str__(self) -> str:
        return f"two whole numbers from {self.each.low:g} to {self.each.high:g}, to the right and up"


_Kind = type | _Numbers | _Spot

_KEYS: dict[str, dict[str, _Kind]] = {
    "display": {
        "width_px": _Numbers(320, 7680, whole=True),
        "height_px": _Numbers(320, 7680, whole=True),
        "mm_per_pixel": _Numbers(0.04, 2),
        "lower_edge_mm": _Numbers(100, 2000, whole=True),
        "fullscreen": bool,
        "borderless": bool,
        "show_cursor": bool,
    },
    "text": {"body_mm": _Numbers(2, 40)},
    "touch": {"input": str, "device": str},
    "machine": dict.fromkeys(PART_MM, _Spot(_Numbers(-2000, 4000, whole=True))),
}
_WORDS: dict[type, str] = {bool: "true or false", str: "a text"}
_OPTIONAL = {("display", "lower_edge_mm"), ("touch", "device"), *(("machine", part) for part in PART_MM)}
_OPTIONAL_TABLES = {"machine"}


def load_screen_file(path: Path, *, fullscreen: bool | None = None) -> ScreenFile:
    """The screen file at `path`. `fullscreen`: the configuration's value, which overrides the file; None: none. Raises
    ScreenFileError with every mistake.
    """
    table = read_toml(path, ScreenFileError)
    mistakes = [f"{path.name}: {mistake}" for mistake in _mistakes(table)]
    if mistakes:
        raise ScreenFileError(mistakes)
    display, touch = table["display"], table["touch"]
    return ScreenFile(
        width_px=display["width_px"],
        height_px=display["height_px"],
        mm_per_pixel=float(display["mm_per_pixel"]),
        body_mm=float(table["text"]["body_mm"]),
        fullscreen=display["fullscreen"] if fullscreen is None else fullscreen,
        borderless=display["borderless"],
        show_cursor=display["show_cursor"],
        touch_input=touch["input"],
        touch_device=touch.get("device", ""),
        machine=_machine(table),
        lower_edge_mm=display.get("lower_edge_mm"),
    )


def _machine(table: dict[str, Any]) -> Machine | None:
    if "machine" not in table:
        return None
    display = table["display"]
    width_mm, height_mm = (float(display[side] * display["mm_per_pixel"]) for side in ("width_px", "height_px"))
    return Machine(width_mm, height_mm, tuple(Part(name, *spot) for name, spot in table["machine"].items()))


def _mistakes(table: dict[str, Any]) -> list[str]:
    mistakes = [f"unknown table [{name}]" for name in table if name not in _KEYS]
    for name, keys in _KEYS.items():
        found = table.get(name)
        if name in _OPTIONAL_TABLES and name not in table:
            continue
        if not isinstance(found, dict):
            mistakes.append(f"table [{name}] is missing")
            continue
        mistakes += [f"unknown key {name}.{key}" for key in found if key not in keys]
        mistakes += [f"{name}.{key} is missing" for key in keys if key not in found and (name, key) not in _OPTIONAL]
        mistakes += [
            f"{name}.{key} must be {_WORDS[kind] if isinstance(kind, type) else kind}, not {found[key]!r}"
            for key, kind in keys.items()
            if key in found and not (isinstance(found[key], kind) if isinstance(kind, type) else kind.hold(found[key]))
        ]
    return mistakes or _senseless(table)


def _senseless(table: dict[str, Any]) -> list[str]:
    touch = table["touch"]
    mistakes = []
    if touch["input"] not in (POINTER, MTDEV):
        mistakes.append(f'touch.input must be "{POINTER}" or "{MTDEV}"')
    if touch["input"] == MTDEV and not touch.get("device"):
        mistakes.append("touch.device is needed for mtdev, e.g. /dev/input/by-id/…")
    machine = _machine(table)
    return mistakes if machine is None else [*mistakes, *machine.mistakes()]
