"""Makes output work in every shell: a character that its encoding lacks is escaped, and a closed stream is replaced by
the null device.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import sys


def escape_what_cannot_be_shown() -> None:
    """Make standard output and error write `\\u7b7e` for a character that the shell's encoding does not have.

    The encoding stays the shell's own: UTF-8 on a terminal with GBK or Latin-1 is unreadable, and may contain its
    control codes. An escape loses nothing, even of a Chinese text in an ASCII shell.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def stand_in_for_closed_streams() -> None:
    """Open the null device for a missing standard input, output or error. Otherwise the next opened file would get the
    free number, and output of C code would be written into it. Call before any file is opened.
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
    """`value` as JSON for standard output, with JSON's own escapes where the output is not UTF-8, so that a program can
    read it.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return json.dumps(value, ensure_ascii=codecs.lookup(encoding).name != "utf-8", indent=indent)
