"""The screen file: what a display is like. Read and checked before Kivy is imported."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kiosk.policy.readable_line import readable_line

POINTER, MTDEV = "pointer", "mtdev"


class ScreenFileError(ValueError):
    """A screen file that cannot be used. `mistakes`: one readable line each."""

    def __init__(self, mistakes: list[str]) -> None:
        self.mistakes = [readable_line(mistake) for mistake in mistakes]
        super().__init__("; ".join(self.mistakes))


@dataclass(frozen=True, slots=True)
class ScreenFile:
    """A display. `body_mm`: height of the em square of running text; `touch_device`: an input device of the kernel
    ("" unless touches are read with mtdev).
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


_KEYS: dict[str, dict[str, type | tuple[type, ...]]] = {
    "display": {
        "width_px": int, "height_px": int, "mm_per_pixel": (int, float), "fullscreen": bool, "borderless": bool,
        "show_cursor": bool,
    },
    "text": {"body_mm": (int, float)},
    "touch": {"input": str, "device": str},
}
_OPTIONAL = {("touch", "device")}


def load_screen_file(path: Path) -> ScreenFile:
    """The screen file at `path`. Raises ScreenFileError with every mistake; OSError if it cannot be read."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ScreenFileError([f"{path.name}: {error}"]) from error
    mistakes = [f"{path.name}: {mistake}" for mistake in _mistakes(table)]
    if mistakes:
        raise ScreenFileError(mistakes)
    display, touch = table["display"], table["touch"]
    return ScreenFile(
        width_px=display["width_px"],
        height_px=display["height_px"],
        mm_per_pixel=float(display["mm_per_pixel"]),
        body_mm=float(table["text"]["body_mm"]),
        fullscreen=display["fullscreen"],
        borderless=display["borderless"],
        show_cursor=display["show_cursor"],
        touch_input=touch["input"],
        touch_device=touch.get("device", ""),
    )


def _mistakes(table: dict[str, Any]) -> list[str]:
    mistakes = [f"unknown table [{name}]" for name in table if name not in _KEYS]
    for name, keys in _KEYS.items():
        found = table.get(name)
        if not isinstance(found, dict):
            mistakes.append(f"table [{name}] is missing")
            continue
        mistakes += [f"unknown key {name}.{key}" for key in found if key not in keys]
        mistakes += [
            f"{name}.{key} is missing" for key in keys if key not in found and (name, key) not in _OPTIONAL]
        mistakes += [
            f"{name}.{key} has the wrong type" for key, kind in keys.items()
            if key in found and (not isinstance(found[key], kind) or (kind is not bool and found[key] is True))]
    return mistakes or _senseless(table)


def _senseless(table: dict[str, Any]) -> list[str]:
    display, touch = table["display"], table["touch"]
    mistakes = [f"display.{key} must be above 0" for key in ("width_px", "height_px", "mm_per_pixel")
                if display[key] <= 0]
    if table["text"]["body_mm"] <= 0:
        mistakes.append("text.body_mm must be above 0")
    if touch["input"] not in (POINTER, MTDEV):
        mistakes.append(f'touch.input must be "{POINTER}" or "{MTDEV}"')
    if touch["input"] == MTDEV and not touch.get("device"):
        mistakes.append("touch.device is needed for mtdev, e.g. /dev/input/by-id/…")
    return mistakes
