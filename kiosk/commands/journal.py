"""python -m kiosk journal story | statistics | verify | head | backup | restore | purge | accept [--config FILE]"""

from __future__ import annotations

import argparse
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from assets import ASSETS
from drivers.command_numbers import whole
from kiosk.commands import journal_telling
from kiosk.commands.run import DEFAULT_CONFIG
from kiosk.config.settings import LEAST_KEPT_DAYS, MOST_KEPT_DAYS, Config, ConfigError, load_config
from kiosk.domain.clock import SystemClock
from kiosk.journal import file as journal_file
from kiosk.journal import retention as keeping
from kiosk.journal.backup import NotRestored, back_up, restore
from kiosk.journal.chain import HASHES, BreakKind, Head, Verdict
from kiosk.journal.journal import Journal, JournalFailed
from kiosk.journal.retention import NothingPurged
from kiosk.journal.state_lock import StateHeld, StateLock, demand_own
from kiosk.journal.verification import verify_file
from kiosk.runtime.progress_reporter import ProgressReporter

INTACT, BROKEN, UNUSABLE = 0, 1, 2
_STEP = re.compile(r"[0-9]{1,18}", re.ASCII)
_HASHED = re.compile(r"[0-9a-f]{64}", re.ASCII)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `journal`."""
    parser = subparsers.add_parser(
        "journal",
        help="a visit's story, a month's statistics; verify, back up, restore or purge the journal",
        description="All but restore may be used while the kiosk runs. Exit status: 0 done, and the journal is valid; "
        "1 it is not, or the command was refused; 2 there is no journal.",
    )
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="verb")
    journal_telling.add_verbs(lambda name, carry_out, **about: _verb(verbs, name, carry_out, **about))
    verify = _verb(verbs, "verify", _verify, "verify the whole chain, of the journal or of a copy")
    verify.add_argument(
        "looked_at", type=Path, nargs="?", metavar="FILE", help="a copy, instead of the kiosk's journal"
    )
    verify.add_argument(
        "--told", type=_head, metavar="NUMBER:HASH:HEX", help="also compare it with the head that central knows"
    )
    _verb(verbs, "head", _head_of, "the newest step, as central is told it: NUMBER:HASH:HEX")
    _verb(verbs, "backup", _back_up, "copy the journal into a new file, also while the kiosk runs").add_argument(
        "copy", type=Path, metavar="FILE", help="must not exist yet"
    )
    _verb(
        verbs,
        "restore",
        _restore,
        "replace the journal by a backup, and keep the old one under another name; the kiosk must not run",
    ).add_argument("looked_at", type=Path, metavar="FILE", help="a file that `backup` wrote")
    purge = _verb(verbs, "purge", _purge, "delete records that are too old, if central confirms the time")
    purge.add_argument(
        "--keep-days",
        type=whole("days", LEAST_KEPT_DAYS, MOST_KEPT_DAYS),
        metavar="DAYS",
        help=f"instead of the days in the configuration; {LEAST_KEPT_DAYS} to {MOST_KEPT_DAYS}",
    )
    purge.add_argument("--even-so", action="store_true", help="the clock is right, though central does not confirm it")
    _verb(verbs, "accept", _accept, "accept a broken journal as valid from here on; a copy is kept beside it")
    for verb in verbs.choices.values():  # as other commands have it, behind the verb; before it too, as it was
        verb.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Carry out one verb; its exit status."""
    try:
        config = load_config(args.config, ASSETS)
    except ConfigError as error:
        print("\n".join(error.mistakes), file=sys.stderr)
        return UNUSABLE
    path = config.state_dir / "journal.db"
    verb: Callable[[Config, Path, argparse.Namespace], int] = args.carry_out
    looked_at: Path = getattr(args, "looked_at", None) or path
    if not looked_at.is_file():
        print(f"{looked_at}: there is no journal", file=sys.stderr)
        return UNUSABLE
    try:
        if path.is_file():
            demand_own(path)
        return verb(config, path, args)
    except (StateHeld, NotRestored) as error:
        print(error, file=sys.stderr)
        return BROKEN
    except OSError as error:
        print(f"{error.filename or looked_at}: {error.strerror}", file=sys.stderr)
        return UNUSABLE
    except (JournalFailed, sqlite3.Error) as error:
        print(f"{looked_at}: {error}", file=sys.stderr)
        return UNUSABLE


def _verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    carry_out: Callable[[Config, Path, argparse.Namespace], int],
    summary: str,
    examples: str = "",
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(carry_out=carry_out)
    return parser


