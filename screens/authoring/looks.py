"""How one screen can look: the display's size, the language, the palette; the text's size, easy mode or low reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

SIZES = ("portrait-1080x1920", "landscape-1920x1080", "panel-1280x800")
PALETTES = ("counter", "contrast", "dark")
EASY, LOW_REACH = "easy", "low_reach"
TEXTS = ("usual", "large", "largest", EASY, LOW_REACH)
"""Easy mode has the largest text that it has room for, low reach the usual one."""
WITHIN_REACH = ("panel-1280x800",)
"""Displays that are within reach as a whole, so that there is no low reach."""


@dataclass(frozen=True, slots=True)
class Look:
    """One of each."""

    size: str
    language: str
    palette: str = PALETTES[0]
    text: str = TEXTS[0]

    @property
    def is_usual(self) -> bool:
        """Whether nobody has changed anything but the language."""
        return (self.palette, self.text) == (PALETTES[0], TEXTS[0])

    @property
    def folder(self) -> Path:
        return Path(self.size, self.language, self.palette, self.text)


@dataclass(frozen=True, slots=True)
class Picture:
    """A sample in a look."""

    look: Look
    sample: str

    @property
    def path(self) -> Path:
        """Of its file, below the folder of all."""
        return self.look.folder / f"{self.sample}.png"

    @classmethod
    def of(cls, path: Path) -> Picture:
        """The picture whose `path` this is. Raises ValueError if it is that of none."""
        if len(path.parts) != 5 or path.suffix != ".png":
            raise ValueError(f"{path} is no picture's path")
        size, language, palette, text = path.parts[:4]
        return cls(Look(size, language, palette, text), path.stem)


def looks(
    sizes: Iterable[str], languages: Iterable[str], palettes: Iterable[str], texts: Iterable[str]
) -> tuple[Look, ...]:
    """Every look that can be made of these."""
    made = (Look(*parts) for parts in product(sizes, languages, palettes, texts))
    return tuple(look for look in made if not (look.text == LOW_REACH and look.size in WITHIN_REACH))
