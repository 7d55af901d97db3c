"""The check whether a text shows anything."""

from __future__ import annotations

import unicodedata

_HAS_NO_SHAPE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
"""General categories without a shape of their own: controls, joiners, direction marks, blanks, combining marks."""

_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that are blank though their category is letter or symbol: Hangul fillers and the blank Braille pattern."""


def is_visible(text: str) -> bool:
    """Whether at least one character of `text` has a shape of its own."""
    return any(unicodedata.category(each) not in _HAS_NO_SHAPE and each not in _BLANK_LETTERS for each in text)
