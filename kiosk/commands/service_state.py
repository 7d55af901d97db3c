"""python -m kiosk service-state [--out-of-service REASON | --resume] [--config FILE]"""

from __future__ import annotations

import argparse
from pathlib import Path

from kiosk.commands import journal as journal_command
from kiosk.commands.run import DEFAULT_CONFIG
from kiosk.commands.shell_user import shell_user
from kiosk.config.settings import Config
from kiosk.domain.clock import SHANGHAI, SystemClock
from kiosk.domain.service_state import Closing, ClosingReason
from kiosk.services.service_state import NAME, closing_kept_in, keep

CHANGED = "ServiceStateSet"
"""Note: people closed the machine, or opened it, from a shell."""

_MORE = """\
reasons, as residents read them in their language:
  cleaning, maintenance, paper, moving

examples:
  python -m kiosk service-state                              is it closed, why, since when, by whom
  python -m kiosk service-state --out-of-service cleaning    closed, also after a restart
  python -m kiosk service-state --resume                     open again

A running kiosk heeds it within half a minute. A visit is never interrupted: it ends first.
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `service-state`."""
    parser = subparsers.add_parser(
        "service-state",
        help="close the machine to residents for a reason, or open it again",
        description="Says whether people have closed the machine, or closes or opens it. May be used while the kiosk\n"
        "runs and while it does not.",
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    wish = parser.add_mutually_exclusive_group()
    reasons = [reason.value for reason in ClosingReason]
    wish.add_argument("--out-of-service", metavar="REASON", choices=reasons, help="close it: " + ", ".join(reasons))
    wish.add_argument("--resume", action="store_true", help="open it again")
    parser.set_defaults(run=journal_command.run, carry_out=_change_or_print)


def _change_or_print(config: Config, path: Path, args: argparse.Namespace) -> int:
    kept = config.state_dir / NAME
    if args.resume or args.out_of_service:
        user = shell_user()
        closing = None
        if args.out_of_service:
            closing = Closing(ClosingReason(args.out_of_service), f"user {user}", SystemClock().now())
        with journal_command.opened_to_write(config, path) as journal:
            journal.note(CHANGED, {"service_state": args.out_of_service or "open", "user": user})
            keep(kept, closing)
    print(_line(closing_kept_in(kept)))
    return 0


def _line(closing: Closing | None) -> str:
    if closing is None:
        return "open to residents, unless a fault closes it (`python -m kiosk status`)"
    if closing.at is None:
        return f"out of service: {closing.reason.value} (its file is spoilt, so nobody knows who closed it and why)"
    since = closing.at.astimezone(SHANGHAI)
    return f"out of service: {closing.reason.value}, since {since:%Y-%m-%d %H:%M}, by {closing.by}"
