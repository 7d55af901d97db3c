"""What a person sees is told, what another renderer does is not."""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass
from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont

from assets import ASSETS
from screens.style.theme import PALETTES, Colour, Palette
from tests.screens.seen_difference import BLOCK, FEW, difference

SIZE = (540, 480)
FINER = 4
BODY_PX = 34  # text on the upright display
SMALL_PX = 24  # the smallest on any


@dataclass(frozen=True)
class Page:
    """A page with a button, a line of text and an icon, in colours of the counter's palette."""

    words: str = "有效期至 2028年3月1日。"
    ink: str = "#14222B"
    button_at: tuple[int, int] = (40, 200)
    button: str = "#FFFFFF"
    icon: str = "cancel"
    font_px: int = BODY_PX

    def drawn(self, finer: int = 1, beside: float = 0.0) -> Image.Image:
        """Smoothed from so many dots for each; everything `beside` dots right of and below its place."""

        def at(*numbers: float) -> list[float]:
            return [(number + beside) * finer for number in numbers]

        picture = Image.new("RGB", (SIZE[0] * finer, SIZE[1] * finer), "#F4F6F7")
        draw = ImageDraw.Draw(picture)
        x, y = self.button_at
        draw.rounded_rectangle(
            at(x, y, x + 420, y + 90), radius=12 * finer, fill=self.button, outline="#B8C4CB", width=2 * finer
        )
        font = ImageFont.truetype(str(ASSETS / "fonts" / "NotoSansSC-Regular.otf"), self.font_px * finer)
        left, top = at(40, 60)
        draw.text((left, top), self.words, fill=self.ink, font=font)
        with Image.open(ASSETS / "images" / "icons" / f"{self.icon}.64x64.png") as icon:
            shape = icon.getchannel("A").resize((64 * finer, 64 * finer), Image.Resampling.NEAREST)
        picture.paste(self.ink, (60 * finer, 340 * finer), shape)
        return picture.reduce(finer) if finer > 1 else picture


def noisy(picture: Image.Image, seed: int) -> Image.Image:
    """Every colour of every dot up to two levels beside what it was."""
    dots = random.Random(seed).randbytes(3 * picture.width * picture.height)
    noise = Image.frombytes("RGB", picture.size, dots).point(lambda value: value % 5)
    return ImageChops.add(picture, noise, offset=-2)


def moved(picture: Image.Image, right: float, down: float) -> Image.Image:
    """As it looks when everything is drawn that far beside its place, mixed from the nearest dots."""
    place = (1, 0, -right, 0, 1, -down)
    return picture.transform(picture.size, Image.Transform.AFFINE, place, Image.Resampling.BILINEAR)


def hexadecimal(colour: Colour) -> str:
    return "#" + "".join(f"{round(255 * part):02X}" for part in colour[:3])


def colours(palette: Palette) -> list[str]:
    return sorted({hexadecimal(value) for value in asdict(palette).values()})


MOVED = [(4, 0), (-4, 0), (0, 4), (0, -4), (2, 0), (0, 2)]
SEEN = {
    "a word": Page(words="有效期至 2028年3月2日。"),
    "a letter of the smallest text": Page(words="有效期至 2028年3月1日，", font_px=SMALL_PX),
    "the full stop": Page(words="有效期至 2028年3月1日", font_px=SMALL_PX),
    "a stroke": Page(words="有效期至 2028年3月1目。"),
    "another icon": Page(icon="back"),
    "softer text": Page(ink="#3B4A54"),
    "a softer button": Page(button="#E1EEF5"),
    "a button that is gone but for its edge": Page(button="#F4F6F7"),
    **{f"a button {by}": Page(button_at=(40 + by[0], 200 + by[1])) for by in MOVED},
}


@pytest.mark.parametrize("page", SEEN.values(), ids=SEEN)
def test_what_a_person_sees_is_told(page: Page) -> None:
    before = Page(font_px=page.font_px).drawn()
    for one, other in [(before, page.drawn()), (page.drawn(), before)]:
        assert difference(one, other) is not None
        assert difference(noisy(one, 1), noisy(other, 2)) is not None


@pytest.mark.parametrize("palette", PALETTES)
def test_every_two_colours_of_a_palette_are_told_apart(palette: Palette) -> None:
    for one, other in combinations(colours(palette), 2):
        assert difference(Image.new("RGB", (64, 64), one), Image.new("RGB", (64, 64), other)) is not None, (one, other)


@pytest.mark.parametrize("font_px", [SMALL_PX, BODY_PX])
@pytest.mark.parametrize("by", [(0.25, 0.25), (-0.25, 0.0), (0.0, 0.25)])
def test_smoothing_otherwise_is_not_told(font_px: int, by: tuple[float, float]) -> None:
    before = Page(font_px=font_px).drawn()
    assert difference(before, moved(before, *by)) is None
    assert difference(moved(before, *by), before) is None


def test_a_button_smoothed_from_another_number_of_dots_is_not_told() -> None:
    page = Page(words="")
    assert difference(page.drawn(FINER), page.drawn(2 * FINER)) is None
    assert difference(page.drawn(FINER), page.drawn(FINER, beside=1 / FINER)) is None


def test_noise_is_not_told() -> None:
    before = Page().drawn()
    assert difference(noisy(before, 1), noisy(before, 2)) is None
    assert difference(before, before) is None


def test_it_is_told_where() -> None:
    before, after = Page().drawn(), Page(icon="back").drawn()
    where = difference(before, after)
    assert where is not None
    box = where.getbbox()
    assert box is not None
    assert all(start > place - BLOCK for start, place in zip(box[:2], (60, 340), strict=True))
    assert all(end < place + 64 + BLOCK for end, place in zip(box[2:], (60, 340), strict=True))


def test_a_few_dots_are_not_told_and_more_are() -> None:
    before = Page().drawn()
    for dots, told in [(FEW, False), (FEW + 1, True)]:
        after = before.copy()
        for number in range(dots):
            after.putpixel((3 * number, 0), (0, 0, 0))
        assert (difference(before, after) is not None) is told


def test_pictures_of_different_sizes_differ() -> None:
    assert difference(Image.new("RGB", (10, 20)), Image.new("RGB", (20, 10))) is not None
