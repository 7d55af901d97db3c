"""HTTP/1.1 over mutual TLS: names, keys, problem documents, methods. What is decided stands in `office.py`."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import ssl
import sys
import threading
import warnings
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.second_central.document_schema import DOCUMENT, NotTheDocuments, check, read
from tests.second_central.mistakes import MISTAKES
from tests.second_central.office import Caller, Office, Problem
from tests.second_central.permit_layout import Layout
from tests.second_central.records import Permit, Signer, canonical, new_id

MOST_BYTES = 64 * 1024
IDLE_S = 75.0
HANDSHAKE_S = 10.0
LOOKS_EVERY_S = 0.02  # whether it is to end
STATUSES = DOCUMENT["info"]["x-problem-statuses"]

_CALL_NAME = re.compile("[0-9A-Za-z-]{1,64}")
_KEY = re.compile("[A-Za-z0-9_.:-]{8,80}")
_SEQUENCE = re.compile("[1-9][0-9]{0,15}")
_OPERATIONS: dict[str, Callable[..., Any]] = {
    "request_endorsement": Office.request_endorsement,
    "endorsement_state": Office.endorsement_state,
    "cancel": Office.cancel,
    "start_chip_session": Office.start_chip_session,
    "report_chip_answers": Office.report_chip_answers,
    "report_completion": Office.complete,
    "pending_rewrites": Office.pending_rewrites,
    "heartbeat": Office.heartbeat,
    "call_staff": Office.call_staff,
    "verify_evidence": Office.verify_evidence,
    "apply": Office.apply,
    "search_applications": Office.search,
    "choose_collection": Office.choose_collection,
}


class SecondCentral:
    """A running central. `directory` holds `ca.pem`, `central.pem` and `central.key`; `signing_key` is of Ed25519 and
    known to kiosks as `key_id`; `master` is the chips' 16-byte 3DES master key. Stop it when done.
    """

    def __init__(
        self,
        directory: Path,
        signing_key: bytes,
        key_id: str,
        master: bytes,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        kiosks: Collection[str] = (),
        mistakes: Collection[str] = (),
    ) -> None:
        unknown = set(mistakes) - set(MISTAKES)
        if unknown:
            raise ValueError(f"no mistake {sorted(unknown)}")
        self.mistakes = mistakes
        life = timedelta(days=365) if "grant without end" in mistakes else timedelta(minutes=10)
        key = Ed25519PrivateKey.from_private_bytes(signing_key)
        signer = _CarelessSigner if "signed otherwise" in mistakes else Signer
        self.office = Office(Layout.load(master), signer(key, key_id, life, clock), clock, mistakes)
        self.kiosks = set(kiosks)
        self.revoked: set[int] = set()
        self.numbers: dict[str, set[int]] = {}
        self.answers: dict[tuple[str, str], tuple[str, bytes]] = {}
        self.turn = threading.Lock()
        self._server = _Server(self, _context(directory, mistakes))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(LOOKS_EVERY_S,), name="second central")

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def know(self, *permits: Permit) -> None:
        """Write permits into the record, over what is there."""
        for permit in permits:
            self.office.permits[canonical(permit.permit_number)] = permit

    def register_kiosk(self, named: str) -> None:
        """ID, or ID=AREA."""
        self.kiosks.add(named.partition("=")[0])

    def revoke(self, serial_number: int) -> None:
        self.revoked.add(serial_number)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()


class _CarelessSigner(Signer):
    def signed(self, payload: dict[str, Any]) -> dict[str, str]:
        return {**super().signed(payload), "signature": super().signed({**payload, "version": 0})["signature"]}


def _context(directory: Path, mistakes: Collection[str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if "old TLS" in mistakes:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(directory / "central.pem", directory / "central.key")
    context.load_verify_locations(directory / "ca.pem")
    is_demanded = "no certificate demanded" not in mistakes
    context.verify_mode = ssl.CERT_REQUIRED if is_demanded else ssl.CERT_OPTIONAL
    return context


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, central: SecondCentral, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.central = central
        self._context = context
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def get_request(self) -> tuple[socket.socket, Any]:
        link, address = super().get_request()
        wrapped = self._context.wrap_socket(link, server_side=True, do_handshake_on_connect=False)
        with self._lock:
            self._open.add(wrapped)
        return wrapped, address

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End every conversation; their threads see the end."""
        with self._lock:
            for link in self._open:
                with suppress(OSError):  # the caller may have hung up first
                    # The plain socket's: a TLS close would wait for the thread that reads.
                    socket.socket.shutdown(link, socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller whose handshake fails, or who hangs up, is no mistake of ours; everything else is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        self.request.settimeout(HANDSHAKE_S)
        self.request.do_handshake()
        super().setup()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: a URL may name somebody's endorsement."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        if "date otherwise" in self._mistakes:
            return datetime.now(UTC).isoformat()
        return super().date_time_string(timestamp)

    @property
    def _mistakes(self) -> Collection[str]:
        return self.server.central.mistakes

    def _any(self) -> None:
        """Every method comes here."""
        try:
            body = self._body()
            operation, ids = self._operation()
            answer = self._answer(operation, ids, body)
        except Problem as problem:
            self._send_problem(problem.code, problem.allow)
        except NotTheDocuments:
            self._send_problem("invalid_request")
        else:
            self._send(200, "application/json", answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_HEAD = _any

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            self.close_connection = True
            raise Problem("invalid_request")
        size = int(length)
        if size > MOST_BYTES and "takes anything" not in self._mistakes:
            self.close_connection = True
            left = min(size, 16 * MOST_BYTES)  # what is on its way already, so that the answer is heard
            while left > 0:
                left -= len(self.rfile.read(min(left, MOST_BYTES))) or left
            raise Problem("too_large")
        return self.rfile.read(size)

    def _operation(self) -> tuple[dict[str, Any], list[str]]:
        """What is asked, and the ids in its path."""
        others: list[str] = []
        for path, methods in DOCUMENT["paths"].items():
            found = re.fullmatch(re.sub(r"\{\w+\}", "([^/]+)", path), self.path)
            if found is None:
                continue
            if self.command.lower() in methods:
                return methods[self.command.lower()], list(found.groups())
            others += [method.upper() for method in methods]
        raise Problem("method_not_allowed", others) if others else Problem("not_found")

    def _answer(self, operation: dict[str, Any], ids: list[str], raw: bytes) -> bytes:
        central = self.server.central
        kiosk = self._kiosk()
        ids = [_uuid(each) for each in ids]
        if not _CALL_NAME.fullmatch(self.headers.get("X-Kiosk-Call", "-")):
            raise Problem("invalid_request")
        does = _OPERATIONS[operation["operationId"]]
        if self.command == "GET":
            with central.turn:
                return _json(does(central.office, Caller(kiosk, ""), *ids))
        key = self._key()
        self._note_number(kiosk)
        body = read(raw)
        self._check(body, operation["requestBody"]["content"]["application/json"]["schema"])
        fingerprint = hashlib.sha256(f"{self.path}\n{json.dumps(body, sort_keys=True)}".encode()).hexdigest()
        with central.turn:
            before = central.answers.get((kiosk, key))
            if before is not None and "executes a repeat" not in self._mistakes:
                if before[0] != fingerprint and "no key conflict" not in self._mistakes:
                    raise Problem("idempotency_conflict")
                return before[1]
            if before is not None:  # a mistake
                central.office.endorsements.pop(key, None)
            answer = _json(does(central.office, Caller(kiosk, key), *ids, body))
            central.answers[kiosk, key] = fingerprint, answer
            return answer

    def _kiosk(self) -> str:
        certificate = self.request.getpeercert()
        if not certificate:  # only where none is demanded, which is a mistake
            return "kiosk-1"
        named = dict(pair for part in certificate["subject"] for pair in part).get("commonName", "")
        if named not in self.server.central.kiosks:
            raise Problem("unknown_kiosk")
        is_revoked = int(certificate["serialNumber"], 16) in self.server.central.revoked
        if is_revoked and "revoked taken" not in self._mistakes:
            raise Problem("certificate_revoked")
        return str(named)

    def _key(self) -> str:
        key = self.headers.get("Idempotency-Key")
        if key is None and "no key demanded" in self._mistakes:
            return new_id()
        if key is None:
            raise Problem("missing_idempotency_key")
        if not _KEY.fullmatch(key):
            raise Problem("invalid_request")
        return key

    def _note_number(self, kiosk: str) -> None:
        number = self.headers.get("X-Kiosk-Sequence")
        if number is None:
            return
        if not _SEQUENCE.fullmatch(number) or int(number) > 2**53 - 1:
            raise Problem("invalid_request")
        self.server.central.numbers.setdefault(kiosk, set()).add(int(number))

    def _check(self, body: Any, schema: dict[str, Any]) -> None:
        if "takes unknown fields" in self._mistakes and isinstance(body, dict):
            named = schema["$ref"].rpartition("/")[2]
            known = DOCUMENT["components"]["schemas"][named]["properties"]
            body = {name: value for name, value in body.items() if name in known}
        check(body, schema)

    def _send_problem(self, code: str, others: Collection[str] = ()) -> None:
        status = STATUSES[code]
        if code == "not_found" and "wrong status" in self._mistakes:
            status = 400
        kind = "application/json" if "problems as JSON" in self._mistakes else "application/problem+json"
        told = "ORA-12154" if "unstable code" in self._mistakes else code
        document = {"type": "about:blank", "title": code.replace("_", " "), "status": status, "code": told}
        self._send(status, kind, _json(document), others)

    def _send(self, status: int, kind: str, body: bytes, others: Collection[str] = ()) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        named = self.headers.get("X-Kiosk-Call", "")
        silent = "no call name" in self._mistakes or (status >= 400 and "no call name in problems" in self._mistakes)
        if _CALL_NAME.fullmatch(named) and not silent:
            self.send_header("X-Kiosk-Call", named)
        if others and "no Allow" not in self._mistakes:
            self.send_header("Allow", ", ".join(others))
        if "hangs up" in self._mistakes:
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise Problem("invalid_request") from None


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8")