def _verify(config: Config, path: Path, args: argparse.Namespace) -> int:
    progress = ProgressReporter(lambda line: print(line, file=sys.stderr, flush=True))
    looked_at: Path = args.looked_at or path
    is_alone = not (path.exists() and looked_at.samefile(path))
    if is_alone and journal_file.has_log(looked_at):
        demand_own(looked_at)  # SQLite creates a file beside it
    return _tell(verify_file(looked_at, config.journal.hash, args.told, progress, is_alone=is_alone))


def _tell(verdict: Verdict) -> int:
    behind = f" behind step {verdict.anchor}" if verdict.anchor else ""
    print(f"{verdict.verified} steps hold together{behind}; the newest is {verdict.head}")
    if verdict.broken is None:
        return INTACT
    print(f"BROKEN: {verdict.broken}")
    if verdict.broken.kind is BreakKind.LOG_MISSING:
        print(
            "The file was in use, and its log (-wal) with the newest steps is missing: the file was copied without it, "
            "or the log was removed. Make copies with `journal backup`."
        )
    return BROKEN


def _head_of(config: Config, path: Path, _: argparse.Namespace) -> int:
    with closing(Journal.to_read(path, SystemClock().now, config.journal.hash)) as journal:
        print(journal.head())
    return INTACT


def _back_up(config: Config, path: Path, args: argparse.Namespace) -> int:
    return _tell(back_up(path, args.copy, config.journal.hash))


def _restore(config: Config, path: Path, args: argparse.Namespace) -> int:
    lock = StateLock.take(config.state_dir, "journal restore")
    try:
        aside = restore(args.looked_at, path, SystemClock().now, config.journal.hash)
    finally:
        lock.release()
    print(f"{args.looked_at} is the journal now" + ("" if aside is None else f"; the one before is {aside.name}"))
    return _tell(verify_file(path, config.journal.hash))


def _purge(config: Config, path: Path, args: argparse.Namespace) -> int:
    keep = timedelta(days=config.journal.keep_days if args.keep_days is None else args.keep_days)
    if not args.even_so and (why_not := _unconfirmed(config)) is not None:
        print(
            f"nothing was forgotten: this machine says that it is {SystemClock().now():%Y-%m-%d %H:%M}, and central"
            f" does not confirm it ({why_not}). Mend the clock or the line; if you know that the clock is right, say"
            " --even-so",
            file=sys.stderr,
        )
        return BROKEN
    with opened_to_write(config, path) as journal:
        try:
            print(f"{keeping.purge(journal, SystemClock().now(), keep)} steps forgotten")
        except NothingPurged as error:
            print(error, file=sys.stderr)
            return BROKEN
    return INTACT


def _unconfirmed(config: Config) -> str | None:
    """Why the clock is not confirmed; None if central confirms it now."""
    from kiosk.diagnostics import central_checks
    from kiosk.diagnostics.finding import Outcome

    (found,) = central_checks.clock(config, SystemClock())
    return None if found.outcome is Outcome.OK else found.detail


def _accept(config: Config, path: Path, _: argparse.Namespace) -> int:
    with opened_to_write(config, path) as journal:
        broken = journal.verify().broken
        if broken is None:
            print("nothing to accept: the journal holds together", file=sys.stderr)
            return BROKEN
        copy = path.with_name(f"journal-broken-{SystemClock().now():%Y%m%d%H%M%S}.db")
        keeping.accept(journal, broken, copy)
        print(f"{broken}: accepted, and copied to {copy.name}")
        return _tell(journal.verify())


@contextmanager
def opened_to_write(config: Config, path: Path) -> Iterator[Journal]:
    """The journal, to write to it while a kiosk is running or while none is."""
    try:
        lock = StateLock.take(config.state_dir, "a journal command")
    except StateHeld:
        lock = None  # the running kiosk has marked the file as in use, and completes it when it ends
    try:
        with closing(Journal(path, SystemClock().now, config.journal.hash)) as journal:
            if lock is not None:
                journal.take_over()
            yield journal
    finally:
        if lock is not None:
            lock.release()


def _head(text: str) -> Head:
    number, _, rest = text.partition(":")
    name, _, hashed = rest.partition(":")
    for known in HASHES:
        if name == known and _STEP.fullmatch(number) and _HASHED.fullmatch(hashed):
            return Head(int(number), known, hashed)
    raise argparse.ArgumentTypeError(f"{text!r} is not NUMBER:{'|'.join(HASHES)}:HEX")
