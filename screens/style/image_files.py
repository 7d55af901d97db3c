"""Finds renderings of pictures and icons by name and size, which are in the files' names."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property
from pathlib import Path

ICONS = "icons"
MIRRORED = frozenset(("application", "asking", "confirm", "notice"))
"""Pictures with a reading direction: `<name>_mirrored` is the same from right to left."""

_NAME = re.compile(r"(?P<drawing>[a-z_]+)(?:-(?P<frame>[1-9]))?\.(?P<width>\d+)x(?P<height>\d+)\.png")

Frames = tuple[Path, ...]


class ImageFiles:
    """The files of one folder: the pictures of a theme, or the icons."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fitting(self, drawing: str, width: float, height: float) -> Frames:
        """The frames of `drawing` in the largest size that fits into `width` × `height` pixels, or else in the
        smallest. For a missing drawing a file name is returned that says what is missing.
        """
        sizes = self._sizes.get(drawing)
        if not sizes:
            return (self._folder / f"{drawing}.png",)
        fitting = [size for size in sizes if size[0] <= width and size[1] <= height]
        return sizes[max(fitting) if fitting else min(sizes)]

    @cached_property
    def _sizes(self) -> dict[str, dict[tuple[int, int], Frames]]:
        frames: dict[str, dict[tuple[int, int], list[Path]]] = defaultdict(lambda: defaultdict(list))
        for path in sorted(self._folder.iterdir()) if self._folder.is_dir() else ():
            if (name := _NAME.fullmatch(path.name)) is not None:
                frames[name["drawing"]][int(name["width"]), int(name["height"])].append(path)
        return {drawing: {size: tuple(paths) for size, paths in sizes.items()} for drawing, sizes in frames.items()}
