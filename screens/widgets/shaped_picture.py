"""Draws lines of letters that join as a texture, because Kivy's own text cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kivy.graphics.texture import Texture

if TYPE_CHECKING:
    from drivers.shaped_text import ShapedText

LINE_PITCH_EM = 1.4  # Kivy sets the lines of the main font about as far apart


def picture_of(lines: list[str], face: ShapedText, size_px: int, side: str, colour: Sequence[float]) -> Texture:
    """The lines below each other, each at `side` of the widest, in `colour` on a transparent ground."""
    from PIL import Image, ImageChops  # only where there is such text

    drawn = [face.draw(line, size_px) for line in lines]
    width, pitch = max(line.width for line in drawn), round(size_px * LINE_PITCH_EM)
    paper = Image.new("L", (width, pitch * len(drawn)), 255)
    for number, line in enumerate(drawn):
        room = width - line.width
        x = {"left": 0, "center": room // 2}.get(side, room)
        paper.paste(line, (x, number * pitch + (pitch - line.height) // 2))
    red, green, blue = (round(part * 255) for part in colour[:3])
    ink = Image.new("RGBA", paper.size, (red, green, blue, 0))
    ink.putalpha(ImageChops.invert(paper))
    texture = Texture.create(size=paper.size, colorfmt="rgba")
    texture.blit_buffer(ink.transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    return texture
