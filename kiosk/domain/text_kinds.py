"""What a text that comes from outside may be: the one table of its kinds, each with an alphabet and a length.

A text comes from an identity card, from a permit's chip, from central, from a scanner, or from a file that people edit.
It is checked once, where it comes in: central's values and what is told to central by `kiosk.central.contract_values`,
which is made of these kinds; files by their readers. What does not fit is refused there (an answer is garbage, a permit
cannot be told to central, a file has a mistake), so that nothing behind needs to ask again.

Every kind is one line. No part of a line are:

- controls, and the separators of lines and paragraphs (U+2028, U+2029): they would end the line;
- the characters that turn the order of others round (U+202A to U+202E, U+2066 to U+2069; Unicode UAX 9): what is read
  would be another text than what is written on the chip;
- U+FFF9 to U+FFFD (annotations, objects, and the mark of a character that was lost), and the code points that are never
  characters (U+FDD0 to U+FDEF, U+FFFE, U+FFFF);
- half a character (a surrogate), which no encoding has.

Part of a line are joiners, direction marks and variation selectors, which have no shape of their own; private use,
which GBK and GB 18030 used for characters of names and addresses; and characters that no font here has. What of them
cannot be drawn is shown as 〓 and told before anything is printed (`Drawable`).

What is to be written is stricter than what was read (`can_be_confirmed`): a holder confirms what the page shows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kiosk.domain.visible_text import is_visible

# Read by Python, by Rust's regex (pydantic) and by ECMA 262 (the OpenAPI document) in the same way.
_NO_PART_OF_A_LINE = "\\u0000-\\u001F\\u007F-\\u009F\\u2028-\\u202E\\u2066-\\u2069\\uFDD0-\\uFDEF\\uFFF9-\\uFFFF"
_ODD = re.compile(f"[{_NO_PART_OF_A_LINE}\\uD800-\\uDFFF]")


@dataclass(frozen=True, slots=True)
class TextKind:
    """One kind of text. `pattern`: of the whole text, anchored; `longest`: in characters."""

    pattern: str
    longest: int

    def flaw_of(self, text: str) -> str | None:
        """What is wrong with `text`, without repeating it; None where it is of this kind."""
        if len(text) > self.longest:
            return f"has {len(text)} characters; at most {self.longest} are wanted"
        if (odd := _ODD.search(text)) is not None:
            return f"holds U+{ord(odd[0]):04X} (character {odd.start() + 1}), which is no part of one line"
        # `$` of Python would let a line feed at the end pass; none is left here.
        return None if re.search(self.pattern, text) else f"does not match {self.pattern}"


def line(longest: int) -> TextKind:
    """A free line of at most `longest` characters."""
    return TextKind(f"^[^{_NO_PART_OF_A_LINE}]*$", longest)


# Default_Ignorable_Code_Point of Unicode 15 (DerivedCoreProperties.txt), and the blank of Braille: no line shows them.
_HAS_NONE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u200b\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_HIDDEN = re.compile(f"[{_HAS_NONE}]")


def can_be_confirmed(text: str) -> bool:
    """Whether somebody who sees `text` knows what it is: it shows a character at least, and hides none. Joiners, marks
    of direction and variation selectors change how their neighbours look; soft hyphens, blanks without a width, fillers
    and tags do nothing that is seen.
    """
    return is_visible(text) and _HIDDEN.search(text) is None


CODE = TextKind(r"^[a-z][a-z0-9_]{0,63}$", 64)
"""A stable code or key. Only one that a catalogue lists reaches journal and log; any other is read as `other`."""

QUOTED_NUMBER = TextKind(r"^[0-9A-Za-z][0-9A-Za-z/.-]{0,31}$", 32)
"""A number that is quoted on the telephone, printed, and drawn as a two-dimensional code."""

PERSON_NAME = line(60)
ADDRESS = line(80)
AUTHORITY = line(40)
CATEGORY = line(20)
STATION = line(80)

KIOSK_NAME = line(40)
"""One line of the narrowest paper."""

PLACE_IN_A_SENTENCE = line(120)
"""Where residents go, as the configuration says it in the middle of a sentence that must be read before confirming."""

TEXT_OF_A_FILE = line(500)
"""What residents are shown from a region file, from the configuration or from a language's file: one paragraph."""
