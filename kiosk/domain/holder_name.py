"""Compares holders' names, for the kiosk and for the reference central. No other module compares them.

The same name is stored in several ways by an identity card, a chip and a register, because systems of different years
encode, separate and pad differently. Two names are one when their canonical forms are equal. The form is for comparing
only; what is shown, sent and written stays as its owner has it. The rule, in order, each step with its source:

1. A private-use code point of GBK or GB 18030 stands for the character's later code point (`kiosk.domain.private_use`;
   GB 18030-2022, and its tables of 2000 and 2005).
2. Full-width forms U+FF01 … U+FF5E are their ASCII characters, U+3000 is a blank (Unicode 15.0, chapter 18.5).
3. Canonically equivalent texts are one text (Unicode, UAX #15, NFC): U+F9DC is U+9686, a letter and its accent are the
   accented letter. Compatibility mappings (NFKC) are not used: they also join characters that differ. The twelve
   unified ideographs among the compatibility ideographs (U+FA0E, U+FA0F, …) have no decomposition and stay themselves.
4. What has no shape of its own does not count: zero-width characters, and variation selectors (they choose a glyph of
   the same character; Unicode 15.0, chapter 23.4).
5. The dot between the parts of a name is one, whichever is typed (GB 18030 has U+00B7 for it; the others are what input
   methods and older systems put in its place). Where it stands counts: with and without a dot are two names.
6. Letters are compared without case (Unicode 15.0, chapter 3.13, full case folding); apostrophes and hyphens are one
   each.
7. Blanks do not count at the ends, beside the dot, and beside an ideograph (systems pad names of two characters).
   Between two letters blanks are one blank, which counts.

Nothing else counts as equal. Simplified and traditional characters, variants with code points of their own (吕 and 呂),
and characters that look alike make different names, which a person has to check.
"""

from __future__ import annotations

import re
import unicodedata

from kiosk.domain.private_use import LATER_CODE_POINTS

DOT = "\u00b7"
_DOTS = (
    "\u00b7"  # MIDDLE DOT
    "\u0387"  # GREEK ANO TELEIA
    "\u2022"  # BULLET
    "\u2024"  # ONE DOT LEADER
    "\u2027"  # HYPHENATION POINT
    "\u2219"  # BULLET OPERATOR
    "\u22c5"  # DOT OPERATOR
    "\u2e31"  # WORD SEPARATOR MIDDLE DOT
    "\u2e33"  # RAISED DOT
    "\u3002"  # IDEOGRAPHIC FULL STOP
    "\u30fb"  # KATAKANA MIDDLE DOT
    "\ua78f"  # LATIN LETTER SINOLOGICAL DOT
    "\ufe52"  # SMALL FULL STOP
    "\uff61"  # HALFWIDTH IDEOGRAPHIC FULL STOP
    "\uff65"  # HALFWIDTH KATAKANA MIDDLE DOT
    "."  # FULL STOP; U+FF0E is it in full width
)
_APOSTROPHES = "\u02bc\u2018\u2019"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2212\ufe63"
_SHAPELESS = (
    0x00AD,
    0x034F,
    *range(0x200B, 0x2010),
    *range(0x2060, 0x2065),
    0xFEFF,
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE01F0),
)

_ASCII_OF_FULL_WIDTH = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_ONE_OF_EACH = (
    dict.fromkeys(map(ord, _DOTS), DOT)
    | dict.fromkeys(map(ord, _APOSTROPHES), "'")
    | dict.fromkeys(map(ord, _HYPHENS), "-")
    | dict.fromkeys(_SHAPELESS, None)
)

# Ideographs, their radicals, 〇, and private-use characters, which in names are ideographs without a code point.
_IDEOGRAPH = "[\u2e80-\u2fdf\u3007\u3400-\u4dbf\u4e00-\u9fff\ue000-\uf8ff\uf900-\ufaff\U00020000-\U0003ffff]"
_BLANKS = re.compile(r"[\s\0]+")
_AROUND_DOT = re.compile(f" ?{DOT}[ {DOT}]*")
_BESIDE_IDEOGRAPH = re.compile(f"(?<={_IDEOGRAPH}) | (?={_IDEOGRAPH})")


def settled_text(text: str) -> str:
    """`text` after steps 1 to 3, which apply to any text of a chip or a register: each character has one code point."""
    text = text.translate(LATER_CODE_POINTS).translate(_ASCII_OF_FULL_WIDTH)
    return unicodedata.normalize("NFC", text)


def canonical_name(name: str) -> str:
    """The form in which names are compared; see the module. It is idempotent, and never shown or stored."""
    text = settled_text(name).translate(_ONE_OF_EACH)
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    text = text.translate(_ONE_OF_EACH)  # folding makes an apostrophe of its own: U+0149 becomes U+02BC and n
    text = _BLANKS.sub(" ", text).strip(" ")
    return _BESIDE_IDEOGRAPH.sub("", _AROUND_DOT.sub(DOT, text))


def is_same_name(one: str, other: str) -> bool:
    """Whether both names are the same; see the module."""
    return canonical_name(one) == canonical_name(other)
