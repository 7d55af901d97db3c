"""The technician of a simulated kiosk: an entry in its file of technicians, and a service card."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kiosk.demo.configuration import write_configuration
from kiosk.domain.clock import SHANGHAI
from kiosk.domain.technician import Role
from kiosk.services.service_card_certificates import issue, new_authority
from kiosk.services.technician_access import hashed

NUMBER, PIN = "17", "271828"
SERVICE_CARDS = "service_cards"
AUTHORITY, TECHNICIANS = "card-authority.pem", "technicians.toml"
_DAYS = 30


def make_technician(directory: Path) -> list[str]:
    """Write the files that `service_mode` names, and the card. Returns how to sign in, for people."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    entry = {"name": "E. Sample", "role": Role.ENGINEER.value, "pin": hashed(PIN), "otp_secret": secret}
    write_configuration(directory / TECHNICIANS, {NUMBER: entry})
    now = datetime.now(SHANGHAI)
    authority = new_authority("service authority of a simulation", _DAYS, now)
    (directory / AUTHORITY).write_bytes(authority[0].public_bytes(Encoding.PEM))
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = issue(NUMBER, key.public_key(), authority, _DAYS, now)
    (directory / SERVICE_CARDS).mkdir()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (directory / SERVICE_CARDS / f"{NUMBER}.pem").write_bytes(pem + certificate.public_bytes(Encoding.PEM))
    return [
        f"Service mode: put in service card {NUMBER} at the bench, PIN {PIN}; or number {NUMBER}, otp secret {secret}."
    ]


def service_mode(slot: str) -> dict[str, object]:
    """The table of the configuration; its files are beside it. `slot`: the URL of the technician's slot."""
    return {"technicians": TECHNICIANS, "card_slot": slot, "card_authority": AUTHORITY}
