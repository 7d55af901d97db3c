"""A kiosk's configuration as it stands at a site, word for word: what tests spoil."""

from __future__ import annotations

from pathlib import Path

GOOD = """
site = "production"
kiosk_name = "SH-PD-001"
receipt_link = "https://receipt.example.invalid/r/"
state_dir = "state"

[devices]
id_reader = "serial:///dev/kiosk-id-reader?baud=115200"
permit_unit = "serial:///dev/kiosk-permit-unit?baud=38400"
permit_chip = "pcsc://Some Coupler 00 00"
receipt_printer = "tcp://192.0.2.7:9100"

[files]
region = "shanghai"

[central]
url = "https://central.example.invalid:8443"
ca = "ca.pem"
certificate = "kiosk.pem"
key = "kiosk.key"
grant_keys = "grant_keys.toml"
"""


def written(folder: Path, text: str) -> Path:
    for name in ("ca.pem", "kiosk.pem", "kiosk.key", "grant_keys.toml"):
        (folder / name).touch()
    path = folder / "kiosk.toml"
    path.write_text(text, encoding="utf-8")
    return path
