"""A service authority of invented operators, and cards that it issued, as files that a simulated slot takes."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk.services import service_card_certificates
from tests.fakes.hand_clock import HandClock

NOW = HandClock().now()
"""When cards of tests are issued."""
DAYS = 30


class Authority:
    """It issues cards into the folder `cards`."""

    def __init__(self, cards: Path, name: str = "invented service authority", now: datetime = NOW) -> None:
        self._service_cards = cards
        self._now = now
        self.certificate, self._key = service_card_certificates.new_authority(name, 10 * DAYS, now)

    def issue(self, name: str, number: str = "17", *, since_days: int = 0) -> x509.Certificate:
        """A card called `name`, whose certificate ends `DAYS` after it began, `since_days` ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        begun = self._now - timedelta(days=since_days)
        certificate = service_card_certificates.issue(
            number, key.public_key(), (self.certificate, self._key), DAYS, begun
        )
        self._service_cards.mkdir(exist_ok=True)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self._service_cards / f"{name}.pem").write_bytes(pem + certificate.public_bytes(Encoding.PEM))
        return certificate

    def write(self, path: Path) -> Path:
        """The authority's certificate, as a site's configuration names it."""
        path.write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return path
