"""How much of the traffic a command records, as every device's command line asks for it."""

from __future__ import annotations

import argparse

from drivers.transport.tracing import Detail


def add_detail_argument(parser: argparse.ArgumentParser, warning: str = "") -> None:
    """Add `--bytes`, read as `args.detail`: lengths only without it. `warning`: what the bytes are, if they are
    somebody's.
    """
    parser.add_argument(
        "--bytes",
        dest="detail",
        action="store_const",
        const=Detail.BYTES,
        default=Detail.LENGTHS,
        help=f"record the bytes themselves{warning and f': {warning}'}",
    )
