"""Hex as people paste it, for the command lines that decode."""

from __future__ import annotations

import re

_DECORATION = re.compile(r"0[xX]|\\x|[\s,;:\-\[\]{}()\"']")


def bytes_of_hex(text: str) -> bytes:
    """The bytes of hex with or without spaces, 0x, commas, brackets or quotes. Raises ValueError in words."""
    digits = _DECORATION.sub("", text)
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"not hex, or half a byte at the end ({len(digits)} digits)") from None
