"""The colours of the pictures in assets/pictures, by theme. The pictures' sources name these tokens, not colours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureColours:
    """Colours as #RRGGBB. `ground`: behind a picture; `line`: drawn on it; `outline`: around every thing, to separate
    it from others; `print` and `print_soft`: on paper; `accent`: the most important thing; `good`, `caution`, `bad`:
    signs, with `on_sign` in them.
    """

    ground: str
    line: str
    outline: str
    paper: str
    print: str
    print_soft: str
    tint: str
    machine: str
    machine_dark: str
    slot: str
    accent: str
    accent_soft: str
    on_accent: str
    hand: str
    chip: str
    good: str
    caution: str
    bad: str
    on_sign: str

    def told_apart(self) -> tuple[tuple[str, str], ...]:
        """Pairs of adjacent colours that need a contrast of at least 3:1 (WCAG 2.1, 1.4.11)."""
        return (
            ("line", "ground"),
            ("machine_dark", "ground"),
            ("outline", "machine_dark"),
            ("outline", "paper"),
            ("outline", "tint"),
            ("outline", "machine"),
            ("outline", "hand"),
            ("outline", "chip"),
            ("print", "paper"),
            ("print", "tint"),
            ("print_soft", "paper"),
            ("print_soft", "tint"),
            ("slot", "paper"),
            ("slot", "machine"),
            ("accent", "ground"),
            ("accent", "machine"),
            ("accent", "accent_soft"),
            ("on_accent", "accent"),
            ("good", "ground"),
            ("caution", "ground"),
            ("bad", "ground"),
            ("on_sign", "good"),
            ("on_sign", "caution"),
            ("on_sign", "bad"),
        )


COUNTER = PictureColours(
    ground="#F4F6F7",
    line="#14222B",
    outline="#14222B",
    paper="#FFFFFF",
    print="#14222B",
    print_soft="#5F707B",
    tint="#E1EEF5",
    machine="#CBD6DD",
    machine_dark="#778B97",
    slot="#14222B",
    accent="#0B4A6F",
    accent_soft="#E1EEF5",
    on_accent="#FFFFFF",
    hand="#F2C9A8",
    chip="#E0B23A",
    good="#1C6B3F",
    caution="#8A5200",
    bad="#A61B1B",
    on_sign="#FFFFFF",
)
HIGH_CONTRAST = PictureColours(
    ground="#FFFFFF",
    line="#000000",
    outline="#000000",
    paper="#FFFFFF",
    print="#000000",
    print_soft="#4A4A4A",
    tint="#FFFFFF",
    machine="#D6D6D6",
    machine_dark="#8C8C8C",
    slot="#000000",
    accent="#00308F",
    accent_soft="#FFFFFF",
    on_accent="#FFFFFF",
    hand="#FFDDC2",
    chip="#FFC928",
    good="#00562B",
    caution="#6B3E00",
    bad="#9B0000",
    on_sign="#FFFFFF",
)
DARK = PictureColours(
    ground="#10181D",
    line="#E8EEF2",
    outline="#0A1014",
    paper="#F4F7F9",
    print="#14222B",
    print_soft="#5F707B",
    tint="#D3E4EE",
    machine="#5C6C77",
    machine_dark="#9DAEB8",
    slot="#0A1014",
    accent="#9AD8FF",
    accent_soft="#24465A",
    on_accent="#0A1014",
    hand="#E3B48F",
    chip="#E8BE4E",
    good="#5FCB8D",
    caution="#F2B04A",
    bad="#FF8C84",
    on_sign="#0A1014",
)
BY_THEME = {"counter": COUNTER, "high_contrast": HIGH_CONTRAST, "dark": DARK}
