"""What is printed reaches every shell: a character that its encoding does not have is written as an escape; a stream
that the shell closed is one that swallows.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import sys


def escape_what_cannot_be_shown() -> None:
    """Have standard output and error write `\\u7b7e` for a character that the shell's encoding does not have.

    The encoding stays the shell's own: bytes of UTF-8 on a terminal that speaks GBK or Latin-1 are noise, and may hold
    its control codes. An escape loses nothing, and an ASCII shell can still be told what a Chinese text says.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def stand_in_for_closed_streams() -> None:
    """Put the null device where the caller gave no standard input, output or error. The next file that is opened would
    get the free number otherwise, and what C code prints would be written into it. Call before anything is opened.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number (POSIX: open)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 -- open until the process ends
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 -- open until the process ends


def json_text(value: object, indent: int | None = None) -> str:
    """`value` as JSON for standard output: JSON's own escapes where the output is not UTF-8, for a program must be able
    to read it.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return json.dumps(value, ensure_ascii=codecs.lookup(encoding).name != "utf-8", indent=indent)
