"""The configuration of a simulated kiosk, and the writer of such files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from kiosk.reference_central.authority import GRANT_PUBLIC_KEYS

Tables = Mapping[str, Mapping[str, object]]
"""Keys and values by table; the keys of "" come before the first table."""


def simulated_site(
    devices: Mapping[str, str],
    central_url: str,
    tls_dir: Path = Path("tls"),
    kiosk: str = "kiosk-1",
    stem: str = "kiosk",
) -> dict[str, dict[str, object]]:
    """The tables of a kiosk with these devices and this central. `stem`: of its certificate, its key and its state
    directory; `tls_dir`: where they are, beside the file.
    """
    return {
        "": {
            "site": "simulation",
            "kiosk_name": kiosk,
            "receipt_link": "https://receipt.example.invalid/r/",
            "state_dir": stem,
            "fullscreen": False,
        },
        "devices": dict(devices),
        "files": {"region": "shanghai"},
        "attendant_call": {"way": "central"},
        "central": {
            "url": central_url,
            "ca": str(tls_dir / "ca.pem"),
            "certificate": str(tls_dir / f"{stem}.pem"),
            "key": str(tls_dir / f"{stem}.key"),
            "grant_keys": str(tls_dir / GRANT_PUBLIC_KEYS),
        },
    }


def write_configuration(path: Path, tables: Tables) -> Path:
    """Write `tables` as TOML; returns `path`."""
    lines: list[str] = []
    for name, table in tables.items():
        lines += ["", f"[{name}]"] if name else []
        lines += [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in table.items()]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path
