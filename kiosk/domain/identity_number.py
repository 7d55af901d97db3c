"""Check characters of the numbers on identity cards."""

from __future__ import annotations

from datetime import date

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


def check_character(first_seventeen: str) -> str:
    """The 18th character of a citizen identification number.

    Also of the numbers that start with 81, 82, 83 and of 18-character permanent-residence numbers that start with 9.
    Source: GB 11643 (weights, modulus 11, X for ten). Raises ValueError for anything but 17 digits.
    """
    if len(first_seventeen) != 17 or not first_seventeen.isascii() or not first_seventeen.isdigit():
        raise ValueError("17 digits expected")
    total = sum(int(digit) * weight for digit, weight in zip(first_seventeen, _WEIGHTS, strict=True))
    return _CHECK[total % 11]


def is_valid_number(number: str) -> bool:
    """Whether an 18-character number has a real date of birth and the right check character (GB 11643).

    No table of area codes is consulted: areas are renamed and abolished, and 81, 82, 83 and 9 are none.
    """
    if len(number) != 18 or not number.isascii() or not number[:17].isdigit():
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return number[17] == check_character(number[:17])
