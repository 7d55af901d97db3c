"""The check of the certificate for which support bundles are encrypted. Visits do not need it."""

from __future__ import annotations

from kiosk.config.settings import Config
from kiosk.data_files.operator_certificate import operator_certificate
from kiosk.data_files.pem_text import CertificateFileError
from kiosk.diagnostics.finding import Findings, ok, warning
from kiosk.domain.clock import Clock
from kiosk.services.central.certificate_watch import LEAST_DAYS


def support_certificate(config: Config, clock: Clock) -> Findings:
    """Check that bundles can be encrypted for the operator, and until when the certificate is valid."""
    path = config.support_certificate
    if path is None:
        return [ok("not needed: the configuration names none, so `bundle` asks for --certificate")]
    try:
        certificate = operator_certificate(path)
    except CertificateFileError as error:
        return [warning(mistake) for mistake in error.mistakes]
    now, begins, ends = clock.now(), certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not begins <= now <= ends:
        said = f"{path.name} is valid from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}, and today is {now:%Y-%m-%d}"
        return [warning(f"{said}: ask the operator for a new one")]
    said = f"bundles are for {path.name}, valid from {begins:%Y-%m-%d} to {ends:%Y-%m-%d}"
    return [ok(said) if (ends - now).days >= LEAST_DAYS else warning(f"{said}: ask the operator for a new one")]
