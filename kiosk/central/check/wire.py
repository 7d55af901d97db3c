"""Raw calls, valid and invalid. Unlike `client.py`, this module also sends requests that a kiosk never sends."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from kiosk.central.check.findings import Deviation, NoConversation
from kiosk.central.contract import (
    CALL_HEADER,
    CALL_NAME,
    IDEMPOTENCY_HEADER,
    JSON_TYPE,
    SEQUENCE_HEADER,
    UNNUMBERED,
)
from kiosk.central.http_date import parse_http_date
from kiosk.central.tls_causes import cause_of
from kiosk.data_files.central_address import CentralAddress
from kiosk.data_files.pem import load_authority, load_identity

ANSWER_S = 15.0  # as long as a kiosk waits for an answer
MOST_BYTES = 256 * 1024  # more than a kiosk reads


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. Header names are in lower case; `call`: the call's name; `what`: method and path without ids."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    call: str
    what: str

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(slots=True)
class Heard:
    """What the answers to all callers have shown. Texts name the calls whose answers deviate."""

    calls: int = 0
    slowest_s: float = 0.0
    unnamed: list[str] = field(default_factory=list)
    undated: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Identity:
    """A client certificate with its key, both PEM files."""

    certificate: Path
    key: Path


class NoAnswer(Exception):
    """The connection ended, or TLS failed, before an answer came. `cause`: of OpenSSL or the system."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Wire:
    """One caller with one connection, which is kept. `identity` None: without a client certificate."""

    def __init__(
        self, address: CentralAddress, ca: Path, identity: Identity | None, heard: Heard, first_number: int | None
    ) -> None:
        self._address = address
        self._context = tls_context(ca, identity)
        self._heard = heard
        self._next_number = first_number
        self._numbers: dict[str, int] = {}
        self._link: http.client.HTTPSConnection | None = None
        self.connections = 0
        self.tls: tuple[str, str] = ("", "")
        """Version and cipher of the present connection."""

    def close(self) -> None:
        """Close the connection."""
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def post(self, path: str, body: Any, key: str | None = None, **headers: str | None) -> Answer:
        """POST a document (or raw bytes), with a new key unless one is given. Raises `Deviation` where no answer comes.
        `headers`: changed headers, with `_` for `-`; None leaves one out.
        """
        content = body if isinstance(body, bytes) else json.dumps(body).encode("utf-8")
        key = key or str(uuid4())
        sent: dict[str, str | None] = {IDEMPOTENCY_HEADER: key, "Content-Type": JSON_TYPE, **_named(headers)}
        if path not in UNNUMBERED and SEQUENCE_HEADER not in sent:
            sent[SEQUENCE_HEADER] = self._number_of(key)
        return self.ask("POST", path, content, sent)

    def _number_of(self, key: str) -> str | None:
        """The number of the call with this key; a repeat keeps it."""
        if self._next_number is None:
            return None
        if key not in self._numbers:
            self._numbers[key] = self._next_number
            self._next_number += 1
        return str(self._numbers[key])

    def get(self, path: str, **headers: str | None) -> Answer:
        """GET. Raises as `post` does."""
        return self.ask("GET", path, None, _named(headers))

    def ask(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str | None]) -> Answer:
        """Any call. Raises `Deviation` where no answer comes."""
        try:
            return self.try_ask(method, path, content, headers)
        except NoAnswer as error:
            raise Deviation(f"{_what(method, path)}: no answer ({error.cause})") from None

    def try_ask(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str | None]) -> Answer:
        """Any call. Raises `NoAnswer`."""
        call = str(uuid4())
        sent = {CALL_HEADER: call, **headers}
        present = {name: value for name, value in sent.items() if value is not None}
        began = time.monotonic()
        status, told, body = self._exchange(method, path, content, present)
        self._heard.calls += 1
        self._heard.slowest_s = max(self._heard.slowest_s, time.monotonic() - began)
        answer = Answer(status, told, body, present.get(CALL_HEADER, ""), _what(method, path))
        self._note(answer)
        return answer

    def _note(self, answer: Answer) -> None:
        told = f"{answer.what} ({answer.status})"
        is_name = re.fullmatch(CALL_NAME, answer.call) is not None
        if is_name and answer.headers.get(CALL_HEADER.lower()) != answer.call:
            self._heard.unnamed.append(told)
        if parse_http_date(answer.headers.get("date", "")) is None:
            self._heard.undated.append(told)

    def _exchange(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        was_open = self._link is not None
        try:
            return self._once(method, path, content, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            is_over = isinstance(error, ConnectionError | ssl.SSLEOFError)
            if not (was_open and is_over):
                raise NoAnswer(_cause(error)) from None
        try:  # a kept connection may have been closed before the call, as HTTP allows
            return self._once(method, path, content, headers)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(_cause(error)) from None

    def _once(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        link = self._link or self._opened()
        # A server may refuse a request and close the connection before all of it was sent.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
            link.request(method, path, content, dict(headers))
        answer = link.getresponse()
        body = answer.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise http.client.HTTPException(f"an answer of more than {MOST_BYTES} bytes")
        told = {name.lower(): value for name, value in answer.getheaders()}
        if answer.will_close:
            self.close()
        return answer.status, told, body

    def _opened(self) -> http.client.HTTPSConnection:
        address = self._address
        link = http.client.HTTPSConnection(address.host, address.port, timeout=ANSWER_S, context=self._context)
        link.connect()
        self.connections += 1
        socket = link.sock
        if isinstance(socket, ssl.SSLSocket):
            self.tls = socket.version() or "", (socket.cipher() or ("", "", 0))[0]
        self._link = link
        return link

    def greet(self) -> None:
        """Connect. Raises `NoConversation` where nobody listens, and `Deviation` where TLS is not agreed on."""
        self.close()
        try:
            self._opened()
        except ssl.SSLError as error:
            raise Deviation(f"TLS was not agreed on: {cause_of(error)}") from None
        except OSError as error:
            raise NoConversation(_cause(error)) from None


def tls_context(ca: Path, identity: Identity | None) -> ssl.SSLContext:
    """A context like the kiosk's: it verifies central's certificate, demands TLS 1.2 at least, and allows RFC 8446's
    post-handshake authentication. Raises `CertificateFileError`.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    load_authority(context, ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.post_handshake_auth = True
    if identity is not None:
        load_identity(context, identity.certificate, identity.key)
    return context


def _named(headers: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _what(method: str, path: str) -> str:
    """Method and path without ids, which do not belong in a report."""
    parts = ["{id}" if len(part) == 36 and part.count("-") == 4 else part for part in path.split("/")]
    return f"{method} {'/'.join(parts)}"


def _cause(error: Exception) -> str:
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return cause_of(error)
    if isinstance(error, TimeoutError):
        return f"nothing within {ANSWER_S:.0f} s"
    if isinstance(error, http.client.HTTPException) and not isinstance(error, ConnectionError):
        return f"no HTTP answer: {type(error).__name__}"
    return (error.strerror if isinstance(error, OSError) and error.strerror else "the connection was lost").lower()
