"""The three PEM files of the line to central: who central is, who this kiosk is. Read anew when they change."""

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
    """`context` is made of `central`'s authority, the kiosk's `certificate` and its `key`; the two moments are of what
    is in it, whatever stands in the files by now: `own_ends_at` of the kiosk's own certificate, `authority_ends_at` of
    the authority that ends last. Raises `CertificateFileError` for files that cannot be used.
    """

    def __init__(self, central: Path, certificate: Path, key: Path) -> None:
        self._paths = central, certificate, key
        self._stamps = self._found()
        self._load()

    def renew(self) -> bool:
        """Whether there is another context now. Files that do not fit together (one of two was replaced) are named in
        the log, and left until one of them changes again.
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
        # A kiosk's own certificate is the first of its chain; authorities may stand in a file old and new.
        own, authority = _ends(certificate)[0], max(_ends(central))
        self.context, self.own_ends_at, self.authority_ends_at = context, own, authority

    def _found(self) -> tuple[_Stamp, ...]:
        return tuple(_stamp(path) for path in self._paths)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:
        return None  # no file: another one than any that was there
    return found.st_ino, found.st_mtime_ns, found.st_size


def _context(ca: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    # Not ssl.create_default_context, which lets SSLKEYLOGFILE have the secrets of every call written to a file.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    load_authority(context, ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A server that knows only by the path that it wants a certificate (Apache's SSLVerifyClient in a Location) asks for
    # it after the handshake: RFC 8446, section 4.6.2.
    context.post_handshake_auth = True
    load_identity(context, certificate, key)
    return context


def _ends(path: Path) -> list[datetime]:
    return [each.not_valid_after_utc for each in certificates_in(path)]
