"""A mistake of a data file as one line for people, however long or odd the value that it repeats."""

from __future__ import annotations

LONGEST_LINE = 400      # a value of a thousand characters stands in the file and need not be repeated


def readable_line(mistake: str) -> str:
    """`mistake` in at most `LONGEST_LINE` characters, all of which can be shown."""
    whole = "".join(character if character.isprintable() else "?" for character in mistake)
    return whole if len(whole) <= LONGEST_LINE else f"{whole[:LONGEST_LINE - 1]}…"
