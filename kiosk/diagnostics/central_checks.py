"""Checks of the way to central: certificates, an answer over mutual TLS, the clock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from cryptography import x509

from kiosk.central.client import (
    CallTimes,
    CentralAnsweredGarbage,
    CentralClient,
    CentralRefusedCall,
    CentralUnreachable,
    CertificateFileError,
)
from kiosk.config.settings import CentralAccess, Config
from kiosk.control.status_page import duration
from kiosk.data_files.central_address import parse_central_address
from kiosk.diagnostics.central_troubles import ABOUT_CERTIFICATE, certificate_shown, told_of
from kiosk.diagnostics.finding import Finding, Findings, failed, ok, skipped, together, warning
from kiosk.domain.clock import Clock
from kiosk.domain.faults import CENTRAL_GARBAGE, CENTRAL_UNREACHABLE, CLOCK_WRONG, CONFIGURATION, Fault
from kiosk.services.central.certificate_watch import LEAST_DAYS

CONNECT_S, ANSWER_S, WHOLE_S = 3.0, 4.0, 6.0
MOST_OFFSET = timedelta(seconds=60)
"""The largest offset of the clock. A grant is valid for minutes; with more it may seem expired, or not yet valid."""

FIRST_YEAR, LAST_YEAR = 2026, 2099


@dataclass(frozen=True, slots=True)
class _Asked:
    """The result of one harmless call. `trouble`: (detail, fault), None if central answered as expected."""

    trouble: tuple[str, Fault] | None
    round_trip_s: float
    central_time: datetime | None
    silent_addresses: tuple[str, ...] = ()


def central(config: Config, _: Clock) -> Findings:
    """Ask for an unknown endorsement: "not_found" proves address, certificates, registration and contract."""
    asked = _ask(config.central)
    if asked.trouble is not None:
        detail, fault = asked.trouble
        return [failed(f"{config.central.url}: {detail}", fault)]
    told = f"{config.central.url} answers after {asked.round_trip_s * 1000:.0f} ms"
    if asked.silent_addresses:
        silent = ", ".join(asked.silent_addresses)
        return [warning(f"{told}; of its addresses these do not answer: {silent}")]
    return [ok(told)]


def clock(config: Config, clock: Clock) -> Findings:
    """Check that the year is sane, and that central's Date differs by at most `MOST_OFFSET`."""
    before = clock.now()
    if not FIRST_YEAR <= before.year <= LAST_YEAR:
        return [failed(f"the clock says {before:%Y-%m-%d %H:%M}", CLOCK_WRONG)]
    told = _ask(config.central).central_time
    if told is None:
        return [skipped("the year is sane; central, which it is compared with, told no time")]
    after = clock.now()
    # The Date was true at some moment between the two, cut to a whole second.
    offset = (before + (after - before) / 2) - (told + timedelta(seconds=0.5))
    if abs(offset) <= MOST_OFFSET:
        return [ok(f"{offset.total_seconds():+.0f} s against central")]
    how = f"{duration(abs(offset.total_seconds()))} {'ahead of' if offset > timedelta() else 'behind'} central's"
    said = f"this machine's clock ({after:%Y-%m-%d %H:%M}) is {how} ({told.astimezone(after.tzinfo):%Y-%m-%d %H:%M})"
    return [failed(f"{said}, which is believed: `timedatectl` says whether it is synchronised", CLOCK_WRONG)]


def certificates(config: Config, clock: Clock) -> Findings:
    """Check the dates of this kiosk's certificate and of the authority for central's certificate."""
    now = clock.now()
    findings = []
    for what, path in (
        ("the kiosk's certificate", config.central.certificate),
        ("central's authority", config.central.ca),
    ):
        try:
            found = x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError):
            findings.append(failed(f"{what}: {path.name} holds no certificate", CONFIGURATION))
        else:
            # A file may have an old and a new authority; a kiosk's own certificate is the first of its chain.
            chosen = found[0] if path == config.central.certificate else max(found, key=_end)
            findings.append(_dates(what, chosen, now))
    return [together(*findings)]


def _end(certificate: x509.Certificate) -> datetime:
    return certificate.not_valid_after_utc


def _dates(what: str, certificate: x509.Certificate, now: datetime) -> Finding:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < begins:
        return failed(f"{what} begins at {begins:%Y-%m-%d %H:%M} UTC: it is wrong, or the clock", CENTRAL_UNREACHABLE)
    if now > ends:
        return failed(f"{what} ended at {ends:%Y-%m-%d %H:%M} UTC, unless the clock is wrong", CENTRAL_UNREACHABLE)
    days = (ends - now).days
    said = f"{what} is valid until {ends:%Y-%m-%d}, {days} days"
    return ok(said) if days >= LEAST_DAYS else warning(said)


def _ask(access: CentralAccess) -> _Asked:
    times = CallTimes(CONNECT_S, ANSWER_S, forgotten_s=ANSWER_S, whole_s=WHOLE_S, patience_s=0.0)
    try:
        client = CentralClient(access.url, ca=access.ca, certificate=access.certificate, key=access.key, times=times)
    except CertificateFileError as error:
        return _Asked((str(error), CONFIGURATION), 0.0, None)
    with client:
        began = time.monotonic()
        trouble = _trouble(client, access)
        return _Asked(trouble, time.monotonic() - began, client.central_time, client.silent_addresses)


def _trouble(client: CentralClient, access: CentralAccess) -> tuple[str, Fault] | None:
    try:
        client.endorsement_state(uuid4())
    except CentralRefusedCall as error:
        if error.code == "not_found":
            return None
        return told_of(error), CENTRAL_UNREACHABLE
    except CentralUnreachable as error:
        told = told_of(error)
        if error.cause in ABOUT_CERTIFICATE:
            address = parse_central_address(access.url)
            shown = certificate_shown(address, access.certificate, access.key, CONNECT_S)
            told = f"{told}; {shown}" if shown else told
        return told, CENTRAL_UNREACHABLE
    except CentralAnsweredGarbage as error:
        return told_of(error), CENTRAL_GARBAGE
    return "central knows an endorsement that nobody made", CENTRAL_GARBAGE
