"""The envelope of a code: the prefix and suffix that a scanner is set to add, and the symbology identifier."""

from __future__ import annotations

import re
from dataclasses import dataclass

from drivers.code_scanner.base import BadScan, Flaw, Found, ScannedCode

# ISO/IEC 15424: a bracket, a letter for the symbology, a modifier.
_IDENTIFIER = re.compile(r"\]([A-Za-z][0-9A-Za-z])")

IDENTIFIERS = ("never", "optional", "required")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The envelope of codes. `identifier`: one of `IDENTIFIERS`; with "never" a leading `]Q1` belongs to the code."""

    prefix: str
    suffix: str
    identifier: str
    max_characters: int

    def longest(self) -> int:
        """Characters of the longest line that can hold a code: prefix, identifier, code, suffix."""
        return len(self.prefix) + len("]Q1") + self.max_characters + len(self.suffix)

    def opened(self, line: str) -> Found:
        """The code within a line, or why there is none."""
        if not line.isprintable():
            return BadScan(Flaw.NOT_PRINTABLE, len(line))
        if not line.startswith(self.prefix):
            return BadScan(Flaw.PREFIX, len(line))
        inner = line[len(self.prefix) :]
        if not inner.endswith(self.suffix):
            return BadScan(Flaw.SUFFIX, len(line))
        inner = inner[: len(inner) - len(self.suffix)]
        symbology: str | None = None
        if self.identifier != "never":
            found = _IDENTIFIER.match(inner)
            if found is not None:
                symbology, inner = found[1], inner[found.end() :]
            elif self.identifier == "required":
                return BadScan(Flaw.SYMBOLOGY, len(line))
        if len(inner) > self.max_characters:
            return BadScan(Flaw.OVERLONG, len(line))
        return ScannedCode(inner, symbology) if inner else BadScan(Flaw.UNFINISHED, len(line))
