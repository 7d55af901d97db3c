"""What is printed reaches every shell: a character that its encoding does not have is written as an escape."""

from __future__ import annotations

import codecs
import io
import json
import sys


def escape_what_cannot_be_shown() -> None:
    """Have standard output and error write `\\u7b7e` for a character that the shell's encoding does not have.

    The encoding stays the shell's own: bytes of UTF-8 on a terminal that speaks GBK or Latin-1 are noise, and may hold
    its control codes. An escape loses nothing, and an ASCII shell can still be told what a Chinese text says.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def json_text(value: object, indent: int | None = None) -> str:
    """`value` as JSON for standard output: JSON's own escapes where the output is not UTF-8, for a program must be able
    to read it.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return json.dumps(value, ensure_ascii=codecs.lookup(encoding).name != "utf-8", indent=indent)
