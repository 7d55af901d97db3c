"""`python -m kiosk central serve | seed | purge | openapi | vectors | make-authority | issue-client | revoke | show`,
and the verbs that `review_command`, `kiosks_command` and `kiosk.central.check` add.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError

from drivers.command_numbers import whole
from drivers.device_file import DeviceFileError
from drivers.standard_streams import json_text
from kiosk.central.contract import LONGEST_GRANT
from kiosk.central.signatures import ALGORITHMS
from kiosk.commands import central_check as check_command
from kiosk.commands import central_kiosks as kiosks_command
from kiosk.commands import central_review as review_command
from kiosk.data_files.pem_text import CertificateFileError
from kiosk.policy.region_file import RegionFileError
from kiosk.reference_central import kiosks, opening, residents, retention, vectors
from kiosk.reference_central.authority import (
    CA_FILE,
    CENTRAL_KEY,
    DEMO_KIOSK,
    GRANT_KEYS,
    issue_client,
    make_authority,
)
from kiosk.reference_central.clock import system_clock
from kiosk.reference_central.database import NotCentrals
from kiosk.reference_central.hsm import KeyFileError
from kiosk.reference_central.listening import Proxy
from kiosk.reference_central.openapi_document import DOCUMENT, openapi_text
from kiosk.reference_central.peer_certificate import PeerCertificate
from kiosk.reference_central.reviewing import ReviewRefused
from kiosk.reference_central.server import CentralDidNotStart, ReferenceCentral
from kiosk.reference_central.settings import THREADS_WITH_POSTGRESQL, THREADS_WITH_SQLITE, CentralSettings
from kiosk.reference_central.tables import Application, ChipBatchRow, Endorsement, Kiosk, Permit
from kiosk.reference_central.wire_faults import FAULT_NAMES

DEFAULT_DATABASE = "sqlite:///central.db"
MOST_GRANT_MINUTES = round(LONGEST_GRANT.total_seconds()) // 60


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `central` and its verbs; each verb sets `run`."""
    central = subparsers.add_parser("central", help="the reference central: serve it, fill it, inspect it")
    verbs = central.add_subparsers(required=True, metavar="VERB")
    _register_serve(verbs)
    _with_database(_leaf(verbs, "seed", _seed, "write residents and permits from a JSON file")).add_argument(
        "file", type=Path
    )
    _with_database(_leaf(verbs, "purge", _purge, "delete records that are past their retention time")).add_argument(
        "--even-so", action="store_true", help="the clock is right, though no record of central is near it"
    )
    openapi = _leaf(verbs, "openapi", _openapi, "write the OpenAPI document")
    openapi.add_argument("--check", action="store_true", help="only check whether the checked-in document is current")
    _leaf(verbs, "vectors", _vectors, "write the test vectors: grants, MACs")
    authority = _leaf(verbs, "make-authority", _make_authority, "make throw-away certificates and grant keys")
    authority.add_argument("directory", type=Path)
    authority.add_argument("--kiosk", default=DEMO_KIOSK)
    authority.add_argument("--sign-with", choices=ALGORITHMS, default="ed25519")
    client = _leaf(verbs, "issue-client", _issue_client, "issue a further kiosk's certificate with that authority")
    client.add_argument("directory", type=Path)
    client.add_argument("kiosk", type=_file_name)
    for verb, run, help_text in (
        ("register-kiosk", _register_kiosk, "accept a kiosk's calls: ID, or ID=AREA with its area"),
        ("retire-kiosk", _retire_kiosk, "refuse a kiosk's calls"),
    ):
        _with_database(_leaf(verbs, verb, run, help_text)).add_argument("kiosk", type=_named_kiosk)
    revoke = _with_database(_leaf(verbs, "revoke", _revoke, "refuse one certificate for good"))
    revoke.add_argument("certificate", type=Path)
    revoke.add_argument("--reason", default="lost")
    _with_database(_leaf(verbs, "show", _show, "count the records by state; shows no personal data"))
    review_command.register(verbs, lambda *words: _with_database(_leaf(*words)))
    kiosks_command.register(verbs, lambda *words: _with_database(_leaf(*words)))
    check_command.register(lambda *words: _leaf(verbs, *words))


