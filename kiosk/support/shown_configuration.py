"""The configuration without its secrets. Of a key that is not known to be harmless only the name is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kiosk.data_files.reader import DataFileError, read_toml

LEFT_OUT = "(left out)"

_HARMLESS = frozenset(
    {
        "site",
        "kiosk_name",
        "languages",
        "receipt_link",
        "writing_usually_s",
        "writing_usually_learned",
        "state_dir",
        "fullscreen",
        "pcscd_restart_file",
        "pilot",
        "right_time_s",
        "automation_socket",
        "holder_check.way",
        "holder_check.required",
        "service_mode.technicians",
        "service_mode.unlock_key",
        "central.url",
        "central.ca",
        "central.certificate",
        "central.key",
        "central.grant_keys",
    }
)
"""Keys whose values are no secrets: names of files stand for the files, whose contents are not shown."""

_HARMLESS_TABLES = frozenset(
    {
        "devices",
        "files",
        "attendant_call",
        "sound",
        "metrics",
        "access",
        "nearest_machine",
        "hours",
        "face_refreshed_at",
        "journal",
        "control",
        "support",
    }
)

_LONGEST = 300
_FIGURES = re.compile(r"[0-9]{15,}")


def shown_configuration(path: Path) -> Mapping[str, Any]:
    """The file's keys with their values, or with `LEFT_OUT`; its mistakes where it is no TOML."""
    try:
        table = read_toml(path)
    except DataFileError as error:
        return {"mistakes": list(error.mistakes)}
    return _shown(table, "")


def _shown(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    return {
        key: _shown(value, f"{where}{key}.") if isinstance(value, dict) else _value(value, f"{where}{key}")
        for key, value in table.items()
    }


def _value(value: Any, where: str) -> Any:
    if where not in _HARMLESS and where.partition(".")[0] not in _HARMLESS_TABLES:
        return LEFT_OUT
    if isinstance(value, list):
        return [_value(each, where) for each in value]
    if not isinstance(value, str):
        return value if isinstance(value, bool | int | float) else str(value)
    return LEFT_OUT if _may_be_secret(value) else value


def _may_be_secret(text: str) -> bool:
    """What somebody may have put into the wrong place: a key, a password in an address, a person's number."""
    if len(text) > _LONGEST or "\n" in text or "-----" in text or _FIGURES.search(text):
        return True
    try:
        address = urlsplit(text)
        return bool(address.username or address.password)
    except ValueError:
        return "@" in text
