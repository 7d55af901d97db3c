"""`python -m kiosk central kiosks | gaps | staff-calls | accept-journal`: the kiosks' states, missing calls, calls for
staff, and accepting a journal that began again.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from drivers.command_numbers import whole
from drivers.standard_streams import json_text
from kiosk.reference_central import gaps, heartbeats, opening, staff_calls
from kiosk.reference_central.clock import system_clock

Run = Callable[[argparse.Namespace], int]


def register(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    leaf: Callable[[argparse._SubParsersAction[argparse.ArgumentParser], str, Run, str], argparse.ArgumentParser],
) -> None:
    """Add the verbs. `leaf` makes a verb with `--database`. All end with status 1 where somebody should look."""
    leaf(verbs, "kiosks", _kiosks, "the state of every kiosk by its last heartbeat, a line of JSON each")
    missing = leaf(verbs, "gaps", _gaps, "numbered calls of kiosks that never came, or came with a number used before")
    missing.add_argument(
        "--minutes",
        type=whole("minutes", 0, 366 * 24 * 60),
        default=round(gaps.OVERTAKEN_FOR.total_seconds() / 60),
        help="missing for longer",
    )
    called = leaf(
        verbs, "staff-calls", _staff_calls, "residents who asked for staff, newest first, a line of JSON each"
    )
    called.add_argument(
        "--minutes",
        type=whole("minutes", 1, 30 * 24 * 60),
        default=round(staff_calls.LATELY.total_seconds() / 60),
        help="within the last so many",
    )
    accept = leaf(
        verbs, "accept-journal", _accept_journal, "accept that a kiosk's journal began again, and forget its head"
    )
    accept.add_argument("kiosk")


def _kiosks(args: argparse.Namespace) -> int:
    database = opening.to_read(args.database)
    with database.reading() as session:
        standing = heartbeats.standing(session, system_clock())
    database.close()
    _print(standing)
    return 1 if any(line["alarms"] for line in standing) else 0


def _gaps(args: argparse.Namespace) -> int:
    database = opening.to_read(args.database)
    with database.reading() as session:
        missing = gaps.gaps(session, system_clock(), timedelta(minutes=args.minutes))
        twice = gaps.reused(session)
    database.close()
    _print(
        [
            {
                "kiosk": gap.kiosk_id,
                "first": gap.first,
                "last": gap.last,
                "since": gap.since.isoformat(timespec="seconds"),
            }
            for gap in missing
        ]
    )
    _print([{"kiosk": each.kiosk_id, "number": each.number, "keys": each.keys} for each in twice])
    return 1 if missing or twice else 0


def _staff_calls(args: argparse.Namespace) -> int:
    database = opening.to_read(args.database)
    with database.reading() as session:
        calls = staff_calls.lately(session, system_clock(), timedelta(minutes=args.minutes))
    database.close()
    _print(calls)
    return 1 if calls else 0


def _accept_journal(args: argparse.Namespace) -> int:
    database = opening.to_change(args.database)
    known = database.write(lambda session: heartbeats.accept_journal(session, args.kiosk))
    database.close()
    if not known:
        sys.stderr.write(f"{args.kiosk}: no journal is known\n")
    return 0 if known else 1


def _print(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        sys.stdout.write(json_text(line) + "\n")
