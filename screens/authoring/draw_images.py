"""Draws the icons and pictures of assets/images: `python -m screens.authoring.draw_images [names…]`.

Pictures have the theme's colours; all of them are drawn if none is named.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from assets import ASSETS
from screens.authoring.draw_icons import ICONS
from screens.authoring.drawing import (
    ACCENT,
    AMBER,
    INK,
    LIGHT,
    LINE,
    MACHINE,
    MACHINE_DARK,
    PALE,
    PAPER,
    PICTURE_PX,
    RED,
    SKIN,
    Point,
    Sheet,
)

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
    outline: list[Point] = [
        (760, 150),
        (870, 195),
        (870, 330),
        (835, 420),
        (760, 480),
        (685, 420),
        (650, 330),
        (650, 195),
    ]
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


def _paper(sheet: Sheet, x: float, y: float, width: float, marked: bool = False) -> None:
    """A form with lines, perhaps ticked off."""
    u = width / 100
    sheet.box(x, y, 100 * u, 130 * u, 4 * u, PAPER, INK, max(4, 2 * u))
    sheet.box(x + 30 * u, y - 6 * u, 40 * u, 13 * u, 5 * u, ACCENT)
    for row in range(3):
        line = y + (30 + 30 * row) * u
        sheet.box(x + 12 * u, line, 18 * u, 18 * u, 3 * u, PALE, ACCENT, 2 * u)
        sheet.box(x + 40 * u, line + 5 * u, 46 * u, 7 * u, 3 * u, LINE)
        if marked and row < 2:
            ticked = [(x + 14 * u, line + 9 * u), (x + 19 * u, line + 14 * u), (x + 29 * u, line + 2 * u)]
            sheet.line(ticked, LIGHT, 4 * u)


def _choice() -> Sheet:
    sheet = _picture()
    for row, chosen in enumerate((False, True, False)):
        y = 60 + 180 * row
        sheet.box(120, y, 600, 140, 24, PALE if chosen else PAPER, ACCENT if chosen else LINE, 8 if chosen else 5)
        sheet.circle(200, y + 70, 34, PAPER, ACCENT if chosen else LINE, 8)
        if chosen:
            sheet.circle(200, y + 70, 17, ACCENT)
        sheet.box(270, y + 56, 330 - 60 * (row % 2), 26, 13, ACCENT if chosen else LINE)
    hand: list[Point] = [
        (655, 330),
        (655, 480),
        (620, 460),
        (596, 486),
        (668, 600),
        (800, 600),
        (830, 520),
        (830, 420),
        (707, 400),
        (707, 330),
    ]
    sheet.shape(hand, SKIN)
    sheet.line([*hand, hand[0]], PAPER, 8)
    return sheet


def _question() -> Sheet:
    sheet = _picture()
    _paper(sheet, 180, 60, 400)
    sheet.circle(660, 440, 140, ACCENT, PAPER, 14)
    sheet.words("?", 660, 434, 200, PAPER)
    return sheet


def _licence_code(lift: float, read: bool) -> Sheet:
    """A telephone that shows a code, `lift` units above the scanner's window."""
    sheet = _picture()
    sheet.box(150, 520, 600, 110, 24, MACHINE, LINE, 4)
    sheet.box(310, 532, 280, 56, 14, INK)
    sheet.box(326, 543, 248, 34, 8, LIGHT if read else RED)
    top = 112 - lift
    if not read:
        sheet.shape([(395, 536), (505, 536), (580, top + 400), (320, top + 400)], PALE)
    sheet.box(320, top, 260, 400, 36, INK)
    sheet.box(338, top + 30, 224, 340, 14, PAPER)
    for x, y in ((362, 60), (470, 60), (362, 168)):
        sheet.box(x, top + y, 68, 68, 6, PAPER, INK, 14)
        sheet.box(x + 25, top + y + 25, 18, 18, 0, INK)
    for x, y in ((470, 168), (506, 186), (488, 204), (524, 204), (470, 222), (508, 222), (440, 140), (440, 200)):
        sheet.box(x, top + y, 16, 16, 0, INK)
    sheet.box(362, top + 268, 176, 16, 8, LINE)
    sheet.box(362, top + 300, 120, 16, 8, LINE)
    if read:
        _badge(sheet, 610, top + 330, 76, LIGHT, TICK)
    else:
        _arrow(sheet, 690, 330, up=False, length=130)
    return sheet


def _service() -> Sheet:
    sheet = _picture()
    _office(sheet, 90, 90, 430)
    _paper(sheet, 560, 180, 280)
    return sheet


def _application() -> Sheet:
    sheet = _picture()
    _paper(sheet, 60, 100, 320, marked=True)
    sheet.line([(420, 320), (500, 320)], ACCENT, 18)
    sheet.shape([(492, 278), (492, 362), (542, 320)], ACCENT)
    _office(sheet, 580, 190, 280)
    return sheet


def _progress() -> Sheet:
    sheet = _picture()
    _paper(sheet, 330, 30, 240, marked=True)
    sheet.line([(120, 500), (780, 500)], LINE, 20)
    sheet.line([(120, 500), (450, 500)], ACCENT, 20)
    _badge(sheet, 120, 500, 72, ACCENT, TICK)
    _badge(sheet, 450, 500, 72, ACCENT, TICK)
    sheet.circle(780, 500, 66, PAPER, LINE, 14)
    return sheet


PICTURES: dict[str, Callable[[], Sheet]] = {
    "welcome": _welcome,
    "notice": _notice,
    "reading": _reading,
    "writing": _writing,
    "asking": _asking,
    "id_card-1": lambda: _laid_down(170),
    "id_card-2": lambda: _laid_down(0),
    "insert_permit-1": lambda: _in_slot(0.95, True),
    "insert_permit-2": lambda: _in_slot(0.65, True),
    "insert_permit-3": lambda: _in_slot(0.35, True),
    "take_permit-1": lambda: _in_slot(0.35, False),
    "take_permit-2": lambda: _in_slot(0.65, False),
    "take_permit-3": lambda: _in_slot(0.95, False),
    "assessment_yes": lambda: _assessment(LIGHT, TICK),
    "assessment_no": lambda: _assessment(AMBER, CALL),
    "address": _address,
    "confirm": _confirm,
    "receipt": _receipt,
    "thank_you": _thank_you,
    "refusal": _refusal,
    "choice": _choice,
    "question": _question,
    "service": _service,
    "application": _application,
    "progress": _progress,
    "licence_code-1": lambda: _licence_code(100, read=False),
    "licence_code-2": lambda: _licence_code(0, read=True),
    "fault": lambda: _fault(RED, CALL),
    "out_of_service": lambda: _fault(MACHINE_DARK, STOP),
}


def main() -> None:
    """Draw those that are named on the command line, or all."""
    wanted = set(sys.argv[1:]) or {*ICONS, *PICTURES}
    for name in sorted(wanted & set(ICONS)):
        ICONS[name]().save(ASSETS / "images" / "icons" / f"{name}.png")
    for name in sorted(wanted & set(PICTURES)):
        sheet = PICTURES[name]()
        if not name[-1].isdigit():  # the frames of one picture stay of one size
            sheet.trim()
        sheet.save(ASSETS / "images" / f"{name}.png")


if __name__ == "__main__":
    main()
