"""The table `support`: for whom support bundles are encrypted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kiosk.config.settings_table import SettingsTable
from kiosk.data_files.pem_text import flaw_of_encoding


def read_support(reader: SettingsTable, beside: Callable[[str], Path], *, is_there: bool) -> Path | None:
    """The file of the operator's certificate; None where the site has no such table. That it holds a certificate which
    can be used is checked where it is, and by `diagnose`.
    """
    if not is_there:
        return None
    name = reader.text("certificate", "the operator's certificate, a PEM file")
    if name and not beside(name).is_file():
        reader.wrong("certificate", f"there is no file {name}")
    elif name and (flaw := flaw_of_encoding(beside(name))) is not None:
        reader.wrong("certificate", f"{name} {flaw}")
    reader.nothing_else()
    return beside(name) if name else None
