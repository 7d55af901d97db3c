"""Draws the icons and pictures of assets/images: `python -m screens.draw_images`. One hand, one family.

Icons are white on nothing and are coloured where they are used; pictures have the theme's colours. Everything is drawn
large and made smaller.
"""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ASSETS = Path(__file__).resolve().parent.parent / "assets"
ICON_PX, PICTURE_PX, OVERSAMPLING = 128, (900, 640), 3

INK, PAPER, ACCENT, PALE, LINE, SKIN = "#14222B", "#FFFFFF", "#0B4A6F", "#CFE2ED", "#B8C4CB", "#8FA3AF"
AMBER, AMBER_PALE, RED, RED_PALE = "#B36B00", "#FFE9BF", "#B3261E", "#FAD4D0"
MACHINE, MACHINE_DARK, LIGHT = "#E3E9ED", "#54656F", "#2E8B57"

Point = tuple[float, float]


class Sheet:
    """A drawing in units of its own, `width` × `height`; strokes have round ends."""

    def __init__(self, width: float, height: float, pixels: tuple[int, int]) -> None:
        self._factor = pixels[0] * OVERSAMPLING / width
        self._pixels = pixels
        self.image = Image.new("RGBA", (pixels[0] * OVERSAMPLING, pixels[1] * OVERSAMPLING), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)

    def line(self, points: list[Point], colour: str, width: float) -> None:
        scaled = [(x * self._factor, y * self._factor) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * self._factor), joint="curve")
        for x, y in scaled:
            r = width * self._factor / 2
            self._draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)

    def box(
        self, x: float, y: float, width: float, height: float, radius: float = 0, fill: str | None = None,
        outline: str | None = None, stroke: float = 0,
    ) -> None:
        f = self._factor
        self._draw.rounded_rectangle(
            (x * f, y * f, (x + width) * f, (y + height) * f), radius * f, fill, outline, round(stroke * f))

    def circle(self, x: float, y: float, radius: float, fill: str | None = None, outline: str | None = None,
               stroke: float = 0) -> None:
        f = self._factor
        self._draw.ellipse(
            ((x - radius) * f, (y - radius) * f, (x + radius) * f, (y + radius) * f), fill, outline,
            round(stroke * f))

    def arc(self, x: float, y: float, radius: float, start: float, end: float, colour: str, width: float) -> None:
        steps = max(8, int(abs(end - start) / 4))
        angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
        self.line([(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles], colour, width)

    def shape(self, points: list[Point], colour: str) -> None:
        self._draw.polygon([(x * self._factor, y * self._factor) for x, y in points], fill=colour)

    def words(self, text: str, x: float, y: float, size: float, colour: str) -> None:
        font = ImageFont.truetype(ASSETS / "fonts" / "NotoSansSC-Bold.otf", round(size * self._factor))
        self._draw.text((x * self._factor, y * self._factor), text, font=font, fill=colour, anchor="mm")

    def trim(self) -> None:
        """Leave away what is empty at the edges."""
        left, top, right, bottom = self.image.getbbox()
        self.image = self.image.crop((left, top, right, bottom))
        self._pixels = ((right - left) // OVERSAMPLING, (bottom - top) // OVERSAMPLING)

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.image.resize(self._pixels, Image.Resampling.LANCZOS).save(path, optimize=True)


# Icons: 24 × 24 units, strokes of 2.

WHITE = "#FFFFFF"


def _strokes(*lines: list[Point]) -> Sheet:
    sheet = Sheet(24, 24, (ICON_PX, ICON_PX))
    for points in lines:
        sheet.line(points, WHITE, 2)
    return sheet


def _framed(*lines: list[Point]) -> Sheet:
    sheet = _strokes(*lines)
    sheet.box(2, 4.5, 20, 15, 2.5, outline=WHITE, stroke=2)
    return sheet


def _round(*lines: list[Point]) -> Sheet:
    sheet = _strokes(*lines)
    sheet.circle(12, 12, 10, outline=WHITE, stroke=2)
    return sheet


def _language() -> Sheet:
    sheet = _round([(2.5, 12), (21.5, 12)])
    sheet._draw.ellipse(tuple(v * sheet._factor for v in (7.5, 2, 16.5, 22)), outline=WHITE,
                        width=round(2 * sheet._factor))
    return sheet


def _id_card() -> Sheet:
    sheet = _framed([(5.5, 9.5), (11, 9.5)], [(5.5, 14), (10, 14)])
    sheet.circle(16.5, 10, 2, WHITE)
    sheet.box(13.7, 12.6, 5.6, 3.6, 1.6, WHITE)
    return sheet


def _permit() -> Sheet:
    sheet = _framed([(13, 9.5), (18.5, 9.5)], [(13, 14), (17, 14)])
    sheet.box(5, 8, 5.5, 8, 1, WHITE)
    return sheet


def _return_permit() -> Sheet:
    sheet = _strokes([(12, 3), (12, 13)], [(7.5, 7.5), (12, 3), (16.5, 7.5)])
    sheet.box(3, 15.5, 18, 5.5, 1.5, outline=WHITE, stroke=2)
    return sheet


def _shield() -> Sheet:
    return _strokes(
        [(12, 2.5), (20, 5.5), (20, 12), (17, 18), (12, 21.5), (7, 18), (4, 12), (4, 5.5), (12, 2.5)],
        [(8, 12), (11, 15), (16, 9)])


def _clock() -> Sheet:
    return _round([(12, 6.5), (12, 12), (15.5, 14.5)])


def _number() -> Sheet:
    return _strokes([(9, 3.5), (7, 20.5)], [(17, 3.5), (15, 20.5)], [(4.5, 9), (20.5, 9)], [(3.5, 15), (19.5, 15)])


def _calendar() -> Sheet:
    sheet = _strokes([(3, 10), (21, 10)], [(8, 2.5), (8, 6.5)], [(16, 2.5), (16, 6.5)])
    sheet.box(3, 4.5, 18, 17, 2, outline=WHITE, stroke=2)
    sheet.circle(12, 15.5, 2.2, WHITE)
    return sheet


def _attention() -> Sheet:
    sheet = _strokes([(12, 2.8), (22, 20.5), (2, 20.5), (12, 2.8)], [(12, 9.5), (12, 14)])
    sheet.circle(12, 17.4, 1.25, WHITE)
    return sheet


def _information() -> Sheet:
    sheet = _round([(12, 11), (12, 17)])
    sheet.circle(12, 7.3, 1.3, WHITE)
    return sheet


def _wait() -> Sheet:
    return _strokes(
        [(6, 2.5), (18, 2.5)], [(6, 21.5), (18, 21.5)],
        [(7, 2.5), (7, 7), (17, 17), (17, 21.5)], [(17, 2.5), (17, 7), (7, 17), (7, 21.5)])


ICONS = {
    "forward": lambda: _strokes([(3, 12), (20, 12)], [(13, 5), (20, 12), (13, 19)]),
    "arrow": lambda: _strokes([(3, 12), (20, 12)], [(13, 5), (20, 12), (13, 19)]),
    "check": lambda: _strokes([(4, 12.5), (10, 18.5), (20.5, 6)]),
    "cancel": lambda: _round([(8.5, 8.5), (15.5, 15.5)], [(15.5, 8.5), (8.5, 15.5)]),
    "return_permit": _return_permit,
    "language": _language,
    "clock": _clock,
    "home": lambda: _strokes(
        [(2.5, 11.5), (12, 3), (21.5, 11.5)], [(5.5, 9.5), (5.5, 20.5), (18.5, 20.5), (18.5, 9.5)],
        [(9.5, 20), (9.5, 14), (14.5, 14), (14.5, 20)]),
    "moved": lambda: _strokes(
        [(1.5, 11.5), (8.5, 5), (15.5, 11.5)], [(4, 10), (4, 20.5), (13, 20.5), (13, 10)],
        [(15.5, 16.5), (22.5, 16.5)], [(19.5, 13.5), (22.5, 16.5), (19.5, 19.5)]),
    "id_card": _id_card,
    "permit": _permit,
    "send": lambda: _strokes([(2.5, 11), (21.5, 3), (14.5, 21.5), (11, 13.5), (2.5, 11)], [(11, 13.5), (21, 3.5)]),
    "shield": _shield,
    "attention": _attention,
    "information": _information,
    "calendar": _calendar,
    "number": _number,
    "wait": _wait,
}


# Pictures: 900 × 640 units.


def _picture() -> Sheet:
    return Sheet(*PICTURE_PX, PICTURE_PX)


def _person(sheet: Sheet, x: float, y: float, size: float) -> None:
    """A head and shoulders in a box `size` wide and 1.3 `size` high."""
    sheet.box(x, y, size, size * 1.3, size * 0.06, PALE, SKIN, 3)
    sheet.circle(x + size / 2, y + size * 0.48, size * 0.22, SKIN)
    sheet.box(x + size * 0.14, y + size * 0.78, size * 0.72, size * 0.52, size * 0.2, SKIN)
    sheet.box(x + size * 0.1, y + size * 1.1, size * 0.8, size * 0.2, 0, SKIN)


def _residence_permit(sheet: Sheet, x: float, y: float, width: float, *, accent: str = ACCENT) -> None:
    """The permit's face: its name on a coloured band, the photo at the left."""
    height, u = width * 0.63, width / 100
    sheet.box(x, y, width, height, 4 * u, PAPER, INK, max(3, u))
    sheet.box(x + 4 * u, y + 5 * u, 92 * u, 14 * u, 2 * u, accent)
    sheet.words("居住证", x + 50 * u, y + 12 * u, 11 * u, PAPER)
    _person(sheet, x + 7 * u, y + 24 * u, 25 * u)
    for i, part in enumerate((50, 42, 50)):
        sheet.box(x + 39 * u, y + (27 + 11 * i) * u, part * u, 4 * u, 2 * u, LINE)


def _identity_card(sheet: Sheet, x: float, y: float, width: float) -> None:
    """The identity card: lines at the left, the photo at the right."""
    height, u = width * 0.63, width / 100
    sheet.box(x, y, width, height, 4 * u, PAPER, INK, max(3, u))
    sheet.words("身份证", x + 27 * u, y + 11 * u, 10 * u, INK)
    for i, part in enumerate((40, 46, 34)):
        sheet.box(x + 8 * u, y + (22 + 9 * i) * u, part * u, 3.6 * u, 1.8 * u, LINE)
    sheet.box(x + 8 * u, y + 52 * u, 84 * u, 4 * u, 2 * u, LINE)
    _person(sheet, x + 64 * u, y + 9 * u, 27 * u)


def _arrow(sheet: Sheet, x: float, y: float, up: bool, length: float = 120, colour: str = ACCENT) -> None:
    """An arrow whose middle is at (x, y)."""
    tip = y - length / 2 if up else y + length / 2
    back = y + length / 2 if up else y - length / 2
    head = 52 if up else -52
    sheet.line([(x, back), (x, tip + head * 0.7)], colour, 26)
    sheet.shape([(x, tip), (x - 52, tip + head), (x + 52, tip + head)], colour)


def _badge(sheet: Sheet, x: float, y: float, radius: float, colour: str, lines: list[list[Point]]) -> None:
    """A round sign; `lines` in units of the radius."""
    sheet.circle(x, y, radius, colour, PAPER, radius * 0.1)
    for points in lines:
        sheet.line([(x + px * radius, y + py * radius) for px, py in points], PAPER, radius * 0.17)


TICK: list[list[Point]] = [[(-0.42, 0.03), (-0.1, 0.35), (0.45, -0.32)]]
STOP: list[list[Point]] = [[(-0.32, -0.32), (0.32, 0.32)], [(0.32, -0.32), (-0.32, 0.32)]]
CALL: list[list[Point]] = [[(0, -0.5), (0, 0.12)], [(0, 0.47), (0, 0.47)]]


def _slot_front(sheet: Sheet, lit: bool) -> None:
    """The machine's front plate with the slot of the permit unit."""
    sheet.box(90, 40, 720, 230, 28, MACHINE, LINE, 4)
    sheet.box(180, 178, 540, 44, 22, MACHINE_DARK)
    sheet.box(200, 190, 500, 20, 10, INK)
    sheet.box(180, 236, 540, 14, 7, LIGHT if lit else LINE)
    sheet.words("居住证插口", 450, 108, 44, MACHINE_DARK)


def _in_slot(outside: float, arrow_up: bool) -> Sheet:
    """The permit at the slot, `outside` of it 0 … 1 still to be seen, photo up and its name towards the machine."""
    sheet = _picture()
    _slot_front(sheet, lit=True)
    face = _picture()
    top = 200 - 270 * (1 - outside)
    _residence_permit(face, 235, top, 430)
    f = face._factor
    visible = face.image.crop((0, round(200 * f), face.image.width, face.image.height))
    sheet.image.alpha_composite(visible, (0, round(200 * f)))
    _arrow(sheet, 450, 545, arrow_up, 150)
    return sheet


def _laid_down(lift: float) -> Sheet:
    """The identity card above its reader, `lift` units high."""
    sheet = _picture()
    sheet.shape([(120, 420), (780, 420), (860, 590), (40, 590)], MACHINE)
    sheet.line([(120, 420), (780, 420), (860, 590), (40, 590), (120, 420)], LINE, 5)
    sheet.shape([(240, 448), (660, 448), (705, 562), (195, 562)], PALE)
    for radius in (46, 84):
        sheet.arc(450, 548, radius, 215, 325, ACCENT, 10)
    sheet.circle(450, 540, 9, ACCENT)
    _identity_card(sheet, 265, 230 - lift, 370)
    if lift:
        _arrow(sheet, 760, 330, up=False, length=130)
    return sheet


def _machine(sheet: Sheet, x: float, y: float, width: float = 230) -> None:
    """The kiosk from the front."""
    u = width / 100
    sheet.box(x, y, 100 * u, 180 * u, 8 * u, MACHINE, MACHINE_DARK, 4)
    sheet.box(x + 12 * u, y + 14 * u, 76 * u, 80 * u, 4 * u, PAPER, MACHINE_DARK, 4)
    sheet.box(x + 26 * u, y + 34 * u, 48 * u, 8 * u, 4 * u, PALE)
    sheet.box(x + 26 * u, y + 68 * u, 48 * u, 14 * u, 4 * u, ACCENT)
    sheet.box(x + 20 * u, y + 110 * u, 60 * u, 8 * u, 4 * u, INK)
    sheet.box(x + 20 * u, y + 134 * u, 34 * u, 22 * u, 3 * u, PALE, MACHINE_DARK, 3)


def _office(sheet: Sheet, x: float, y: float, width: float = 250) -> None:
    """A public office."""
    u = width / 100
    sheet.shape([(x + 50 * u, y), (x + 104 * u, y + 30 * u), (x - 4 * u, y + 30 * u)], ACCENT)
    sheet.box(x + 2 * u, y + 34 * u, 96 * u, 8 * u, 0, MACHINE_DARK)
    for column in (10, 33, 56, 79):
        sheet.box(x + column * u, y + 44 * u, 11 * u, 44 * u, 0, MACHINE, MACHINE_DARK, 3)
    sheet.box(x - 4 * u, y + 90 * u, 108 * u, 10 * u, 2 * u, MACHINE_DARK)


def _welcome() -> Sheet:
    sheet = _picture()
    _machine(sheet, 60, 80, 270)
    _residence_permit(sheet, 380, 170, 470)
    _badge(sheet, 810, 470, 78, LIGHT, TICK)
    return sheet


def _notice() -> Sheet:
    sheet = _picture()
    _identity_card(sheet, 60, 190, 400)
    sheet.line([(520, 316), (600, 316)], ACCENT, 16)
    sheet.shape([(590, 276), (590, 356), (640, 316)], ACCENT)
    outline: list[Point] = [(760, 150), (870, 195), (870, 330), (835, 420), (760, 480), (685, 420), (650, 330),
                            (650, 195)]
    sheet.shape(outline, PALE)
    sheet.line([*outline, outline[0]], ACCENT, 10)
    sheet.line([(705, 315), (748, 358), (822, 262)], ACCENT, 22)
    return sheet


def _reading() -> Sheet:
    sheet = _picture()
    sheet.box(110, 90, 680, 460, 36, MACHINE, LINE, 4)
    sheet.box(170, 150, 560, 340, 20, PAPER, LINE, 4)
    _residence_permit(sheet, 250, 195, 400)
    sheet.line([(140, 320), (760, 320)], LIGHT, 10)
    return sheet


def _writing() -> Sheet:
    sheet = _picture()
    sheet.box(110, 60, 680, 520, 36, MACHINE, LINE, 4)
    _residence_permit(sheet, 200, 190, 500)
    sheet.box(388, 322, 270, 34, 6, PALE, ACCENT, 4)
    pen: list[Point] = [(664, 330), (760, 190), (800, 218), (704, 356), (655, 374)]
    sheet.shape(pen, ACCENT)
    sheet.line([*pen, pen[0]], PAPER, 5)
    return sheet


def _asking() -> Sheet:
    sheet = _picture()
    _machine(sheet, 60, 110, 240)
    _office(sheet, 570, 190, 280)
    for x in (370, 430, 490):
        sheet.circle(x, 320, 14, ACCENT)
    return sheet


def _assessment(colour: str, sign: list[list[Point]]) -> Sheet:
    sheet = _picture()
    sheet.box(200, 90, 500, 460, 28, PAPER, INK, 8)
    sheet.box(200, 90, 500, 110, 28, ACCENT)
    sheet.box(200, 150, 500, 50, 0, ACCENT)
    for x in (320, 580):
        sheet.line([(x, 60), (x, 120)], INK, 22)
    for row in range(3):
        for column in range(5):
            sheet.box(240 + column * 88, 235 + row * 100, 66, 66, 10, PALE)
    _badge(sheet, 690, 510, 110, colour, sign)
    return sheet


def _address() -> Sheet:
    sheet = _picture()
    sheet.box(230, 280, 440, 290, 0, PAPER, INK, 8)
    sheet.shape([(450, 60), (730, 300), (170, 300)], ACCENT)
    sheet.box(390, 390, 120, 180, 8, PALE, INK, 6)
    for x in (270, 550):
        sheet.box(x, 350, 80, 80, 6, PALE, INK, 6)
    sheet.circle(690, 190, 92, LIGHT, PAPER, 8)
    sheet.shape([(618, 246), (762, 246), (690, 372)], LIGHT)
    sheet.circle(690, 186, 34, PAPER)
    return sheet


def _confirm() -> Sheet:
    sheet = _picture()
    _residence_permit(sheet, 30, 200, 340, accent=SKIN)
    _residence_permit(sheet, 530, 200, 340)
    sheet.line([(405, 306), (470, 306)], ACCENT, 18)
    sheet.shape([(462, 264), (462, 348), (512, 306)], ACCENT)
    return sheet


def _receipt() -> Sheet:
    sheet = _picture()
    sheet.box(150, 60, 600, 170, 28, MACHINE, LINE, 4)
    sheet.box(250, 160, 400, 26, 13, INK)
    sheet.box(290, 172, 320, 390, 0, PAPER, LINE, 4)
    sheet.words("回执", 450, 240, 52, INK)
    for i, part in enumerate((220, 180, 220, 140)):
        sheet.box(340, 300 + 38 * i, part, 14, 7, LINE)
    for x, y in ((340, 470), (380, 470), (340, 510), (400, 500), (370, 495)):
        sheet.box(x, y, 22, 22, 0, INK)
    return sheet


def _thank_you() -> Sheet:
    sheet = _picture()
    _residence_permit(sheet, 150, 120, 520)
    _badge(sheet, 670, 440, 140, LIGHT, TICK)
    return sheet


def _refusal() -> Sheet:
    sheet = _picture()
    _residence_permit(sheet, 130, 130, 520, accent=SKIN)
    _badge(sheet, 670, 430, 140, AMBER, STOP)
    return sheet


def _fault(colour: str, sign: list[list[Point]]) -> Sheet:
    sheet = _picture()
    _machine(sheet, 290, 40, 300)
    _badge(sheet, 620, 450, 140, colour, sign)
    return sheet


PICTURES = {
    "welcome": _welcome, "notice": _notice, "reading": _reading, "writing": _writing, "asking": _asking,
    "id_card-1": lambda: _laid_down(170), "id_card-2": lambda: _laid_down(0),
    "insert_permit-1": lambda: _in_slot(0.95, True), "insert_permit-2": lambda: _in_slot(0.65, True),
    "insert_permit-3": lambda: _in_slot(0.35, True),
    "take_permit-1": lambda: _in_slot(0.35, False), "take_permit-2": lambda: _in_slot(0.65, False),
    "take_permit-3": lambda: _in_slot(0.95, False),
    "assessment_yes": lambda: _assessment(LIGHT, TICK), "assessment_no": lambda: _assessment(AMBER, CALL),
    "address": _address, "confirm": _confirm, "receipt": _receipt, "thank_you": _thank_you, "refusal": _refusal,
    "fault": lambda: _fault(RED, CALL), "out_of_service": lambda: _fault(MACHINE_DARK, STOP),
}


def main() -> None:
    """Draw everything anew."""
    for name, draw in ICONS.items():
        draw().save(ASSETS / "images" / "icons" / f"{name}.png")
    for name, paint in PICTURES.items():
        sheet = paint()
        if not name[-1].isdigit():      # the frames of one picture stay of one size
            sheet.trim()
        sheet.save(ASSETS / "images" / f"{name}.png")


if __name__ == "__main__":
    main()
