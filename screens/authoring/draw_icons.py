"""The icons of assets/images/icons: white on nothing, coloured where they are used."""

from __future__ import annotations

from collections.abc import Callable

from screens.authoring.drawing import ICON_PX, Point, Sheet

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
    sheet._draw.ellipse(
        tuple(v * sheet._factor for v in (7.5, 2, 16.5, 22)), outline=WHITE, width=round(2 * sheet._factor)
    )
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
        [(8, 12), (11, 15), (16, 9)],
    )


def _clock() -> Sheet:
    return _round([(12, 6.5), (12, 12), (15.5, 14.5)])


def _contrast() -> Sheet:
    sheet = _round()
    sheet.arc(12, 12, 5, 90, 270, WHITE, 9)
    return sheet


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
        [(6, 2.5), (18, 2.5)],
        [(6, 21.5), (18, 21.5)],
        [(7, 2.5), (7, 7), (17, 17), (17, 21.5)],
        [(17, 2.5), (17, 7), (7, 17), (7, 21.5)],
    )


def _place() -> Sheet:
    sheet = _strokes([(5.6, 11.5), (12, 21.5), (18.4, 11.5)])
    sheet.arc(12, 9, 6.9, 160, 380, WHITE, 2)
    sheet.circle(12, 9, 2.4, WHITE)
    return sheet


def _services() -> Sheet:
    sheet = _strokes(*[[(9.5, y), (21, y)] for y in (5.5, 12, 18.5)])
    for y in (5.5, 12, 18.5):
        sheet.circle(4.2, y, 1.8, WHITE)
    return sheet


def _papers() -> Sheet:
    sheet = _strokes(
        [(7.5, 4.5), (7.5, 2.5), (21, 2.5), (21, 17), (19, 17)], [(6.5, 10.5), (12, 10.5)], [(6.5, 14.5), (12, 14.5)]
    )
    sheet.box(2.5, 6, 13.5, 15.5, 2, outline=WHITE, stroke=2)
    return sheet


def _print() -> Sheet:
    sheet = _strokes([(7, 7.5), (7, 2.5), (17, 2.5), (17, 7.5)], [(10, 17), (14, 17)])
    sheet.box(2.5, 7.5, 19, 9, 2, outline=WHITE, stroke=2)
    sheet.box(7, 13, 10, 8.5, 1, "#00000000", WHITE, 2)
    return sheet


ICONS: dict[str, Callable[[], Sheet]] = {
    "forward": lambda: _strokes([(3, 12), (20, 12)], [(13, 5), (20, 12), (13, 19)]),
    "back": lambda: _strokes([(4, 12), (21, 12)], [(11, 5), (4, 12), (11, 19)]),
    "text_size": lambda: _strokes(
        [(2, 19), (8, 4), (14, 19)], [(4.5, 14), (11.5, 14)], [(15, 19), (18.5, 11), (22, 19)]
    ),
    "contrast": _contrast,
    "arrow": lambda: _strokes([(3, 12), (20, 12)], [(13, 5), (20, 12), (13, 19)]),
    "check": lambda: _strokes([(4, 12.5), (10, 18.5), (20.5, 6)]),
    "cancel": lambda: _round([(8.5, 8.5), (15.5, 15.5)], [(15.5, 8.5), (8.5, 15.5)]),
    "return_permit": _return_permit,
    "language": _language,
    "clock": _clock,
    "home": lambda: _strokes(
        [(2.5, 11.5), (12, 3), (21.5, 11.5)],
        [(5.5, 9.5), (5.5, 20.5), (18.5, 20.5), (18.5, 9.5)],
        [(9.5, 20), (9.5, 14), (14.5, 14), (14.5, 20)],
    ),
    "moved": lambda: _strokes(
        [(1.5, 11.5), (8.5, 5), (15.5, 11.5)],
        [(4, 10), (4, 20.5), (13, 20.5), (13, 10)],
        [(15.5, 16.5), (22.5, 16.5)],
        [(19.5, 13.5), (22.5, 16.5), (19.5, 19.5)],
    ),
    "id_card": _id_card,
    "permit": _permit,
    "send": lambda: _strokes([(2.5, 11), (21.5, 3), (14.5, 21.5), (11, 13.5), (2.5, 11)], [(11, 13.5), (21, 3.5)]),
    "shield": _shield,
    "attention": _attention,
    "information": _information,
    "calendar": _calendar,
    "number": _number,
    "wait": _wait,
    "no": lambda: _strokes([(5, 5), (19, 19)], [(19, 5), (5, 19)]),
    "next": lambda: _strokes([(9, 4.5), (16.5, 12), (9, 19.5)]),
    "place": _place,
    "services": _services,
    "papers": _papers,
    "print": _print,
    "delete": lambda: _strokes(
        [(8, 4.5), (22, 4.5), (22, 19.5), (8, 19.5), (2, 12), (8, 4.5)],
        [(11.5, 9), (17.5, 15)],
        [(17.5, 9), (11.5, 15)],
    ),
}
