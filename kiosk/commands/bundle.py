"""python -m kiosk bundle --to DIR | --open FILE --key KEY --to DIR"""

from __future__ import annotations

import argparse
import platform
import re
import sys
from pathlib import Path

from cryptography import x509

from assets import ASSETS
from drivers.command_numbers import whole
from kiosk.commands.run import DEFAULT_CONFIG
from kiosk.commands.secret_asked import asked
from kiosk.config.settings import Config, read_config
from kiosk.config.settings_table import Mistake
from kiosk.data_files.operator_certificate import operator_certificate
from kiosk.data_files.pem_text import CertificateFileError
from kiosk.diagnostics.checks import diagnose
from kiosk.domain.clock import SystemClock
from kiosk.support.bundle_file import ENDING, NotWritten, packed, unpacked, write_members, write_whole
from kiosk.support.contents import Wanted, collect
from kiosk.support.sealing import NotOpened, certificate_beside, opened, operator_key, sealed
from kiosk.support.traces import NoTrace, trace_without_content

DONE, FAILED, BAD_USE = 0, 1, 2
USUAL_DAYS, MOST_DAYS = 14, 60
LARGEST_SEALED = 1_000_000_000

_MORE = """\
A bundle holds versions, the configuration without secrets, what `diagnose` and the running kiosk say, counters, the
journal's steps and stories, a month's statistics and the log. It holds no personal data and no key. Only the operator
can open it: `[support] certificate` names for whom it is encrypted. A kiosk that runs goes on running.

exit status:
  0  done; the path of what was written is printed
  1  nothing was written, and one line says why
  2  no certificate, or a wrong argument

examples:
  python -m kiosk bundle --to /media/stick                            at the kiosk, as root or as the kiosk's user
  python -m kiosk bundle --to /media/stick --days 60 --trace reader.jsonl
  python -m kiosk bundle --open FILE.p7m --key operator.key --certificate operator.pem --to .     at the operator's
  openssl cms -decrypt -inform DER -in FILE.p7m -inkey operator.key -out bundle.zip               without this program
"""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `bundle`."""
    parser = subparsers.add_parser(
        "bundle",
        help="one encrypted file with all that the operator needs to find a fault; or open one",
        description="Writes one file for the operator, encrypted; or opens one.",
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help=f"configuration (default {DEFAULT_CONFIG})")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="the directory to write into")
    parser.add_argument(
        "--certificate", type=Path, metavar="FILE", help="the operator's certificate, instead of the configuration's"
    )
    parser.add_argument(
        "--days",
        type=whole("days", 1, MOST_DAYS),
        default=USUAL_DAYS,
        metavar="N",
        help=f"how far back log and steps of the journal go (default {USUAL_DAYS})",
    )
    parser.add_argument(
        "--trace", type=Path, action="append", default=[], metavar="FILE", help="a trace of lengths only; repeatable"
    )
    parser.add_argument("--open", type=Path, metavar="FILE", help="unpack this bundle into a new directory of DIR")
    parser.add_argument("--key", type=Path, metavar="FILE", help="with --open: the operator's private key")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write or open a bundle; the exit status."""
    if (args.open is None) != (args.key is None):
        print("bundle: --open FILE and --key KEY belong together", file=sys.stderr)
        return BAD_USE
    try:
        return _make(args) if args.open is None else _open(args)
    except CertificateFileError as error:
        print("\n".join(error.mistakes), file=sys.stderr)
        return BAD_USE
    except (NotWritten, NoTrace) as error:
        print(error, file=sys.stderr)
        return FAILED


def _make(args: argparse.Namespace) -> int:
    config, mistakes = read_config(args.config, ASSETS)
    certificate_file = args.certificate or _configured(config, mistakes)
    if certificate_file is None:
        print(
            f"{args.config}: nobody to encrypt for: [support] certificate is missing or wrong there; add it, or name"
            " the operator's certificate with --certificate FILE",
            file=sys.stderr,
        )
        return BAD_USE
    certificate, clock = operator_certificate(certificate_file), SystemClock()
    now = clock.now()
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        _say(f"{certificate_file}: is not valid today; the operator may have no key for it any more")
    traces = {f"{at}-{_plain(path.name)}": trace_without_content(path) for at, path in enumerate(args.trace, start=1)}
    wanted = Wanted(args.days, traces)
    _demand_directory(args.to)
    contents = collect(config, args.config, wanted, now, lambda: diagnose(config, mistakes, clock, tell=_say), _say)
    named = _plain(contents.kiosk_name) or _plain(platform.node()) or "unnamed"
    name = f"qianzhu-kiosk-{named}-{now:%Y%m%d-%H%M%S}{ENDING}"
    written = write_whole(args.to, name, sealed(packed(contents.with_manifest()), certificate))
    for what, why in contents.left_out.items():
        _say(f"left out: {what}: {why}")
    print(written)
    return DONE


def _configured(config: Config, mistakes: tuple[Mistake, ...]) -> Path | None:
    is_wrong = any(mistake.key in ("", "support", "support.certificate") for mistake in mistakes)
    return None if is_wrong else config.support_certificate


def _demand_directory(path: Path) -> None:
    """Fail before a minute of work is done for nothing. Raises `NotWritten`."""
    if not path.is_dir():
        raise NotWritten(f"{path}: is no directory; is the stick mounted?")


def _open(args: argparse.Namespace) -> int:
    key = operator_key(args.key, lambda: asked(f"pass phrase of {args.key.name}: "))
    certificate = _certificate_to_open_with(args)
    if certificate is None:
        print(
            f"{args.key}: the certificate of this key is needed too: name it with --certificate FILE", file=sys.stderr
        )
        return BAD_USE
    try:
        with args.open.open("rb") as file:
            content = file.read(LARGEST_SEALED)
        manifest, members = unpacked(opened(content, certificate, key))
    except OSError as error:
        print(f"{args.open}: {error.strerror}", file=sys.stderr)
        return FAILED
    except NotOpened as error:
        print(f"{args.open}: {error}", file=sys.stderr)
        return FAILED
    _demand_directory(args.to)
    print(write_members(args.to, args.open.stem, members))
    for what, why in manifest.get("left_out", {}).items():
        _say(f"the kiosk left out: {what}: {why}")
    return DONE


def _certificate_to_open_with(args: argparse.Namespace) -> x509.Certificate | None:
    if args.certificate is not None:
        return operator_certificate(args.certificate)
    if (beside := certificate_beside(args.key)) is not None:
        return beside
    configured = _configured(*read_config(args.config, ASSETS)) if args.config.is_file() else None
    return None if configured is None else operator_certificate(configured)


def _plain(name: str) -> str:
    """`name` as every file system takes it."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:60]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
