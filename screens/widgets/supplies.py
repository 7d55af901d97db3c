"""What widgets draw with: fonts, texts, icons and pictures. They ask the application that runs for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from kivy.app import App

from kiosk.texts.translation import Translation
from screens.style.fonts import Fonts


class SuppliedApp(App):
    """An application with all that its widgets draw with, from below `assets_dir`."""

    def __init__(self, assets_dir: Path, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.fonts = Fonts(assets_dir / "fonts")
        self.translation: Callable[[str], Translation] = cache(
            lambda language: Translation.whatever_there_is(assets_dir / "locale", language)
        )
        self._images_dir = assets_dir / "images"

    def icon_file(self, name: str) -> str:
        """The drawing of one icon; "" for no name."""
        return str(self._images_dir / "icons" / f"{name}.png") if name else ""

    def picture_files(self, name: str) -> list[str]:
        """The frames of one picture, in order."""
        alone = self._images_dir / f"{name}.png"
        if alone.is_file():
            return [str(alone)]
        return sorted(map(str, self._images_dir.glob(f"{name}-[0-9].png")))


def supplies() -> SuppliedApp:
    """What the application that runs draws with."""
    app = App.get_running_app()
    assert isinstance(app, SuppliedApp), "no other application has widgets of ours"
    return app
