"""What all commands have in common: a strict parser, and no traceback when output fails or Ctrl-C comes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import Any

INTERRUPTED = 130
"""The exit status of a shell's command that SIGINT ended: 128 and the signal's number."""
NOT_DONE = 2


class CommandParser(argparse.ArgumentParser):
    """A parser that takes no abbreviated options, because an option may be one that cannot be undone. Its subparsers
    are of the same class.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"allow_abbrev": False, **kwargs})


def outcome_of(run: Callable[[], int]) -> int:
    """Run a command; its exit status. A reader that has closed its end of a pipe is content with what it read; output
    that cannot be written is told in one line.
    """
    try:
        status = run()
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return 0
    except OSError as error:
        if not _output_fails():
            raise
        _drop_output()
        print(f"standard output: {error.strerror}", file=sys.stderr)
        return NOT_DONE
    return status


def _output_fails() -> bool:
    """Whether not even the end of a line can be written to standard output."""
    try:
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), b"\n")
    except OSError:
        return True
    return False


def _drop_output() -> None:
    """Let the rest go nowhere: Python flushes it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
