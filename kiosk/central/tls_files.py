"""The three PEM files of the line to central: its authority, the kiosk's certificate and key. Reread when changed."""

from __future__ import annotations

import logging
import ssl
from datetime import datetime
from pathlib import Path

from kiosk.data_files.pem import certificates_in, load_authority, load_identity
from kiosk.data_files.pem_text import CertificateFileError
from kiosk.event_log.log_events import LogEvent, log

_Stamp = tuple[int, int, int] | None


class TlsFiles:
    """The TLS context made of `central`'s authority, the kiosk's `certificate` and its `key`. `own_ends_at` is the end
    of the kiosk's certificate, `authority_ends_at` that of the authority that ends last; both are of the context, even
    if the files have changed since. Raises `CertificateFileError` for files that cannot be used.
    """

    def __init__(self, central: Path, certificate: Path, key: Path) -> None:
        self._paths = central, certificate, key
        self._stamps = self._found()
        self._load()

    def renew(self) -> bool:
        """Reread changed files; returns whether there is a new context. Files that do not fit together (one of two was
        replaced) are logged, and not tried again before one of them changes.
        """
        stamps = self._found()
        if stamps == self._stamps:
            return False
        self._stamps = stamps
        try:
            self._load()
        except CertificateFileError as error:
            log(LogEvent.CERTIFICATES_LOADED, level=logging.ERROR, mistakes="; ".join(error.mistakes))
            return False
        log(LogEvent.CERTIFICATES_LOADED, mistakes=None)
        return True

    def _load(self) -> None:
        central, certificate, key = self._paths
        context = _context(central, certificate, key)
        # A kiosk's own certificate is the first of its chain. A file may have an old and a new authority.
        own, authority = _ends(certificate)[0], max(_ends(central))
        self.context, self.own_ends_at, self.authority_ends_at = context, own, authority

    def _found(self) -> tuple[_Stamp, ...]:
        return tuple(_stamp(path) for path in self._paths)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None  # no file: differs from any file
    return found.st_ino, found.st_mtime_ns, found.st_size


def _context(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    # Not ssl.create_default_context, because with it SSLKEYLOGFILE writes the secrets of every call to a file.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    load_authority(context, ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A server that decides by the path whether to ask for a certificate (Apache's SSLVerifyClient in a Location) asks
    # for it after the handshake: RFC 8446, section 4.6.2.
    context.post_handshake_auth = True
    load_identity(context, certificate, key)
    return context


def _ends(path: Path) -> list[datetime]:
    return [each.not_valid_after_utc for each in certificates_in(path)]
