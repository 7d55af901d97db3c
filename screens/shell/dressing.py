"""The dress of the window for the present person: the size of the text, the colours, and easy mode."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kivy.core.window import Window
from kivy.properties import BooleanProperty, NumericProperty

from screens.shell.machine import Machine
from screens.shell.screen_file import ScreenFile
from screens.style.theme import PALETTES, TEXT_SCALES, Theme
from screens.widgets.supplies import SuppliedApp

LARGEST = len(TEXT_SCALES) - 1


class DressedApp(SuppliedApp):
    """The application with its dress. `text_size` and `contrast`: indices of a text scale and of a palette. `is_easy`:
    easy mode, with large text, fewer choices, the voice and more time. `low_reach`: everything stands where it is
    reached from a wheelchair; `offers_low_reach`: that is not the whole display.
    """

    text_size = NumericProperty(0)
    contrast = NumericProperty(0)
    is_easy = BooleanProperty(False)
    low_reach = BooleanProperty(False)
    offers_low_reach = BooleanProperty(False)

    def __init__(self, screen_file: ScreenFile, assets_dir: Path, cannot_read: Callable[[str], None]) -> None:
        super().__init__(assets_dir, cannot_read, theme=Theme.of(screen_file.fitted_to(*Window.size)))
        self._screen_file = screen_file
        self.offers_low_reach = self._fitted.reached_px is not None

    @property
    def _fitted(self) -> ScreenFile:
        """The screen file for the window's present size."""
        return self._screen_file.fitted_to(*Window.size)

    @property
    def reads_large(self) -> bool:
        """Whether the person at the machine has chosen larger text than usual. From any thread."""
        return self.text_size > 0

    @property
    def machine(self) -> Machine | None:
        """The places of the machine's parts around the display; None if they are not known."""
        return self._fitted.machine

    def dress_easily(self) -> None:
        """Easy mode: the largest text that leaves room for more than a few lines."""
        self.dress(LARGEST - 1 if self.theme.low else LARGEST, int(self.contrast), is_easy=True)

    def dress(self, text_size: int, contrast: int, *, is_easy: bool = False) -> None:
        """Show everything in the text size and the palette with these indices."""
        self.text_size, self.contrast, self.is_easy = text_size, contrast, is_easy
        self.dress_again()

    def dress_again(self) -> None:
        """Apply the present dress again, to the window's present size."""
        palette, scale, screen = PALETTES[int(self.contrast)], TEXT_SCALES[int(self.text_size)], self._fitted
        self.offers_low_reach = screen.reached_px is not None
        self.theme = Theme.of(screen, palette, scale, low_reach=bool(self.low_reach))
        Window.clearcolor = palette.ground

    def undress(self) -> None:
        """Return to the dress with which every visit begins."""
        if (self.text_size, self.contrast, self.is_easy, self.low_reach) != (0, 0, False, False):
            self.low_reach = False
            self.dress(0, 0)
