"""The theme: colours, sizes and spaces. A theme is a value; widgets get it from the running app."""

from __future__ import annotations

from dataclasses import dataclass

from screens.shell.screen_file import ScreenFile
from screens.style.picture_colours import BY_THEME, PictureColours

Colour = tuple[float, float, float, float]

LOW_MM = 200.0  # on lower displays spaces are narrower
PRIMARY_MM, SECONDARY_MM = 20.0, 15.0  # least height and width of buttons
GAP_MM = 5.0  # between buttons: a trembling finger comes down a few millimetres beside its aim


def colour(hexadecimal: str) -> Colour:
    """An opaque colour from "#RRGGBB"."""
    red, green, blue = (int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return (red, green, blue, 1.0)


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two opaque colours, 1 … 21 (WCAG 2.1, 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(of: Colour) -> float:
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in of[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by purpose; `…_soft` are grounds. `focus`: of the ring around the button with the focus."""

    ground: Colour
    surface: Colour
    ink: Colour
    ink_soft: Colour
    line: Colour
    accent: Colour
    accent_pressed: Colour
    accent_soft: Colour
    on_accent: Colour
    refusal: Colour
    refusal_soft: Colour
    fault: Colour
    fault_soft: Colour
    simulation: Colour
    on_simulation: Colour
    focus: Colour

    def text_pairs(self) -> tuple[tuple[str, str], ...]:
        """Pairs of names: a text colour and its ground."""
        return (
            ("ink", "ground"),
            ("ink", "surface"),
            ("ink", "accent_soft"),
            ("ink", "refusal_soft"),
            ("ink", "fault_soft"),
            ("ink_soft", "ground"),
            ("ink_soft", "surface"),
            ("ink_soft", "accent_soft"),
            ("ink_soft", "refusal_soft"),
            ("ink_soft", "fault_soft"),
            ("accent", "ground"),
            ("accent", "surface"),
            ("accent", "accent_soft"),
            ("on_accent", "accent"),
            ("on_accent", "accent_pressed"),
            ("refusal", "refusal_soft"),
            ("refusal", "ground"),
            ("fault", "fault_soft"),
            ("fault", "ground"),
            ("on_simulation", "simulation"),
        )

    def grounds(self) -> tuple[str, ...]:
        """The names of the grounds of buttons and of the ring around them."""
        return ("ground", "surface", "accent_soft", "refusal_soft", "fault_soft")


COUNTER = Palette(
    ground=colour("#F4F6F7"),
    surface=colour("#FFFFFF"),
    ink=colour("#14222B"),
    ink_soft=colour("#3B4A54"),
    line=colour("#B8C4CB"),
    accent=colour("#0B4A6F"),
    accent_pressed=colour("#06304A"),
    accent_soft=colour("#E1EEF5"),
    on_accent=colour("#FFFFFF"),
    refusal=colour("#653B00"),
    refusal_soft=colour("#FFF3DC"),
    fault=colour("#861313"),
    fault_soft=colour("#FDECEA"),
    simulation=colour("#FFD54A"),
    on_simulation=colour("#14222B"),
    focus=colour("#B0005A"),
)


CONTRAST = Palette(
    ground=colour("#FFFFFF"),
    surface=colour("#FFFFFF"),
    ink=colour("#000000"),
    ink_soft=colour("#000000"),
    line=colour("#000000"),
    accent=colour("#00204A"),
    accent_pressed=colour("#000000"),
    accent_soft=colour("#FFFFFF"),
    on_accent=colour("#FFFFFF"),
    refusal=colour("#2E1A00"),
    refusal_soft=colour("#FFF8E8"),
    fault=colour("#4A0000"),
    fault_soft=colour("#FFFFFF"),
    simulation=colour("#FFD54A"),
    on_simulation=colour("#000000"),
    focus=colour("#A00050"),
)
"""Text at 15:1 and more."""

DARK = Palette(
    ground=colour("#000000"),
    surface=colour("#101418"),
    ink=colour("#FFFFFF"),
    ink_soft=colour("#F2F4F5"),
    line=colour("#C8D2D8"),
    accent=colour("#CFE8FF"),
    accent_pressed=colour("#FFFFFF"),
    accent_soft=colour("#0A141C"),
    on_accent=colour("#000000"),
    refusal=colour("#FFE2A8"),
    refusal_soft=colour("#141004"),
    fault=colour("#FFD9D6"),
    fault_soft=colour("#180606"),
    simulation=colour("#FFD54A"),
    on_simulation=colour("#000000"),
    focus=colour("#FFB000"),
)
"""For people who are dazzled by light: light text on black, at 14:1 and more."""

PALETTES = (COUNTER, CONTRAST, DARK)
_PICTURES = ("counter", "high_contrast", "dark")
TEXT_SCALES = (1.0, 1.3, 1.6)


@dataclass(frozen=True, slots=True)
class Theme:
    """Sizes in pixels of this display, the palette, and the pictures that go with it: a folder of assets/images.
    `text_scale`: how much larger text is than usual; `bar`: of six buttons side by side, which on an upright
    display have no room for more; `low`: a panel, where every millimetre of height counts; `reach`: the height of the
    lower part of the display in which everything stands, for somebody who cannot reach higher; 0: all of it.
    """

    palette: Palette
    text_scale: float
    small: int
    bar: int
    body: int
    lead: int
    title: int
    display: int
    space: int
    gap: int
    radius: int
    border: int
    primary: int
    secondary: int
    portrait: bool
    low: bool
    pictures: str = "counter"
    reach: int = 0

    @property
    def stacked(self) -> bool:
        """Whether there is no room for two columns of words."""
        return self.portrait or self.low

    @property
    def tight(self) -> bool:
        """Whether text is enlarged on a panel, which has room for only a few lines of it."""
        return self.low and self.text_scale > 1

    @property
    def picture_colours(self) -> PictureColours:
        """The colours of the pictures."""
        return BY_THEME[self.pictures]

    @classmethod
    def of(
        cls, screen: ScreenFile, palette: Palette = COUNTER, text_scale: float = 1.0, *, low_reach: bool = False
    ) -> Theme:
        """The theme at the sizes of `screen`, with text larger by `text_scale`; spaces stay the same. `low_reach`:
        everything stands where it is reached from a wheelchair.
        """

        def px(mm: float) -> int:
            return round(mm / screen.mm_per_pixel)

        def text(factor: float) -> int:
            return px(screen.body_mm * factor * text_scale)

        def space(factor: float) -> int:
            return px(screen.body_mm * factor)

        upright = screen.height_px > screen.width_px
        low = screen.height_px < screen.width_px and screen.height_px * screen.mm_per_pixel < LOW_MM
        tight = low and text_scale > 1
        return cls(
            palette=palette,
            text_scale=text_scale,
            small=text(0.84),
            bar=text(0.84) if low else px(screen.body_mm * 0.88) if upright else text(1.0),
            body=text(1.0),
            lead=text(1.25),
            # Where every line counts, what is large already grows less than the words that people read.
            title=text(1.25 if tight else 1.6),
            display=text(1.7 if tight else 2.2),
            space=space(0.5 if low else 0.7),
            gap=px(GAP_MM) + 1,
            radius=space(0.35),
            border=max(2, space(0.07)),
            primary=px(PRIMARY_MM) + 1,
            secondary=px(SECONDARY_MM) + 1,
            portrait=upright,
            low=low,
            pictures=_PICTURES[PALETTES.index(palette)],
            reach=(screen.reached_px or 0) if low_reach else 0,
        )
