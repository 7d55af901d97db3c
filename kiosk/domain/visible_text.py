"""Whether a text shows anything at all."""

from __future__ import annotations

import unicodedata

_HAS_NO_SHAPE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me"})
"""General categories: controls, joiners and direction marks, blanks, and marks, which want something to stand on."""

_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and a symbol by their category, and blank: the fillers of Hangul, the Braille pattern without a dot."""


def is_visible(text: str) -> bool:
    """Whether at least one character of `text` has a shape of its own."""
    return any(unicodedata.category(each) not in _HAS_NO_SHAPE and each not in _BLANK_LETTERS for each in text)
