"""The kinds of text that may come from outside, in one table, each with an alphabet and a length.

A text comes from an identity card, a permit's chip, central, a scanner, or a file that people edit. It is checked once,
where it comes in: values from and to central by `kiosk.central.contract_values`, which is made of these kinds; files by
their readers. A text that does not fit is refused there (an answer is garbage, a permit cannot be sent to central, a
file has a mistake), so that no other code needs to check.

Every kind is one line. No part of a line are:

- controls, and the separators of lines and paragraphs (U+2028, U+2029): they would end the line;
- the characters that change the order of others (U+202A to U+202E, U+2066 to U+2069; Unicode UAX 9): a reader would
  see another text than the one on the chip;
- U+FFF9 to U+FFFD (annotations, objects, and the mark of a character that was lost), and the code points that are never
  characters (U+FDD0 to U+FDEF, U+FFFE, U+FFFF);
- surrogates (half characters), which no encoding has.

Parts of a line are joiners, direction marks and variation selectors, which have no shape of their own; private use,
which GBK and GB 18030 used for characters of names and addresses; and characters that no font here has. A character
that cannot be drawn is shown as 〓, and reported before anything is printed (`Drawable`).

A text to be written is checked more strictly than one that was read (`can_be_confirmed`), because a holder confirms
what the page shows.
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
    """One kind of text. `pattern`: an anchored pattern of the whole text; `longest`: the most characters."""

    pattern: str
    longest: int

    def flaw_of(self, text: str) -> str | None:
        """What is wrong with `text`, without repeating it; None where the text is of this kind."""
        if len(text) > self.longest:
            return f"has {len(text)} characters; at most {self.longest} are wanted"
        if (odd := _ODD.search(text)) is not None:
            return f"holds U+{ord(odd[0]):04X} (character {odd.start() + 1}), which is no part of one line"
        # Python's `$` matches before a final line feed; the check above has excluded one.
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
    """Whether a reader sees all of `text`: it shows at least one character, and hides none. Joiners, direction marks
    and variation selectors are allowed, since they change how their neighbours look. Soft hyphens, zero-width blanks,
    fillers and tags are hidden characters.
    """
    return is_visible(text) and _HIDDEN.search(text) is None


CODE = TextKind(r"^[a-z][a-z0-9_]{0,63}$", 64)
"""A stable code or key. Only one that a catalogue lists reaches journal and log; any other is read as `other`."""

QUOTED_NUMBER = TextKind(r"^[0-9A-Za-z][0-9A-Za-z/.-]{0,31}$", 32)
"""A number that people quote; it is also printed, and drawn as a two-dimensional code."""

PERSON_NAME = line(60)
ADDRESS = line(80)
AUTHORITY = line(40)
CATEGORY = line(20)
STATION = line(80)

KIOSK_NAME = line(40)
"""The kiosk's name; it fits into one line of the narrowest paper."""

PLACE_IN_A_SENTENCE = line(120)
"""A place in the configuration's words, inside a sentence that is read before confirming."""

TEXT_OF_A_FILE = line(500)
"""One paragraph for residents, from a region file, the configuration or a language's file."""