def _register_serve(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = _with_database(_leaf(verbs, "serve", _serve, "serve until SIGTERM; prints one JSON line when ready"))
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=whole("the port", 0, 65535), default=8443)
    ends = serve.add_mutually_exclusive_group(required=True)
    ends.add_argument("--tls-dir", type=Path, help="where ca.pem, central.pem and central.key are")
    ends.add_argument(
        "--behind-proxy",
        type=Path,
        metavar="SOCKET",
        help="TLS ends in a proxy on this machine (kiosk/central/nginx.conf), served on this Unix socket",
    )
    serve.add_argument(
        "--proxy-user", default="www-data", metavar="USER", help="only this user's processes may use that socket"
    )
    serve.add_argument("--keys", type=Path, nargs="+", required=True, help="key files of the software HSM")
    serve.add_argument("--region", type=Path, nargs="+", default=[Path("assets/regions")], help="files or directories")
    serve.add_argument("--permits", type=Path, nargs="+", default=[Path("assets/permits")])
    serve.add_argument(
        "--kiosk",
        type=_named_kiosk,
        action="append",
        default=[],
        help="register this kiosk at start: ID or ID=AREA",
    )
    serve.add_argument("--pilot", action="append", default=[], help="region where a trial at kiosks is ordered")
    serve.add_argument("--grant-minutes", type=whole("minutes", 1, MOST_GRANT_MINUTES), default=10)
    serve.add_argument(
        "--threads",
        type=whole("threads", 1, 64),
        help=f"number of calls at a time; {THREADS_WITH_SQLITE} with SQLite, {THREADS_WITH_POSTGRESQL} with PostgreSQL",
    )
    serve.add_argument("--fault", choices=FAULT_NAMES, help="misbehave at the wire, for tests")


def _leaf(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    help_text: str,
) -> argparse.ArgumentParser:
    parser = verbs.add_parser(name, help=help_text)
    parser.set_defaults(run=lambda args: _readable(run, args))
    return parser


def _named_kiosk(text: str) -> str:
    if not re.fullmatch(r"[^=]{1,64}(=[0-9]{6})?", text):
        raise argparse.ArgumentTypeError("ID or ID=AREA, an area of six digits")
    return text


def _file_name(text: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z_-][0-9A-Za-z._-]{0,63}", text):
        raise argparse.ArgumentTypeError("letters, digits, dots and hyphens: it becomes the name of two files")
    return text


