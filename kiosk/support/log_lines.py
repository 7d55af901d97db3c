"""The kiosk's lines in journald, for the support bundle."""

from __future__ import annotations

import re
import shutil
import subprocess

IDENTIFIER = "qianzhu-kiosk"
"""`SyslogIdentifier=` in kiosk.service."""

WITHIN_S = 30.0
MOST_LINES = 50_000
_PATH = "/usr/bin:/bin"
_LONG_NUMBER = re.compile(rb"(?<![0-9A-Fa-f.-])[0-9]{11,18}[0-9Xx]?(?![0-9A-Fa-f])")
"""Telephone, permit and identity numbers. The kiosk logs none; a library's line might."""


class NoLines(Exception):
    """There is no log. The text is one line that says why."""


def log_lines(days: int) -> bytes:
    """The last lines of the last `days` days. Raises `NoLines`."""
    program = shutil.which("journalctl", path=_PATH)
    if program is None:
        raise NoLines("this machine has no journalctl")
    command = [program, "--quiet", "--no-pager", f"--identifier={IDENTIFIER}", f"--since=-{days}d"]
    command += [f"--lines={MOST_LINES}", "--output=short-iso-precise"]
    try:
        said = subprocess.run(
            command, capture_output=True, timeout=WITHIN_S, check=False, env={"LC_ALL": "C", "PATH": _PATH}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoLines(f"journalctl did not answer ({type(error).__name__})") from error
    if said.returncode != 0 or not said.stdout.strip():
        why = said.stderr.decode("utf-8", errors="replace").strip().partition("\n")[0]
        raise NoLines(why or f"journald has no line of {IDENTIFIER} that this user may read; root may read all")
    return without_long_numbers(said.stdout)


def without_long_numbers(text: bytes) -> bytes:
    """`text` with a mark in the place of each number that may be a person's."""
    return _LONG_NUMBER.sub(b"[number]", text)
