"""Whether two names are one, by the section *Names of holders* of the document."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

_VECTORS = Path(__file__).parents[2] / "kiosk" / "central" / "vectors.json"
_LATER = {
    int(private, 16): int(later, 16)
    for private, later in json.loads(_VECTORS.read_text("utf-8"))["names"]["later_code_points"].items()
}
_DOT = "\u00b7"
_DOTS = {
    0x2E,
    0x0387,
    0x2022,
    0x2024,
    0x2027,
    0x2219,
    0x22C5,
    0x2E31,
    0x2E33,
    0x3002,
    0x30FB,
    0xA78F,
    0xFE52,
    0xFF61,
    0xFF65,
}
_GONE = {
    0x00AD,
    0x034F,
    *range(0x200B, 0x2010),
    *range(0x2060, 0x2065),
    0xFEFF,
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE01F0),
}
_IDEOGRAPHS = (
    (0x2E80, 0x2FDF),
    (0x3007, 0x3007),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xE000, 0xFAFF),
    (0x20000, 0x3FFFF),
)


def is_one_name(one: str, other: str) -> bool:
    """Whether both become one text."""
    return compared(one) == compared(other)


def compared(name: str) -> str:
    """The text that a name becomes."""
    text = _replaced(settled(name))
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return _without_idle_blanks(_replaced(text))


def settled(text: str) -> str:
    """Steps 1 to 3."""
    return unicodedata.normalize("NFC", "".join(chr(_of_ascii(_LATER.get(ord(each), ord(each)))) for each in text))


def _of_ascii(code: int) -> int:
    if code == 0x3000:
        return 0x20
    return code - 0xFF01 + 0x21 if 0xFF01 <= code <= 0xFF5E else code


def _replaced(text: str) -> str:
    made = []
    for each in text:
        code = ord(each)
        if code in _DOTS:
            made.append(_DOT)
        elif code in (0x02BC, 0x2018, 0x2019):
            made.append("'")
        elif 0x2010 <= code <= 0x2013 or code in (0x2212, 0xFE63):
            made.append("-")
        elif code not in _GONE:
            made.append(each)
    return "".join(made)


def _without_idle_blanks(text: str) -> str:
    words = text.replace("\0", " ").split()
    parts = [" ".join(part.split()) for part in " ".join(words).split(_DOT)]
    parts = [part for at, part in enumerate(parts) if part or at in (0, len(parts) - 1)]
    return _DOT.join(_joined(part) for part in parts)


def _joined(part: str) -> str:
    words = part.split(" ")
    made = words[0]
    for word in words[1:]:
        made += word if _is_ideograph(made[-1:]) or _is_ideograph(word[:1]) else f" {word}"
    return made


def _is_ideograph(character: str) -> bool:
    return bool(character) and any(first <= ord(character) <= last for first, last in _IDEOGRAPHS)