def _with_database(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--database", type=_database, default=DEFAULT_DATABASE, help="SQLAlchemy URL")
    return parser


def _database(url: str) -> str:
    try:
        make_url(url).get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise argparse.ArgumentTypeError(
            "is no SQLAlchemy URL, such as sqlite:///central.db or postgresql+psycopg://user@host/central"
        ) from None
    return url


def _readable(run: Callable[[argparse.Namespace], int], args: argparse.Namespace) -> int:
    """Run a verb; print mistakes in files as lines instead of a traceback."""
    try:
        return run(args)
    except (
        KeyFileError,
        DeviceFileError,
        RegionFileError,
        residents.ImportFileError,
        CertificateFileError,
    ) as error:
        for mistake in error.mistakes:
            sys.stderr.write(f"{mistake}\n")
    except ReviewRefused as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 1
    except NotCentrals as error:
        sys.stderr.write(f"--database {_without_password(args.database)}: {error}\n")
    except DatabaseError as error:
        sys.stderr.write(f"the database cannot be used: {str(error.orig).splitlines()[0]}\n")
    except (CentralDidNotStart, OSError) as error:
        sys.stderr.write(f"{error}\n")
    return 2


def _without_password(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)


def _print(values: object) -> None:
    sys.stdout.write(json_text(values) + "\n")
    sys.stdout.flush()


def _serve(args: argparse.Namespace) -> int:
    central = ReferenceCentral(
        CentralSettings(
            database=args.database,
            tls_dir=args.tls_dir or Path(),
            proxy=_proxy(args),
            keys=tuple(args.keys),
            regions=tuple(args.region),
            permits=tuple(args.permits),
            kiosks=tuple(args.kiosk),
            pilots=tuple(args.pilot),
            host=args.host,
            port=args.port,
            grant_valid_for=timedelta(minutes=args.grant_minutes),
            threads=args.threads,
        )
    )
    if args.fault:
        central.set_fault(args.fault)
    try:
        central.run(lambda url: _print({"url": url}))
    finally:
        central.stop()
    return 0


def _proxy(args: argparse.Namespace) -> Proxy | None:
    """The proxy, if there is one. Raises OSError for an unknown user."""
    if args.behind_proxy is None:
        return None
    proxy = Proxy(args.behind_proxy, args.proxy_user)
    try:
        proxy.user_id()
    except KeyError:
        raise OSError(f"--proxy-user {args.proxy_user}: there is no such user on this machine") from None
    return proxy


def _seed(args: argparse.Namespace) -> int:
    imports = residents.load_imports(args.file)
    database = opening.to_make(args.database)
    with database.writing() as session:
        _print({"permits": residents.seed(session, imports, system_clock())})
    database.close()
    return 0


def _purge(args: argparse.Namespace) -> int:
    database = opening.to_change(args.database)
    with database.writing() as session:
        now = system_clock()
        doubt = None if args.even_so else retention.doubt_of_clock(session, now)
        if doubt is None:
            _print(retention.purge(session, now))
    database.close()
    if doubt is not None:
        sys.stderr.write(f"nothing is deleted: {doubt}; if the clock is right, say --even-so\n")
        return 1
    return 0


def _openapi(args: argparse.Namespace) -> int:
    text = openapi_text()
    if args.check:
        if DOCUMENT.is_file() and DOCUMENT.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{DOCUMENT.name} is not what the contract says now: python -m kiosk central openapi\n")
        return 1
    DOCUMENT.write_text(text, encoding="utf-8")
    return 0


def _vectors(args: argparse.Namespace) -> int:
    vectors.DOCUMENT.write_text(vectors.vectors_text(), encoding="utf-8")
    return 0


def _make_authority(args: argparse.Namespace) -> int:
    _keep(args.directory / CA_FILE, args.directory / CENTRAL_KEY, args.directory / GRANT_KEYS)
    make_authority(args.directory, args.kiosk, args.sign_with)
    return 0


def _issue_client(args: argparse.Namespace) -> int:
    _keep(args.directory / f"{args.kiosk}.pem", args.directory / f"{args.kiosk}.key")
    certificate, key = issue_client(args.directory, args.kiosk)
    _print({"certificate": str(certificate), "key": str(key)})
    return 0


def _keep(*files: Path) -> None:
    """Raise FileExistsError for a file that would be overwritten, because a lost key cannot be made again."""
    for file in files:
        if file.exists():
            raise FileExistsError(f"{file} is there already and is not overwritten; move it away, or choose another")


def _register_kiosk(args: argparse.Namespace) -> int:
    database = opening.to_make(args.database)
    with database.writing() as session:
        kiosks.register(session, args.kiosk, system_clock())
    database.close()
    return 0


def _retire_kiosk(args: argparse.Namespace) -> int:
    database = opening.to_change(args.database)
    with database.writing() as session:
        kiosks.retire(session, args.kiosk, system_clock())
    database.close()
    return 0


def _revoke(args: argparse.Namespace) -> int:
    peer = PeerCertificate.from_file(args.certificate)
    database = opening.to_change(args.database)
    with database.writing() as session:
        kiosks.revoke(session, peer, args.reason, system_clock())
    database.close()
    return 0


def _show(args: argparse.Namespace) -> int:
    database = opening.to_read(args.database)
    with database.reading() as session:
        endorsements = session.execute(select(Endorsement.state, func.count()).group_by(Endorsement.state)).all()
        applications = session.execute(select(Application.state, func.count()).group_by(Application.state)).all()
        permits = session.execute(select(Permit.status, func.count()).group_by(Permit.status)).all()
        refused = session.execute(
            select(ChipBatchRow.relay_refusal, func.count())
            .where(ChipBatchRow.relay_refusal.is_not(None))
            .group_by(ChipBatchRow.relay_refusal)
        ).all()
        known = session.scalars(select(Kiosk.kiosk_id).where(Kiosk.retired_at.is_(None))).all()
        _print(
            {
                "endorsements": dict(endorsements),
                "applications": dict(applications),
                "permits": dict(permits),
                "kiosks": list(known),
                "relay_refusals": dict(refused),
            }
        )
    database.close()
    return 0
