"""The command-line option for how much of the traffic is recorded, the same for every device."""

from __future__ import annotations

import argparse

from drivers.transport.tracing import Detail


def add_detail_argument(parser: argparse.ArgumentParser, warning: str = "") -> None:
    """Add `--bytes`, read as `args.detail`; without it only lengths are recorded. `warning`: for help texts where the
    bytes are personal.
    """
    parser.add_argument(
        "--bytes",
        dest="detail",
        action="store_const",
        const=Detail.BYTES,
        default=Detail.LENGTHS,
        help=f"record the bytes themselves{warning and f': {warning}'}",
    )
