"""The resources of widgets: fonts, texts, icons and pictures. Widgets get them from the running application."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from kivy.app import App
from kivy.core.image import ImageLoader
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ObjectProperty

from kiosk.texts.translation import Translation
from screens.shell.machine import Machine
from screens.style.fonts import Fonts
from screens.style.image_files import ICONS, Frames, ImageFiles
from screens.style.theme import Theme


class SuppliedApp(App):
    """An application with the resources of its widgets, from `assets_dir`. `cannot_read(file)` is called on Kivy's
    thread, once for each image file that is missing or damaged. `mirrored`: the screen is in a right-to-left language.
    """

    theme: ObjectProperty[Theme] = ObjectProperty(None, rebind=True)
    mirrored = BooleanProperty(False)

    def __init__(
        self, assets_dir: Path, cannot_read: Callable[[str], None] = lambda _file: None, **kwargs: object
    ) -> None:
        super().__init__(**kwargs)
        self.fonts = Fonts(assets_dir / "fonts")
        self.translation: Callable[[str], Translation] = cache(
            lambda language: Translation.whatever_there_is(assets_dir / "locale", language)
        )
        self.technicians_translation: Callable[[str], Translation] = cache(
            lambda language: Translation.whatever_technicians_read(assets_dir / "locale", language)
        )
        self._images_dir = assets_dir / "images"
        self._icons = ImageFiles(self._images_dir / ICONS)
        self._pictures = cache(lambda theme: ImageFiles(self._images_dir / theme))
        self._icon_texture = cache(self.image_texture)
        self._blank: set[Path] = set()
        self._cannot_read = cannot_read

    @property
    def machine(self) -> Machine | None:
        """The places of the machine's parts around the display; None if they are not known."""
        return None

    def icon_texture(self, name: str, side: float) -> Texture | None:
        """The texture of one icon, as large as fits into a square with this side (pixels)."""
        return self._icon_texture(self._icons.fitting(name, side, side)[0])

    def picture_files(self, name: str, width: float, height: float) -> Frames:
        """The frames of one picture in the theme's colours, in the size that fits into `width` × `height` pixels."""
        return self._pictures(self.theme.pictures).fitting(name, width, height)

    def image_texture(self, file: Path) -> Texture | None:
        """The texture of an image file; None if it cannot be read, which is reported once to `cannot_read`."""
        if file in self._blank:
            return None
        texture = read_texture(file)
        if texture is None:
            self._blank.add(file)
            self._cannot_read(str(file.relative_to(self._images_dir)))
        return texture


def read_texture(file: Path) -> Texture | None:
    """The texture of an image file; None if it is missing or damaged."""
    # Kivy's own Image refers to itself, so that its memory is freed only by Python's cycle collector.
    try:
        return ImageLoader.load(str(file), nocache=True).texture
    except Exception:  # noqa: BLE001 -- Kivy raises nothing narrower
        return None


def supplies() -> SuppliedApp:
    """The resources of the running application."""
    app = App.get_running_app()
    assert isinstance(app, SuppliedApp), "no other application has widgets of ours"
    return app
