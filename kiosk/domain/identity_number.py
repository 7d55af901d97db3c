"""Numbers of persons and permits: their one canonical form, and the check character of GB 11643.

A number is made canonical once, where it comes in: from the identity reader, a chip, central, a request or a file. All
other code compares and stores canonical numbers.
"""

from __future__ import annotations

from datetime import date
from typing import NewType

IdentityNumber = NewType("IdentityNumber", str)
"""A person's number in canonical form; only `identity_number` makes one."""

PermitNumber = NewType("PermitNumber", str)
"""The number on a residence permit in canonical form; only `permit_number` makes one."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"

# GB 11643 calls the check character for ten the Roman numeral X; GB 2312 has a character of its own for that numeral.
_ONE_FORM = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x2169: "X", 0x2179: "X"}
_UNSEEN_AT_ENDS = "\0\u200b\u200c\u200d\u2060\ufeff"


def canonical_number(text: str) -> str:
    """The one form of a number: ASCII instead of full width, capital letters, no blanks at its ends.

    Blanks inside are kept, so that such a number is found to be wrong. Not for texts that distinguish case.
    """
    while (stripped := text.strip().strip(_UNSEEN_AT_ENDS)) != text:
        text = stripped
    return text.translate(_ONE_FORM).upper()


def identity_number(text: str) -> IdentityNumber:
    """The canonical form of a person's number from outside. It is not validated: see `is_valid_number`."""
    return IdentityNumber(canonical_number(text))


def permit_number(text: str) -> PermitNumber:
    """The canonical form of a permit's number from outside."""
    return PermitNumber(canonical_number(text))


def check_character(first_seventeen: str) -> str:
    """The 18th character of a citizen identification number.

    Also for numbers that start with 81, 82, 83 and for 18-character permanent-residence numbers that start with 9.
    Source: GB 11643 (weights, modulus 11, X for ten). Raises ValueError for anything but 17 digits.
    """
    if len(first_seventeen) != 17 or not first_seventeen.isascii() or not first_seventeen.isdigit():
        raise ValueError("17 digits expected")
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _CHECK[total % 11]


def is_valid_number(number: IdentityNumber) -> bool:
    """Whether an 18-character number has a real date of birth and the right check character (GB 11643).

    Area codes are not checked, because areas are renamed and abolished, and 81, 82, 83 and 9 are no areas.
    """
    if len(number) != 18 or not number.isascii() or not number[:17].isdigit():
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return number[17] == check_character(number[:17])
