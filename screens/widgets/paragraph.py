"""Text with Chinese line breaking, fallback fonts for rare characters, and shaping for letters that join."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from kivy.clock import Clock
from kivy.core.text import Label as Measure
from kivy.graphics.texture import Texture
from kivy.properties import BooleanProperty, ListProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.utils import escape_markup

from drivers.right_to_left import closed_in_lines, needs_shaping, resolved, runs_right_to_left, without_marks
from screens.style.fonts import KIVYS_OWN
from screens.widgets import mirroring
from screens.widgets.line_fitting import units, wrap
from screens.widgets.shaped_picture import picture_of
from screens.widgets.supplies import supplies

if TYPE_CHECKING:
    from drivers.shaped_text import ShapedText

ROUNDING_PX = 2  # a line may be wider than the sum of its measured pieces,
ROUNDING = 0.015  # by more with more pieces: a share of the width
EM_PX = 100  # large enough that rounding to pixels does not matter
SIZES = ("small", "bar", "body", "lead", "title", "display")


class Ruler:
    """Measures pieces of text in one font and size (pixels). `shaped`: the font of letters that join, for text that has
    such letters.
    """

    def __init__(self, font_name: str, font_size: float, shaped: ShapedText | None) -> None:
        self._font_name = font_name
        self._font_size = font_size
        self._shaped = shaped
        self._measures: dict[str, Measure] = {}

    def width(self, text: str) -> float:
        """Its width on one line, in pixels."""
        if self._shaped is not None:
            return self._shaped.width(text, int(self._font_size))
        if len(text) == 1 and east_asian_width(text) == "W":
            return self._font_size  # ideographs are one em wide in every font
        runs = supplies().fonts.runs(text)
        return sum(self._measure(font or self._font_name).get_extents(piece)[0] for font, piece in runs)

    def _measure(self, font: str) -> Measure:
        if font not in self._measures:
            self._measures[font] = Measure(font_name=font, font_size=self._font_size)
        return self._measures[font]


def ems(words: str, weight: str) -> float:
    """The width of `words` on one line, in font sizes, whatever size they are shown in."""
    fonts = supplies().fonts
    ruler = Ruler(fonts.bold if weight == "bold" else fonts.regular, EM_PX, _shaper(words, weight))
    return ruler.width(without_marks(words)) / EM_PX


class Paragraph(Label):
    """`words` in one of the theme's sizes, with the height that they need at this width. `natural`: the width without
    broken lines; `longest`: the width in which no word is broken, computed only if it `asks_longest`, because every
    word must be measured; `ink`: the colour of the words, or the theme's if it is not set.
    """

    words = StringProperty("")
    size_of = OptionProperty("body", options=SIZES)
    weight = OptionProperty("regular", options=("regular", "bold"))
    ink: ListProperty[float] = ListProperty()
    natural = NumericProperty(0)
    asks_longest = BooleanProperty(False)
    longest = NumericProperty(0)

    def __init__(self, **kwargs: object) -> None:
        self._written: tuple[str, str, float] = ("", "", 0.0)
        self._shaped: ShapedText | None = None
        self._ruler = Ruler(KIVYS_OWN, 1, None)
        self._fit_soon = Clock.create_trigger(self._fit, -1)
        super().__init__(**kwargs)
        for name in ("words", "width", "font_size", "font_name", "padding"):
            self.fbind(name, self._fit_soon)
        self._fit_soon()

    def on_texture(self, _instance: object, texture: Texture | None) -> None:
        if texture is not None:
            texture.min_filter = texture.mag_filter = "nearest"  # drawn pixel for pixel, without interpolation

    @property
    def is_drawn(self) -> bool:
        """Whether there is a texture of words, here or in Kivy's drawing."""
        return self.texture is not None or self._label.texture is not None or bool(self._label._cached_lines)

    def _fit(self, _elapsed: float) -> None:
        if not self.words:
            self._forget()
            return
        self._shaped = _shaper(self.words, self.weight)
        words = without_marks(self.words) if self._shaped is None else resolved(self.words)
        whole = words.split("\n")
        if (written := (self.words, self.font_name, self.font_size)) != self._written:
            self._written, self._ruler = written, Ruler(self.font_name, self.font_size, self._shaped)
            self.natural = max(map(self._width_of, whole)) + 1
            if self.asks_longest:
                self.longest = (max(map(self._width_of, units(words))) + ROUNDING_PX) / (1 - ROUNDING) + 1
        available = self.width - self.padding[0] - self.padding[2]
        room = None if self.natural <= available else available * (1 - ROUNDING) - ROUNDING_PX
        if self._shaped is not None:
            self._set_shaped(whole, room)
            return
        lines = whole if room is None else wrap(words, room, self._width_of)
        runs = supplies().fonts.runs("\n".join(lines))
        self.markup = len(runs) > 1 or bool(runs[0][0])
        self.text = "".join(_marked(font, piece) for font, piece in runs) if self.markup else runs[0][1]

    def _set_shaped(self, paragraphs: list[str], room: float | None) -> None:
        lines = paragraphs
        if room is not None:
            lines = [
                line
                for paragraph in paragraphs
                for line in closed_in_lines(wrap(paragraph, room, self._width_of), runs_right_to_left(paragraph))
            ]
        self.markup, self.text = False, "\n".join(lines)
        self._trigger_texture()

    def texture_update(self, *args: object) -> None:
        """Draw the words: by Kivy, or by ourselves if they have letters that join."""
        if self._shaped is None or not self.text:
            super().texture_update(*args)
            return
        side = mirroring.side(self.halign, runs_right_to_left(self.text))
        self.texture = picture_of(self.text.split("\n"), self._shaped, int(self.font_size), side, self.color)
        self.texture_size = list(self.texture.size)

    def _forget(self) -> None:
        """Show nothing and drop the texture and lines of the last words, which Kivy would keep."""
        self._shaped = None
        self._written, self.natural = ("", "", 0.0), 0
        self.markup, self.text = False, ""
        self._label.text, self._label.texture = "", None
        self._label._cached_lines = []

    def _width_of(self, text: str) -> float:
        return self._ruler.width(text)


def _marked(font: str, piece: str) -> str:
    escaped = escape_markup(piece)
    return f"[font={font}]{escaped}[/font]" if font else escaped


class Paragraphs(BoxLayout):
    """One paragraph for each of `items`; the widgets are reused."""

    items: ListProperty[str] = ListProperty()
    size_of = OptionProperty("body", options=SIZES)
    colour: ListProperty[float] = ListProperty((0, 0, 0, 1))

    def __init__(self, **kwargs: object) -> None:
        self._made: list[Paragraph] = []
        super().__init__(**kwargs)

    def on_items(self, _instance: object, items: list[str]) -> None:
        while len(self._made) < len(items):
            self._made.append(self._new())
        for paragraph in self._made[len(items) :]:
            paragraph.words = ""
        for paragraph, words in zip(self._made, items, strict=False):
            paragraph.words = words
        shown = self._made[: len(items)]
        if self.children != shown[::-1]:
            self.clear_widgets()
            for paragraph in shown:
                self.add_widget(paragraph)

    def _new(self) -> Paragraph:
        paragraph = Paragraph(size_of=self.size_of, ink=self.colour)
        self.fbind("size_of", paragraph.setter("size_of"))
        self.fbind("colour", paragraph.setter("ink"))
        return paragraph


def _shaper(words: str, weight: str) -> ShapedText | None:
    return supplies().fonts.shaped(weight) if needs_shaping(words) else None
