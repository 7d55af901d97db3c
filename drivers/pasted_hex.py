"""Hex as people paste it, for the command lines that decode."""

from __future__ import annotations

import argparse
import re
import sys

_DECORATION = re.compile(r"0[xX]|\\x|[\s,;:\-\[\]{}()\"']")


def bytes_of_hex(text: str) -> bytes:
    """The bytes of hex with or without spaces, 0x, commas, brackets or quotes. Raises a readable ValueError."""
    digits = _DECORATION.sub("", text)
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"not hex, or half a byte at the end ({len(digits)} digits)") from None


def add_hex_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--hex`, which `pasted_bytes` reads."""
    parser.add_argument(
        "--hex",
        required=True,
        nargs="*",
        metavar="HEX",
        help="bytes in hex; spaces, commas, line breaks and 0x are allowed; - reads standard input",
    )


def pasted_bytes(args: argparse.Namespace) -> bytes:
    """The bytes of `--hex`, or of standard input. Raises ValueError with a readable message."""
    text = " ".join(args.hex)
    return bytes_of_hex(sys.stdin.read() if text.strip() in ("", "-") else text)
