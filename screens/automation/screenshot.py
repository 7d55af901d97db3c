"""The window's picture as a file."""

from __future__ import annotations

from pathlib import Path

from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glPixelStorei, glReadPixels

GL_PACK_ALIGNMENT = 0x0D05  # OpenGL ES 2.0, glPixelStorei; Kivy does not export it


def save_screenshot(path: Path) -> None:
    """Write the last drawn frame to `path` (PNG). On Kivy's thread."""
    from PIL import Image

    width, height = Window.size
    glPixelStorei(GL_PACK_ALIGNMENT, 1)
    dots = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.frombytes("RGB", (width, height), bytes(dots)).transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(path)
