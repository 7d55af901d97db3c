"""What the table `service_mode` says of service cards: their reader, who issues them, and which do not count."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.transport.device_urls import PcscUrl, SimUrl, UrlError, parse_url
from kiosk.config.settings_table import SettingsTable
from kiosk.data_files.pem_text import CertificateFileError

if TYPE_CHECKING:
    from cryptography import x509

SERIAL = re.compile(r"(?:[0-9A-F]{2}){1,20}")
"""A certificate's serial number, as openssl x509 -serial has it (RFC 5280, 4.1.2.2: at most 20 bytes)."""


@dataclass(frozen=True, slots=True)
class ServiceCardSettings:
    """`slot`: the URL of the reader's slot; `authorities`: whose certificates count; `revoked`: serial numbers of those
    that do not.
    """

    slot: str
    authorities: tuple[x509.Certificate, ...]
    revoked: frozenset[str]


def read_service_cards(
    reader: SettingsTable, beside: Callable[[str], Path], permit_slot: str, *, in_earnest: bool
) -> ServiceCardSettings | None:
    """Without a slot there is no reader for cards. `permit_slot`, `in_earnest`: as for `read_service_mode`."""
    if not reader.has("card_slot"):
        for key, wanted in (("card_authority", "a file"), ("revoked_cards", "a list of serial numbers")):
            if reader.has(key):
                reader.text(key, wanted) if key == "card_authority" else reader.texts(key, wanted, [])
                reader.wrong("card_slot", f"is missing, though {key} is there; pcsc://READER NAME is wanted")
        return None
    slot = reader.text("card_slot", "pcsc://READER NAME, as python -m drivers permit-chip slots prints it")
    if slot and (flaw := _flaw_of(slot, permit_slot, in_earnest=in_earnest)) is not None:
        reader.wrong("card_slot", flaw)
    name = reader.text("card_authority", "the file that python -m kiosk service-mode make-card-authority made")
    authorities = _authorities(reader, beside(name)) if name else ()
    revoked: tuple[str, ...] = ()
    if reader.has("revoked_cards"):
        wanted = "a list of serial numbers, as issue-card prints them"
        revoked = reader.texts("revoked_cards", wanted, [])
        for serial in revoked:
            if SERIAL.fullmatch(serial) is None:
                reader.wrong("revoked_cards", f"has {serial!r}; {wanted} (hexadecimal, in pairs) is wanted")
    return ServiceCardSettings(slot, authorities, frozenset(revoked))


def _flaw_of(slot: str, permit_slot: str, *, in_earnest: bool) -> str | None:
    try:
        named = parse_url(slot)
        permits = parse_url(permit_slot) if permit_slot else None
    except UrlError as error:
        return str(error)
    if named == permits:
        return "is the slot of permit_chip too; a service card has a reader of its own, for a permit may be stuck"
    match named:
        case PcscUrl():
            return None
        case SimUrl(int()) if not in_earnest:
            return None
        case _:
            return f"is {slot!r}; pcsc://READER NAME is wanted"


def _authorities(reader: SettingsTable, path: Path) -> tuple[x509.Certificate, ...]:
    from kiosk.data_files.pem import certificates_in  # most kiosks have no cards, and every start would wait for it

    try:
        authorities = tuple(certificates_in(path))
    except CertificateFileError as error:
        for mistake in error.mistakes:
            reader.wrong("card_authority", mistake)
        return ()
    for authority in authorities:
        if (flaw := authority_flaw(authority)) is not None:
            reader.wrong("card_authority", f"{path.name} {flaw}")
    return authorities


def authority_flaw(certificate: x509.Certificate) -> str | None:
    """Why this certificate is no service authority's; None if it is one."""
    from cryptography import x509

    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return "does not say that it may sign certificates (basicConstraints, keyUsage)"
    return None if constraints.ca and usage.key_cert_sign else "is not made for signing certificates"
